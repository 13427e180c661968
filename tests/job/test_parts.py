"""A film's parts end at its cuts, and what is in a part depends on its shot alone."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from mariana_video.errors import UsageError
from mariana_video.job.output_paths import CONDITIONS
from mariana_video.job.stores.segments import LONGEST, parts_of
from mariana_video.job.stores.store import Film
from tests.api.shots import LENGTHS, cut_clip, made
from tests.job.jobs import part, seen

KINDS = ("mp4", "webm", "ts", "avi")


def film(frames: int, cuts: set[int], *keys: str) -> Film:
    times = tuple(Fraction(n, 25) for n in range(frames))
    return Film(None, (64, 48), Fraction(25), times, cuts=frozenset(cuts), shot_keys=keys)


def test_parts_end_at_cuts_and_long_shots_have_several() -> None:
    long = LONGEST + 3
    found = parts_of(film(long + 4, {long, long + 1}))
    ends = [LONGEST, long, long + 1, long + 4]
    assert [found[0].positions.start, *(one.positions.stop for one in found)] == [0, *ends]
    assert [one.name for one in found] == [f"{number:06d}" for number in range(4)]
    keyed = parts_of(film(long + 4, {long, long + 1}, "a", "b", "c"))
    assert [one.positions for one in keyed] == [one.positions for one in found]
    assert [one.name for one in keyed] == ["a-000000", f"a-{LONGEST:06d}", "b-000000", "c-000000"]
    assert [one.positions for one in parts_of(film(5, set()))] == [range(5)]


@pytest.mark.parametrize(
    ("name", "times"), [("film.mp4", 11), *(pytest.param(f"film.{kind}", 33, marks=pytest.mark.long) for kind in KINDS)]
)
def test_a_film_of_many_shots_is_joined(tmp_path: Path, tiny_weights: Path, name: str, times: int) -> None:
    """Most have one frame: none is lost, and each is shown at its time."""
    lengths = [1, 1, 2] * times + [1]
    clip = cut_clip(tmp_path / "clip.mp4", lengths)
    options = {"network": str(tiny_weights), "steps": 0, "first_steps": 0, "cut_threshold": 5}
    made(clip, tmp_path / name, **options)
    found, source = seen(tmp_path / name), seen(clip)
    assert found.times == pytest.approx(source.times, abs=1e-3)
    with av.open(str(tmp_path / name)) as container:
        keys = sum(packet.is_keyframe for packet in container.demux(video=0) if packet.size)
    assert keys > 0.9 * len(lengths)
    for one, other in zip(pictures(tmp_path / name), pictures(clip), strict=True):
        assert np.abs(one - other).mean() < 4


def pictures(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24").astype(np.float32) for frame in container.decode(video=0)]


def test_a_job_whose_parts_end_elsewhere_is_refused(tmp_path: Path, tiny_weights: Path) -> None:
    """As one is that was begun before parts ended at cuts."""
    clip, output = cut_clip(tmp_path / "clip.mp4"), tmp_path / "film.mp4"
    options = {"network": str(tiny_weights), "first_steps": 1, "motif_size": 1}
    made(clip, output, stop=6, **options)
    conditions = part(output) / CONDITIONS
    lines = conditions.read_text().splitlines(keepends=True)
    conditions.write_text("".join(line for line in lines if not line.startswith("parts = ")))
    with pytest.raises(UsageError, match="parts its films elsewhere; --restart"):
        made(clip, output, **options)
    conditions.write_text("".join(lines))
    assert made(clip, output, **options)[0] == list(range(6, sum(LENGTHS)))
