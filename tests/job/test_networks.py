"""Jobs of several networks: stopped and continued, and what must be the same for that."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

import pytest

from mariana_video.errors import UsageError
from mariana_video.job.conditions import agree, conditions_of
from mariana_video.loop.dreamer import Dreamer, make_dreamer
from mariana_video.recipe.job import Machine, Storage
from mariana_video.recipe.options import Recipe, recipe
from mariana_video.recipe.toml import Sections, sections
from tests.conftest import write_tiny
from tests.job.jobs import make, part, seen
from tests.loop.little import moving_clip

pytestmark = pytest.mark.usefixtures("small_parts")


def dreaming(which: Recipe) -> Dreamer:
    return make_dreamer(which, Machine("cpu", "fp32"))


@pytest.fixture
def two(tmp_path: Path) -> Recipe:
    """Two networks, one with a name of its own, dreaming together."""
    write_tiny(tmp_path / "one.safetensors")
    write_tiny(tmp_path / "two.safetensors", 1)
    said = [str(tmp_path / "one.safetensors"), f"b.2={tmp_path / 'two.safetensors'}"]
    return recipe(first_steps=2, network=said, layers="conv2_2 + 0.5*b.2:conv1_2", size="48x")


def test_stopped_and_continued_it_is_the_same(tmp_path: Path, two: Recipe) -> None:
    clip = moving_clip(tmp_path / "clip.mp4", frames=10, sound=False)
    job = partial(make, clip=clip, which=two, dreaming=dreaming)
    job(tmp_path / "whole.mp4")
    with pytest.raises(KeyboardInterrupt):
        job(tmp_path / "film.mp4", stop=4)
    told = (part(tmp_path / "film.mp4") / "job.toml").read_text("utf-8")
    assert '"b.2" = ' in told
    assert job(tmp_path / "film.mp4").dreamed[0] >= 2
    assert seen(tmp_path / "film.mp4") == seen(tmp_path / "whole.mp4")


def test_other_weights_of_the_second_network_are_refused(tmp_path: Path, two: Recipe) -> None:
    before = conditions(two)
    agree("film.mp4", before, conditions(two), 3)
    write_tiny(tmp_path / "other.safetensors", 2)
    shutil.copyfile(tmp_path / "other.safetensors", tmp_path / "two.safetensors")
    with pytest.raises(UsageError, match=r"film.mp4 was begun with other weights in the file of the network b\.2; use"):
        agree("film.mp4", before, conditions(two), 3)


def test_other_figures_of_natural_pictures_are_refused(two: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    before = conditions(two)
    monkeypatch.setattr("mariana_video.networks.measured._OWN", 0.7)
    with pytest.raises(UsageError, match="other figures of what natural pictures do to the network one"):
        agree("film.mp4", before, conditions(two), 3)


def test_a_network_may_join_with_layers_that_may_change(two: Recipe) -> None:
    """Where layers may change from a frame on, so may the networks that they are of."""
    alone = Recipe(two.dream.but(layers="0:(conv2_2), 5:(conv1_2)"))
    both = Recipe(two.dream.but(layers="0:(conv2_2), 5:(b.2:conv1_2)"))
    assert agree("film.mp4", conditions(alone), conditions(both), 3, {"layers"})
    assert agree("film.mp4", conditions(both), conditions(alone), 3, {"layers"})
    with pytest.raises(UsageError, match="--layers"):
        agree("film.mp4", conditions(alone), conditions(both), 3)


def conditions(which: Recipe) -> Sections:
    return conditions_of("video", sections(which), Storage(), dreaming(which), None)
