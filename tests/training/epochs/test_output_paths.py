"""Every path a training writes is its own: checked first, held by one run, and whole or not there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from mariana_video.errors import DataError, MarianaError, OutputError
from mariana_video.networks.mariana import Architecture
from mariana_video.training import study as job
from mariana_video.training.epochs.options import Lessons, Study
from mariana_video.training.epochs.train import Progress
from mariana_video.training.epochs.variants import VARIANTS, Variant
from mariana_video.training.pictures.data import Pictures, read_folder
from tests.training.folders import make_folder, small_classifier

SHORT = Study(epochs=2, batch=8, held_back=0.2, precision="fp32")
BESIDE = ["net.md", "net.csv", "net.png", "net-diverging.safetensors", "net-diverging.md"]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    tiny = Variant("tiny", Architecture((8, 12), True, 16, 16, 3), rate=3e-3)
    monkeypatch.setitem(VARIANTS, "colour4-dense512-l2-sgd", tiny)  # type: ignore[misc]
    monkeypatch.setattr(
        "mariana_video.training.outcome.results.plot_curves", lambda path, *_: path.write_bytes(b"a plot")
    )


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_folder(tmp_path_factory.mktemp("data") / "raw-img", 12)


@pytest.fixture(scope="module")
def pictures(data: Path) -> Pictures:
    return read_folder(data)


def listing(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any picture read from now on is work done before a refusal."""

    def read(*_: Any) -> None:
        raise AssertionError("a picture was read")

    monkeypatch.setattr("mariana_video.training.pictures.data.decode", read)


@pytest.mark.parametrize("name", BESIDE)
def test_a_stranger_s_file_is_refused_before_any_work(
    name: str, data: Path, pictures: Pictures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).write_text("my own notes")
    with monkeypatch.context() as patch:
        unread(patch)
        for call in (
            lambda: job.learn(data, tmp_path / "net.safetensors", SHORT, Lessons()),
            lambda: job.run(pictures, tmp_path / "net.safetensors", SHORT, Lessons()),
            lambda: job.check_output(tmp_path / "net.safetensors", False, SHORT),
        ):
            with pytest.raises(OutputError, match=rf"{name} exists; .*--overwrite"):
                call()
    assert listing(tmp_path) == {name: b"my own notes"}


def test_strangers_files_are_replaced_when_told_to(pictures: Pictures, tmp_path: Path) -> None:
    for name in BESIDE:
        (tmp_path / name).write_text("my own notes")
    job.run(pictures, tmp_path / "net.safetensors", SHORT, Lessons(), overwrite=True)
    written = listing(tmp_path)
    kept = {name for name, content in written.items() if content == b"my own notes"}
    assert kept == {"net-diverging.safetensors", "net-diverging.md"}  # nothing took their place: it did not diverge


