"""Some four hundred odd, damaged and hostile files: each is read rightly, or refused in one line, soon."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from mariana_video.errors import MarianaError, SourceError
from mariana_video.media.clip import open_clip
from mariana_video.media.reader import read, scan

from .clips import times
from .odd import Case, bad_files, good_files
from .passing import through

PATIENCE = 10
"""Seconds a small file may take."""


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    return list(good_files(tmp_path_factory.mktemp("good")))


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    return list(bad_files(tmp_path_factory.mktemp("bad")))


@contextmanager
def soon(path: Path) -> Iterator[None]:
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < PATIENCE, path


def test_there_are_enough_of_them(good: list[Case], bad: list[Case]) -> None:
    assert len(good) >= 100
    assert len(bad) >= 200


def test_unusual_files_are_read_as_what_they_are(good: list[Case]) -> None:
    wrong = []
    for case in good:
        said: list[str] = []
        with soon(case.path):
            clip = open_clip(case.path)
            frames = list(read(clip, notes=said.append))
            counted = sum(1 for _ in scan(clip))
        shapes = {(frame.rgb.shape[1], frame.rgb.shape[0]) for frame in frames}
        rising = all(a.pts < b.pts for a, b in pairwise(frames))
        fits = case.frames in (None, len(frames)) and case.size in (None, clip.size) and shapes == {clip.size}
        if not (fits and rising and counted == len(frames)) or (said and "false" not in case.path.name):
            wrong.append((case.path.name, len(frames), clip.size, said))
    assert wrong == []


def test_damaged_and_false_files_give_what_decodes_or_one_line(bad: list[Case]) -> None:
    read_ones = 0
    for case in bad:
        before = case.path.read_bytes()
        with soon(case.path):
            line = case.path.name
            try:
                read_ones += bool(list(read(open_clip(case.path))))
            except SourceError as error:
                line = str(error)
            assert "\n" not in line
            assert case.path.name in line
        assert case.path.read_bytes() == before
    assert 50 < read_ones < len(bad) - 50


def test_whatever_is_read_can_be_written(tmp_path: Path, good: list[Case], bad: list[Case]) -> None:
    """A slice of both, through the whole room: a film of as many frames, or one line and nothing left behind."""
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
        clip = open_clip(case.path)
        assert len(times(output)) == sum(1 for _ in scan(clip)), case.path.name
        output.unlink()


def test_lists_that_name_other_files_are_not_followed(bad: list[Case]) -> None:
    lists = [case.path for case in bad if case.path.name.startswith(("impostor-m3u8", "impostor-concat"))]
    assert len(lists) == 8
    for path in lists:
        with pytest.raises(SourceError, match="names other files"):
            open_clip(path)
