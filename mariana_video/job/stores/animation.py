"""The frames of a GIF or WebP on the way: kept losslessly to the end, for its palette is chosen from all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

from mariana_video.job.stores.segments import Segments
from mariana_video.job.stores.store import Film, OnNote
from mariana_video.media.colour import Floats
from mariana_video.media.output import naming_output
from mariana_video.media.stills.carried import add_to_gif, exif_of
from mariana_video.media.write.animation import AnimationWriter
from mariana_video.media.write.encoding import Encoding
from mariana_video.media.write.segment import ending, pictures
from mariana_video.media.write.webp import add_exif

Picture = tuple[Floats, Floats | None]


def lossless(film: Film, threads: int) -> Encoding:
    """How an animation's frames are kept: FFV1, transparency too."""
    whatever = Path("frames.mkv")
    return Encoding(whatever, film.clip, size=film.size, rate=film.rate, codec="ffv1", crf=0, threads=threads)


class Animation(Segments):
    """The store of a film that is an animation."""

    def assemble(self, on_note: OnNote) -> Path:
        """The animation, made from the frames kept."""
        self._complete_all()
        made = self._folder / self._output.name
        parts = self._parts()
        with naming_output(self._output, self._folder):
            write_animation(made, self._film, _pictures(parts, self._encoding), ending_of(parts[-1]), on_note)
        return made


def write_animation(
    made: Path, film: Film, pictures: Iterable[Picture], length: Fraction | None, on_note: OnNote
) -> None:
    """Writes the animation `made`, with its recipe, of pictures shown at the film's times, the last for `length`."""
    writer = AnimationWriter(
        made,
        film.clip,
        size=film.size,
        rate=film.rate,
        start=film.start,
        duration=film.duration,
        loop=film.endless,
        notes=on_note,
    )
    with writer:
        for (rgb, alpha), time in zip(pictures, film.times, strict=False):
            writer.write(rgb, time, alpha, length if time == film.times[-1] else None)
    if film.recipe is not None and made.suffix.lower() == ".gif":
        add_to_gif(made, film.recipe)
    elif film.recipe is not None:
        add_exif(made, exif_of(film.recipe))


def ending_of(part: Path) -> Fraction | None:
    """How long a part's last frame is shown, if known."""
    found = ending(part)
    return None if found is None else found.length


def _pictures(parts: list[Path], encoding: Encoding) -> Iterator[Picture]:
    for part in parts:
        yield from pictures(part, encoding)
