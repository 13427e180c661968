"""Still pictures stand upright and whole whichever way they come in: HEIC in tiles, turned ones, 16 bits."""

import struct
import subprocess
import sys
import zlib
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mariana_video.errors import SourceError
from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import frame_at, read
from mariana_video.media.stills.headers import read_header
from mariana_video.media.stills.pictures import read_picture
from tests.media.clips import ffmpeg
from tests.media.stills.heic import COLOURS, heic

CORNERS = np.array(list(COLOURS.values()), float).reshape(2, 2, 3) / 255


def corners(rgb: np.ndarray) -> np.ndarray:
    """The middles of a picture's four quarters."""
    height, width = rgb.shape[:2]
    return rgb[height // 4 :: height // 2, width // 4 :: width // 2][:2, :2]


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize(("turns", "mirror"), [(0, None), (1, None), (2, None), (3, None), (0, 0), (0, 1), (1, 1)])
def test_a_heic_of_tiles_is_read_whole_and_upright(tmp_path: Path, deep: bool, turns: int, mirror: int | None) -> None:
    path = heic(tmp_path / "in.heic", deep=deep, turns=turns, mirror=mirror)
    shown = np.rot90(CORNERS, turns)
    if mirror is not None:  # 0: the upper half comes down, 1: the left half goes to the right
        shown = shown[::-1] if mirror == 0 else shown[:, ::-1]
    rgb, alpha = read_picture(path)
    assert (rgb.shape, rgb.dtype, alpha) == ((128, 128, 3), np.float32, None)
    assert np.abs(corners(rgb) - shown).max() < 0.02
    clip = open_clip(path)
    assert (clip.kind, clip.size) == ("picture", (128, 128))
    assert np.array_equal(next(read(clip)).rgb, rgb)
    assert np.array_equal(frame_at(clip, Fraction(0)).rgb, rgb)


def test_a_folder_of_heic_pictures_is_a_clip(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    heic(folder / "1.heic")
    heic(folder / "2.HEIC", turns=1)
    frames = list(read(open_clip(folder)))
    assert [np.abs(corners(frame.rgb) - np.rot90(CORNERS, n)).max() < 0.02 for n, frame in enumerate(frames)] == [
        True
    ] * 2


@pytest.mark.parametrize("name", ["in.heic", "in.jpg", "in.mp4"])
def test_a_damaged_heic_is_refused_in_one_line(tmp_path: Path, name: str) -> None:
    data = heic(tmp_path / "whole.heic").read_bytes()
    for size in (40, 300, len(data) - 300):
        (tmp_path / name).write_bytes(data[:size])
        for look in (read_picture, lambda path: list(read(open_clip(path)))):
            with pytest.raises(SourceError) as caught:
                look(tmp_path / name)
            assert "\n" not in str(caught.value)
            assert name in str(caught.value)


def test_the_host_process_is_left_as_it_was(tmp_path: Path) -> None:
    """Reading a HEIC teaches Pillow nothing, and no limit of Pillow's is lifted, not for a moment."""
    path = heic(tmp_path / "in.heic")
    Image.init()
    before = (dict(Image.OPEN), dict(Image.EXTENSION), Image.MAX_IMAGE_PIXELS)
    read_picture(path)
    assert before == (Image.OPEN, Image.EXTENSION, Image.MAX_IMAGE_PIXELS)


def test_without_its_library_a_heic_is_refused_with_what_would_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pi_heif", None)
    with pytest.raises(SourceError, match=r"pip install pi-heif .* save it as JPEG"):
        open_clip(heic(tmp_path / "in.heic"))


def test_tiles_are_never_taken_for_the_picture_by_the_reader_of_films(tmp_path: Path) -> None:
    from mariana_video.media.read.probe import open_video

    with pytest.raises(SourceError, match="tiles"):
        open_video(heic(tmp_path / "in.heic"))


TURNS: dict[int, Any] = {
    1: lambda p: p, 2: np.fliplr, 3: lambda p: np.rot90(p, 2), 4: np.flipud, 5: lambda p: p.swapaxes(0, 1),
    6: lambda p: np.rot90(p, 1), 7: lambda p: np.rot90(p.swapaxes(0, 1), 2), 8: lambda p: np.rot90(p, 3),
}  # fmt: skip
"""From what is shown to what is stored, by EXIF orientation."""

KINDS = [
    "8.png",
    "8.jpg",
    "8.webp",
    "8.tif",
    "8.avif",
    "grey8.tif",
    "grey16.png",
    "grey16.tif",
    "rgb16.png",
    "rgb16.tif",
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_way_in_stands_upright(tmp_path: Path, kind: str, orientation: int) -> None:
    """Announced and read alike, as a picture and in a folder."""
    folder = tmp_path / "in"
    folder.mkdir()
    shown = np.linspace(0.1, 0.9, 24)[None, :, None] * np.linspace(0.5, 1, 16)[:, None, None] * np.ones(3)
    shown[..., 1] = shown[..., 0] if kind.startswith("grey") else shown[..., 0] * 0.5
    path = store(folder / f"a.{kind}", np.ascontiguousarray(TURNS[orientation](shown)), orientation)
    rgb, _ = read_picture(path)
    assert rgb.shape == (16, 24, 3)
    assert np.abs(rgb - shown).max() < (0.0001 if "16" in kind else 0.05)
    assert read_header(path).size == open_clip(path).size == open_clip(folder).size == (24, 16)
    assert np.array_equal(next(read(open_clip(folder))).rgb, rgb)


def store(path: Path, picture: np.ndarray, orientation: int) -> Path:
    """A picture (H×W×3, 0…1) under a name like a.rgb16.png, with an EXIF orientation."""
    kind, ending = path.name.split(".")[1:]
    exif = Image.Exif()
    exif[0x0112] = orientation
    fine = np.rint(picture * 65535).astype(np.uint16)
    if kind != "rgb16":
        codes = fine if kind == "grey16" else (fine >> 8).astype(np.uint8)
        made = Image.fromarray(codes[..., 0] if kind.startswith("grey") else codes)
        options = {"jpg": {"quality": 100, "subsampling": 0}, "webp": {"lossless": True}, "avif": {"quality": 100}}
        made.save(path, exif=exif, **options.get(ending, {}))
        return path
    raw = path.with_suffix(".raw")
    raw.write_bytes(fine.astype("<u2").tobytes())
    size = f"{picture.shape[1]}x{picture.shape[0]}"
    ffmpeg("-f", "rawvideo", "-pix_fmt", "rgb48le", "-s", size, "-i", raw, "-pix_fmt",
           "rgb48be" if ending == "png" else "rgb48le", path)  # fmt: skip
    raw.unlink()
    data = path.read_bytes()
    path.write_bytes(with_exif_chunk(data, exif.tobytes()) if ending == "png" else with_tag(data, orientation))
    return path


def with_exif_chunk(png: bytes, exif: bytes) -> bytes:
    body = b"eXIf" + exif.removeprefix(b"Exif\0\0")
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return png[:33] + chunk + png[33:]


def with_tag(tiff: bytes, orientation: int) -> bytes:
    """A little-endian TIFF whose directory, written anew at its end, has an orientation too."""
    at = struct.unpack("<I", tiff[4:8])[0]
    count = struct.unpack("<H", tiff[at : at + 2])[0]
    entries = [tiff[at + 2 + 12 * n :][:12] for n in range(count)]
    entries = [entry for entry in entries if entry[:2] != b"\x12\x01"]
    entries.append(struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0))
    table = struct.pack("<H", len(entries)) + b"".join(sorted(entries, key=lambda e: struct.unpack("<H", e[:2])))
    return tiff[:4] + struct.pack("<I", len(tiff)) + tiff[8:] + table + bytes(4)


def rgba(path: Path, opaque: bool) -> None:
    picture = np.full((16, 24, 4), 255, np.uint8)
    if not opaque:
        picture[:8, :, 3] = 0
    Image.fromarray(picture[..., :3] if opaque else picture).save(path)


@pytest.mark.parametrize("last", ["4.png", "4.webp", "4.tif"])
def test_a_folder_is_transparent_if_any_of_its_pictures_is(tmp_path: Path, last: str) -> None:
    for name in ("1.png", "2.png", "3.png"):
        rgba(tmp_path / name, opaque=True)
    assert not open_clip(tmp_path).alpha
    rgba(tmp_path / last, opaque=False)
    clip = open_clip(tmp_path)
    assert clip.alpha
    frames = list(read(clip))
    assert frames[0].alpha is None
    assert frames[3].alpha is not None


def test_no_warning_of_a_library_reaches_the_screen(tmp_path: Path) -> None:
    """Large pictures and damaged EXIF data would make Pillow speak."""
    Image.new("1", (14000, 10000)).save(tmp_path / "large.png")
    Image.new("RGB", (8, 8)).save(tmp_path / "exif.jpg", exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff rubbish")
    code = f"""
import sys
from pathlib import Path
from mariana_video.__main__ import main
from mariana_video.cli import app
from mariana_video.media.read.opening import open_clip
def look(words):
    for name in ("large.png", "exif.jpg"):
        print(open_clip(Path({str(tmp_path)!r}) / name).size)
    return 0
app.run = look
main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["(14000, 10000)", "(8, 8)"]
    assert done.stderr == ""
