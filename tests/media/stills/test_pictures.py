"""Still pictures in every storage, and folders of them."""

import io
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from mariana_video.errors import OutputError, SourceError, UsageError
from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import read, scan
from mariana_video.media.stills.pictures import picture_files, read_picture, write_picture
from tests.media.clips import ffmpeg


def ramp(width: int = 24, height: int = 16) -> np.ndarray:
    """Red rises to the right, green downwards, blue is the middle."""
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    return np.dstack([x, y, np.full_like(x, 0.5)]).astype(np.float32)


def eight(picture: np.ndarray) -> Any:
    return Image.fromarray(np.rint(picture * 255).astype(np.uint8))


@pytest.mark.parametrize("ending", ["png", "jpg", "webp", "tif"])
def test_written_pictures_read_back(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a b %d.{ending}"
    write_picture(path, ramp())
    rgb, alpha = read_picture(path)
    assert (rgb.shape, rgb.dtype, alpha) == ((16, 24, 3), np.float32, None)
    assert np.abs(rgb - ramp()).mean() < (0.5 / 255 if ending in {"png", "tif"} else 3 / 255)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("ending", ["png", "webp", "tif"])
def test_transparency_is_kept(tmp_path: Path, ending: str) -> None:
    alpha = ramp()[..., 0]
    write_picture(tmp_path / f"a.{ending}", ramp(), alpha)
    _, back = read_picture(tmp_path / f"a.{ending}")
    assert back is not None
    assert np.abs(back - alpha).max() < 1 / 255


def test_jpeg_leaves_transparency_out(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.jpg", ramp(), ramp()[..., 0])
    assert read_picture(tmp_path / "a.jpg")[1] is None


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turns_pictures_upright(tmp_path: Path, orientation: int) -> None:
    turns: dict[int, Any] = {
        1: lambda p: p, 2: np.fliplr, 3: lambda p: np.rot90(p, 2), 4: np.flipud, 5: lambda p: p.swapaxes(0, 1),
        6: lambda p: np.rot90(p, 1), 7: lambda p: np.rot90(p.swapaxes(0, 1), 2), 8: lambda p: np.rot90(p, 3),
    }  # fmt: skip
    stored = eight(np.ascontiguousarray(turns[orientation](ramp())))
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "in.png"
    stored.save(path, exif=exif)
    rgb, _ = read_picture(path)
    assert np.abs(rgb - ramp()).max() < 1 / 255
    clip = open_clip(path)
    assert clip.size == (24, 16)
    assert np.array_equal(next(read(clip)).rgb, rgb)


def test_sixteen_bits_are_kept(tmp_path: Path) -> None:
    fine = np.linspace(0, 65535, 600).astype(np.uint16)
    Image.fromarray(np.tile(fine, (4, 1))).save(tmp_path / "grey.png")
    assert len(np.unique(read_picture(tmp_path / "grey.png")[0])) > 500
    raw = np.dstack([np.tile(fine, (4, 1))] * 3).astype("<u2")
    (tmp_path / "raw").write_bytes(raw.tobytes())
    ffmpeg("-f", "rawvideo", "-pix_fmt", "rgb48le", "-s", "600x4", "-i", tmp_path / "raw", tmp_path / "rgb.png")
    rgb, alpha = read_picture(tmp_path / "rgb.png")
    assert np.abs(rgb[0, :, 0] - fine / 65535).max() < 1e-4
    assert alpha is None


@pytest.mark.parametrize("mode", ["L", "LA", "P", "PA", "1", "RGBA", "CMYK", "I;16", "F", "YCbCr", "LAB"])
def test_every_storage_is_read(tmp_path: Path, mode: str) -> None:
    picture = eight(ramp())
    made = picture.convert("L").convert("I;16") if mode == "I;16" else None
    if mode == "LAB":
        made = ImageCms.profileToProfile(
            picture, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
        )
    made = made or picture.convert("L" if mode == "PA" else mode).convert(mode)
    path = tmp_path / ("in.png" if mode in {"L", "LA", "P", "1", "RGBA", "I;16"} else "in.tif")
    made.save(path)
    rgb, _ = read_picture(path)
    assert (rgb.shape, rgb.dtype) == ((16, 24, 3), np.float32)
    assert 0 <= rgb.min() <= rgb.max() <= 1
    if mode in {"RGBA", "CMYK", "YCbCr"}:
        assert np.abs(rgb - ramp()).mean() < 0.01
    if mode in {"L", "I;16", "F"}:
        assert rgb.mean() == pytest.approx(0.5, abs=0.51)


def test_palette_transparency_and_animations(tmp_path: Path) -> None:
    frames = [eight(np.full((8, 8, 3), shade, np.float32)) for shade in (0.2, 0.6)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:], duration=100)
    assert np.abs(read_picture(tmp_path / "a.gif")[0] - 0.2).max() < 0.01
    palette = Image.new("P", (4, 4), 1)
    palette.putpalette([0, 0, 0, 255, 0, 0])
    palette.putpixel((0, 0), 0)
    palette.save(tmp_path / "p.png", transparency=0)
    rgb, alpha = read_picture(tmp_path / "p.png")
    assert alpha is not None
    assert (alpha[0, 0], alpha[1, 1]) == (0, 1)
    assert np.array_equal(rgb[1, 1], [1, 0, 0])


def test_colour_profiles_are_obeyed(tmp_path: Path) -> None:
    """A picture whose profile swaps nothing but says sRGB stays; a Lab-made wide one moves."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    eight(ramp()).save(tmp_path / "s.png", icc_profile=profile)
    assert np.abs(read_picture(tmp_path / "s.png")[0] - ramp()).max() < 2 / 255
    eight(ramp()).save(tmp_path / "broken.png", icc_profile=b"not a profile at all")
    assert np.abs(read_picture(tmp_path / "broken.png")[0] - ramp()).max() < 1 / 255


def test_bombs_are_refused_at_once(tmp_path: Path) -> None:
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )
    (tmp_path / "bomb.png").write_bytes(bomb)
    for look in (read_picture, open_clip):
        with pytest.raises(SourceError, match="60000×60000"):
            look(tmp_path / "bomb.png")


@pytest.mark.filterwarnings("error")
def test_large_pictures_are_read_without_a_warning(tmp_path: Path) -> None:
    Image.new("1", (14000, 10000)).save(tmp_path / "large.png")
    assert open_clip(tmp_path / "large.png").size == (14000, 10000)


@pytest.mark.parametrize("content", [b"", b"text", b"\x89PNG\r\n\x1a\nrubbish", b"\xff\xd8\xff\xe0rubbish", b"GIF89a"])
def test_what_is_no_picture_is_told_in_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "in.png"
    path.write_bytes(content)
    for look in (read_picture, open_clip):
        with pytest.raises(SourceError) as caught:
            look(path)
        assert "\n" not in str(caught.value)
        assert "in.png" in str(caught.value)
    with pytest.raises(SourceError, match="does not exist"):
        read_picture(tmp_path / "none.png")


def test_a_truncated_picture_is_told(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    eight(np.random.default_rng(0).random((64, 64, 3))).save(buffer, "PNG")
    (tmp_path / "in.png").write_bytes(buffer.getvalue()[:3000])
    with pytest.raises(SourceError, match="damaged"):
        next(read(open_clip(tmp_path / "in.png")))


def test_pictures_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.png, \.jpg"):
        write_picture(tmp_path / "a.xyz", ramp())
    with pytest.raises(OutputError, match="no such file"):
        write_picture(tmp_path / "none/a.png", ramp())


def test_folders_are_sorted_as_people_count(tmp_path: Path) -> None:
    for name in ("f10.png", "f2.png", "f1.png", "F3.png"):
        write_picture(tmp_path / name, ramp())
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / ".hidden.png").write_text("no picture")
    assert [path.name for path in picture_files(tmp_path)] == ["f1.png", "f2.png", "F3.png", "f10.png"]
    clip = open_clip(tmp_path, rate=Fraction(10))
    assert (clip.kind, clip.frames, clip.rate, clip.duration) == ("folder", 4, 10, Fraction(4, 10))
    assert [frame.pts for frame in read(clip)] == [Fraction(n, 10) for n in range(4)]
    assert [frame.pts for frame in scan(clip, start=Fraction(1, 10), duration=Fraction(2, 10))] == [
        Fraction(1, 10), Fraction(2, 10),
    ]  # fmt: skip
    assert any("6 missing" in note for note in clip.notes)


def test_folders_that_cannot_be_clips(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="without pictures"):
        open_clip(tmp_path)
    write_picture(tmp_path / "1.png", ramp())
    write_picture(tmp_path / "2.png", ramp(30, 20))
    with pytest.raises(SourceError, match=r"differ in size.*24×16.*30×20"):
        open_clip(tmp_path)
    with pytest.raises(UsageError, match="0 frames a second"):
        open_clip(tmp_path, rate=Fraction(0))


def test_of_pages_and_views_the_first_is_the_picture(tmp_path: Path) -> None:
    pages = [eight(np.full((8, 8, 3), shade, np.float32)) for shade in (0.2, 0.6)]
    pages[0].save(tmp_path / "pages.tif", save_all=True, append_images=pages[1:])
    pages[0].save(tmp_path / "views.jpg", format="MPO", save_all=True, append_images=pages[1:])
    for name in ("pages.tif", "views.jpg"):
        clip = open_clip(tmp_path / name)
        assert (clip.kind, clip.frames) == ("picture", 1)
        assert np.abs(next(read(clip)).rgb - 0.2).max() < 0.02
