"""Which device and number format to dream with: what the machine is measured to be fast at."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import time
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor, nn

Precision = Literal["auto", "fp32", "bf16", "fp16"]
DTYPES: dict[str, torch.dtype] = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
_FASTER = 1.3  # a half-precision format has to be so many times faster to be worth its rounding


def choose_precision(name: Precision, device: torch.device) -> str:
    """`name` itself, or for `auto` the format that a convolution step is measured to be fastest in.

    Half precision has to win clearly. A choice once made on a machine is kept in the user's cache folder, so that it
    doesn't flip between runs when a measurement is close.
    """
    if name != "auto":
        return name
    candidates = ["fp16"] if device.type == "mps" else ["bf16"]
    machine = f"{_device_name(device)}, torch {torch.__version__}"
    kept = _kept()
    if kept.get(machine) in (*candidates, "fp32"):
        return kept[machine]
    base = _seconds("fp32", device)
    choice = next((half for half in candidates if base / _seconds(half, device) >= _FASTER), "fp32")
    _keep({**kept, machine: choice})
    return choice


def _device_name(device: torch.device) -> str:
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith(("model name", "flags")) and line.startswith("flags"):
                features = sorted(word for word in line.split() if word.startswith(("amx", "avx512")))
                return f"{device.type} {platform.machine()} {' '.join(features)}"
    return f"{device.type} {platform.machine()} {platform.processor()}"


def _seconds(name: str, device: torch.device) -> float:
    """The shortest of a few gradient steps through two convolutions, in seconds; infinite where unsupported."""
    try:
        layers = nn.Sequential(nn.Conv2d(64, 64, 3, padding=1), nn.ReLU(), nn.Conv2d(64, 64, 3, padding=1))
        layers = layers.to(device, DTYPES[name]).to(memory_format=torch.channels_last)
        picture = torch.rand(1, 64, 96, 160, device=device)
        return min(_one_step(layers.requires_grad_(False), picture.to(DTYPES[name])) for _ in range(5))
    except RuntimeError:
        return float("inf")


def _one_step(layers: nn.Module, picture: Tensor) -> float:
    picture = picture.contiguous(memory_format=torch.channels_last).requires_grad_(True)
    began = time.perf_counter()
    (gradient,) = torch.autograd.grad(layers(picture).float().square().mean(), picture)
    gradient.sum().item()  # waits for the device
    return time.perf_counter() - began


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or (os.environ.get("LOCALAPPDATA") if os.name == "nt" else None)
    return (Path(base) if base else Path.home() / ".cache") / "mariana" / "precision.json"


def _kept() -> dict[str, str]:
    try:
        kept = json.loads(_cache().read_text(encoding="utf-8"))
    except (OSError, ValueError, RuntimeError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _keep(choices: dict[str, str]) -> None:
    with contextlib.suppress(OSError, RuntimeError):
        path = _cache()
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.with_suffix(f".{os.getpid()}")
        scratch.write_text(json.dumps(choices, indent=1), encoding="utf-8")
        scratch.replace(path)
