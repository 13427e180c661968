"""Looks that are drawn and varied: each is a function of its seed and number, and none would be refused."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from mariana_video.api.foreseen.unused import check_image
from mariana_video.api.galleries import ranges
from mariana_video.api.galleries.draws import drawn
from mariana_video.api.galleries.labels import label_of
from mariana_video.api.galleries.usual import Usual
from mariana_video.api.galleries.variations import varied
from mariana_video.api.galleries.ways import End, between
from mariana_video.dream.objectives.reading import read
from mariana_video.networks.network import Network
from mariana_video.networks.several import load_named
from mariana_video.recipe.kinds import PictureRecipe
from mariana_video.recipe.look import Dream
from mariana_video.recipe.reading import declared
from mariana_video.recipe.values.networks import Networks
from tests.conftest import small_network

DRAWN = {name for touches in ranges.TOUCHES.values() for touch in touches for name in touch.options}
SAID: list[dict[str, Any]] = [
    {},
    {"strength": 1.5, "first_steps": 3},
    {"network": "vgg16"},
    {"network": "mariana, vgg16"},
    {"layers": "conv4_2"},
    {"layers": "vgg16:conv5_1"},
    {"layers": "class(dog)"},
    {"guide": "guide.png"},
    {"step_rule": "tutorial"},
    {"step_rule": "progress", "step_size": 2},
    {"colour": "source", "octaves": 1},
    {"symmetry": 0, "motif_size": 0.3, "bands": "1,1,1"},
]


@pytest.fixture(scope="module")
def pool() -> dict[str, Network]:
    names = list(ranges.NETWORKS)
    return load_named(Networks(", ".join(names)), None, names)


def asking(**options: Any) -> Dream:
    """A dream that says these options."""
    return PictureRecipe.of(**options).dream


def as_said(look: Dream, base: Dream) -> Dream:
    """A look as somebody would say it who writes down what of it is not as usual."""
    usual = Dream()
    changed = {name for name in declared(Dream) if getattr(look, name) != getattr(usual, name)}
    return look.saying(base.said | changed)


@pytest.mark.parametrize("said", SAID, ids=str)
def test_no_look_that_is_drawn_would_be_refused_and_what_is_said_holds(
    pool: dict[str, Network], said: dict[str, Any]
) -> None:
    base = asking(**said)
    for number in range(1, 85):
        look = drawn(base, number, pool, made_up=number % 2 == 0)
        check_image(as_said(look, base))
        if look.layers is not None:
            read(look.layers.terms, {name: pool[name] for name in (*look.network.names, *pool)})
        assert all(getattr(look, name) == getattr(base, name) for name in said)
        assert look.said == base.said


def test_a_thousand_draws_are_of_every_kind_and_hardly_two_alike(pool: dict[str, Network]) -> None:
    looks = [drawn(Dream(seed=7), number, pool) for number in range(1, 1001)]
    for look in looks:
        check_image(as_said(look, Dream()))
        assert look.layers is not None
        read(look.layers.terms, {name: pool[name] for name in look.network.names})
    usual = Dream()
    told = Counter(name for look in looks for name in DRAWN if getattr(look, name) != getattr(usual, name))
    assert set(told) == DRAWN
    assert min(told.values()) >= 10
    several = Counter(len({str(getattr(look, name)) for look in looks}) for name in DRAWN)
    assert min(several) >= 2
    assert len({label_of(0, look) for look in looks}) > 960
    networks = Counter(name for look in looks for name in look.network.names)
    assert min(networks[name] for name in ranges.NETWORKS) > 150
    assert len({str(look.layers) for look in looks}) > 400
    changed = [sum(getattr(look, name) != getattr(usual, name) for name in DRAWN) for look in looks]
    assert 1 <= sum(changed) / len(changed) <= 5  # most looks leave most options as they are


def test_a_look_is_a_function_of_its_seed_and_number(pool: dict[str, Network]) -> None:
    looks = [drawn(Dream(seed=3), number, pool) for number in range(1, 13)]
    assert looks == [drawn(Dream(seed=3), number, pool) for number in range(1, 13)]
    assert looks[6] == drawn(Dream(seed=3), 7, pool)
    others = [drawn(Dream(seed=4), number, pool) for number in range(1, 13)]
    assert not {label_of(0, look) for look in looks} & {label_of(0, look) for look in others}
    stronger = [drawn(asking(seed=3, strength=1.2), number, pool) for number in range(1, 13)]
    assert [look.layers for look in stronger] == [look.layers for look in looks]


def test_any_network_will_do() -> None:
    network = small_network()
    looks = [drawn(asking(network="small"), number, {"small": network}) for number in range(1, 25)]
    assert len({str(look.layers) for look in looks}) >= 10


USUAL = Usual(first_steps=10, step_size=0.01, octaves=3, side=360, view=92)
BASES = [
    {"layers": "conv4_2"},
    {"layers": "conv4_3[17] + 0.1*conv4_3", "colour": "source", "saturation": 0},
    {"network": "mariana-wide", "layers": "class(caltech-sunflower)", "motif_size": 0.5},
    {"network": "mariana, vgg16", "layers": "mariana:conv4_3 + vgg16:conv5_1", "strength": "0:(1), 2s:(2)"},
    {"layers": "0:(conv2_2), 2s:(conv4_2)", "bands": "1,1,0.5", "first_steps": 10000, "strength": 10},
]


@pytest.mark.parametrize("options", BASES, ids=str)
def test_variations_are_a_family_of_which_none_would_be_refused(
    pool: dict[str, Network], options: dict[str, object]
) -> None:
    base = Dream().taking({"network": options.get("network", "mariana"), **options})
    family = [varied(base, number, pool, USUAL) for number in range(1, 61)]
    assert family[0] == base
    assert len({str(look) for look in family}) > 50
    for look in family[1:]:
        check_image(as_said(look, base))
        if look.layers is not None:
            read(look.layers.terms, {name: pool[name] for name in (*look.network.names, *pool)})
        moved = [name for name in declared(Dream) if getattr(look, name) != getattr(base, name)]
        assert 1 <= len(moved) <= 3, moved


def test_what_is_said_stays_in_variations(pool: dict[str, Network]) -> None:
    base = asking(strength=1.1, layers="conv4_2", symmetry=3)
    for number in range(1, 61):
        look = varied(base, number, pool, USUAL)
        assert (str(look.strength), str(look.layers), str(look.symmetry)) == ("1.1", "conv4_2", "3")


def end(**options: Any) -> End:
    dream = asking(**options)
    assert dream.layers is not None
    return End(dream, dream.layers, USUAL, sum(abs(term.weight) for term in dream.layers.terms))


def test_two_networks_of_one_name_are_told_apart_on_the_way() -> None:
    first = end(network="a=mariana", layers="conv4_2")
    last = end(network="a=vgg16", layers="conv5_1 + conv4_2")
    early, late = between(first, last, 0.25), between(first, last, 0.75)
    assert (str(early.network), str(early.layers)) == (
        "a=mariana, a-2=vgg16",
        "0.75*a:conv4_2 + 0.125*a-2:conv5_1 + 0.125*a-2:conv4_2",
    )
    assert early.network.said[0].what == "mariana"  # who is nearer leads
    assert late.network.said[0].what == "vgg16"
    assert between(first, last, 0) == first.dream
    assert between(first, last, 1) == last.dream


def test_sizes_lie_between_in_pixels_whatever_the_layers_see() -> None:
    first, last = end(layers="conv4_2"), end(layers="conv2_2")
    first, last = replace(first, usual=replace(USUAL, side=400, view=80)), replace(last, usual=replace(USUAL, side=200))
    middle = between(first, last, 0.5)
    assert middle.motif_size is not None
    assert middle.motif_size.constant() == pytest.approx(92 / 300, rel=1e-3)
