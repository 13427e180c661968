"""Ten minutes of a flash and a beep a second: frames, times and sound stay in step to the end."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from mariana_video.api.video import video
from tests.media.clips import times
from tests.media.sound.test_tracks import apart, flashing
from tests.media.write.passing import through
from tests.torture.table import TABLE

pytestmark = pytest.mark.long
SECONDS = 600
VARIED = ",select='lt(mod(n,9),4)'"


@pytest.mark.parametrize(
    ("rate", "late", "extra"),
    [
        ("24000/1001", "0", ()),
        ("30000/1001", "0", ()),
        ("25", "0.2", ()),
        ("60000/1001", "0", ()),
        ("12.5", "0", ()),
        ("25", "0", ("-output_ts_offset", "1.4")),
        ("varied", "0", ("-fps_mode", "vfr")),
    ],
)
def test_ten_minutes(tmp_path: Path, rate: str, late: str, extra: tuple[str, ...]) -> None:
    plain = {"rate": "25", "filters": VARIED} if rate == "varied" else {"rate": rate}
    source, output = tmp_path / "in.mkv", tmp_path / "out.mp4"
    flashing(source, seconds=SECONDS, late=late, extra=extra, **plain)
    through(source, output)
    _in_step(source, output)
    words = f"{rate} frames a second" + (f", sound {late} s late" if late != "0" else "")
    words += ", beginning at 1.4 s" if "-output_ts_offset" in extra else ""
    TABLE.add("Ten minutes, a flash and a beep a second", words, "every frame at its time, every beep within 1 ms")


def test_ten_minutes_as_a_job(tmp_path: Path) -> None:
    source, output = tmp_path / "in.mp4", tmp_path / "out.mp4"
    flashing(source, seconds=SECONDS, rate="12.5")
    video(source, output, steps=0, flow="none", crf=30).run()
    _in_step(source, output)
    words = "every frame at its time, every beep within 1 ms"
    TABLE.add("Ten minutes, a flash and a beep a second", "the whole command, 7,500 frames in 30 parts", words)


def _in_step(source: Path, output: Path) -> None:
    before, after = times(source), times(output)
    assert len(after) == len(before)
    half = min(b - a for a, b in pairwise(before)) / 2
    assert max(abs(a - b) for a, b in zip(before, after, strict=True)) < min(half, Fraction(1, 500))
    wanted, found = apart(source), apart(output)
    assert len(found) == len(wanted) > SECONDS * 0.4
    # The first packet of copied AAC may lack what came before it, and where the source's flash was left out by a varied
    # rate its neighbour serves for both alike.
    assert np.abs(found - wanted)[1:].max() < 0.001
    assert np.abs(found - wanted)[0] < 0.012
