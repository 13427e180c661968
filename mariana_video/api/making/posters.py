"""A picture that is too large for memory, dreamed on disk, part by part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from mariana_video.api.making.travelling import Carried
from mariana_video.api.making.work import Made, Watch
from mariana_video.dream.arrays import to_array, to_tensor
from mariana_video.dream.ascent import Step
from mariana_video.dream.large.sheet import ALL, Disk, Sheet, bands, strips
from mariana_video.footage.waiting import waiting_asleep
from mariana_video.loop.dreamer import Dreamer
from mariana_video.loop.footprint import allowed_memory, memory_needed
from mariana_video.media.colour import Floats
from mariana_video.media.output import cannot_write, check_room, size_in_words
from mariana_video.media.stills.banded import bytes_of, comes_in_bands, enlarged, held, rows_of
from mariana_video.media.stills.pictures import write_bytes
from mariana_video.poster.needs import DISK, check_large
from mariana_video.poster.picture import Poster, can_be_large

if TYPE_CHECKING:
    from PIL.Image import Image


def is_large(dreamer: Dreamer, source: Path, own: tuple[int, int], size: tuple[int, int]) -> bool:
    """Whether a picture of `size` (width, height), of its `own` or enlarged, is too large for memory as a whole, and
    can be dreamed on disk."""
    larger = size[0] >= own[0] and size[1] >= own[1]
    if not larger or not can_be_large(dreamer, (size[1], size[0])):
        return False  # before the network is tried to know what it takes, as most pictures are small
    allowed = allowed_memory(dreamer)
    too_large = allowed is not None and memory_needed(dreamer, dreamer.score(), size) > allowed
    return too_large and comes_in_bands(source)


@dataclass(frozen=True)
class LargePicture:
    """A picture of `size` (width, height), its `own` or enlarged, on its way from `source` to `output`."""

    dreamer: Dreamer
    source: Path
    output: Path
    own: tuple[int, int]
    size: tuple[int, int]

    @property
    def folder(self) -> Path:
        """Where it lies meanwhile."""
        return self.output.absolute().parent

    @property
    def note(self) -> str:
        """What is said before it is begun."""
        return f"too large for memory: it lies in {self.folder} meanwhile, {size_in_words(self._disk)} at most"

    @property
    def _disk(self) -> int:
        return DISK * self.size[0] * self.size[1]

    def check(self) -> None:
        """See that it fits, into memory and on the disk. Raises DreamError, OutputError."""
        check_large(self.dreamer, self.dreamer.score(), self.size, self.own)
        check_room(self.output, self.folder, self._disk)

    def make(self, watch: Watch, steps: int, travels: Carried) -> None:
        """Reads, dreams and writes it. Raises MarianaError."""
        done = 0

        def one(step: Step) -> None:
            nonlocal done
            done += 1
            watch.made(Made(done, steps, lambda: to_array(step.picture), f"score {step.score:.1f}"))

        disk = Disk(self.folder)
        try:
            source, alpha = self._read(disk)
            with waiting_asleep():
                picture = Poster(replace(self.dreamer, on_step=one), disk, source, alpha).dreamed()
            del source
        except OSError as error:
            raise cannot_write(self.output, error) from error
        pixels = bytes_of((self.size[1], self.size[0], 3 if alpha is None else 4), _parts(picture, alpha))
        del picture, alpha
        write_bytes(self.output, pixels, travels.text)

    def _read(self, disk: Disk) -> tuple[Sheet, Sheet | None]:
        """The source and its transparency, laid on disk."""
        width, height = self.size
        source, image = disk.sheet((1, 3, height, width)), held(self.source)
        alpha = disk.sheet((1, 1, height, width)) if image.mode == "RGBA" else None
        for rows, columns, rgb, seen in self._windows(image):
            source[ALL, ALL, rows, columns] = to_tensor(rgb)
            if alpha is not None and seen is not None:
                alpha[ALL, ALL, rows, columns] = torch.from_numpy(seen)[None, None]
        return source, alpha

    def _windows(self, image: Image) -> Iterator[tuple[slice, slice, Floats, Floats | None]]:
        """Parts of the source at its size, and their rows and columns."""
        width, height = self.size
        if self.size == self.own:
            for rows in bands((3, height, width)):
                yield rows, ALL, *rows_of(image, rows)
            return
        for columns, rgb, seen in enlarged(image, self.size, strips(3 * height, width)):
            yield ALL, columns, rgb, seen


def _parts(picture: Sheet, alpha: Sheet | None) -> Iterator[tuple[slice, Floats, Floats | None]]:
    for rows in bands(picture.shape):
        seen = None if alpha is None else alpha[ALL, ALL, rows, ALL][0, 0].numpy()
        yield rows, to_array(picture[ALL, ALL, rows, ALL]), seen
