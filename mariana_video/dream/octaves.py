"""The sizes of a picture that are dreamed on, small to large (Mordvintsev et al., "Inceptionism", 2015)."""

from __future__ import annotations

from dataclasses import dataclass

from mariana_video.errors import UsageError

USUAL = 3

_STEPS = 0.8, 0.6  # of those that are asked for, so many on the smallest octave and on the largest
_FAR = 1.1, 0.75  # so far they go together there: measured, they come to as strong and as sharp a dream as plain ones
_EASED = 3.0  # so many times as long as the last step of an octave is the first


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


def eased(steps: int, count: int) -> tuple[tuple[float, ...], ...]:
    """Fewer steps on `count` octaves, small to large, that make what so many plain ones on each make: their lengths.

    Lengths are in plain steps. On each octave they grow shorter, from step to step by as much, and there are ever fewer
    of them the larger an octave is: what is composed small needs little but sharpening there, where steps are dear. A
    single octave has plain ones.
    """
    if count == 1 or not steps:
        return ((1.0,) * steps,) * count
    return tuple(_eased(steps, number / (count - 1)) for number in range(count))


def _eased(steps: int, place: float) -> tuple[float, ...]:
    """The lengths of an octave's steps, its place among the octaves from 0, the smallest, to 1."""
    share, far = (first + (last - first) * place for first, last in (_STEPS, _FAR))
    fewer = max(1, round(share * steps))
    weights = [_EASED + (1 - _EASED) * (number + 0.5) / fewer for number in range(fewer)]
    return tuple(far * steps * weight / sum(weights) for weight in weights)
