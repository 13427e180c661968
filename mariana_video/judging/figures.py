"""The figures of a dream beside its source: one `Row` a frame, summed up as `Figures`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from mariana_video.meters import trend

HALF = 0.5
"""No verdict on a figure where less than this share of its own pixels could be judged."""

_ENOUGH = 100  # uncovered pixels of a whole film
_NAN = float("nan")


@dataclass(frozen=True)
class Row:
    """One frame's figures; nan where there is none. `dream` and `source` are the network's scores.

    Correlations compare r = D − S with an earlier r: over one frame, over the moving pixels, over 10 and 20 frames, and
    (`ghost`) unwarped where something fast has just left, which are `uncovered` pixels. `judged…` are
    shares of the picture, those of the moving pixels and the paths over 10 and 20 frames for the figures of that name.
    `step…` are mean squares, `specks` the finest grain of colour in r over that of the shot's first frame.
    """

    time: float
    dream: float = _NAN
    source: float = _NAN
    rms: float = _NAN
    laplacian: float = _NAN
    laplacian_dream: float = _NAN
    laplacian_source: float = _NAN
    specks: float = _NAN
    red: float = _NAN
    green: float = _NAN
    blue: float = _NAN
    same: float = _NAN
    same_moving: float = _NAN
    same_10: float = _NAN
    same_20: float = _NAN
    ghost: float = _NAN
    uncovered: float = _NAN
    step: float = _NAN
    step_source: float = _NAN
    step_still: float = _NAN
    step_still_source: float = _NAN
    judged: float = _NAN
    judged_moving: float = _NAN
    judged_10: float = _NAN
    judged_20: float = _NAN


@dataclass(frozen=True)
class Alive:
    """A dream that goes on: `incoherence_20` over 20 frames; `gain` and `rms` of the last tenth over frames 2 to 10."""

    incoherence_20: float | None
    gain: float | None
    rms: float | None


@dataclass(frozen=True)
class Figures:
    """What `mariana measure` tells. S is the source, D the dream, r = D − S; None is "can't be said".

    gain: the network's score of D over that of S.
    incoherence: 1 − correlation of r with the r before, warped onto it, over judged pixels, averaged over frames: 0
        rides perfectly, 1 is a new dream every frame; `…_moving` over the pixels that move more than 1 px,
        `…_10` over 10 frames.
    ghost: correlation of r with the unwarped r before, where something faster than 4 px has just left, all such pixels
        of the film counting alike; None under a hundred.
    e_warp: mean square of D less warped D before (Lai et al. 2018), and the source's own; pictures in 0…1.
    stillness: RMS of D less D before, over √2, where the source stands still; and the source's own.
    sharpness: Laplacian energy of D over that of S, last tenth over frames 10–20 %.
    specks: the strongest 1 % of the finest grain of colour in r, in the worst frame over its shot's first.
    drift: mean colour (red, green, blue) of r, last tenth less frames 10–20 %, in 1/255.
    flashes: the worst second's, by WCAG 2.3.1; over three can hurt.
    newcomers: RMS of r on what newly appeared, in its fifth frame, over that on what is long there; newcomers_after:
        the frame, counted from its first, by which it has three quarters of that.
    rms, laplacian: RMS and Laplacian energy of r, averaged over all frames.
    judged, judged_moving, judged_10, judged_20: shares of the pixels that those figures could be judged on.
    """

    frames: int
    gain: float | None
    incoherence: float | None
    incoherence_moving: float | None
    incoherence_10: float | None
    alive: Alive
    ghost: float | None
    e_warp: float | None
    e_warp_source: float | None
    stillness: float | None
    stillness_source: float | None
    sharpness: float | None
    specks: float | None
    drift: tuple[float, float, float] | None
    flashes: int
    rms: float | None
    laplacian: float | None
    judged: float | None
    judged_moving: float | None
    judged_10: float | None
    judged_20: float | None
    newcomers: float | None = None
    newcomers_after: int | None = None

    def certain(self) -> Figures:
        """The same without the figures for which less than half of their own pixels could be judged."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        for name, share in SHARES.items():
            if (values[share] or 0) < HALF:
                values[name] = None
        if (self.judged_20 or 0) < HALF:
            values["alive"] = Alive(None, self.alive.gain, self.alive.rms)
        return Figures(**values)


