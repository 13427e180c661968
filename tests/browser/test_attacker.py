"""Wrong files, an attacker's paths and recipes, against the real page with Gradio in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Server, new_visitor, opened

pytestmark = pytest.mark.browser

PATHS = [
    "/gradio_api/file=/etc/passwd", "/file=/etc/passwd", "/gradio_api/file=../../../etc/passwd", "/file/etc/passwd",
    "/gradio_api/file%3D/etc/passwd", "/gradio_api/file=%2Fetc%2Fpasswd", "/gradio_api/proxy=http://127.0.0.1/",
    "/studio/files//etc/passwd", "/studio/files/../../../etc/passwd", "/studio/files/%2e%2e/%2e%2e/etc/passwd",
    "/studio/files/preview/..%2f..%2f..%2fetc%2fpasswd", "/studio/files/preview/%00.jpg", "/static/../../../etc/passwd",
    "/assets/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/svelte/..%5c..%5cetc/passwd", "/studio/looks/../style.css",
    "/gradio_api/custom_component/1/client/component/../../../etc/passwd", "/gradio_api/stream/1/1/1/playlist-file",
    "/studio/looks/%2e%2e%2fpage%2fstyle.jpg", "/docs", "/gradio_api/openapi.json", "/redoc",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_no_path_leads_to_a_file(server: Server, path: str) -> None:
    status, body, _ = server.ask(path)
    assert status == 404
    assert b"root:" not in body


def known(server: Server) -> dict[str, str]:
    """What a browser sends that was here before."""
    cookie = server.ask("/")[2]["set-cookie"].partition(";")[0]
    return {"cookie": cookie, "x-mariana": "1"}


def said(server: Server, path: str, body: bytes, headers: dict[str, str]) -> str:
    _, answer, _ = server.ask(path, "POST", body, headers)
    return str(json.loads(answer).get("error", ""))


@pytest.mark.parametrize(
    "body",
    [b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", b"ffconcat version 1.0\nfile /etc/passwd\n",
     b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", b"<html><script>1</script>",
     b"\x7fELF", b"", b"\x89PNG\r\n\x1a\n" + b"x" * 500, b"\0\0\0\x20ftypisom" + b"\0" * 500],
)  # fmt: skip
def test_wrong_files_are_told_in_a_line(server: Server, body: bytes) -> None:
    headers = {**known(server), "x-name": "../../%2e%2e/film;reboot.mp4"}
    line = said(server, "/studio/source", body, headers)
    assert line
    assert "\n" not in line
    assert str(server.data) not in line
    assert json.loads(server.ask("/studio/works", headers=headers)[1]) == {"works": []}


def test_what_is_too_large_is_told_before_it_is_sent(server: Server) -> None:
    headers = {**known(server), "content-length": str(5 << 30)}
    status, answer, _ = server.ask("/studio/source", "POST", None, headers)
    assert (status, json.loads(answer)["error"]) == (400, "the file has 5 GB; 1 GB are the most")


@pytest.mark.parametrize(
    "text",
    ["[dream]\nmask = '/etc/passwd'", "[mariana]\nkind = 'video'\nversion = '0.1.0'\n[dream]\nnetwork = '/etc/passwd'",
     "[dream]\nlayers = \"__import__('os').system('id')\"", "[storage]\npreview = '/tmp/x.png'", "a = " + "[" * 9000],
)  # fmt: skip
def test_a_recipe_names_no_file_and_runs_nothing(server: Server, text: str) -> None:
    assert said(server, "/studio/recipe", text.encode(), known(server))


def test_who_has_no_secret_gets_nothing(server: Server) -> None:
    for cookie in ("", "mariana=x", "mariana=" + "a" * 42 + "/", "mariana=../../x"):
        assert server.ask("/studio/works", headers={"cookie": cookie})[0] == 400
        assert server.ask("/studio/files/preview/sharp1.jpg", headers={"cookie": cookie})[0] == 404


def test_other_names_and_other_pages_are_refused(server: Server) -> None:
    assert server.ask("/", headers={"host": "evil.example"})[0] == 403
    assert server.ask("/studio/sample/bunny", "POST", b"", {**known(server), "origin": "http://evil.example"})[0] == 403
    headers = {"cookie": known(server)["cookie"]}
    assert server.ask("/studio/sample/bunny", "POST", b"", headers)[0] == 403


def test_gradio_is_told_no_file_either(server: Server) -> None:
    """A knob's value that pretends to be an uploaded file: Gradio would copy what lies there to where it can be had."""
    config = json.loads(server.ask("/config")[1])
    assert all(one["api_visibility"] == "private" for one in config["dependencies"])
    headers = {**known(server), "content-type": "application/json"}
    for path in ("/etc/passwd", "http://127.0.0.1:1/"):
        file = {"path": path, "meta": {"_type": "gradio.FileData"}, "orig_name": "x", "url": path}
        for one in config["dependencies"][:5]:
            said = {"data": [file] * max(1, len(one["inputs"])), "fn_index": one["id"], "session_hash": "attacker"}
            assert server.ask("/gradio_api/queue/join", "POST", json.dumps(said).encode(), headers)[0] == 400


def test_a_password_is_asked_for_elsewhere(tmp_path: Path, chromium: Any) -> None:
    far = Server(tmp_path, ("--host", "0.0.0.0")).begin()
    (word,) = [line.split(" is ")[1].split(" ")[0] for line in far.told if "password" in line]
    for path in ("/", "/config", "/studio/works", "/studio/looks/abyss.jpg", "/theme.css"):
        assert far.ask(path)[0] == 401
    context = chromium.new_context(http_credentials={"username": "anybody", "password": word})
    page = opened(context, far)
    assert page.is_visible("#looks")
    context.close()
    far.end()


def test_nothing_is_asked_of_other_machines(chromium: Any, server: Server) -> None:
    context = new_visitor(chromium)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    opened(context, server)
    assert [url for url in asked if not url.startswith((server.address, "data:", "blob:"))] == []
    context.close()
