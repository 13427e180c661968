"""The layer of somebody's own classes answers each of them with its own channel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from mariana_video.networks.mariana import Architecture
from mariana_video.training.epochs.start import new_model
from mariana_video.training.lessons.own import fit_own
from mariana_video.training.pictures.data import Pictures

KINDS = ("lengthwise", "crosswise", "coarse")


def stripes(kind: str, seed: int) -> np.ndarray:
    chance = np.random.default_rng([KINDS.index(kind), seed])
    waves = 0.3 * np.sin(np.arange(64) * chance.uniform(0.8, 1.2) + chance.uniform(0, 6))
    coarse = 0.3 * np.sin(np.arange(64) * 0.35 + chance.uniform(0, 6))
    grey = 0.5 + {"lengthwise": waves[None], "crosswise": waves[:, None], "coarse": coarse[None]}[kind]
    picture = np.broadcast_to(grey, (64, 64))[..., None] + 0.1 * chance.standard_normal((64, 64, 3))
    return np.asarray(picture.clip(0, 1) * 255, dtype=np.uint8)


def pictures(seeds: range) -> Pictures:
    made = [(stripes(kind, seed), number) for number, kind in enumerate(KINDS) for seed in seeds]
    return Pictures([picture for picture, _ in made], np.array([label for _, label in made]), KINDS)


def test_each_class_has_a_channel_that_answers_it() -> None:
    model = new_model(replace(Architecture((8, 12), True, 8, 16, 3), own="conv2_1"), 0).eval()
    fit_own(model, pictures(range(6)))
    assert model.own is not None
    fresh = pictures(range(10, 14))
    x = torch.stack([torch.from_numpy(picture).permute(2, 0, 1) for picture in fresh.pictures]).float() / 255
    mean, std = torch.tensor((0.485, 0.456, 0.406)), torch.tensor((0.229, 0.224, 0.225))
    said, _ = model.activations((x - mean[:, None, None]) / std[:, None, None], ["conv2_1"])
    answers = model.own(said["conv2_1"]).square().mean((2, 3))
    by_class = torch.stack([answers[fresh.labels == number].mean(0) for number in range(len(KINDS))])
    assert by_class.argmax(0).tolist() == [0, 1, 2]
    own = by_class.diagonal()
    assert (own > 1.5 * (by_class.sum(0) - own) / 2).all()


def test_classes_that_are_all_alike_get_channels_that_say_nothing() -> None:
    model = new_model(replace(Architecture((8, 12), True, 8, 16, 2), own="conv2_1"), 0).eval()
    grey = [np.full((64, 64, 3), 128, np.uint8)] * 4
    fit_own(model, Pictures(grey, np.array([0, 0, 1, 1]), ("a", "b")))
    assert model.own is not None
    assert all(bool(torch.isfinite(values).all()) for values in model.own.parameters())
