"""Convolutions factored: with all directions the same function, with fewer the best part of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from mariana_video.dive.low_frequencies import noise
from mariana_video.errors import NetworkError
from mariana_video.networks import weights
from mariana_video.networks.files import read_safetensors
from mariana_video.networks.mariana import Architecture, Mariana
from mariana_video.networks.network import Network
from mariana_video.training.epochs.start import new_model
from mariana_video.training.lessons.factoring import factor, same_layout

WHOLE = Architecture((8, 12), True, 8, 16, 0)
METADATA = {"name": "a", "suited": {"layers": "conv2_2", "step_size": 0.01, "strength": 0.1}}
LAYERS = ["conv1_2", "conv2_1", "conv2_2"]


@pytest.fixture(scope="module")
def teacher() -> Network:
    return weights.as_network(new_model(WHOLE, 3).eval(), METADATA)


@pytest.fixture(scope="module")
def x() -> torch.Tensor:
    return torch.cat([noise((40, 40), 7, number) for number in range(40)])


def factored(teacher: Network, x: torch.Tensor, *ranks: int) -> tuple[Mariana, dict[str, float]]:
    model, left = new_model(replace(WHOLE, ranks=ranks), 0).eval(), dict[str, float]()
    factor(model, teacher, x, left.__setitem__)
    return model, left


def wrong(model: Mariana, teacher: Network, x: torch.Tensor) -> float:
    """The error at the deepest layer, of the teacher's variance."""
    with torch.no_grad():
        own = model.activations(x, LAYERS)[0]["conv2_2"]
        wanted = x
        for name, stage in teacher.body.named_children():
            wanted = stage(wanted)
            if name == "conv2_2":
                break
    return float((own - wanted).square().mean() / (wanted - wanted.mean((0, 2, 3), keepdim=True)).square().mean())


def test_with_all_directions_it_is_the_teacher(teacher: Network, x: torch.Tensor) -> None:
    model, left = factored(teacher, x, 0, 8, 12, 12)
    assert list(left) == ["conv1_1", *LAYERS]
    assert max(left.values()) < 1e-3
    fresh = torch.cat([noise((40, 40), 8, number) for number in range(8)])
    assert wrong(model, teacher, fresh) < 1e-3


def test_more_directions_leave_less_out_and_few_say_most(teacher: Network, x: torch.Tensor) -> None:
    fresh = torch.cat([noise((40, 40), 8, number) for number in range(8)])
    found = [wrong(factored(teacher, x, 0, rank, rank, rank)[0], teacher, fresh) for rank in (1, 3, 6)]
    assert found == sorted(found, reverse=True)
    assert found[2] < 0.5 < 0.9 < found[0]  # a random network says something else in every direction


def test_later_layers_make_up_for_what_earlier_ones_lost(teacher: Network, x: torch.Tensor) -> None:
    """Fitted to what the teacher says from what the factored layers really give, not each by itself."""
    model, _ = factored(teacher, x, 0, 2, 12, 12)
    thin = _cut(teacher, x, 2)
    assert wrong(model, teacher, x) < 0.95 * wrong(thin, teacher, x)


def _cut(teacher: Network, x: torch.Tensor, rank: int) -> Mariana:
    """The teacher with `conv1_2` cut down to so many directions, all else as it was."""
    thin, _ = factored(teacher, x, 0, rank, 12, 12)
    whole, _ = factored(teacher, x, 0, 8, 12, 12)
    for name in ("conv2_1", "conv2_2"):
        thin.body.get_submodule(name).load_state_dict(whole.body.get_submodule(name).state_dict())
    return thin


def test_only_a_teacher_of_the_same_layout_will_do(teacher: Network) -> None:
    thin = replace(WHOLE, ranks=(0, 4, 6, 6))
    assert same_layout(Mariana(thin), teacher)
    assert not same_layout(Mariana(replace(thin, blocks=(8, 16))), teacher)
    assert not same_layout(Mariana(thin), weights.as_network(Mariana(thin), METADATA))


def test_a_factored_network_comes_back_from_its_file(tmp_path: Path) -> None:
    architecture = replace(WHOLE, ranks=(0, 4, 6, 6), own="conv2_1", classes=2)
    model, file = new_model(architecture, 2).eval(), tmp_path / "a.safetensors"
    weights.save(file, model, {**METADATA, "classes": ["x", "y"]})
    network = weights.load(file)
    picture = torch.rand(1, 3, 40, 48)
    own, deep = network.responses(picture, ["own", "conv2_2"])
    assert (own.shape, deep.shape) == ((1, 2, 20, 24), (1, 12, 20, 24))
    assert network.responses(picture, ["own"])[0].equal(own)
    assert network.layers["own"].view == network.layers["conv2_1"].view
    again, _ = weights.load_model(file)
    assert again.architecture == replace(architecture, dropout=again.architecture.dropout)


@pytest.mark.parametrize(
    "claim", [{"ranks": [0, 4]}, {"ranks": [0, 4, 6, -6]}, {"ranks": "abcd"}, {"own": "conv9_1"}, {"shallow": 1e9}]
)
def test_what_a_file_claims_of_its_ranks_is_checked(tmp_path: Path, claim: dict[str, object]) -> None:
    file = tmp_path / "a.safetensors"
    architecture = replace(WHOLE, ranks=(0, 4, 6, 6), own="conv2_1", classes=2)
    weights.save(file, new_model(architecture, 2), {**METADATA, "classes": ["x", "y"]})
    tensors, strings = read_safetensors(file)
    changed = {**strings, "architecture": json.dumps({**json.loads(strings["architecture"]), **claim})}
    weights.write(file, {name: tensor.clone() for name, tensor in tensors.items()}, changed)
    with pytest.raises(NetworkError, match="architecture"):
        weights.load(file)
