"""A film's frames as a kaleidoscope shows them, before anything else looks at them: motion too is symmetrical then."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from mariana_video.dream.arrays import to_array, to_tensor
from mariana_video.dream.plain.symmetry import folded
from mariana_video.media.clip import Frame


def folded_frame(frame: Frame, folds: int) -> Frame:
    """`frame`, its transparency too, in so many mirrored sectors (see `folded`)."""
    if not folds:
        return frame
    grey = folded(torch.from_numpy(frame.grey.astype(np.float32))[None, None], folds)
    alpha = frame.alpha
    if alpha is not None:
        alpha = folded(torch.from_numpy(alpha)[None, None], folds)[0, 0].numpy()
    whole = np.asarray(grey[0, 0].round().clamp(0, 255).numpy(), np.uint8)
    return replace(frame, rgb=to_array(folded(to_tensor(frame.rgb), folds)), grey=whole, alpha=alpha)
