"""`mariana recipe`: prints the recipe that a result carries."""

from __future__ import annotations

from pathlib import Path


def recipe(file: Path, /) -> None:
    """Print the recipe that a result carries, as a text (TOML): all that it was made with, for --recipe.

    Parameters
    ----------
    file
        A film, an animation or a picture that mariana made, or a folder of pictures.
    """
    from mariana_video.api.recipes import recipe_text

    print(recipe_text(file), end="")
