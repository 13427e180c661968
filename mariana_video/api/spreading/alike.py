"""Whether a worker makes what the command's machine would make, bit for bit, as far as settings and versions tell."""

from __future__ import annotations

from mariana_video.farm.errand import Unlike
from mariana_video.job.conditions import first_difference
from mariana_video.recipe.toml import Sections

_TELLING = ("source", "beside", "network", "beside_network", "natural_pictures", "machine")
"""What of a job's conditions a worker finds out by itself. All else it is told, names of files among it."""
_FILE = "_file"
_OF_JOB = ("film", "shots", "parts")  # a job adds them by itself


def check_alike(before: Sections, now: Sections) -> None:
    """Compares the conditions of the command's job with those of a worker. Raises Unlike."""
    difference = first_difference(_told(before), _told(now))
    if difference is not None:
        raise Unlike(f"it is made {difference}")


def begun_with(before: Sections) -> Sections:
    """The conditions that the command's job was begun with, without what a job adds by itself."""
    return {name: section for name, section in before.items() if name not in _OF_JOB}


def _told(conditions: Sections) -> Sections:
    return {name: section for name, section in conditions.items() if name in _TELLING or name.endswith(_FILE)}
