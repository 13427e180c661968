"""GoogLeNet (Szegedy et al., arXiv 1409.4842), of the first DeepDreams, layers `inception3a` … `inception5b`.

The literature also calls them `mixed3a` (TensorFlow) and `inception_3a/output` (Caffe).
"""

from __future__ import annotations

from functools import partial

from torch import nn

from mariana_video.networks.families.family import INCEPTION_INPUT, Family, chain, children_of, spelt
from mariana_video.networks.families.parts import averaged

_STAGES = (  # name, channels, kernel of the widest branch, stride
    ("conv1", 64, 7, 2),
    ("maxpool1", 0, 3, 2),
    ("conv2", 64, 1, 1),
    ("conv3", 192, 3, 1),
    ("maxpool2", 0, 3, 2),
    ("inception3a", 256, 3, 1),
    ("inception3b", 480, 3, 1),
    ("maxpool3", 0, 3, 2),
    ("inception4a", 512, 3, 1),
    ("inception4b", 512, 3, 1),
    ("inception4c", 512, 3, 1),
    ("inception4d", 528, 3, 1),
    ("inception4e", 832, 3, 1),
    ("maxpool4", 0, 2, 2),
    ("inception5a", 832, 3, 1),
    ("inception5b", 1024, 3, 1),
)
_LAYERS = chain(*_STAGES)
_CONVOLUTIONS = {"conv1": "conv2d0", "conv2": "conv2d1", "conv3": "conv2d2"}


def _skeleton() -> nn.Module:
    from torchvision import models

    model: nn.Module = models.get_model("googlenet", aux_logits=False, init_weights=False, num_classes=1)
    return model


GOOGLENET = Family(
    "googlenet",
    _skeleton,
    lambda model: children_of(model, (name for name, *_ in _STAGES)),
    _LAYERS,
    dense="fc",
    head=partial(averaged, 7),
    suited="inception4c",
    floor=15,
    input=INCEPTION_INPUT,
    aliases=spelt(
        _LAYERS,
        lambda name: name.replace("inception", "mixed"),
        lambda name: name.replace("inception", "inception_"),
        lambda name: f"{name.replace('inception', 'inception_')}/output",
        lambda name: _CONVOLUTIONS.get(name, ""),
    ),
    idle=("aux1.", "aux2."),
)
