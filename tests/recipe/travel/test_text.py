"""A recipe, the text of it that travels, and the recipe again: the same, but for files and what is of one machine."""

from __future__ import annotations

from typing import Any

import pytest

from mariana_video.errors import UsageError
from mariana_video.recipe.kind import Kind
from mariana_video.recipe.kinds import DiveRecipe, FilmRecipe, PictureRecipe, ProgressionRecipe, SheetRecipe
from mariana_video.recipe.reading import declared
from mariana_video.recipe.toml import written
from mariana_video.recipe.travel.fields import COMPARED, FILES, KINDS, compares_files, travelling
from mariana_video.recipe.travel.reading import LONGEST, read_travelled
from mariana_video.recipe.travel.text import Origin, brought_by, travelling_names, travelling_text
from mariana_video.recipe.values.networks import Networks
from tests.recipe.test_kinds import generated

SUM = "0123456789abcdef" * 4
ORIGIN = Origin("0.1.0", SUM, {"mariana": SUM, "nöt a name": SUM, "n": SUM}, {"guide": SUM}, ("n",), "fp32")


def kept(recipe: Kind) -> dict[str, dict[str, Any]]:
    """What of a recipe is to come through: every option of the groups that travel, but those of files."""
    known = travelling(type(recipe))
    values = {name: {o: v for o, v in written(getattr(recipe, name)).items() if o in known[name]} for name in known}
    for options in values.values():
        for option in COMPARED:
            if option in options and compares_files(str(options[option])):
                del options[option]
        if "network" in options:
            options["network"] = list(Networks.of(options["network"]).names)
    return values


@pytest.mark.parametrize(("command", "kind"), KINDS.items())
def test_text_and_back_is_exact(command: str, kind: type[Kind]) -> None:
    for seed in range(40):
        recipe = generated(kind, seed)
        text = travelling_text(command, recipe, ORIGIN)
        found = read_travelled(text)
        assert found.command == command
        assert found.origin == ORIGIN
        wanted, made = kept(recipe), kept(found.recipe)
        for values in (wanted, made):  # a file's own name may hold what no name of a network may
            for options in values.values():
                options["network"] = len(options.get("network", ()))
        assert made == wanted
        assert travelling_text(command, found.recipe, ORIGIN) == text
        assert text.isascii()


def test_one_look_has_one_text_whoever_said_what_of_it() -> None:
    """A default that was said stands where one stands that was not: a recipe gone by gives its own text again."""
    text = travelling_text("video", FilmRecipe.of(strength=1, carry=0.5, network="mariana"), ORIGIN)
    assert text == travelling_text("video", FilmRecipe.of(carry="0.5"), ORIGIN)
    found = read_travelled(text)
    assert isinstance(found.recipe, FilmRecipe)
    assert (found.recipe.dream.said, found.recipe.carry.said) == (set(), {"carry"})


def test_on_a_sheet_it_counts_what_was_said() -> None:
    said, not_said = (SheetRecipe.of(**options) for options in ({"first_steps": 30, "octaves": 3}, {"first_steps": 30}))
    assert travelling_text("layers", said, ORIGIN) != travelling_text("layers", not_said, ORIGIN)


def test_no_file_of_the_machine_is_named() -> None:
    files = dict.fromkeys(FILES, "/home/anna/secret.png")
    more = {"preview": "/home/anna/now.png", "recipe": "/home/anna/r.toml", "device": "cuda:3", "overwrite": True}
    networks = '"/home/anna/my net.safetensors", other=vgg16@/home/anna/v.pth, mariana'
    with pytest.raises(UsageError, match="my net"):  # which couldn't stand before a layer
        FilmRecipe.of(network=networks)
    for recipe in (
        FilmRecipe.of(network=networks.replace("my net", "net"), **files, **more),
        DiveRecipe.of(network="/home/anna/my net.safetensors", sound="/home/anna/secret.wav"),
        ProgressionRecipe.of(columns="network=/home/anna/n.safetensors,mariana", rows="guide=/home/anna/a.png,b.png"),
        ProgressionRecipe.of(plot="/home/anna/plot.png", columns="network=vgg16@/home/anna/v.pth,mariana"),
    ):
        command = next(name for name, kind in KINDS.items() if isinstance(recipe, kind))
        text = travelling_text(command, recipe, ORIGIN)
        assert not [word for word in ("home", "anna", "secret", "cuda", ".pth", ".safetensors") if word in text]


