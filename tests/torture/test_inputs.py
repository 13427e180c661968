"""Every odd, damaged and hostile file: read rightly, or refused in one line within seconds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import read
from tests.media.clips import EXACT, ffmpeg, file_address
from tests.media.odd import bad_files, good_files
from tests.media.test_odd import fault_of_good, outcome_of_bad
from tests.torture.table import TABLE

pytestmark = pytest.mark.long

LIKE = 16
"""Mean difference of channel values (0…255) on small hard-edged test pictures: another picture differs by 50."""

CAME = {"what decodes": "what decodes, with a warning where frames are missing", "one line": "one line, exit code 1"}


def looks_as_ffmpeg_shows_it(path: Path) -> bool:
    """Whether the first picture is the ffmpeg program's: colours, orientation, pixel shape."""
    frame = next(read(open_clip(path)))
    height, width = frame.grey.shape
    scale = f"scale={width}:{height}:flags={EXACT},format=rgba"
    raw = ffmpeg("-i", file_address(path), "-map", "0:V:0", "-frames:v", 1, "-vf", scale, "-f", "rawvideo", "-")
    shown = np.frombuffer(raw, np.uint8).reshape(height, width, 4).astype(np.float64)
    seen = shown[..., 3:] > 128  # under full transparency anything may lie
    return float(np.abs((frame.rgb * 255 - shown[..., :3]) * seen).mean()) < LIKE


def test_every_unusual_file_is_read_rightly(tmp_path: Path) -> None:
    cases = list(good_files(tmp_path))
    assert len(cases) >= 100
    for case in cases:
        assert fault_of_good(case) is None, case.path.name
        # A turn of 45° is taken for the quarter next to it: ffmpeg would show corners of nothing.
        assert "45" in case.path.name or looks_as_ffmpeg_shows_it(case.path), case.path.name
        TABLE.add(
            "Unusual sources", case.kind, "right count, times, shape and colours (as the ffmpeg program shows them)"
        )


def test_every_damaged_or_false_file_is_told_or_read(tmp_path: Path) -> None:
    cases = list(bad_files(tmp_path))
    assert len(cases) >= 200
    for case in cases:
        TABLE.add("Damaged and false sources", case.kind, CAME[outcome_of_bad(case)])
