"""Over two hundred odd, damaged and hostile files, made from small clips.

`good_files` are unusual and right: each comes with what must be read from it. `bad_files` are damaged or none of
ours: each must give what decodes, or one clear line.
"""

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tests.media.clips import ffmpeg, make

X264 = ("-c:v", "libx264", "-preset", "ultrafast")


@dataclass(frozen=True)
class Case:
    """A file, the frames it has, and its size as shown; None where nothing is promised. `kind` says what it is."""

    path: Path
    frames: int | None = None
    size: tuple[int, int] | None = None
    kind: str = ""


def good_files(folder: Path, every: int = 1) -> Iterator[Case]:
    """Unusual but sound files; with `every` only every N-th pixel format and container."""
    yield from _named("pixel formats: 8 to 16 bits, RGB, grey, palette, alpha", _pixel_formats(folder, every))
    yield from _named("shapes: 1×1, 16 384 wide, odd, turned, pixels not square, interlaced", _shapes(folder))
    yield from _named("containers and clocks: offsets, varied rates, no or false lengths", _times(folder, every))
    yield from _named("several films, sounds, covers", _streams(folder))
    yield from _named("names: spaces, Unicode, dashes, quotes, %d, protocols, very long", _names(folder))
    yield from _named("GIF, WebP, APNG, AVIF", _animations(folder))


def bad_files(folder: Path, every: int = 1) -> Iterator[Case]:
    """Damaged files, and files that are something else; with `every` only every N-th kind is damaged."""
    wholes = _wholes(folder)
    for whole in wholes[::every]:
        yield from _named("cut off at a tenth to 99 %", _truncations(whole))
        yield from _named("bytes changed, in headers and anywhere", _flips(whole))
    yield from _named("MP4 cut at each of its boxes", _box_truncations(wholes[0]))
    yield from _named("something else: text, noise, playlists, wrong endings, sound only", _impostors(folder, wholes))


def _named(kind: str, cases: Iterator[Case]) -> Iterator[Case]:
    return (replace(case, kind=kind) for case in cases)


def _pixel_formats(folder: Path, every: int) -> Iterator[Case]:
    names = (
        "yuv420p", "yuv422p", "yuv444p", "yuv410p", "yuv440p", "yuvj420p", "yuva420p", "yuv420p10le", "yuv422p10le",
        "yuv444p12le", "yuv420p16le", "yuva444p10le", "gray", "gray10le", "gray16le", "ya8", "rgb24", "bgr0", "bgra",
        "gbrp", "gbrap", "gbrp10le", "gbrp16le", "gbrap16le", "rgb48le", "nv12", "p010le", "uyvy422", "yuyv422", "pal8",
        "monow", "rgb565le",
    )  # fmt: skip
    for name in names[::every]:
        path = folder / f"pixels-{name}.nut"
        ffmpeg(
            "-f", "lavfi", "-t", 0.2, "-i", "testsrc2=size=32x24:rate=10", "-pix_fmt", name, "-c:v", "rawvideo", path
        )
        yield Case(path, 2, (32, 24))
    for name in ("yuv420p10le", "gbrp", "gray"):
        path = folder / f"x265-{name}.mp4"
        ffmpeg("-f", "lavfi", "-t", 0.3, "-i", "testsrc2=size=64x48:rate=10", "-pix_fmt", name, "-c:v", "libx265",
               "-x265-params", "log-level=none", path)  # fmt: skip
        yield Case(path, 3, (64, 48))


def _shapes(folder: Path) -> Iterator[Case]:
    for width, height in ((1, 1), (2, 2), (1, 40), (33, 17), (16384, 16), (16, 4096), (15, 64)):
        path = folder / f"size-{width}x{height}.nut"
        picture = f"testsrc=size={width}x{height}:rate=5"
        ffmpeg("-f", "lavfi", "-t", 0.4, "-i", picture, "-c:v", "rawvideo", path)
        yield Case(path, 2, (width, height))
    plain = make(folder / "plain.mp4", size="64x32", seconds=0.2)
    for turn in (90, 180, 270, 45):
        ffmpeg("-display_rotation", turn, "-i", plain, "-c", "copy", folder / f"turned-{turn}.mp4")
        yield Case(
            folder / f"turned-{turn}.mp4", 5, (32, 64) if turn in (90, 270) else (64, 32) if turn != 45 else None
        )
    for name, aspect, size in (("wide", "2/1", (128, 32)), ("narrow", "1/2", (32, 32)), ("pal", "16/15", (68, 32))):
        path = make(folder / f"aspect-{name}.mp4", size="64x32", filters=f"setsar={aspect}", seconds=0.2)
        yield Case(path, 5, size)
    for order in ("top", "bottom"):
        path = folder / f"interlaced-{order}.mkv"
        ffmpeg("-f", "lavfi", "-t", 0.4, "-i", "testsrc2=size=64x48:rate=50", "-vf", f"tinterlace=interleave_{order}",
               "-flags", "+ilme+ildct", "-c:v", "mpeg2video", path)  # fmt: skip
        yield Case(path, 10, (64, 48))


