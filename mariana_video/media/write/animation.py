"""GIF and animated WebP as OUTPUT: a lossless log beside it, then the ffmpeg program.

Times are put on the format's clock before anything is written (GIF counts in 1/100 s), so that a film's length
is exact to a tick however its frames are spaced. Frames too short for browsers, which play them at a tenth of a
second, are left out evenly. A GIF gets one palette for the whole film, found in a first pass: with one a frame
colours would flicker.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

from mariana_video.errors import OutputError, UsageError
from mariana_video.media.clip import Clip
from mariana_video.media.colour import BT709, Floats
from mariana_video.media.ffmpeg import WHITELIST, run
from mariana_video.media.libav import address
from mariana_video.media.output import commit, discard, hidden_name, naming_output
from mariana_video.media.stills.loops import MOST, gif_loop
from mariana_video.media.write import gif, webp
from mariana_video.media.write.writer import Writer

Notes = Callable[[str], None]


@dataclass(frozen=True)
class Kind:
    """An animation's format: its clock, the shortest frame (in ticks) that is played as told, its name."""

    name: str
    tick: Fraction
    shortest: int


KINDS = {".gif": Kind("GIF", Fraction(1, 100), 2), ".webp": Kind("WebP", Fraction(1, 1000), 11)}
LONGEST_SIDE = {".gif": 1 << 16, ".webp": 1 << 14}

_OWN_TIMES = ("-fps_mode", "passthrough", "-enc_time_base", "demux")  # every frame once, at its own time


