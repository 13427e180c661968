"""One job, one holder of its lock; and no waiting for what never comes."""

from __future__ import annotations

from pathlib import Path

import pytest

from mariana_video.errors import OutputError
from mariana_video.media.lock import locked


def test_one_holds_it_and_nothing_is_left(tmp_path: Path) -> None:
    with locked(tmp_path / "job", "x"):
        with pytest.raises(OutputError, match="x is being made by another run"), locked(tmp_path / "job", "x"):
            pass
        assert (tmp_path / "job").is_dir()
    assert not list(tmp_path.iterdir())


def test_a_missing_parent_is_told_not_waited_for(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no such file or directory"), locked(tmp_path / "none" / "job", "x"):
        pass
