"""A film's clock: every frame at its source's time, whatever that clock is, or a sentence before the work."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate, pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from mariana_video.cli.app import run
from mariana_video.errors import OutputError, UsageError
from mariana_video.footage.plan import make_plan
from mariana_video.media.clip import Clip
from mariana_video.media.clock import Clock
from mariana_video.media.containers import CONTAINERS, time_base_for
from mariana_video.media.read.opening import open_clip
from mariana_video.media.write.join import check
from mariana_video.recipe.options import Span
from tests.media import clips
from tests.media.write.passing import through

TEN_THEN_THIRTY = [Fraction(n, 10) for n in range(10)] + [1 + Fraction(n, 30) for n in range(30)]
CLOCKS = [Fraction(1, n) for n in (1000, 90000, 1000000, 10000000, 600, 30)] + [Fraction(1001, 24000)]
STARTS = [Fraction(0), Fraction(7, 30), Fraction(1, 5), Fraction(1, 7)]
RHYTHMS: dict[str, Sequence[Fraction]] = {
    "25": [Fraction(n, 25) for n in range(12)],
    "24000/1001": [Fraction(n * 1001, 24000) for n in range(12)],
    "10, then 30": TEN_THEN_THIRTY,
    "phone": list(accumulate([0, *(Fraction(n, 1000) for n in (33, 34, 33, 50, 16, 33, 101, 33, 17, 33, 33))])),
}


def clip_of(times: Sequence[Fraction], tick: Fraction) -> Clip:
    rate = (len(times) - 1) / (times[-1] - times[0])
    even = len({b - a for a, b in pairwise(times)}) == 1
    return Clip(
        Path("source.mp4"), "video", (64, 48), (64, 48), rate, start=times[0], time_base=tick, varied=not even
    )  # fmt: skip


def stored(times: Sequence[Fraction], tick: Fraction) -> list[Fraction]:
    """The times as a file holds them whose clock has this tick."""
    found: list[Fraction] = []
    for time in times:
        found.append(max(round(time / tick) * tick, found[-1] + tick if found else Fraction(-10)))
    return found


@pytest.mark.parametrize("ending", sorted(CONTAINERS))
@pytest.mark.parametrize("rhythm", RHYTHMS)
@pytest.mark.parametrize("tick", CLOCKS, ids=str)
def test_every_clock_and_start_in_every_container(tick: Fraction, rhythm: str, ending: str) -> None:
    container = CONTAINERS[ending]
    for start in STARTS:
        times = stored([start + time for time in RHYTHMS[rhythm]], tick)
        clip = clip_of(times, tick)
        clock = Clock(clip, times[0], clip.rate, time_base_for(container, clip, clip.rate, times))
        clock.check(times, f"film{ending}")
        ticks = clock.ticks(times)
        assert all(b > a for a, b in pairwise(ticks))
        exact = container.tick is None and container.format != "avi"
        slack = Fraction(0) if exact else clock.time_base
        assert all(abs(n * clock.time_base - time) <= slack for n, time in zip(ticks, times, strict=True))
        blind = time_base_for(container, clip, clip.rate)  # where the frames' times are not known beforehand
        assert blind <= max(container.tick or 0, 1 / clip.rate, tick)


def made(path: Path, times: Sequence[Fraction], tick: Fraction, codec: str = "libx264", **options: str) -> Path:
    """A clip of grey pictures, each lighter than the one before, at these times on a clock of this tick."""
    with av.open(str(path), "w", options=options) as output:
        stream = output.add_stream(codec, rate=25, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.codec_context.time_base = stream.time_base = tick
        for number, time in enumerate(times):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 20 + 5 * number, np.uint8), format="rgb24")
            frame.pts, frame.time_base = round(time / tick), tick
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def greys(path: Path) -> list[float]:
    with av.open(str(path)) as container:
        return [float(frame.to_ndarray(format="gray").mean()) for frame in container.decode(video=0)]


def off(path: Path, wanted: Sequence[Fraction]) -> float:
    """How far the film's frames lie from their times at the most, in seconds, counted from the first."""
    with av.open(str(path)) as container:  # AVI has times of storing only
        stored = container.format.name == "avi"
        packets = [packet for packet in container.demux(video=0) if packet.size]
        found = sorted((p.dts if stored else p.pts) * p.time_base for p in packets)
    assert len(found) == len(wanted)
    return float(max(abs((a - found[0]) - (b - wanted[0])) for a, b in zip(found, wanted, strict=True)))


