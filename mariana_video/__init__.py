"""Films that dream: DeepDream for video. The dream moves with what moves in the film.

    import mariana_video
    mariana_video.video("clip.mp4", "dream.mp4", strength=1.5).run()

One function a command: each looks at what is asked from end to end and gives a `Work`, whose `run` makes it. The names
below are loaded when they are first used, for torch takes seconds to load.
"""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"

_PUBLIC = {
    # what commands do
    "video": "api.video",
    "image": "api.image",
    "zoom": "api.zoom",
    "progress": "api.progress",
    "finish": "api.finish",
    "measure": "api.measure",
    "train": "api.train",
    "evaluate": "api.train",
    "bench": "api.measure",
    "shots": "api.shots",
    "sheet": "api.sheet",
    "explore": "api.explore",
    "read_recipe": "api.recipes",
    "recipe_text": "api.recipes",
    "list_looks": "api.recipes",
    # single shots, made elsewhere
    "make_shot": "api.elsewhere",
    "hand_in": "api.elsewhere",
    # pictures that are arrays
    "dream_frame": "api.frames",
    "dream_frames": "api.frames",
    # what is asked for, and what comes of it
    "FilmRecipe": "recipe.kinds",
    "ShotsRecipe": "recipe.kinds",
    "PictureRecipe": "recipe.kinds",
    "DiveRecipe": "recipe.kinds",
    "ProgressionRecipe": "recipe.kinds",
    "SheetRecipe": "recipe.kinds",
    "ExploreRecipe": "recipe.kinds",
    "MeasureRecipe": "recipe.kinds",
    "EvaluateRecipe": "recipe.kinds",
    "BenchRecipe": "recipe.kinds",
    "TrainingRecipe": "training.epochs.options",
    "Work": "api.making.work",
    "Made": "api.making.work",
    # networks
    "list_networks": "api.networks",
    "list_classes": "api.networks",
    "list_layers": "api.networks",
    "list_kinds": "api.networks",
    "add_network": "api.networks",
    "load": "networks.weights",
    # what goes wrong
    "MarianaError": "errors",
    "UsageError": "errors",
    "SourceError": "errors",
    "OutputError": "errors",
    "NetworkError": "errors",
    "DataError": "errors",
    "MotionError": "errors",
    "DreamError": "errors",
    "FarmError": "errors",
    "Cancelled": "errors",
}

__all__ = ["__version__", *_PUBLIC]


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"mariana_video has no {name!r}; it has {', '.join(sorted(_PUBLIC))}")
    from importlib import import_module

    value = getattr(import_module(f"mariana_video.{_PUBLIC[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_PUBLIC})
