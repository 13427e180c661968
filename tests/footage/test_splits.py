"""Long shots in pieces: each is the same whoever makes it and wherever it is taken up, and fades into the next."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mariana_video.errors import UsageError
from mariana_video.footage.film import film
from mariana_video.footage.plan import Plan, Split, make_plan
from mariana_video.footage.splits import pieced, split_plan
from mariana_video.loop.dreamer import Dreamer, make_dreamer
from mariana_video.loop.state import Finished
from mariana_video.recipe.job import Machine
from mariana_video.recipe.kinds import FilmRecipe
from tests.api.shots import cut_clip, listed, made

RATE, SHAPE = 10, (48, 64)
SPLITS = (Split(7, 17), Split(24, 34))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shot of 5.1 seconds and a short one."""
    return cut_clip(tmp_path_factory.mktemp("clips") / "clip.mp4", (51, 6), RATE)


@pytest.fixture(scope="module")
def planned(clip: Path, tiny_weights: Path) -> tuple[Plan, Dreamer]:
    recipe = FilmRecipe.of(network=str(tiny_weights), first_steps=1, motif_size=1, device="cpu", split=2)
    plan = split_plan(make_plan(clip, recipe.span))
    return plan, make_dreamer(recipe.dreamt, Machine("cpu", "fp32"))


def frames(planned: tuple[Plan, Dreamer], first: int = 0, stop: int | None = None, **said: Any) -> Iterator[Finished]:
    with pieced(*planned, said.get("state"), first, SHAPE) as coming:
        yield from islice(coming, None if stop is None else stop - first)


@pytest.fixture(scope="module")
def whole(planned: tuple[Plan, Dreamer]) -> list[Finished]:
    return list(frames(planned))


def test_long_shots_are_parted_alike_and_short_ones_stay_whole(planned: tuple[Plan, Dreamer]) -> None:
    plan = planned[0]
    assert plan.splits == SPLITS
    assert plan.borders == {17, 34, 51}
    assert len(plan.shots) == 2


def test_a_piece_alone_is_as_it_is_in_the_film(planned: tuple[Plan, Dreamer], whole: list[Finished]) -> None:
    """What a worker makes that knows nothing of the pieces before."""
    for first, stop in ((17, 34), (34, 51), (51, 57)):
        for own, there in zip(frames(planned, first, stop), whole[first:stop], strict=True):
            assert np.array_equal(own.rgb, there.rgb)


@pytest.mark.parametrize("first", [3, 7, 12, 16, 17, 18, 26, 34, 40])
def test_taken_up_anywhere_it_goes_on_the_same(
    planned: tuple[Plan, Dreamer], whole: list[Finished], first: int
) -> None:
    """Before, within and after a fade."""
    stop = first + 3
    for own, there in zip(frames(planned, first, stop, state=whole[first - 1].state), whole[first:stop], strict=True):
        assert np.array_equal(own.rgb, there.rgb)


def test_one_piece_fades_into_the_next(planned: tuple[Plan, Dreamer], whole: list[Finished]) -> None:
    """From the dream that has come so far to one that began with the fade, slowly at both ends."""
    plan, dreamer = planned
    with film(plan, dreamer, None, 0, SHAPE) as coming:
        going = [done.rgb for done in islice(coming, 18)]
    assert all(np.array_equal(done.rgb, rgb) for done, rgb in zip(whole[:8], going[:8], strict=True))
    new = whole[17].rgb
    assert not np.array_equal(new, going[17])
    apart = [float(np.abs(done.rgb - rgb).mean()) for done, rgb in zip(whole[7:17], going[7:17], strict=True)]
    assert apart[0] == 0
    assert apart[1] < apart[3] < apart[5] < apart[8]


def test_a_film_in_pieces_is_a_job_as_any_other(tmp_path: Path, clip: Path, tiny_weights: Path) -> None:
    said = {
        "network": str(tiny_weights),
        "first_steps": 1,
        "motif_size": 1,
        "device": "cpu",
        "split": 2,
        "duration": 2.4,
    }
    made(clip, tmp_path / "straight.mp4", **said)
    made(clip, tmp_path / "broken.mp4", stop=9, **said)
    made(clip, tmp_path / "broken.mp4", **said)
    assert (tmp_path / "broken.mp4").read_bytes() == (tmp_path / "straight.mp4").read_bytes()
    with pytest.raises(UsageError, match=r"--split 2 parts shots that are found, and --shots"):
        made(clip, tmp_path / "listed.mp4", shots=str(listed(clip)), **said)
