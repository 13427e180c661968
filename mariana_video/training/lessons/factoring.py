"""A network made cheaper without training: each convolution goes through the few directions its answers vary in.

Zhang, Zou, He & Sun, "Accelerating Very Deep Convolutional Networks for Classification and Detection", arXiv
1505.06798: a layer's answers to natural pictures are fitted by least squares from what the layers before, factored
already, give (their section 3.3, without the ReLU), and cut down to their first principal directions (section 3.1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from mariana_video.networks.mariana import Mariana, convolution_of, layers, writer
from mariana_video.networks.network import Network

CROPS = 384  # so many are looked at, of …
SIDE = 144  # … so many pixels a side, at …
_PLACES = 100  # … at most so many positions each
_RIDGE = 3e-3  # of the inputs' mean square: how firmly weights stay where few positions speak against them
_BATCH = 16


@dataclass
class _Sums:
    """Sums over positions of the products of inputs (3×3 surroundings and a 1) with each other and with answers."""

    inputs: Tensor
    answers: Tensor

    @classmethod
    def none(cls, inputs: int, answers: int) -> _Sums:
        return cls(*(torch.zeros(inputs + 1, count, dtype=torch.float64) for count in (inputs + 1, answers)))

    def add(self, rows: Tensor, answers: Tensor) -> None:
        self.inputs += (rows.T @ rows).double()
        self.answers += (rows.T @ answers).double()

    def solved(self) -> Tensor:
        """The least squares' weights (inputs and a bias × answers), near 0 where little is known."""
        firm = torch.full((len(self.inputs),), float(self.inputs.diagonal()[:-1].mean()) * _RIDGE, dtype=torch.float64)
        firm[-1] = 0
        found: Tensor = torch.linalg.solve(self.inputs + firm.diag(), self.answers)
        return found

    def spread(self) -> Tensor:
        """The inputs' products without their means'."""
        return self.inputs - torch.outer(self.inputs[-1], self.inputs[-1]) / self.inputs[-1, -1]


def same_layout(model: Mariana, teacher: Network) -> bool:
    """Whether the teacher has the model's layers, each of as many channels, its convolutions whole."""
    own = {name: (layer.channels, layer.stride) for name, layer in layers(model.architecture).items()}
    theirs = {name: (layer.channels, layer.stride) for name, layer in teacher.layers.items()}
    return own == theirs and all(
        isinstance(stage, nn.MaxPool2d) or (isinstance(stage, nn.Sequential) and len(stage) == 2)
        for stage in teacher.body
    )


@torch.no_grad()
def factor(model: Mariana, teacher: Network, x: Tensor, on_note: Callable[[str, float], None]) -> None:
    """Make the convolutions of `model`, in place, those of `teacher` through the model's ranks.

    Args:
        teacher: of the same layout (see `same_layout`).
        x: normalised natural pictures N×3×H×W.
        on_note: is called for every layer with what part of the teacher's answers' variance is not explained.
    """
    chance = torch.Generator().manual_seed(0)
    names = [name for name, *_ in model.architecture.convolutions()]
    batches = zip(*_answers(teacher, x, names, chance), strict=True)
    seen = dict(zip(names, batches, strict=True))
    x = x.half()  # all pictures at full size lie in memory between two layers
    for name, stage in model.body.named_children():
        if name in seen:
            on_note(name, _fit(model, name, _whole(teacher, name), x, seen.pop(name)))
        x = torch.cat([stage(part.float()).half() for part in torch.split(x, _BATCH)])


def _answers(
    teacher: Network, x: Tensor, names: list[str], chance: torch.Generator
) -> Iterator[list[tuple[Tensor, Tensor]]]:
    """For each batch the layers' positions (N×P) and the teacher's answers there, before ReLU (N·P×C)."""
    for part in torch.split(x, _BATCH):
        found = []
        for name, stage in teacher.body.named_children():
            if name in names:
                raw = _whole(teacher, name)(part)
                size = raw.shape[-2] * raw.shape[-1]
                at = torch.stack([torch.randperm(size, generator=chance)[:_PLACES] for _ in raw])
                found.append((at, _values(raw, at)))
                part = raw.relu()
            else:
                part = stage(part)
        yield found


def _whole(teacher: Network, name: str) -> nn.Conv2d:
    stage = teacher.body.get_submodule(name)
    assert isinstance(stage, nn.Sequential)
    convolution = stage[0]
    assert isinstance(convolution, nn.Conv2d)
    return convolution


def _fit(model: Mariana, name: str, theirs: nn.Conv2d, x: Tensor, seen: Sequence[tuple[Tensor, Tensor]]) -> float:
    """Fit a layer to the teacher's answers; what part of their variance is not explained, a mean over channels."""
    assert theirs.bias is not None
    whole = torch.cat([theirs.weight.flatten(1).T, theirs.bias[None]])
    sums = _Sums.none(len(whole) - 1, whole.shape[1])
    for part, (at, answers) in zip(torch.split(x, _BATCH), seen, strict=True):
        rows = _surroundings(part.float(), at)
        sums.add(rows, answers - rows @ whole)  # what the whole weights leave open: so these are what is kept near
    weights = whole.double() + sums.solved()
    mean = (sums.inputs[-1] / sums.inputs[-1, -1]) @ weights
    rank = model.architecture.rank(name)
    first, last = convolution_of(model, name), writer(model, name)
    if rank:
        _, directions = torch.linalg.eigh(weights.T @ sums.spread() @ weights)
        chosen = directions[:, -rank:]
        thin = weights @ chosen
        first.weight.copy_(thin[:-1].T.reshape(first.weight.shape))
        last.weight.copy_(chosen[:, :, None, None])
        weights = thin @ chosen.T
        weights[-1] += mean - chosen @ (chosen.T @ mean)
    else:
        first.weight.copy_(weights[:-1].T.reshape(first.weight.shape))
    assert last.bias is not None
    last.bias.copy_(weights[-1])
    wrong, all_of = torch.zeros_like(mean), torch.zeros_like(mean)
    for part, (at, answers) in zip(torch.split(x, _BATCH), seen, strict=True):
        wrong += (answers - _surroundings(part.float(), at) @ weights.float()).double().square().sum(0)
        all_of += (answers - mean.float()).double().square().sum(0)
    return float((wrong / all_of.clamp_min(1e-9)).mean())


def _surroundings(x: Tensor, at: Tensor) -> Tensor:
    """The 3×3 surroundings of positions N×P of `x`, a row each, ordered as a convolution's weights are, and a 1."""
    width = x.shape[-1]
    x = F.pad(x, (1, 1, 1, 1)).permute(0, 2, 3, 1).contiguous()
    y, z = at // width, at % width
    which = torch.arange(len(x)).view(-1, 1)
    parts = [x[which, y + down, z + across] for down in range(3) for across in range(3)]
    return F.pad(torch.stack(parts, -1).flatten(0, 1).flatten(1), (0, 1), value=1.0)


def _values(x: Tensor, at: Tensor) -> Tensor:
    return x.flatten(2).gather(2, at[:, None].expand(-1, x.shape[1], -1)).transpose(1, 2).flatten(0, 1)
