"""The command's own process: descriptors, exit codes and warnings, as a shell or a service sees them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import read
from tests.conftest import make_clip

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell is asked")


def shell(line: str, *words: str | Path, **surroundings: str) -> subprocess.CompletedProcess[bytes]:
    """`line` of a shell, in which `mariana` is the command and `$@` its words."""
    begun = f'mariana() {{ "{sys.executable}" -m mariana_video "$@"; }}\n{line}'
    shown = {**os.environ, "PYTHONPATH": str(ROOT), **surroundings}
    return subprocess.run(["sh", "-c", begun, "sh", *map(str, words)], env=shown, capture_output=True, timeout=120)


@pytest.mark.long
def test_a_film_is_made_with_every_descriptor_closed(tiny_weights: Path, tmp_path: Path) -> None:
    """Else the film's own files would be numbers 0 to 2, and what libraries write to number 2 would be in it."""
    source, output = make_clip(tmp_path / "clip.mp4", frames=4), tmp_path / "dream.mp4"
    words = ["video", source, output, "--network", tiny_weights, "--codec", "hevc"]  # x265 writes to number 2 itself
    done = shell('mariana "$@" <&- >&- 2>&-', *words)
    assert done.returncode == 0
    assert len(list(read(open_clip(output)))) == 4
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.mp4", "dream.mp4"]


def test_missing_descriptors_are_opened_on_nothing() -> None:
    code = (
        "import os\nfrom mariana_video.cli.terminal.process import set_up\nset_up()\n"
        "file = os.open(os.devnull, os.O_RDONLY)\n"
        "raise SystemExit(file if all(os.get_inheritable(number) for number in (0, 1, 2)) else 99)"
    )
    done = shell('"$@" <&- >&- 2>&-', sys.executable, "-c", code)
    assert done.returncode == 3


@pytest.mark.parametrize(
    "stderr", ["<&- >&- 2>&-", *(pytest.param(one, marks=pytest.mark.long) for one in ("2>&-", "2>/dev/full"))]
)
@pytest.mark.parametrize(("words", "code"), [(["video", "none.mp4", "a.mp4"], 1), (["video", "--nonsense"], 2)])
def test_exit_codes_are_right_without_a_stderr(stderr: str, words: list[str], code: int) -> None:
    if "full" in stderr and not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    assert shell(f'mariana "$@" {stderr}', *words).returncode == code


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("mariana --version >/dev/full", 1, b"mariana: it can't be printed: no space left on device\n"),
        ("mariana --version >&-", 0, b""),
        ("mariana --version | true; exit 0", 0, b""),
        ("PYTHONIOENCODING=ascii mariana --help >/dev/null", 0, b""),
    ],
)
def test_what_is_printed_may_meet_anything(line: str, code: int, said: bytes) -> None:
    if "full" in line and not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    done = shell(line)
    assert (done.returncode, done.stderr) == (code, said)


@pytest.mark.parametrize(
    ("surroundings", "told"), [({}, False), ({"PYTHONWARNINGS": "default"}, True), ({"PYTHONWARNINGS": "error"}, True)]
)
def test_warnings_of_libraries_are_for_those_who_ask(surroundings: dict[str, str], told: bool) -> None:
    set_up = "from mariana_video.cli.terminal.process import set_up\nset_up()\n"
    code = f"{set_up}import warnings\nwarnings.warn('of a library')"
    done = shell('"$@"', sys.executable, "-c", code, **surroundings)
    assert (b"of a library" in done.stderr) == told
