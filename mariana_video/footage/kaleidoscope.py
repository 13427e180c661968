"""Frames as a kaleidoscope shows them, before anything else looks at them: motion too is symmetrical then."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from mariana_video.dream.arrays import to_array, to_tensor
from mariana_video.dream.plain.symmetry import kaleidoscope
from mariana_video.loop.state import Values
from mariana_video.media.clip import Frame

Alpha = NDArray[np.float32] | None


def folded_frame(frame: Frame, values: Values) -> Frame:
    """`frame` in as many mirrored sectors as its dream has, its transparency however that comes to them."""
    if not values.finish.folds:
        return frame
    frame, folds = replace(frame, alpha=folded_alpha(frame.alpha, values)), values.style.folds
    if not folds:
        return frame
    grey = kaleidoscope(torch.from_numpy(frame.grey.astype(np.float32))[None, None], folds)
    whole = np.asarray(grey[0, 0].round().clamp(0, 255).numpy(), np.uint8)
    return replace(frame, rgb=to_array(kaleidoscope(to_tensor(frame.rgb), folds)), grey=whole)


def folded_alpha(alpha: Alpha, values: Values) -> Alpha:
    """A picture's transparency (H×W, or None) in as many mirrored sectors as its dream has."""
    if alpha is None or not values.finish.folds:
        return alpha
    return kaleidoscope(torch.from_numpy(alpha)[None, None], values.finish.folds)[0, 0].numpy()
