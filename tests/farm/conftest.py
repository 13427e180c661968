"""A farm for the tests of one file, and the film that they compare with."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.shots import cut_clip
from tests.conftest import write_tiny
from tests.farm.grounds import ROOT, Grounds, options
from tests.torture.table import Table

LENGTHS = (40, 9, 3, 30)
TABLE = Table()
CHAPTER = "Farms"


@pytest.fixture(scope="module")
def grounds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grounds]:
    """A head without workers, a clip of four shots, a small network, and its film made by this machine alone."""
    pytest.importorskip("ray")
    made = Grounds(tmp_path_factory.mktemp("farm"))
    cut_clip(made.folder / "clip.mp4", LENGTHS)
    write_tiny(made.folder / "tiny.safetensors", known=True)
    made.open()
    try:
        code, told = made.run("video", "clip.mp4", "alone.mp4", *look())
        assert code == 0, told
        yield made
    finally:
        made.close()


def look(steps: int = 4) -> list[str]:
    """The options of every film here; more steps make it slower."""
    said = options(network="tiny.safetensors", device="cpu", first_steps=2, steps=steps, motif_size=1)
    return [*said, "--overwrite"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB in memory; skips where the system doesn't let one be made."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this system mounts no small disk")
    try:
        yield place
    finally:
        with contextlib.suppress(OSError):
            subprocess.run(["umount", "-l", str(place)], check=False)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """After all tests of farms their table becomes a chapter of the document."""
    whole = "farm" in session.config.option.markexpr and not session.config.option.file_or_dir
    if whole and not session.testsfailed and len(TABLE.rows.get(CHAPTER, ())) > 1:
        TABLE.write_chapters(ROOT / "docs" / "RELIABILITY.md")
