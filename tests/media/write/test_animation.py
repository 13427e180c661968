"""GIF and WebP: counted, timed and looking right when read back by others."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mariana_video.errors import OutputError, UsageError
from mariana_video.media.read.opening import open_clip
from tests.media.clips import ffmpeg, make, pictures
from tests.media.write.passing import broken_off, open_writer, through


def delays(path: Path) -> list[int]:
    """Milliseconds of each frame, by Pillow."""
    found = []
    with Image.open(path) as image:
        for index in range(getattr(image, "n_frames", 1)):
            image.seek(index)
            image.load()
            found.append(int(image.info["duration"]))
    return found


def at(path: Path, seconds: float) -> np.ndarray:
    """The picture shown at a moment, 0…255."""
    with Image.open(path) as image:
        passed = 0.0
        for index in range(image.n_frames):  # type: ignore[attr-defined]
            image.seek(index)
            image.load()
            passed += image.info["duration"] / 1000
            if passed > seconds + 1e-6:
                break
        return np.asarray(image.convert("RGB"), np.float64)


@pytest.mark.parametrize("ending", ["gif", "webp"])
@pytest.mark.parametrize("rate", ["25", "24000/1001", "12.5", "10"])
def test_the_right_picture_at_each_time(tmp_path: Path, ending: str, rate: str) -> None:
    source = make(tmp_path / "in.mp4", rate=rate, seconds=1, matrix="bt601")
    output = tmp_path / f"out.{ending}"
    through(source, output)
    shown = pictures(source)
    tick = 10 if ending == "gif" else 1
    assert sum(delays(output)) == tick * round(1000 * len(shown) / Fraction(rate) / tick)
    for number in (0, 3, len(shown) - 1):
        middle = (number + 0.5) / float(Fraction(rate))
        assert np.abs(at(output, middle) - shown[number]).mean() < 16


def test_a_gif_has_one_palette_and_few_frames_too_many(tmp_path: Path) -> None:
    source = make(tmp_path / "in.mp4", rate="60", seconds=1)
    said = through(source, tmp_path / "out.gif")
    assert delays(tmp_path / "out.gif") == [20] * 50
    assert any("10 of 60 frames are left out" in sentence for sentence in said)
    data = (tmp_path / "out.gif").read_bytes()
    assert data[10] & 0x80  # a palette for the whole file
    with Image.open(tmp_path / "out.gif") as image:
        image.seek(7)
        assert not image.tile or image.palette is not None


@pytest.mark.parametrize("ending", ["gif", "webp"])
def test_a_varied_rate_and_a_held_last_frame(tmp_path: Path, ending: str) -> None:
    output = tmp_path / f"out.{ending}"
    with open_writer(output, None, size=(32, 32), rate=Fraction(10)) as writer:
        for number, moment in enumerate((0, 1, 5, 6)):
            shade = np.full((32, 32, 3), number / 4, np.float32)
            writer.write(shade, Fraction(moment, 10), duration=Fraction(2) if number == 3 else None)
    assert delays(output) == [100, 400, 100, 2000]


@pytest.mark.parametrize("ending", ["gif", "webp"])
def test_looping_is_set_or_not(tmp_path: Path, ending: str) -> None:
    for loop in (True, False):
        with open_writer(tmp_path / f"{loop}.{ending}", None, size=(32, 32), loop=loop) as writer:
            for number in range(3):
                writer.write(np.full((32, 32, 3), number / 4, np.float32), Fraction(number, 25))
    with Image.open(tmp_path / f"True.{ending}") as image:
        assert image.info["loop"] == 0
    with Image.open(tmp_path / f"False.{ending}") as image:
        assert image.info.get("loop", 1) == 1


@pytest.mark.parametrize("ending", ["gif", "webp"])
@pytest.mark.parametrize("alpha", [False, True])
def test_a_film_that_never_changes_keeps_its_length(tmp_path: Path, ending: str, alpha: bool) -> None:
    output = tmp_path / f"out.{ending}"
    see = np.tile(np.linspace(0, 1, 32, dtype=np.float32), (32, 1)) if alpha else None
    with open_writer(output, None, size=(32, 32)) as writer:
        for number in range(25):
            writer.write(np.full((32, 32, 3), 0.5, np.float32), Fraction(number, 25), see)
    assert sum(delays(output)) == 1000
    assert np.abs(at(output, 0.5) - 127.5).max() < 6


@pytest.mark.parametrize("ending", ["gif", "webp"])
def test_transparency_is_kept(tmp_path: Path, ending: str) -> None:
    see = (np.indices((32, 32))[1] > 15).astype(np.float32)
    source = tmp_path / "in.mkv"
    ffmpeg(
        "-f", "lavfi", "-t", 0.2, "-i", "testsrc=size=32x32,format=bgra,geq=r='p(X,Y)':a='255*gt(X,15)'", "-c:v",
        "ffv1", "-pix_fmt", "bgra", source,
    )  # fmt: skip
    through(source, tmp_path / f"out.{ending}")
    with Image.open(tmp_path / f"out.{ending}") as image:
        for index in range(image.n_frames):  # type: ignore[attr-defined]
            image.seek(index)
            shown = np.asarray(image.convert("RGBA"))[..., 3] / 255
            assert np.abs(shown - see).max() < 0.01


@pytest.mark.parametrize("ending", ["gif", "webp"])
def test_nothing_is_left_lying_about(tmp_path: Path, ending: str) -> None:
    output = tmp_path / f"100% [x] ä.{ending}"
    with open_writer(output, None, size=(33, 17)) as writer:
        writer.write(np.full((17, 33, 3), 0.5, np.float32), Fraction(0))
    assert list(tmp_path.iterdir()) == [output]
    output.unlink()
    broken_off(open_writer(output, None, size=(32, 32)))
    assert list(tmp_path.iterdir()) == []


def test_sound_is_named_and_giants_refused(tmp_path: Path) -> None:
    said = through(make(tmp_path / "in.mp4", sound=1, seconds=0.2), tmp_path / "out.gif")
    assert any("no sound" in sentence for sentence in said)
    with pytest.raises(UsageError, match="smaller"):
        open_writer(tmp_path / "out.webp", None, size=(20000, 10))


def test_ffmpegs_own_words_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    false = tmp_path / "ffmpeg"
    false.write_text("#!/bin/sh\necho 'the very disk is on fire' >&2\nexit 3\n")
    false.chmod(0o700)
    monkeypatch.setattr("imageio_ffmpeg.get_ffmpeg_exe", lambda: str(false))
    with (
        pytest.raises(OutputError, match="the very disk is on fire"),
        open_writer(tmp_path / "out.gif", None, size=(32, 32)) as writer,
    ):
        writer.write(np.zeros((32, 32, 3), np.float32), Fraction(0))
    assert list(tmp_path.iterdir()) == [false]


def hopping(path: Path, loop: int | None) -> Path:
    """Three grey pictures as an animation by Pillow, with the loop count as the format writes it."""
    frames = [Image.new("RGB", (32, 32), (shade, 90, 90)) for shade in (0, 100, 200)]
    count = {} if loop is None else {"loop": loop}
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=100, **count)
    return path


@pytest.mark.parametrize("loop", [None, 0, 1, 3, 65535])
def test_a_gif_is_played_as_often_as_its_source(tmp_path: Path, loop: int | None) -> None:
    through(hopping(tmp_path / "in.gif", loop), tmp_path / "out.gif")
    with Image.open(tmp_path / "out.gif") as image:
        assert image.info.get("loop") == loop


@pytest.mark.parametrize(
    ("source", "loop", "output", "wanted"),
    [
        ("in.gif", None, "out.webp", 1), ("in.gif", 0, "out.webp", 0), ("in.gif", 3, "out.webp", 4),
        ("in.gif", 65535, "out.webp", 65535), ("in.webp", 0, "out.gif", 0), ("in.webp", 1, "out.gif", None),
        ("in.webp", 4, "out.gif", 3), ("in.webp", 4, "out.webp", 4), ("in.png", 1, "out.gif", None),
        ("in.png", 0, "out.gif", 0), ("in.png", 5, "out.webp", 5), ("in.png", 5, "out.gif", 4),
    ],
)  # fmt: skip
def test_every_format_counts_its_own_way(
    tmp_path: Path, source: str, loop: int | None, output: str, wanted: int | None
) -> None:
    """A GIF says how often it begins again (nothing: never), WebP and APNG how often they are played; 0 is for ever."""
    through(hopping(tmp_path / source, loop), tmp_path / output)
    with Image.open(tmp_path / output) as image:
        assert image.info.get("loop") == wanted


def test_a_film_becomes_an_endless_animation(tmp_path: Path) -> None:
    source = make(tmp_path / "in.mp4", seconds=0.2)
    assert open_clip(source).plays is None
    through(source, tmp_path / "out.gif")
    with Image.open(tmp_path / "out.gif") as image:
        assert image.info["loop"] == 0


def test_of_pictures_too_short_for_a_gif_the_one_that_stays_is_kept(tmp_path: Path) -> None:
    shades, lengths = (10, 60, 110, 160, 210), [13, 7, 501, 1, 1230]
    frames = [Image.new("RGB", (32, 32), (shade, shade, shade)) for shade in shades]
    more = {"append_images": frames[1:], "duration": lengths, "lossless": True}
    frames[0].save(tmp_path / "in.webp", save_all=True, **more)
    through(tmp_path / "in.webp", tmp_path / "out.gif")
    for seconds, shade in ((0.3, 110), (1.0, 210)):
        assert at(tmp_path / "out.gif", seconds).mean() == pytest.approx(shade, abs=4)