class AnimationWriter:
    """Writes a GIF or WebP that is played as often as the animation `clip`, else for ever; otherwise as `Writer`.

    With `loop` False it is played once.

    Frames are logged losslessly, so memory does not grow with length. Raises OutputError with ffmpeg's own words
    if it fails.
    """

    def __init__(
        self,
        path: str | Path,
        clip: Clip | None,
        *,
        size: tuple[int, int],
        rate: Fraction | None = None,
        start: Fraction | None = None,
        duration: Fraction | None = None,
        loop: bool = True,
        threads: int = 0,
        notes: Notes | None = None,
    ) -> None:
        self.path = Path(path)
        self.ending = self.path.suffix.lower()
        self.kind = KINDS[self.ending]
        if max(size) >= LONGEST_SIDE[self.ending]:
            raise UsageError(f"{self.kind.name} holds no picture of {size[0]}×{size[1]}; give a smaller size")
        self.clip, self.size, self.threads = clip, size, threads
        self.plays = ((clip.plays if clip else None) or 0) if loop else 1
        self.start, self.duration = start, duration
        self.rate = Fraction(rate if rate is not None else clip.rate if clip else 25)
        self.notes = notes or (lambda _: None)
        self.made = hidden_name(self.path)
        self.frames = 0
        self.left_out = 0
        self._lossless = _lossless(self.path, clip, size, self.rate, threads)
        self._first: Fraction | None = None
        self._end = Fraction(0)
        self._held: tuple[Floats, Floats | None, int] | None = None
        self._last = 0

    def __enter__(self) -> Self:
        if self.clip is not None and self.clip.sounds:
            self.notes(f"a {self.kind.name} has no sound: the source's is left out")
        self._lossless.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._finish()
            else:
                self._lossless.__exit__(kind, error, trace)
        finally:
            for file in (self.made, self._lossless.path, self._palette):
                discard(file)

    def write(self, rgb: Floats, pts: Fraction, alpha: Floats | None = None, duration: Fraction | None = None) -> None:
        """Add a frame: float32 H×W×3 in 0…1, its time on the source's own clock, alpha H×W or None."""
        if self._first is None:
            self._first = pts
        at = pts - self._first
        self._end = at + (duration or 1 / self.rate)
        self.frames += 1
        tick = round(at / self.kind.tick)
        if self._held is not None:
            before = self._held[2]
            if at <= before * self.kind.tick:  # by the tick of the one that is held, this one has taken its place
                self.left_out += 1
                self._held = (rgb, alpha, before)
                return
            tick = max(tick, before + self.kind.shortest)
            self._keep_held()
        self._held = (rgb, alpha, tick)

    @property
    def _palette(self) -> Path:
        return self._lossless.path.with_suffix(".palette.png")

    def _finish(self) -> None:
        """Encode the log, read the result back and give it its name."""
        end = self._end_of()
        with naming_output(self.path, self._lossless.path):
            self._lossless.__exit__(None, None, None)
        if self.left_out:
            self.notes(
                f"{self.left_out} of {self.frames} frames are left out: {self.kind.name} frames shorter than "
                f"{float(self.kind.shortest * self.kind.tick):g} s are played slowly; the length stays"
            )
        encode = self._encode_gif if self.ending == ".gif" else self._encode_webp
        encode(end)
        found = length_of(self.made)
        if found != end * self.kind.tick:
            raise OutputError(
                f"{self.path} came out {float(found):g} s long instead of {float(end * self.kind.tick):g} s"
            )
        commit(self.made, self.path)

    def _end_of(self) -> int:
        """Log the last frame, unless it would last too short; the tick at which the film ends."""
        if self._held is None:
            raise OutputError(f"{self.path} is not written: no frame came")
        end = max(round(self._end / self.kind.tick), self.kind.shortest)
        if self._held[2] + self.kind.shortest <= end:
            self._keep_held()
        else:
            self.left_out += 1
        return end

    def _keep_held(self) -> None:
        if self._held is not None:
            rgb, alpha, tick = self._held
            with naming_output(self.path, self._lossless.path):
                self._lossless.write(rgb, tick * self.kind.tick, alpha)
            self._last, self._held = tick, None

    def _encode_gif(self, end: int) -> None:
        palette = address(self._palette)
        self._run("-vf", "palettegen=stats_mode=full", "-frames:v", "1", palette)
        # Ordered dither stays in place where error diffusion would crawl from frame to frame.
        use = "[0:v][1:v]paletteuse=dither=bayer:bayer_scale=3:diff_mode=rectangle"
        clear = self.clip is not None and self.clip.alpha
        flags = ["-gifflags", "-offsetting-transdiff"] if clear else []  # every frame whole
        loop = ["-loop", gif_loop(self.plays), "-final_delay", str(end - self._last)]
        self._run(*WHITELIST, "-i", palette, "-lavfi", use, *_OWN_TIMES, *flags, *loop, "-f", "gif", address(self.made))
        if clear:
            gif.clear_each(self.made)

    def _encode_webp(self, end: int) -> None:
        quality = ["-c:v", "libwebp_anim", "-quality", "80", "-compression_level", "4"]
        loop = ["-loop", str(min(self.plays, MOST))]
        self._run(*quality, *_OWN_TIMES, *loop, "-f", "webp", address(self.made))
        webp.put_right(self.made, end, self.size, self.plays, bool(self.clip and self.clip.alpha))

    def _run(self, *arguments: str) -> None:
        """ffmpeg with the log as its first input."""
        threads = ["-threads", str(self.threads)] if self.threads else []
        run([*threads, *WHITELIST, "-i", address(self._lossless.path), *arguments], self.path)


def length_of(path: Path) -> Fraction:
    """The length of a GIF or WebP in seconds: its frames' delays summed. Raises OutputError if it is damaged."""
    from PIL import Image

    if path.suffix.lower() == ".webp":
        return Fraction(webp.length(path), 1000)
    total = 0
    try:
        with Image.open(path, formats=("GIF",)) as image:
            for index in range(getattr(image, "n_frames", 1)):
                image.seek(index)
                total += int(image.info.get("duration") or 0)
    except (OSError, SyntaxError, ValueError) as error:
        raise OutputError(f"{path} can't be read back; see whether the disk is full or damaged") from error
    return Fraction(total, 1000)


def _lossless(path: Path, clip: Clip | None, size: tuple[int, int], rate: Fraction, threads: int) -> Writer:
    name = hidden_name(path).with_suffix(".mkv")
    plain = Clip(
        path=name, kind="picture", size=size, coded_size=size, rate=rate, alpha=bool(clip and clip.alpha), colour=BT709
    )
    return Writer(name, plain, size=size, rate=rate, codec="ffv1", sound=False, threads=threads)
