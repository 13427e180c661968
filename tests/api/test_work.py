"""The program called as a stranger's would: in threads, in asyncio, twice at once.

(In Jupyter's kernel: tests/test_docs.py runs the notebook of docs/PYTHON.md there.)
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch

import mariana_video
from mariana_video.api.making.work import Made, Work
from mariana_video.errors import Cancelled, OutputError, SourceError, UsageError
from mariana_video.job.stores.segments import Segments
from tests.api.works import QUICK, channels, dive, film, layers, looks, steps
from tests.conftest import make_clip
from tests.job.jobs import seen


def test_a_work_tells_what_it_will_do_before_it_does_it(desk: Path) -> None:
    work = film()
    assert (work.total, work.done, work.size, work.unit) == (8, 0, (48, 36), "frames")
    assert any("8 frames of 48x36" in note for note in work.notes)
    assert work.passes is not None
    assert work.passes > 1
    assert "8 frames of 48×36" in repr(work)
    assert sorted(path.name for path in desk.iterdir()) == ["clip.mkv", "photo.png"]


def test_frames_and_remarks_come_while_it_is_made(desk: Path) -> None:
    made: list[Made] = []
    notes: list[str] = []
    assert film().run(made.append, notes.append) == Path("dream.mkv")
    assert [one.number for one in made] == list(range(1, 9))
    assert {one.total for one in made} == {8}
    assert all(one.rgb is not None and one.rgb.shape == (36, 48, 3) for one in made)
    assert (desk / "dream.mkv").is_file()


def test_what_the_command_refuses_is_refused_before_the_work(desk: Path) -> None:
    with pytest.raises(UsageError, match="--strength 99"):
        film(strength=99)
    with pytest.raises(SourceError):
        mariana_video.video("missing.mp4", "dream.mkv")
    (desk / "dream.mkv").write_text("a stranger's")
    with pytest.raises(OutputError, match="exists"):
        film()
    with pytest.raises(UsageError, match=r"unknown option 'strenght'"):
        film(strenght=1)


WORKS: list[tuple[str, Callable[..., Work[Any]]]] = [
    ("film.mkv", film),
    ("film.gif", lambda output: mariana_video.video("clip.mkv", output, **QUICK)),
    ("film/", lambda output: mariana_video.video("clip.mkv", output, **QUICK)),
    ("dive.webp", dive),
    ("round.webp", lambda output: dive(output, loop="source", zoom=6)),
    ("steps/", steps),
    ("layers.png", layers),
    ("channels.png", channels),
    ("looks/sheet.png", lambda output: looks(str(Path(output).parent))),
]


SELDOM = ("film.gif", "film/", "round.webp", "channels.png")


@pytest.mark.parametrize(
    ("output", "work"),
    [pytest.param(*one, id=one[0], marks=pytest.mark.long if one[0] in SELDOM else ()) for one in WORKS],
)
def test_cancelled_at_any_frame_it_goes_on_to_the_same_bits(
    desk: Path, output: str, work: Callable[..., Work[Any]]
) -> None:
    work(f"whole-{output}").run()
    broken = work(output)
    total = broken.total or 0
    for last in (1, 2, total):

        def stop(made: Made, last: int = last) -> None:
            if made.number >= last:
                broken.cancel()

        with pytest.raises(Cancelled, match="run it again"):
            broken.run(stop)
        assert not (desk / output).exists()
    numbers: list[int] = []
    broken.run(lambda made: numbers.append(made.number))
    assert len(numbers) <= 1  # all or all but the last stood
    assert seen(desk / output) == seen(desk / f"whole-{output}")


def test_cancelled_before_the_first_frame_and_between_steps(desk: Path) -> None:
    film("whole.mkv").run()
    work = film()
    work.cancel()
    with pytest.raises(Cancelled):
        work.run()
    assert not list(desk.glob("dream*"))
    slow = film("slow.mkv", first_steps=400)
    threading.Timer(0.5, slow.cancel).start()
    with pytest.raises(Cancelled):  # in the midst of its first frame, of which nothing stands yet
        slow.run()
    work.run()
    assert seen(desk / "dream.mkv") == seen(desk / "whole.mkv")


def test_cancelled_while_the_source_is_looked_at_and_while_parts_are_joined(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film("whole.mkv").run()

    def stop(frames: int) -> None:
        if frames == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        film(on_look=stop)
    assert not list(desk.glob("dream*"))
    work, assemble = film(), Segments.assemble

    def joined(store: Segments, on_note: Callable[[str], None]) -> Path:
        work.cancel()
        return assemble(store, on_note)

    monkeypatch.setattr(Segments, "assemble", joined)
    with pytest.raises(Cancelled):
        work.run()
    assert not (desk / "dream.mkv").exists()
    monkeypatch.undo()
    monkeypatch.chdir(desk)
    made: list[Made] = []
    work.run(made.append)
    assert not made  # every frame stood
    assert seen(desk / "dream.mkv") == seen(desk / "whole.mkv")


def test_what_a_callback_raises_stops_it_as_ctrl_c_does(desk: Path) -> None:
    def stop(made: Made) -> None:
        if made.number == 3:
            raise ZeroDivisionError

    work = film()
    with pytest.raises(ZeroDivisionError):
        work.run(stop)
    again = film()
    assert again.done >= 2
    assert any("continuing from frame" in note for note in again.notes)
    again.run()
    film("whole.mkv").run()
    assert seen(desk / "dream.mkv") == seen(desk / "whole.mkv")


@pytest.mark.usefixtures("desk")
def test_restart_throws_away_once_and_not_before_it_runs() -> None:
    def stop(made: Made) -> None:
        if made.number == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        film().run(stop)
    work = film(restart=True)
    assert (work.done, work.total) == (0, 8)
    assert film().done >= 4  # what is looked at only is still there
    with pytest.raises(KeyboardInterrupt):
        work.run(stop)
    counted: list[int] = []
    work.run(lambda made: counted.append(made.number))
    assert len(counted) < 8  # it went on


def test_a_source_that_changes_before_the_run_is_told(desk: Path) -> None:
    work = film()
    make_clip(desk / "clip.mkv", frames=7)
    with pytest.raises(SourceError, match="changed"):
        work.run()
    assert not (desk / "dream.mkv").exists()


def test_two_at_once_and_one_twice(desk: Path) -> None:
    film("whole.mkv").run()
    works = [film("a.mkv"), film("b.mkv")]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda work: work.run(), works))
    assert seen(desk / "a.mkv") == seen(desk / "b.mkv") == seen(desk / "whole.mkv")
    work, other, told = film("c.mkv"), film("c.mkv"), []

    def again(made: Made) -> None:
        if made.number == 1:
            for which in (work, other):
                with pytest.raises((UsageError, OutputError)) as error:
                    which.run()
                told.append(str(error.value))

    work.run(again)
    assert "is running already" in told[0]
    assert "is being made by another run" in told[1]


def test_in_a_thread_and_in_asyncio(desk: Path) -> None:
    film("whole.mkv").run()

    async def dream() -> Path:
        return await asyncio.to_thread(lambda: film("asyncio.mkv").run())

    assert asyncio.run(dream()) == Path("asyncio.mkv")
    thread = threading.Thread(target=lambda: film("thread.mkv").run())
    thread.start()
    thread.join()
    assert seen(desk / "asyncio.mkv") == seen(desk / "thread.mkv") == seen(desk / "whole.mkv")


@pytest.mark.parametrize("mode", [pytest.param(torch.no_grad, marks=pytest.mark.long), torch.inference_mode])
def test_under_the_hosts_modes(desk: Path, mode: Callable[[], Any]) -> None:
    film("whole.mkv").run()
    with mode():
        film("within.mkv").run()
        dive("dive.webp").run()
    dive("free.webp").run()
    assert seen(desk / "within.mkv") == seen(desk / "whole.mkv")
    assert seen(desk / "dive.webp") == seen(desk / "free.webp")


def test_dir_shows_every_public_name() -> None:
    assert set(mariana_video.__all__) <= set(dir(mariana_video))
    for name in mariana_video.__all__:
        assert getattr(mariana_video, name) is not None
        assert name.startswith("__") or getattr(mariana_video, name).__doc__, name
