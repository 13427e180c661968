"""A job broken off anywhere goes on, and gives the film that would have come without."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from mariana_video.errors import MarianaError, OutputError, SourceError, UsageError
from mariana_video.job import job
from mariana_video.job.finish import finish_so_far
from mariana_video.job.output_paths import folder_for, stands
from mariana_video.job.stores import segments
from mariana_video.recipe.job import Storage
from mariana_video.recipe.options import recipe
from tests.job.jobs import RECIPE, Seen, make, part, seen, stopped
from tests.loop.little import moving_clip

FRAMES = 22


@pytest.fixture(autouse=True, scope="module")
def _small_parts() -> Iterator[None]:
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


EVERYDAY = [
    ("film.mp4", Storage()),
    ("film.mkv", Storage(codec="ffv1")),
    ("film.webm", Storage()),
    ("film/", Storage()),
    ("film.gif", Storage()),
]
SELDOM = [
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


@pytest.mark.parametrize("at", [0.01, 0.5, 0.99])
def test_a_damaged_part_is_redone_and_the_rest_kept(tmp_path: Path, clip: Path, whole: Seen, at: float) -> None:
    output = tmp_path / "film.mp4"
    stopped(output, clip, 20)
    damage(part(output) / "000001.packets", at)
    told = make(output, clip)
    assert sorted(set(told.dreamed)) == [*range(16), 20, 21]  # to reach part 1 anew, and the rest from its checkpoint
    assert seen(output) == whole


@pytest.mark.parametrize("at", [0.1, 0.9])
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


@pytest.mark.parametrize(
    ("changed", "storage", "word"),
    [
        (recipe(first_steps=3), Storage(), "--first-steps 2, not with --first-steps 3"),
        (recipe(first_steps=2, strength="0:(1), 9:(2)"), Storage(), "--strength 0:(1), 9:(2)"),
        (recipe(first_steps=2, size="32x"), Storage(), "without --size, not with --size 32x"),
        (RECIPE, Storage(crf=20), "--crf 20"),
        (RECIPE, Storage(sound=False), "with --sound, not with --no-sound"),
    ],
)
def test_other_settings_are_refused_by_name(
    tmp_path: Path, clip: Path, changed: object, storage: Storage, word: str
) -> None:
    stopped(tmp_path / "film.mp4", clip, 3)
    with pytest.raises(UsageError, match="--restart") as caught:
        make(tmp_path / "film.mp4", clip, changed, storage)  # type: ignore[arg-type]
    assert word in str(caught.value)
    make(tmp_path / "film.mp4", clip)


def test_another_machine_is_refused_by_name(tmp_path: Path, clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mariana_video.job import conditions as terms

    stopped(tmp_path / "film.mp4", clip, 3)
    monkeypatch.setattr(terms, "version", lambda name: "9.9" if name == "torch" else "1")
    with pytest.raises(UsageError, match=r"with .* and this is (9\.9|1), which changes the last bits"):
        make(tmp_path / "film.mp4", clip)


def test_a_source_is_known_by_its_content(tmp_path: Path, clip: Path) -> None:
    stopped(tmp_path / "film.mp4", clip, 3)
    other = moving_clip(tmp_path / "other.mp4", frames=FRAMES, shift=1)
    with pytest.raises(UsageError, match="another source"):
        make(tmp_path / "film.mp4", other)
    same = tmp_path / "renamed.mp4"
    same.write_bytes(clip.read_bytes())
    assert make(tmp_path / "film.mp4", same).dreamed[0] == 3


def test_restart_throws_the_state_away(tmp_path: Path, clip: Path) -> None:
    stopped(tmp_path / "film.mp4", clip, 12)
    told = make(tmp_path / "film.mp4", clip, recipe(first_steps=1), Storage(restart=True))
    assert told.dreamed == list(range(FRAMES))


@pytest.mark.parametrize("deed", ["deleted", "changed"])
def test_a_source_that_goes_half_way_ends_the_job_and_loses_nothing(
    tmp_path: Path, clip: Path, whole: Seen, deed: str
) -> None:
    output, source = tmp_path / "film.mp4", tmp_path / "source.mp4"
    source.write_bytes(clip.read_bytes())

    def meddle(position: int) -> None:
        if position == 10 and deed == "deleted":
            source.unlink()
        elif position == 10:
            source.write_bytes(source.read_bytes() + b"more")

    with pytest.raises(SourceError, match=r"goes on$"):
        make(output, source, each=meddle)
    assert not output.exists()
    source.write_bytes(clip.read_bytes())
    assert make(output, source).dreamed[0] >= 8
    assert seen(output) == whole


def test_a_second_run_is_refused(tmp_path: Path, clip: Path) -> None:
    refused: list[str] = []

    def second(position: int) -> None:
        if position == 2:
            with pytest.raises(OutputError, match="another run") as caught:
                make(tmp_path / "film.mp4", clip)
            refused.append(str(caught.value))

    make(tmp_path / "film.mp4", clip, each=second)
    assert f"(process {os.getpid()})" in refused[0]


def test_two_outputs_share_nothing() -> None:
    names = ["a.mp4", "a.mkv", "a", "a.mp4.mariana", "ü" * 120 + "a.mp4", "ü" * 120 + "b.mp4"]
    folders = {folder_for(name) for name in names}
    assert len(folders) == len(names)
    assert all(len(os.fsencode(folder.name)) <= 255 for folder in folders)


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


def test_stopped_while_clearing_up(tmp_path: Path, clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = tmp_path / "film.mp4"
    with monkeypatch.context() as patch:
        patch.setattr(job, "clear", lambda folder, output: None)
        make(output, clip)
    assert part(output).exists()
    assert stands(str(output))
    job.clear_up(str(output))
    assert not part(output).exists()
    assert output.exists()


def test_a_job_that_never_began_leaves_nothing(tmp_path: Path, clip: Path) -> None:
    with pytest.raises(MarianaError):
        make(tmp_path / "film.mp4", clip, recipe(start=100))
    assert list(tmp_path.iterdir()) == []


def test_an_unreadable_beginning_is_said(tmp_path: Path, clip: Path) -> None:
    stopped(tmp_path / "film.mp4", clip, 3)
    (part(tmp_path / "film.mp4") / "job.toml").write_bytes(b"\xff\x00")
    with pytest.raises(OutputError, match="--restart"):
        make(tmp_path / "film.mp4", clip)


def test_a_preview_is_kept_current(tmp_path: Path, clip: Path) -> None:
    make(tmp_path / "film.mp4", clip, storage=Storage(preview=tmp_path / "now.png"))
    assert (tmp_path / "now.png").stat().st_size > 100


@pytest.mark.parametrize(
    ("name", "storage"),
    [("film.mp4", Storage(codec="prores")), ("film.mp4", Storage(crf=52)), ("film.webm", Storage(codec="hevc"))],
)
def test_a_codec_or_quality_that_can_not_be_leaves_nothing_behind(
    tmp_path: Path, clip: Path, name: str, storage: Storage
) -> None:
    """What was refused must not be held against the next try."""
    output = tmp_path / name
    with pytest.raises(UsageError):
        make(output, clip, storage=storage)
    assert list(tmp_path.iterdir()) == []
