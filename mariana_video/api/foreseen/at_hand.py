"""Where the weights of what a recipe names lie: here, or would they have to be downloaded first?"""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from urllib.parse import urlparse

from mariana_video.recipe.subject import Subject
from mariana_video.recipe.travel.missing import RAFT

_USUAL = Subject().network.names


def lies(name: str) -> Literal["here", "elsewhere", "nowhere"]:
    """Where the weights of a network lie that is called by a name; `raft`, which finds motion, is one of them.

    Elsewhere is what torchvision would download at its first use.
    """
    if name in _USUAL:
        return "here"  # without loading torch, for a refusal
    if name == RAFT:
        from torchvision.models.optical_flow import Raft_Large_Weights

        return _cached(Raft_Large_Weights.DEFAULT.url)
    from mariana_video.networks import weights, zoo

    if name in weights.released() or name not in zoo.NAMES:
        return "here" if name in weights.names() else "nowhere"
    address = zoo.address_of(name)
    return "here" if address is None else _cached(address)


def _cached(address: str) -> Literal["here", "elsewhere"]:
    """Whether torch has downloaded the weights of an address before."""
    import torch

    file = Path(torch.hub.get_dir()) / "checkpoints" / Path(urlparse(address).path).name
    return "here" if file.is_file() else "elsewhere"
