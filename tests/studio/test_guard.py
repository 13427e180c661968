"""What comes to the page is looked at first."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Mapping, MutableMapping
from typing import Any

import pytest

from mariana_video.studio.folders import is_secret
from mariana_video.studio.page import guard
from mariana_video.studio.page.guard import Guard, secret_of

HERE = {"host": "127.0.0.1:7860"}


async def _page(_scope: MutableMapping[str, Any], _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-content-type-options", b"no")]})
    await send({"type": "http.response.body", "body": b"in"})


def came(
    made: Guard,
    path: str,
    method: str = "GET",
    headers: Mapping[str, str] = HERE,
    body: bytes = b"{}",
    address: str = "10.0.0.1",
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of what is answered."""
    said: list[Any] = []

    async def send(message: Any) -> None:
        said.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": body}

    raw = [(key.encode(), value.encode()) for key, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": raw, "client": (address, 5000)}
    asyncio.run(made(scope, receive, send))
    answered = {key.decode(): value.decode() for key, value in said[0]["headers"]}
    return said[0]["status"], answered, said[1]["body"]


@pytest.fixture
def here() -> Guard:
    return Guard(_page, ("127.0.0.1", "localhost", "[::1]"))


def test_the_page_comes_with_a_secret_that_no_script_reads(here: Guard) -> None:
    status, headers, _ = came(here, "/")
    assert status == 200
    assert is_secret(secret_of(headers["set-cookie"].partition(";")[0]))
    assert "HttpOnly" in headers["set-cookie"]
    assert "SameSite=Lax" in headers["set-cookie"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'self'" in headers["content-security-policy"]
    known = headers["set-cookie"].partition(";")[0]
    assert "set-cookie" not in came(here, "/", headers={**HERE, "cookie": known})[1]


@pytest.mark.parametrize(
    "path",
    ["/gradio_api/file=/etc/passwd", "/file=/etc/passwd", "/gradio_api/file/etc/passwd", "/gradio_api/proxy=http://x",
     "/docs",
     "/gradio_api/stream/a/b/c/playlist.m3u8", "/gradio_api/upload_progress", "/custom_component/x/y/z/w",
     "/monitoring",
     "/gradio_api/custom_component/a/client/component/x.js", "/static/../../etc/passwd", "/assets/..%2f..%2fetc/passwd",
     "/studio/../etc", "/studio/files/../../x", "/gradio_api/run-history/records", "/gradio_api/vibe-code",
     "/openapi.json",
     "/gradio_api/deep_link", "//etc/passwd", "/gradio_api/openapi.json", "/gradio_api/info/../file=/etc/passwd"],
)  # fmt: skip
def test_gradios_doors_to_files_are_shut(here: Guard, path: str) -> None:
    assert came(here, path)[0] == 404
    assert came(here, path, "HEAD")[0] == 404


@pytest.mark.parametrize(
    "path", ["/gradio_api/upload", "/gradio_api/component_server", "/gradio_api/run/predict", "/gradio_api/call/x",
             "/gradio_api/process_recording", "/gradio_api/vibe-edit", "/gradio_api/stream/x", "/login", "/"],
)  # fmt: skip
def test_nothing_is_sent_but_knobs_and_uploads(here: Guard, path: str) -> None:
    assert came(here, path, "POST")[0] == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"])
def test_there_are_no_other_ways_to_ask(here: Guard, method: str) -> None:
    assert came(here, "/", method)[0] == 404


@pytest.mark.parametrize("host", ["evil.example", "evil.example:7860", "127.0.0.1.evil.example", ""])
def test_no_other_name_leads_to_this_machine(here: Guard, host: str) -> None:
    assert came(here, "/", headers={"host": host})[0] == 403


def test_no_other_page_asks_in_a_visitors_name(here: Guard) -> None:
    ours = {**HERE, "x-mariana": "1"}
    assert came(here, "/studio/source", "POST", ours)[0] == 200
    assert came(here, "/studio/source", "POST", HERE)[0] == 403
    assert came(here, "/studio/source", "POST", {**ours, "origin": "http://evil.example"})[0] == 403
    assert came(here, "/gradio_api/queue/join", "POST", {**HERE, "origin": "http://evil.example"})[0] == 403
    assert came(here, "/gradio_api/queue/join", "POST", {**HERE, "origin": "http://127.0.0.1:8888"})[0] == 403
    assert came(here, "/studio/source", "POST", {**ours, "origin": "http://127.0.0.1:7860"})[0] == 200


FILE = {"path": "/etc/passwd", "url": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}


@pytest.mark.parametrize(
    "said", [{"data": [FILE]}, {"data": [["x", FILE]]}, {"data": FILE}, [FILE], {"data": [1], "event_data": FILE},
             {"data": [[1]]}],
)  # fmt: skip
def test_no_knob_says_a_file(here: Guard, said: object) -> None:
    assert came(here, "/gradio_api/queue/join", "POST", body=json.dumps(said).encode())[0] == 400


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000, b"x" * (1 << 21)])
def test_what_is_no_word_of_the_pages_is_refused(here: Guard, body: bytes) -> None:
    assert came(here, "/gradio_api/queue/join", "POST", body=body)[0] == 400


