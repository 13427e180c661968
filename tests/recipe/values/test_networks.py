"""Networks as text: names of their own, weights files, and any path at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mariana_video.api.foreseen.unused import check_image
from mariana_video.errors import UsageError
from mariana_video.recipe.look import Dream
from mariana_video.recipe.options import recipe
from mariana_video.recipe.toml import read_text, recipe_of, sections, to_text
from mariana_video.recipe.values.networks import Networks, Said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("mariana", [Said("mariana")]),
        (" a=mariana ,b = my net.safetensors", [Said("mariana", "a"), Said("my net.safetensors", "b")]),
        ("vgg16@w/v.pth", [Said("vgg16", weights="w/v.pth")]),
        ("old=vgg16@v.pth, vgg16", [Said("vgg16", "old", "v.pth"), Said("vgg16")]),
        (Path("d/x,y=1@2.safetensors"), [Said("d/x,y=1@2.safetensors")]),
        (["mariana", Path("d,e/x.safetensors")], [Said("mariana"), Said("d,e/x.safetensors")]),
        ({"a": "mariana", "b": Path("c.safetensors")}, [Said("mariana", "a"), Said("c.safetensors", "b")]),
        ('n=vgg16@"a, b.pth"', [Said("vgg16", "n", "a, b.pth")]),
        (Path("me@home/x.safetensors"), [Said("me@home/x.safetensors")]),
    ],
)
def test_networks_are_read_and_written_without_a_loss(value: Any, said: list[Said]) -> None:
    read = Networks.of(value)
    assert list(read.said) == said
    assert Networks.of(str(read)) == read
    assert Networks(", ".join(map(str, read.said))).said == read.said
    again = recipe_of(read_text(to_text(sections(recipe(network=value)))))
    assert again.dream.network == read


def test_terms_call_them_by_their_names() -> None:
    assert Networks("a=mariana, vgg16, d/net.x.safetensors").names == ("a", "vgg16", "net.x")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("", "names no network"),
        ("mariana,", "missing after the last comma"),
        ("mariana,,vgg16", "names no network"),
        ("a=", "names no network"),
        ("vgg16@", "names no network"),
        ('"mariana', "never closed"),
        ('mar"i"ana', "double quotes"),
        ("mariana, mariana", "two networks are called 'mariana'.*other=mariana"),
        ("mariana, d/2nd net.safetensors", "give it a name: other=d/2nd net"),
        ({"a b": "mariana"}, "can't be a network's name"),
        ([3], "give a text"),
        ("x," * 5000, "missing after|two networks"),
    ],
)
def test_what_is_no_network_is_one_line(value: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words) as told:
        Dream(network=value)
    assert str(told.value).startswith("--network")
    assert "\n" not in str(told.value)
    assert len(str(told.value)) < 300


def test_a_network_that_no_layer_is_of_is_refused() -> None:
    for layers in (None, "conv4_3 + vgg16:conv5_1"):
        check_image(Dream(network="mariana, vgg16", layers=layers))
    with pytest.raises(UsageError, match=r"--network vgg16 does nothing with --layers mariana:conv4_3"):
        check_image(Dream(network="vgg16", layers="mariana:conv4_3"))
    check_image(Dream(layers="vgg16:conv4_3"))  # the usual one was not said
    with pytest.raises(UsageError, match=r"--network v=vgg16 does nothing with --layers conv4_3.*: v:"):
        check_image(Dream(network="mariana, v=vgg16", layers="conv4_3"))


def test_so_many_networks_dream_together_and_no_more() -> None:
    assert len(Networks(", ".join(f"a{number}=mariana" for number in range(16))).said) == 16
    with pytest.raises(UsageError, match="names 17 networks; 16 are the most"):
        Networks(", ".join(f"a{number}=mariana" for number in range(17)))
