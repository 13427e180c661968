"""High dynamic range: brought down for ordinary films, kept where a film of more than 8 bits is asked for."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from mariana_video.api.video import video
from mariana_video.errors import UsageError
from mariana_video.footage.plan import make_plan
from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import read
from mariana_video.recipe.options import Span
from tests.media.clips import ffmpeg, make

PQ = "zscale=t=linear:npl=203,format=gbrpf32le,zscale=p=bt2020:t=smpte2084:m=bt2020nc:r=tv:npl=203,format=yuv420p10le"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hdr")
    plain = make(folder / "plain.mp4", seconds=0.2, matrix="bt709")
    x265 = ("-c:v", "libx265", "-x265-params", "log-level=none", "-crf", 5)
    ffmpeg("-i", plain, "-vf", PQ, *x265, folder / "hdr.mp4")
    return folder / "hdr.mp4"


def luma(path: Path) -> np.ndarray:
    """The first picture's luma as it is stored, on 10 bits."""
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
        return frame.reformat(format="gray10le").to_ndarray().astype(float)


@pytest.mark.parametrize(
    ("name", "stored"), [("out.mp4", {"codec": "hevc", "crf": 5}), ("out.mov", {"codec": "prores"})]
)
def test_it_stays_where_ten_bits_are_asked_for(
    tmp_path: Path, source: Path, name: str, stored: dict[str, object]
) -> None:
    said: list[str] = []
    video(source, tmp_path / name, steps=0, **stored).run(on_note=said.append)
    made, before = open_clip(tmp_path / name), open_clip(source)
    assert (made.colour.hdr, made.colour.primaries, made.colour.matrix) == ("PQ", "bt2020", "bt2020nc")
    assert made.bits == 10
    assert np.abs(luma(tmp_path / name) - luma(source)).mean() < 8  # of 1,024
    assert before.tone_mapped
    assert not any("tone-mapped" in note for note in said)


def test_a_higher_peak_keeps_more_of_the_highlights(source: Path) -> None:
    shown = []
    for peak in (203, 1015, 10000):
        plan = make_plan(source, Span(hdr_peak=peak))
        shown.append(next(read(plan.clip)).rgb)
    assert not np.array_equal(shown[0], shown[1])
    brightest = [float(np.quantile(rgb, 0.95)) for rgb in shown]
    assert brightest[0] > brightest[1] > brightest[2]


def test_a_peak_for_what_is_not_hdr_is_refused(tmp_path: Path) -> None:
    clip = make(tmp_path / "in.mp4", seconds=0.2)
    with pytest.raises(UsageError, match="--hdr-peak 500 does nothing"):
        video(clip, tmp_path / "out.mp4", hdr_peak=500)


def test_otherwise_it_is_brought_down(tmp_path: Path, source: Path) -> None:
    video(source, tmp_path / "out.mp4", steps=0).run()
    made = open_clip(tmp_path / "out.mp4")
    assert (made.colour.hdr, made.colour.matrix) == (None, "bt709")
    assert any("--codec hevc" in note for note in open_clip(source).notes)
