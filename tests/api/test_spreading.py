"""What a farm makes is what one machine makes, byte for byte; Ray itself is tested in `tests/farm/`."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

import pytest

from mariana_video.api.explore import explore
from mariana_video.api.image import image
from mariana_video.api.progress import progress
from mariana_video.api.sheet import sheet
from mariana_video.api.spreading.foretelling import SharedForetelling, makespan
from mariana_video.api.video import video
from mariana_video.api.zoom import zoom
from mariana_video.errors import FarmError, SourceError, UsageError
from mariana_video.farm.errand import Item, Unlike
from mariana_video.job import conditions
from mariana_video.media.stills.pictures import write_picture
from tests.api.elsewhere import OneWorker, one_worker
from tests.api.shots import content, cut_clip, listed, made
from tests.conftest import texture

__all__ = ["one_worker"]
LENGTHS = (4, 9, 1, 3)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return cut_clip(tmp_path / "clip.mp4", LENGTHS).relative_to(tmp_path)


@pytest.fixture
def said(tiny_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Files are named as people name them: from the folder that they are in."""
    shutil.copyfile(tiny_weights, tmp_path / "tiny.safetensors")
    monkeypatch.chdir(tmp_path)
    return {"network": "tiny.safetensors", "first_steps": 1, "motif_size": 1, "device": "cpu"}


def test_a_film_the_longest_shots_first(
    tmp_path: Path, clip: Path, said: dict[str, Any], one_worker: type[OneWorker]
) -> None:
    _, alone = made(clip, tmp_path / "alone.mp4", **said)
    _, told = made(clip, tmp_path / "film.mp4", farm="local:1", **said)
    assert content(tmp_path / "film.mp4") == content(tmp_path / "alone.mp4")
    assert one_worker.made_items == ["shot 2", "shot 1", "shot 4", "shot 3"]
    assert told == [note.replace("alone.mp4", "film.mp4") for note in alone]


def test_a_film_by_a_list_with_a_mask_beside_it(
    tmp_path: Path, clip: Path, said: dict[str, Any], one_worker: type[OneWorker]
) -> None:
    """All files that are named are found where they lie on the worker's machine."""
    write_picture(tmp_path / "mask.png", texture(48, 64))
    shots = listed(clip)
    shots.write_text(shots.read_text().replace('"shots/002.jpg"', '"shots/002.jpg"\nlook = {mask = "mask.png"}'))
    said = {**said, "shots": str(shots)}
    made(clip, tmp_path / "alone.mp4", **said)
    made(clip, tmp_path / "film.mp4", farm="local:1", **said)
    assert content(tmp_path / "film.mp4") == content(tmp_path / "alone.mp4")
    assert len(list((one_worker.machine / "files").iterdir())) == 3


def test_what_stands_is_not_made_again(
    tmp_path: Path, clip: Path, said: dict[str, Any], one_worker: type[OneWorker]
) -> None:
    made(clip, tmp_path / "alone.mp4", **said)
    made(clip, tmp_path / "film.mp4", stop=6, **said)
    work = video(clip, tmp_path / "film.mp4", farm="local:1", **said)
    assert (work.done, work.total) == (4, sum(LENGTHS))
    work.run()
    assert one_worker.made_items == ["shot 2", "shot 4", "shot 3"]
    assert content(tmp_path / "film.mp4") == content(tmp_path / "alone.mp4")


@pytest.mark.parametrize("name", ["film/", "film.mkv", pytest.param("film.gif", marks=pytest.mark.long)])
def test_other_kinds_of_films(
    tmp_path: Path, clip: Path, said: dict[str, Any], one_worker: type[OneWorker], name: str
) -> None:
    made(clip, f"{tmp_path}/alone-{name}", **said)
    made(clip, f"{tmp_path}/{name}", farm="local:1", **said)
    assert content(tmp_path / name) == content(tmp_path / f"alone-{name}")
    assert one_worker.made_items


def test_a_dive_is_one_piece(tmp_path: Path, said: dict[str, Any], one_worker: type[OneWorker]) -> None:
    write_picture(tmp_path / "start.png", texture(48, 64))
    more = {**said, "duration": 0.2, "size": "64x48"}
    zoom(tmp_path / "start.png", tmp_path / "alone.mp4", **more).run()
    zoom(tmp_path / "start.png", tmp_path / "dive.mp4", farm="local:1", **more).run()
    assert content(tmp_path / "dive.mp4") == content(tmp_path / "alone.mp4")
    assert one_worker.made_items == ["shot 1"]


def test_a_folder_of_pictures_one_of_them_broken(
    tmp_path: Path, said: dict[str, Any], one_worker: type[OneWorker]
) -> None:
    (tmp_path / "in").mkdir()
    for number in range(2):
        write_picture(tmp_path / "in" / f"{number}.png", texture(48, 64, number))
    (tmp_path / "in" / "bad.png").write_bytes(b"no picture")
    for name, more in (("alone", {}), ("farmed", {"farm": "local:1"})):
        with pytest.raises(SourceError, match="1 of 3 pictures could not be dreamed"):
            image(tmp_path / "in", tmp_path / name, **said, **more).run()
    names = ["0.png", "1.png", "recipe.toml"]
    for name in names:
        assert (tmp_path / "farmed" / name).read_bytes() == (tmp_path / "alone" / name).read_bytes()
    assert len(one_worker.made_items) == 3


