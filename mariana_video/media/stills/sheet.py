"""Pictures laid side by side, with words: contact sheets, comparisons, labels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from mariana_video.media.colour import Floats

if TYPE_CHECKING:
    from PIL import ImageFont

_PAPER, _INK = 1.0, 0.0
_GAP = 6  # pixels between two pictures
_SMALLEST, _LARGEST = 9, 22  # pixels of a letter's height
_SPACE = 0.4  # of a letter's height: how wide a space is at least
_SHADE = 0.45  # how much of a picture is left under a label


def sheet(
    pictures: Sequence[Floats], columns: int, captions: Sequence[str] = (), titles: Sequence[str] = (),
    sides: Sequence[str] = (),
) -> Floats:  # fmt: skip
    """Pictures of one size (H×W×3, 0…1) in rows of `columns`, on white.

    `captions` stand under each picture, `titles` over the columns, `sides` left of the rows. Words that are too long
    for their place are set smaller, then the last ones are left out.
    """
    height, width = pictures[0].shape[:2]
    letter = _letter(width)
    under = letter + 6 if any(captions) else 0
    top = letter + 10 if any(titles) else 0
    left = max((_measure(side, letter) for side in sides), default=0) + 12 if any(sides) else 0
    rows = -(-len(pictures) // columns)
    high, wide = height + under + _GAP, width + _GAP
    paper = np.full((top + rows * high + _GAP, left + columns * wide + _GAP, 3), _PAPER, np.float32)
    for number, picture in enumerate(pictures):
        y, x = top + _GAP + number // columns * high, left + _GAP + number % columns * wide
        paper[y : y + height, x : x + width] = picture
        if number < len(captions):
            _write(paper, captions[number], (x, y + height + 1), width, letter)
    for column, title in enumerate(titles):
        _write(paper, title, (left + _GAP + column * wide, 3), width, letter)
    for row, side in enumerate(sides):
        _write(paper, side, (4, top + _GAP + row * high + height // 2 - letter // 2), left, letter)
    return paper


def labelled(picture: Floats, text: str) -> Floats:
    """A picture (H×W×3) with a line of words on a shaded strip at its lower edge."""
    letter = _letter(picture.shape[1])
    strip = min(picture.shape[0], letter + 6)
    made = picture.copy()
    made[-strip:] *= _SHADE
    _write(made, text, (4, picture.shape[0] - strip + 1), picture.shape[1] - 8, letter, ink=1.0)
    return made


def _letter(width: int) -> int:
    return min(_LARGEST, max(_SMALLEST, width // 22))


def _write(paper: Floats, text: str, place: tuple[int, int], width: int, letter: int, ink: float = _INK) -> None:
    """Draw a line of words onto `paper`, its upper left corner at `place` (x, y), at most `width` pixels long."""
    from PIL import Image, ImageDraw

    if not text or width < 1:
        return
    while letter > _SMALLEST and _measure(text, letter) > width:
        letter -= 1
    text = _shortened(text, letter, width)
    box = Image.new("L", (width, letter + 6))
    ImageDraw.Draw(box).text((0, 0), _spaced(text, letter), fill=255, font=_font(letter))
    x, y = place
    part = paper[y : y + letter + 6, x : x + width]
    cover = np.asarray(box, np.float32)[: part.shape[0], : part.shape[1], None] / 255
    part += (ink - part) * cover


def _measure(text: str, letter: int) -> int:
    return round(_font(letter).getlength(_spaced(text, letter)))


def _shortened(text: str, letter: int, width: int) -> str:
    """`text`, or as many of its words as there is room for: a number that lost digits would be another number."""
    words = text.split(" ")
    while len(words) > 1 and _measure(" ".join(words), letter) > width:
        words = [*words[: -1 - (words[-1] == "…")], "…"]
    return " ".join(words)


def _spaced(text: str, letter: int) -> str:
    """`text` with spaces that part its words: those of small letters are a pixel or two wide."""
    wide = _font(letter).getlength(" ")
    return text.replace(" ", " " * max(1, math.ceil(_SPACE * letter / wide)))


def _font(letter: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    from PIL import ImageFont

    return ImageFont.load_default(letter)
