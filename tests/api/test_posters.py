"""A picture that is too large for memory is dreamed on disk: the same picture, and nothing else is left."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import mariana_video
from mariana_video.api.making import posters
from mariana_video.api.making.work import Made, Work
from mariana_video.dream.large import sheet
from mariana_video.errors import OutputError
from mariana_video.media.stills.carried import picture_text
from mariana_video.media.stills.pictures import read_picture, write_picture
from tests.api.works import QUICK
from tests.conftest import texture


@pytest.fixture
def workplace(desk: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A large picture, on a machine where only pictures on disk fit."""
    write_picture("large.png", (texture(140, 180) > 0.5).astype(np.float32), texture(140, 180, seed=2)[..., 0])
    dream("whole.png").run()
    monkeypatch.setattr(posters, "memory_needed", lambda *_: 1 << 60)
    monkeypatch.setattr(sheet, "AT_ONCE", 5000)
    return desk


def dream(output: str, **more: Any) -> Work[Path]:
    options = {name: value for name, value in QUICK.items() if name != "size"}
    return mariana_video.image("large.png", output, motif_size=0.5, **options, **more)


def test_it_is_the_same_picture(workplace: Path) -> None:
    work, made = dream("parts.png"), list[Made]()
    assert any("too large for memory" in note for note in work.notes)
    assert work.weights is not None
    assert len(work.weights) == work.total
    before = {path.name for path in workplace.iterdir()}
    during = list[set[str]]()
    work.run(on_frame=lambda one: (made.append(one), during.append({path.name for path in workplace.iterdir()}))[0])
    assert [one.number for one in made] == list(range(1, len(made) + 1))
    assert len(made) == work.total
    assert set.union(*during) == before
    assert {path.name for path in workplace.iterdir()} == before | {"parts.png"}
    whole, parts = (read_picture(name) for name in ("whole.png", "parts.png"))
    assert np.array_equal(whole[0], parts[0])
    assert whole[1] is not None
    assert parts[1] is not None
    assert np.array_equal(whole[1], parts[1])
    assert picture_text(Path("parts.png")) == picture_text(Path("whole.png"))


@pytest.mark.usefixtures("workplace")
def test_enlarged_it_is_the_same_too(monkeypatch: pytest.MonkeyPatch) -> None:
    dream("parts.png", size="230x").run()
    monkeypatch.setattr(posters, "memory_needed", lambda *_: 0)
    dream("whole.png", size="230x", overwrite=True).run()
    whole, parts = (read_picture(name) for name in ("whole.png", "parts.png"))
    assert whole[0].shape == (179, 230, 3)
    assert np.array_equal(whole[0], parts[0])
    assert np.array_equal(np.asarray(whole[1]), np.asarray(parts[1]))


def test_stopped_it_leaves_nothing(workplace: Path) -> None:
    before = {path.name for path in workplace.iterdir()}
    work = dream("parts.png")
    with pytest.raises(mariana_video.Cancelled):
        work.run(on_frame=lambda made: work.cancel())
    assert {path.name for path in workplace.iterdir()} == before


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.mark.usefixtures("workplace")
def test_the_disk_is_asked_beforehand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(10**9, 10**9 - 10**6, 10**6))
    with pytest.raises(OutputError, match=r"parts\.png needs about 2\.6 MB and the disk has 1\.0 MB left"):
        dream("parts.png")


def test_a_disk_that_is_full_all_the_same_is_told(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, work = {path.name for path in workplace.iterdir()}, dream("parts.png")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(sheet.Sheet, "__setitem__", full)
    with pytest.raises(OutputError, match=r"parts\.png can't be written: the disk is full"):
        work.run()
    assert {path.name for path in workplace.iterdir()} == before


@pytest.mark.usefixtures("workplace")
def test_what_can_not_be_made_so_is_made_as_a_whole() -> None:
    """It fits in truth; where it doesn't, it is refused as ever."""
    assert not any("too large" in note for note in dream("six.png", symmetry=6).notes)
    assert not any("too large" in note for note in dream("small.png", size="90x").notes)
