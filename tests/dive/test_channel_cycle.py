"""A dive's journey through its layers' channels."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
import torch

from mariana_video.dive.channel_cycle import cycled
from mariana_video.dive.next_start import values_at
from mariana_video.dream.objectives.layers import WholeLayer
from mariana_video.dream.objectives.reading import Weighted
from mariana_video.dream.score import Score
from mariana_video.recipe.values.time import Length
from tests.conftest import as_tensor, score_by, small_network, texture
from tests.dive.dives import camera, descent, dreamer

# Against lock-in.


def among(place: float, lap: int | None = None) -> np.ndarray:
    (term,) = journey("0.5*conv3", place, lap)
    assert isinstance(term.kind, WholeLayer)
    assert (term.network, term.kind.layer, term.weight) == ("small", "conv3", 0.5)
    return np.array(term.kind.among)


def journey(text: str, place: float, lap: int | None = None) -> tuple[Weighted, ...]:
    score = score_by(small_network(), text)
    return cycled(score.networks, score.terms, place, 5, lap)


def test_a_journey_comes_to_one_landscape_after_another_without_a_jump() -> None:
    begin, end = among(0.0), among(1.0)
    assert begin.mean() == end.mean() == pytest.approx(1)
    assert begin.argmax() != end.argmax()
    way = np.array([among(place) for place in np.linspace(0, 3, 121)])
    assert np.abs(np.diff(np.log(way), axis=0)).max() < 0.5
    assert all(np.log(here).std() > 0.6 * np.log(begin).std() for here in way)  # no grey in between
    assert journey("conv3[2]", 0.0) == score_by(small_network(), "conv3[2]").terms


def test_a_loops_journey_comes_back() -> None:
    assert np.array_equal(among(0.0, 3), among(3.0, 3))
    assert not np.allclose(among(0.0, 3), among(1.0, 3))


@pytest.mark.parametrize("kind", ["share", "energy", "mean"])
def test_channels_that_count_more_are_excited_more(kind: Literal["share", "energy", "mean"]) -> None:
    """All weight on some channels excites these, and what counts for nothing not at all."""
    network = small_network()
    chosen = np.zeros(network.layers["conv3"].channels)
    chosen[3:6] = len(chosen) / 3
    picture = as_tensor(texture(60, 80))

    def weighing(*among: float) -> Score:
        return Score({"small": network}, (Weighted("small", WholeLayer("conv3", among), 1.0),), kind)

    grown = {}
    for name, score in {"some": weighing(*chosen.tolist()), "all": weighing()}.items():
        (uphill,) = torch.autograd.grad(score(begun := picture.clone().requires_grad_()), begun)
        before, after = (network.responses(p, ["conv3"])[0] for p in (picture, picture + uphill / uphill.norm()))
        grown[name] = float((after.square().mean((0, 2, 3)) / before.square().mean((0, 2, 3)))[3:6].mean())
    assert grown["some"] > grown["all"] > 0.9
    assert float(weighing(*[1.0] * len(chosen))(picture)) == pytest.approx(float(weighing()(picture)))


def test_a_dive_has_a_journey_unless_it_stays_or_is_too_short_a_loop() -> None:
    def values(**dive: object) -> set[tuple[float, ...]]:
        made = descent(dreamer(), camera(), rate=5, duration=12, **dive)
        terms = [term.kind for index in range(60) for term in values_at(made, index).terms]
        return {term.among for term in terms if isinstance(term, WholeLayer)}

    assert len(values()) == 60
    assert values(channel_cycle=Length.of(0)) == {()}
    assert len(values(loop="source", channel_cycle=Length.of(5))) > 50  # the way back is like the way there
    assert values(loop="source", channel_cycle=Length.of(10)) == {()}
