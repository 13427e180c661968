"""What lies in people's folders beside pictures: other programs' leavings, links, names of any bytes, closed doors."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from mariana_video.cli.app import run
from mariana_video.errors import DataError
from mariana_video.training.pictures.data import read_folder
from mariana_video.training.pictures.folders import class_folders, picture_files, printable
from tests.training.folders import make_folder

LEAVINGS = (
    "__MACOSX",
    ".ipynb_checkpoints",
    "@eaDir",
    "$RECYCLE.BIN",
    "System Volume Information",
    "lost+found",
    ".git",
)


def refuse(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """The system opens that folder to nobody (permissions alone would not keep root out)."""
    for name in ("scandir", "listdir"):
        usual = getattr(os, name)

        def asked(path: Any = ".", usual: Any = usual) -> Any:
            if Path(os.fsdecode(path)) == folder:
                raise PermissionError(13, "Permission denied", os.fsdecode(path))
            return usual(path)

        monkeypatch.setattr(os, name, asked)


@pytest.mark.parametrize("paths", [".", "cane"])
def test_what_systems_leave_is_passed_over_everywhere(tmp_path: Path, paths: str) -> None:
    folder = make_folder(tmp_path / "data", 2)
    for name in LEAVINGS:
        (folder / paths / name).mkdir()
        (folder / paths / name / "000.png").write_bytes((folder / "cane" / "000.png").read_bytes())
    for name in (".DS_Store", "Thumbs.db", "._000.png", "desktop.ini"):
        (folder / paths / name).write_bytes(b"\0\5\26\7")
    pictures = read_folder(folder)
    assert (len(pictures), pictures.skipped) == (6, ())
    assert pictures.classes == ("cat", "dog", "spider")


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "a.zip").touch()
    with pytest.raises(DataError, match=r"a\.zip is a file; DATA is a folder"):
        class_folders(tmp_path / "a.zip")


def test_a_closed_folder_is_told_and_a_closed_one_within_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_folder(tmp_path / "data", 2)
    (folder / "cane" / "closed").mkdir()
    with monkeypatch.context() as patch:
        refuse(patch, folder / "cane" / "closed")
        pictures = read_folder(folder)
        assert len(pictures) == 6
        assert pictures.skipped == (f"{folder / 'cane' / 'closed'} (a folder that can't be read: permission denied)",)
    refuse(monkeypatch, folder)
    with pytest.raises(DataError, match="can't be read: permission denied"):
        read_folder(folder)


def test_links_are_followed_once_and_never_round_a_ring(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "data", 2)
    (folder / "cane").rename(tmp_path / "dogs")
    (folder / "cane").symlink_to(tmp_path / "dogs")  # a class kept elsewhere
    (tmp_path / "dogs" / "again").symlink_to(tmp_path / "dogs")
    (tmp_path / "dogs" / "self.png").symlink_to(tmp_path / "dogs" / "self.png")
    (tmp_path / "dogs" / "gone.jpg").symlink_to(tmp_path / "nowhere.jpg")
    (tmp_path / "dogs" / "other.png").symlink_to(folder / "gatto" / "000.png")
    (folder / "round").symlink_to(folder / "round")
    pictures = read_folder(folder)
    assert pictures.classes == ("cat", "dog", "spider")
    assert len(pictures) == 7
    assert [Path(line.split(" (")[0]).name for line in pictures.skipped] == ["gone.jpg", "self.png"]
    assert all("leads nowhere" in line for line in pictures.skipped)


@pytest.mark.parametrize("target", ["data", "."])
def test_a_class_that_leads_back_to_data_is_refused(tmp_path: Path, target: str) -> None:
    folder = make_folder(tmp_path / "data", 2)
    (folder / "all").symlink_to(tmp_path / target)
    with pytest.raises(DataError, match="leads back"):
        read_folder(folder)


def test_two_folders_of_one_class_are_refused(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "data", 2)
    (folder / "Cane").mkdir(exist_ok=True)
    if len(list(folder.iterdir())) == 3:
        pytest.skip("this disk knows no large and small letters")
    with pytest.raises(DataError, match="both class 'dog'"):
        class_folders(folder)


def test_names_of_any_bytes_become_text(tmp_path: Path) -> None:
    assert printable(os.fsdecode(b"caf\xe9")) == r"caf\xe9"
    assert printable("caf\u00e9 \u732b") == "caf\u00e9 \u732b"
    folder = make_folder(tmp_path / "data", 2, {"a": (210, 60, 50), os.fsdecode(b"caf\xe9"): (50, 70, 210)})
    (folder / os.fsdecode(b"caf\xe9") / os.fsdecode(b"\xff.jpg")).touch()
    pictures = read_folder(folder)
    assert pictures.classes == ("a", r"caf\xe9")
    assert json.loads(json.dumps(pictures.classes))[1].encode()
    assert pictures.skipped[0].encode()


def test_files_are_sorted_and_only_pictures(tmp_path: Path) -> None:
    for name in ("b.PNG", "a/2.jpeg", "a/10.jpg", "c.txt", "d.pgm"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "e.png").mkdir()
    os.mkfifo(tmp_path / "pipe.png")
    files, missed = picture_files(tmp_path)
    assert [str(path.relative_to(tmp_path)) for path in files] == ["a/10.jpg", "a/2.jpeg", "b.PNG", "d.pgm"]
    assert missed == []


@pytest.mark.parametrize("words", [["train", "DATA", "x.safetensors"], ["evaluate", "mariana", "DATA"]])
def test_a_file_in_place_of_data_is_one_line(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("data.zip").touch()
    assert run(["data.zip" if word == "DATA" else word for word in words]) == 1
    assert (
        capsys.readouterr().err
        == "mariana: data.zip is a file; DATA is a folder with one subfolder of pictures a class\n"
    )
