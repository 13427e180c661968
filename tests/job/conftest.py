"""What the tests of jobs have in common: small parts, a clip, and its film made in one go."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from mariana_video.job import job
from mariana_video.job.stores import segments
from tests.job.jobs import FRAMES, Seen, make, seen
from tests.loop.little import moving_clip


@pytest.fixture(scope="module")
def small_parts() -> Iterator[None]:
    """Parts of 8 frames and a checkpoint at every frame, so that little films show what long ones do; no power fails
    here, so nothing waits for the disk."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        patch.setattr(segments, "LONGEST", 8)
        patch.setattr(job, "_EVERY", 0.0)
        yield


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return moving_clip(tmp_path_factory.mktemp("clips") / "clip.mp4", frames=FRAMES)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, clip: Path) -> Seen:
    """The film made in one go."""
    output = tmp_path_factory.mktemp("whole") / "film.mp4"
    make(output, clip)
    return seen(output)
