"""What each shot of a film depends on, as a checksum: a shot whose key is the same is the same, bit for bit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from mariana_video.footage.shots import Shot
from mariana_video.job.conditions import weights_of
from mariana_video.job.job import Job, Todo
from mariana_video.job.output_paths import keeps_parts
from mariana_video.job.stores.choice import film_section
from mariana_video.job.stores.store import Film, OnNote
from mariana_video.loop.dreamer import Dreamer
from mariana_video.recipe.options import needs_clock
from mariana_video.recipe.toml import sections
from mariana_video.recipe.values.file import InputFile
from mariana_video.recipe.values.networks import is_path

_LENGTH = 32  # characters
_FILES = ("mask", "weights", "flow_weights", "guide", "palette")


def known_by_shots(job: Job, film: Film, shots: Sequence[Shot]) -> Film:
    """`film` with the keys of its shots."""
    section = film_section(replace(film, shot_keys=("",) * len(shots)), job.output)
    fixed = {**section, "encoder_threads": job.before.get("film", section)["encoder_threads"]}
    stored = {name: value for name, value in job.conditions["storage"].items() if name != "sound"}
    common = {"film": fixed, "storage": stored, "source": job.conditions["source"]["content"]}
    known: dict[int, dict[str, Any]] = {}
    keys = []
    for number, shot in enumerate(shots):
        if shot.dreamer is not None and id(shot.dreamer) not in known:
            known[id(shot.dreamer)] = _told(job, shot.dreamer)
        dreamed = None if shot.dreamer is None else {**known[id(shot.dreamer)], "shape": shot.shape}
        if shot.dreamer is not None and needs_clock(shot.dreamer.recipe):  # formulas may ask for the shot's number
            dreamed = {**(dreamed or {}), "number": number}
        span = [shot.positions.start, shot.positions.stop]
        told = {**common, "machine": job.conditions["machine"], "shot": span, "dreamed": dreamed}
        keys.append(hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:_LENGTH])
    return replace(film, shot_keys=tuple(keys))


def _told(job: Job, dreamer: Dreamer) -> dict[str, Any]:
    """All of a dreamer that its pictures depend on; files by their content, wherever they lie."""
    recipe = dreamer.recipe
    files = [recipe.where.mask, recipe.carry.flow_weights, recipe.dream.guide, recipe.dream.palette]
    for path in files:
        if path is not None:
            job.check_apart(path)
    groups = sections(recipe)
    told = {
        group: {name: value for name, value in groups[group].items() if name not in _FILES}
        for group in ("dream", "carry", "where")
    }
    networks = recipe.dream.network
    if any(is_path(one.what) or one.weights for one in networks.said):
        told["dream"]["network"] = ", ".join(networks.names)
    return {
        "recipe": told,
        "layers": str(dreamer.objective),
        "network": weights_of(dreamer),
        "files": [_content(path) for path in files],
    }


def _content(path: InputFile | None) -> str | None:
    return None if path is None else path.checksum()


def tell_kept(job: Job, film: Film, todo: Todo, on_note: OnNote) -> None:
    """Tells which shots of a film that is made by a list are to be made, and how many are kept."""
    if not film.shot_keys:
        return
    missing = {position for run in todo.runs for position in run}
    made = [number for number, shot in enumerate(film.shots, 1) if not missing.isdisjoint(shot)]
    kept = len(film.shots) - len(made)
    if not kept:
        return
    several = len(made) > 1
    shots = f"shot{'s' * several} {_listed(made)} of {len(film.shots)} {'are' if several else 'is'}"
    how = "dreamed anew" if keeps_parts(job.output) else "still to be made"
    on_note(f"{shots} {how}, {kept} {'is' if kept == 1 else 'are'} kept" if made else f"all {kept} shots are kept")


def _listed(numbers: Sequence[int]) -> str:
    """Numbers as people list them: 1, 3 to 7 and 9."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    words = [word for run in runs for word in ([f"{run[0]} to {run[-1]}"] if len(run) > 2 else map(str, run))]
    return " and ".join([*([", ".join(words[:-1])] if len(words) > 1 else []), *words[-1:]])
