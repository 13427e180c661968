"""What each kind of term does to a picture and to a film: its score rises, and what it is about happens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from mariana_video.dream.ascent import Pace, ascend, shifted_gradient
from mariana_video.dream.objectives.kind import Beside
from mariana_video.dream.objectives.reading import read
from mariana_video.dream.octaves import octaves_of
from mariana_video.dream.others import Others
from mariana_video.dream.score import Score
from mariana_video.errors import NetworkError
from mariana_video.loop.dreamer import Dreamer
from mariana_video.loop.state import State
from mariana_video.networks.measured import measure
from mariana_video.networks.network import CLASSES, Network
from mariana_video.networks.weights import load
from mariana_video.recipe.options import recipe
from mariana_video.recipe.values.objective import Objective, read_terms
from tests.conftest import as_tensor, instant, small_network, texture
from tests.loop.moments import moving, states

NAMES = ("dog", "cat", "n01-sea_horse", "tree frog")
SHAPE = (64, 96)
SOURCE, GUIDE = as_tensor(texture(*SHAPE)), as_tensor(texture(*SHAPE, seed=7)).flip(1)
BESIDE = Others(SOURCE, GUIDE)
KINDS = (
    "conv3",
    "conv*",
    "conv3[2, 5-8]",
    "conv3[3 strongest]",
    "class(sea horse)",
    "guide(conv3)",
    "conv3 + 0.2*keep(conv2)",
    "conv3 - 0.5*conv2[0]",
)


def telling_network() -> Network:
    """A small network that tells four classes apart, in windows of 32 pixels."""
    plain = small_network()
    generator = torch.Generator().manual_seed(5)
    head = nn.Conv2d(16, len(NAMES), 8)
    with torch.no_grad():
        apart, _ = torch.linalg.qr(torch.randn(head.weight[0].numel(), len(NAMES), generator=generator))
        head.weight.copy_(apart.T.reshape(head.weight.shape))
    made = Network(replace(plain.description, classes=NAMES, input_size=32), plain.body, head)
    measure(made, [*made.layers, CLASSES])
    return made


NETWORK = telling_network()


def score_of(text: str) -> Score:
    return Score({"small": NETWORK}, read(read_terms(text), {"small": NETWORK}))


def worth(text: str, picture: Tensor, source: Tensor = SOURCE, guide: Tensor = GUIDE) -> float:
    score = score_of(text)
    pictures: Mapping[Beside, Tensor] = {"source": source, "guide": guide}
    return float(score(picture, {which: score.seen(which, pictures[which]) for which in score.beside}))


def dreamed(text: str, others: Others = BESIDE, steps: int = 12) -> Tensor:
    octaves = octaves_of(SHAPE, 2, 1.5, 32)
    *_, last = ascend(SOURCE, score_of(text), octaves, Pace(steps, 0.02, 8, others=others), (0, 0))
    return last.picture


def change(picture: Tensor) -> float:
    return float((picture - SOURCE).square().mean().sqrt())


@pytest.mark.parametrize("text", KINDS)
def test_the_score_of_every_kind_rises_on_a_picture(text: str) -> None:
    before, after = worth(text, SOURCE), worth(text, dreamed(text))
    assert after - before > 0.2 * max(0.2, abs(before))


@pytest.mark.parametrize("text", KINDS)
def test_the_score_of_every_kind_rises_over_a_film(text: str) -> None:
    """In every frame, carried ones too, above its own source's."""
    which = Dreamer(NETWORK, recipe(first_steps=6, octaves=1), Objective(text), torch.device("cpu"), "fp32")
    moments = [replace(moment, guide=GUIDE) for moment in moving(which, 5, 2)]
    for moment, state in zip(moments, states(which, iter(moments)), strict=True):
        before, after = (worth(text, picture, moment.source) for picture in (moment.source, state.dream))
        assert after - before > 0.05 * max(0.2, abs(before)), moment.index


def test_a_classs_logit_rises_and_no_others_does() -> None:
    """Of the network that comes along, on a picture of nothing."""
    network, picture = load("mariana"), as_tensor(texture(128, 160, seed=3))
    measure(network, [CLASSES])
    score = Score({"mariana": network}, read(read_terms("class(dog)"), {"mariana": network}))
    octaves = octaves_of((128, 160), 1, 1.5, score.smallest)
    *_, last = ascend(picture, score, octaves, Pace(10, 0.02, 8), (0, 0))
    with torch.no_grad():
        logits = [network.logits(one)[0] for one in (picture, last.picture)]
    rise = (logits[1] - logits[1].mean()) - (logits[0] - logits[0].mean())
    dog = network.classes.index("dog")
    assert float(rise[dog]) > 3
    assert max(float(one) for number, one in enumerate(rise) if number != dog) < 0.5
    assert float(logits[1].softmax(0)[dog]) > 0.99


def test_classes_are_told_by_name_and_number_whatever_the_spelling() -> None:
    spellings = ("n01-sea_horse", "sea horse", "Sea_Horse", " SEA HORSE ", "2")
    same = {score_of(f"class({said})").terms for said in spellings}
    assert len(same) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("class(see horse)", "did you mean 'sea horse'"),
        ("class(4)", "has no class 4; it has 0 to 3"),
        ("class()", "it has dog, cat, n01-sea_horse, tree frog"),
        ("class(" + "x" * 5000 + ")", "it has dog"),
    ],
)
def test_an_unknown_class_names_the_nearest(text: str, words: str) -> None:
    with pytest.raises(NetworkError) as told:
        score_of(text)
    assert words in str(told.value)
    assert len(str(told.value)) < 300


