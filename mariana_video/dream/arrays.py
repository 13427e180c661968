"""Pictures on their way between media (H×W×3) and the dream (1×3×H×W)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

if TYPE_CHECKING:
    from numpy.typing import NDArray


def to_tensor(rgb: NDArray[np.float32]) -> Tensor:
    """H×W×3 of media as 1×3×H×W of the dream."""
    return torch.from_numpy(np.ascontiguousarray(rgb.transpose(2, 0, 1)))[None]


def to_array(picture: Tensor) -> NDArray[np.float32]:
    """1×3×H×W of the dream as H×W×3 of media."""
    array: NDArray[np.float32] = np.ascontiguousarray(picture[0].detach().cpu().numpy().transpose(1, 2, 0))
    return array