SHARES: Mapping[str, str] = {
    "incoherence": "judged",
    "incoherence_moving": "judged_moving",
    "incoherence_10": "judged_10",
    "e_warp": "judged",
    "e_warp_source": "judged",
}
"""The share on which each figure's verdict hangs."""


def summed(rows: Sequence[Row], flashes: int) -> Figures:
    """The figures of a whole clip."""
    at = {field.name: [getattr(row, field.name) for row in rows] for field in fields(Row)}
    whole = {name: trend.mean(series) for name, series in at.items()}
    return Figures(
        frames=len(rows),
        gain=_gain(at, slice(None)),
        incoherence=_less(whole["same"]),
        incoherence_moving=_less(whole["same_moving"]),
        incoherence_10=_less(whole["same_10"]),
        alive=_alive(at, len(rows)),
        ghost=_weighted(at["ghost"], at["uncovered"]),
        e_warp=whole["step"],
        e_warp_source=whole["step_source"],
        stillness=_still(whole["step_still"]),
        stillness_source=_still(whole["step_still_source"]),
        sharpness=_sharpness(at, len(rows)),
        specks=max((value for value in at["specks"] if value == value), default=None),
        drift=_drift(at, len(rows)),
        flashes=flashes,
        rms=whole["rms"],
        laplacian=whole["laplacian"],
        judged=whole["judged"],
        judged_moving=whole["judged_moving"],
        judged_10=whole["judged_10"],
        judged_20=whole["judged_20"],
    )


_Series = Mapping[str, Sequence[float]]


def _weighted(series: Sequence[float], weights: Sequence[float]) -> float | None:
    """Few pixels are uncovered in one frame: all of a film count alike, and under a hundred say nothing."""
    known = [(value, weight) for value, weight in zip(series, weights, strict=True) if value == value]
    if sum(weight for _, weight in known) < _ENOUGH:
        return None
    return trend.ratio(sum(value * weight for value, weight in known), sum(weight for _, weight in known))


def _less(same: float | None) -> float | None:
    return None if same is None else 1 - same


def _still(square: float | None) -> float | None:
    return None if square is None else float((square / 2) ** 0.5)


def _gain(at: _Series, part: slice) -> float | None:
    """None where the source scores nothing, or less: of what is pushed away from, a ratio says nothing."""
    source = trend.mean(at["source"], part)
    return None if source is None or source <= 0 else trend.ratio(trend.mean(at["dream"], part), source)


def _alive(at: _Series, frames: int) -> Alive:
    """Under 20 frames the end and the beginning are the same."""
    incoherence = _less(trend.mean(at["same_20"]))
    if frames < 20:
        return Alive(incoherence, None, None)
    young, late = trend.first_frames(frames), trend.late(frames)
    gain = trend.ratio(_gain(at, late), _gain(at, young))
    return Alive(incoherence, gain, trend.ratio(trend.mean(at["rms"], late), trend.mean(at["rms"], young)))


def _sharpness(at: _Series, frames: int) -> float | None:
    def of(part: slice) -> float | None:
        return trend.ratio(trend.mean(at["laplacian_dream"], part), trend.mean(at["laplacian_source"], part))

    return trend.ratio(of(trend.late(frames)), of(trend.early(frames)))


def _drift(at: _Series, frames: int) -> tuple[float, float, float] | None:
    changes = []
    for colour in ("red", "green", "blue"):
        late, early = trend.mean(at[colour], trend.late(frames)), trend.mean(at[colour], trend.early(frames))
        if late is None or early is None:
            return None
        changes.append((late - early) * 255)
    return changes[0], changes[1], changes[2]
