"""What a source is (`Clip`) and what comes out of it (`Frame`).

Times are exact fractions of a second on the clip's own clock: the container's, as players show it. Formats
whose clock starts anywhere (MPEG transport and program streams) are counted from their own beginning. A first
picture later than 0 keeps its time, so that sound and picture stay together.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Literal

from mariana_video.media.colour import UNTAGGED, Bytes, Colour, Floats
from mariana_video.media.display import Display
from mariana_video.media.shape import UPRIGHT, Turn
from mariana_video.recipe.options import Span

Kind = Literal["video", "folder", "picture"]


@dataclass(frozen=True)
class Frame:
    """One upright picture with square pixels.

    `rgb` float32 H×W×3 in 0…1, sRGB as stored; `grey` uint8 H×W for flow and cuts; `pts` seconds on the
    clip's own clock; `alpha` float32 H×W in 0…1, None where nothing is transparent; `duration` seconds that
    it is shown, None where the source does not say.
    """

    rgb: Floats
    grey: Bytes
    pts: Fraction
    alpha: Floats | None = None
    duration: Fraction | None = None

    def __repr__(self) -> str:
        height, width = self.grey.shape
        alpha = ", alpha" if self.alpha is not None else ""
        return f"Frame({width}×{height}{alpha}, pts={self.pts} s)"


@dataclass(frozen=True)
class Track:
    """A stream besides the picture's: sound, subtitles or other.

    `language` as ISO 639-2, or None; `cover` marks a picture that is no film.
    """

    index: int
    kind: Literal["sound", "subtitle", "picture", "other"]
    codec: str
    language: str | None = None
    title: str | None = None
    cover: bool = False

    def __str__(self) -> str:
        told = ", ".join(word for word in (self.codec, self.language, self.title) if word)
        return f"{self.kind} {self.index} ({told})"


@dataclass(frozen=True)
class Chapter:
    """A chapter mark; seconds on the clip's own clock."""

    start: Fraction
    end: Fraction
    title: str


@dataclass(frozen=True)
class Clip:
    """What a source is. Nothing of the picture itself is held.

    `size` is (width, height) as shown: upright, with square pixels; `coded_size` as stored. `rate` is the
    exact average (24000/1001 stays that); with `varied` frames do not follow it. `start` is the first
    picture's time on the clip's own clock, `duration` the seconds from there to the end of the last picture
    and `frames` their number, both as the file claims, None where it does not. `rotation` is the anticlockwise
    turn in degrees that makes it upright, `turn` the same as a matrix (with mirroring). `bits` a channel.
    `notes` are sentences worth telling a person.
    """

    path: Path
    kind: Kind
    size: tuple[int, int]
    coded_size: tuple[int, int]
    rate: Fraction
    start: Fraction = Fraction(0)
    duration: Fraction | None = None
    frames: int | None = None
    rotation: int = 0
    sample_aspect: Fraction = Fraction(1)
    interlaced: bool = False
    alpha: bool = False
    colour: Colour = UNTAGGED
    bits: int = 8
    sounds: tuple[Track, ...] = ()
    subtitles: tuple[Track, ...] = ()
    others: tuple[Track, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    metadata: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    varied: bool = False
    codec: str = ""
    container: str = ""
    stream: int = 0
    time_base: Fraction = Fraction(1, 1000)
    origin: Fraction = Fraction(0)
    """What is subtracted from the container's times to get the clip's own clock."""
    turn: Turn = UPRIGHT
    files: tuple[Path, ...] = field(default=(), repr=False)
    """The pictures of a folder, in order."""
    tone_mapped: bool = False
    """Whether its frames are brought down to BT.709."""
    peak: float = Span().hdr_peak
    """Up to how many nits they keep their detail then."""
    plays: int | None = None
    """How many times an animation is played, 0 for ever; None for what is no animation."""
    display: Display | None = None
    """What a film of high dynamic range says of the display it was made for."""

    shifts: tuple[Fraction, ...] = ()
    """Of a file that was joined of parts, each with a clock of its own: what is added to each part's times."""

    @property
    def end(self) -> Fraction | None:
        """The end of the last picture on the clip's own clock, as claimed."""
        return None if self.duration is None else self.start + self.duration
