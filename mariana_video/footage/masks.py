"""Where to dream: a mask's picture, or film, as numbers, its edges soft."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import torch
from torch import Tensor

from mariana_video.errors import SourceError, UsageError
from mariana_video.media.read.alongside import AT_ONCE, Alongside
from mariana_video.media.read.opening import open_clip
from mariana_video.media.stills.pictures import read_picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mariana_video.footage.plan import Plan

_SOFT = 0.02  # of the shorter side: how wide an edge is made, on the mask's own side of it
_BLACK = 0.5 / 255


def read_mask(path: Path) -> NDArray[np.float32]:
    """A mask's picture as H×W of 0…1: its grey value, and nothing where it is transparent.

    Raises UsageError where it can't be read or is black all over.
    """
    try:
        rgb, alpha = read_picture(path)
    except SourceError as error:
        if _moves(path):
            raise UsageError(f"--mask {path} is a film, and a picture needs a picture as its mask") from None
        raise UsageError(f"--mask: {error}") from None
    grey = _grey(rgb, alpha)
    if grey.max() < _BLACK:
        raise UsageError(f"--mask {path} is black all over, so nothing would be dreamed; white says where to dream")
    return grey


def check_mask(path: Path, plan: Plan | None = None) -> None:
    """Raises UsageError where `path` is no mask, or, as a film, is over before the `plan` is."""
    if not _moves(path):
        read_mask(path)
    elif plan is not None:
        times = Alongside(path).times
        end, wanted = times[-1] + (times[-1] - times[-2] if len(times) > 1 else 0), plan.times[-1] - plan.clip.start
        if wanted > end + AT_ONCE:
            raise UsageError(
                f"--mask {path} is over after {float(end):.2f} s, and the film is dreamed up to {float(wanted):.2f} s; "
                "both are counted from their first pictures"
            )


def masks_of(path: Path | None, plan: Plan, first: int) -> Iterator[Tensor | None]:
    """The masks of the frames of `plan` from position `first` on, each 1×1×H×W at the film's size, or None.

    Of a film, a frame's mask is what it shows at the frame's time, both counted from their first pictures.
    """
    if path is None:
        return repeat(None)
    if not _moves(path):
        return repeat(fitted(read_mask(path), plan.size))
    return _moving(path, [time - plan.clip.start for time in plan.times[first:]], plan.size)


def _moving(path: Path, moments: Sequence[Fraction], size: tuple[int, int]) -> Iterator[Tensor]:
    film, last = Alongside(path), None
    for moment in moments:
        number, frame = film.at(moment)
        if last is None or last[0] != number:
            last = number, fitted(_grey(frame.rgb, frame.alpha), size)
        yield last[1]


def _moves(path: Path) -> bool:
    try:
        return open_clip(path).kind == "video"
    except SourceError:
        return False


def _grey(rgb: NDArray[np.float32], alpha: NDArray[np.float32] | None) -> NDArray[np.float32]:
    return np.asarray(rgb.mean(-1, dtype=np.float32) * (1 if alpha is None else alpha), np.float32)


def fitted(mask: NDArray[np.float32], size: tuple[int, int]) -> Tensor:
    """A mask at a picture's `size` (width, height), 1×1×H×W, its edges soft.

    Edges soften inwards only: where the mask is black, the picture stays the source to the last bit.
    """
    smaller = size[0] < mask.shape[1] or size[1] < mask.shape[0]
    # Neither of these overshoots: a sharper kernel's ringing would leak into what is black.
    full = cv2.resize(mask, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)
    sigma = max(0.5, _SOFT * min(size) / 2)
    around = cv2.GaussianBlur(full, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    soft = full * np.clip(2 * around / np.maximum(full, 1e-6) - 1, 0, 1)
    soft[full < _BLACK] = 0
    return torch.from_numpy(np.asarray(soft, np.float32))[None, None]
