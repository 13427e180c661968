"""Shots of a film made one by one, in any order, in other processes or on other machines, and put together here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mariana_video.api.video import checked_film
from mariana_video.media.output import cannot_write
from mariana_video.recipe.kinds import FilmRecipe

if TYPE_CHECKING:
    from mariana_video.api.making.work import Work


def make_shot(
    source: str | Path,
    output: str | Path,
    shot: int,
    into: str | Path,
    recipe: FilmRecipe | None = None,
    **options: Any,
) -> Work[Path]:
    """The work of making one shot (counted from 1) of the film that `video(source, output, …)` makes.

    It goes into the folder `into`, and its `run` gives the folder there that is to be handed in. Broken off, it goes
    on. OUTPUT gives only its name. Raises MarianaError, in one line.
    """
    folder = Path(into)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    target = f"{folder / Path(output).name}{'/' if str(output).endswith('/') else ''}"
    clip, made, asked = checked_film(source, target, recipe, options)
    from mariana_video.api.making.films import shot_work  # loads torch: not for a refusal

    return shot_work(clip, made, asked, shot)


def hand_in(
    source: str | Path,
    output: str | Path,
    made: Sequence[str | Path],
    recipe: FilmRecipe | None = None,
    **options: Any,
) -> list[int]:
    """Puts shots that `make_shot` made, with the same options, into the job of `output`, and gives their numbers.

    `video(source, output, …).run()` then makes what is missing, and the film: the same, bit for bit, as in one go.
    Raises OutputError for what does not belong to this film or is not whole.
    """
    clip, target, asked = checked_film(source, output, recipe, options)
    from mariana_video.api.making.films import handed_in

    return handed_in(clip, target, asked, [Path(folder) for folder in made])
