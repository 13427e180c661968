"""The process that dreams: it answers in the command line's sentences, and what breaks there breaks nothing else."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from mariana_video.errors import Cancelled, MarianaError, SourceError, UsageError
from mariana_video.studio import works
from mariana_video.studio.folders import Visitor, bytes_in, new_secret
from mariana_video.studio.hand import Hand
from mariana_video.studio.studio import Studio
from tests.conftest import make_clip

_LONG = 50  # frames that even a calm machine doesn't make between two looks
QUICK = {"first_steps": "1", "size": "64x", "motif_size": "1", "octaves": "1"}


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    made = Studio(tmp_path_factory.mktemp("studio"))
    yield made
    made.close()


@pytest.fixture
def hand(studio: Studio) -> Hand:
    return studio.hand


def visitor_with(studio: Studio, file: Path, name: str = "my film.mp4") -> Visitor:
    visitor = Visitor.of(studio.root, new_secret())
    copy = visitor.made() / "coming"
    shutil.copyfile(file, copy)
    studio.take_source(visitor, copy, name)
    return visitor


def test_an_error_is_the_command_lines_sentence(hand: Hand, tmp_path: Path) -> None:
    (tmp_path / "x.mp4").write_text("no film")
    with pytest.raises(MarianaError, match=r"^x\.mp4 can't be read: it is no film, animation or picture"):
        hand.ask({"do": "look", "source": str(tmp_path / "x.mp4")}).wait()


def test_a_task_that_was_stopped_before_its_turn_is_not_begun(hand: Hand, clip: Path, tmp_path: Path) -> None:
    strip = hand.ask({"do": "strip", "source": str(clip), "folder": str(tmp_path), "seconds": 0.3})
    second = hand.ask({"do": "frame", "source": str(clip), "width": 64, "output": str(tmp_path / "never.jpg")})
    second.stop()
    strip.wait()
    with pytest.raises(Cancelled):
        second.wait()
    assert not (tmp_path / "never.jpg").exists()


def test_what_breaks_is_told_and_begun_anew_and_ends_with_the_page(clip: Path) -> None:
    hand = Hand()
    assert hand.ask({"do": "look", "source": str(clip)}).wait()["film"]
    broken = hand.ask({"do": "networks"})
    os.kill(broken.pid, signal.SIGKILL)
    with pytest.raises(MarianaError, match="try again"):
        broken.wait()
    assert hand.ask({"do": "look", "source": str(clip)}).wait()["size"] == [64, 48]
    assert hand._process is not None
    process = hand._process
    hand.close()
    assert process.poll() == 0


def test_a_source_is_taken_and_the_former_let_go(studio: Studio, clip: Path, tmp_path: Path) -> None:
    visitor = visitor_with(studio, clip)
    found = studio.source(visitor)
    assert (found["film"], found["size"], found["name"]) == (True, [64, 48], "my-film")
    picture = tmp_path / "red.png"
    Image.new("RGB", (80, 60), "red").save(picture)
    copy = visitor.made() / "coming2"
    shutil.copyfile(picture, copy)
    studio.take_source(visitor, copy, "red.png")
    assert not studio.source(visitor)["film"]
    assert len(list((visitor.folder / "source").iterdir())) == 1


def test_a_removed_work_takes_its_source_along(studio: Studio, clip: Path) -> None:
    visitor = visitor_with(studio, clip)
    former = Path(studio.source(visitor)["path"]).parent
    work = works.begin(visitor, works.Work("video", "film", f"{former}/film.mp4", "dream.mp4", state=works.DONE), "")
    shutil.copyfile(clip, visitor.made() / "coming")
    studio.take_source(visitor, visitor.made() / "coming", "other.mp4")
    assert (visitor.folder / former).is_dir()
    studio.remove(visitor, work.id)
    assert not (visitor.folder / former).exists()
    assert studio.source(visitor)["name"] == "other"


def test_a_wall_says_the_command_that_fills_it(studio: Studio, clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = visitor_with(studio, clip)
    monkeypatch.setattr(studio.turns, "add", lambda *_: None)
    (visitor.made("work", "0" * 12, "looks") / "0003.png").write_bytes(b"")
    work = studio.explore(visitor, 0.2, 5, f"work/{'0' * 12}/looks/0003.png")
    assert work.words == "mariana explore my-film.mp4 looks --count 12 --seed 5 --at 0.2 --like 0003.png"
    assert works.task_of(visitor, work)["options"]["like"] == str(visitor.folder / f"work/{'0' * 12}/looks/0003.png")


def test_wrong_files_are_refused_and_leave_nothing(studio: Studio, tmp_path: Path) -> None:
    visitor = Visitor.of(studio.root, new_secret())
    bomb = tmp_path / "bomb.png"
    Image.new("1", (30000, 30000)).save(bomb)
    for name, content in {
        "a.mp4": b"#EXTM3U\n/etc/passwd",
        "b.svg": b"<svg/>",
        "c.png": b"\x89PNG\r\n\x1a\nrest",
    }.items():
        (tmp_path / name).write_bytes(content)
    for name in ("a.mp4", "b.svg", "c.png", "bomb.png"):
        with pytest.raises(SourceError) as told:
            studio.take_source(visitor, tmp_path / name, name)
        assert str(studio.root) not in str(told.value)
    assert studio.source(visitor) == {}
    assert bytes_in(visitor.folder) == 0


def test_small_first_then_sharper(studio: Studio, clip: Path) -> None:
    visitor = visitor_with(studio, clip)
    values: dict[str, Any] = {**studio.knobs(visitor, "usual"), **QUICK}
    quick, sharp = studio.preview(visitor, studio.previews.begin(visitor), "usual", values, 0.1)
    assert (quick.sharp, sharp.sharp) == (False, True)
    for shot in (quick, sharp):
        assert visitor.seen(shot.picture.partition("?")[0]) is not None


def test_a_turned_knob_stops_the_preview_before(studio: Studio, clip: Path) -> None:
    visitor = visitor_with(studio, clip)
    values: dict[str, Any] = {**studio.knobs(visitor, "usual"), **QUICK, "first_steps": "10000"}
    former = studio.preview(visitor, studio.previews.begin(visitor), "usual", values, 0.1)
    began, shots = time.monotonic(), []

    thread = threading.Thread(target=lambda: shots.extend(former))
    thread.start()
    time.sleep(0.5)
    turn = studio.previews.begin(visitor)
    assert len(list(studio.preview(visitor, turn, "usual", {**values, "first_steps": "1"}, 0.1))) == 2
    thread.join(20)
    assert shots == []
    assert time.monotonic() - began < 20


def test_what_was_asked_for_later_stands_also_where_the_former_takes_longer(studio: Studio, clip: Path) -> None:
    visitor = visitor_with(studio, clip)
    values: dict[str, Any] = {**studio.knobs(visitor, "usual"), **QUICK}
    former, later = (studio.previews.begin(visitor) for _ in range(2))
    assert not studio.previews.is_now(visitor, former)
    assert list(studio.preview(visitor, former, "usual", values, 0.1)) == []
    assert len(list(studio.preview(visitor, later, "usual", values, 0.1))) == 2


def wait_for(visitor: Visitor, work: works.Work, *states: str) -> works.Work:
    for _ in range(1200):
        found = works.read(visitor, work.id)
        assert found is not None
        if found.state in states:
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def test_a_render_is_stopped_goes_on_and_gives_its_look_back(studio: Studio, tmp_path: Path) -> None:
    visitor = visitor_with(studio, make_clip(tmp_path / "long.mp4", frames=_LONG))
    values = {**studio.knobs(visitor, "usual"), **QUICK, "strength": 1.4}
    work = studio.render(visitor, "video", "usual", values, {}, {})
    while (works.read(visitor, work.id) or work).made < 1:
        time.sleep(0.02)
    studio.turns.stop(visitor, work.id)
    assert 0 < wait_for(visitor, work, works.STOPPED).made < _LONG
    studio.go_on(visitor, work.id)
    made = works.result_of(visitor, wait_for(visitor, work, works.DONE))
    assert made is not None
    shown = studio.works(visitor)[0]
    assert shown["words"].startswith("mariana video my-film.mp4 my-film-dream.mp4 ")
    assert shown["file"] == "my-film-dream.mp4"

    other = Visitor.of(studio.root, new_secret())
    copy = other.made() / "coming.toml"
    shutil.copyfile(made, copy)
    studio.take_recipe(other, copy)
    assert studio.knobs(other, "own")["strength"] == 1.4
    (tmp_path / "evil.toml").write_text("[dream]\nmask = '/etc/passwd'\n")
    with pytest.raises(UsageError, match="names a file"):
        studio.take_recipe(other, tmp_path / "evil.toml")
    assert studio.knobs(other, "own")["strength"] == 1.4