def test_a_classifier_is_asked_at_every_position() -> None:
    layer = NETWORK.layer(CLASSES)
    assert (layer.channels, layer.stride) == (len(NAMES), 4)
    (maps,) = NETWORK.responses(SOURCE, [CLASSES])
    assert maps.shape == (1, len(NAMES), (64 - 32) // 4 + 1, (96 - 32) // 4 + 1)
    assert NETWORK.smallest([CLASSES]) == 32
    assert torch.allclose(maps.mean((2, 3)), NETWORK.logits(SOURCE), atol=1e-5)


def test_a_guide_of_the_source_itself_changes_hardly_anything() -> None:
    """A tenth, at most, of what another does: nothing at all of the very picture, little of one made smaller."""
    other = change(dreamed("guide(conv3)"))
    for layer in ("conv3", "conv1"):  # of conv1 there are more places than are looked through
        assert change(dreamed(f"guide({layer})", Others(SOURCE, SOURCE))) < 1e-6
    small = torch.nn.functional.interpolate(SOURCE, (57, 85), mode="bicubic", antialias=True)
    assert change(dreamed("guide(conv3)", Others(SOURCE, small, scale=64 / 57))) < 0.2 * other


def test_a_guide_may_be_of_any_shape() -> None:
    tall = as_tensor(texture(90, 40, seed=3))
    assert change(dreamed("guide(conv3)", Others(SOURCE, tall), 3)) > 0.01


def test_the_strongest_channels_are_those_that_say_most_of_the_source() -> None:
    (said,) = NETWORK.responses(SOURCE, ["conv3"])
    loud = said.square().mean((0, 2, 3)) / NETWORK.natural("conv3").squares
    three = sorted(loud.topk(3).indices.tolist())
    picture = torch.rand(1, 3, *SHAPE)
    assert worth("conv3[3 strongest]", picture) == worth(f"conv3[{', '.join(map(str, three))}]", picture)
    assert worth("conv3[16 strongest]", picture) == pytest.approx(worth("conv3", picture), rel=1e-5)


def test_ranges_and_patterns_are_what_they_stand_for() -> None:
    assert score_of("conv3[2-4, 3, 9]").terms == score_of("conv3[2,3,4,9]").terms
    assert score_of("conv*").terms == score_of("conv1 + conv2 + conv3").terms == score_of("all").terms
    assert score_of("conv?[1]").terms == score_of("conv1[1] + conv2[1] + conv3[1]").terms
    assert [term.weight for term in score_of("0.5*conv3 - conv1 - 2*conv2").terms] == [0.5, -1, -2]


def test_a_negative_weight_pushes_away() -> None:
    assert worth("conv2", dreamed("-conv2")) < 0.8 * worth("conv2", SOURCE)
    pushed, free = (worth("conv1", dreamed(text)) for text in ("conv3 - 2*conv1", "conv3"))
    assert pushed < 0.9 * free


def test_what_is_to_stay_stays_nearer() -> None:
    kept, free = (dreamed(text) for text in ("conv3 + 2*keep(conv1)", "conv3"))
    assert worth("keep(conv1)", kept) > 0.7 * worth("keep(conv1)", free)  # both are below 0
    assert worth("conv3", kept) > 1.2 * worth("conv3", SOURCE)
    assert change(dreamed("keep(conv3)")) == 0


def test_one_term_fades_into_another_along_a_film() -> None:
    text = "0:(class(dog)), 10:(class(cat))"
    which = Dreamer(NETWORK, recipe(), Objective(text), torch.device("cpu"), "fp32")
    weights = {term.kind: term.weight for term in which.values(instant(4)).terms}
    assert [round(weight, 3) for weight in weights.values()] == [0.6, 0.4]


@pytest.mark.parametrize("text", ["conv3 + keep(conv2)", "guide(conv3)", "class(dog) - conv1[0]"])
def test_tiles_give_the_gradient_of_the_whole(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the sign at nearly every place: what a term goes by lies where it lies in the tile."""
    from mariana_video.dream import tiled
    from mariana_video.dream.room import Room

    score, picture = replace(score_of(text), room=Room(12_000, 12_000)), as_tensor(texture(160, 200))
    others: Mapping[Beside, Tensor] = {"source": picture.flip(-1), "guide": GUIDE}
    whole = shifted_gradient(score, picture, (3, 5), 8, others).gradient
    monkeypatch.setattr(tiled, "_WHOLE", 12_000)
    parts = shifted_gradient(score, picture, (3, 5), 8, others).gradient
    alike = torch.corrcoef(torch.stack([whole.flatten(), parts.flatten()]))[0, 1]
    assert float(alike) > 0.9


def test_states_of_a_film_hold_nothing_of_a_guide() -> None:
    """What a job stores is as large with one as without."""
    which = Dreamer(NETWORK, recipe(octaves=1), Objective("guide(conv3)"), torch.device("cpu"), "fp32")
    moments = [replace(moment, guide=GUIDE) for moment in moving(which, 2, 1)]
    plain = Dreamer(NETWORK, recipe(octaves=1), Objective("conv3"), torch.device("cpu"), "fp32")

    def names(found: list[State]) -> list[str]:
        return sorted(found[-1].tensors)

    assert names(states(which, iter(moments))) == names(states(plain, moving(plain, 2, 1)))