@pytest.mark.parametrize("ending", ["mp4", "mov", "mkv", "webm", "ts", "avi"])
@pytest.mark.parametrize("tick", [Fraction(1, 1000000), Fraction(1, 10000000), Fraction(1, 90000)], ids=str)
def test_a_clip_of_two_rates_keeps_its_times(tmp_path: Path, tick: Fraction, ending: str) -> None:
    source = made(tmp_path / "source.mp4", TEN_THEN_THIRTY, tick)
    assert open_clip(source).rate.denominator > 300  # so that rate and clock have hardly a common one
    through(source, tmp_path / f"out.{ending}")
    assert off(tmp_path / f"out.{ending}", TEN_THEN_THIRTY) <= 0.0011


def test_the_whole_command_on_a_clip_of_two_rates(tmp_path: Path) -> None:
    source = made(tmp_path / "source.mp4", TEN_THEN_THIRTY, Fraction(1, 1000000))
    assert run(["video", str(source), str(tmp_path / "out.mp4"), "--steps", "0", "--quiet"]) == 0
    assert off(tmp_path / "out.mp4", TEN_THEN_THIRTY) < 1e-6


def test_what_is_read_back_is_held_against_the_source_s_times(tmp_path: Path) -> None:
    film = made(tmp_path / "film.mp4", [Fraction(n) for n in range(5)], Fraction(1, 1000))
    check(film, [7 + Fraction(n) for n in range(5)], Fraction(1, 1000), {})
    with pytest.raises(OutputError, match="off their time"):
        check(film, [Fraction(n, 25) for n in range(5)], Fraction(1, 25), {})


@pytest.mark.parametrize("name", ["out.mkv", "out.webm"])
@pytest.mark.parametrize("rate", [2000, pytest.param(1200, marks=pytest.mark.long)])
def test_a_rate_that_the_container_cannot_tell_is_refused_before_the_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, rate: int
) -> None:
    times = [Fraction(n, rate) for n in range(40)]
    source = made(tmp_path / "source.mp4", times, Fraction(1, rate))
    assert run(["video", str(source), str(tmp_path / name), "--steps", "0", "--quiet"]) == 2
    assert ".mp4" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["source.mp4"]
    assert run(["video", str(source), str(tmp_path / "out.mp4"), "--steps", "0", "--quiet"]) == 0
    assert off(tmp_path / "out.mp4", times) < 1e-6


def test_two_pictures_nearer_than_a_tick_are_still_told_apart() -> None:
    times = [*(Fraction(n, 30) for n in range(20)), Fraction(19, 30) + Fraction(1, 5000), Fraction(20, 30)]
    clock = Clock(None, Fraction(0), Fraction(30), Fraction(1, 1000))
    clock.check(times, "film.mkv")
    with pytest.raises(UsageError, match=r"\.mp4"):
        clock.check([*times, *(Fraction(20, 30) + Fraction(n, 5000) for n in range(1, 9))], "film.mkv")


def test_a_clip_that_begins_before_0(tmp_path: Path) -> None:
    times = [Fraction(n, 25) - Fraction(1, 5) for n in range(15)]
    source = made(tmp_path / "source.mkv", times, Fraction(1, 1000), avoid_negative_ts="disabled")
    assert open_clip(source).start < 0
    words = ["--size", "64x", "--first-steps", "1", "--octaves", "1", "--quiet"]
    assert run(["video", str(source), str(tmp_path / "out.mp4"), *words]) == 0
    assert off(tmp_path / "out.mp4", times) < 1e-6


# Joined by `cat`: the clock begins anew.


