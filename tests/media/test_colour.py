"""Colours stay what they are, judged by the ffmpeg program."""

from pathlib import Path

import numpy as np
import pytest

from mariana_video.errors import SourceError
from mariana_video.media.colour import BT709, UNTAGGED, Colour, check_matrix, for_output, from_rgb, grey_of, to_rgb
from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import read
from tests.media.clips import coloured, make, pictures
from tests.media.write.passing import through

SIZES = {"SD": "320x180", "HD": "1280x720"}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("matrix", "full"), [("bt601", False), ("bt709", False), ("bt601", True), ("bt709", True), (None, False)]
)
def test_colours_survive_reading_and_writing(tmp_path: Path, size: str, matrix: str | None, full: bool) -> None:
    guess = "bt709" if size == "HD" else "bt601"
    source = make(
        tmp_path / "in.mp4", size=SIZES[size], rate="1", source="smptebars", matrix=matrix, full=full,
        filters="" if matrix else coloured(None, guess=guess),
    )  # fmt: skip
    output = tmp_path / "out.mp4"
    through(source, output)
    seen = {"matrix": matrix or guess, "range_": "full" if full else "limited"}
    before, after = pictures(source, **seen), pictures(output, **seen)
    assert np.abs(after - before).mean() <= 2
    assert np.abs((after - before).mean((0, 1, 2))).max() <= 0.5
    assert open_clip(output).colour == open_clip(source).colour


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("out.webm", {}),
        ("out.mov", {"codec": "prores"}),
        ("out.mkv", {"codec": "ffv1"}),
        ("out.mp4", {"codec": "hevc"}),
    ],
)
def test_every_codec_shows_the_same_colours(tmp_path: Path, name: str, options: dict[str, str]) -> None:
    source = make(tmp_path / "in.mp4", size="320x180", rate="1", source="smptehdbars", matrix="bt709")
    through(source, tmp_path / name, **options)
    difference = pictures(tmp_path / name) - pictures(source, matrix="bt709")
    assert np.abs(difference).mean() <= 2
    assert np.abs(difference.mean((0, 1, 2))).max() <= 1.5


def test_reading_agrees_with_ffmpeg(tmp_path: Path) -> None:
    source = make(tmp_path / "in.mp4", size="320x180", rate="1", source="mandelbrot", matrix="bt709")
    ours = np.stack([frame.rgb for frame in read(open_clip(source))]) * 255
    difference = ours - pictures(source, matrix="bt709")
    assert np.abs(difference).mean() <= 2
    assert np.abs(difference.mean((0, 1, 2))).max() <= 0.5


@pytest.mark.parametrize("pixel_format", ["yuv444p", "yuv444p10le", "gbrp", "gbrp16le"])
@pytest.mark.parametrize("full", [False, True])
def test_there_and_back_without_subsampling(pixel_format: str, full: bool) -> None:
    rgb = np.random.default_rng(0).random((8, 12, 3), np.float32)
    colour = Colour("bt709", "full" if full else "limited", "bt709", "bt709")
    frame = from_rgb(rgb, None, pixel_format, colour, 8)
    back, alpha = to_rgb(frame, colour, (12, 8))
    assert alpha is None
    assert np.abs(back - rgb).max() < (2.1 / 219 if pixel_format == "yuv444p" else 0.8 / 255)


@pytest.mark.parametrize("pixel_format", ["yuva420p", "yuva444p10le", "bgra", "gbrap16le"])
def test_alpha_goes_there_and_back(pixel_format: str) -> None:
    alpha = np.tile(np.linspace(0, 1, 16, dtype=np.float32), (8, 1))
    frame = from_rgb(np.full((8, 16, 3), 0.5, np.float32), alpha, pixel_format, BT709, 8)
    _, back = to_rgb(frame, BT709, (16, 8))
    assert back is not None
    assert np.abs(back - alpha).max() < 0.6 / 255
    opaque, none = to_rgb(from_rgb(np.full((8, 16, 3), 0.5, np.float32), None, pixel_format, BT709, 8), BT709, (16, 8))
    assert none is None
    assert np.abs(opaque - 0.5).max() < 1 / 255


def test_untagged_stays_untagged_until_its_size_would_change_the_guess() -> None:
    assert for_output(UNTAGGED, 360, 480) == UNTAGGED
    assert for_output(UNTAGGED, 1080, 360).matrix == "bt709"
    assert for_output(UNTAGGED, 480, 720).matrix == "smpte170m"
    assert for_output(Colour("gbr", "full"), 100, 100).matrix == "bt709"


def test_matrices_beyond_ours_are_refused_by_name() -> None:
    with pytest.raises(SourceError, match="ictcp"):
        check_matrix(Colour("ictcp", "limited"))


def test_grey_weighs_green_most() -> None:
    red, green, blue = (grey_of(np.eye(3, dtype=np.float32)[i].reshape(1, 1, 3))[0, 0] for i in range(3))
    assert (red, green, blue) == (76, 150, 29)
    assert grey_of(np.ones((1, 1, 3), np.float32))[0, 0] == 255
