"""Whether a farm is to make a work, and whether it can."""

from __future__ import annotations

from mariana_video.farm.cluster import check_there
from mariana_video.recipe.idle import idle
from mariana_video.recipe.job import Farming


def is_farmed(farming: Farming) -> bool:
    """Whether a farm is to make it.

    Raises UsageError where Ray isn't installed and for --mixed without a farm, FarmError where the head is silent.
    """
    if farming.farm is None:
        idle(farming, "mixed", "without --farm", "leave it out, or give a --farm")
        return False
    check_there(farming.farm)
    return True
