"""InceptionV3 (Szegedy et al., arXiv 1512.00567), layers in torchvision's spelling, `Mixed_5b` …

Keras and TensorFlow's DeepDream tutorial count the same blocks from `mixed0` to `mixed10`.
"""

from __future__ import annotations

from functools import partial

from torch import nn

from mariana_video.networks.families.family import INCEPTION_INPUT, Family, chain, children_of, spelt
from mariana_video.networks.families.parts import averaged

_STAGES = (  # name, channels, kernel of the widest branch, stride
    ("Conv2d_1a_3x3", 32, 3, 2),
    ("Conv2d_2a_3x3", 32, 3, 1),
    ("Conv2d_2b_3x3", 64, 3, 1),
    ("maxpool1", 0, 3, 2),
    ("Conv2d_3b_1x1", 80, 1, 1),
    ("Conv2d_4a_3x3", 192, 3, 1),
    ("maxpool2", 0, 3, 2),
    ("Mixed_5b", 256, 5, 1),
    ("Mixed_5c", 288, 5, 1),
    ("Mixed_5d", 288, 5, 1),
    ("Mixed_6a", 768, 5, 2),
    ("Mixed_6b", 768, 13, 1),
    ("Mixed_6c", 768, 13, 1),
    ("Mixed_6d", 768, 13, 1),
    ("Mixed_6e", 768, 13, 1),
    ("Mixed_7a", 1280, 9, 2),
    ("Mixed_7b", 2048, 5, 1),
    ("Mixed_7c", 2048, 5, 1),
)
_LAYERS = chain(*_STAGES)
_COUNTED = {name: f"mixed{number}" for number, name in enumerate(n for n in _LAYERS if n.startswith("Mixed"))}


def _skeleton() -> nn.Module:
    from torchvision import models

    model: nn.Module = models.get_model("inception_v3", aux_logits=False, init_weights=False, num_classes=1)
    return model


INCEPTION_V3 = Family(
    "inception_v3",
    _skeleton,
    lambda model: children_of(model, (name for name, *_ in _STAGES)),
    _LAYERS,
    dense="fc",
    head=partial(averaged, 8),
    suited="Mixed_5d",
    floor=75,  # below it, convolutions without padding leave nothing
    side=299,
    input=INCEPTION_INPUT,
    aliases=spelt(_LAYERS, lambda name: name.replace("Mixed_", "mixed"), lambda name: _COUNTED.get(name, "")),
    idle=("AuxLogits.",),
)
