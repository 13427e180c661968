"""A slice of the odd, damaged and hostile files: each is read rightly, or refused in one line, soon.

All of them, some four hundred, are tried by `make torture`.
"""

import time
from itertools import pairwise
from pathlib import Path

import pytest

from mariana_video.errors import MarianaError, SourceError
from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import read, scan
from tests.media.clips import times
from tests.media.odd import Case, bad_files, good_files
from tests.media.write.passing import through

PATIENCE = 10
"""Seconds a small file may take."""


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    return list(good_files(tmp_path_factory.mktemp("good"), every=4))


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    return list(bad_files(tmp_path_factory.mktemp("bad"), every=4))


def fault_of_good(case: Case) -> str | None:
    """What is wrong with how an unusual but sound file is read."""
    said: list[str] = []
    begun = time.monotonic()
    clip = open_clip(case.path)
    frames = list(read(clip, notes=said.append))
    if time.monotonic() - begun > PATIENCE:
        return "too slow"
    if case.frames not in (None, len(frames)) or sum(1 for _ in scan(clip)) != len(frames):
        return f"{len(frames)} frames"
    if case.size not in (None, clip.size) or {frame.grey.shape for frame in frames} != {clip.size[::-1]}:
        return f"size {clip.size}"
    if not all(a.pts < b.pts for a, b in pairwise(frames)):
        return "times do not rise"
    return None if not said or "false" in case.path.name else said[0]


def outcome_of_bad(case: Case) -> str:
    """What a damaged or false file gives: "what decodes", or "one line"; fails on anything else."""
    before = case.path.read_bytes()
    begun = time.monotonic()
    line = None
    try:
        outcome = "what decodes" if list(read(open_clip(case.path))) else "nothing"
    except SourceError as error:
        outcome, line = "one line", str(error)
    assert outcome != "nothing"
    assert line is None or ("\n" not in line and case.path.name in line)
    assert time.monotonic() - begun < PATIENCE
    assert case.path.read_bytes() == before
    return outcome


def test_unusual_files_are_read_as_what_they_are(good: list[Case]) -> None:
    assert len(good) > 60
    assert {case.path.name: fault for case in good if (fault := fault_of_good(case))} == {}


def test_damaged_and_false_files_give_what_decodes_or_one_line(bad: list[Case]) -> None:
    outcomes = [outcome_of_bad(case) for case in bad]
    assert len(outcomes) > 150
    assert outcomes.count("what decodes") > 20
    assert outcomes.count("one line") > 100


def test_whatever_is_read_can_be_written(tmp_path: Path, good: list[Case], bad: list[Case]) -> None:
    """Through the whole room: a film of as many frames, or one line and nothing left behind."""
    for case in [*good[::6], *bad[::9]]:
        output = tmp_path / "out.mp4"
        told = None
        try:
            through(case.path, output)
        except MarianaError as error:
            told = str(error)
        if told is not None:
            assert "\n" not in told
            assert list(tmp_path.iterdir()) == []
            continue
        assert len(times(output)) == sum(1 for _ in scan(open_clip(case.path))), case.path.name
        output.unlink()


def test_lists_that_name_other_files_are_not_followed(bad: list[Case]) -> None:
    lists = [case.path for case in bad if case.path.name.startswith(("impostor-m3u8", "impostor-concat"))]
    assert len(lists) == 8
    for path in lists:
        with pytest.raises(SourceError, match="names other files"):
            open_clip(path)
