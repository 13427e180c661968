"""What must be the same for a job to be continued, and what is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch

from mariana_video.errors import MarianaError, OutputError, SourceError, UsageError
from mariana_video.job import job
from mariana_video.job.conditions import machine_given
from mariana_video.job.finish import clear_up
from mariana_video.job.output_paths import folder_for, is_finished
from mariana_video.loop.dreamer import Dreamer
from mariana_video.recipe.job import Machine, Storage
from mariana_video.recipe.options import Recipe, recipe
from mariana_video.recipe.values.memory import Memory
from mariana_video.recipe.values.objective import Objective
from tests.conftest import small_network
from tests.job.jobs import FRAMES, RECIPE, Seen, make, part, seen, stopped
from tests.loop.little import moving_clip

pytestmark = pytest.mark.usefixtures("small_parts")


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
    tmp_path: Path, clip: Path, changed: Recipe, storage: Storage, word: str
) -> None:
    stopped(tmp_path / "film.mp4", clip, 3)
    with pytest.raises(UsageError, match="--restart") as caught:
        make(tmp_path / "film.mp4", clip, changed, storage)
    assert word in str(caught.value)
    make(tmp_path / "film.mp4", clip)


def test_another_machine_is_refused_by_name(tmp_path: Path, clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mariana_video.job import conditions as conditions

    stopped(tmp_path / "film.mp4", clip, 3)
    monkeypatch.setattr(conditions, "version", lambda name: "9.9" if name == "torch" else "1")
    with pytest.raises(UsageError, match=r"with .* and this is (9\.9|1), which changes the last bits"):
        make(tmp_path / "film.mp4", clip)


def test_another_memory_is_refused_by_name(tmp_path: Path, clip: Path) -> None:
    """It may cut large pictures otherwise, and of some ways of scoring that changes the last digits."""

    def in_a_gigabyte(which: Recipe) -> Dreamer:
        network, memory = small_network(), Memory.of("1GB")
        return Dreamer(network, which, Objective("conv3"), torch.device("cpu"), "fp32", memory=memory)

    stopped(tmp_path / "film.mp4", clip, 3)
    with pytest.raises(UsageError, match="was begun without --memory, not with --memory 1GB; use that setting again"):
        make(tmp_path / "film.mp4", clip, dreaming=in_a_gigabyte)


def test_what_is_not_said_of_the_machine_is_as_it_was() -> None:
    begun = {"machine": {"device": "cpu", "precision": "fp32", "memory": "2GB"}}
    assert machine_given(Machine(), begun) == Machine("cpu", "fp32", Memory.of("2GB"))
    assert machine_given(Machine(memory=Memory.of("1GB")), begun).memory == Memory.of("1GB")
    assert machine_given(Machine(), {}) == Machine()


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


def test_stopped_while_clearing_up(tmp_path: Path, clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = tmp_path / "film.mp4"
    with monkeypatch.context() as patch:
        patch.setattr(job, "clear", lambda folder, output: None)
        make(output, clip)
    assert part(output).exists()
    assert is_finished(str(output))
    clear_up(str(output))
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


def test_a_job_that_was_begun_before_an_option_was_there_goes_on(tmp_path: Path, clip: Path) -> None:
    """As long as the option is left at what it was then; else it is refused by name."""
    film = tmp_path / "film.mp4"
    stopped(film, clip, 3)
    written = folder_for(str(film)) / "job.toml"
    old = [line for line in written.read_text().splitlines() if not line.startswith(("symmetry", "colour", "decay"))]
    assert len(old) < len(written.read_text().splitlines())
    written.write_text("\n".join(old) + "\n")
    with pytest.raises(UsageError, match="without --symmetry, not with --symmetry 3"):
        make(film, clip, recipe(first_steps=2, symmetry=3))
    assert make(film, clip).dreamed[0] == 3
