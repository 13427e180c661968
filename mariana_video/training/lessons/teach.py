"""Teaching: a small network learns to predict what a large one sees, and the labels beside it.

Features as hints come from FitNets (Romero et al., arXiv 1412.6550): the student's layer, through a 1×1 projection
of its own, predicts the teacher's layer of the same name; the error is the mean square, every channel of the teacher
divided by its RMS. The teacher takes most of the time, so its answers for a chunk of crops are computed once and used
for a few passes over the chunk. All randomness is a function of (seed, phase, chunk), so a resumed run is the same run.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from mariana_video.networks.mariana import Mariana, layers
from mariana_video.networks.network import IMAGENET, Network
from mariana_video.training.epochs.train import Row
from mariana_video.training.epochs.variants import HINTS
from mariana_video.training.pictures.augment import Augmentation, centre_crops, normalised, random_crops
from mariana_video.training.pictures.data import Pictures
from mariana_video.training.pictures.draws import cosine, drawn

JUDGE_EVERY = 4  # chunks between glances at held-back pictures
GLANCE = 384  # held-back pictures looked at between phases; all of them at a phase's end
HEAD_RATE = 0.1  # of the rate, for the dense layers: at the whole rate Adam's first steps killed their units
_QUIET = 0.01  # of the loudest channel's RMS: what is quieter is not made louder than that
MEASURED = 256  # pictures over which the teacher's RMS is taken


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


class Lesson:
    """A course whose epochs are the phases' chunks: the student with its projections, its teacher, the optimiser."""

    def __init__(
        self, student: Mariana, teacher: Network, teaching: Teaching, pictures: tuple[Pictures, Pictures]
    ) -> None:
        torch.manual_seed(teaching.seed)
        self.model = student.to(memory_format=torch.channels_last)
        self.device = next(student.parameters()).device
        self.teacher, self.teaching = teacher, teaching
        self.training, self.validation = pictures
        self.epochs = sum(phase.chunks for phase in teaching.phases)
        self.steps = teaching.passes * math.ceil(teaching.chunk / teaching.batch)
        self.errors_at: dict[str, dict[str, float]] = {}
        self._seen: dict[str, float] = {}
        own = layers(student.architecture)
        self.projections = nn.ModuleDict(
            {name: nn.Conv2d(own[name].channels, teacher.resolve(name).channels, 1) for name in teaching.hints}
        ).to(self.device)
        self.scale: dict[str, Tensor] = {}
        body = [*student.body.parameters(), *self.projections.parameters()]
        head = [] if student.head is None else list(student.head.parameters())
        groups = [{"params": body, "part": 1.0}, {"params": head, "part": HEAD_RATE}]
        self.optimiser = torch.optim.AdamW(groups, lr=0.0, weight_decay=teaching.decay)

    def epoch(self, index: int) -> Iterator[Mapping[str, float]]:
        """Learn from one chunk of crops, a few passes over it in random order; figures are the chunk's means."""
        if not self.scale:
            self._measure()
        number, chunk = self._place(index)
        phase = self.teaching.phases[number]
        generator = np.random.default_rng([self.teaching.seed, number, chunk])
        torch.manual_seed(int(generator.integers(2**62)))  # dropout
        crops, labels = self._crops(phase, generator)
        answers = self._answers(crops)
        step, totals = chunk * self.steps, dict.fromkeys([*answers, "labels"], 0.0)
        for _ in range(self.teaching.passes):
            for part in torch.split(torch.from_numpy(generator.permutation(len(crops))), self.teaching.batch):
                rate = cosine(step, phase.chunks * self.steps, phase.rate, phase.warmup)
                wanted = {name: answer[part] for name, answer in answers.items()}
                losses = self._learn(crops[part], labels[part], wanted, rate, phase)
                totals = {name: total + losses.get(name, 0.0) for name, total in totals.items()}
                step += 1
                self._seen = {name: total / (step - chunk * self.steps) for name, total in totals.items()}
                yield self._seen

    def judge(self, index: int) -> Row:
        """The chunk's mean losses; on held-back pictures too at every fourth chunk and at a phase's end."""
        number, chunk = self._place(index)
        phase = self.teaching.phases[number]
        last = chunk + 1 == phase.chunks
        row: Row = {"phase": phase.name, **self._seen}
        if last or (chunk + 1) % JUDGE_EVERY == 0:
            errors = self.errors(self.validation, len(self.validation) if last else GLANCE)
            row |= {f"validation {name}": value for name, value in errors.items()}
            if last:
                self.errors_at[f"after phase {phase.name!r}"] = errors
        return row

    def finished(self, rows: list[Row]) -> bool:
        """Never before the last phase's end: a cosine cut off half-way is worse than a shorter one finished."""
        return len(rows) >= self.epochs

    @torch.no_grad()
    def errors(self, pictures: Pictures, limit: int) -> dict[str, float]:
        """The hints' errors on middle crops of the first `limit` pictures, and `accuracy` on the labelled ones."""
        self.model.eval()
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
            totals["right"] += float((logits.argmax(1).cpu() == labels)[known].sum()) if logits.numel() else 0.0
            totals["labelled"] += float(known.sum())
        result = {name: totals[name] / max(1, len(subset)) for name in self.teaching.hints}
        return result | {"accuracy": totals["right"] / max(1.0, totals["labelled"])}

    def state(self) -> dict[str, Any]:
        """All that is needed to go on, as plain tensors and numbers."""
        return {
            "student": self.model.state_dict(),
            "projections": self.projections.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "scale": self.scale,
            "errors_at": self.errors_at,
            "bf16": self.teaching.precision == torch.bfloat16,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` gave."""
        self.model.load_state_dict(state["student"])
        self.projections.load_state_dict(state["projections"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.scale = {name: tensor.to(self.device) for name, tensor in state["scale"].items()}
        self.errors_at = dict(state["errors_at"])
        precision = torch.bfloat16 if state["bf16"] else torch.float32
        self.teaching = replace(self.teaching, precision=precision)
        self.teacher.to(dtype=precision)

    def _place(self, index: int) -> tuple[int, int]:
        """(phase, chunk within it) of an epoch."""
        for number, phase in enumerate(self.teaching.phases):
            if index < phase.chunks:
                return number, index
            index -= phase.chunks
        raise IndexError("past the last phase")

    def _crops(self, phase: Phase, generator: np.random.Generator) -> tuple[Tensor, Tensor]:
        chosen = drawn(self.training, self.teaching.chunk, phase.labelled_share, generator)
        pictures = [self.training.pictures[i] for i in chosen]
        crops = random_crops(pictures, self.teaching.crop, self.teaching.augmentation, generator)
        return crops, torch.from_numpy(self.training.labels[chosen])

    def _measure(self) -> None:
        """How the teacher's answers to some crops are scaled."""
        every = max(1, len(self.training) // MEASURED)
        crops = centre_crops(self.training.pictures[::every][:MEASURED], self.teaching.crop)
        batches = [self._ask(batch) for batch in torch.split(crops, self.teaching.batch)]
        for name, answers in zip(self.teaching.hints, zip(*batches, strict=True), strict=True):
            squares = torch.cat([answer.float().square().mean((2, 3)) for answer in answers])
            size = squares.double().mean(0).sqrt().float()
            self.scale[name] = (1 / size.clamp_min(_QUIET * float(size.max()))).view(1, -1, 1, 1)

    def _ask(self, crops: Tensor) -> list[Tensor]:
        with torch.no_grad():
            picture = crops.to(self.device).float().div(255).contiguous(memory_format=torch.channels_last)
            return self.teacher.responses(picture, list(self.teaching.hints))

    def _answers(self, crops: Tensor) -> dict[str, Tensor]:
        batches = [self._ask(batch) for batch in torch.split(crops, self.teaching.batch)]
        answers = {}
        for name, parts in zip(self.teaching.hints, zip(*batches, strict=True), strict=True):
            joined = torch.cat([(part.float() * self.scale[name]).to(self.teaching.precision) for part in parts])
            answers[name] = joined.contiguous(memory_format=torch.channels_last)
        return answers

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.teaching.precision == torch.bfloat16)

    def _see(self, crops: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        """What the student predicts of the teacher's layers, and its logits (empty without a classifier)."""
        x = normalised(crops.to(self.device), IMAGENET)
        with self._autocast():
            found, pooled = self.model.activations(x, self.teaching.hints)
            predicted = {name: self.projections[name](found[name]) for name in self.teaching.hints}
            logits = self.model.classify(pooled) if self.model.head is not None else pooled.new_zeros(0)
        return predicted, logits

    def _error(self, predicted: Tensor, answer: Tensor) -> Tensor:
        return (predicted.float() - answer.float()).pow(2).mean()

    def _learn(
        self, crops: Tensor, labels: Tensor, answers: Mapping[str, Tensor], rate: float, phase: Phase
    ) -> dict[str, float]:
        self.model.train()
        labels = labels.to(self.device)
        predicted, logits = self._see(crops)
        errors = {name: self._error(predicted[name], answer) for name, answer in answers.items()}
        loss = torch.stack([self.teaching.hints[name] * error for name, error in errors.items()]).sum()
        known = labels >= 0
        if phase.label_weight and logits.numel() and bool(known.any()):
            share = known.float().mean()
            errors["labels"] = F.cross_entropy(
                logits.float()[known], labels[known], label_smoothing=self.teaching.smoothing
            )
            loss = loss + phase.label_weight * share * errors["labels"]
        for group in self.optimiser.param_groups:
            group["lr"] = rate * group["part"]
        self.optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_([p for g in self.optimiser.param_groups for p in g["params"]], 5.0)
        self.optimiser.step()
        return {name: float(error.detach()) for name, error in errors.items()}