def test_explorations_and_sheets(tmp_path: Path, said: dict[str, Any], one_worker: type[OneWorker]) -> None:
    write_picture(tmp_path / "start.png", texture(48, 64))
    explored = {"network": said["network"], "device": "cpu", "count": 2, "size": "64x"}
    shown = {"first_steps": 1, "device": "cpu", "sheet": str(tmp_path / "start.png"), "size": "64x"}
    for name, more in (("alone", {}), ("farmed", {"farm": "local:1"})):
        explore(tmp_path / "start.png", tmp_path / name, **explored, **more).run()
        sheet(said["network"], tmp_path / f"{name}.png", **shown, **more).run()
    for name in ("0001.png", "0002.png", "sheet.png"):
        assert (tmp_path / "farmed" / name).read_bytes() == (tmp_path / "alone" / name).read_bytes()
    assert content(tmp_path / "farmed.png") == content(tmp_path / "alone.png")
    assert len(one_worker.made_items) > 3


def test_a_comparison_cell_by_cell(tmp_path: Path, said: dict[str, Any], one_worker: type[OneWorker]) -> None:
    write_picture(tmp_path / "start.png", texture(48, 64))
    compared = {"network": said["network"], "device": "cpu", "motif_size": 1, "steps": 2, "columns": "strength=0.5,1"}
    progress("start.png", "alone.png", **compared).run()
    progress("start.png", "farmed.png", farm="local:1", **compared).run()
    assert content(tmp_path / "farmed.png") == content(tmp_path / "alone.png")
    assert len(one_worker.made_items) == 2
    with pytest.raises(UsageError, match=r"--farm local:1 does nothing for film.mp4; it shares out the cells"):
        progress("start.png", "film.mp4", farm="local:1", **compared)


def test_a_worker_of_other_versions_is_known(
    tmp_path: Path, clip: Path, said: dict[str, Any], one_worker: type[OneWorker], monkeypatch: pytest.MonkeyPatch
) -> None:
    work = video(clip, tmp_path / "film.mp4", farm="local:1", **said)
    mixed = video(clip, tmp_path / "mixed.mp4", farm="local:1", mixed=True, **said)
    own = conditions.version
    seen: list[str] = []

    def another(library: str) -> str:
        seen.append(library)
        return "0.0" if library == "torch" and one_worker.machine.joinpath("work").exists() else own(library)

    monkeypatch.setattr(conditions, "version", another)
    with pytest.raises(Unlike, match=r"it is made with torch .* and this is 0.0, which changes the last bits"):
        work.run()
    for place in one_worker.machine.iterdir():
        shutil.rmtree(place)
    mixed.run()
    made(clip, tmp_path / "begun.mp4", stop=5, **said)
    with pytest.raises(UsageError, match="was begun without --mixed"):
        video(clip, tmp_path / "begun.mp4", farm="local:1", mixed=True, **said)


def test_a_farm_is_refused_where_it_does_nothing(tmp_path: Path, clip: Path, said: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=r"--mixed does nothing without --farm"):
        video(clip, tmp_path / "film.mp4", mixed=True, **said)
    write_picture(tmp_path / "start.png", texture(48, 64))
    with pytest.raises(UsageError, match=r"--farm local:1 does nothing for a single picture"):
        image(tmp_path / "start.png", tmp_path / "made.png", farm="local:1", **said)
    with pytest.raises(UsageError, match=r"'locl:2' is no farm; give auto"):
        video(clip, tmp_path / "film.mp4", farm="locl:2", **said)


def test_without_ray_and_without_a_head_there_is_one_sentence(
    tmp_path: Path, clip: Path, said: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that is called `ray`, in the folder that one is in, is not Ray."""
    for missing in (None, ModuleSpec("ray", None)):
        monkeypatch.setattr("importlib.util.find_spec", lambda name, found=missing: found)
        with pytest.raises(UsageError, match=r'Ray, which is not installed here: pip install "mariana-video\[farm\]"'):
            video(clip, tmp_path / "film.mp4", farm="local:2", **said)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: ModuleSpec("ray", None, origin="ray/__init__.py"))
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        with pytest.raises(FarmError, match=r"--farm ray://.* can't be reached: .*; is its head running"):
            video(clip, tmp_path / "film.mp4", farm=f"ray://127.0.0.1:{unheard.getsockname()[1]}", **said)


def test_all_but_a_farm_works_where_the_system_has_no_such_locks() -> None:
    """Windows lacks `fcntl`: what uses it may be loaded by farms alone."""
    code = "import sys; sys.modules['fcntl'] = None; import mariana_video.api.galleries.explorations"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_longest_shots_say_how_long_it_takes() -> None:
    assert makespan([8, 1, 1, 1, 1], 2) == 8
    assert makespan([3, 3, 2, 2, 2], 2) == 7
    assert makespan([5, 5], 2, running=[4, 1]) == 9
    assert makespan([], 3, running=[2, 1]) == 2
    assert makespan([1] * 10, 1) == 10


def test_time_is_foretold_by_what_workers_tell() -> None:
    """Two workers that take two seconds for a weight of one; a shot of 12 beside short ones ends last."""
    now = [0.0]
    items = [Item("long", 12, 12), *(Item(f"short {n}", 2, 2) for n in range(3))]
    foretold = SharedForetelling(items, clock=lambda: now[0])
    foretold.workers = 2
    assert foretold.left() is None
    for step in range(1, 4):
        now[0] += 2
        foretold.told({"long": step, "short 0": min(step, 2), **({"short 1": 1} if step == 3 else {})})
    assert foretold.left() == pytest.approx(2 * 9, rel=0.1)
    assert foretold.whole() == pytest.approx(2 * 12, rel=0.1)
    assert foretold.rate() == pytest.approx(1, rel=0.3)
    assert foretold.told({"long": 1}) == 0
