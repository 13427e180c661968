"""Whatever depth and kind a picture is stored in, what is learnt from is what a person sees."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms, features

from mariana_video.cli.app import run
from mariana_video.errors import DataError, MarianaError, SourceError
from mariana_video.media.stills.pictures import read_picture
from mariana_video.training.pictures.data import decode, read_folder
from tests.training.folders import make_folder, small_classifier

RAMP = np.tile(np.linspace(0, 65535, 64).astype(np.uint16), (48, 1))
SEEN = np.linspace(0, 255, 64)  # what a person sees of it, in every row


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, bits: int, kind: int, rows: bytes) -> bytes:
    """A PNG written by hand: its head may claim what its rows don't hold."""
    head = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def deep_png(channels: int) -> bytes:
    rows = np.repeat(RAMP[..., None], channels, 2).astype(">u2")
    return png(64, 48, 16, {1: 0, 3: 2}[channels], b"".join(b"\0" + row.tobytes() for row in rows))


def tiff(values: np.ndarray, samples: int = 1) -> bytes:
    """A little-endian TIFF of one strip, of whole numbers, since Pillow writes no 16-bit colour."""
    bits, data = 8 * values.dtype.itemsize, values.astype(values.dtype.newbyteorder("<")).tobytes()
    tags = [(256, 64), (257, 48), (258, bits), (259, 1), (262, 2 if samples == 3 else 1), (273, 0), (277, samples)]
    tags += [(278, 48), (279, len(data))]
    after = 8 + 2 + 12 * len(tags) + 4
    entries = b""
    for tag, value in tags:
        count, value = (3, after) if tag == 258 and samples == 3 else (1, value)
        value = after + 6 if tag == 273 else value
        kind = 3 if tag in (258, 259, 262, 277) else 4
        entries += struct.pack("<HHI", tag, kind, count) + struct.pack("<I", value)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4) + struct.pack("<HHH", *[bits] * 3) + data


def saved(image: Image.Image, kind: str) -> bytes:
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


DEEP: dict[str, Callable[[], bytes]] = {
    "grey16.png": lambda: deep_png(1),
    "colour16.png": lambda: deep_png(3),
    "grey16.tif": lambda: tiff(RAMP),
    "colour16.tif": lambda: tiff(np.repeat(RAMP[..., None], 3, 2), 3),
    "whole32.tif": lambda: saved(Image.fromarray(RAMP.astype(np.int32)), "TIFF"),
    "counted32.tif": lambda: saved(Image.fromarray((RAMP.astype(np.int64) * 30000).astype(np.int32)), "TIFF"),
    "float.tif": lambda: saved(Image.fromarray((RAMP / 65535).astype(np.float32)), "TIFF"),
    "float255.tif": lambda: saved(Image.fromarray((RAMP / 257).astype(np.float32)), "TIFF"),
}


