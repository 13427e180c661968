"""The paper's way of training: cross-entropy on labelled pictures, epoch after epoch."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from mariana_video.networks.mariana import Mariana
from mariana_video.networks.network import Normalisation
from mariana_video.training.epochs.divergence import diverging_epoch
from mariana_video.training.epochs.train import Row
from mariana_video.training.epochs.variants import Variant
from mariana_video.training.pictures.augment import centre_crops, normalised, random_crops
from mariana_video.training.pictures.data import Pictures


class Classifier:
    """A course of `epochs`, each going once through the training pictures in random order."""

    def __init__(
        self,
        model: Mariana,
        variant: Variant,
        normalisation: Normalisation,
        pictures: tuple[Pictures, Pictures],
        *,
        epochs: int,
        batch: int,
        seed: int,
        stop_at_divergence: bool = False,
        precision: torch.dtype = torch.float32,
    ) -> None:
        self.model, self.variant, self.normalisation = model, variant, normalisation
        self.device = next(model.parameters()).device
        self.training, self.validation = pictures
        self.epochs, self.batch, self.seed = epochs, batch, seed
        self.stop, self.precision = stop_at_divergence, precision
        self.steps = math.ceil(len(self.training) / batch)
        self.optimiser = optimiser(model, variant)
        self.diverged: dict[str, Any] | None = None
        self._history: tuple[list[float], list[float]] = ([], [])
        self._seen = (0, 0, 0.0)

    def epoch(self, index: int) -> Iterator[Mapping[str, float]]:
        """One epoch; figures are running means as the network saw its pictures, as Keras reports them."""
        generator = np.random.default_rng([self.seed, index])
        torch.manual_seed(int(generator.integers(2**62)))  # dropout
        self.model.train()
        right, seen, loss = 0, 0, 0.0
        for part in np.array_split(generator.permutation(len(self.training)), self.steps):
            chosen = [self.training.pictures[i] for i in part]
            side = self.variant.architecture.input_size
            crops = random_crops(chosen, side, self.variant.augmentation, generator)
            labels = torch.from_numpy(self.training.labels[part])
            hits, value = self._learn(crops, labels)
            right, seen, loss = right + hits, seen + len(part), loss + value * len(part)
            yield {"loss": loss / seen, "accuracy": right / seen}
        self._seen = (right, seen, loss)

    def judge(self, index: int) -> Row:
        """Accuracies of the epoch, and the diverging epoch once it is known."""
        right, seen, loss = self._seen
        row: Row = {"loss": loss / seen, "accuracy": right / seen, "validation": self._validate()}
        for values, key in zip(self._history, ("accuracy", "validation"), strict=True):
            values.append(float(row[key]))
        if self.diverged is None and diverging_epoch(*self._history) is not None:
            state = {name: tensor.detach().clone() for name, tensor in self.model.state_dict().items()}
            self.diverged = {"epoch": index + 1, "model": state}
        return row

    def finished(self, rows: list[Row]) -> bool:
        return self.stop and self.diverged is not None and bool(rows)

    def state(self) -> dict[str, Any]:
        return {
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "precision": self.precision == torch.bfloat16,
            "diverged": self.diverged,
            "history": list(self._history),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.precision = torch.bfloat16 if state["precision"] else torch.float32
        self.diverged = state["diverged"]
        self._history = (list(state["history"][0]), list(state["history"][1]))

    def _learn(self, crops: Tensor, labels: Tensor) -> tuple[int, float]:
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.precision == torch.bfloat16):
            logits = self.model(normalised(crops.to(self.device), self.normalisation)).float()
        labels = labels.to(self.device)
        loss = F.cross_entropy(logits, labels)
        self.optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        self.optimiser.step()
        return int((logits.argmax(1) == labels).sum()), float(loss.detach())

    @torch.no_grad()
    def _validate(self) -> float:
        self.model.eval()
        right = 0
        for part in np.array_split(np.arange(len(self.validation)), math.ceil(len(self.validation) / self.batch)):
            crops = centre_crops([self.validation.pictures[i] for i in part], self.variant.architecture.input_size)
            logits = self.model(normalised(crops.to(self.device), self.normalisation))
            right += int((logits.argmax(1).cpu() == torch.from_numpy(self.validation.labels[part])).sum())
        return right / len(self.validation)


def optimiser(model: Mariana, variant: Variant) -> torch.optim.Optimizer:
    """The variant's optimiser, with L2 on the convolutions of the body alone."""
    body = list(model.body.parameters())
    head = [] if model.head is None else list(model.head.parameters())
    groups = [{"params": body, "weight_decay": variant.l2}, {"params": head, "weight_decay": 0.0}]
    if variant.optimiser == "sgd":
        return torch.optim.SGD(groups, lr=variant.rate, momentum=variant.momentum)
    kind = torch.optim.AdamW if variant.optimiser == "adamw" else torch.optim.Adam
    return kind(groups, lr=variant.rate)
