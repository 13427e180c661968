"""`mariana bench`: what this machine can do."""

from __future__ import annotations

import json
from typing import Annotated

from cyclopts import Parameter

from mariana_video.cli.terminal.follow import follow
from mariana_video.recipe.kinds import BenchRecipe

_FLAG = Parameter(negative=())


def bench(
    *,
    recipe: BenchRecipe = BenchRecipe(),
    json_: Annotated[bool, Parameter(name="--json", negative=())] = False,
    quiet: Annotated[bool, _FLAG] = False,
) -> None:
    """Find out what this machine can do: its ceiling, how near a step of each network comes, how long films take.

    It takes a minute or two, and nothing else should run meanwhile.

    Parameters
    ----------
    json_
        Print JSON, for programs.
    quiet
        No bar and no remarks; the figures and errors are still shown.
    """
    from mariana_video.api.measure import bench as prepare

    found = follow(prepare(recipe), quiet, "measuring")
    print(json.dumps(found.to_dict(), indent=2, allow_nan=False) if json_ else found)
