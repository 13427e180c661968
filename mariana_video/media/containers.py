"""What a file's ending means: which are read as pictures, and an OUTPUT's container, codecs, and what may be copied
into it as it is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from pathlib import Path

from mariana_video.errors import UsageError
from mariana_video.media.clip import Clip

ENDINGS_IN = (
    ".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".ppm", ".pgm", ".avif", ".jp2", ".heic",
    ".heif", ".hif",
)  # fmt: skip
"""Endings of the still pictures that are read."""


@dataclass(frozen=True)
class Container:
    """A kind of film file. The first of `codecs` is its own; `sounds` and `subtitles` are copied unchanged.

    `sound` is what other sound is re-encoded to, `subtitle` what other text subtitles are converted to.
    `tick` is the clock where the format has a fixed one.
    """

    format: str
    codecs: tuple[str, ...]
    sound: str
    sounds: tuple[str, ...]
    subtitle: str | None = None
    subtitles: tuple[str, ...] = ()
    options: dict[str, str] = field(default_factory=dict)
    tick: Fraction | None = None
    negative: bool = False
    """Whether it can hold sound that begins a little before 0 and is cut there exactly (an edit list)."""
    tags: bool = True
    """Whether it holds words about the film."""


@dataclass(frozen=True)
class Encoder:
    """A picture codec: libav's encoder, pixel formats by (deep, alpha), and its options.

    `quality` is the option that takes a quality of 0 to `worst`, None for a codec that has none; `least` is the
    shortest side in pixels.
    """

    name: str
    formats: dict[tuple[bool, bool], str]
    options: dict[str, str] = field(default_factory=dict)
    quality: str | None = "crf"
    worst: int = 51
    least: int = 1

    def pixel_format(self, bits: int, alpha: bool) -> str:
        """The pixel format for pictures of this depth; without alpha where the codec has none."""
        for key in ((bits > 8, alpha), (False, alpha), (bits > 8, False)):
            if key in self.formats:
                return self.formats[key]
        return self.formats[False, False]


_PCM = ("pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_f32le", "pcm_u8")
_COUNTED = {"fflags": "+bitexact"}  # tracks numbered, not named at random: or no film would be made twice byte for byte
_COMMON = ("aac", "mp3", "ac3", "eac3", "alac")
_MP4 = Container(
    "mp4", ("h264", "hevc", "av1"), "aac", (*_COMMON, "opus", "flac"), "mov_text", ("mov_text",),
    {"movflags": "+faststart"}, negative=True,
)  # fmt: skip
_MOV = Container(
    "mov", ("h264", "hevc", "prores"), "aac", (*_COMMON, *_PCM), "mov_text", ("mov_text",),
    {"movflags": "+faststart"}, negative=True,
)  # fmt: skip
_MKV = Container(
    "matroska", ("h264", "hevc", "prores", "ffv1", "vp9", "av1"), "aac",
    (*_COMMON, *_PCM, "opus", "vorbis", "flac", "mp2", "dts", "truehd", "mlp", "tta", "wavpack"), "subrip",
    ("subrip", "ass", "ssa", "webvtt", "hdmv_pgs_subtitle", "dvd_subtitle", "dvb_subtitle"), _COUNTED,
    tick=Fraction(1, 1000),
)  # fmt: skip
_WEBM = Container(
    "webm", ("vp9", "av1"), "libopus", ("opus", "vorbis"), "webvtt", ("webvtt",), _COUNTED, tick=Fraction(1, 1000)
)
_AVI = Container("avi", ("h264", "ffv1"), "aac", ("mp3", "mp2", "ac3", "pcm_s16le", "pcm_u8", "aac"))
_TS = Container(
    "mpegts", ("h264", "hevc"), "aac", ("aac", "mp3", "mp2", "ac3", "eac3", "dts", "opus"),
    tick=Fraction(1, 90000), tags=False,
)  # fmt: skip
CONTAINERS = {
    ".mp4": _MP4, ".m4v": _MP4, ".mov": _MOV, ".mkv": _MKV, ".webm": _WEBM, ".avi": _AVI, ".ts": _TS,
}  # fmt: skip

ENCODERS = {
    # With macroblock trees on, libx264 gave other bits for the same pictures from run to run (8 frames of 320×240: 6
    # films in 100 runs' commonest 22; one thread or two, with and without AVX-512), and once 42.4 dB at crf 17 where
    # crf 18 gave 46.1. Without them 600 runs gave one film.
    "h264": Encoder("libx264", {(False, False): "yuv420p"}, {"preset": "medium", "x264-params": "mbtree=0"}),
    "hevc": Encoder(
        "libx265",
        {(False, False): "yuv420p", (True, False): "yuv420p10le"},
        {"preset": "medium", "x265-params": "log-level=none"},
    ),
    "prores": Encoder(
        "prores_ks", {(False, False): "yuv422p10le", (False, True): "yuva444p10le"}, {"vendor": "apl0"}, None
    ),
    "ffv1": Encoder(
        "ffv1",
        {
            (False, False): "bgr0", (False, True): "bgra", (True, False): "gbrp16le", (True, True): "gbrap16le",
        },
        {"level": "3", "slicecrc": "1", "g": "1"},
        None,
    ),
    "vp9": Encoder(
        "libvpx-vp9",
        {(False, False): "yuv420p", (False, True): "yuva420p"},
        {"b": "0", "row-mt": "1", "cpu-used": "4", "deadline": "good"},
        worst=63,
    ),
    "av1": Encoder(
        "libsvtav1", {(False, False): "yuv420p", (True, False): "yuv420p10le"}, {"preset": "6"}, worst=63, least=4
    ),
}  # fmt: skip

_DEEP = ("hevc", "prores", "ffv1", "av1")
ANIMATIONS = (".gif", ".webp")
ENDINGS = (*CONTAINERS, *ANIMATIONS)


def container_for(path: Path) -> Container:
    """The container of a film's name. Raises UsageError with the endings that work."""
    found = CONTAINERS.get(path.suffix.lower())
    if found is None:
        given = f"the ending {path.suffix}" if path.suffix else "no ending"
        raise UsageError(
            f"{path.name} has {given}, which is no kind of film; these work: {', '.join(ENDINGS)}, "
            "or a name that ends in / for a folder of PNGs"
        )
    return found


