"""Where the works of these tests are made."""

from __future__ import annotations

from pathlib import Path

import pytest

from mariana_video.media.stills.pictures import write_picture
from tests.api.works import QUICK
from tests.conftest import make_clip, texture


@pytest.fixture
def desk(tmp_path: Path, tiny_weights: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a clip and a picture, where the default network is a tiny one."""
    make_clip(tmp_path / "clip.mkv", frames=8)
    write_picture(tmp_path / "photo.png", texture(36, 48))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(QUICK, "network", tiny_weights)
    return tmp_path
