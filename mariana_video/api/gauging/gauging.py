"""The work of finding out what this machine can do, one measurement after the other."""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import torch

from mariana_video.api.gauging.ceiling import ceiling_of
from mariana_video.api.gauging.films import SIZES, speed_of
from mariana_video.api.gauging.gauged import Gauged
from mariana_video.api.gauging.step import step_of
from mariana_video.api.making.work import Made, Watch, Work
from mariana_video.dream.precision import DTYPES
from mariana_video.loop.dreamer import Dreamer, make_dreamer
from mariana_video.networks.weights import released
from mariana_video.recipe.job import Machine
from mariana_video.recipe.kinds import BenchRecipe
from mariana_video.recipe.look import Dream
from mariana_video.recipe.options import Recipe
from mariana_video.recipe.values.networks import Networks

T = TypeVar("T")


def gauging_work(asked: BenchRecipe) -> Work[Gauged]:
    """The work of gauging this machine. Raises what refuses the network and the device."""
    dreamer = _dreamer(asked.gauging.network, asked.machine)
    others = [Networks(name) for name in released() if name not in dreamer.networks]

    def make(watch: Watch) -> Gauged:
        told = _Told(watch, len(DTYPES) + 1 + len(others) + len(SIZES))
        found = {name: told.done(name, ceiling_of(name, dreamer.device)) for name in DTYPES}
        steps = [told.done(str(asked.gauging.network), step_of(dreamer))]
        steps += [told.done(str(other), step_of(_dreamer(other, asked.machine))) for other in others]
        films = [
            told.done(f"{width}x{height}", speed_of(dreamer, (width, height), watch.check)) for width, height in SIZES
        ]
        ceilings = {name: one for name, one in found.items() if one is not None}
        networks = " and ".join(dreamer.networks)
        return Gauged(machine_name(dreamer.device), dreamer.precision, networks, ceilings, steps, films)

    return Work("measurements", len(DTYPES) + 1 + len(others) + len(SIZES), make)


class _Told:
    """Tells of each measurement that it is done."""

    def __init__(self, watch: Watch, total: int) -> None:
        self._watch, self._total, self._number = watch, total, 0

    def done(self, note: str, found: T) -> T:
        """Gives what was found, and tells it."""
        self._number += 1
        self._watch.made(Made(self._number, self._total, note=note))
        return found


def _dreamer(network: Networks, machine: Machine) -> Dreamer:
    return make_dreamer(Recipe(Dream(network=network)), machine)


def machine_name(device: torch.device) -> str:
    """The device and the processor, in words."""
    name = platform.processor() or platform.machine()
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), name)
    card = f"{torch.cuda.get_device_name(device)}, " if device.type == "cuda" else ""
    return f"{card}{name}, {os.cpu_count()} cores, torch {torch.__version__}"
