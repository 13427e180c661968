"""The command where nobody listens, where nothing can be written, and on terminals that know few letters."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pytest

from mariana_video.cli.app import run
from mariana_video.cli.terminal.streams import streams
from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import read
from tests.conftest import make_clip

FULL = Path("/dev/full")


def closed() -> IO[str]:
    file = io.StringIO()
    file.close()
    return file


def full() -> IO[str]:
    if not FULL.exists():
        pytest.skip("no /dev/full here")
    return FULL.open("w")


def ascii_only() -> IO[str]:
    return io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="strict")


class Broken(io.StringIO):
    """A pipe whose reader has gone."""

    def write(self, _text: str) -> int:
        raise BrokenPipeError(32, "Broken pipe")


NOWHERE: dict[str, Callable[[], Any]] = {
    "none": lambda: None,
    "closed": closed,
    "full": full,
    "ascii": ascii_only,
    "broken": Broken,
}


@pytest.mark.parametrize("name", NOWHERE)
def test_a_film_is_made_whatever_stderr_is(
    tiny_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    source, output = make_clip(tmp_path / "é×.mp4", frames=3), tmp_path / "traumé….mp4"
    monkeypatch.setattr(sys, "stderr", NOWHERE[name]())
    words = ["video", str(source), str(output), "--network", str(tiny_weights), "--first-steps", "1"]
    assert run(words) == 0
    assert len(list(read(open_clip(output)))) == 3
    assert run(words) == 1  # it exists
    assert run([*words, "--carry", "7"]) == 2


@pytest.mark.parametrize(("name", "code"), [("none", 0), ("closed", 0), ("full", 1), ("ascii", 0), ("broken", 1)])
def test_what_is_printed_is_printed_or_it_is_told(
    tiny_weights: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, code: int
) -> None:
    monkeypatch.setattr(sys, "stdout", NOWHERE[name]())
    assert run(["layers", str(tiny_weights)]) == code
    told = capsys.readouterr().err
    assert told == ("mariana: it can't be printed: no space left on device\n" if name == "full" else "")


@pytest.mark.parametrize("words", [["--help"], ["video", "--help"], ["zoom", "--help"]])
def test_help_on_a_terminal_of_few_letters(monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    screen = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(screen, encoding="ascii", errors="strict"))
    assert run(words) == 0
    assert b"mariana" in screen.getvalue()


def test_letters_that_a_stream_lacks_are_written_as_their_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    out, err = io.BytesIO(), io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, encoding="ascii"))
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(err, encoding="cp1252"))
    with streams():
        print("2×3 …", flush=True)
        print("2×3 … −1 \udce9", file=sys.stderr, flush=True)
    assert out.getvalue() == b"2\\xd73 \\u2026\n"
    assert err.getvalue() == b"2\xd73 \x85 \\u22121 \\udce9\n"


def test_the_streams_are_given_back_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    before = sys.stdout
    assert run(["--version"]) == 0
    assert sys.stderr is None
    assert sys.stdout is before
