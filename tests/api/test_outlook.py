"""What a dry run says: figures that hold, of frames dreamed in memory; and nothing is left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch

import mariana_video
from mariana_video.api.foreseen import outlook, trials
from mariana_video.api.foreseen.effort import Effort
from mariana_video.api.foreseen.outlook import Looked, outlook_of
from mariana_video.api.foreseen.trials import Trial
from mariana_video.api.making.work import Work
from mariana_video.errors import Cancelled, OutputError, UsageError
from mariana_video.loop.state import Finished
from tests.api import shots, works
from tests.api.works import QUICK

Make = Callable[..., Work[Path]]


def lying() -> dict[str, bytes | None]:
    """All that lies here."""
    return {str(path): path.read_bytes() if path.is_file() else None for path in Path().rglob("*")}


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("make", "output", "more", "total"),
    [
        (works.film, "a.mp4", {"codec": None}, 8),
        (works.film, "a.gif", {"codec": None}, 8),
        (works.film, "a/", {"codec": None, "duration": 0.04}, 1),
        (works.dive, "a.webp", {}, 6),
        (works.dive, "a.mp4", {"loop": "structure", "zoom": 20}, 6),
        (works.steps, "a.mp4", {}, 31),
        (works.steps, "a.png", {}, 13),
    ],
)
def test_it_tells_what_a_work_takes_and_leaves_nothing_behind(
    make: Make, output: str, more: dict[str, Any], total: int
) -> None:
    before = lying()
    found = make(output, **more).foresee()
    assert lying() == before
    assert (found.total, found.left, found.size) == (total, total, found.size)
    assert min(found.seconds, found.memory, found.output, found.folder, found.disk_free) > 0
    assert found.seconds_left == found.seconds
    assert found.folder >= found.output
    work = make(output, **more)
    assert (work.total, work.size) == (total, found.size)
    assert [line.split()[0] for line in str(found).splitlines()] == ["frames", "time", "memory", "disk"]


@pytest.mark.usefixtures("desk")
def test_of_a_job_that_was_begun_it_tells_what_is_left() -> None:
    work = works.film("a.mp4", codec=None)

    def stop(_made: object) -> None:
        if work.done == 4:
            work.cancel()

    with pytest.raises(Cancelled):
        work.run(stop)
    before = lying()
    found = works.film("a.mp4", codec=None).foresee()
    assert lying() == before
    assert (found.total, found.left) == (8, 4)
    assert 0 < found.seconds_left < found.seconds
    assert "of which" in str(found)
    works.film("a.mp4", codec=None).run()
    with pytest.raises(OutputError, match="exists"):
        works.film("a.mp4", codec=None)


@pytest.mark.usefixtures("desk")
def test_a_list_of_shots_has_a_trial_for_each_look() -> None:
    clip = shots.cut_clip(Path("cuts.mkv"))
    listed = shots.listed(clip)
    text = listed.read_text().replace('start = "0:00.200"', 'start = "0:00.200"\ndream = false')
    listed.write_text(text + "\n[shot.look]\nstrength = 2\n")
    work = mariana_video.video(clip, "a.mkv", **QUICK, shots=listed)
    found = work.foresee()
    assert found.total == sum(shots.LENGTHS)
    assert found.seconds > 0


@pytest.mark.usefixtures("desk")
def test_it_can_be_cancelled_and_other_works_cannot_be_foreseen() -> None:
    work = works.film()
    work.cancel()
    with pytest.raises(Cancelled):
        work.foresee()
    with pytest.raises(UsageError, match="films, dives and progressions"):
        works.layers().foresee()


class Bytes:
    """A sample that counts frames."""

    def __init__(self) -> None:
        self.added = 0

    def add(self, _done: Finished) -> None:
        self.added += 1

    def bytes_of_all(self) -> int:
        return 1000


def test_time_follows_from_the_weights_of_the_frames_that_were_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A frame takes half a second and three for each pass: so do all the others of its kind, seen or not."""
    now = [0.0]
    monkeypatch.setattr(trials.time, "perf_counter", lambda: now[0])
    weights = [10.0, 1.0, 0.5, 1.0, 0.5, 1.0] * 20

    @contextmanager
    def frames(_on_step: object) -> Iterator[Iterator[Any]]:
        def each() -> Iterator[object]:
            for weight in weights:
                now[0] += 0.5 + 3 * weight
                yield object()

        yield each()

    everything, sample = range(len(weights)), Bytes()
    trial = Trial(frames, weights, everything, lambda: 5_000_000_000, unseen=700)
    work = Looked(
        "a.mp4", (64, 48), len(weights), Effort(weights, 0), [range(60, 120)], [trial], torch.device("cpu"),
        sample=lambda: sample, beside=10,
    )  # fmt: skip
    found = outlook_of(work, lambda: None)
    after = work.effort.after("a.mp4", len(weights))
    each, by_weight = 0.5 * len(weights), 3 * sum(weights)
    assert found.seconds - after == pytest.approx(each + by_weight + 700 * 0.5, rel=0.2)
    assert found.seconds_left - after == pytest.approx((each + by_weight) / 2, rel=0.05)
    assert (found.memory, found.output, found.folder) == (5_000_000_000, 1000, 2010)
    assert 3 <= sample.added <= 9


def test_what_the_process_holds_already_counts(monkeypatch: pytest.MonkeyPatch, desk: Path) -> None:
    monkeypatch.setattr(outlook, "_held", lambda _device: 10**12)
    assert works.film(str(desk / "a.mkv")).foresee().memory > 10**12


def test_the_command_tells_it_and_refuses_as_without_it(
    desk: Path, mariana: Callable[..., tuple[int, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    from mariana_video.cli.app import run

    words = [str(word) for name, value in QUICK.items() for word in (f"--{name.replace('_', '-')}", value)]
    assert run(["video", "clip.mkv", "a.mp4", *words, "--dry-run"]) == 0
    told = capsys.readouterr()
    assert told.out.startswith("frames  8 of 48x36\n")
    assert "dreaming a few frames" in told.err
    assert not (desk / "a.mp4").exists()
    Path("a.mp4").write_bytes(b"there")
    for output, more in (("a.mp4", []), ("b.mp4", ["--carry", "7"]), ("b.mp4", ["--layers", "conv9_9"])):
        plain = mariana("video", "clip.mkv", output, *words, *more)
        assert mariana("video", "clip.mkv", output, *words, *more, "--dry-run") == plain
        assert plain[0] != 0


@pytest.mark.usefixtures("desk")
def test_where_only_the_clearing_up_is_left_it_stays_left(monkeypatch: pytest.MonkeyPatch) -> None:
    from mariana_video.api import finish
    from mariana_video.job import output_paths

    monkeypatch.setattr(output_paths, "is_finished", lambda _output: True)
    Path("a.mp4.mariana").mkdir()
    before = lying()
    assert finish.already_finished("a.mp4", overwrite=False, looking=True)
    assert lying() == before
