"""The cost of frames that is foretold is what the network is then really sent."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import torch

from mariana_video.api.foreseen.effort import _BESIDE, effort_of_dive, effort_of_film, effort_of_progression
from mariana_video.dive.descent import Descent
from mariana_video.dive.film import prepare, states, warming_laps
from mariana_video.footage.plan import Plan, timings_of
from mariana_video.loop.dreamer import Dreamer
from mariana_video.loop.frames import dreamed
from mariana_video.loop.state import Moment
from mariana_video.media.clip import Clip
from mariana_video.motion.motion import Motion
from mariana_video.networks.network import Network
from mariana_video.progression.film import Cell, Progression
from mariana_video.progression.steps import steps_in_all
from mariana_video.recipe.camera import Camera, Dive
from mariana_video.recipe.options import Recipe, Span, recipe
from mariana_video.recipe.progression import Progress
from mariana_video.recipe.values.objective import Objective
from mariana_video.recipe.values.schedule import Schedule
from tests.conftest import as_tensor, instant, texture

SIZE = 64, 48
RATE = Fraction(25)


def dreamer_of(network: Network, **options: Any) -> Dreamer:
    return Dreamer(network, recipe(**options), Objective("conv3"), torch.device("cpu"), "fp32")


def plan_of(frames: int, cuts: set[int]) -> Plan:
    clip = Clip.__new__(Clip)
    object.__setattr__(clip, "rate", RATE)
    times = tuple(Fraction(number, 25) for number in range(frames))
    return Plan(clip, Span(), SIZE, times, frozenset(cuts), 0)


def passes(dreamer: Dreamer, plan: Plan) -> list[float]:
    """What a still film's frames send through the network, in full pictures."""
    source = as_tensor(texture(SIZE[1], SIZE[0]))
    still = Motion(torch.zeros(1, 2, SIZE[1], SIZE[0]), torch.ones(1, 1, SIZE[1], SIZE[0]))
    moments = (
        Moment(
            index=position,
            time=plan.times[position],
            elapsed=0.04,
            source=source,
            values=dreamer.values(instant(position)),
            motion=None if position in (0, *plan.cuts) else still,
            dream_frames=timing.dream_frames,
            share=timing.share,
        )
        for position, timing in enumerate(timings_of(plan, dreamer.recipe))
    )
    return [rendered.passes for _, rendered in dreamed(dreamer, moments)]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"steps": "0:(1), 9:(4)", "first_steps": 5},
        {"octaves": 1, "jitter": 0},
        {"octaves": 4, "octave_scale": 1.3},
        {"carry": 0.0},
        {"step_rule": "tutorial"},
        {"steps": 0},
    ],
)
def test_a_films_frames_send_what_was_expected(network: Network, options: dict[str, Any]) -> None:
    dreamer, plan = dreamer_of(network, **options), plan_of(10, {6})
    weights = effort_of_film(plan, dreamer).frames
    found = passes(dreamer, plan)
    for weight, passed in zip(weights, found, strict=True):
        steps = (weight - passed) / _BESIDE
        assert steps == pytest.approx(round(steps), abs=1e-6)
        assert round(steps) >= (1 if passed else 0)


def descent_of(network: Network, **dive: Any) -> Descent:
    picture = as_tensor(texture(SIZE[1], SIZE[0]))
    return prepare(dreamer_of(network), Camera(zoom=Schedule("8")), Dive(duration=0.8, **dive), picture, SIZE)


@pytest.mark.parametrize("dive", [{}, {"rate": 10.0}, {"loop": "source"}, {"rate": 10.0, "loop": "source"}])
def test_a_dives_frames_send_what_was_expected(network: Network, dive: dict[str, Any]) -> None:
    descent = descent_of(network, **dive)
    weights = effort_of_dive(descent).frames
    found = [rendered.passes for _, rendered in states(descent)]
    assert len(weights) == len(found) == descent.frames
    for weight, passed in list(zip(weights, found, strict=True))[1:]:
        steps = (weight - passed) / _BESIDE
        assert steps == pytest.approx(round(steps), abs=1e-6)
        assert round(steps) >= 1


def test_laps_before_a_loop_of_structure_are_part_of_its_first_frame(network: Network) -> None:
    structure, source = (descent_of(network, loop=loop) for loop in ("structure", "source"))
    laps, frames = warming_laps(structure), effort_of_dive(source).frames
    assert laps == 8
    assert effort_of_dive(structure).frames[0] >= laps * sum(frames)
    assert effort_of_dive(structure).frames[1:] == frames[1:]
    assert frames[0] == 0


def test_what_is_spent_at_each_start_is_spent_again_when_it_is_continued(network: Network) -> None:
    effort = effort_of_dive(descent_of(network))
    assert effort.again > 0
    whole, later = effort.of([range(10)]), effort.of([range(4, 10)])
    assert whole[0] == effort.frames[0]
    assert whole[1] == effort.frames[1] + effort.again
    assert later[0] == effort.frames[4] + effort.again
    assert later[1:] == whole[5:]
    gaps = effort.of([range(2, 4), range(7, 9)])
    assert len(gaps) == 4
    assert gaps[2] == effort.frames[7] + effort.again


def test_a_progressions_pictures_are_all_steps_of_all_cells(network: Network) -> None:
    dreamer = Dreamer(network, Recipe(recipe(first_steps=6).dream), Objective("conv3"), torch.device("cpu"), "fp32")
    picture = texture(SIZE[1], SIZE[0])
    total = steps_in_all(dreamer, picture.shape[:2])
    fine, coarse = tuple(range(total + 1)), (0, 3, total)
    one = effort_of_progression(Progression(picture, [Cell("", "", dreamer, fine)], 1, Progress(), []))
    assert len(one.frames) == total + 1
    assert one.frames[0] == 0
    assert one.frames[-1] > 2 * one.frames[1]  # the full size, and the smallest octave
    two = effort_of_progression(
        Progression(picture, [Cell("", "", dreamer, fine), Cell("", "", dreamer, coarse)], 2, Progress(), [])
    )
    assert sum(two.frames) == pytest.approx(2 * sum(one.frames))
    assert two.frames[1] == pytest.approx(one.frames[1] + sum(one.frames[1:4]))


def test_what_comes_after_the_frames_depends_on_the_kind_of_file(network: Network) -> None:
    effort = effort_of_dive(descent_of(network))
    film, webp, gif = (effort.after(name, 100) for name in ("a.mp4", "a.webp", "a.GIF"))
    assert 0 < film < webp < gif < 1
    assert effort.after(str(Path("folder") / "a.gif"), 200) == pytest.approx(2 * gif)
