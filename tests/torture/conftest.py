"""The reference film of the torture, and the table that its tests fill."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from mariana_video.networks.mariana import Architecture, Mariana
from mariana_video.networks.weights import save
from tests.loop.little import moving_clip
from tests.torture.table import TABLE


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network of the family, as small as they come, with random weights."""
    torch.manual_seed(3)
    architecture = Architecture(blocks=(8, 12), dense=8, input_size=16, classes=0)
    suited = {"layers": "conv2_2", "step_size": 0.02, "strength": 0.1, "side": None}
    path = tmp_path_factory.mktemp("network") / "tiny.safetensors"
    save(path, Mariana(architecture), {"suited": suited, "classes": []})
    return path


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return moving_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", frames=40)


Words = Callable[..., list[str]]


@pytest.fixture(scope="session")
def words(weights: Path, clip: Path) -> Words:
    """The command line that makes an OUTPUT of the clip."""

    def made(output: Path | str, *more: str) -> list[str]:
        return [
            "video",
            str(clip),
            str(output),
            "--network",
            str(weights),
            "--first-steps",
            "2",
            "--precision",
            "fp32",
            *more,
        ]

    return made


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 8 MB in memory; skips where the system doesn't let one be made."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"this system mounts no small disk: {mounted.stderr.decode().strip()}")
    try:
        yield place
    finally:
        with contextlib.suppress(OSError):
            subprocess.run(["umount", "-l", str(place)], check=False)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """After the whole torture the table becomes the document."""
    whole = session.config.option.markexpr == "long" and not session.config.option.file_or_dir
    if whole and not session.testsfailed:
        TABLE.write(Path(__file__).parents[2] / "docs" / "RELIABILITY.md")
