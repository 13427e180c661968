"""What is measured: a dreamed clip beside its source, and what this machine can do."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mariana_video.media.output import check_written
from mariana_video.recipe.kinds import BenchRecipe, MeasureRecipe
from mariana_video.recipe.reading import named

if TYPE_CHECKING:
    from mariana_video.api.gauging.gauged import Gauged
    from mariana_video.api.making.measuring import Measured
    from mariana_video.api.making.work import Work


def measure(
    source: str | Path, dream: str | Path, recipe: MeasureRecipe | None = None, **options: Any
) -> Work[Measured]:
    """The work of measuring `dream`, what was made of the clip `source`, as `mariana measure` does.

    Its `run` gives the figures; `options` are those of the command by name, in place of a `recipe` or over it. Raises
    MarianaError, in one line.
    """
    whole = MeasureRecipe.asked(recipe, options)
    asked = whole.judging
    clip, made = (named(name, Path, path) for name, path in (("source", source), ("dream", dream)))
    whole.check_files()
    files = [file for file in (asked.json, asked.plot) if file is not None]
    check_written(files, (clip, made, asked.weights, asked.flow_weights, *asked.network.files), asked.overwrite)
    from mariana_video.api.making.measuring import measuring_work  # loads torch: not for a refusal

    return measuring_work(clip, made, asked)


def bench(recipe: BenchRecipe | None = None, **options: Any) -> Work[Gauged]:
    """The work of finding out what this machine can do, as `mariana bench` does; it takes a minute or two.

    Its `run` gives the figures; `options` are those of the command by name, in place of a `recipe` or over it. Raises
    MarianaError, in one line.
    """
    asked = BenchRecipe.asked(recipe, options)
    from mariana_video.api.gauging.gauging import gauging_work  # loads torch: not for a refusal

    return gauging_work(asked)