@pytest.mark.parametrize("name", DEEP)
def test_deep_pictures_are_seen_as_they_are(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(DEEP[name]())
    picture = decode(path)
    assert picture.shape == (48, 64, 3)
    assert np.abs(picture.astype(float) - SEEN[None, :, None]).max() <= 1
    assert np.abs(read_picture(path)[0] * 255 - SEEN[None, :, None]).max() <= 1  # and dreamed on as they are learnt


def test_deep_grey_keeps_its_scale_over_strips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mariana_video.media.stills.small._STRIP", 64 * 5)
    falling = np.linspace(900, 0, 48, dtype=np.float32)[:, None].repeat(64, 1)
    Image.fromarray(falling).save(tmp_path / "a.tif")
    assert np.abs(decode(tmp_path / "a.tif")[:, 0, 0] - np.linspace(255, 0, 48)).max() <= 1


def test_a_colour_profile_is_heeded(tmp_path: Path) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    wide = ImageCms.profileToProfile(
        Image.new("RGB", (40, 30), (200, 40, 40)), ImageCms.createProfile("sRGB"), lab, outputMode="LAB"
    )
    assert wide is not None
    wide.save(tmp_path / "lab.tif")
    assert np.abs(decode(tmp_path / "lab.tif")[0, 0].astype(int) - (200, 40, 40)).max() <= 4


def test_ordinary_pictures_are_pillow_s_to_the_bit(tmp_path: Path) -> None:
    """The weights of every network trained so far rest on these bits."""
    noise = np.random.default_rng(3).integers(0, 255, (300, 420, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "a.png")
    Image.fromarray(noise).save(tmp_path / "a.jpg", quality=90)
    for path in (tmp_path / "a.png", tmp_path / "a.jpg"):
        with Image.open(path) as image:
            image.draft("RGB", (256, 256))
            small = image.convert("RGB").resize((179, 128), Image.Resampling.LANCZOS)
            assert np.array_equal(decode(path), np.asarray(small))


def test_large_jpegs_are_decoded_at_a_fraction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("RGB", (4096, 3072), (9, 99, 199)).save(tmp_path / "large.jpg")
    sizes = []
    resize = Image.Image.resize

    def watched(image: Image.Image, *args: Any, **more: Any) -> Image.Image:
        sizes.append(image.size)
        return resize(image, *args, **more)

    monkeypatch.setattr(Image.Image, "resize", watched)
    assert decode(tmp_path / "large.jpg").shape == (128, 171, 3)
    assert sizes == [(512, 384)]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("bomb.png", png(60000, 60000, 8, 2, b""), "60000×60000"),
        ("wide.png", png(2_000_000_000, 1, 8, 0, b""), "2000000000×1"),
        (
            "bomb.bmp",
            b"BM" + struct.pack("<IIIIiiHHIIiiII", 60, 0, 54, 40, 50000, 50000, 1, 24, 0, 0, 0, 0, 0, 0),
            "50000",
        ),
    ],
    ids=["square.png", "line.png", "square.bmp"],
)
def test_pictures_that_claim_too_much_are_refused_unread(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(SourceError, match=said):
        decode(tmp_path / name)


def test_a_large_jpeg_counts_as_it_is_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mariana_video.media.stills.small.MOST_PIXELS", 400_000)
    Image.new("RGB", (2048, 1024)).save(tmp_path / "a.jpg")
    assert decode(tmp_path / "a.jpg").shape == (128, 192, 3)
    Image.new("RGB", (2048, 1024)).save(tmp_path / "a.png")
    with pytest.raises(SourceError, match="2048×1024"):
        decode(tmp_path / "a.png")


@pytest.mark.parametrize(
    "step", ["BmpImagePlugin.BmpImageFile._open", "BmpImagePlugin.BmpImageFile.load", "Image.Image.convert"]
)
@pytest.mark.parametrize("error", [struct.error, EOFError, zlib.error, IndexError, MemoryError, RuntimeError, KeyError])
def test_whatever_a_decoder_raises_the_picture_is_named_and_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[Exception], step: str
) -> None:
    folder = make_folder(tmp_path / "data", 2)
    Image.new("L", (40, 30)).save(folder / "cane" / "odd.bmp")

    def broken(*_: Any) -> None:
        raise error

    monkeypatch.setattr(f"PIL.{step}", broken)
    pictures = read_folder(folder)
    assert len(pictures) == 6
    assert len(pictures.skipped) == 1
    assert pictures.skipped[0].startswith(str(folder / "cane" / "odd.bmp") + " (")


@pytest.mark.usefixtures("in_the_command")
@pytest.mark.parametrize(
    "kind", [k for k in ("PNG", "JPEG", "WEBP", "GIF", "TIFF", "AVIF") if k != "AVIF" or features.check("avif")]
)
def test_damaged_files_give_a_picture_or_one_line_and_no_noise(
    tmp_path: Path, kind: str, capfd: pytest.CaptureFixture[str]
) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (40, 40, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, kind, **({"compression": "tiff_lzw"} if kind == "TIFF" else {}))
    generator = np.random.default_rng(2)
    path = tmp_path / f"a.{kind.lower()}"
    for trial in range(40):
        data = np.frombuffer(file.getvalue(), np.uint8).copy()
        places = generator.integers(4, 150 if trial % 2 else len(data), 6)
        data[places] = generator.integers(0, 256, 6)
        path.write_bytes(data[: len(data) - 10 * (trial % 3)].tobytes())
        with contextlib.suppress(MarianaError):
            assert decode(path).ndim == 3
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("in_the_command")
def test_libraries_warnings_stay_off_the_screen(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = make_folder(tmp_path / "data", 2)
    picture = Image.new("RGB", (40, 30))
    picture.quantize(16).save(folder / "cane" / "palette.png", transparency=bytes(range(16)))
    jpeg = saved(picture, "JPEG")
    exif = b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x12\x01\x03\0" * 5
    (folder / "cane" / "exif.jpg").write_bytes(
        jpeg[:2] + b"\xff\xe1" + struct.pack(">H", 2 + len(exif)) + exif + jpeg[2:]
    )
    (folder / "cane" / "large.png").write_bytes(png(12000, 12000, 8, 0, b""))
    assert len(read_folder(folder)) == 8
    evaluated = small_classifier(tmp_path / "small.safetensors", ("cat", "dog", "spider"))
    assert run(["evaluate", str(evaluated), str(folder), "--json"]) == 0
    told = capfd.readouterr().err
    assert [line for line in told.splitlines() if not line.startswith("skipped: ")] == []
    assert "large.png (claims 12000×12000 pixels" in told


def test_too_small_pictures_say_how_small(tmp_path: Path) -> None:
    Image.new("RGB", (900, 3)).save(tmp_path / "line.png")
    with pytest.raises(DataError, match="3 pixels"):
        decode(tmp_path / "line.png")
