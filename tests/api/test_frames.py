"""Pictures that are arrays: what comes of them is what the commands make of files."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mariana_video
from mariana_video.api.frames import frame_of, look_at
from mariana_video.errors import UsageError
from mariana_video.media.stills.pictures import read_picture, write_picture
from tests.conftest import texture


def moving(frames: int, cut: int = 5) -> list[np.ndarray]:
    """Two shots that move by 2 pixels a frame, as bytes."""
    wide = [np.rint(texture(40, 96, seed) * 255).astype(np.uint8) for seed in (1, 9)]
    return [(wide[n >= cut] // (1 + (n >= cut)))[:, 2 * n : 2 * n + 56] for n in range(frames)]


@pytest.mark.parametrize("rate", [pytest.param(25, marks=pytest.mark.long), 10])
def test_frames_one_by_one_are_what_the_film_is(tmp_path: Path, tiny_weights: Path, rate: int) -> None:
    frames = moving(9)
    (tmp_path / "in").mkdir()
    for number, frame in enumerate(frames):
        write_picture(tmp_path / "in" / f"{number:03d}.png", frame.astype(np.float32) / 255)
    options: dict[str, Any] = {
        "network": tiny_weights,
        "first_steps": 2,
        "strength": "1 + 0.3*shot",
        "precision": "fp32",
    }
    mariana_video.video(tmp_path / "in", f"{tmp_path}/out/", rate=rate, **options).run()
    film = [read_picture(path)[0] for path in sorted((tmp_path / "out").glob("*.png"))]
    live = list(mariana_video.dream_frames(frames, rate=rate, **options))
    assert len(live) == len(film) == 9
    for one, other in zip(live, film, strict=True):
        assert np.array_equal(np.rint(one * 255), np.rint(other * 255))
    plain = list(mariana_video.dream_frames(frames, rate=rate, **{**options, "strength": 1}))
    assert [np.array_equal(one, other) for one, other in zip(plain, live, strict=True)] == 5 * [True] + 4 * [False]


def test_frames_may_have_no_end_and_are_taken_one_at_a_time(tiny_weights: Path) -> None:
    asked: list[int] = []

    def endless() -> Iterator[np.ndarray]:
        for number in count():
            asked.append(number)
            yield texture(40, 56, number // 3)

    dreams = mariana_video.dream_frames(endless(), rate=25, network=tiny_weights, first_steps=1)
    assert not asked
    made = list(islice(dreams, 4))
    assert all(one.shape == (40, 56, 3) and one.dtype == np.float32 for one in made)
    assert asked[-1] <= 4


def test_a_picture_is_what_the_command_makes(tmp_path: Path, tiny_weights: Path) -> None:
    picture = np.rint(texture(40, 56) * 255).astype(np.uint8)
    write_picture(tmp_path / "in.png", picture.astype(np.float32) / 255)
    mariana_video.image(tmp_path / "in.png", tmp_path / "out.png", network=tiny_weights, first_steps=2).run()
    dream = mariana_video.dream_frame(picture, network=tiny_weights, first_steps=2)
    assert np.array_equal(np.rint(dream * 255), np.rint(read_picture(tmp_path / "out.png")[0] * 255))
    floats = mariana_video.dream_frame(picture / 255.0, network=tiny_weights, first_steps=2)
    assert np.abs(floats - dream).max() < 1e-3


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (np.zeros((40, 56), np.uint8), r"shape \(40, 56\): give height × width × 3"),
        (np.zeros((40, 56, 4), np.uint8), "give height × width × 3"),
        (np.zeros((40, 56, 3), np.int32), "holds int32: give uint8"),
        (np.full((40, 56, 3), 2.0), "outside 0 to 1"),
        (np.full((40, 56, 3), np.nan), "outside 0 to 1"),
        (np.zeros((1, 56, 3), np.uint8), "56x1: each side has at least 2 pixels"),
    ],
)
def test_what_is_no_picture_is_refused(tiny_weights: Path, frame: np.ndarray, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        mariana_video.dream_frame(frame, network=tiny_weights)
    with pytest.raises(UsageError, match=told):
        list(mariana_video.dream_frames([frame], rate=25, network=tiny_weights))


def test_a_frame_of_another_size_is_refused_at_its_turn(tiny_weights: Path) -> None:
    frames = [texture(40, 56), texture(40, 58)]
    dreams = mariana_video.dream_frames(frames, rate=25, network=tiny_weights, first_steps=1)
    next(dreams)
    with pytest.raises(UsageError, match="frame 1 is 58x40, and those before are 56x40"):
        next(dreams)


@pytest.mark.parametrize("rate", [0, -1, float("nan"), float("inf")])
def test_a_rate_that_is_none_is_refused_at_once(tiny_weights: Path, rate: float) -> None:
    with pytest.raises(UsageError, match="rate"):
        mariana_video.dream_frames([], rate=rate, network=tiny_weights)


def test_a_source_is_known_at_a_glance(clip: Path, tmp_path: Path) -> None:
    film = look_at(clip)
    assert (film.film, film.size, film.rate, film.sounds) == (True, (64, 48), 25.0, True)
    assert film.seconds == pytest.approx(0.32, abs=0.05)
    write_picture(tmp_path / "a.png", texture(30, 40))
    assert look_at(tmp_path / "a.png") == type(film)(False, (40, 30))


def test_a_frame_is_given_as_it_is(clip: Path) -> None:
    assert frame_of(clip).shape == (48, 64, 3)
    first, later = frame_of(clip, 0.0, 32), frame_of(clip, 0.2, 32)
    assert first.shape == later.shape == (24, 32, 3)
    assert not np.array_equal(first, later)
