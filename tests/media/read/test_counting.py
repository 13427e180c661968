"""Frames counted by their packets are the frames that are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from mariana_video.media.read import counting
from mariana_video.media.read.counting import frames_before
from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import read
from tests.media.clips import make

BFRAMES = ("-c:v", "libx264", "-bf", 3, "-g", 12)
KINDS: list[tuple[str, str, tuple[object, ...], str]] = [
    ("plain.mp4", "25", BFRAMES, ""),
    ("film.mkv", "24000/1001", BFRAMES, ""),
    ("gaps.mkv", "25", BFRAMES, "select=not(between(n\\,5\\,8))+0*n"),
    ("stream.ts", "30", BFRAMES, ""),
    ("old.avi", "25", ("-c:v", "mpeg4", "-bf", 2), ""),
    ("web.webm", "25", ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-auto-alt-ref", 1, "-lag-in-frames", 5), ""),
    ("fields.mov", "25", ("-c:v", "libx264", "-flags", "+ilme+ildct"), "setfield=tff"),
    ("animated.gif", "20", ("-c:v", "gif"), ""),
]


@pytest.mark.parametrize(("name", "rate", "codec", "filters"), KINDS, ids=[kind[0] for kind in KINDS])
def test_every_frame_has_its_number(
    tmp_path: Path, name: str, rate: str, codec: tuple[object, ...], filters: str
) -> None:
    extra = ("-fps_mode", "passthrough") if filters.startswith("select") else ()
    clip = open_clip(make(tmp_path / name, rate=rate, codec=codec, filters=filters, extra=extra))
    times = [frame.pts for frame in read(clip)]
    assert len(times) > 15
    assert [frames_before(clip, time) for time in times] == list(range(len(times)))


def test_most_need_no_decoding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clip = open_clip(make(tmp_path / "film.mkv", codec=BFRAMES))
    monkeypatch.setattr(counting, "scan", None)
    assert frames_before(clip, clip.start + 20 / clip.rate) == 20
