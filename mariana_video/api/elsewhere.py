"""Shots of a film made one by one, in any order, in other processes or on other machines, and put together here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from mariana_video.api.video import checked_film
from mariana_video.errors import MarianaError
from mariana_video.media.output import cannot_write
from mariana_video.recipe.kinds import FilmRecipe
from mariana_video.recipe.reading import declare
from mariana_video.recipe.values.schedule import Bounds

if TYPE_CHECKING:
    from mariana_video.api.making.work import Work


def make_shot(
    source: str | Path,
    output: str | Path,
    shot: int,
    into: str | Path,
    recipe: FilmRecipe | str | Path | None = None,
    **options: Any,
) -> Work[Path]:
    """The work of making one shot (counted from 1) of the film that `video(source, output, …)` makes.

    It goes into the folder `into`, and its `run` gives the folder there that is to be handed in. Broken off, it goes
    on. OUTPUT gives only its name. Raises MarianaError, in one line.
    """
    folder, number = declare("into", Path).read(into), declare("shot", Annotated[int, Bounds(1)]).read(shot)
    name = declare("output", str).read(output)
    with _made(folder):
        target = f"{folder / Path(name).name}{'/' if name.endswith('/') else ''}"
        clip, made, asked = checked_film(source, target, recipe, options)
        from mariana_video.api.making.films import shot_work  # loads torch: not for a refusal

        return shot_work(clip, made, asked, number)


@contextmanager
def _made(folder: Path) -> Iterator[None]:
    """Makes a folder; what was made for it goes again where the work is refused. Raises OutputError."""
    new = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise cannot_write(folder, error) from error
    except MarianaError:
        for path in new:
            with suppress(OSError):
                path.rmdir()
        raise


def hand_in(
    source: str | Path,
    output: str | Path,
    made: str | Path | Sequence[str | Path],
    recipe: FilmRecipe | str | Path | None = None,
    **options: Any,
) -> list[int]:
    """Puts shots that `make_shot` made, with the same options, into the job of `output`, and gives their numbers.

    `video(source, output, …).run()` then makes what is missing, and the film: the same, bit for bit, as in one go.
    Raises OutputError for what does not belong to this film or is not whole.
    """
    several = made if isinstance(made, list | tuple) else [made]
    folders = [declare("made", Path).read(folder) for folder in several]
    clip, target, asked = checked_film(source, output, recipe, options)
    from mariana_video.api.making.films import handed_in

    return handed_in(clip, target, asked, folders) if folders else []
