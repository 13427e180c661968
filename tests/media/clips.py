"""Small clips for the tests, made by the ffmpeg program, and what that program sees in a file.

The room is judged with other eyes than its own: pictures and times are read here by the ffmpeg program and by
PyAV directly, never by the room's reader.
"""

import subprocess
from fractions import Fraction
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np

EXACT = "accurate_rnd+full_chroma_int+full_chroma_inp+bicubic"


def ffmpeg(*arguments: object) -> bytes:
    """Run the ffmpeg program; its standard output."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", "-y", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout


def make(
    path: Path,
    *,
    size: str = "64x48",
    rate: str = "25",
    seconds: float = 1,
    source: str = "testsrc2",
    filters: str = "",
    matrix: str | None = None,
    full: bool = False,
    sound: int = 0,
    codec: tuple[object, ...] = ("-c:v", "libx264", "-crf", 10, "-preset", "ultrafast"),
    sound_codec: str = "aac",
    extra: tuple[object, ...] = (),
) -> Path:
    """A clip with moving picture and `sound` tracks of different tones; `matrix` tags it, None leaves it untagged."""
    inputs: list[object] = ["-f", "lavfi", "-t", seconds, "-i", f"{source}=size={size}:rate={rate}"]
    for track in range(sound):
        inputs += ["-f", "lavfi", "-i", f"sine=frequency={440 * (track + 1)}:duration={seconds}:sample_rate=44100"]
    maps = ["-map", "0:v", *(word for track in range(sound) for word in ("-map", f"{track + 1}:a"))]
    chain = ",".join(part for part in ("gblur=sigma=2", filters, coloured(matrix, full)) if part)
    sounds = ("-c:a", sound_codec) if sound else ()
    ffmpeg(*inputs, *maps, "-vf", chain, *codec, *sounds, *extra, file_address(path))
    return path


def coloured(matrix: str | None, full: bool = False, guess: str = "bt601") -> str:
    """Filters that convert to yuv420p by a matrix and tag it (None: by `guess`, untagged)."""
    range_ = "full" if full else "limited"
    name = {"bt601": "smpte170m", "bt709": "bt709", None: "unknown"}[matrix]
    tags = f"colorspace={name}:color_primaries={name}:color_trc={name}:range={range_ if matrix else 'unknown'}"
    return f"scale=out_color_matrix={matrix or guess}:out_range={range_}:flags={EXACT},format=yuv420p,setparams={tags}"


def pictures(path: Path, *, matrix: str = "auto", range_: str = "auto", frames: int | None = None) -> np.ndarray:
    """What the ffmpeg program decodes, float N×H×W×3 in 0…255, with the matrix given (or as tagged)."""
    scale = f"scale=in_color_matrix={matrix}:in_range={range_}:flags={EXACT},format=rgb24"
    limit = ("-frames:v", frames) if frames else ()
    raw = ffmpeg("-i", file_address(path), "-fps_mode", "passthrough", "-vf", scale, *limit, "-f", "rawvideo", "-")
    shape = ffmpeg("-i", file_address(path), "-frames:v", 1, "-c:v", "pam", "-f", "image2pipe", "-").split(b"\n")
    width, height = int(shape[1].split()[1]), int(shape[2].split()[1])
    return np.frombuffer(raw, np.uint8).reshape(-1, height, width, 3).astype(np.float64)


def samples(path: Path, track: int = 0, rate: int = 44100) -> np.ndarray:
    """A sound track as the ffmpeg program plays it from time 0 on: mono float64, gaps filled with silence."""
    raw = ffmpeg(
        "-copyts", "-i", file_address(path), "-map", f"0:a:{track}", "-af", "aresample=async=1:first_pts=0", "-ac", 1,
        "-ar", rate, "-f", "f32le", "-",
    )  # fmt: skip
    return np.frombuffer(raw, np.float32).astype(np.float64)


def times(path: Path) -> list[Fraction]:
    """Times of all decoded frames, by PyAV."""
    with av.open(file_address(path)) as container:
        frames = list(container.decode(video=0))
        return [frame.pts * frame.time_base for frame in frames]


def file_address(path: Path) -> str:
    """A path that no program takes for an option or a pattern."""
    return f"file:{path}"
