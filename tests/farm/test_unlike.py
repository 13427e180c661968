"""Workers that would give other bits are left out, with a sentence; what a machine lacks is sent to it once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.farm.conftest import CHAPTER, TABLE, look
from tests.farm.grounds import Grounds, options, program_like

pytestmark = pytest.mark.farm
ARRAYS = "mariana_video/dream/arrays.py"
OTHER_BITS = {ARRAYS: ("array: NDArray[np.float32] = ", "array: NDArray[np.float32] = 1.001 * ")}
OTHER_VERSION = {"mariana_video/__init__.py": ('__version__ = "', '__version__ = "9.')}
RELEASED = [*options(device="cpu", first_steps=1, steps=0), "--overwrite"]


@pytest.fixture
def alone(grounds: Grounds) -> bytes:
    """The film of the small network, made by this machine alone."""
    return (grounds.folder / "alone.mp4").read_bytes()


def test_a_worker_of_other_bits(grounds: Grounds, alone: bytes, tmp_path: Path) -> None:
    """With no other worker there is none; --mixed takes it; beside another, it is left out."""
    other = grounds.node("other", program_like(tmp_path / "other", OTHER_BITS))
    words = ["video", "clip.mp4", "film.mp4", *look(), "--restart", "--farm", "auto"]
    code, told = grounds.run(*words)
    assert code == 1
    assert "no worker of --farm auto can make this: its probe came out otherwise" in told.splitlines()[-1]
    code, told = grounds.run(*words, "--mixed")
    assert code == 0, told
    assert (grounds.folder / "film.mp4").read_bytes() != alone
    like = grounds.node("like")
    code, told = grounds.run(*words)
    assert code == 0, told
    assert "is left out: its probe came out otherwise" in told
    assert "--mixed takes it as it is" in told
    assert (grounds.folder / "film.mp4").read_bytes() == alone
    for node in (other, like):
        grounds.cluster.remove_node(node)
    TABLE.add(CHAPTER, "a worker of other bits", "left out in a sentence; the same film, byte for byte")


def test_a_worker_of_another_version(grounds: Grounds, alone: bytes, tmp_path: Path) -> None:
    other = grounds.node("newer", program_like(tmp_path / "newer", OTHER_VERSION))
    like = grounds.node("as-new")
    code, told = grounds.run("video", "clip.mp4", "version.mp4", *look(), "--farm", "auto")
    assert code == 0, told
    assert "is left out: the film is made by mariana" in told
    assert (grounds.folder / "version.mp4").read_bytes() == alone
    for node in (other, like):
        grounds.cluster.remove_node(node)
    TABLE.add(CHAPTER, "a worker of another version", "left out in a sentence; the same film, byte for byte")


def test_a_worker_with_other_weights(grounds: Grounds, tmp_path: Path) -> None:
    """Whatever is said, other weights are another film."""
    program = program_like(tmp_path / "weighty", {})
    file = program / "models" / "mariana.safetensors"
    content = bytearray(file.read_bytes())
    for place in range(100_000, len(content), 10_000):  # in every layer
        content[place] ^= 1
    file.write_bytes(content)
    other = grounds.node("weighty-node", program)
    words = ["video", "clip.mp4", "weights.mp4", *RELEASED, "--restart", "--duration", "0.4", "--farm", "auto"]
    for more in ([], ["--mixed"]):
        code, told = grounds.run(*words, *more)
        assert code == 1
        assert "no worker of --farm auto can make this: it is made with other" in told.splitlines()[-1]
    grounds.cluster.remove_node(other)
    TABLE.add(CHAPTER, "a worker with other weights", "left out in a sentence, also with --mixed")


def test_what_only_the_commands_machine_has_is_sent_once_a_node(grounds: Grounds, alone: bytes) -> None:
    """Source and network lie on a disk that the workers do not see."""
    nodes = [grounds.node(name) for name in ("near", "far")]
    hidden = grounds.folder / "hidden"
    hidden.mkdir()
    script = (
        f"mount -t tmpfs tmpfs {hidden} && cp {grounds.folder}/clip.mp4 {grounds.folder}/tiny.safetensors {hidden} && "
        'exec "$0" "$@"'
    )
    words = [word.replace("tiny", "hidden/tiny") for word in look()]
    before = ("unshare", "-m", "--propagation", "private", "sh", "-c", script)
    code, told = grounds.run("video", "hidden/clip.mp4", "sent.mp4", *words, "--farm", "auto", before=before)
    if "unshare" in told or "mount" in told:
        pytest.skip("this system hides no folder")
    assert code == 0, told
    assert (grounds.folder / "sent.mp4").read_bytes() == alone
    for name in ("near", "far"):
        assert sorted(path.name for path in grounds.kept(name)) in ([], ["clip.mp4", "tiny.safetensors"])
    assert grounds.kept("near") or grounds.kept("far")
    for node in nodes:
        grounds.cluster.remove_node(node)
    TABLE.add(CHAPTER, "a source that only the command's machine has", "sent once a machine; the same film")


def test_a_full_disk_of_a_worker(grounds: Grounds, alone: bytes, small_disk: Path) -> None:
    (small_disk / "ballast").write_bytes(bytes(2 * 1024 * 1024 - 8192))
    full = grounds.node("full", folder=small_disk)
    like = grounds.node("roomy")
    code, told = grounds.run("video", "clip.mp4", "full.mp4", *look(), "--farm", "auto")
    assert code == 0, told
    assert "is left out: " in told
    assert (grounds.folder / "full.mp4").read_bytes() == alone
    for node in (full, like):
        grounds.cluster.remove_node(node)
    TABLE.add(CHAPTER, "a full disk of a worker", "left out in a sentence; the same film, byte for byte")


def test_a_full_disk_of_the_command(grounds: Grounds, alone: bytes, small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(2 * 1024 * 1024 - 300_000))
    node = grounds.node("able")
    words = ["video", "clip.mp4", small_disk / "film.mp4", *look(), "--farm", "auto"]
    code, told = grounds.run(*words)
    assert code == 1
    assert "disk" in told.splitlines()[-1]
    ballast.unlink()
    code, told = grounds.run(*words)
    assert code == 0, told
    assert (small_disk / "film.mp4").read_bytes() == alone
    grounds.cluster.remove_node(node)
    TABLE.add(CHAPTER, "a full disk of the command", "one line; with room again, the same film, byte for byte")
