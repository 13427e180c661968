"""What is done so far can be seen at any time."""

from __future__ import annotations

from pathlib import Path

import pytest

from mariana_video.errors import OutputError
from mariana_video.job.finish import finish_so_far
from mariana_video.recipe.job import Storage
from tests.job.jobs import FRAMES, Seen, make, seen, stopped

pytestmark = pytest.mark.usefixtures("small_parts")


def test_so_far_can_be_had_as_a_film(tmp_path: Path, clip: Path, whole: Seen) -> None:
    output = tmp_path / "film.mp4"
    stopped(output, clip, 19)
    path, frames, total = finish_so_far(str(output), print)
    assert (path.name, frames, total) == ("film.part.mp4", 19, FRAMES)
    one, other = seen(path), whole
    assert one.pictures[:16] == other.pictures[:16]
    assert one.times == other.times[:19]
    assert one.ends == pytest.approx((19 / 12,), abs=0.1)
    make(output, clip)
    assert seen(output) == other


def test_so_far_while_it_runs(tmp_path: Path, clip: Path) -> None:
    output = tmp_path / "film.mp4"
    counts: list[int] = []
    make(output, clip, each=lambda n: counts.append(finish_so_far(str(output), print)[1]) if n in (12, 20) else None)
    assert 8 <= counts[0] <= 13
    assert 16 <= counts[1] <= 21


def test_so_far_of_a_folder(tmp_path: Path, clip: Path) -> None:
    stopped(f"{tmp_path}/film/", clip, 5)
    path, frames, _ = finish_so_far(f"{tmp_path}/film/", print)
    assert (path.name, frames) == ("film-so-far", 5)
    assert len(list(path.iterdir())) == 5


def test_so_far_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no unfinished job"):
        finish_so_far(str(tmp_path / "film.mp4"), print)


def test_a_preview_is_kept_current(tmp_path: Path, clip: Path) -> None:
    make(tmp_path / "film.mp4", clip, storage=Storage(preview=tmp_path / "now.png"))
    assert (tmp_path / "now.png").stat().st_size > 100
