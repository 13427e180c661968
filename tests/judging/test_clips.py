"""Whole clips: pairing, measuring, what is told and written."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mariana_video.errors import SourceError, UsageError
from mariana_video.judging.coherence import Coherence
from mariana_video.judging.judge import Judge
from mariana_video.judging.measuring import measured, scored_frames
from mariana_video.judging.pairing import pair
from mariana_video.judging.plot import Drawing
from mariana_video.judging.report import report
from mariana_video.media.stills.pictures import write_picture
from mariana_video.meters.flashes import Worst
from mariana_video.recipe.kinds import MeasureRecipe
from tests.conftest import score_by, small_network
from tests.judging.scenes import hallucination, pan


def folder(where: Path, pictures: list[np.ndarray]) -> Path:
    where.mkdir()
    for number, picture in enumerate(pictures):
        write_picture(where / f"{number:04d}.png", np.clip(picture, 0, 1))
    return where


@pytest.fixture(scope="module")
def clips(tmp_path_factory) -> tuple[Path, Path]:
    """A source of 12 frames and a dream that rides on it, as folders."""
    where = tmp_path_factory.mktemp("clips")
    sources, changes = pan(12), hallucination(12)
    dreams = [source + change for source, change in zip(sources, changes, strict=True)]
    return folder(where / "source", sources), folder(where / "dream", dreams)


def test_a_pair_of_clips_is_measured_from_end_to_end(clips, tmp_path):
    coherence, drawing = Coherence(), Drawing()
    score = score_by(small_network(), "conv2")
    for seen in measured(coherence, pair(*clips), Judge(), score, 480):
        drawing.add(seen)
    found = coherence.figures()
    assert found.frames == 12
    assert found.judged is not None
    assert found.judged > 0.8
    assert found.incoherence is not None
    assert found.incoherence < 0.1
    assert found.gain is not None
    assert found.gain > 1
    drawing.save(tmp_path / "plot.png", coherence.rows, "a title")
    assert (tmp_path / "plot.png").stat().st_size > 10_000
    lines = list(report(found, coherence.worst, "3.0 (5.0)", ("farneback", "lucas-kanade")))
    assert any(line.startswith("incoherence_moving") for line in lines)


def test_a_dream_of_another_size_is_compared_at_the_smaller(clips, tmp_path):
    source, _ = clips
    small = folder(tmp_path / "small", [picture[::2, ::2] for picture in pan(12)])
    found = pair(source, small)
    assert found.size == (40, 30)
    assert "compared at 40x30" in found.notes[0]
    assert {one.shape for _, *both in found for one in both} == {(30, 40, 3)}


def test_a_dream_that_lacks_the_last_frame_is_measured_and_that_is_said(clips, tmp_path):
    source, _ = clips
    found = pair(source, folder(tmp_path / "short", pan(12)[:-1]))
    assert found.frames == 11
    assert "left out" in found.notes[0]


def test_clips_that_do_not_belong_together_are_refused(clips, tmp_path):
    source, _ = clips
    short = folder(tmp_path / "short", pan(6))
    with pytest.raises(UsageError, match=r"has 6 frames and .* 12: .*--start"):
        pair(source, short)
    with pytest.raises(UsageError, match="same frames"):
        pair(short, source)
    with pytest.raises(SourceError, match="does not exist"):
        pair(source, tmp_path / "nowhere.mp4")


def test_a_dream_of_a_part_is_found_by_its_start(clips, tmp_path):
    source, _ = clips
    part = folder(tmp_path / "part", pan(12)[4:9])
    found = pair(source, part, start=4 / 25)
    assert found.frames == 5
    for _, one, other in found:
        np.testing.assert_array_equal(one, other)
    assert [time for time, *_ in found] == [Fraction(number, 25) for number in range(5)]


def test_the_network_looks_at_the_ends_and_at_some_between():
    scored = scored_frames(1000)
    assert set(range(1, 10)) <= scored
    assert len([number for number in scored if number >= 900]) == 12
    assert len(scored) < 40
    assert scored_frames(5) <= set(range(5))


def test_a_warning_tells_how_many_flashes_and_when():
    line = Worst(7, 12.34, (0, 0, 1 / 3, 1 / 3)).sentence()
    assert "7 flashes" in line
    assert "12.34 s" in line
    assert "epilepsy" in line


def test_the_command_prints_every_figure_and_writes_json_and_plot(clips, tmp_path, capsys, monkeypatch):
    from mariana_video.cli.measure import measure

    monkeypatch.setattr("mariana_video.networks.weights.load", lambda *_: small_network())
    asked = MeasureRecipe.of(json=tmp_path / "figures.json", plot=tmp_path / "figures.png")
    measure(*clips, recipe=asked, quiet=True)
    told = capsys.readouterr()
    assert not told.err
    assert "incoherence" in told.out
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert figures["network"] == "small"
    assert figures["layers"] == ["conv3"]
    assert figures["judges"] == ["farneback", "lucas-kanade"]
    assert figures["size"] == [80, 60]
    assert len(figures["per_frame"]["rms"]) == 12


def test_the_command_refuses_what_is_there_and_widths_out_of_reach(clips, tmp_path, monkeypatch):
    from mariana_video.api.measure import measure
    from mariana_video.errors import OutputError

    monkeypatch.setattr("mariana_video.networks.weights.load", lambda *_: small_network())
    there = tmp_path / "there.json"
    there.write_text("{}")
    with pytest.raises(OutputError, match=r"there\.json"):
        measure(*clips, json=there)
    with pytest.raises(UsageError, match="--width 10"):
        measure(*clips, width=10)
