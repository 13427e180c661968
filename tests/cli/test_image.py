"""`mariana image --at`: the frame that the film of the whole video has there, bit for bit."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from mariana_video.media.stills.pictures import read_picture, write_picture
from tests.conftest import texture

Mariana = Callable[..., tuple[int, str]]
CUT = 5  # the frame at which a new shot begins, which a film dreams anew
KEYED = (
    *("--strength", "0:(0.2), 5:(2)", "--layers", "0:(conv1_1), 5:(conv2_2)", "--first-steps", "0:(1), 5:(3)"),
    *("--step-size", "0.01 + 0.01*sec + 0.005*shot", "--octaves", "0:(1), 5:(2)", "--seed", "3"),
    *("--jitter", "0:(2), 5:(12), 2.2s:(30)"),
)
GAPS = [0, 1, 2, 9, 10, 11, 12, 20]  # tenths of a second
BY_TIME = ("--step-size", "0.01 + 0.02*sec", "--jitter", "0s:(2), 3s:(30)", "--seed", "3")


def shots(path: Path, times: list[int] | None = None) -> Path:
    """Two shots of five and three frames, lossless; `times` are the frames', in tenths of a second."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("ffv1", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "bgr0"
        stream.codec_context.time_base = Fraction(1, 10)
        for index in range(8):
            shot = texture(48, 64, 1) * 0.4 if index < CUT else 1 - 0.4 * texture(48, 64, 7)
            picture = np.rint(np.roll(shot, index, axis=1) * 255).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts = index if times is None else times[index]
            frame.time_base = Fraction(1, 10)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("name", "times", "keyed"), [("film.mkv", None, KEYED), ("gaps.mkv", GAPS, KEYED), ("gaps.mkv", GAPS, BY_TIME)]
)
def test_a_frame_is_what_the_film_has_there(
    mariana: Mariana,
    tiny_weights: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    times: list[int] | None,
    keyed: tuple[str, ...],
) -> None:
    """At a cut the film dreams a frame from its source alone, as `image` does: with everything keyed they are alike."""
    monkeypatch.chdir(tmp_path)
    tenth = (times or range(8))[CUT]
    shots(Path(name), times)
    wanted = ("--network", tiny_weights, *keyed, "--size", "48x36")
    code, told = mariana("video", name, "out/", *wanted)
    assert code == 0, told
    film = [read_picture(file)[0] for file in sorted(Path("out").glob("*.png"))]
    for at, number in ((tenth / 10, CUT), (0, 0)):
        assert mariana("image", name, f"{number}.png", "--at", at, *wanted)[0] == 0
        assert np.array_equal(read_picture(f"{number}.png")[0], film[number])
    assert not np.array_equal(film[0], film[CUT])


def test_what_does_not_move_is_as_in_a_film_that_begins_there(
    mariana: Mariana, tiny_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shots(Path("film.mkv"))
    wanted = ("--network", tiny_weights, "--seed", 3, "--first-steps", 2)
    assert mariana("video", "film.mkv", "out/", "--start", "0.3", *wanted)[0] == 0
    assert mariana("image", "film.mkv", "frame.png", "--at", "0:00.3", *wanted)[0] == 0
    first = min(Path("out").glob("*.png"))
    assert np.array_equal(read_picture("frame.png")[0], read_picture(first)[0])


@pytest.mark.parametrize("name", ["film.mkv", "moving.gif"])
def test_without_a_time_it_is_the_first_frame(
    mariana: Mariana, tiny_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    shots(Path("film.mkv"))
    quick = ("--network", tiny_weights, "--first-steps", 1)
    if name == "moving.gif":
        assert mariana("video", "film.mkv", name, *quick)[0] == 0
    assert mariana("image", name, "a.png", *quick)[0] == 0
    assert mariana("image", name, "b.png", "--at", 0, *quick)[0] == 0
    assert mariana("image", name, "c.png", "--at", "100%", *quick)[0] == 0
    a, b, c = (read_picture(f"{letter}.png")[0] for letter in "abc")
    assert np.array_equal(a, b)
    assert not np.allclose(a, c, atol=0.1)


@pytest.mark.parametrize("command", ["image", "zoom", "progress"])
@pytest.mark.parametrize(
    ("said", "at"),
    [("is a picture", "0"), ("is a picture", "0%"), ("--at -1: give seconds of at least 0", "-1"), ("1:02.5", "soon")],
)
def test_a_time_that_a_source_has_not_is_refused_in_one_line(
    mariana: Mariana, tiny_weights: Path, tmp_path: Path, command: str, said: str, at: str
) -> None:
    write_picture(tmp_path / "in.png", texture(48, 64))
    network = ("--network", tiny_weights, "--quiet")
    code, told = mariana(command, tmp_path / "in.png", tmp_path / "out.png", f"--at={at}", *network)
    if command == "zoom":
        code, told = mariana(command, tmp_path / "in.png", tmp_path / "out.mp4", f"--at={at}", *network)
    assert (code, len(told.strip().splitlines())) == (2, 1), told
    assert said in told
    assert not list(tmp_path.glob("out*"))


@pytest.mark.parametrize(("said", "at"), [("has no picture at 9 s; it is 0.80 s long", "9"), ("at most 100%", "101%")])
def test_a_time_past_the_end_is_refused(
    mariana: Mariana, tiny_weights: Path, tmp_path: Path, said: str, at: str
) -> None:
    shots(tmp_path / "film.mkv")
    code, told = mariana("image", tmp_path / "film.mkv", tmp_path / "o.png", "--at", at, "--network", tiny_weights)
    assert (code, said in told) == (2, True), told
