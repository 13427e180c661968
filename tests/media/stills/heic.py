"""HEIC pictures of four tiles, as phones store their photos, put together box by box (ISO/IEC 23008-12)."""

import struct
from pathlib import Path

from tests.media.clips import ffmpeg

COLOURS = {"red": (255, 0, 0), "lime": (0, 255, 0), "blue": (0, 0, 255), "yellow": (255, 255, 0)}
"""Of the tiles: top left, top right, bottom left, bottom right."""


def heic(path: Path, *, side: int = 64, deep: bool = False, turns: int = 0, mirror: int | None = None) -> Path:
    """A picture of 2×2 tiles; `turns` are anticlockwise quarter turns and `mirror` an axis for whoever shows it."""
    tiles = [_tile(path.with_suffix(".tile.mp4"), colour, side, deep) for colour in COLOURS]
    grid = struct.pack(">BBBBHH", 0, 0, 1, 1, 2 * side, 2 * side)
    properties = [tiles[0][0], _ispe(side), _ispe(2 * side), _full(b"pixi", bytes([3, *[10 if deep else 8] * 3]))]
    own = [3, 4]
    if turns:
        properties.append(_box(b"irot", bytes([turns])))
        own.append(len(properties))
    if mirror is not None:
        properties.append(_box(b"imir", bytes([mirror])))
        own.append(len(properties))
    of_tiles = b"".join(struct.pack(">HB3B", number, 3, 0x81, 2, 4) for number in (1, 2, 3, 4))
    links = of_tiles + struct.pack(">HB", 5, len(own)) + bytes(own)
    names = b"".join(_infe(number, b"hvc1", 1) for number in (1, 2, 3, 4)) + _infe(5, b"grid")
    rest = (
        _full(b"iinf", struct.pack(">H", 5) + names)
        + _full(b"iref", _box(b"dimg", struct.pack(">HH4H", 5, 4, 1, 2, 3, 4)))
        + _box(b"iprp", _box(b"ipco", b"".join(properties)) + _full(b"ipma", struct.pack(">I", 5) + links))
        + _box(b"idat", grid)
    )
    data = [tile[1] for tile in tiles]
    kind = _box(b"ftyp", b"heic" + struct.pack(">I", 0) + b"mif1heic")
    length = len(kind) + len(_meta(rest, data, len(grid), 0)) + 8
    path.write_bytes(kind + _meta(rest, data, len(grid), length) + _box(b"mdat", b"".join(data)))
    return path


def _meta(rest: bytes, data: list[bytes], grid: int, base: int) -> bytes:
    places, at = struct.pack(">BBH", 0x44, 0x00, 5), base
    for number, tile in enumerate(data, 1):
        places += struct.pack(">HHHHII", number, 0, 0, 1, at, len(tile))
        at += len(tile)
    places += struct.pack(">HHHHII", 5, 1, 0, 1, 0, grid)
    handler = _full(b"hdlr", struct.pack(">I", 0) + b"pict" + bytes(12) + b"\0")
    return _full(b"meta", handler + _full(b"pitm", struct.pack(">H", 5)) + _full(b"iloc", places, 1) + rest)


def _tile(scratch: Path, colour: str, side: int, deep: bool) -> tuple[bytes, bytes]:
    """A picture's hvcC box and its data."""
    ffmpeg(
        "-f", "lavfi", "-i", f"color={colour}:s={side}x{side}:r=1:d=1", "-frames:v", 1, "-pix_fmt",
        "yuv420p10le" if deep else "yuv420p", "-c:v", "libx265", "-x265-params", "log-level=none:info=0", "-tag:v",
        "hvc1", scratch,
    )  # fmt: skip
    data = scratch.read_bytes()
    scratch.unlink()
    header, body = data.index(b"hvcC"), data.index(b"mdat")
    sizes = (struct.unpack(">I", data[at - 4 : at])[0] for at in (header, body))
    return data[header - 4 :][: next(sizes)], data[body + 4 :][: next(sizes) - 8]


def _box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", 8 + len(body)) + kind + body


def _full(kind: bytes, body: bytes, version: int = 0, flags: int = 0) -> bytes:
    return _box(kind, struct.pack(">I", (version << 24) | flags) + body)


def _infe(number: int, kind: bytes, hidden: int = 0) -> bytes:
    return _full(b"infe", struct.pack(">HH", number, 0) + kind + b"\0", 2, hidden)


def _ispe(side: int) -> bytes:
    return _full(b"ispe", struct.pack(">II", side, side))
