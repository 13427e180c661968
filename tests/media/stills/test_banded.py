"""Pictures that come in some rows at a time are what they are as a whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from mariana_video.errors import SourceError
from mariana_video.media.stills.banded import bytes_of, comes_in_bands, held, rows_of
from mariana_video.media.stills.pictures import read_picture, write_bytes, write_picture
from tests.conftest import texture

PIXELS = (texture(50, 70) * 255).astype(np.uint8)
ALPHA = (texture(50, 70, seed=3)[..., :1] * 255).astype(np.uint8)


def saved(kind: str, path: Path) -> Path:
    """A picture of some kind."""
    image = Image.fromarray(PIXELS)
    if kind == "turned":
        exif = Image.Exif()
        exif[0x0112] = 6
        image.save(path, exif=exif)
    elif kind == "profile":
        image.save(path, icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes())
    elif kind in {"alpha", "opaque"}:
        seen = ALPHA if kind == "alpha" else np.full_like(ALPHA, 255)
        Image.fromarray(np.dstack([PIXELS, seen])).save(path)
    else:
        image.convert(kind).save(path)
    return path


@pytest.mark.parametrize("kind", ["RGB", "L", "P", "1", "turned", "profile", "alpha", "opaque"])
def test_its_rows_are_those_of_the_whole(tmp_path: Path, kind: str) -> None:
    path = saved(kind, tmp_path / "one.png")
    assert comes_in_bands(path)
    rgb, alpha = read_picture(path)
    image = held(path)
    assert (image.height, image.width) == rgb.shape[:2]
    parts = [(rows, *rows_of(image, rows)) for rows in (slice(0, 33), slice(33, image.height))]
    assert np.array_equal(np.concatenate([part for _, part, _ in parts]), rgb)
    assert (alpha is None) == (image.mode == "RGB")
    if alpha is not None:
        assert np.array_equal(np.concatenate([seen for *_, seen in parts if seen is not None]), alpha)


@pytest.mark.parametrize("ending", [".png", ".jpg", ".webp", ".tif"])
@pytest.mark.parametrize("kind", ["RGB", "alpha"])
def test_it_is_written_as_the_whole(tmp_path: Path, ending: str, kind: str) -> None:
    image = held(saved(kind, tmp_path / "in.png"))
    rgb, alpha = read_picture(tmp_path / "in.png")
    parts = ((rows, *rows_of(image, rows)) for rows in (slice(0, 16), slice(16, 50)))
    write_bytes(tmp_path / f"parts{ending}", bytes_of((50, 70, 3 if alpha is None else 4), parts), "told")
    write_picture(tmp_path / f"whole{ending}", rgb, alpha, "told")
    assert (tmp_path / f"parts{ending}").read_bytes() == (tmp_path / f"whole{ending}").read_bytes()


def test_pictures_of_more_bits_and_damaged_ones_do_not_come_so(tmp_path: Path) -> None:
    Image.fromarray((texture(50, 70)[..., 0] * 65535).astype(np.uint16)).save(tmp_path / "deep.png")
    assert not comes_in_bands(tmp_path / "deep.png")
    whole = saved("RGB", tmp_path / "one.png").read_bytes()
    (tmp_path / "half.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SourceError):
        held(tmp_path / "half.png")
    (tmp_path / "none.png").write_bytes(b"nothing")
    with pytest.raises(SourceError):
        comes_in_bands(tmp_path / "none.png")
