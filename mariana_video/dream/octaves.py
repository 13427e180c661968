"""The sizes of a picture that are dreamed on, small to large (Mordvintsev et al., "Inceptionism", 2015)."""

from __future__ import annotations

from dataclasses import dataclass

from mariana_video.errors import UsageError

USUAL = 3


@dataclass(frozen=True)
class Octave:
    """One size: `shape` is (height, width) and `scale` the factor to the full picture, up to 1."""

    shape: tuple[int, int]
    scale: float


def octaves_of(
    shape: tuple[int, int], count: int | None, scale: float, smallest: int, top: float = 1.0
) -> tuple[Octave, ...]:
    """The octaves of a picture of `shape` (height, width), small to large; the last is `top` times the picture's size.

    Args:
        count: how many, or None for up to three, as many as have a short side of `smallest` pixels.
        scale: the factor from one to the next.
        smallest: the short side in pixels that the network needs.

    Raises UsageError where `count` is given and the smallest of so many would be too small. The largest is always
    there: `ascent` pads a picture that is too small for the network.
    """
    wanted = [Octave((max(1, round(shape[0] * top)), max(1, round(shape[1] * top))), top)]
    for level in range(1, USUAL if count is None else count):
        factor = top * scale**-level
        height, width = (round(side * factor) for side in shape)
        if min(height, width) < smallest:
            if count is None:
                break
            raise UsageError(
                f"--octaves {count}: octave {level + 1} would be {width}x{height}, and the network needs {smallest} "
                f"pixels on the short side; use at most {level}"
            )
        wanted.append(Octave((height, width), factor))
    return tuple(reversed(wanted))
