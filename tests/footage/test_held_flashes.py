"""Flashes are held back: what is made is safe, and what is safe already is left alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from mariana_video.footage.held_flashes import Holding, flashes_note
from mariana_video.meters.flashes import SAFE, Flashes

Array = NDArray[np.float32]
RATE = 25


def flicker(hertz: float, dark: Array, bright: Array, frames: int = 60) -> Iterator[Array]:
    """A grey picture whose middle goes from `dark` to `bright` and back."""
    rng = np.random.default_rng(0)
    for number in range(frames):
        picture = np.asarray(0.4 + 0.1 * rng.random((90, 160, 3)), np.float32)
        picture[20:70, 40:120] = bright if number * hertz / RATE % 1 < 0.5 else dark
        yield picture


WHITE, BLACK = np.full(3, 0.9, np.float32), np.full(3, 0.1, np.float32)
RED, BLUE = np.array([0.9, 0.05, 0.05], np.float32), np.array([0.1, 0.1, 0.55], np.float32)


def worst(pictures: list[Array]) -> int:
    meter = Flashes()
    for number, picture in enumerate(pictures):
        meter.add(np.round(picture * 255) / np.float32(255), number / RATE)
    return meter.worst.flashes


@pytest.mark.parametrize(("one", "other"), [(WHITE, BLACK), (RED, BLUE), (RED, BLACK)])
@pytest.mark.parametrize("hertz", [pytest.param(5, marks=pytest.mark.long), 12])
def test_what_is_made_is_safe_where_its_source_is(one: Array, other: Array, hertz: float) -> None:
    pictures, calm = list(flicker(hertz, other, one)), np.full((90, 160, 3), 0.4, np.float32)
    holding = Holding()
    shown = [holding.shown(picture, calm, number / RATE) for number, picture in enumerate(pictures)]
    assert worst(pictures) > SAFE
    assert worst(shown) <= SAFE
    assert holding.held
    assert flashes_note(holding.tensors()) is not None


def test_what_is_safe_is_left_alone() -> None:
    holding = Holding()
    for number, picture in enumerate(flicker(3, BLACK, WHITE)):
        assert holding.shown(picture, picture, number / RATE) is picture
    assert flashes_note(holding.tensors()) is None


@pytest.mark.parametrize(("one", "other"), [(WHITE, BLACK), (RED, BLUE)])
def test_a_source_that_flashes_by_itself_stays_as_it_is(one: Array, other: Array) -> None:
    holding = Holding()
    for number, picture in enumerate(flicker(8, other, one)):
        assert np.allclose(holding.shown(picture, picture, number / RATE), picture, atol=1e-5)
    assert flashes_note(holding.tensors()) is None


def test_red_flashes_are_counted_by_a_rule_of_their_own() -> None:
    """Dark red and dark blue: hardly any change of luminance."""
    red, blue = np.array([0.5, 0, 0], np.float32), np.array([0, 0, 0.6], np.float32)
    meter = Flashes()
    for number, picture in enumerate(flicker(10, blue, red)):
        meter.add(picture, number / RATE)
    assert meter.worst.red
    assert meter.worst.flashes == pytest.approx(10, abs=1)


@pytest.mark.parametrize("at", [17, *(pytest.param(at, marks=pytest.mark.long) for at in (1, 40))])
def test_what_is_kept_of_it_goes_on_to_the_same_bits(at: int) -> None:
    pictures, calm = list(flicker(7, BLACK, WHITE)), np.full((90, 160, 3), 0.4, np.float32)
    whole, before = Holding(), Holding()
    straight = [whole.shown(picture, calm, number / RATE) for number, picture in enumerate(pictures)]
    for number in range(at):
        before.shown(pictures[number], calm, number / RATE)
    after = Holding.of(before.tensors())
    for number in range(at, len(pictures)):
        assert np.array_equal(after.shown(pictures[number], calm, number / RATE), straight[number])
    assert after.held == whole.held


def test_a_shot_is_held_back_whatever_comes_before_it() -> None:
    """So that it can be made alone; and what was held back before is no news of it."""
    pictures, calm = list(flicker(9, BLACK, WHITE, 30)), np.full((90, 160, 3), 0.4, np.float32)
    after, alone = Holding(), Holding()
    for number, picture in enumerate(pictures):
        after.shown(picture, calm, number / RATE)
    after.cut()
    for number, picture in enumerate(pictures, len(pictures)):
        assert np.array_equal(after.shown(picture, calm, number / RATE), alone.shown(picture, calm, number / RATE))
    assert after.held == alone.held != []


def test_what_does_not_flash_is_left_alone_beside_what_does() -> None:
    """The sky does not pale because a lamp flickers in a corner, though it becomes darker and redder meanwhile."""
    calm, holding = np.full((90, 160, 3), 0.4, np.float32), Holding()
    for number in range(50):
        picture = calm.copy()
        picture[:, :40] = WHITE if number * 12 / RATE % 1 < 0.5 else BLACK
        picture[:, 110:] = WHITE if number < 20 or number > 40 else RED
        shown = holding.shown(picture, calm, number / RATE)
        assert np.array_equal(shown[:, 110:], picture[:, 110:])
    assert holding.held


def test_flashes_of_light_take_no_colour_away() -> None:
    """A red thing that is held as bright as what was there glows; only flashes of red are paled."""
    red, calm, holding = np.array([0.5, 0.03, 0.03], np.float32), np.full((90, 160, 3), 0.4, np.float32), Holding()
    brightened = 0
    for number in range(60):
        picture = calm.copy()
        picture[20:70, 40:120] = 0.6 if number * 12 / RATE % 1 < 0.5 else 0.1
        if number >= 40:
            picture[20:70, 40:120] = red
        shown = holding.shown(picture, calm, number / RATE)[40, 80]
        if number >= 40 and shown.sum() > 1.1 * red.sum():
            brightened += 1
            assert shown[0] - shown[1:].max() >= red[0] - red[1]
    assert brightened
