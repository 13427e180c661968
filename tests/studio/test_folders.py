"""A visitor's folder: found by his secret alone, and nothing else is found through it."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from mariana_video.errors import MarianaError, OutputError, SourceError, UsageError
from mariana_video.studio import limits
from mariana_video.studio.folders import Visitor, bytes_in, new_secret, plain_name, read_json, visitors, write_json


@pytest.fixture
def visitor(tmp_path: Path) -> Visitor:
    made = Visitor.of(tmp_path / "root", new_secret())
    (made.made("preview") / "sharp1.jpg").write_bytes(b"mine")
    return made


def test_a_folder_tells_nothing_of_its_secret(tmp_path: Path) -> None:
    secret = new_secret()
    assert Visitor.of(tmp_path, secret) == Visitor.of(tmp_path, secret) != Visitor.of(tmp_path, new_secret())
    assert secret not in str(Visitor.of(tmp_path, secret).folder)


@pytest.mark.parametrize("word", ["", "..", "../" * 20, "a", "0" * 43 + "/", "x" * 42, "ä" * 43])
def test_what_is_no_secret_leads_nowhere(tmp_path: Path, word: str) -> None:
    with pytest.raises(UsageError):
        Visitor.of(tmp_path, word)


@pytest.mark.parametrize(
    "word",
    ["/etc/passwd", "../other/preview/sharp1.jpg", "preview/../source.json", "preview//sharp1.jpg",
     "preview/SHARP1.jpg", "preview/sharp1.jpg\0",
     "source.json", "page.json", "own.toml", "preview", "", "work/000000000000/work.json",
     "preview/sharp1.jpg/", "./preview/sharp1.jpg", "preview\\sharp1.jpg", "preview/sharp1.jpg%00", "preview/a.html"],
)  # fmt: skip
def test_no_other_word_is_a_file(visitor: Visitor, word: str) -> None:
    assert visitor.seen("preview/sharp1.jpg") is not None
    assert visitor.seen(word) is None


def test_a_link_leads_out_of_no_folder(visitor: Visitor, tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").write_bytes(b"not his")
    (visitor.folder / "preview" / "out.jpg").symlink_to(tmp_path / "secret.jpg")
    assert visitor.seen("preview/out.jpg") is None


def test_no_visitor_sees_what_is_anothers(visitor: Visitor, tmp_path: Path) -> None:
    assert visitor.seen("preview/sharp1.jpg") is not None
    assert Visitor.of(tmp_path / "root", new_secret()).seen("preview/sharp1.jpg") is None


@pytest.mark.parametrize(
    ("given", "kept"),
    [("Ferien am Meer.MOV", "Ferien-am-Meer"), ("../../etc/passwd", "passwd"), ("a;rm -rf ~.mp4", "a-rm-rf"),
     ("$(reboot).png", "reboot"), ("C:\\x\\y.mp4", "y"), ("--help.mp4", "help"), ("...", "film"), ("海.mp4", "海"),
     ("<script>.gif", "script"), ("x" * 300 + ".mp4", "x" * 60)],
)  # fmt: skip
def test_a_name_becomes_one_that_no_shell_reads_otherwise(given: str, kept: str) -> None:
    assert plain_name(given) == kept


def test_what_is_written_half_is_not_there(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"a": 1})
    assert read_json(tmp_path / "a.json", {}) == {"a": 1}
    (tmp_path / "a.json").write_text('{"a": ')
    assert read_json(tmp_path / "a.json", {}) == {}
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


HEADS = {
    ".png": b"\x89PNG\r\n\x1a\n", ".jpg": b"\xff\xd8\xff\xe0", ".gif": b"GIF89a", ".mp4": b"\0\0\0\x20ftypisom",
    ".heic": b"\0\0\0\x20ftypheic", ".mkv": b"\x1a\x45\xdf\xa3", ".webp": b"RIFF\0\0\0\0WEBP",
    ".avi": b"RIFF\0\0\0\0AVI ",
}  # fmt: skip


def test_files_are_known_by_their_first_bytes() -> None:
    for ending, head in HEADS.items():
        assert limits.kind_of(head + bytes(200), "anything.exe") == ending


@pytest.mark.parametrize(
    "head",
    [b"#EXTM3U\nfile:///etc/passwd", b"ffconcat version 1.0\nfile /etc/passwd", b"<svg xmlns='x'>", b"<!doctype html>",
     b"v=0\r\n", b"PK\x03\x04", b"\x7fELF", b"%PDF-", b"%!PS", b"#!/bin/sh", b"", b"import os"],
)  # fmt: skip
def test_lists_pages_and_programs_are_not_even_looked_at(head: bytes) -> None:
    with pytest.raises(SourceError, match="film"):
        limits.kind_of(head + bytes(100), "film.mp4")


def test_limits_are_told_and_kept(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "1 GB" in limits.TOLD
    assert "30 minutes" in limits.TOLD
    refused: list[tuple[str, tuple[int, int], float | None]] = [
        ("picture", (30000, 30000), None),
        ("film", (640, 360), 7200.0),
    ]
    for kind, size, seconds in refused:
        with pytest.raises(SourceError, match="most"):
            limits.check_seen(kind, size, seconds)
    with pytest.raises(SourceError, match="1 GB"):
        limits.check_size(limits.UPLOAD + 1, limits.UPLOAD)
    limits.check_room(visitor)
    monkeypatch.setattr(limits, "QUOTA", 3)
    with pytest.raises(OutputError, match="remove a work"):
        limits.check_room(visitor)


def test_a_full_disk_is_told_before(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_FREE", 1 << 62)
    with pytest.raises(MarianaError, match="nearly full"):
        limits.check_room(visitor)


def test_only_what_nobody_came_for_is_cleared_away(tmp_path: Path) -> None:
    late, busy, here = (Visitor.of(tmp_path, new_secret()) for _ in range(3))
    for one in (late, busy, here):
        one.came()
        assert not one.folder.exists()
        one.made()
    for one in (late, busy):
        os.utime(one.folder, (0, 0))
    (tmp_path / "somebody's own").mkdir()
    broken, coming = here.folder / "coming-1.toml", here.folder / "coming-2.toml"
    for file in (broken, coming):
        file.write_bytes(b"half a film")
    os.utime(broken, (0, 0))
    limits.clear_up(tmp_path, {busy})
    assert set(visitors(tmp_path)) == {busy, here}
    assert not broken.exists()
    assert coming.exists()
    assert (tmp_path / "somebody's own").exists()


def test_it_is_cleared_up_now_and_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_HOUR", 0.02)
    closed = threading.Event()
    thread = threading.Thread(target=limits.keep_clear, args=(tmp_path, set, closed))
    thread.start()
    for _ in range(2):
        late = Visitor.of(tmp_path, new_secret())
        late.made()
        os.utime(late.folder, (0, 0))
        for _ in range(200):
            if not late.folder.exists():
                break
            time.sleep(0.02)
        assert not late.folder.exists()
    closed.set()
    thread.join(5)
    assert not thread.is_alive()


def test_what_the_disk_has_no_room_for_is_said_in_a_line(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, _text: str, **_: str) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    before = bytes_in(visitor.folder)
    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OutputError, match="no space left"):
        write_json(visitor.folder / "page.json", {})
    assert bytes_in(visitor.folder) == before
