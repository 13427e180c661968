"""`mariana recipe`: what a result was made with. `mariana recipes`: the looks that ship with the program."""

from __future__ import annotations


def recipe(file: str, /) -> None:  # a text, for a path forgets the "./" of a file that is called as a look
    """Print a recipe as a text (TOML), for --recipe: the one that a result carries, or that of a look.

    Parameters
    ----------
    file
        A film, an animation or a picture that mariana made, or a folder of pictures; or the name of a look that ships
        with mariana (`mariana recipes` lists them).
    """
    from mariana_video.api.recipes import recipe_text

    print(recipe_text(file), end="")


def recipes() -> None:
    """List the looks that ship with mariana: `--recipe NAME` takes one, on films, pictures and dives."""
    from mariana_video.api.recipes import list_looks

    looks = list_looks()
    widest = max(len(look.name) for look in looks)
    for look in looks:
        print(f"{look.name.ljust(widest)}  {look.about}")