def test_what_may_not_be_written_is_not_in_the_way(pictures: Pictures, tmp_path: Path) -> None:
    (tmp_path / "net-diverging.md").write_text("my own notes")
    (tmp_path / "net.txt").write_text("my own notes")
    stopping = Study(epochs=1, batch=8, held_back=0.2, precision="fp32", stop_at_divergence=True)
    job.run(pictures, tmp_path / "net.safetensors", stopping, Lessons())
    assert (tmp_path / "net-diverging.md").read_text() == (tmp_path / "net.txt").read_text() == "my own notes"


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("content", [b"a diary", b"PK\3\4 a zip", b"\x80\x04cos\nsystem\n(S'touch hacked'\ntR."])
def test_a_checkpoint_that_is_not_ours_is_never_run_or_removed(
    content: bytes, overwrite: bool, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    unread(monkeypatch)
    Path("net.checkpoint").write_bytes(content)
    with pytest.raises(DataError, match=r"net\.checkpoint is damaged or not this program's"):
        job.learn(data, Path("net.safetensors"), SHORT, Lessons(), overwrite)
    assert listing(tmp_path) == {"net.checkpoint": content}


def test_another_program_s_torch_file_is_no_checkpoint(data: Path, tmp_path: Path) -> None:
    import torch

    for values in ({"model": torch.zeros(3), "epoch": 3}, torch.zeros(3), [1, 2]):
        torch.save(values, tmp_path / "net.checkpoint")
        with pytest.raises(DataError, match="not this program's"):
            job.learn(data, tmp_path / "net.safetensors", SHORT, Lessons())
        assert (tmp_path / "net.checkpoint").exists()


class _Killed(BaseException):
    pass


def kill(progress: Progress, _: object) -> None:
    if progress.row is not None:
        raise _Killed


def test_a_checkpoint_of_other_settings_is_refused_before_a_picture_is_read(
    data: Path, pictures: Pictures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "net.safetensors"
    with pytest.raises(_Killed):
        job.run(pictures, output, SHORT, Lessons(), kill)
    assert sorted(listing(tmp_path)) == ["net.checkpoint"]
    unread(monkeypatch)
    with pytest.raises(DataError, match="other settings"):
        job.learn(data, output, Study(epochs=3, batch=8, held_back=0.2), Lessons())


def test_a_checkpoint_of_other_pictures_of_the_same_shapes_is_refused(pictures: Pictures, tmp_path: Path) -> None:
    output = tmp_path / "net.safetensors"
    with pytest.raises(_Killed):
        job.run(pictures, output, SHORT, Lessons(), kill)
    others = Pictures([255 - picture for picture in pictures.pictures], pictures.labels, pictures.classes)
    with pytest.raises(DataError, match="other settings or pictures"):
        job.run(others, output, SHORT, Lessons())
    job.run(pictures, output, SHORT, Lessons())
    assert not output.with_suffix(".checkpoint").exists()


def test_saying_the_default_is_the_same_run(pictures: Pictures, tmp_path: Path) -> None:
    output = tmp_path / "net.safetensors"
    with pytest.raises(_Killed):
        job.run(pictures, output, Study(batch=8, held_back=0.2, precision="fp32"), Lessons(), kill)
    with pytest.raises(_Killed):
        job.run(pictures, output, Study(epochs=110, batch=8, held_back=0.2), Lessons(), kill)


@pytest.mark.parametrize("failing", ["release", "write_csv", "plot_curves"])
def test_a_file_that_can_t_be_written_at_the_end_doesn_t_lose_the_training(
    failing: str, pictures: Pictures, tmp_path: Path
) -> None:
    output = tmp_path / "net.safetensors"

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(f"mariana_video.training.outcome.results.{failing}", full)
        with pytest.raises(
            OutputError, match=r"net\.\w+ can't be written: the disk is full.*kept in .*net\.checkpoint"
        ):
            job.run(pictures, output, SHORT, Lessons())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net.checkpoint"]  # and nothing half-made
    seen: list[int] = []
    job.run(pictures, output, SHORT, Lessons(), lambda progress, _: seen.append(progress.step))
    assert not seen  # nothing was trained again
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net.csv", "net.md", "net.png", "net.safetensors"]


@pytest.mark.parametrize("after", [0, 1, 3])
def test_a_run_that_is_killed_while_files_get_their_names_knows_them_again(
    after: int, pictures: Pictures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mariana_video.media.output import commit

    output, done = tmp_path / "net.safetensors", []

    def killed(made: Path, path: Path) -> None:
        if len(done) == after:
            raise _Killed
        commit(made, path)
        done.append(path)

    with monkeypatch.context() as patch:
        patch.setattr("mariana_video.training.epochs.output_paths.commit", killed)
        with pytest.raises(_Killed):
            job.run(pictures, output, SHORT, Lessons())
    assert output.with_suffix(".checkpoint").exists()
    if done:  # what somebody else has put there since is not ours
        done[-1].rename(tmp_path / "kept")
        done[-1].write_text("my own notes")
        with pytest.raises(OutputError, match="exists"):
            job.run(pictures, output, SHORT, Lessons())
        (tmp_path / "kept").replace(done[-1])
    job.run(pictures, output, SHORT, Lessons())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net.csv", "net.md", "net.png", "net.safetensors"]


def test_a_file_that_came_while_it_was_trained_is_not_replaced(pictures: Pictures, tmp_path: Path) -> None:
    output = tmp_path / "net.safetensors"
    with pytest.raises(OutputError, match=r"net\.md exists"):
        job.run(pictures, output, SHORT, Lessons(), lambda *_: (tmp_path / "net.md").write_text("my own notes"))
    assert sorted(listing(tmp_path)) == ["net.checkpoint", "net.md"]
    assert (tmp_path / "net.md").read_text() == "my own notes"
    job.run(pictures, output, SHORT, Lessons(), overwrite=True)
    assert "# net" in (tmp_path / "net.md").read_text()


def test_a_second_run_on_one_output_is_refused(data: Path, pictures: Pictures, tmp_path: Path) -> None:
    output = tmp_path / "net.safetensors"
    refused: list[str] = []

    def second(*_: object) -> None:
        if not refused:
            with pytest.raises(OutputError, match="being made by another run") as error:
                job.learn(data, output, SHORT, Lessons())
            refused.append(str(error.value))

    job.run(pictures, output, SHORT, Lessons(), second)
    assert f"(process {os.getpid()})" in refused[0]
    assert not (tmp_path / ".net.safetensors.part").exists()


def test_a_killed_run_s_working_folder_is_taken_over(pictures: Pictures, tmp_path: Path) -> None:
    folder = tmp_path / ".net.safetensors.part"
    folder.mkdir()
    for name in ("lock", "network.md", ".network.safetensors.a1b2.part", ".net.checkpoint.part"):
        (folder / name).write_text("half")
    job.run(pictures, tmp_path / "net.safetensors", SHORT, Lessons())
    assert not folder.exists()


def test_somebody_else_s_folder_of_that_name_is_left_alone(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / ".net.safetensors.part"
    folder.write_text("a file")
    with pytest.raises(OutputError, match=r"\.net\.safetensors\.part is in the way"):
        job.learn(data, tmp_path / "net.safetensors", SHORT, Lessons())
    folder.unlink()
    folder.mkdir()
    (folder / "thesis.txt").write_text("mine")
    with pytest.raises(OutputError, match="thesis"):
        job.learn(data, tmp_path / "net.safetensors", SHORT, Lessons())
    assert (folder / "thesis.txt").read_text() == "mine"


@pytest.mark.parametrize("option", ["init", "teacher"])
def test_what_is_read_is_never_replaced(option: str, data: Path, tmp_path: Path) -> None:
    output = tmp_path / "net.safetensors"
    small_classifier(output, ("a", "b", "c"))
    (tmp_path / "link.safetensors").symlink_to(output)
    before = output.read_bytes()
    study = Study(epochs=1, init=tmp_path / "link.safetensors") if option == "init" else Study()
    lessons = Lessons(teacher=str(tmp_path / "link.safetensors")) if option == "teacher" else Lessons()
    with pytest.raises(OutputError, match=f"--{option}"):
        job.learn(data, output, study, lessons, overwrite=True)
    assert output.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (os.fsdecode(b"caf\xe9.safetensors"), r"caf\\xe9"),
        ("n" * 250 + ".safetensors", "too long"),
        ("n" * 235 + ".safetensors", "too long"),
        ("none/net.safetensors", "no folder"),
        ("folder.safetensors", "is a folder"),
    ],
)
def test_names_that_can_t_be_written_are_found_at_once(
    name: str, said: str, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unread(monkeypatch)
    (tmp_path / "folder.safetensors").mkdir()
    with pytest.raises(MarianaError, match=said):
        job.learn(data, tmp_path / name, SHORT, Lessons(), overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.safetensors"]


def test_output_among_the_pictures_is_refused(tmp_path: Path) -> None:
    data = make_folder(tmp_path / "data", 4)
    with pytest.raises(OutputError, match="among the pictures"):
        job.learn(data, data / "cane" / "net.safetensors", SHORT, Lessons())
    job.learn(data, data / "net.safetensors", Study(epochs=1, batch=8, held_back=0.3, precision="fp32"), Lessons())
    assert read_folder(data).classes == ("cat", "dog", "spider")
