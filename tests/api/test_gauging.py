"""What a machine can do: operations are counted exactly, figures are positive, and JSON has them all."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional as F

import mariana_video
from mariana_video.api.gauging import films, gauging
from mariana_video.api.gauging.ceiling import LARGE, SHAPES, Ceiling, Convolution, ceiling_of
from mariana_video.api.gauging.films import Speed, speed_of
from mariana_video.api.gauging.gauged import Gauged
from mariana_video.api.gauging.step import Step, flops_of, step_of
from mariana_video.errors import NetworkError
from mariana_video.loop.dreamer import Dreamer, make_dreamer
from mariana_video.recipe.job import Machine
from mariana_video.recipe.options import recipe

CPU = torch.device("cpu")
SMALL = (Convolution(4, 8, 3, (9, 16)), Convolution(4, 4, 1, (9, 16)))


@pytest.fixture
def tiny(tiny_weights: Path) -> Dreamer:
    return make_dreamer(recipe(network=tiny_weights), Machine("cpu", "fp32"))


@pytest.mark.parametrize("side", [1, 3, 5])
def test_the_operations_of_a_convolution_are_counted_exactly(side: int) -> None:
    one = Convolution(8, 12, side, (18, 32))
    assert one.flops == 2 * side**2 * 8 * 12 * 18 * 32
    maps, weight = torch.rand(1, 8, 18, 32), torch.rand(12, 8, side, side)
    assert flops_of(lambda: F.conv2d(maps, weight, padding=side // 2)) == one.flops


def test_the_way_back_to_the_picture_counts_and_that_to_the_weights_does_not() -> None:
    layer = nn.Conv2d(8, 12, 3, padding=1).requires_grad_(False)

    def step() -> None:
        picture = torch.rand(1, 8, 18, 32, requires_grad=True)
        torch.autograd.grad(layer(2 * picture - 1).sum(), picture)  # as a network sees it

    assert flops_of(step) == 2 * Convolution(8, 12, 3, (18, 32)).flops


def test_a_ceiling_is_the_best_of_what_was_timed() -> None:
    assert len(SHAPES) == len(set(SHAPES)) == 20
    assert LARGE == 4096
    found = ceiling_of("fp32", CPU, SMALL, large=64)
    assert found is not None
    assert found.flops > 0
    assert found.best in [*map(str, SMALL), "a product of two 64×64 matrices"]


def test_a_format_that_the_device_has_not_got_has_no_ceiling(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> torch.Tensor:
        raise RuntimeError("not implemented")

    monkeypatch.setattr(F, "conv2d", refused)
    assert ceiling_of("fp16", CPU, SMALL[:1], large=64) is not None  # the product is left
    monkeypatch.setattr(torch.Tensor, "__matmul__", refused)
    assert ceiling_of("fp16", CPU, SMALL[:1], large=64) is None


def test_a_step_takes_twice_its_networks_convolutions(tiny: Dreamer) -> None:
    """The tiny network's, of a picture as large as it is with the room for its jitter, counted by hand."""
    found = step_of(tiny, (64, 48))
    assert (found.network, found.layers) == ("tiny", "conv2_2")
    assert found.seconds > 0
    seen: list[int] = []

    def note(layer: nn.Module, _given: tuple[torch.Tensor], made: torch.Tensor) -> None:
        assert isinstance(layer, nn.Conv2d)
        size = layer.kernel_size
        seen.append(2 * size[0] * size[1] * layer.in_channels // layer.groups * made.numel())

    hooks = [one.register_forward_hook(note) for one in tiny.network.body.modules() if isinstance(one, nn.Conv2d)]
    again = step_of(tiny, (64, 48))
    for hook in hooks:
        hook.remove()
    runs = 1 + 12  # the counted one, and those that are timed
    assert again.flops == found.flops
    assert 2 * sum(seen) % again.flops == 0
    assert 2 * sum(seen) // again.flops <= runs


def test_films_have_a_rate_and_a_minute_takes_as_long_as_that_says(
    tiny: Dreamer, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = speed_of(tiny, (64, 48))
    assert found.rate is not None
    assert found.rate > 0
    assert found.minute == pytest.approx(60 * 25 / found.rate)
    monkeypatch.setattr(films, "free_memory", lambda _device: 1)
    assert speed_of(tiny, (64, 48)).rate is None


def test_json_has_all_figures(
    tiny_weights: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from mariana_video.cli.app import run

    monkeypatch.setattr(gauging, "ceiling_of", partial(ceiling_of, shapes=SMALL, large=64))
    monkeypatch.setattr(gauging, "SIZES", ((64, 48), (80, 48)))
    monkeypatch.setattr(gauging, "released", lambda: {str(tiny_weights): tiny_weights})
    words = ["--network", f"small={tiny_weights}", "--precision", "fp32", "--device", "cpu"]
    assert run(["bench", *words, "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert list(figures) == ["machine", "precision", "network", "ceilings", "steps", "films"]
    assert set(figures["ceilings"]) <= {"fp32", "bf16", "fp16"}
    assert list(figures["steps"]) == ["small", "tiny"]
    step = figures["steps"]["small"]
    assert step["share"] == pytest.approx(step["flops"] / step["seconds"] / figures["ceilings"]["fp32"]["flops"])
    assert list(figures["films"]) == ["64x48", "80x48"]
    assert all(film["rate"] > 0 and film["minute"] > 0 for film in figures["films"].values())


def test_a_person_reads_shares_and_minutes() -> None:
    found = Gauged(
        "a machine", "bf16", "mariana", {"bf16": Ceiling("bf16", 2e12, "a product")},
        [Step("mariana", "conv4_3", 10**12, 1.0)], [Speed((640, 360), 5.0), Speed((3840, 2160), None)],
    )  # fmt: skip
    lines = str(found).splitlines()
    assert [line for line in lines if line.split()[:2] == ["mariana", "1000.0"]] == [
        next(x for x in lines if "50 %" in x)
    ]
    assert any(line.startswith("640x360") and line.endswith("5 min") for line in lines)
    assert lines[-1].split(maxsplit=1) == ["3840x2160", "there is no memory for it"]


def test_what_cannot_be_is_refused_before_any_measurement() -> None:
    with pytest.raises(NetworkError, match="no network called"):
        mariana_video.bench(network="nothing")
