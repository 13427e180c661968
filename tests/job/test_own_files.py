"""Every path that the program writes or removes is its own: a stranger's file of that name is left as it is."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mariana_video.cli.app import run
from mariana_video.job import beside_output as beside
from mariana_video.job import job
from mariana_video.job.finish import finish_so_far
from mariana_video.job.output_paths import folder_for
from mariana_video.loop.state import Finished
from mariana_video.media.stills.pictures import write_picture
from mariana_video.recipe.job import Storage
from tests.conftest import texture
from tests.job.jobs import make, part, stopped
from tests.loop.little import moving_clip

WORDS = ["--steps", "0", "--quiet"]
Told = Callable[[], str]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return moving_clip(tmp_path_factory.mktemp("clips") / "clip.mp4", frames=12)


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Told:
    return lambda: capsys.readouterr().err


def video(*words: object) -> int:
    return run(["video", *map(str, words), *WORDS])


@pytest.mark.parametrize("name", ["film.part.mp4", "film.mp4.part", "film.part-2.mp4", "film.mp4.part/note.txt"])
def test_a_file_that_looks_like_ours(tmp_path: Path, clip: Path, name: str) -> None:
    own = tmp_path / name
    own.parent.mkdir(exist_ok=True)
    own.write_text("my own")
    stopped(tmp_path / "film.mp4", clip, 5)
    path, _, _ = finish_so_far(str(tmp_path / "film.mp4"), print)
    assert path.exists()
    assert path != own
    make(tmp_path / "film.mp4", clip)
    assert own.read_text() == "my own"
    assert not path.exists()


@pytest.mark.parametrize("ending", ["mp4", "gif", ""])
def test_what_is_left_to_look_at_is_made_anew_and_taken_away(tmp_path: Path, clip: Path, ending: str) -> None:
    output = str(tmp_path / (f"film.{ending}" if ending else "film")) + ("" if ending else "/")
    stopped(output, clip, 4)
    first, frames, _ = finish_so_far(output, print)
    stopped(output, clip, 3)
    second, more, _ = finish_so_far(output, print)
    assert first == second
    assert frames < more
    make(output, clip)
    assert sorted(path.name for path in tmp_path.iterdir()) == [Path(output).name]


def test_what_was_left_and_then_changed_is_somebody_s(tmp_path: Path, clip: Path) -> None:
    output = tmp_path / "film.mp4"
    stopped(output, clip, 4)
    left, _, _ = finish_so_far(str(output), print)
    left.write_text("I cut this one myself")
    stopped(output, clip, 3)
    again, _, _ = finish_so_far(str(output), print)
    assert again != left
    make(output, clip)
    assert left.read_text() == "I cut this one myself"
    assert not again.exists()


def test_somebody_s_pictures_among_ours_stay(tmp_path: Path, clip: Path) -> None:
    (tmp_path / "film-so-far").mkdir()
    (tmp_path / "film-so-far" / "frame-000001.png").write_text("mine")
    stopped(f"{tmp_path}/film/", clip, 4)
    path, _, _ = finish_so_far(f"{tmp_path}/film/", print)
    (path / "note.txt").write_text("mine too")
    make(f"{tmp_path}/film/", clip)
    assert (tmp_path / "film-so-far" / "frame-000001.png").read_text() == "mine"
    assert [file.name for file in path.iterdir()] == ["note.txt"]


@pytest.mark.parametrize("kind", ["file", "folder", "link"])
def test_the_job_s_folder_s_name_is_taken(tmp_path: Path, clip: Path, kind: str, told: Told) -> None:
    folder = folder_for(tmp_path / "film.mp4")
    if kind == "file":
        folder.write_text("mine")
    elif kind == "link":
        folder.symlink_to(tmp_path / "nowhere")
    else:
        (folder / "frames").mkdir(parents=True)
        (folder / "holiday.jpg").write_text("mine")
    assert video(clip, tmp_path / "film.mp4") == 1
    assert "film.mp4.mariana is in the way" in told()
    assert os.path.lexists(folder)
    if kind == "folder":
        assert (folder / "holiday.jpg").read_text() == "mine"
        assert not (folder / "lock").exists()


def test_a_stranger_s_file_in_a_job_s_folder_outlives_the_job(tmp_path: Path, clip: Path) -> None:
    output = tmp_path / "film.mp4"
    stopped(output, clip, 4)
    (part(output) / "notes.txt").write_text("mine")
    make(output, clip)
    assert [path.name for path in part(output).iterdir() if path.name != "lock"] == ["notes.txt"]
    assert output.exists()


def test_a_preview_that_is_the_source_or_somebody_s(tmp_path: Path, told: Told) -> None:
    source, other = tmp_path / "source.png", tmp_path / "other.png"
    write_picture(source, texture(48, 64))
    write_picture(other, 1 - texture(48, 64))
    before = source.read_bytes(), other.read_bytes()
    (tmp_path / "link.png").symlink_to(source)
    zoom = ["zoom", str(source), str(tmp_path / "out.gif"), "--duration", "0.2", "--rate", "10", *WORDS]
    for preview in (source, tmp_path / "link.png", other):
        assert run([*zoom, "--preview", str(preview)]) == 1
        assert "give another name" in told()
    assert run([*zoom, "--preview", str(tmp_path / "out.gif")]) == 2
    assert (source.read_bytes(), other.read_bytes()) == before
    assert run([*zoom, "--preview", str(other), "--overwrite"]) == 0
    assert other.read_bytes() != before[1]
    assert source.read_bytes() == before[0]


def test_a_preview_of_the_same_job_is_renewed(tmp_path: Path, clip: Path) -> None:
    look = tmp_path / "look.png"
    storage = Storage(preview=look)
    stopped(tmp_path / "film.mp4", clip, 4, job_recipe(), storage)
    assert look.exists()
    make(tmp_path / "film.mp4", clip, job_recipe(), storage)
    assert look.exists()


def job_recipe() -> object:
    from tests.job.jobs import RECIPE

    return RECIPE


@pytest.mark.parametrize("written", ["--preview", "OUTPUT"])
def test_what_is_read_is_not_written(tmp_path: Path, clip: Path, written: str, told: Told) -> None:
    mask = tmp_path / "mask.png"
    write_picture(mask, texture(48, 64))
    before = mask.read_bytes()
    more = [tmp_path / "out.mp4", "--preview", mask] if written == "--preview" else [tmp_path / "mask.png"]
    if written == "OUTPUT":
        folder = tmp_path / "frames"
        folder.mkdir()
        (folder / "frame-000001.png").write_bytes(before)
        more = [f"{folder}/"]
        mask = folder / "frame-000001.png"
    code = video(clip, *more, "--mask", mask, "--overwrite")
    assert code == 1, told()
    assert mask.read_bytes() == before


def test_an_output_that_is_a_link_goes_where_it_leads(tmp_path: Path, clip: Path, told: Told) -> None:
    (tmp_path / "disk").mkdir()
    target, link = tmp_path / "disk" / "film.mp4", tmp_path / "film.mp4"
    target.write_text("an older film")
    link.symlink_to(target)
    assert video(clip, link) == 1
    assert "--overwrite" in told()
    assert video(clip, link, "--overwrite") == 0
    assert link.is_symlink()
    assert target.stat().st_size > 1000
    new = tmp_path / "new.mp4"
    new.symlink_to(tmp_path / "disk" / "made.mp4")
    assert video(clip, new) == 0
    assert (tmp_path / "disk" / "made.mp4").stat().st_size > 1000
    round_ = tmp_path / "round.mp4"
    round_.symlink_to(round_)
    assert video(clip, round_) == 1
    assert "leads nowhere" in told()
    source = tmp_path / "clip.mp4"
    source.symlink_to(clip)
    assert video(source, source, "--overwrite") == 1
    assert "the source itself" in told()


def test_a_file_that_appears_while_the_film_is_made(
    tmp_path: Path, clip: Path, monkeypatch: pytest.MonkeyPatch, told: Told
) -> None:
    output = tmp_path / "film.mp4"
    keep = job.Job._keep

    def kept(self: job.Job, item: tuple[int, Finished]) -> None:
        output.write_text("mine")
        keep(self, item)

    with monkeypatch.context() as patch:
        patch.setattr(job.Job, "_keep", kept)
        assert video(clip, output) == 1
    assert output.read_text() == "mine"
    assert "exists" in told()
    output.rename(tmp_path / "mine.txt")
    monkeypatch.setattr(job, "sink", None)  # nothing is dreamed again
    assert video(clip, output) == 0


def test_marks_tell_a_changed_file(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("one")
    before = beside.mark_of(file)
    file.rename(tmp_path / "b")
    assert beside.mark_of(tmp_path / "b") == before
    (tmp_path / "b").write_text("other")
    assert beside.mark_of(tmp_path / "b") != before


@pytest.fixture
def frames(tmp_path: Path) -> Path:
    folder = tmp_path / "frames"
    folder.mkdir()
    for number in range(6):
        write_picture(folder / f"a{number}.png", texture(48, 64, number))
    return folder


@pytest.mark.parametrize("preview", ["a3.png", "look.png"])
def test_a_preview_among_the_pictures_that_are_read(tmp_path: Path, frames: Path, preview: str, told: Told) -> None:
    before = {path.name: path.read_bytes() for path in frames.iterdir()}
    assert video(frames, tmp_path / "out.mp4", "--preview", frames / preview, "--overwrite") == 1
    assert "give it another folder" in told()
    assert video(frames, frames / "out.gif") == 1
    assert {path.name: path.read_bytes() for path in frames.iterdir()} == before


def test_a_job_in_its_source_s_own_folder_goes_on(frames: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = frames / "out.mp4"
    keep = job.Job._keep

    def kept(self: job.Job, item: tuple[int, Finished]) -> None:
        keep(self, item)
        if item[0] == 3:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(job.Job, "_keep", kept)
        assert video(frames, output) == 130
    assert (frames / "out.part.mp4").exists()
    assert video(frames, output) == 0
    assert sorted(path.name for path in frames.iterdir()) == [*(f"a{n}.png" for n in range(6)), "out.mp4"]


def test_measure_and_plot_replace_nothing_that_is_read(tmp_path: Path, clip: Path, told: Told) -> None:
    source, dream = tmp_path / "source.mp4", tmp_path / "dream.mp4"
    for path in (source, dream):
        path.write_bytes(clip.read_bytes())
    for words in (["--json", source], ["--plot", dream], ["--json", "x.png", "--plot", "./x.png"]):
        assert run(["measure", str(source), str(dream), *map(str, words), "--overwrite"]) in (1, 2)
        told()
    assert source.read_bytes() == dream.read_bytes() == clip.read_bytes()
    picture, sheet = tmp_path / "p.png", tmp_path / "s.png"
    write_picture(picture, texture(48, 64))
    assert run(["progress", str(picture), str(sheet), "--plot", str(sheet), "--steps", "2", "--frames", "2"]) == 2
    assert "--plot" in told()
    assert not sheet.exists()
