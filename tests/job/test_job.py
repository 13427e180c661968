"""A job broken off anywhere goes on, and gives the film that would have come without."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mariana_video.recipe.job import Storage
from mariana_video.recipe.options import recipe
from tests.job.jobs import FRAMES, RECIPE, Seen, make, part, seen, stopped

pytestmark = pytest.mark.usefixtures("small_parts")

EVERYDAY = [
    ("film.mp4", Storage()),
    ("film/", Storage()),
    ("film.gif", Storage()),
]


SELDOM = [
    ("film.mkv", Storage(codec="ffv1")),
    ("film.webm", Storage()),
    ("film.mp4", Storage(codec="hevc")),
    ("film.mkv", Storage()),
    ("film.mp4", Storage(codec="av1")),
    ("film.mkv", Storage(codec="vp9", crf=55)),
    ("film.mov", Storage(codec="prores")),
    ("film.avi", Storage()),
    ("film.ts", Storage()),
    ("film.webp", Storage()),
]


KINDS = [
    pytest.param(*kind, marks=marks) for kinds, marks in ((EVERYDAY, ()), (SELDOM, pytest.mark.long)) for kind in kinds
]


@pytest.mark.parametrize(("name", "storage"), KINDS, ids=lambda value: getattr(value, "codec", value))
def test_the_film_is_the_same_after_interruptions(tmp_path: Path, clip: Path, name: str, storage: Storage) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    whole.mkdir()
    broken.mkdir()
    make(f"{whole}/{name}", clip, storage=storage)
    output = f"{broken}/{name}"
    stopped(output, clip, 3, RECIPE, storage)
    stopped(output, clip, 9, RECIPE, storage)
    last = make(output, clip, storage=storage)
    assert last.dreamed == list(range(12, FRAMES))
    one, other = seen(Path(f"{whole}/{name}")), seen(Path(output))
    assert len(one.pictures) == (1 if name.endswith(("gif", "webp")) else FRAMES)
    assert one == other
    assert sorted(path.name for path in broken.iterdir()) == [name.rstrip("/")]


def test_a_film_without_steps_goes_on_too(tmp_path: Path, clip: Path) -> None:
    plain = recipe(steps=0)
    stopped(tmp_path / "film.mp4", clip, 5, plain)
    make(tmp_path / "film.mp4", clip, plain)


def test_times_and_sound_are_the_sources(tmp_path: Path, clip: Path) -> None:
    stopped(tmp_path / "film.mp4", clip, 10)
    make(tmp_path / "film.mp4", clip)
    source, film = seen(clip), seen(tmp_path / "film.mp4")
    assert film.times == source.times
    assert film.ends == pytest.approx(source.ends, abs=0.03)


def test_a_span_keeps_its_sound(tmp_path: Path, clip: Path) -> None:
    span = recipe(first_steps=2, start=0.5, duration=1)
    stopped(tmp_path / "film.mp4", clip, 5, span)
    make(tmp_path / "film.mp4", clip, span)
    film = seen(tmp_path / "film.mp4")
    assert len(film.pictures) == 12
    assert film.ends == pytest.approx((1.0,), abs=0.1)


def test_nothing_under_the_name_before_it_is_complete(tmp_path: Path, clip: Path) -> None:
    output = tmp_path / "film.mp4"
    make(output, clip, each=lambda position: os.path.lexists(output) and pytest.fail("it is there already"))
    assert output.is_file()
    assert not part(output).exists()


def test_the_state_does_not_grow(tmp_path: Path, clip: Path) -> None:
    stopped(tmp_path / "film.mp4", clip, 20)
    names = [path.name for path in part(tmp_path / "film.mp4").iterdir()]
    assert len([name for name in names if name.startswith("state-")]) <= 3
    assert [name for name in names if name.endswith(".frames")] == ["000002.frames"]


def damage(path: Path, at: float = 0.5) -> None:
    content = bytearray(path.read_bytes())
    content[int(len(content) * at)] ^= 0xFF
    path.write_bytes(content)


def test_a_damaged_checkpoint_costs_the_frames_since_the_one_before(tmp_path: Path, clip: Path, whole: Seen) -> None:
    output = tmp_path / "film.mp4"
    stopped(output, clip, 13)
    *_, before, last = sorted(part(output).glob("state-*"))
    damage(last)
    assert make(output, clip).dreamed[0] == int(before.name[6:14]) + 1
    assert seen(output) == whole


def test_with_no_sound_checkpoint_the_film_is_dreamed_anew_and_finished_parts_stay(
    tmp_path: Path, clip: Path, whole: Seen
) -> None:
    output = tmp_path / "film.mp4"
    stopped(output, clip, 13)
    for path in part(output).glob("state-*"):
        damage(path)
    kept = (part(output) / "000000.packets").stat()
    during: list[os.stat_result] = []
    told = make(output, clip, each=lambda _: during.append((part(output) / "000000.packets").stat()))
    assert told.dreamed == list(range(FRAMES))
    assert {(state.st_ino, state.st_mtime_ns) for state in during} == {(kept.st_ino, kept.st_mtime_ns)}
    assert seen(output) == whole


@pytest.mark.parametrize(
    "at", [pytest.param(0.01, marks=pytest.mark.long), 0.5, pytest.param(0.99, marks=pytest.mark.long)]
)
def test_a_damaged_part_is_redone_and_the_rest_kept(tmp_path: Path, clip: Path, whole: Seen, at: float) -> None:
    output = tmp_path / "film.mp4"
    stopped(output, clip, 20)
    damage(part(output) / "000001.packets", at)
    told = make(output, clip)
    assert sorted(set(told.dreamed)) == [*range(16), 20, 21]  # to reach part 1 anew, and the rest from its checkpoint
    assert seen(output) == whole


@pytest.mark.parametrize("at", [0.1, pytest.param(0.9, marks=pytest.mark.long)])
def test_damaged_frames_of_the_open_part_are_redone(tmp_path: Path, clip: Path, whole: Seen, at: float) -> None:
    output = tmp_path / "film.mp4"
    stopped(output, clip, 14)
    damage(part(output) / "000001.frames", at)
    make(output, clip)
    assert seen(output) == whole


def test_a_torn_record_is_cut_off(tmp_path: Path, clip: Path, whole: Seen) -> None:
    output = tmp_path / "film.mp4"
    stopped(output, clip, 13)
    frames = part(output) / "000001.frames"
    frames.write_bytes(frames.read_bytes() + b"MREC half a record")
    make(output, clip)
    assert seen(output) == whole


def test_after_a_cut_no_state_is_needed(tmp_path: Path) -> None:
    """A damaged part behind a cut is redone from the cut, not from the film's first frame."""
    import av
    import numpy as np

    cut = tmp_path / "cut.mp4"
    with av.open(str(cut), "w") as container:
        stream = container.add_stream("libx264", rate=12)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for colour in [30] * 11 + [220] * 11:
            picture = np.full((48, 64, 3), colour, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    stopped(tmp_path / "film.mp4", cut, 20)
    for path in part(tmp_path / "film.mp4").glob("state-*"):
        damage(path)
    assert make(tmp_path / "film.mp4", cut).dreamed[0] == 11
