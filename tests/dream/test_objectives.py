"""Terms as records of their kinds: read from text, scored over several networks, and as many kinds as there are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import FrozenInstanceError, dataclass, is_dataclass
from pathlib import Path
from typing import Self

import pytest
import torch
from torch import Tensor

from mariana_video.cli.networks import layers as list_layers
from mariana_video.dive.channel_cycle import cycled
from mariana_video.dream.ascent import padded_shape, pushed_through, shifted_gradient
from mariana_video.dream.objectives.kind import REGISTERED, Features, Kind
from mariana_video.dream.objectives.reading import Weighted, read, sentences
from mariana_video.dream.score import Score
from mariana_video.errors import MarianaError, NetworkError, UsageError
from mariana_video.loop.dreamer import Dreamer
from mariana_video.networks.network import Network
from mariana_video.recipe.options import recipe
from mariana_video.recipe.values.objective import Objective, read_terms
from tests.conftest import as_tensor, instant, score_by, small_network, texture
from tests.loop.moments import moving, states

TWO = {"a": small_network(), "b": small_network("other", seed=2, pool=3)}
BOTH = "a:conv3 + 0.5*b:conv3"


def score(text: str) -> Score:
    return Score(TWO, read(read_terms(text), TWO))


def dreamer(text: str = BOTH, **options: object) -> Dreamer:
    return Dreamer(TWO["a"], recipe(**options), Objective(text), torch.device("cpu"), "fp32", networks=TWO)


def test_the_score_of_several_is_the_sum_of_each() -> None:
    picture = as_tensor(texture(72, 108))
    alone = score_by(TWO["a"], "conv3")(picture) + 0.5 * score_by(TWO["b"], "conv3")(picture)
    assert float(score(BOTH)(picture)) == pytest.approx(float(alone), rel=1e-5)
    assert float(score("conv3")(picture)) == float(score("a:conv3")(picture))  # no name: the first


def test_grids_meet_at_the_least_common_multiple() -> None:
    """Strides 4 and 9: what is padded fits both, and a shift reaches over both."""
    both = score(BOTH)
    assert both.stride == 36
    assert both.view == 81
    assert both.smallest == max(score("a:conv3").smallest, score("b:conv3").smallest) == 36
    height, width = padded_shape(both, (100, 150), 36)
    assert (height % 72, width % 72) == (0, 0)
    assert min(height - 100, width - 150) >= 36
    for text, stride in {"a:conv3": 4, "b:conv2 + a:conv3": 12, "b:conv3": 9}.items():
        assert score(text).stride == stride


def test_a_pass_of_each_network_counts() -> None:
    shape = (144, 216)
    assert pushed_through(score(BOTH), shape, 0) == 2 * pushed_through(score("b:conv3 + b:conv2"), shape, 0)


def test_both_networks_terms_rise_on_a_picture_and_over_a_film() -> None:
    which = dreamer(first_steps=6, steps=1, octaves=1)
    moments = list(moving(which, 4, 2))
    for moment, state in zip(moments, states(which, iter(moments)), strict=True):
        for text in ("a:conv3", "b:conv3"):
            assert float(score(text)(state.dream)) > 1.1 * float(score(text)(moment.source)), (text, moment.index)


def test_what_suits_the_first_suits_all() -> None:
    which = dreamer()
    assert which.values().step_size == TWO["a"].suited.step_size
    assert str(which) == f"a and b dream {BOTH}"


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        (":conv3", UsageError, "at character 1 "),
        ("a:b:c", UsageError, "at character 4 "),
        ("a:conv3[x]", UsageError, "square brackets hold a number"),
        ("a:" + "x" * 10_000, NetworkError, "has no layer"),
        ("+" * 10_000, UsageError, "at character 1 "),
        ("(" * 10_000, UsageError, "at character 1 "),
        ("conv3(" + "(" * 10_000, UsageError, "at character 6 "),
        ("c:conv3", NetworkError, "no network called 'c'"),
        ("a:conv3[16]", NetworkError, "channels 0 to 15"),
        ("a:conv3[" + "9" * 5_000 + "]", NetworkError, "channels 0 to 15"),
        ("a:pool*", NetworkError, "has no layer like 'pool*'"),
        ("a:conv3[3-1]", NetworkError, "write 1-3, the smaller number first"),
        ("a:conv3[2, 16]", NetworkError, "channels 0 to 15"),
        ("a:conv3[0 strongest]", NetworkError, "has 16 channels"),
        ("a:conv3[17 strongest]", NetworkError, "has 16 channels"),
        ("a:conv3[1,]", UsageError, "these can be written: conv4_3, class(dog), conv4_3[17]"),
        ("a:guide(conv9)", NetworkError, "has no layer 'conv9'; did you mean 'conv"),
        ("a:keep(conv3", UsageError, "at character 7 "),
        ("conv3 + 0.5*b:conv9", NetworkError, "(character 15 of 'conv3 + 0.5*b:conv9')"),
        ("0:(conv3), 9:(class(dog))", NetworkError, "no classifier; it can only dream of layers (character 15 of"),
        ("a:photo(a cat (2).jpg)", UsageError, "these can be written"),
    ],
)
def test_a_wrong_text_is_one_line(text: str, error: type[MarianaError], words: str) -> None:
    with pytest.raises(error) as told:
        read(Objective(text).terms, TWO)
    assert words in str(told.value)
    assert "\n" not in str(told.value)
    assert len(str(told.value)) < 500


@dataclass(frozen=True)
class Contrast(Kind, example="contrast(conv3)", means="made up: how unequal a layer is"):
    """A kind in one class: `power` is a field that no other kind has."""

    layer: str
    power: float = 2.0
    among: tuple[float, ...] = ()

    @classmethod
    def read(cls, what: str, network: Network) -> tuple[Self, ...] | None:
        found = re.fullmatch(r"contrast\((\w+)(?:, ([\d.]+))?\)", what)
        return None if found is None else (cls(network.resolve(found[1]).name, float(found[2] or 2)),)

    @property
    def layers(self) -> tuple[str, ...]:
        return (self.layer,)

    def score(self, features: Features) -> Tensor:
        return features.responses[self.layer].float().std().pow(self.power)

    def channels(self, network: Network) -> int:
        return network.layers[self.layer].channels

    def weighing(self, among: Sequence[float]) -> Self:
        return type(self)(self.layer, self.power, tuple(among))


REGISTERED.remove(Contrast)


@pytest.fixture
def made_up() -> Iterator[None]:
    REGISTERED.append(Contrast)
    yield
    REGISTERED.remove(Contrast)


@pytest.mark.usefixtures("made_up")
def test_a_new_kind_is_one_class(tiny_weights: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (term,) = score("0.5*b:contrast(conv2, 3)").terms
    assert term == Weighted("b", Contrast("conv2", 3.0), 0.5)
    picture = as_tensor(texture(72, 72))
    expected = 0.5 * TWO["b"].responses(picture, ["conv2"])[0].std() ** 3
    assert float(score("0.5*b:contrast(conv2, 3)")(picture)) == pytest.approx(float(expected), rel=1e-5)
    with pytest.raises(UsageError, match=re.escape("contrast(conv3), conv4_3[5 strongest]")):
        score("a:unknown(conv3)")
    list_layers(str(tiny_weights))
    assert re.search(r"contrast\(conv3\) +made up: how unequal a layer is", capsys.readouterr().out)


@pytest.mark.usefixtures("made_up")
def test_fades_and_dives_keep_every_field_of_a_new_kind() -> None:
    which = dreamer("0:(a:contrast(conv2, 3)), 10:(b:conv3)")
    faded, other = which.values(instant(4)).terms
    assert faded == Weighted("a", Contrast("conv2", 3.0), 0.6)
    assert (other.network, other.weight) == ("b", 0.4)
    (led,) = cycled(TWO, (faded,), 0.3, 1)
    assert isinstance(led.kind, Contrast)
    assert (led.network, led.weight, led.kind.power, led.kind.layer) == ("a", 0.6, 3.0, "conv2")
    assert len(led.kind.among) == TWO["a"].layers["conv2"].channels


def test_without_a_new_kind_nothing_of_it_is_left() -> None:
    written = ["conv4_3", "class(dog)", "conv4_3[17]", "guide(conv4_3)", "keep(conv3_3)", "conv4_3[5 strongest]"]
    assert sorted(example for example, _ in sentences()) == sorted(written)
    with pytest.raises(UsageError, match="these can be written"):
        score("a:contrast(conv3)")


def test_the_guide_has_every_kind() -> None:
    """A row each: how it is written and what it means."""
    guide = (Path(__file__).parents[2] / "docs" / "GUIDE.md").read_text(encoding="utf-8")
    told = guide.split("| written | what it is |\n|---|---|\n")[1].split("\n\n")[0]
    assert told.splitlines() == [f"| `{example}` | {means} |" for example, means in sentences()]


def test_every_kind_is_a_frozen_record() -> None:
    for term in score("a:conv3 + a:conv3[2] + all").terms:
        assert is_dataclass(term.kind)
        for name in vars(term.kind):
            with pytest.raises(FrozenInstanceError):
                setattr(term.kind, name, "conv1")


def test_networks_add_by_their_weights_however_loud_they_are() -> None:
    """A network whose every activation is a hundred times another's gets no more of the dream than its weight says."""
    picture = as_tensor(texture(72, 108))
    loud = small_network("loud", seed=2, pool=3)
    loud.body[-1][0].weight.data *= 100

    def step(text: str, networks: dict[str, Network]) -> Tensor:
        made = Score(networks, read(read_terms(text), networks), "energy")
        return shifted_gradient(made, picture, (0, 0), 36).gradient

    def alike(one: Tensor, other: Tensor) -> float:
        return float(torch.corrcoef(torch.stack([one.flatten(), other.flatten()]))[0, 1])

    plain, loudly = TWO, {"a": TWO["a"], "b": loud}
    assert alike(step("a:conv3 + b:conv3", plain), step("a:conv3 + b:conv3", loudly)) > 0.999
    halves = [alike(step("a:conv3 + b:conv3", loudly), step(f"{name}:conv3", loudly)) for name in "ab"]
    assert abs(halves[0] - halves[1]) < 0.15
    led = [alike(step("a:conv3 + 0.25*b:conv3", loudly), step(f"{name}:conv3", loudly)) for name in "ab"]
    assert led[0] > 0.9 > 0.5 > led[1]
