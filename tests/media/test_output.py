"""OUTPUT is looked at before anything is done."""

import os
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mariana_video.errors import OutputError
from mariana_video.media.output import check_output, commit, hidden_name, part_name
from tests.media.write.passing import open_writer


def test_a_good_output_passes(tmp_path: Path) -> None:
    check_output(tmp_path / "out.mp4", tmp_path / "in.mp4", overwrite=False, needed=1000)
    check_output(f"{tmp_path}/frames/", None, overwrite=False)
    assert list(tmp_path.iterdir()) == []


def test_what_exists_is_refused_unless_it_may_go(tmp_path: Path) -> None:
    (tmp_path / "out.mp4").write_text("mine")
    with pytest.raises(OutputError, match="--overwrite"):
        check_output(tmp_path / "out.mp4", None, overwrite=False)
    check_output(tmp_path / "out.mp4", None, overwrite=True)
    (tmp_path / "frames").mkdir()
    check_output(f"{tmp_path}/frames/", None, overwrite=False)
    (tmp_path / "frames/a.png").write_text("mine")
    with pytest.raises(OutputError, match="not empty"):
        check_output(f"{tmp_path}/frames/", None, overwrite=False)
    check_output(f"{tmp_path}/frames/", None, overwrite=True)
    with pytest.raises(OutputError, match="is a folder"):
        check_output(tmp_path / "frames", None, overwrite=True)
    with pytest.raises(OutputError, match="not a folder"):
        check_output(f"{tmp_path}/out.mp4/", None, overwrite=True)


def test_the_source_is_never_overwritten(tmp_path: Path) -> None:
    source = tmp_path / "in.mp4"
    source.write_text("mine")
    (tmp_path / "soft.mp4").symlink_to(source)
    os.link(source, tmp_path / "hard.mp4")
    for output in (source, tmp_path / "soft.mp4", tmp_path / "hard.mp4", tmp_path / "x/../in.mp4"):
        (tmp_path / "x").mkdir(exist_ok=True)
        with pytest.raises(OutputError, match="the source itself"):
            check_output(output, source, overwrite=True)
    folder = tmp_path / "frames"
    folder.mkdir()
    with pytest.raises(OutputError, match="the source itself"):
        check_output(f"{folder}/", folder, overwrite=True)
    assert source.read_text() == "mine"


def test_folders_that_cannot_take_it(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="does not exist"):
        check_output(tmp_path / "none/out.mp4", None, overwrite=False)
    if os.geteuid() == 0:
        proc = Path("/proc/out.mp4")  # no one may write there, not even root
        with pytest.raises(OutputError, match="read-only"):
            check_output(proc, None, overwrite=False)
        return
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="read-only"):
        check_output(tmp_path / "out.mp4", None, overwrite=False)
    tmp_path.chmod(0o700)


def test_too_little_disk_is_foretold(tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free
    with pytest.raises(OutputError, match=r"needs about .*(GB|TB).* left"):
        check_output(tmp_path / "out.mp4", None, overwrite=False, needed=free * 2 + 10**10)


def test_devices_are_not_replaced() -> None:
    with pytest.raises(OutputError, match="no ordinary file"):
        check_output("/dev/null", None, overwrite=True)


def test_names_beside_the_output_are_legal_and_told_apart(tmp_path: Path) -> None:
    path = tmp_path / ("ä" * 120 + ".mp4")
    first, second = hidden_name(path), hidden_name(path)
    assert first != second
    for name in (first, second, part_name(path)):
        assert len(os.fsencode(name.name)) <= 255
        assert name.parent == tmp_path
        name.touch()
    assert part_name(tmp_path / "clip.mp4").name == "clip.part.mp4"
    with pytest.raises(OutputError, match="too long"):
        check_output(tmp_path / ("a" * 300 + ".mp4"), None, overwrite=False)


def test_commit_replaces_in_one_step(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("old")
    (tmp_path / "made").write_text("new")
    commit(tmp_path / "made", tmp_path / "out")
    assert (tmp_path / "out").read_text() == "new"
    with pytest.raises(OutputError):
        commit(tmp_path / "none", tmp_path / "out")


@pytest.mark.parametrize("name", ["out.mp4", "out.mkv", "out.webm", "out.avi", "out.gif", "out.webp", "out/"])
def test_a_disk_that_fills_up_is_told_by_the_outputs_name(tmp_path: Path, name: str) -> None:
    """On a true disk of 1 MB, where the system lets one be made."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(tmp_path)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"this system mounts no small disk: {mounted.stderr.decode().strip()}")
    noise = np.random.default_rng(0)
    try:
        with pytest.raises(OutputError, match=r"out.*disk is full") as caught:  # noqa: PT012, SIM117
            with open_writer(f"{tmp_path}/{name}", None, size=(160, 120)) as writer:
                for number in range(200):
                    writer.write(noise.random((120, 160, 3), np.float32), Fraction(number, 25))
        assert str(caught.value).startswith(f"{tmp_path}/{name}".rstrip("/"))
        assert list(tmp_path.iterdir()) == []
    finally:
        subprocess.run(["umount", "-l", str(tmp_path)], check=True)
