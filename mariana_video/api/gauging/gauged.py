"""What a machine was found to do, as figures and as lines to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mariana_video.api.foreseen.foretelling import span
from mariana_video.api.gauging.ceiling import Ceiling
from mariana_video.api.gauging.films import RATE, Speed
from mariana_video.api.gauging.step import SIZE, Step


@dataclass(frozen=True)
class Gauged:
    """What a machine can do: `ceilings` by number format, a step of each network, and films of some sizes.

    Steps and films are computed in `precision`, films are dreamed by `network`; `machine` says in words what it is.
    """

    machine: str
    precision: str
    network: str
    ceilings: Mapping[str, Ceiling]
    steps: Sequence[Step]
    films: Sequence[Speed]

    def share(self, step: Step) -> float | None:
        """How much of the ceiling a step reaches; None where there is none."""
        ceiling = self.ceilings.get(self.precision)
        return None if ceiling is None else step.flops / step.seconds / ceiling.flops

    def to_dict(self) -> dict[str, Any]:
        """All figures, by name, for JSON: operations a second, seconds, frames a second."""
        return {
            "machine": self.machine,
            "precision": self.precision,
            "network": self.network,
            "ceilings": {name: {"flops": one.flops, "best": one.best} for name, one in self.ceilings.items()},
            "steps": {
                one.network: {
                    "layers": one.layers,
                    "flops": one.flops,
                    "seconds": one.seconds,
                    "share": self.share(one),
                }
                for one in self.steps
            },
            "films": {f"{one.size[0]}x{one.size[1]}": {"rate": one.rate, "minute": one.minute} for one in self.films},
        }

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        width, height = SIZE
        yield self.machine
        yield f"\n{'ceiling':24} TFLOP/s"
        for name, one in self.ceilings.items():
            yield f"{name:24} {one.flops / 1e12:7.3f}  {one.best}"
        yield f"\n{f'a step on {width}x{height}, {self.precision}':24}   GFLOP      ms   share"
        for step in self.steps:
            share = self.share(step)
            told = "" if share is None else f"{100 * share:5.0f} %"
            yield f"{step.network:24} {step.flops / 1e9:7.1f} {1000 * step.seconds:7.0f} {told}  {step.layers}"
        yield f"\n{f'films, {self.network}':24} frames a second   a minute of film ({RATE} frames a second)"
        for film in self.films:
            yield f"{'x'.join(map(str, film.size)):24} {_told(film)}"


def _told(film: Speed) -> str:
    if film.rate is None or film.minute is None:
        return "there is no memory for it"
    return f"{film.rate:15.2f}   {span(film.minute)}"
