"""A single picture, and a folder of numbered pictures, as clips."""

import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from mariana_video.errors import SourceError
from mariana_video.media.clip import Clip
from mariana_video.media.colour import Colour
from mariana_video.media.stills.headers import read_header
from mariana_video.media.stills.pictures import picture_files


def open_folder(folder: Path, rate: Fraction) -> Clip:
    """A folder of numbered pictures as a clip: transparent if any is.

    Raises SourceError if they differ in size or can't be read.
    """
    files = picture_files(folder)
    first = open_still(files[0], rate)
    alpha = first.alpha
    for file in files[1:]:
        head = read_header(file)
        alpha = alpha or head.alpha
        if head.size != first.size:
            raise SourceError(
                f"the pictures in {folder} differ in size: {files[0].name} is {first.size[0]}×{first.size[1]}, "
                f"{file.name} {head.size[0]}×{head.size[1]}; make them one size"
            )
    return replace(
        first,
        path=folder,
        kind="folder",
        duration=len(files) / rate,
        frames=len(files),
        alpha=alpha,
        files=tuple(files),
        notes=tuple(_gaps(files)),
    )


def open_still(path: Path, rate: Fraction) -> Clip:
    """A single picture as a clip of one frame."""
    head = read_header(path)
    return Clip(
        path=path,
        kind="picture",
        size=head.size,
        coded_size=head.coded_size,
        rate=rate,
        duration=1 / rate,
        frames=1,
        alpha=head.alpha,
        bits=head.bits,
        colour=Colour("gbr", "full"),
        time_base=1 / rate,
        codec=head.codec,
        container=head.codec,
        files=(path,),
    )


def _gaps(files: list[Path]) -> list[str]:
    """A sentence about numbers that are missing in a numbered sequence."""
    numbers = [int(found[-1]) for file in files if (found := re.findall(r"[0-9]+", file.stem))]
    if len(numbers) != len(files) or len(set(numbers)) != len(numbers):
        return []
    missing = numbers[-1] - numbers[0] + 1 - len(numbers)
    if missing <= 0 or sorted(numbers) != numbers:
        return []
    return [f"its numbers run from {numbers[0]} to {numbers[-1]} with {missing} missing; the gaps are closed up"]
