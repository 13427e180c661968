"""What stands still, and what a film costs there."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import mariana_video
from mariana_video.footage.film import film
from mariana_video.footage.plan import Plan, make_plan, timings_of
from mariana_video.footage.standing import standing_by
from mariana_video.loop.dreamer import make_dreamer
from mariana_video.media.stills.pictures import read_picture, write_picture
from mariana_video.recipe.job import Machine
from mariana_video.recipe.options import Recipe, Span, recipe
from tests.conftest import texture

Bytes = NDArray[np.uint8]


def stood(small: Callable[[int], Bytes], frames: int = 50) -> float:
    """For how many seconds the last of some frames has stood still, of 25 a second."""
    standing = standing_by()
    return float([standing(Fraction(n, 25), small(n)) for n in range(frames)][-1])


def scene() -> Bytes:
    return np.rint(texture(180, 320) * 200 + 20).astype(np.uint8)


def noisy(size: float) -> Callable[[int], Bytes]:
    rng = np.random.default_rng(0)
    return lambda n: np.clip(np.rint(scene() + rng.normal(0, size, (180, 320, 3))), 0, 255).astype(np.uint8)


def test_what_coding_leaves_of_a_picture_stands_and_a_cameras_noise_does_not() -> None:
    assert stood(lambda n: scene()) == 49 / 25
    assert stood(noisy(1.0)) == 49 / 25
    assert stood(noisy(5.0)) == 0


def test_a_small_thing_that_moves_is_motion() -> None:
    def small(n: int) -> Bytes:
        picture = scene()
        picture[90:94, 100 + n : 103 + n] = 255
        return picture

    assert stood(small) < 0.2


def test_a_slow_fade_moves_in_the_end() -> None:
    """By a value of 255 a second: too slow from frame to frame to be told from coding."""
    assert stood(lambda n: np.uint8(scene() - n // 25), 100) < 1.1


def held(folder: Path, moving: int, standing: int, after: int = 0) -> Path:
    """Pictures of which some move, some stand and some move again."""
    folder.mkdir()
    wide = texture(40, 56 + 2 * (moving + after))
    for number in range(moving + standing + after):
        left = 2 * (min(number, moving) + max(0, number - moving - standing))
        write_picture(folder / f"{number:03d}.png", wide[:, left : left + 56])
    return folder


OPTIONS: dict[str, Any] = {"first_steps": 1, "carry": "0.8", "seed": 3}


def planned(source: Path, rate: int) -> Plan:
    return make_plan(source, Span(rate=rate))


def test_a_frame_whose_source_stands_still_costs_next_to_nothing(tmp_path: Path, tiny_weights: Path) -> None:
    """In its tenth second an eighth of what it is while it moves, and it is still dreamed on."""
    dreamer = make_dreamer(recipe(network=tiny_weights, **OPTIONS), Machine(precision="fp32"))
    with film(planned(held(tmp_path / "in", 10, 90), 10), dreamer) as frames:
        passes = [made.rendered.passes for made in frames]
    moving, standing = sum(passes[1:10]) / 9, sum(passes[90:]) / 10
    assert 0 < standing < moving / 6


def test_a_film_goes_on_in_the_middle_of_what_stands_still(tmp_path: Path, tiny_weights: Path) -> None:
    """From the state of any frame, to the very same pictures."""
    plan = planned(held(tmp_path / "in", 2, 26, 4), 5)
    dreamer = make_dreamer(recipe(network=tiny_weights, **OPTIONS), Machine(precision="fp32"))
    with film(plan, dreamer) as frames:
        whole = list(frames)
    for first in (9, 21, 24, 29):
        with film(plan, dreamer, whole[first - 1].state, first) as frames:
            for made, known in zip(islice(frames, 6), whole[first:], strict=False):
                assert np.array_equal(made.rgb, known.rgb)


def test_frames_one_by_one_are_what_the_film_is_where_it_stands(tmp_path: Path, tiny_weights: Path) -> None:
    source = held(tmp_path / "in", 2, 14, 2)
    pictures = [np.uint8(np.rint(read_picture(path)[0] * 255)) for path in sorted(source.glob("*.png"))]
    options: dict[str, Any] = {"network": tiny_weights, "precision": "fp32", **OPTIONS}
    mariana_video.video(source, f"{tmp_path}/out/", rate=5, **options).run()
    live = mariana_video.dream_frames(pictures, rate=5, **options)
    for one, path in zip(live, sorted((tmp_path / "out").glob("*.png")), strict=True):
        assert np.array_equal(np.rint(one * 255), np.rint(read_picture(path)[0] * 255))


def tripod(folder: Path, frames: int) -> Path:
    """Pictures in which a square goes to and fro before a texture that stands."""
    folder.mkdir()
    for number in range(frames):
        picture, left = texture(96, 144), 8 + 4 * abs(number % 6 - 3)
        picture[32:48, left : left + 16] = texture(16, 16, seed=1)
        write_picture(folder / f"{number:03d}.png", picture)
    return folder


def test_a_film_goes_on_in_the_middle_where_a_part_of_it_rests(tmp_path: Path, tiny_weights: Path) -> None:
    """From the state of any frame, and frame by frame as its maker gives them, to the very same pictures."""
    plan = planned(tripod(tmp_path / "in", 11), 5)
    dreamer = make_dreamer(recipe(network=tiny_weights, **OPTIONS), Machine(precision="fp32"))
    with film(plan, dreamer) as frames:
        whole = list(frames)
    assert "due" not in whole[3].state.tensors
    assert "due" in whole[8].state.tensors
    with film(plan, dreamer, whole[8].state, 9) as frames:
        for made, known in zip(frames, whole[9:], strict=True):
            assert np.array_equal(made.rgb, known.rgb)
    pictures = [np.uint8(np.rint(read_picture(path)[0] * 255)) for path in sorted((tmp_path / "in").glob("*.png"))]
    live = mariana_video.dream_frames(pictures, rate=5, network=tiny_weights, precision="fp32", **OPTIONS)
    for one, known in zip(live, whole, strict=True):
        assert np.array_equal(one, known.rgb)


@pytest.mark.parametrize("carried", ["change", "frame"])
def test_where_the_dream_changes_by_itself_nothing_rests(tmp_path: Path, tiny_weights: Path, carried: str) -> None:
    plan = planned(tripod(tmp_path / "in", 8), 5)
    dreamer = make_dreamer(recipe(network=tiny_weights, carried=carried, **OPTIONS), Machine(precision="fp32"))
    with film(plan, dreamer) as frames:
        *_, last = frames
    assert ("stood" in last.state.tensors) == (carried == "change")


@pytest.mark.parametrize(
    "options",
    [
        {"strength": "0:(0.5), 50:(1)"},
        {"layers": "0:(conv4_3), 2s:(conv4_1)"},
        {"bands": "0:(1,1,1), 2s:(0,1,1)"},
        {"carried": "frame"},
        {"guide": "scene.png"},
    ],
)
def test_what_changes_along_a_film_by_itself_does_so_over_a_still_picture(
    tmp_path: Path, options: dict[str, str]
) -> None:
    plan = planned(held(tmp_path / "in", 1, 12), 5)
    slow, ever = (timings_of(plan, one)[-1].dream_frames for one in (Recipe(), recipe(**options)))
    assert len(slow) < len(ever) == 5
