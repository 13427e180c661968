"""What this machine can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mariana_video.recipe.kinds import BenchRecipe

if TYPE_CHECKING:
    from mariana_video.api.gauging.gauged import Gauged
    from mariana_video.api.making.work import Work


def bench(recipe: BenchRecipe | None = None, **options: Any) -> Work[Gauged]:
    """The work of finding out what this machine can do, as `mariana bench` does; it takes a minute or two.

    Its `run` gives the figures; `options` are those of the command by name, in place of a `recipe` or over it. Raises
    MarianaError, in one line.
    """
    asked = BenchRecipe.asked(recipe, options)
    from mariana_video.api.gauging.gauging import gauging_work  # loads torch: not for a refusal

    return gauging_work(asked)
