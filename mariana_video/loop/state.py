"""What travels through the loop of frames: its input (`Moment`), what the next frame needs (`State`), what came out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from mariana_video.dream.objectives.reading import Weighted
from mariana_video.dream.octaves import eased
from mariana_video.dream.style import Style
from mariana_video.loop.finish import Finish
from mariana_video.motion.motion import Motion

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Values:
    """The schedules' numbers at one frame; `octaves` and `motif_size` are None where what suits is wanted.

    Where `eased`, fewer and longer steps go as far as `first_steps`.
    """

    terms: tuple[Weighted, ...]
    strength: float
    steps: int
    first_steps: int
    step_size: float
    carry: float
    mix: float
    octaves: int | None
    octave_scale: float
    jitter: int
    motif_size: float | None
    temporal_weight: float
    momentum: float
    eased: bool = True
    style: Style = field(default_factory=Style)
    finish: Finish = field(default_factory=Finish)

    def first_lengths(self, count: int) -> tuple[tuple[float, ...], ...]:
        """The steps on each of so many octaves, small to large, where nothing is carried: how long, in plain ones."""
        fewer = self.eased and not self.style.counts_steps
        return eased(self.first_steps, count) if fewer else ((1.0,) * self.first_steps,) * count


@dataclass(frozen=True)
class Moment:
    """All that the loop gets for one frame.

    `index` is the frame's absolute number in its source and `elapsed` the seconds since the frame that it goes on from.
    `source` is 1×3×H×W in 0…1; `motion` leads to the frame before and is None where nothing is carried (a first frame,
    after a cut). `dream_frames` and `share` are those of a film's `Timing`. `whole` is the source at the picture's own
    size, where it is dreamed at another; `mask`, where given, is 1×1×H×W at that size and says where the dream is seen.
    `guide` (1×3×h×w, of any size) is what terms go by that follow one. Places that stand still may go on more slowly
    where it says how much `slower` the whole dream goes already (1: not at all); None: they may not.
    """

    index: int
    time: Fraction
    elapsed: float
    source: Tensor
    values: Values
    motion: Motion | None = None
    mask: Tensor | None = None
    dream_frames: range = range(0)
    share: float = 1.0
    whole: Tensor | None = None
    guide: Tensor | None = None
    slower: int | None = None


@dataclass(frozen=True)
class State:
    """All that frame n+1 needs of frame n, as floats: the pictures (1×3×H×W) and a few named tensors."""

    index: int
    source: Tensor
    dream: Tensor
    tensors: Mapping[str, Tensor] = field(default_factory=dict)

    def to(self, device: torch.device) -> State:
        """The same on another device."""
        tensors = {name: tensor.to(device) for name, tensor in self.tensors.items()}
        return State(self.index, self.source.to(device), self.dream.to(device), tensors)


@dataclass(frozen=True)
class Rendered:
    """One finished frame: `picture` is 1×3×H×W with the mix applied.

    `score` is that of the last step (nan where none ran), `carried` the share of the picture that was carried, `passes`
    the pixels pushed through the network over the pixels of the frame.
    """

    index: int
    time: Fraction
    picture: Tensor
    score: float
    carried: float
    passes: float
    seconds: float


@dataclass(frozen=True)
class Finished:
    """One frame of the film.

    `rgb` (float32 H×W×3), `alpha` (H×W or None) and `duration` (seconds it is shown, where known) are the writer's,
    `state` is what a later job would go on from.
    """

    rgb: NDArray[np.float32]
    alpha: NDArray[np.float32] | None
    duration: Fraction | None
    rendered: Rendered
    state: State
