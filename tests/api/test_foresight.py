"""What can be known is known before the first frame; and a setting that broke a job off can be put right."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import mariana_video
from mariana_video.api.foreseen import foresight
from mariana_video.api.foreseen.foresight import check_finished, check_whole
from mariana_video.api.making import films
from mariana_video.cli.app import run
from mariana_video.errors import DreamError, MarianaError, NetworkError, UsageError
from mariana_video.footage.plan import Plan
from mariana_video.footage.shots import Shot
from mariana_video.job.output_paths import folder_for
from mariana_video.loop import footprint, frames
from mariana_video.loop.dreamer import Dreamer, make_dreamer
from mariana_video.networks.network import Network
from mariana_video.recipe.job import Machine
from mariana_video.recipe.options import Recipe, recipe
from mariana_video.recipe.values.objective import Objective
from mariana_video.recipe.values.timeline import Timeline
from tests.conftest import instant
from tests.job.jobs import seen
from tests.loop.little import moving_clip

CLOCK = Timeline(25.0)


def dreamer_of(**options: object) -> foresight.Dreamer:
    return make_dreamer(recipe(**options), Machine("cpu", "fp32"))


@pytest.mark.parametrize(
    ("layers", "named"),
    [
        ("0:(conv4_3), 7:(conv2_2[999])", r"conv2_2\[999\].*0 to 63"),
        ("0:(conv4_3), 900s:(conv1_1 + 2*conv3_3[256])", r"conv3_3\[256\].*0 to 127"),
        ("0:(conv4_3), 7:(conv9_9)", "conv9_9"),
    ],
)
def test_every_layer_and_channel_ever_named(layers: str, named: str) -> None:
    with pytest.raises(NetworkError, match=named):
        dreamer_of(layers=layers)


@pytest.mark.parametrize(
    ("options", "frame"),
    [
        ({"strength": "2*t"}, 6),
        ({"carry": "0.5+t/20"}, 11),
        ({"step_size": "0:(0.01), 10:(0.01), 20:(1-t/15)"}, 16),
        ({"mix": "1/(t-9)"}, 0),
        ({"steps": "1+1000*floor(t/30)"}, 30),
        ({"temporal_weight": "sqrt(20-t)"}, 21),
    ],
)
def test_every_schedule_at_every_frame(options: dict[str, str], frame: int) -> None:
    with pytest.raises(UsageError, match=f"at frame {frame}:"):
        check_whole(dreamer_of(**options), 40, CLOCK, (96, 64))
    if frame:
        check_whole(dreamer_of(**options), frame, CLOCK, (96, 64))


def test_memory_is_that_of_the_costliest_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    low = dreamer_of(layers="conv1_1")
    mixed = dreamer_of(layers="0:(conv1_1), 30:(conv1_1), 40:(conv4_3), 80:(conv4_3)")
    device = low.device
    cheap = footprint.kept_for_backward(low.score(), device)
    dear = footprint.kept_for_backward(mixed.score(instant(35)), device)
    assert dear.whole > 1.05 * cheap.whole
    monkeypatch.setattr(footprint, "standing", lambda _: 10**9)
    scores = low.score(), mixed.score(instant(35))
    needed = [footprint.memory_needed(mixed, score, (640, 360), beside=footprint.FILM) for score in scores]
    monkeypatch.setattr(footprint, "free_memory", lambda _: sum(needed) // 2 - 10**9)
    check_whole(low, 100, CLOCK, (640, 360))
    check_whole(mixed, 30, CLOCK, (640, 360))
    with pytest.raises(DreamError, match="would fit"):
        check_whole(mixed, 100, CLOCK, (640, 360))


def test_octaves_are_those_of_the_layers_that_come(monkeypatch: pytest.MonkeyPatch) -> None:
    def smallest(_self: Network, layers: list[str]) -> int:
        return 200 if "conv4_3" in layers else 10

    monkeypatch.setattr(Network, "smallest", smallest)
    options = {"octaves": 3, "layers": "0:(conv1_1), 50:(conv1_1), 60:(conv4_3)"}
    check_whole(dreamer_of(**options), 50, CLOCK, (120, 90))
    with pytest.raises(UsageError, match="--octaves 3"):
        check_whole(dreamer_of(**options), 100, CLOCK, (120, 90))


def test_combinations_are_all_that_a_film_asks_for() -> None:
    objective = Objective("0:(a), 10:(b), 2s:(c + d)")
    asked = {
        tuple(sorted({term.what for term in objective.at(instant(frame, 10)) if term.weight > 0}))
        for frame in range(25)
    }
    for frames_ in (1, 2, 11, 12, 25):
        told = {
            tuple(sorted({term.what for term in terms})) for terms in objective.combinations(frames_, Timeline(10.0))
        }  # fmt: skip
        now = {
            tuple(sorted({term.what for term in objective.at(instant(frame, 10)) if term.weight > 0}))
            for frame in range(frames_)
        }
        assert now <= told <= asked | now


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--layers", "0:(conv4_3), 7:(conv2_2[99])"], r"conv2_2\[99\]"),
        (["--strength", "2*t"], "--strength 12 at frame 6"),
        (["--preview", "look.txt"], r"--preview look.txt.*\.png"),
        (["--preview", "nowhere/look.png"], "nowhere"),
    ],
)
def test_the_command_refuses_before_the_first_frame(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(frames, "step", None)  # would be called for the first frame
    moving_clip(tmp_path / "clip.mp4", frames=12)
    assert run(["video", "clip.mp4", "out.mp4", *words, "--quiet"]) in (1, 2)
    assert re.search(told, capsys.readouterr().err)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.mp4"]


def halted(monkeypatch: pytest.MonkeyPatch, words: list[str], after: int) -> None:
    """Runs a command that breaks off after so many frames."""
    count, whole = 0, frames.step

    def step(*given: object) -> object:
        nonlocal count
        if count == after:
            raise MarianaError("broken off")
        count += 1
        return whole(*given)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(frames, "step", step)
        assert run(words) == 1


def test_a_corrected_setting_goes_on_and_keeps_what_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = moving_clip(tmp_path / "clip.mp4", frames=14)
    dreamed: list[int] = []
    own = frames.step

    def step(dreamer: Any, state: Any, moment: frames.Moment, next_start: Any = None) -> Any:
        dreamed.append(moment.index)
        return own(dreamer, state, moment, next_start)

    few = ["--first-steps", "1", "--octaves", "1", "--motif-size", "1", "--precision", "fp32"]
    out, other = tmp_path / "out.mp4", tmp_path / "other.mp4"
    new = ["--strength", "0:(1), 8:(1), 9:(0.5)", "--layers", "0:(conv3_3), 10:(conv3_3), 11:(conv2_2)"]
    halted(monkeypatch, ["video", str(clip), str(out), *few, "--layers", "conv3_3"], after=8)
    monkeypatch.setattr(frames, "step", step)
    assert run(["video", str(clip), str(out), *few, *new]) == 0
    assert dreamed[0] > 0
    assert "hold from frame 8 on" in capsys.readouterr().err
    assert run(["video", str(clip), str(other), *few, *new]) == 0
    assert seen(out) == seen(other)


def test_a_setting_that_changes_finished_frames_is_refused_with_the_frame(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clip, out = moving_clip(tmp_path / "clip.mp4", frames=14), tmp_path / "out.mp4"
    few = ["--first-steps", "1", "--octaves", "1", "--motif-size", "1", "--precision", "fp32"]
    halted(monkeypatch, ["video", str(clip), str(out), *few], after=8)
    kept = {path.name for path in folder_for(out).iterdir()}
    capsys.readouterr()
    assert run(["video", str(clip), str(out), *few, "--strength", "0:(1), 5:(1), 6:(2)"]) == 2
    assert "from frame 6 on, and 8 frames are finished" in capsys.readouterr().err
    assert run(["video", str(clip), str(out), *few, "--seed", "3"]) == 2  # holds for all frames
    assert "--seed" in capsys.readouterr().err
    assert {path.name for path in folder_for(out).iterdir()} == kept
    assert run(["video", str(clip), str(out), *few]) == 0


def test_what_broke_off_counts_as_another_value() -> None:
    new = dreamer_of(strength="min(10, 2*t)")
    check_finished(Recipe(recipe(strength="2*t").dream), new, 6, CLOCK, "film.mp4")
    with pytest.raises(UsageError, match="from frame 6 on"):
        check_finished(Recipe(recipe(strength="2*t").dream), new, 7, CLOCK, "film.mp4")


def test_a_film_s_own_pictures_leave_less_for_the_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All who dream in it know how much."""
    found, shots_of = list[int](), films.shots_of

    def noted(plan: Plan, dreamer: Dreamer) -> tuple[Shot, ...]:
        found.append(dreamer.beside)
        return shots_of(plan, dreamer)

    monkeypatch.setattr(films, "shots_of", noted)
    clip = moving_clip(tmp_path / "clip.mp4", frames=3)
    mariana_video.video(clip, tmp_path / "out.mp4", size="640x480", memory="6GB")
    assert found == [footprint.bytes_beside(640 * 480, footprint.FILM, tight=True)]
