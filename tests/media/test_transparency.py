"""A film is transparent if any of its frames is, also where its beginning is opaque."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mariana_video.media.read import probe
from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import read
from tests.media.clips import ffmpeg
from tests.media.write.passing import through

OPAQUE = 12  # frames at the beginning
KINDS = ["in.gif", "in.png", "in.webp", "in.avif", "prores.mov", "qtrle.mov", "vp9.webm", "ffv1.mkv"]
ENCODERS = {
    "prores.mov": ("-c:v", "prores_ks", "-profile:v", "4444", "-pix_fmt", "yuva444p10le"),
    "qtrle.mov": ("-c:v", "qtrle"),
    "vp9.webm": ("-c:v", "libvpx-vp9", "-pix_fmt", "yuva420p", "-cpu-used", "8", "-b:v", "1M"),
    "ffv1.mkv": ("-c:v", "ffv1", "-pix_fmt", "bgra"),
}


def film(path: Path, transparent: bool) -> Path:
    """Opaque frames, and if `transparent` two more whose upper half can be seen through."""
    count = OPAQUE + 2
    pixels = np.full((count, 48, 64, 4), 255, np.uint8)
    pixels[..., 0] = np.arange(count)[:, None, None] * 15
    if transparent:
        pixels[OPAQUE:, :24, :, 3] = 0
    if path.name in ENCODERS:
        raw = path.with_suffix(".raw")
        raw.write_bytes(pixels.tobytes())
        ffmpeg("-f", "rawvideo", "-pix_fmt", "rgba", "-s", "64x48", "-r", 10, "-i", raw, *ENCODERS[path.name], path)
        return path
    frames = [Image.fromarray(frame) for frame in pixels]
    how = {".gif": {"disposal": 2}, ".webp": {"lossless": True}}.get(path.suffix, {})
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=100, loop=0, **how)
    return path


@pytest.mark.parametrize("name", KINDS)
def test_late_transparency_is_found_and_kept(tmp_path: Path, name: str) -> None:
    clip = open_clip(film(tmp_path / name, transparent=True))
    assert clip.alpha
    through(clip.path, tmp_path / "out.mkv", codec="ffv1")
    frames = list(read(open_clip(tmp_path / "out.mkv")))
    assert frames[0].alpha is None
    last = frames[-1].alpha
    assert last is not None
    assert (last[:20].max(), last[-20:].min()) == pytest.approx((0, 1), abs=0.02)


@pytest.mark.parametrize("name", KINDS)
def test_a_film_that_could_be_transparent_and_is_not(tmp_path: Path, name: str) -> None:
    assert not open_clip(film(tmp_path / name, transparent=False)).alpha


@pytest.mark.parametrize("name", ["prores.mov", "ffv1.mkv"])
def test_a_film_too_long_to_look_through_keeps_what_its_format_holds(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "SEARCHED", 64 * 48 * 3)
    assert open_clip(film(tmp_path / name, transparent=True)).alpha
    through(tmp_path / name, tmp_path / "out.webm")
    assert [frame.alpha is not None for frame in read(open_clip(tmp_path / "out.webm"))][-2:] == [True, True]


@pytest.mark.parametrize("ending", ["gif", "webp"])
@pytest.mark.parametrize("order", ["opaque first", "opaque last", "in turn"])
def test_an_animation_shows_no_earlier_frame_through_a_later_ones_holes(
    tmp_path: Path, ending: str, order: str
) -> None:
    holes = {"opaque first": [0, 0, 1, 1], "opaque last": [1, 1, 0, 0], "in turn": [0, 1, 0, 1]}[order]
    for number, hole in enumerate(holes, 1):
        pixels = np.full((48, 64, 4), 255, np.uint8)
        pixels[..., 0] = 50 * number
        pixels[: 24 * hole, :, 3] = 0
        Image.fromarray(pixels if hole else pixels[..., :3]).save(tmp_path / f"{number}.png")
    through(tmp_path, tmp_path / f"out.{ending}")
    with Image.open(tmp_path / f"out.{ending}") as image:
        assert image.n_frames == 4  # type: ignore[attr-defined]
        for number, hole in enumerate(holes):
            image.seek(number)
            alpha = np.asarray(image.convert("RGBA"))[..., 3]
            assert (alpha[:24].mean(), alpha[24:].mean()) == (0 if hole else 255, 255)
