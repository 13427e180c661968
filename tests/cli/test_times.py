"""Every option that takes a time takes it as people write it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import read
from mariana_video.media.stills.pictures import write_picture
from tests.conftest import make_clip, texture

Mariana = Callable[..., tuple[int, str]]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    make_clip(Path("film.mkv"), frames=20, rate=10, sound=False)
    write_picture("a.png", texture(48, 64))


def frames(path: str) -> int:
    return sum(1 for _ in read(open_clip(Path(path))))


@pytest.mark.parametrize(
    ("span", "count"),
    [
        ("--start 1.5 --duration 300ms", 3),
        ("--start 75% --duration 0:00.3", 3),
        ("--start 50%", 10),
        pytest.param("--duration 25%", 5, marks=pytest.mark.long),
        pytest.param("--start 0:01 --duration 1s", 10, marks=pytest.mark.long),
    ],
)
def test_a_span(mariana: Mariana, tiny_weights: Path, span: str, count: int) -> None:
    code, told = mariana("video", "film.mkv", "o.mp4", "--network", tiny_weights, "--first-steps", 1, *span.split())
    assert (code, frames("o.mp4")) == (0, count), told


@pytest.mark.parametrize(
    "words", ["--duration 400ms", "--duration 0:00.4 --at 50%", "--duration 0.4s --channel-cycle 200ms"]
)
def test_a_dive(mariana: Mariana, tiny_weights: Path, words: str) -> None:
    code, told = mariana("zoom", "film.mkv", "o.mp4", "--network", tiny_weights, "--rate", 10, *words.split())
    assert (code, frames("o.mp4")) == (0, 4), told


def test_a_progression(mariana: Mariana, tiny_weights: Path) -> None:
    wanted = ("--steps", 2, "--octaves", 1, "--rate", 10, "--at", "0:01")
    code, told = mariana("progress", "film.mkv", "o.mp4", "--network", tiny_weights, *wanted, "--hold", "500ms")
    assert (code, frames("o.mp4")) == (0, 3 + 5), told


def test_where_a_dream_begins_in_its_source(mariana: Mariana, tiny_weights: Path) -> None:
    network = ("--network", tiny_weights)
    assert mariana("video", "film.mkv", "o.mkv", *network, "--start", "0:01", "--first-steps", 1)[0] == 0
    for start in ("1s", "50%"):
        code, told = mariana("measure", "film.mkv", "o.mkv", *network, "--start", start)
        assert code == 0, told


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("zoom a.png o.mp4 --duration 50%", "--duration: '50%': there is no clip here"),
        ("zoom a.png o.mp4 --duration soon", "--duration: can't read 'soon' as a time: write 90, 1.5s"),
        ("zoom a.png o.mp4 --wander=-1", "--channel-cycle -1: give seconds of at least 0"),
        ("progress a.png o.gif --hold 10%", "--hold: '10%': there is no clip here"),
        ("video film.mkv o.mp4 --start 1:75", "--start: '1:75': after a colon"),
        ("video film.mkv o.mp4 --start=-1", "--start -1: give seconds of at least 0"),
        ("measure film.mkv film.mkv --start 200%", "--start: '200%': a part of a clip is at most 100%"),
        ("video film.mkv o.mp4 --start 9s", "no frame in the span asked for; it is 2.00 s long"),
    ],
)
def test_what_is_no_time_is_refused_in_one_line(mariana: Mariana, words: str, said: str) -> None:
    code, told = mariana(*words.split(), "--quiet")
    assert (code in (1, 2), len(told.strip().splitlines()), said in told) == (True, 1, True), told
    assert not list(Path().glob("o.*"))
