"""Only the dense layers learn, on what convolutions that stay as they are say of the pictures.

The convolutions are those of a released network, or a teacher's, factored (see `factoring`). A chunk of random crops is
seen through them once, and gone through a few times.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from mariana_video.networks.mariana import Mariana
from mariana_video.networks.network import IMAGENET, Network
from mariana_video.training.epochs.train import Row
from mariana_video.training.lessons.factoring import CROPS, SIDE, factor
from mariana_video.training.lessons.own import fit_own
from mariana_video.training.pictures.augment import Augmentation, centre_crops, normalised, random_crops
from mariana_video.training.pictures.data import Pictures
from mariana_video.training.pictures.draws import cosine, drawn

GLANCE = 384  # held-back pictures looked at after a chunk
_SEEN = 32  # pictures a batch through the convolutions
_MILD = Augmentation(smallest_part=0.7, turn=5.0, soft=0.1, jpeg=0.1, saturation=0.15, brightness=0.15, grey=0.0)


@dataclass(frozen=True)
class Plan:
    """How long and how fast the dense layers learn."""

    chunks: int
    chunk: int = 1024
    passes: int = 4
    batch: int = 64
    rate: float = 3e-4
    decay: float = 0.05
    smoothing: float = 0.05
    seed: int = 0


class Dense:
    """A course whose epochs are chunks of crops."""

    def __init__(
        self,
        model: Mariana,
        plan: Plan,
        pictures: tuple[Pictures, Pictures],
        teacher: Network | None = None,
        note: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.model, self.plan, self.teacher, self.note = model, plan, teacher, note
        self.device = next(model.parameters()).device
        self.training, self.validation = pictures
        self.epochs = plan.chunks
        self.steps = plan.passes * math.ceil(plan.chunk / plan.batch)
        assert model.head is not None
        self.head: nn.Module = model.head
        self.optimiser = torch.optim.AdamW(self.head.parameters(), lr=0.0, weight_decay=plan.decay)
        self.unexplained: dict[str, float] = {}
        self._seen: dict[str, float] = {}

    def epoch(self, index: int) -> Iterator[Mapping[str, float]]:
        """Learn from one chunk, a few passes over it in random order; figures are the chunk's means."""
        generator = np.random.default_rng([self.plan.seed, index])
        torch.manual_seed(int(generator.integers(2**62)))  # dropout
        if index == 0:
            self._begin()
        said, labels = self._chunk(generator)
        step, total, right = index * self.steps, 0.0, 0.0
        for number in range(self.plan.passes):
            order = torch.from_numpy(generator.permutation(len(labels)))
            for count, part in enumerate(torch.split(order, self.plan.batch), 1):
                rate = cosine(step, self.epochs * self.steps, self.plan.rate, 100)
                loss, hits = self._learn(said[part], labels[part], rate)
                total, right, step = total + loss, right + hits, step + 1
                done = number * len(labels) + min(count * self.plan.batch, len(labels))
                self._seen = {"loss": total / (step - index * self.steps), "accuracy": right / done}
                yield self._seen

    def judge(self, index: int) -> Row:
        """The chunk's means, and the accuracy on the middle of held-back pictures: of all of them at the end."""
        known = np.flatnonzero(self.validation.labels >= 0)
        every = 1 if index + 1 == self.epochs else math.ceil(len(known) / GLANCE)
        labelled = self.validation.subset(known[::every].tolist())
        right = 0
        for part in np.array_split(np.arange(len(labelled)), math.ceil(len(labelled) / _SEEN)):
            said = self._said(centre_crops([labelled.pictures[i] for i in part], self.side))
            with torch.no_grad():
                logits = self._logits(said, training=False)
            right += int((logits.argmax(1).cpu() == torch.from_numpy(labelled.labels[part])).sum())
        return {**self._seen, "validation": right / len(labelled)}

    def finished(self, _rows: list[Row]) -> bool:
        return False

    def state(self) -> dict[str, Any]:
        return {
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "unexplained": self.unexplained,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.unexplained = dict(state["unexplained"])

    @property
    def side(self) -> int:
        """Pixels of a crop's side."""
        return self.model.architecture.input_size

    def _begin(self) -> None:
        """The convolutions, where a teacher gives them; the layer `own`, where there is one."""
        self.model.cpu().eval()
        if self.teacher is not None:
            self._factor(self.teacher)
        if self.model.own is not None:
            fit_own(self.model, self.training)
        self.model.to(self.device)

    def _factor(self, teacher: Network) -> None:
        every = max(1, len(self.training) // CROPS)
        x = normalised(centre_crops(self.training.pictures[::every][:CROPS], SIDE), IMAGENET)

        def on_note(name: str, left: float) -> None:
            self.unexplained[name] = left
            self.note(f"{name} factored: {100 * left:.0f} % of what its channels vary by is left out")

        factor(self.model, teacher, x, on_note)

    def _chunk(self, generator: np.random.Generator) -> tuple[Tensor, Tensor]:
        """What the convolutions say of a chunk of crops, a third of them varied much, the others a little."""
        chosen = drawn(self.training, self.plan.chunk, 1.0, generator)
        said = []
        for number, part in enumerate(np.array_split(np.array(chosen), math.ceil(len(chosen) / _SEEN))):
            how = Augmentation() if number % 3 == 0 else _MILD
            said.append(self._said(random_crops([self.training.pictures[i] for i in part], self.side, how, generator)))
        return torch.cat(said), torch.from_numpy(self.training.labels[chosen])

    @torch.no_grad()
    def _said(self, crops: Tensor) -> Tensor:
        self.model.eval()
        said: Tensor = self.model.body(normalised(crops.to(self.device), IMAGENET))
        return said

    def _logits(self, said: Tensor, training: bool) -> Tensor:
        self.head.train(training)
        return self.model.classify(said).float()

    def _learn(self, said: Tensor, labels: Tensor, rate: float) -> tuple[float, int]:
        labels = labels.to(self.device)
        logits = self._logits(said, training=True)
        loss = F.cross_entropy(logits, labels, label_smoothing=self.plan.smoothing)
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        self.optimiser.step()
        return float(loss.detach()), int((logits.argmax(1) == labels).sum())
