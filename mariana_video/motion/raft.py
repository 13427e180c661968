"""RAFT (Teed and Deng, "RAFT: Recurrent All-Pairs Field Transforms for Optical Flow", ECCV 2020), as
torchvision has it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from mariana_video.errors import MotionError

if TYPE_CHECKING:
    from mariana_video.motion.view import View

Array = NDArray[np.float32]
SMALLEST = 128  # RAFT's coarsest correlation level is 1/64 of the picture and must not be empty
UPDATES = 12


def raft(weights: Path | None) -> Callable[[View, View], Array]:
    """A function giving the dense flow H×W×2 from one View to another, by RAFT.

    weights: a state dict of torchvision's raft_small or raft_large, read without unpickling anything but
    tensors; None = torchvision's own raft_large, downloaded by torchvision on first use.
    """
    model = _read(weights) if weights is not None else _download()
    model = model.eval().requires_grad_(False)

    def dense(a: View, b: View) -> Array:
        with torch.inference_mode():
            first, second = _prepare(a), _prepare(b)
            flow = model(first, second, num_flow_updates=UPDATES)[-1]
        height, width = a.grey.shape
        top, left = (flow.shape[-2] - height) // 2, (flow.shape[-1] - width) // 2
        inner = flow[0, :, top : top + height, left : left + width]
        return np.asarray(inner.permute(1, 2, 0).contiguous().numpy(), np.float32)

    return dense


def _prepare(view: View) -> Tensor:
    """The picture as 1×3×H×W in −1 … 1, its borders repeated to multiples of 8."""
    if view.rgb is not None:
        picture = torch.from_numpy(np.ascontiguousarray(view.rgb.transpose(2, 0, 1)))[None]
    else:
        picture = (torch.from_numpy(view.grey).float() / 255)[None, None].expand(1, 3, -1, -1)
    height, width = picture.shape[-2:]
    more_y = max(-(-height // 8) * 8, SMALLEST) - height
    more_x = max(-(-width // 8) * 8, SMALLEST) - width
    pads = (more_x // 2, more_x - more_x // 2, more_y // 2, more_y - more_y // 2)
    return F.pad(picture * 2 - 1, pads, mode="replicate")


def _read(path: Path) -> nn.Module:
    """The RAFT whose weights `path` holds: small or large is told by their names."""
    if not path.is_file():
        raise MotionError(f"flow weights {path} not found; give a torchvision raft_small or raft_large file")
    from torchvision.models.optical_flow import raft_large, raft_small

    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        large = any(key.startswith("mask_predictor.") for key in state)
        model: nn.Module = raft_large() if large else raft_small()
        model.load_state_dict(state)
    except Exception as error:  # whatever a damaged or foreign file makes torch raise
        why = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise MotionError(f"flow weights {path} are no torchvision raft_small or raft_large: {why}") from error
    return model


def _download() -> nn.Module:
    from torchvision.models.optical_flow import Raft_Large_Weights, raft_large

    try:
        model: nn.Module = raft_large(weights=Raft_Large_Weights.DEFAULT)
    except Exception as error:
        raise MotionError(
            "RAFT's weights could not be downloaded by torchvision; give a file of them (--flow-weights FILE), "
            "or choose another flow (dis, farneback, none)"
        ) from error
    return model