def carries_tags(path: Path) -> bool:
    """Whether what a name says can hold words about itself: everything but a transport stream."""
    found = CONTAINERS.get(path.suffix.lower())
    return found is None or found.tags


def codec_for(path: Path, codec: str | None) -> str:
    """The picture codec to use: the one asked for, or the container's own.

    "h264" is everyone's default: a container that can't hold it (WebM) uses its own. Raises UsageError for an
    unknown codec or one that the container can't hold.
    """
    container = container_for(path)
    if codec is None or (codec == "h264" and codec not in container.codecs):
        return container.codecs[0]
    if codec not in ENCODERS:
        raise UsageError(f"there is no codec {codec!r}; these work: {', '.join(ENCODERS)}")
    if codec not in container.codecs:
        good = ", ".join(ending for ending, kind in CONTAINERS.items() if codec in kind.codecs)
        raise UsageError(f"{path.suffix} can't hold {codec}; use {', '.join(container.codecs)}, or one of {good}")
    return codec


def check_quality(codec: str, crf: int) -> None:
    """Raises UsageError for a quality that the codec does not have; one without any takes no notice."""
    encoder = ENCODERS[codec]
    if encoder.quality and crf > encoder.worst:
        raise UsageError(f"--crf {crf} is no quality of {codec}; give 0 (best) to {encoder.worst}")


def keeps_hdr(output: str, codec: str | None) -> bool:
    """Whether a film of more than 8 bits a channel is asked for by name, in which high dynamic range can stay."""
    pictures = output.endswith("/") or Path(output).suffix.lower() in ANIMATIONS
    return codec in _DEEP and not pictures


_FINEST = 10_000_000
"""Ticks a second: the finest clock that a film gets."""

_ROUNDING = Fraction(1, 500)
"""Seconds by which a coarse clock may have moved the frames of an even rate."""

_AVI_FINEST = 1000
"""The same for AVI, which stores an empty picture for every tick that shows nothing new."""


def time_base_for(container: Container, clip: Clip | None, rate: Fraction, times: Sequence[Fraction] = ()) -> Fraction:
    """A film's clock, in seconds a tick: one on which every frame's time is exact, where there is one.

    `times` are those of all frames, in seconds on the film's own clock, where they are known beforehand. The source's
    clock and the rate together hold nearly all films; else the times themselves say which clock does, and if none of
    up to 1/10 000 000 s is exact for all of them, that one is taken.
    """
    if container.tick is not None:
        return container.tick
    if container.format == "avi":
        return _avi_clock(clip, rate, times)
    usual = [rate.numerator]
    if clip is not None:
        usual += [clip.time_base.denominator, clip.start.denominator]
    own = {time.denominator for time in times} or usual[1:] or usual
    for parts in (usual, own):
        if (together := lcm(*parts)) <= _FINEST:
            return Fraction(1, together)
    return Fraction(1, _FINEST)


def _avi_clock(clip: Clip | None, rate: Fraction, times: Sequence[Fraction]) -> Fraction:
    """The rate's own, or for frames that do not follow each other evenly the coarsest that is exact."""
    if not times:
        return 1 / rate if clip is None or not clip.varied else Fraction(1, _AVI_FINEST)
    slack = min(clip.time_base, _ROUNDING) if clip is not None else Fraction(0)
    places = ((time - times[0]) * rate for time in times)
    if all(abs(place - round(place)) <= slack * rate for place in places):
        return 1 / rate
    return Fraction(1, min(lcm(*{time.denominator for time in times}), _AVI_FINEST))