def test_what_knobs_say_comes_through(here: Guard) -> None:
    said = {"data": ["abyss", 1.5, True, None], "fn_index": 3, "session_hash": "x", "event_data": None}
    assert came(here, "/gradio_api/queue/join", "POST", body=json.dumps(said).encode())[0] == 200


def test_knobs_say_no_novels(here: Guard) -> None:
    assert came(here, "/gradio_api/queue/join", "POST", {**HERE, "content-length": str(1 << 30)})[0] == 413
    assert came(here, "/gradio_api/queue/join", "POST", {**HERE, "content-length": "-1"})[0] == 413


def with_word(word: str) -> dict[str, str]:
    return {"host": "far.example", "authorization": "Basic " + base64.b64encode(f"anybody:{word}".encode()).decode()}


def test_elsewhere_a_password_is_asked_for() -> None:
    far = Guard(_page, (), "open sesame")
    for path in ("/", "/studio/works", "/assets/x.js", "/gradio_api/queue/data"):
        status, headers, body = came(far, path, headers={"host": "far.example"})
        assert (status, body) == (401, b"say the password")
        assert headers["www-authenticate"].startswith("Basic")
    assert came(far, "/", headers=with_word("open sesame"))[0] == 200
    for wrong in ({"authorization": "Basic !!"}, {"authorization": "Bearer x"}, with_word(""), with_word("open")):
        assert came(far, "/", headers={"host": "far.example", **wrong})[0] == 401


def test_passwords_are_not_tried_out(monkeypatch: pytest.MonkeyPatch) -> None:
    far = Guard(_page, (), "open sesame")
    answers = [came(far, "/", headers=with_word(f"try {number}"))[0] for number in range(30)]
    assert answers[0] == 401
    assert answers[-1] == 429
    now = guard.time.monotonic()
    monkeypatch.setattr(guard.time, "monotonic", lambda: now + 61)
    assert came(far, "/", headers=with_word("open sesame"))[0] == 200


def test_who_guesses_locks_nobody_out_who_was_in_before() -> None:
    far = Guard(_page, (), "open sesame")
    assert came(far, "/", headers=with_word("open sesame"), address="10.0.0.2")[0] == 200
    for number in range(30):
        came(far, "/", headers=with_word(f"try {number}"), address=f"10.0.1.{number}")
    assert came(far, "/", headers=with_word("open sesame"), address="10.0.0.3")[0] == 429
    assert came(far, "/", headers=with_word("open sesame"), address="10.0.0.2")[0] == 200
    answers = [came(far, "/", headers=with_word(f"try {number}"), address="10.0.0.2")[0] for number in range(30)]
    assert answers[-1] == 429


def test_sockets_are_closed(here: Guard) -> None:
    said: list[Any] = []

    async def send(message: Any) -> None:
        said.append(message)

    asyncio.run(here({"type": "websocket", "path": "/"}, lambda: None, send))  # type: ignore[arg-type]  # nothing is read
    assert said == [{"type": "websocket.close", "code": 1008}]