def _times(folder: Path, every: int) -> Iterator[Case]:
    endings = ["mp4", "mkv", "ts", "ogv", "mov", "avi", "mpg", "flv", "webm", "wmv", "mxf", "h264", "m4v", "3gp"]
    for ending in [*endings[:2], *endings[2::every]]:
        codec: tuple[object, ...] = {
            "mpg": ("-c:v", "mpeg2video"), "flv": ("-c:v", "flv"), "webm": ("-c:v", "libvpx"),
            "ogv": ("-c:v", "libtheora"), "wmv": ("-c:v", "wmv2"), "mxf": ("-c:v", "mpeg2video"),
            "m4v": ("-c:v", "mpeg4"), "3gp": ("-c:v", "mpeg4"),
        }.get(ending, X264)  # fmt: skip
        yield Case(make(folder / f"in.{ending}", seconds=0.4, codec=codec), 10, (64, 48))
    for count in (1, 2, 3):
        yield Case(make(folder / f"frames-{count}.mp4", seconds=count / 25, codec=X264), count, (64, 48))
    for offset in ("-0.2", "0.5", "100", "3000"):
        for ending in ("mp4", "mkv"):
            path = folder / f"offset{offset}.{ending}"
            ffmpeg("-f", "lavfi", "-t", 0.4, "-i", "testsrc2=size=64x48:rate=25", *X264, "-output_ts_offset", offset,
                   "-avoid_negative_ts", "disabled", path)  # fmt: skip
            yield Case(path, None if offset == "-0.2" else 10, (64, 48))
    yield Case(make(folder / "varied.mp4", filters="select='lt(mod(n,5),2)'", extra=("-fps_mode", "vfr")), 10, (64, 48))
    live = folder / "live.mkv"
    live.write_bytes(ffmpeg("-i", folder / "in.mkv", "-c", "copy", "-f", "matroska", "-live", 1, "-"))
    yield Case(live, 10, (64, 48))
    fragmented = folder / "fragmented.mp4"
    ffmpeg("-i", folder / "in.mp4", "-c", "copy", "-movflags", "frag_keyframe+empty_moov", fragmented)
    yield Case(fragmented, 10, (64, 48))
    yield Case(_with_false_count(folder / "in.mp4", folder / "false-count.mp4"), None, (64, 48))


def _with_false_count(source: Path, path: Path) -> Path:
    """A film whose header says it lasts a hundred times as long."""
    data = bytearray(source.read_bytes())
    for box in (b"mdhd", b"mvhd", b"tkhd"):
        at = data.find(box)
        place = at + (20 if box != b"tkhd" else 24)
        duration = struct.unpack(">I", data[place : place + 4])[0]
        data[place : place + 4] = struct.pack(">I", min(duration * 100, 2**32 - 1))
    path.write_bytes(data)
    return path


def _streams(folder: Path) -> Iterator[Case]:
    one, two = folder / "in.mp4", make(folder / "other.mp4", size="32x32", seconds=0.2)
    ffmpeg("-i", one, "-i", two, "-map", 0, "-map", 1, "-c", "copy", folder / "two-films.mp4")
    yield Case(folder / "two-films.mp4", 10, (64, 48))
    yield Case(make(folder / "sounds.mkv", seconds=0.4, sound=4), 10, (64, 48))
    ffmpeg("-f", "lavfi", "-i", "testsrc=s=200x200", "-frames:v", 1, folder / "cover.png")
    covered = folder / "covered.mp4"
    ffmpeg("-i", one, "-i", folder / "cover.png", "-map", 1, "-map", 0, "-c", "copy", "-disposition:v:0",
           "attached_pic", covered)  # fmt: skip
    yield Case(covered, 10, (64, 48))


def _names(folder: Path) -> Iterator[Case]:
    data = (folder / "in.mp4").read_bytes()
    for name in ("a b", "ä 日本 😀", "-y", "100%", "%d", "%03d", "[x]", "{y}", "*?", "a'b\"c", "$HOME `ls`", "a;b|c&d",
                 "file:", "http:", "concat:a|b", "\\n", "\nnewline", "x" * 230, " leading", "trailing ",
                 "..."):  # fmt: skip
        path = folder / f"{name}.mp4"
        path.write_bytes(data)
        yield Case(path, 10, (64, 48))


def _animations(folder: Path) -> Iterator[Case]:
    for name, options in (("gif", ()), ("webp", ()), ("png", ("-f", "apng")), ("avif", ("-c:v", "libsvtav1"))):
        path = folder / f"animation.{name}"
        ffmpeg("-f", "lavfi", "-t", 0.5, "-i", "testsrc2=size=64x64:rate=10", *options, path)
        yield Case(path, 5, (64, 64))


