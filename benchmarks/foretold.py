"""Whether what is foretold after ten frames comes true: jobs of all kinds, by the processor's and the clock's seconds.

    python benchmarks/foretold.py --size 160x

Each job runs in a process of its own, as the command does. What it says after ten frames is set beside what it took
from its first frame to its end, joining and verifying included. A clock's seconds depend on who else uses the machine,
the processor's hardly do.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "samples"


def main(words: list[str]) -> None:
    """Runs the benchmark as the command line says; with --one, one job, whose figures are printed as JSON."""
    if words[:1] == ["--one"]:
        print(json.dumps(one(words[1:])))
        return
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--size", default="160x")
    parser.add_argument("--only", default="", help="jobs whose names hold this")
    options = parser.parse_args(words)
    print("| job | frames | CPU: foretold / took, s | ratio | clock: foretold / took, s | ratio |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, job in jobs(Path(folder)):
            if options.only in name:
                print(row(name, run([*job, "--size", options.size])), flush=True)


def jobs(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Each kind of job, by name, as the command's words."""
    from mariana_video.media.stills.pictures import write_picture

    bunny, cat = str(SAMPLES / "bunny.mp4"), str(SAMPLES / "chelsea.png")
    mask, cut = folder / "mask.png", folder / "cut"
    write_picture(
        mask, np.tile(np.linspace(0, 2, 64).round(0).clip(0, 1)[None, :, None], (36, 1, 3)).astype(np.float32)
    )
    with_a_cut(Path(bunny), cut)
    film = ["video", bunny, str(folder / "film.mp4")]
    yield "a film", [*film, "--duration", "2.4"]
    yield "a film, half masked", [*film, "--duration", "2.4", "--mask", str(mask)]
    yield "a film with two cuts", ["video", str(cut), str(folder / "film.mp4")]
    yield "a film, steps 1 to 6", [*film, "--duration", "2.4", "--steps", "0:(1), 60:(6)"]
    yield "a film that only passes through", [*film, "--steps", "0"]
    dive = ["zoom", cat, str(folder / "dive.mp4")]
    yield "a dive", [*dive, "--duration", "3"]
    yield "a loop of its source", [*dive, "--duration", "3", "--loop", "source"]
    yield "a loop of structure", [*dive, "--duration", "4", "--rate", "12", "--loop", "structure"]
    yield "a dive as a GIF", ["zoom", cat, str(folder / "dive.gif"), "--duration", "3", "--rate", "20"]
    yield "a progression", ["progress", cat, str(folder / "steps.mp4")]
    yield "a comparison", ["progress", cat, str(folder / "sides.mp4"), "--columns", "seed=1,2", "--steps", "30"]
    for name in ("film.mp4", "dive.mp4", "dive.gif", "steps.mp4", "sides.mp4"):
        assert not (folder / f"{name}.part").exists(), f"{name} was not finished"


def with_a_cut(source: Path, folder: Path) -> None:
    """60 pictures of a clip in three shots."""
    from mariana_video.media.read.opening import open_clip
    from mariana_video.media.read.reader import read
    from mariana_video.media.stills.pictures import write_picture

    folder.mkdir()
    for number, frame in zip(range(60), read(open_clip(source)), strict=False):
        shot = number // 20
        picture = frame.rgb if shot != 1 else 1 - frame.rgb[:, ::-1]
        write_picture(folder / f"{number:03}.png", np.ascontiguousarray(picture))


def run(job: list[str]) -> dict[str, Any]:
    """The figures of a job."""
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT)}
    words = [sys.executable, __file__, "--one", *job, "--overwrite", "--quiet"]
    done = subprocess.run(words, check=True, env=surroundings, stdout=subprocess.PIPE)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def one(words: list[str]) -> dict[str, Any]:
    """Runs the command in this process; what it foretold, and what it took."""
    from mariana_video.cli.terminal.process import set_up

    set_up()
    from mariana_video.api.foreseen.foretelling import clocks
    from mariana_video.cli import app
    from mariana_video.cli.terminal import follow
    from mariana_video.cli.terminal.bar import Bar

    figures: dict[str, Any] = {}
    say = Bar.step

    def step(self: Bar, note: str = "") -> None:
        say(self, note)
        told = self.foretelling
        if told.done == follow.FORETOLD:
            figures.update(began=told.began, cost=told.cost(), whole=told.whole())
        figures["frames"] = told.done

    with patch.object(Bar, "step", step):
        code = app.run(words)
    assert code == 0, f"exit code {code}"
    busy, clock = clocks()
    (busy_before, clock_before), children = figures.pop("began"), os.times()
    busy += children.children_user + children.children_system
    return {**figures, "cost_took": busy - busy_before, "whole_took": clock - clock_before}


def row(name: str, figures: dict[str, Any]) -> str:
    """A line of the table."""
    pairs = [(figures[kind], figures[f"{kind}_took"]) for kind in ("cost", "whole")]
    cells = (f"{told:.1f} / {took:.1f} | {told / took:.2f}" for told, took in pairs)
    return f"| {name} | {figures['frames']} | {' | '.join(cells)} |"


if __name__ == "__main__":
    main(sys.argv[1:])
