"""Memory is looked at before the work: a size that can't fit is refused with one that does."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from mariana_video.dream.objectives.reading import read
from mariana_video.dream.score import Score
from mariana_video.errors import DreamError
from mariana_video.loop import footprint
from mariana_video.loop.footprint import BASE, check_memory, free_memory, kept_for_backward, memory_needed
from mariana_video.networks.weights import load
from mariana_video.recipe.values.objective import Objective, read_terms
from tests.conftest import score_by, small_network
from tests.loop.test_frames import dreamer
from tests.media.clips import make

CPU = torch.device("cpu")


def test_what_is_kept_is_what_the_network_says() -> None:
    """conv 3→8, ReLU, …: at least each layer's output in float32, and not the weights."""
    which = dreamer()
    score = which.score()
    layers = [which.network.layers[name] for name in which.network.layers]
    outputs = sum(layer.channels / layer.stride**2 * 4 for layer in layers)
    assert outputs <= kept_for_backward(score, CPU) <= 5 * outputs + 50


def test_each_network_is_counted() -> None:
    """Of two, both keep what they said for the way back; the second one's weights come on top."""
    one, other = small_network(), small_network("other", seed=2)
    networks = {"one": one, "other": other}
    both = Score(networks, read(read_terms("conv3 + other:conv3"), networks))
    alone = score_by(one, "conv3")
    assert kept_for_backward(both, CPU) == pytest.approx(2 * kept_for_backward(alone, CPU), abs=1)
    weights = sum(parameter.nbytes for parameter in other.body.parameters())
    which, size = dreamer(), (64, 48)
    less = memory_needed(which, alone, size, each=100.0)
    assert memory_needed(which, both, size, each=100.0) == less + weights


def test_what_can_not_fit_is_refused_with_a_size_that_does(monkeypatch: pytest.MonkeyPatch) -> None:
    which = dreamer()
    score = which.score()
    monkeypatch.setattr(footprint, "free_memory", lambda device: BASE + 500_000_000)
    check_memory(which, score, (640, 360))
    with pytest.raises(DreamError, match=r"16000x9000 needs about .* GB of memory, and 1\.3 GB are free") as told:
        check_memory(which, score, (16000, 9000))
    width = re.search(r"--size (\d+)x would fit", str(told.value))
    assert width is not None
    check_memory(which, score, (int(width[1]), int(width[1]) * 9 // 16))
    with pytest.raises(DreamError):
        check_memory(which, score, (int(int(width[1]) * 1.1), int(int(width[1]) * 1.1 * 9 / 16)))


def test_the_machine_is_asked() -> None:
    free = free_memory(CPU)
    assert free is None or 0 < free < 1 << 50


def test_a_container_may_take_its_limit_less_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "max").write_text("1000")
    (tmp_path / "now").write_text("700")
    (tmp_path / "memory.stat").write_text("anon 400\ninactive_file 250\n")
    assert footprint._left(tmp_path, "max", "now", "inactive_file") == 550
    (tmp_path / "max").write_text("max")
    assert footprint._left(tmp_path, "max", "now", "inactive_file") is None


def test_the_command_says_so_before_the_work(tmp_path: Path) -> None:
    clip = make(tmp_path / "clip.mp4", size="64x48", seconds=0.2)
    words = ["video", str(clip), str(tmp_path / "out.mp4"), "--size", "200000x150000"]
    done = subprocess.run([sys.executable, "-m", "mariana_video", *words], capture_output=True, text=True, check=False)
    assert done.returncode in (1, 2)
    assert len(done.stderr.strip().splitlines()) == 1
    assert "--size" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.mp4"]


@pytest.mark.long
@pytest.mark.parametrize("width", [640, 1280, 1920])
def test_what_is_foretold_is_what_is_taken(tmp_path: Path, width: int) -> None:
    clip = make(tmp_path / "clip.mp4", size=f"{width}x{width * 9 // 16}", seconds=0.2)
    words = ["video", str(clip), str(tmp_path / "out.mp4"), "--first-steps", "1", "--precision", "fp32", "--quiet"]
    code = f"""
import resource, subprocess, sys
subprocess.run([sys.executable, "-m", "mariana_video", *{words!r}], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)
"""
    taken = int(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
    which = replace(dreamer(), network=load("mariana", None), objective=Objective("conv4_3"))
    foretold = memory_needed(which, which.score(), (width, width * 9 // 16))
    assert 0.6 < taken / foretold < 1.15, (taken, foretold)
