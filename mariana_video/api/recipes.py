"""The recipe that a result carries, and the looks that ship with the program."""

from __future__ import annotations

from pathlib import Path

from mariana_video.recipe.kind import Kind
from mariana_video.recipe.reading import named
from mariana_video.recipe.travel.looks import Look, shipped
from mariana_video.recipe.values.file import RecipeFile


def read_recipe(path: str | Path) -> Kind:
    """The recipe that a result carries, or that a text holds, or a look by name: a `FilmRecipe`, `PictureRecipe`, ….

    Files that it was made with (a mask, a guide) are not in it, nor where it ran and how it was stored. Raises
    UsageError where there is none, or one that names what no recipe may.
    """
    from mariana_video.api.foreseen.recipes import travelled_in

    return travelled_in(named("path", RecipeFile, path)).recipe


def recipe_text(path: str | Path) -> str:
    """The recipe that a result carries, as a text (TOML): `--recipe` goes by it. Raises as `read_recipe` does."""
    from mariana_video.api.foreseen.recipes import checked_text

    return checked_text(named("path", RecipeFile, path))


def list_looks() -> list[Look]:
    """The looks that ship with the program, by name: `recipe="abyss"` takes one, for any kind of work."""
    return list(shipped().values())
