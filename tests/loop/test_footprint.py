"""Memory is looked at before the work: a size that can't fit is refused with one that does."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from mariana_video.dream import room
from mariana_video.dream.objectives.reading import read
from mariana_video.dream.score import Score
from mariana_video.errors import DreamError
from mariana_video.loop import footprint
from mariana_video.loop.dreamer import Dreamer
from mariana_video.loop.footprint import (
    FILM,
    STILL,
    Beside,
    bytes_beside,
    check_memory,
    free_memory,
    kept_for_backward,
    memory_needed,
)
from mariana_video.networks.weights import load
from mariana_video.recipe.values.memory import Memory
from mariana_video.recipe.values.objective import Objective, read_terms
from tests.conftest import score_by, small_network
from tests.loop.test_frames import dreamer
from tests.media.clips import make

CPU = torch.device("cpu")
ROOT = Path(__file__).parents[2]


def test_what_is_kept_is_what_the_network_says() -> None:
    """conv 3→8, ReLU, …: at least each layer's output in float32, and not the weights."""
    which = dreamer()
    score = which.score()
    layers = [which.network.layers[name] for name in which.network.layers]
    outputs = sum(layer.channels / layer.stride**2 * 4 for layer in layers)
    kept = kept_for_backward(score, CPU)
    assert outputs <= kept.whole <= 5 * outputs + 50
    assert kept.in_pieces is not None
    assert kept.in_pieces < 0.5 * kept.whole


def test_a_layer_that_is_wanted_is_kept_whole() -> None:
    assert kept_for_backward(score_by(small_network(), "conv1 + conv3"), CPU).in_pieces is None


def test_each_network_is_counted() -> None:
    """Of two, both keep what they said for the way back."""
    one, other = small_network(), small_network("other", seed=2)
    networks = {"one": one, "other": other}
    both = Score(networks, read(read_terms("conv3 + other:conv3"), networks))
    alone = score_by(one, "conv3")
    assert kept_for_backward(both, CPU).whole == pytest.approx(2 * kept_for_backward(alone, CPU).whole, abs=1)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process of 400 MB, on a machine with 600 MB to spare."""
    monkeypatch.setattr(footprint, "standing", lambda device: 400_000_000)
    for place in (footprint, room):
        monkeypatch.setattr(place, "free_memory", lambda device: 600_000_000)


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize("beside", [STILL, FILM])
def test_what_can_not_fit_is_refused_with_a_size_that_does(beside: Beside) -> None:
    which = dreamer()
    score = which.score()
    check_memory(which, score, (640, 360), None, beside)
    told = refusal(which, score, (16000, 9000), beside)
    assert re.match(r"a dream of 16000x9000 needs about .* GB of memory, and 1\.0 GB can be had; --size", told)
    width = re.search(r"--size (\d+)x would fit", told)
    assert width is not None
    check_memory(which, score, (int(width[1]), int(width[1]) * 9 // 16), None, beside)
    refusal(which, score, (int(int(width[1]) * 1.1), int(int(width[1]) * 1.1 * 9 / 16)), beside)


@pytest.mark.usefixtures("machine")
def test_memory_that_is_given_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(footprint, "free_memory", lambda device: 1 << 60)
    which, size = dreamer(), (3840, 2160)
    check_memory(which, which.score(), size)
    less = replace(which, memory=Memory.of("900MB"))
    told = re.search(
        r"and --memory allows 0\.9 GB; --size \d+x would fit, or --memory ([\d.]+GB)$",
        refusal(less, less.score(), size),
    )
    assert told is not None
    enough = replace(which, memory=Memory.of(told[1]))
    check_memory(enough, enough.score(), size)


@pytest.mark.usefixtures("machine")
def test_smaller_tiles_are_proposed_where_they_would_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "free_memory", lambda device: 1 << 40)
    network = load("vgg16", None).to("cpu", torch.float32, torch.channels_last)
    which = replace(dreamer(), network=network, networks={"vgg16": network}, objective=Objective("conv4_3"))
    score, size = which.score(), (3840, 2160)
    needed = memory_needed(which, score, size)
    monkeypatch.setattr(footprint, "free_memory", lambda device: needed - 400_000_000 - 100_000_000)
    told = re.search(r"--memory ([\d.]+GB) would do", refusal(which, score, size))
    assert told is not None
    smaller = replace(which, memory=Memory.of(told[1]))
    assert smaller.room.whole < which.room.whole
    check_memory(smaller, smaller.score(), size)


@pytest.mark.usefixtures("machine")
def test_what_a_film_takes_beside_the_network_leaves_less_for_its_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """So a film of 3840×2160 with VGG16 fits into 3.7 GB."""
    for place in (footprint, room):
        monkeypatch.setattr(place, "free_memory", lambda device: 1 << 60)
    monkeypatch.setattr(footprint, "standing", lambda device: 850_000_000)
    network = load("vgg16", None).to("cpu", torch.float32, torch.channels_last)
    which = replace(dreamer(), network=network, networks={"vgg16": network}, objective=Objective("conv4_3"))
    which, size = replace(which, memory=Memory.of("3.7GB")), (3840, 2160)
    refusal(which, which.score(), size, FILM)
    among = replace(which, beside=bytes_beside(size[0] * size[1], FILM, tight=True))
    assert 300_000 < among.room.tile < which.room.tile
    check_memory(among, among.score(), size, None, FILM)


def refusal(which: Dreamer, score: Score, size: tuple[int, int], beside: Beside = STILL) -> str:
    with pytest.raises(DreamError) as told:
        check_memory(which, score, size, None, beside)
    return str(told.value)


def test_the_machine_is_asked() -> None:
    free = free_memory(CPU)
    assert free is None or 0 < free < 1 << 50


def test_a_container_may_take_its_limit_less_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "max").write_text("1000")
    (tmp_path / "now").write_text("700")
    (tmp_path / "memory.stat").write_text("anon 400\ninactive_file 250\n")
    assert room._left(tmp_path, "max", "now", "inactive_file") == 550
    (tmp_path / "max").write_text("max")
    assert room._left(tmp_path, "max", "now", "inactive_file") is None


def test_the_command_says_so_before_the_work(tmp_path: Path) -> None:
    clip = make(tmp_path / "clip.mp4", size="64x48", seconds=0.2)
    words = ["video", str(clip), str(tmp_path / "out.mp4"), "--size", "200000x150000"]
    done = subprocess.run([sys.executable, "-m", "mariana_video", *words], capture_output=True, text=True, check=False)
    assert done.returncode in (1, 2)
    assert len(done.stderr.strip().splitlines()) == 1
    assert "--size" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.mp4"]


@pytest.mark.long
@pytest.mark.parametrize("network", ["mariana", "vgg16"])
@pytest.mark.parametrize("kind", ["image", "video"])
@pytest.mark.parametrize("width", [640, 1920, 3840])
def test_what_is_foretold_is_what_is_taken(network: str, kind: str, width: int) -> None:
    words = ["--networks", network, "--kinds", kind, "--widths", str(width)]
    asked = [sys.executable, str(ROOT / "benchmarks" / "memory.py"), *words]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    share = float(done.stdout.splitlines()[-1].strip("| ").split("|")[-1])
    assert 0.9 <= share <= 1.1, done.stdout
