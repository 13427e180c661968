"""What training begins with: new weights drawn from the seed, or those of a released network."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from mariana_video.errors import NetworkError
from mariana_video.networks.mariana import Architecture, Mariana
from mariana_video.networks.weights import find, load_model

FASTER = 0.8  # bf16 is taken where a step needs less than this part of fp32's time
FEW = 2  # pictures on which it is seen first whether bf16 is out of the question
HOPELESS = 3.0  # times fp32's time; processors without bf16 need ten times as long, minutes for a whole batch


def new_model(architecture: Architecture, seed: int) -> Mariana:
    """A network with its first weights drawn from the seed (the same on every device), on the CPU."""
    torch.manual_seed(seed)
    return Mariana(architecture).to(memory_format=torch.channels_last)


def fitting(path: str | Path, architecture: Architecture) -> Mariana:
    """A released network whose convolutions are those of an architecture.

    Raises:
        NetworkError: there is none, or it has other blocks or another number of colours.
    """
    source, metadata = load_model(find(path))
    theirs, ours = source.architecture, architecture
    if (theirs.blocks, theirs.colour, theirs.ranks) != (ours.blocks, ours.colour, ours.ranks):
        raise NetworkError(
            f"{metadata.get('name', path)} has {_kind(theirs)}, {_kind(ours)} are wanted; "
            "try another --variant or --init"
        )
    return source


def _kind(architecture: Architecture) -> str:
    kind = "factored blocks" if architecture.ranks else "blocks"
    return f"{kind} {architecture.blocks} of {'colour' if architecture.colour else 'grey'}"


def released_model(path: str | Path, architecture: Architecture, seed: int, pictures: Tensor) -> Mariana:
    """A network that starts as a released one; a classifier that doesn't fit is drawn anew.

    Args:
        pictures: normalised pictures N×C×H×W, on which batch normalisation is set to what changes nothing.

    Raises:
        NetworkError: the released network has other blocks or another number of colours.
    """
    source = fitting(path, architecture)
    theirs = source.architecture
    model = new_model(architecture, seed)
    fits = _head_of(theirs) == _head_of(architecture)
    if fits and model.head is not None and source.head is not None:
        model.head.load_state_dict(source.head.state_dict())
    _copy_body(source, model, pictures)
    return model


def _head_of(architecture: Architecture) -> tuple[int, ...]:
    return architecture.blocks[-1], architecture.flat_side, architecture.dense, architecture.classes


@torch.no_grad()
def _copy_body(source: Mariana, model: Mariana, x: Tensor) -> None:
    """Copy the convolutions; batch normalisation gets γ = σ and β = µ of what it sees, so the function stays."""
    for name, stage in model.body.named_children():
        theirs = source.body.get_submodule(name)
        if hasattr(stage, "mix"):
            stage.load_state_dict(theirs.state_dict())
        elif isinstance(stage, nn.Sequential):
            convolution = stage.get_submodule("conv")
            convolution.load_state_dict(theirs.get_submodule("conv").state_dict())
            norm = getattr(stage, "norm", None)
            if isinstance(norm, nn.BatchNorm2d):
                _set_identity(norm, convolution(x))
        x = theirs(x)


def _set_identity(norm: nn.BatchNorm2d, seen: Tensor) -> None:
    assert norm.running_mean is not None
    assert norm.running_var is not None
    variance, mean = torch.var_mean(seen, (0, 2, 3), correction=0)
    norm.running_mean.copy_(mean)
    norm.running_var.copy_(variance)
    norm.weight.copy_((variance + norm.eps).sqrt())
    norm.bias.copy_(mean)


def faster_precision(architecture: Architecture, batch: int, device: torch.device) -> torch.dtype:
    """What a training step is measured to be faster in on this machine, bf16 autocast or fp32."""
    model = Mariana(replace(architecture, classes=0)).to(device).to(memory_format=torch.channels_last)
    side = max(32, architecture.input_size)
    x = torch.randn(batch, 3 if architecture.colour else 1, side, side, device=device)
    x = x.contiguous(memory_format=torch.channels_last)
    both = (torch.float32, torch.bfloat16)
    glance = {kind: min(_step_time(model, x[:FEW], kind) for _ in range(2)) for kind in both}
    if glance[torch.bfloat16] > HOPELESS * glance[torch.float32]:
        return torch.float32
    times = {kind: min(_step_time(model, x, kind) for _ in range(3)) for kind in both}
    return torch.bfloat16 if times[torch.bfloat16] < FASTER * times[torch.float32] else torch.float32


def _step_time(model: Mariana, x: Tensor, kind: torch.dtype) -> float:
    began = time.perf_counter()
    with torch.autocast(x.device.type, torch.bfloat16, enabled=kind == torch.bfloat16):
        loss = F.relu(model.body(x)).float().mean()
    torch.autograd.backward(loss)
    if x.is_cuda:
        torch.cuda.synchronize()
    return time.perf_counter() - began
