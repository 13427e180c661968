"""Teaching: a small network learns to predict what a large one sees, and the labels beside it.

Features as hints come from FitNets (Romero et al., arXiv 1412.6550): the student's layer, through a 1×1 projection
of its own, predicts the teacher's layer of the same name; the error is the mean square, every teacher channel divided
by its RMS. The teacher is the dearest part, so its answers for a chunk of crops are computed once and used for a few
passes over the chunk. All randomness is a function of (seed, phase, chunk), so a resumed run is the same run.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from mariana_video.networks.mariana import Mariana, layers
from mariana_video.networks.network import IMAGENET, Network
from mariana_video.training.augment import Augmentation, centre_crops, random_crops
from mariana_video.training.data import Pictures

HINTS: Mapping[str, float] = {"conv3_3": 0.3, "conv4_3": 1.0}


@dataclass(frozen=True)
class Phase:
    """A stretch of teaching with its own falling cosine of the learning rate."""

    name: str
    chunks: int
    rate: float
    label_weight: float
    labelled_share: float
    warmup: int = 100


@dataclass(frozen=True)
class Teaching:
    """How a network is taught; `hints` are the teacher's layers and their weights in the loss."""

    phases: tuple[Phase, ...]
    crop: int = 112
    batch: int = 32
    chunk: int = 1024
    passes: int = 3
    decay: float = 0.02
    smoothing: float = 0.1
    seed: int = 0
    precision: torch.dtype = torch.float32
    hints: Mapping[str, float] = field(default_factory=lambda: dict(HINTS))
    augmentation: Augmentation = field(default_factory=Augmentation)


@dataclass(frozen=True)
class Step:
    """What one step reports: `losses` has a value a hint (0…1) and `labels`."""

    phase: str
    chunk: int
    step: int
    rate: float
    losses: Mapping[str, float]