def _wholes(folder: Path) -> list[Path]:
    """One sound file of each kind, to be damaged."""
    wholes = [make(folder / "whole.mp4", seconds=0.8, sound=1, extra=("-movflags", "+faststart"))]
    for name, codec in (
        ("whole.mkv", X264), ("whole.webm", ("-c:v", "libvpx-vp9", "-cpu-used", 8)), ("whole.avi", ("-c:v", "mpeg4")),
        ("whole.ts", X264), ("whole.mov", ("-c:v", "prores_ks")), ("whole.mpg", ("-c:v", "mpeg2video")),
        ("hevc.mp4", ("-c:v", "libx265", "-x265-params", "log-level=none")), ("whole.nut", ("-c:v", "ffv1")),
    ):  # fmt: skip
        wholes.append(make(folder / name, seconds=0.8, codec=codec))
    for name, options in (("whole.gif", ()), ("whole.webp", ()), ("whole.png", ("-f", "apng"))):
        ffmpeg("-f", "lavfi", "-t", 0.5, "-i", "testsrc2=size=64x64:rate=10", *options, folder / name)
        wholes.append(folder / name)
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=64x64", "-frames:v", 1, folder / "still.jpg")
    return [*wholes, folder / "still.jpg"]


def _truncations(whole: Path) -> Iterator[Case]:
    data = whole.read_bytes()
    for tenth in (1, 3, 5, 8, 9.9):
        path = whole.with_name(f"cut-{tenth}-{whole.name}")
        path.write_bytes(data[: int(len(data) * tenth / 10)])
        yield Case(path)


def _flips(whole: Path) -> Iterator[Case]:
    data = whole.read_bytes()
    for seed in range(6):
        dice = random.Random(seed)
        broken = bytearray(data)
        span = min(len(broken), 600) if seed < 3 else len(broken)  # headers first, then anywhere
        for _ in range(1 + 4 * seed):
            broken[dice.randrange(span)] = dice.randrange(256)
        path = whole.with_name(f"flip-{seed}-{whole.name}")
        path.write_bytes(broken)
        yield Case(path)


def _box_truncations(whole: Path) -> Iterator[Case]:
    """Cut at the beginning of every box of an MP4, nested ones too, and just after its header."""
    data = whole.read_bytes()
    for place in sorted(set(_boxes(data, 0, len(data)))):
        for cut in (place, place + 8):
            path = whole.with_name(f"box-{cut}.mp4")
            path.write_bytes(data[:cut])
            yield Case(path)


def _boxes(data: bytes, at: int, end: int) -> Iterator[int]:
    while at + 8 <= end:
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        if size < 8:
            return
        yield at
        if kind in {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"udta", b"edts"}:
            yield from _boxes(data, at + 8, min(at + size, end))
        at += size


def _impostors(folder: Path, wholes: list[Path]) -> Iterator[Case]:
    secret = folder / "secret.ts"
    ffmpeg("-f", "lavfi", "-t", 0.2, "-i", "testsrc2=size=64x48", *X264, secret)
    address = f"file://{secret}"
    texts = {
        "text": "just words\n" * 50, "empty": "", "html": "<html><body>404</body></html>", "zeros": "\0" * 5000,
        "m3u8": f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{address}\n#EXT-X-ENDLIST\n",
        "http": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n",
        "concat": f"ffconcat version 1.0\nfile '{secret.name}'\n",
        "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n",
        "dash": f'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>{address}</BaseURL></MPD>',
        "svg": f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{address}"/></svg>',
        "srt": "1\n00:00:00,000 --> 00:00:01,000\nwords\n",
        "eps": "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nquit\n",
    }  # fmt: skip
    for name, text in texts.items():
        for ending in ("mp4", "mkv", "png", name if name in {"m3u8", "svg", "sdp", "eps", "srt"} else "avi"):
            path = folder / f"impostor-{name}.{ending}"
            path.write_text(text)
            yield Case(path)
    noise = random.Random(0).randbytes(5000)
    for ending in ("mp4", "mkv", "gif", "png", "jpg", "webp", "bin"):
        (folder / f"noise.{ending}").write_bytes(noise)
        yield Case(folder / f"noise.{ending}")
    for whole, ending in zip(wholes, ("png", "txt", "mp4", "gif", "mov", "jpg", "mp4"), strict=False):
        path = folder / f"misnamed-{whole.stem}-{whole.suffix[1:]}.{ending}"
        path.write_bytes(whole.read_bytes())
        yield Case(path)
    ffmpeg("-f", "lavfi", "-t", 0.5, "-i", "sine", folder / "sound-only.mp4")
    ffmpeg("-f", "lavfi", "-t", 0.5, "-i", "sine", folder / "sound-only.wav")
    yield Case(folder / "sound-only.mp4")
    yield Case(folder / "sound-only.wav")