def test_networks_travel_by_the_names_that_they_were_given() -> None:
    """A file's own name is one of the machine: it is called `own`, in the terms as well."""
    networks = Networks(
        "deep/anna.safetensors, a=b/c.safetensors, own=d/e.safetensors, v=vgg16@w.pth, mariana, f.safetensors"
    )
    layers = "0:(anna:conv1 - 2*a:conv2 + mariana : conv4_3), 2s:(v:conv3_3 + conv2 +0.5* anna : conv1 + f:conv2[3])"
    recipe = PictureRecipe.of(network=networks, layers=layers)
    names = travelling_names(recipe)
    brought = brought_by(networks, names)
    found = read_travelled(
        travelling_text("image", recipe, Origin("1", weights=dict.fromkeys(brought, SUM), brought=brought))
    )
    assert isinstance(found.recipe, PictureRecipe)
    assert found.recipe.dream.network.names == ("own2", "a", "own", "v", "mariana", "own3")
    assert found.origin.brought == ("own2", "a", "own", "v", "own3")
    renamed = layers.replace("anna", "own2").replace("f:", "own3:")
    assert str(found.recipe.dream.layers) == renamed


def test_networks_set_side_by_side_lend_no_file_its_name() -> None:
    recipe = ProgressionRecipe.of(
        columns="network=/home/anna.safetensors,mariana", rows="layers=anna:conv1, conv2[1]+anna:conv2"
    )
    text = travelling_text("progress", recipe, ORIGIN)
    assert "anna" not in text
    assert 'rows = "layers=own:conv1, conv2[1]+own:conv2"' in text
    assert travelling_names(recipe) == {"mariana": "mariana", "anna": "own"}


def test_every_option_that_changes_a_pixel_travels_or_is_known_not_to() -> None:
    """A new option travels by itself; one that must not is a choice that somebody made."""
    left = {
        (command, name): set(declared(group)) - set(travelling(kind).get(name, ()))
        for command, kind in KINDS.items()
        for name, group in kind.groups().items()
    }
    known = {"device", "memory", "overwrite", "sheet", "plot"}
    for (_, name), options in left.items():
        assert name in ("storage", "output", "played", "sounding", "travelling", "farming") or options <= {
            *FILES,
            *known,
        }


def test_a_text_that_is_too_long_is_refused() -> None:
    with pytest.raises(UsageError, match="at most"):
        read_travelled(travelling_text("video", FilmRecipe(), ORIGIN) + "#" * LONGEST)


def test_options_may_be_spelled_as_on_the_command_line() -> None:
    text = '[dream]\nmotif-size = 0.4\nstep-rule = "adam"\n[dream.default]\nblur-every = 3\n'
    assert read_travelled(text, FilmRecipe).recipe == FilmRecipe.of(motif_size=0.4, step_rule="adam", blur_every=3)
    for twice in ("[dream]\nmotif-size = 0.4\nmotif_size = 0.5", "[carry.default]\njitter_hold = 1\njitter-hold = 1"):
        with pytest.raises(UsageError, match="is there twice"):
            read_travelled(twice, FilmRecipe)


def test_a_text_by_hand_needs_no_head() -> None:
    found = read_travelled("[dream]\nstrength = 2\n[carry]\ncarry = 0.5\n", FilmRecipe)
    assert found.recipe == FilmRecipe.of(strength=2, carry=0.5)
    with pytest.raises(UsageError, match="no \\[mariana\\]"):
        read_travelled("[dream]\nstrength = 2\n")