def recording(path: Path, seconds: float, **more: object) -> Path:
    return clips.make(path, seconds=seconds, rate="10", sound=1, extra=("-f", "mpegts"), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("parts", "ending"), [([1, 1], "ts"), ([1, 0.5, 1.5], "ts"), ([0.4, 2], "ts"), ([1, 1], "mpg")]
)
def test_recordings_joined_end_to_end(tmp_path: Path, parts: list[float], ending: str) -> None:
    made = []
    for number, seconds in enumerate(parts):
        piece = tmp_path / f"{number}.{ending}"
        if ending == "mpg":
            codec = ("-c:v", "mpeg2video", "-bf", 2)
            clips.make(piece, seconds=seconds, rate="25", sound=1, sound_codec="mp2", codec=codec)
        else:
            recording(piece, seconds)
        made.append(piece.read_bytes())
    source = tmp_path / f"joined.{ending}"
    source.write_bytes(b"".join(made))
    rate = 25 if ending == "mpg" else 10
    plan = make_plan(source, Span())
    assert len(plan.times) == round(sum(parts) * rate)
    gaps = [float(b - a) for a, b in pairwise(plan.times)]
    assert min(gaps) > 0.9 / rate
    assert max(gaps) < 0.25  # a part's sound may last a little longer than its pictures
    assert any("begins anew" in note for note in plan.notes)
    through(source, tmp_path / "out.mp4")
    assert len(clips.times(tmp_path / "out.mp4")) == len(plan.times)
    heard = clips.samples(tmp_path / "out.mp4")
    assert len(heard) / 44100 == pytest.approx(sum(parts), abs=0.3)
    blocks = np.abs(heard[: len(heard) // 4410 * 4410]).reshape(-1, 4410).max(1)
    assert np.count_nonzero(blocks < 0.01) <= 2 * len(parts)  # no part is silent


def test_a_pause_keeps_its_time_and_is_no_joint(tmp_path: Path) -> None:
    times = [Fraction(n * 15) for n in range(4)]
    slow = make_plan(made(tmp_path / "slow.ts", times, Fraction(1, 90000)), Span())
    assert [time - slow.times[0] for time in slow.times] == times
    clips.ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x48:r=5:d=14", "-f", "lavfi", "-i", "sine=d=14", "-af",
                 "aselect=lt(t\\,1)+gt(t\\,13)", "-c:v", "libx264", "-c:a", "mp2", tmp_path / "gap.ts")  # fmt: skip
    clip = open_clip(tmp_path / "gap.ts")
    assert clip.shifts == ()
    assert len(make_plan(tmp_path / "gap.ts", Span()).times) == 70


def test_a_plain_recording_is_not_taken_for_a_joined_one(tmp_path: Path) -> None:
    clip = open_clip(recording(tmp_path / "a.ts", 3))
    assert clip.shifts == ()
    assert not any("begins anew" in note for note in clip.notes)


# AVI, which has no times of display.


@pytest.mark.parametrize(("codec", "more"), [("libx264", 3), ("mpeg4", 2), ("libx264", 0), ("mjpeg", 0)])
def test_avi_with_pictures_stored_ahead_of_their_turn(tmp_path: Path, codec: str, more: int) -> None:
    ramp = "geq=lum='20+N*10':cb=128:cr=128"
    coded = ("-c:v", codec, *(("-bf", more) if more else ()), "-pix_fmt", "yuvj420p" if codec == "mjpeg" else "yuv420p")
    clips.ffmpeg("-f", "lavfi", "-i", f"color=gray:s=64x48:r=10:d=2,{ramp}", *coded, tmp_path / "source.avi")
    plan = make_plan(tmp_path / "source.avi", Span())
    assert [time - plan.times[0] for time in plan.times] == [Fraction(n, 10) for n in range(20)]
    through(tmp_path / "source.avi", tmp_path / "out.mp4")
    shown = greys(tmp_path / "out.mp4")
    assert all(b > a for a, b in pairwise(shown))
    assert off(tmp_path / "out.mp4", plan.times) < 1e-6


def test_avi_of_varied_rate_is_read_as_it_was_written(tmp_path: Path) -> None:
    source = made(tmp_path / "source.mp4", TEN_THEN_THIRTY, Fraction(1, 90000))
    through(source, tmp_path / "between.avi")
    back = make_plan(tmp_path / "between.avi", Span()).times
    assert max(abs(float(a - b)) for a, b in zip(back, TEN_THEN_THIRTY, strict=True)) <= 0.001


# The last picture's length.


@pytest.mark.parametrize(
    "ending", ["mp4", "mkv", *(pytest.param(one, marks=pytest.mark.long) for one in ("mov", "webm"))]
)
@pytest.mark.parametrize("lengths", [[30, 500, 70, 20, 1000], [100, 100, 100, 600], [40] * 9 + [2500]])
def test_a_last_picture_that_stays(tmp_path: Path, ending: str, lengths: list[int]) -> None:
    from PIL import Image

    frames = [Image.fromarray(np.full((48, 64, 3), 20 * n + 20, np.uint8)) for n in range(len(lengths))]
    source, out = tmp_path / "source.gif", tmp_path / f"out.{ending}"
    frames[0].save(source, save_all=True, append_images=frames[1:], duration=lengths, loop=0)
    assert run(["video", str(source), str(out), "--steps", "0", "--quiet"]) == 0
    wanted = sum(lengths) / 1000
    shown = clips.ffmpeg("-i", out, "-vf", "fps=50", "-f", "rawvideo", "-pix_fmt", "gray", "-")
    assert len(shown) / (64 * 48) / 50 == pytest.approx(wanted, abs=0.03)
    with av.open(str(out)) as container:
        stream = container.streams.video[0]
        if stream.duration:
            assert float(stream.duration * stream.time_base) == pytest.approx(wanted, abs=0.011)


@pytest.mark.parametrize("late", [Fraction(1, 25), Fraction(13, 25)])
def test_avi_of_a_film_that_begins_late(tmp_path: Path, late: Fraction) -> None:
    source = made(tmp_path / "late.mkv", [late + Fraction(n, 25) for n in range(12)], Fraction(1, 1000))
    through(source, tmp_path / "out.avi")
    back = make_plan(tmp_path / "out.avi", Span()).times
    assert [float(time - late) for time in back[1:]] == pytest.approx([n / 25 for n in range(1, 12)], abs=0.021)
