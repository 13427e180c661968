"""A little farm: several Ray nodes on this machine, each with a folder and, where wanted, a program of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
STORE = 100 << 20  # bytes of a node's object store
_LONG = 240.0  # seconds that anything may take


@dataclass
class Grounds:
    """A farm whose head does no work, and the commands that are run on it."""

    folder: Path
    cluster: Any = None
    address: str = ""
    begun: list[subprocess.Popen[str]] = field(default_factory=list)

    def open(self) -> None:
        """Starts the head."""
        from ray.cluster_utils import Cluster

        os.environ.update({"RAY_worker_niceness": "0"})  # or whatever else this machine does comes first
        head = {"num_cpus": 0, "object_store_memory": STORE, "include_dashboard": False}
        self.cluster = Cluster(initialize_head=True, head_node_args=head)
        self.address = self.cluster.address

    def node(self, name: str, program: Path = ROOT, folder: Path | None = None) -> Any:
        """Adds a machine with one core, whose workers run the `program` and keep their files in `folder`."""
        place = folder or self.folder / name
        place.mkdir(exist_ok=True)
        env = {"TMPDIR": str(place), "PYTHONPATH": str(program), "OMP_NUM_THREADS": "1"}
        return self.cluster.add_node(num_cpus=1, object_store_memory=STORE, env_vars=env)

    def kept(self, name: str) -> list[Path]:
        """What was sent to a node."""
        return sorted(path for path in (self.folder / name).glob("mariana-farm-*/files/*/*") if path.name[0] != ".")

    def begin(self, *words: str | Path, before: tuple[str, ...] = ()) -> subprocess.Popen[str]:
        """Starts a command; `before` are words before it."""
        env = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "RAY_ADDRESS": self.address}
        line = [*before, sys.executable, "-m", "mariana_video", *map(str, words)]
        self.begun.append(subprocess.Popen(line, cwd=self.folder, env=env, stderr=subprocess.PIPE, text=True))
        return self.begun[-1]

    def run(self, *words: str | Path, before: tuple[str, ...] = ()) -> tuple[int, str]:
        """Runs a command: its exit code, and what it said."""
        return ended(self.begin(*words, before=before))

    def close(self) -> None:
        """Ends all that was started."""
        for process in self.begun:
            process.kill()
            process.wait()
        if self.cluster is not None:
            self.cluster.shutdown()


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """The exit code of a command, and what it said."""
    _, told = process.communicate(timeout=_LONG)
    return process.returncode, told


def until(true: Callable[[], object], what: str, running: subprocess.Popen[str] | None = None) -> None:
    """Waits, as long as the command is `running`."""
    end = time.monotonic() + _LONG
    while not true():
        assert time.monotonic() < end, f"waited in vain: {what}"
        assert running is None or running.poll() is None, f"{what}: {ended(running)}"
        time.sleep(0.05)


def dreaming(folder: Path) -> list[int]:
    """The processes of workers below a folder that have a shot in hand."""
    found = []
    for place in Path("/proc").iterdir():
        try:
            working = place.name.isdigit() and (place / "cmdline").read_bytes().startswith(b"ray::work")
            if working and f"TMPDIR={folder}".encode() in (place / "environ").read_bytes():
                found.append(int(place.name))
        except OSError:  # it has ended meanwhile
            continue
    return found


def kill(number: int) -> None:
    """As the system does it when memory is short."""
    os.kill(number, signal.SIGKILL)


def options(**said: str | int | float) -> list[str]:
    """Options as words."""
    return [word for name, value in said.items() for word in (f"--{name.replace('_', '-')}", str(value))]


def program_like(folder: Path, changes: Mapping[str, tuple[str, str]]) -> Path:
    """A copy of the program in `folder` with other words in some files, and with the same networks."""
    import shutil

    shutil.copytree(ROOT / "mariana_video", folder / "mariana_video", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "models").mkdir()
    for file in (ROOT / "models").glob("mariana.*"):
        shutil.copyfile(file, folder / "models" / file.name)
    for name, (before, after) in changes.items():
        text = (folder / name).read_text("utf-8")
        assert before in text, name
        (folder / name).write_text(text.replace(before, after), "utf-8")
    return folder
