"""What is foretold after ten frames comes true, whatever the frames cost: laws on made costs."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

import pytest

from mariana_video.api.foreseen.foretelling import ENOUGH, Estimate, Foretelling, fitted
from mariana_video.cli.terminal.bar import Bar

TURNS = (1.4, 0.3, 1.4, 0.6)  # what frames that go on from another send through the network, in turn
FIRST = 22.0


def film(count: int, cuts: Sequence[int] = (), steps: Callable[[int], float] = lambda frame: 1) -> list[float]:
    """The weights of a film's frames."""
    return [FIRST if frame in (0, *cuts) else TURNS[frame % 4] * steps(frame) for frame in range(count)]


PLANS: dict[str, list[float]] = {
    "a film": film(100),
    "a film that is continued": film(100)[40:],
    "a cut in the middle": film(60, (30,)),
    "a cut every second": film(150, range(25, 150, 25)),
    "rising steps": film(100, steps=lambda frame: 1 + frame // 20),
    "falling steps": film(100, steps=lambda frame: 6 - frame // 20),
    "a dive": [0.0, FIRST, *film(100)[2:]],
    "a loop with long laps before": [100.0, FIRST, *film(60)[2:]],
    "all alike": [1.0] * 60,
}


# Ten pictures are a hundredth of the work, on the smallest octave.
PROGRESSION = [0.0, *[0.4] * 6, *[0.8] * 13, *[2.3] * 14, *[5.0] * 14]


def costs(weights: Sequence[float], beside: float, chance: random.Random) -> list[float]:
    """What they cost: `beside` and a tenth of a second a weight, a fifth more or less; the first step warms up."""
    made = [(beside + 0.1 * weight) * max(0.3, chance.gauss(1, 0.2)) for weight in weights]
    made[next(number for number, weight in enumerate(weights) if weight)] += 0.3
    return made


def error(made: Sequence[float], weights: Sequence[float] | None, after: int = 10) -> float:
    """By how much the whole is off that is foretold after some."""
    estimate = Estimate(len(made), weights)
    for cost in made[:after]:
        estimate.add(cost)
    left = estimate.left()
    assert left is not None
    return (sum(made[:after]) + left) / sum(made) - 1


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("beside", [0.0, 0.05, 0.1])
def test_after_ten_frames_the_whole_is_known_within_a_quarter(name: str, beside: float) -> None:
    errors = [error(costs(PLANS[name], beside, random.Random(seed)), PLANS[name]) for seed in range(60)]
    assert sum(abs(found) > 0.25 for found in errors) <= 3, sorted(errors)  # of 60: the noise itself is 20 %


@pytest.mark.parametrize(("beside", "after"), [(0.0, 10), (0.03, 10), (0.1, 25)])
def test_a_progression_is_known_from_its_smallest_octave(beside: float, after: int) -> None:
    """What a picture takes beside its steps is a third of a step's, measured."""
    errors = [error(costs(PROGRESSION, beside, random.Random(seed)), PROGRESSION, after) for seed in range(60)]
    assert sum(abs(found) > 0.25 for found in errors) <= 3, sorted(errors)


@pytest.mark.parametrize("name", PLANS)
def test_without_noise_it_is_known_much_better(name: str) -> None:
    made = [0.05 + 0.1 * weight for weight in PLANS[name]]
    assert abs(error(made, PLANS[name])) < 0.12


def test_a_first_frame_ten_times_as_dear_does_not_count_for_the_others() -> None:
    assert abs(error([10.0, *[1.0] * 99], None)) < 0.1
    assert abs(error([10.0, *[1.0, 0.4] * 50], None)) < 0.25
    assert abs(error([10.0, *[1.0] * 99], [1.0] * 100)) < 0.1


def test_frames_that_catch_up_now_and_then() -> None:
    """A mask, or what newly appears, makes some frames dearer than their plan says."""
    made = [(0.05 + 0.1 * weight) * (1.5 if frame % 3 == 0 else 1) for frame, weight in enumerate(film(100))]
    assert abs(error(made, film(100))) < 0.25


def test_a_change_of_cost_is_followed() -> None:
    estimate = Estimate(400)
    for cost in [1.0] * 100 + [3.0] * 100:
        estimate.add(cost)
    left = estimate.left()
    assert left is not None
    assert left == pytest.approx(600, rel=0.1)


@pytest.mark.parametrize("known", [[], [(0.0, 0.0)] * 8, [(1.0, 0.0)] * 8, [(0.0, 2.0)] * 8, [(1e6, 1e-6)] * 8])
def test_odd_costs_give_numbers(known: list[tuple[float, float]]) -> None:
    each, by_weight = fitted(known) if known else (0.0, 0.0)
    assert 0 <= each < 10
    assert 0 <= by_weight < 10


def test_nothing_is_said_before_enough_is_known_and_nothing_is_left_at_the_end() -> None:
    estimate = Estimate(8)
    for _ in range(ENOUGH - 1):
        estimate.add(1)
        assert estimate.left() is None
    for _ in range(8 - ENOUGH + 1):
        estimate.add(1)
    assert estimate.left() == 0


def test_what_comes_beyond_the_weights_costs_nothing() -> None:
    """The last picture of a progression, shown for a while."""
    made = [1.0] * 20 + [0.0] * 20
    assert abs(error(made, [1.0] * 20)) < 0.05


def clock(steps: Sequence[tuple[float, float]]) -> Callable[[], tuple[float, float]]:
    """Clocks that go on by (busy, clock) at each look."""

    def looks() -> Iterator[tuple[float, float]]:
        busy = now = 0.0
        yield busy, now
        for more, later in steps:
            busy, now = busy + more, now + later
            yield busy, now

    seen = looks()
    return lambda: next(seen)


def test_people_are_told_the_clocks_seconds() -> None:
    """A frame takes 2 s of the processor, in 1 s on an idle machine, and in 4 s where others have most of it."""
    for each in (1.0, 4.0):
        told = Foretelling(40, clocks=clock([(2.0, each)] * 20))
        for _ in range(20):
            told.step()
        assert told.left() == pytest.approx(20 * each)
        assert told.whole() == pytest.approx(40 * each)
        assert told.cost() == pytest.approx(80)
        assert told.rate() == pytest.approx(1 / each)


def test_what_comes_after_the_last_frame_is_part_of_it() -> None:
    told = Foretelling(10, after=7.0, clocks=clock([(2.0, 1.0)] * 10))
    for _ in range(10):
        told.step()
    assert told.left() == pytest.approx(7)
    assert told.whole() == pytest.approx(17)


class Screen:
    """A terminal that keeps what it is shown."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self.shown = ""

    def write(self, text: str) -> int:
        """Keeps it."""
        self.shown += text
        return len(text)

    def flush(self) -> None:
        """Nothing is kept back."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def test_a_bar_shows_no_time_before_it_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """tqdm would divide by the first frame's time: 50 frames of 20 ms after one of 2 s were 1 min 40 s left."""
    from mariana_video.cli.terminal import bar as progress

    screen = Screen()
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setattr(progress, "_OFTEN", 0.0)
    with Bar(50, "frames") as bar:
        for _ in range(ENOUGH - 1):
            bar.step()
        assert "left not known" in screen.shown
        assert " a second" not in screen.shown
        bar._bar.mininterval = 0
        bar.step("loss 1.2")
        bar._bar.refresh()
        assert "loss 1.2, " in screen.shown
        assert "0 s left" in screen.shown


def test_lines_elsewhere_say_the_same(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from mariana_video.cli.terminal import bar as progress

    monkeypatch.setattr(progress, "_EVERY", 0.0)
    with Bar(20, "frames", done=10) as bar:
        for _ in range(6):
            bar.step()
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 6
    assert lines[0].startswith("11 of 20 frames, ")
    assert "left" not in lines[0]
    assert lines[-1].startswith("16 of 20 frames, ")
    assert lines[-1].endswith("0 s left")