class Teacher:
    """The student with its projections, its teacher and the optimiser."""

    def __init__(self, student: Mariana, teacher: Network, teaching: Teaching) -> None:
        torch.manual_seed(teaching.seed)
        self.student = student.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.teacher, self.teaching = teacher, teaching
        own = layers(student.architecture)
        self.projections = nn.ModuleDict(
            {name: nn.Conv2d(own[name].channels, teacher.resolve(name).channels, 1) for name in teaching.hints}
        )
        self.spread: dict[str, Tensor] = {}
        parameters = [*student.parameters(), *self.projections.parameters()]
        self.optimiser = torch.optim.AdamW(parameters, lr=0.0, weight_decay=teaching.decay)

    def measure(self, crops: Tensor) -> None:
        """RMS of every teacher channel over some crops (N×3×H×W, uint8), by which its errors are divided."""
        names = list(self.teaching.hints)
        squares = [torch.zeros(self.teacher.resolve(name).channels) for name in names]
        for batch in crops.split(self.teaching.batch):
            for total, answer in zip(squares, self._ask(batch), strict=True):
                total += answer.float().pow(2).mean((0, 2, 3)) * len(batch) / len(crops)
        self.spread = {n: s.sqrt().clamp_min(0.01 * s.max().sqrt()) for n, s in zip(names, squares, strict=True)}

    def chunk(self, pictures: Pictures, phase_index: int, chunk: int) -> Iterator[Step]:
        """Learn from one chunk of crops, a few passes over it in random order."""
        phase = self.teaching.phases[phase_index]
        generator = np.random.default_rng([self.teaching.seed, phase_index, chunk])
        torch.manual_seed(int(generator.integers(2**62)))  # dropout
        chosen = _draw(pictures, self.teaching.chunk, phase.labelled_share, generator)
        crops = random_crops(
            [pictures.pictures[i] for i in chosen], self.teaching.crop, self.teaching.augmentation, generator
        )
        labels = torch.from_numpy(pictures.labels[chosen])
        answers = self._answers(crops)
        steps = self.teaching.passes * math.ceil(len(chosen) / self.teaching.batch)
        number = chunk * steps
        for _ in range(self.teaching.passes):
            for part in torch.from_numpy(generator.permutation(len(chosen))).split(self.teaching.batch):
                rate = cosine(number, phase.chunks * steps, phase.rate, phase.warmup)
                wanted = {name: answer[part] for name, answer in answers.items()}
                losses = self._learn(crops[part], labels[part], wanted, rate, phase.label_weight)
                yield Step(phase.name, chunk, number, rate, losses)
                number += 1

    @torch.no_grad()
    def errors(self, pictures: Pictures, limit: int) -> dict[str, float]:
        """The hints' errors on middle crops of the first `limit` pictures, and `accuracy` on the labelled ones."""
        self.student.eval()
        subset = pictures.pictures[:limit]
        totals = dict.fromkeys([*self.teaching.hints, "right", "labelled"], 0.0)
        for start in range(0, len(subset), self.teaching.batch):
            part = slice(start, min(start + self.teaching.batch, len(subset)))
            crops = centre_crops(subset[part], self.teaching.crop)
            labels = torch.from_numpy(pictures.labels[part])
            found, logits = self._see(crops)
            for name, answer in self._answers(crops).items():
                totals[name] += float(self._error(found[name], answer)) * len(crops)
            known = labels >= 0
            totals["right"] += float((logits.argmax(1) == labels)[known].sum()) if logits.numel() else 0.0
            totals["labelled"] += float(known.sum())
        result = {name: totals[name] / max(1, len(subset)) for name in self.teaching.hints}
        return result | {"accuracy": totals["right"] / max(1.0, totals["labelled"])}

    def state(self) -> dict[str, Any]:
        """All that is needed to go on, as plain tensors and numbers."""
        return {
            "student": self.student.state_dict(),
            "projections": self.projections.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "spread": self.spread,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` gave."""
        self.student.load_state_dict(state["student"])
        self.projections.load_state_dict(state["projections"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.spread = dict(state["spread"])

    def _ask(self, crops: Tensor) -> list[Tensor]:
        with torch.no_grad():
            picture = crops.float().div(255).contiguous(memory_format=torch.channels_last)
            return self.teacher.responses(picture, list(self.teaching.hints))

    def _answers(self, crops: Tensor) -> dict[str, Tensor]:
        batches = [self._ask(batch) for batch in crops.split(self.teaching.batch)]
        answers = {}
        for name, parts in zip(self.teaching.hints, zip(*batches, strict=True), strict=True):
            spread = self.spread[name].view(1, -1, 1, 1)
            joined = torch.cat([(part.float() / spread).to(self.teaching.precision) for part in parts])
            answers[name] = joined.contiguous(memory_format=torch.channels_last)
        return answers

    def _see(self, crops: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        """What the student predicts of the teacher's layers, and its logits (empty without a classifier)."""
        mean, std = (torch.tensor(v).view(1, 3, 1, 1) for v in (IMAGENET.mean, IMAGENET.std))
        x = ((crops.float() / 255 - mean) / std).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16, enabled=self.teaching.precision == torch.bfloat16):
            found, pooled = self.student.activations(x, self.teaching.hints)
            predicted = {name: self.projections[name](found[name]) for name in self.teaching.hints}
            logits = self.student.classify(pooled) if self.student.head is not None else pooled.new_zeros(0)
        return predicted, logits

    def _error(self, predicted: Tensor, answer: Tensor) -> Tensor:
        return (predicted.float() - answer.float()).pow(2).mean()

    def _learn(
        self, crops: Tensor, labels: Tensor, answers: Mapping[str, Tensor], rate: float, label_weight: float
    ) -> dict[str, float]:
        self.student.train()
        predicted, logits = self._see(crops)
        errors = {name: self._error(predicted[name], answer) for name, answer in answers.items()}
        loss = torch.stack([weight * errors[name] for name, weight in self.teaching.hints.items()]).sum()
        known = labels >= 0
        if label_weight and logits.numel() and bool(known.any()):
            share = known.float().mean()
            errors["labels"] = F.cross_entropy(
                logits.float()[known], labels[known], label_smoothing=self.teaching.smoothing
            )
            loss = loss + label_weight * share * errors["labels"]
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_([p for g in self.optimiser.param_groups for p in g["params"]], 5.0)
        self.optimiser.step()
        return {name: float(error.detach()) for name, error in errors.items()}


def cosine(step: int, steps: int, rate: float, warmup: int) -> float:
    """Learning rate at a step: a linear start, then half a cosine to a hundredth."""
    if step < warmup:
        return rate * (step + 1) / warmup
    part = (step - warmup) / max(1, steps - warmup)
    return rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, part))))


def _draw(pictures: Pictures, count: int, labelled_share: float, generator: np.random.Generator) -> list[int]:
    """Indices for a chunk: a share of labelled pictures, every class as often, the rest from all others."""
    labelled = [np.flatnonzero(pictures.labels == c) for c in range(len(pictures.classes))]
    others = np.flatnonzero(pictures.labels < 0)
    with_label = count if not len(others) else round(count * labelled_share)
    kinds = generator.integers(len(labelled), size=with_label)
    chosen = [int(generator.choice(labelled[kind])) for kind in kinds]
    if with_label < count:
        chosen += [int(i) for i in generator.choice(others, count - with_label, replace=count > len(others))]
    return [chosen[i] for i in generator.permutation(len(chosen))]
