"""Films that dream: DeepDream for video. The dream moves with what moves in the film.

    import mariana_video
    mariana_video.video("clip.mp4", "dream.mp4", strength=1.5)

The names below are loaded when they are first used, for torch takes seconds to load.
"""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"

_PUBLIC = {
    "MarianaError": "errors",
    "Machine": "recipe.job",
    "Recipe": "recipe.options",
    "load": "networks.weights",
    "make_dreamer": "loop.dreamer",
    "make_plan": "footage.plan",
    "dream_picture": "footage.film",
    "video": "api.video",
    "make_shot": "api.elsewhere",
    "hand_in": "api.elsewhere",
}

__all__ = ["__version__", *sorted(_PUBLIC)]


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"mariana_video has no {name!r}; it has {', '.join(sorted(_PUBLIC))}")
    from importlib import import_module

    value = getattr(import_module(f"mariana_video.{_PUBLIC[name]}"), name)
    globals()[name] = value
    return value
