"""Every kind of OUTPUT, and from every kind of source."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mariana_video.errors import UsageError
from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import read
from tests.media.clips import ffmpeg, make, pictures, times
from tests.media.write.films import film, length
from tests.media.write.passing import open_writer, through


@pytest.mark.parametrize(
    ("name", "codec", "wanted"),
    [("a.mp4", None, "h264"), ("a.mp4", "hevc", "hevc"), ("a.mov", "prores", "prores"), ("a.mkv", "ffv1", "ffv1"),
     ("a.webm", "h264", "vp9"), ("a.webm", None, "vp9"), ("a.avi", None, "h264"), ("a.ts", None, "h264")],
)  # fmt: skip
def test_codecs_by_container(tmp_path: Path, name: str, codec: str | None, wanted: str) -> None:
    film(tmp_path / name, codec=codec)
    assert open_clip(tmp_path / name).codec == wanted
    assert len(times(tmp_path / name)) == 5


@pytest.mark.parametrize(
    ("name", "codec", "told"),
    [("a.mp4", "prores", r"\.mov"), ("a.webm", "hevc", "vp9"), ("a.mp4", "mpeg2", "no codec"),
     ("a.xyz", None, r"\.mp4, .*\.gif.*folder"), ("a", None, "no ending")],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_what_can(tmp_path: Path, name: str, codec: str | None, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        open_writer(tmp_path / name, None, size=(32, 32), codec=codec)


@pytest.mark.parametrize("ending", ["gif", "webp", "png", "avif"])
def test_animations_become_films(tmp_path: Path, ending: str) -> None:
    source = tmp_path / f"in.{ending}"
    options = {"png": ("-f", "apng"), "avif": ("-c:v", "libsvtav1")}.get(ending, ())
    ffmpeg("-f", "lavfi", "-t", 0.6, "-i", "testsrc2=size=64x64:rate=10", *options, source)
    through(source, tmp_path / "out.mp4")
    assert times(tmp_path / "out.mp4") == [Fraction(n, 10) for n in range(6)]


def test_a_picture_becomes_a_film_of_one_frame(tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=64x64", "-frames:v", 1, tmp_path / "in.png")
    through(tmp_path / "in.png", tmp_path / "out.mp4")
    assert (times(tmp_path / "out.mp4"), length(tmp_path / "out.mp4")) == ([0], Fraction(1, 25))


def test_a_folder_gets_numbered_pictures_of_exact_size(tmp_path: Path) -> None:
    source = make(tmp_path / "in.mp4", size="62x46", seconds=0.4)
    through(source, f"{tmp_path}/out/")
    files = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert files == [f"frame-{n:06d}.png" for n in range(1, 11)]
    ours = np.stack([frame.rgb for frame in read(open_clip(tmp_path / "out"))]) * 255
    assert np.abs(ours - pictures(source)).mean() < 3


def test_a_folder_is_filled_again_without_touching_other_files(tmp_path: Path) -> None:
    film(f"{tmp_path}/out/", count=6)
    (tmp_path / "out/notes.txt").write_text("mine")
    film(f"{tmp_path}/out/", count=4)
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == [*(f"frame-{n:06d}.png" for n in range(1, 5)), "notes.txt"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("name", ["out.webm", "out.mov", "out.mkv", "frames/", "out.mp4"])
def test_transparency_is_kept_or_named(tmp_path: Path, name: str) -> None:
    source = tmp_path / "in.mkv"
    ffmpeg(
        "-f", "lavfi", "-t", 0.2, "-i", "testsrc2=size=64x48,format=bgra,geq=r='p(X,Y)':a='4*X'", "-c:v", "ffv1",
        "-pix_fmt", "bgra", source,
    )  # fmt: skip
    codec = {"out.mov": "prores", "out.mkv": "ffv1"}.get(name)
    said = through(source, f"{tmp_path}/{name}", **({} if name == "frames/" else {"codec": codec}))
    frame = next(read(open_clip(tmp_path / name)))
    if name == "out.mp4":
        assert frame.alpha is None
        assert any("transparency" in sentence for sentence in said)
    else:
        assert frame.alpha is not None
        assert np.abs(frame.alpha[24] * 255 - 4 * np.arange(64)).mean() < 3
        assert not any("transparency" in sentence for sentence in said)
