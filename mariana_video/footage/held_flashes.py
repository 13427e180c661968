"""A film's flashes held back while it is made: what WCAG 2.3.1 calls unsafe is changed by as little as it takes."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mariana_video.meters.flashes import SAFE, Flashes, Mask, light_of, redness
from mariana_video.meters.light import WEIGHTS, to_coded, to_linear

Array = NDArray[np.float32]
Held = tuple[float, float]
"""When something was held back, in seconds, and by how much: the mean change of a value, 0…1."""

_STRICT = 0.9  # of WCAG's thresholds: encoding moves values by a little
_MARGINS = (0.01, 0.03, 0.06, 0.06)  # how far under a change a cell is held, tried one after the other
_SOFT = 0.8  # cells over which what is held is softened; the last go without: two, for windows may come in by the first
_TURNS = 2 * SAFE + 1  # opposing changes a second: one more would be a flash too many
_MOST = _TURNS, _TURNS - 1  # of light and of red, which is held as it comes: to hold its going would leave it standing
_SEEN = 1e-6  # mean change of a value: less is rounding
_PREFIX = "flashes."


class Holding:
    """Gives a shot's pictures, one after the other, none of which makes a flash too many.

    A picture that would is darkened or brightened where it changes, and paled where that is of red, as far as it must
    be; windows that do not flash too often stay as they are. Where the source itself flashes too often, nothing but the
    dream is held back: no further than to the source.
    """

    def __init__(self) -> None:
        self._shown, self._source = Flashes(_STRICT), Flashes(_STRICT)
        self.held: list[Held] = []
        """What was held back of this shot so far."""

    def cut(self) -> None:
        """A new shot begins. Nothing before it is known, so that a shot is the same whatever comes before it."""
        self._shown, self._source, self.held = Flashes(_STRICT), Flashes(_STRICT), []

    def shown(self, picture: Array, source: Array, time: float) -> Array:
        """`picture` (float32 H×W×3, 0…1) as it may be shown; `source` is its source."""
        before = copy.deepcopy(self._shown)
        allowed = not _too_many(self._source.add(source, time))
        if not _too_many(self._shown.add(picture, time)):
            return picture
        bound = None if allowed else light_of(source)
        where, calm = self._shown.crowded(_MOST), picture
        for margin in _MARGINS:
            calm = _held(calm, bound, before, margin, _SOFT if margin < _MARGINS[-1] else 0.0, where)
            self._shown = copy.deepcopy(before)
            if not _too_many(self._shown.add(calm, time)):
                break
            where = _both(where, self._shown.crowded(_MOST))
        if (by := float(np.abs(calm - picture).mean(dtype=np.float64))) > _SEEN:
            self.held.append((time, by))
        return calm

    def tensors(self) -> dict[str, Tensor]:
        """All that the next picture needs."""
        found = {f"{_PREFIX}shown.{name}": value for name, value in self._shown.arrays().items()}
        found |= {f"{_PREFIX}source.{name}": value for name, value in self._source.arrays().items()}
        found[f"{_PREFIX}held"] = np.array(self.held, np.float64).reshape(-1, 2)
        return {name: torch.from_numpy(np.array(value)) for name, value in found.items()}

    @classmethod
    def of(cls, tensors: Mapping[str, Tensor]) -> Holding:
        """What `tensors` gave, to go on from."""
        found = {name[len(_PREFIX) :]: value.numpy() for name, value in tensors.items() if name.startswith(_PREFIX)}
        holding = cls()
        if "held" not in found:
            return holding
        holding.held = [(float(time), float(by)) for time, by in found["held"]]
        holding._shown, holding._source = _meter(found, "shown."), _meter(found, "source.")
        return holding


def _meter(tensors: Mapping[str, NDArray[np.generic]], begins: str) -> Flashes:
    own = {name.removeprefix(begins): value for name, value in tensors.items() if name.startswith(begins)}
    return Flashes(_STRICT).remembered(own) if own else Flashes(_STRICT)


def flashes_note(tensors: Mapping[str, Tensor]) -> str | None:
    """What a person should know of what was held back, or None where nothing was."""
    return sentence(held_in(tensors))


def held_in(tensors: Mapping[str, Tensor]) -> list[Held]:
    """What was held back of a shot so far, as `tensors` gave it."""
    held = tensors.get(f"{_PREFIX}held")
    return [] if held is None else [(time, by) for time, by in held.tolist()]


def sentence(held: Sequence[Held]) -> str | None:
    """What a person should know of what was held back, or None where nothing was."""
    if not held:
        return None
    times, by = [time for time, _ in held], [by for _, by in held]
    spans = [[times[0], times[0]]]
    for time in times[1:]:
        if time - spans[-1][1] > 1:
            spans.append([time, time])
        spans[-1][1] = time
    where = ", ".join(f"{begin:.2f} to {end:.2f} s" if end > begin else f"{begin:.2f} s" for begin, end in spans[:5])
    more = f" and {len(spans) - 5} more places" if len(spans) > 5 else ""
    return (
        f"flashes were held back in {len(times)} frames, at {where}{more}, by {255 * sum(by) / len(by):.1f} of 255 "
        "on average; --flashes kept leaves them"
    )


def _too_many(turns: tuple[int, int]) -> bool:
    return turns[0] > _MOST[0] or turns[1] > _MOST[1]


def _both(one: tuple[Mask, Mask], other: tuple[Mask, Mask]) -> tuple[Mask, Mask]:
    return one[0] | other[0], one[1] | other[1]


def _held(
    picture: Array, bound: Array | None, before: Flashes, margin: float, soft: float, where: tuple[Mask, Mask]
) -> Array:
    """`picture` with the light and the red of the cells `where` that is wanted kept within `before`'s room."""
    darkest, brightest, reddest = before.room()
    light = light_of(picture)
    now = light @ WEIGHTS
    wanted = np.clip(now, darkest + margin, brightest - margin)
    if bound is not None:
        other = bound @ WEIGHTS
        wanted = np.clip(wanted, np.minimum(now, other), np.maximum(now, other))
    wanted = np.where(where[0], np.clip(wanted, 0, 1), now)
    darker = np.minimum(wanted / np.maximum(now, 1e-4), 1)
    brighter = np.clip(wanted - now, 0, 1)
    most = np.maximum(reddest - 100 * margin, 0) / 320
    if bound is not None:
        most = np.maximum(most, redness(bound) / 320)
    over = redness(light) / 320
    pale = np.where(where[1] & (over > most), (over - most) / np.maximum(over + now, 1e-4), 0)
    cells: Array = np.dstack([darker, brighter, pale]).astype(np.float32)
    if soft:
        cells = np.asarray(cv2.GaussianBlur(cells, (0, 0), soft, borderType=cv2.BORDER_REPLICATE), np.float32)
    size = (picture.shape[1], picture.shape[0])
    factors: Array = np.clip(cv2.resize(cells, size, interpolation=cv2.INTER_LINEAR), 0, 1)
    linear = to_linear(np.clip(picture, 0, 1))
    linear = linear + factors[..., 2:] * ((linear @ WEIGHTS)[..., None] - linear)
    linear = linear * factors[..., :1]
    linear = _brightened(linear, factors[..., 1])
    touched = (factors != np.array([1, 0, 0], np.float32)).any(-1, keepdims=True)
    return np.where(touched, to_coded(np.clip(linear, 0, 1)), picture).astype(np.float32)


def _brightened(linear: Array, more: Array) -> Array:
    """Linear light H×W×3 with so much `more` luminance (H×W, 0…1): multiplied as far as it goes, or it would look
    milky, and only beyond that mixed with white."""
    now = linear @ WEIGHTS
    wanted = np.minimum(now + more, 1)
    brighter = np.minimum(linear * (wanted / np.maximum(now, 1e-4))[..., None], 1)
    now = brighter @ WEIGHTS
    white = np.clip((wanted - now) / np.maximum(1 - now, 1e-4), 0, 1)[..., None]
    return np.asarray(brighter + white * (1 - brighter), np.float32)
