"""Every released network loads, classifies, dreams, and its card says what its metadata says."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from mariana_video.footage.film import dream_picture
from mariana_video.loop.dreamer import make_dreamer
from mariana_video.networks.weights import load
from mariana_video.recipe.job import Machine
from mariana_video.recipe.options import recipe
from mariana_video.training.outcome.card import card
from tests.conftest import texture

MODELS = sorted((Path(__file__).parents[2] / "models").glob("*.safetensors"))
OURS = next(path for path in MODELS if path.stem == "mariana")
CLASSIFIERS = [path for path in MODELS if path.stem != "vgg16"]
PAPER = {"grey3-dense100", "grey4-dense128", "colour4-dense256", "colour4-dense512", "colour4-dense512-l2-sgd"}


def test_the_default_the_wide_one_vgg16_and_the_papers_five_are_there() -> None:
    assert {"mariana", "mariana-wide", "vgg16", *PAPER} <= {path.stem for path in MODELS}
    assert sum(path.stat().st_size for path in MODELS) < 120e6


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_its_card_is_its_metadata(path: Path) -> None:
    network = load(str(path))
    assert network.name == path.stem
    assert path.with_suffix(".md").read_text(encoding="utf-8") == card(network.metadata)
    for section in ("summary", "licence", "recipe", "data", *(("accuracy",) if network.classes else ())):
        assert network.metadata[section], section
    for name, layer in network.layers.items():
        said = network.natural(name)
        assert len(said.squares) == layer.channels
        assert 0 < said.share < 1


@pytest.mark.parametrize("path", CLASSIFIERS, ids=lambda path: path.stem)
def test_it_classifies(path: Path) -> None:
    network = load(str(path))
    side = network.input_size
    logits = network.logits(torch.rand(2, 3, side, side, generator=torch.Generator().manual_seed(0)))
    assert logits.shape == (2, len(network.classes))
    assert torch.isfinite(logits).all()
    for evaluation in network.metadata["accuracy"].values():
        right = [row[number] for number, row in enumerate(evaluation["confusion"])]
        total = sum(map(sum, evaluation["confusion"]))
        assert evaluation["accuracy"] == pytest.approx(sum(right) / total, abs=1e-4)
        assert total == evaluation["pictures"]


@pytest.mark.parametrize(
    "path", [OURS, *(pytest.param(path, marks=pytest.mark.long) for path in MODELS if path != OURS)]
)
def test_it_dreams_of_what_suits_it(path: Path) -> None:
    dreamer = make_dreamer(recipe(network=str(path), first_steps=3), Machine(precision="fp32"))
    score = dreamer.score()
    source = texture(96, 128)
    done = dream_picture(dreamer, source, None)
    before = float(score(torch.from_numpy(source).permute(2, 0, 1)[None]))
    assert float(score(done.picture)) > 1.5 * before
