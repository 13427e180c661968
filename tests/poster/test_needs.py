"""What a large picture takes is foretold, and what doesn't fit is refused with what would."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from mariana_video.dream import room
from mariana_video.errors import DreamError
from mariana_video.loop import footprint
from mariana_video.loop.dreamer import Dreamer
from mariana_video.loop.footprint import memory_needed
from mariana_video.poster import needs
from mariana_video.poster.needs import check_large, large_memory_needed
from mariana_video.recipe.values.memory import Memory
from tests.loop.moments import dreamer

SIZE = 16_000, 10_000


@pytest.fixture
def which(monkeypatch: pytest.MonkeyPatch) -> Dreamer:
    """In a process of 400 MB, on a machine with 3 GB to spare."""
    for place in (footprint, needs):
        monkeypatch.setattr(place, "standing", lambda device: 400_000_000)
    for place in (footprint, room):
        monkeypatch.setattr(place, "free_memory", lambda device: 3_000_000_000)
    return dreamer(motif_size=0.1)


def test_on_disk_it_takes_a_part_of_what_it_takes_in_memory(which: Dreamer) -> None:
    whole, parted = memory_needed(which, which.score(), SIZE), large_memory_needed(which, which.score(), SIZE)
    assert 7 * parted < whole
    check_large(which, which.score(), SIZE)
    assert large_memory_needed(which, which.score(), (8_000, 5_000)) < parted


def test_what_does_not_fit_is_refused_with_what_would(which: Dreamer) -> None:
    less = replace(which, memory=Memory.of("1.5GB"))
    with pytest.raises(DreamError) as refused:
        check_large(less, less.score(), SIZE)
    told = re.search(r"and 1\.5 GB can be had; --size (\d+)x or --memory ([\d.]+GB) would do$", str(refused.value))
    assert told is not None, refused.value
    check_large(less, less.score(), (int(told[1]), int(told[1]) * 5 // 8))
    enough = replace(which, memory=Memory.of(told[2]))
    check_large(enough, enough.score(), SIZE)
    almost = replace(which, memory=Memory(Memory.of(told[2]).bytes - 10**8))
    with pytest.raises(DreamError):
        check_large(almost, almost.score(), SIZE)


def test_a_machine_that_is_too_small_is_told(which: Dreamer, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in (footprint, room):
        monkeypatch.setattr(place, "free_memory", lambda device: 300_000_000)
    with pytest.raises(DreamError, match=r"part by part, on disk, and 0\.7 GB can be had; --size \d+x would do$"):
        check_large(which, which.score(), SIZE)
