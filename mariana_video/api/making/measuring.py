"""A dreamed clip, measured beside its source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from json import dumps
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mariana_video.api.making.work import Made, Watch, Work
from mariana_video.dream.objectives.chosen import chosen
from mariana_video.dream.objectives.reading import read
from mariana_video.dream.score import Score
from mariana_video.errors import OutputError, UsageError
from mariana_video.judging.coherence import Coherence
from mariana_video.judging.judge import Judge
from mariana_video.judging.measuring import Seen, measured
from mariana_video.judging.pairing import pair
from mariana_video.judging.plot import Drawing
from mariana_video.judging.report import report
from mariana_video.judging.variety import Variety, judge_of
from mariana_video.networks.network import CLASSES
from mariana_video.networks.weights import load
from mariana_video.recipe.kinds import Judging
from mariana_video.recipe.values.timeline import START


@dataclass(frozen=True)
class Measured:
    """What a clip was measured to be: `figures` as plain values by name, and as `lines` for a person to read."""

    figures: dict[str, Any]
    lines: Sequence[str]

    def __str__(self) -> str:
        return "\n".join(self.lines)


def measuring_work(clip: Path, made: Path, asked: Judging) -> Work[Measured]:
    """The work of measuring `made`, what was made of `clip`."""
    score, judge = _score(asked), Judge(asked.flow_weights)
    clips = pair(clip, made, asked.start)
    if min(clips.size) < score.smallest and any(CLASSES in layers for layers in score.asked.values()):
        size, said = f"{clips.size[0]}x{clips.size[1]}", "the classifier sees that many at once"
        raise UsageError(f"{made} is {size}, and --layers {asked.layers} needs {score.smallest} pixels a side: {said}")

    def make(watch: Watch) -> Measured:
        coherence, drawing = Coherence(), Drawing()
        names = [one.name for one in score.networks.values()]
        variety = Variety(load(judge_of(*names)), clips.frames)
        for seen in measured(coherence, clips, judge, score, asked.width):
            drawing.add(seen)
            if seen.number in variety.asked:
                variety.add(seen.dream, seen.source)
            watch.made(Made(seen.number + 1, clips.frames, partial(_dream_of, seen)))
        scored = {"network": ", ".join(names), "layers": [layer for term in score.terms for layer in term.kind.layers]}
        judged = {"size": drawing.size, "judges": judge.names, **variety.to_dict()}
        figures = {**scored, **judged, **coherence.to_dict()}
        if asked.json is not None:
            _write(asked.json, figures)
        if asked.plot is not None:
            drawing.save(asked.plot, coherence.rows, f"{made.name} beside {clip.name}")
        return Measured(figures, tuple(report(coherence.figures(), coherence.worst, variety.line(), judge.names)))

    return Work("frames", clips.frames, make, size=clips.size, notes=clips.notes)


def _dream_of(seen: Seen) -> NDArray[np.float32]:
    return seen.dream


def _score(judging: Judging) -> Score:
    networks, objective = chosen(judging.network, judging.weights, judging.layers)
    score = Score(networks, read(objective.at(START), networks))
    if score.beside:
        raise UsageError(f"--layers {objective}: what goes by another picture can't be scored without it; give layers")
    return score


def _write(file: Path, values: dict[str, Any]) -> None:
    try:
        file.write_text(dumps(values, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{file} can't be written: {(error.strerror or str(error)).lower()}") from error
