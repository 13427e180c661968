"""What a film costs beside seconds: `python benchmarks/costs.py --check` fails where it is much more than it was.

Passes a carried frame, the work of a frame over the work of its parts, and peak memory, of 640×360 at the defaults.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
from pathlib import Path

from speed import ROOT, encoding, parts, passes_of
from targets import SMALL, a_frame

from mariana_video.footage.plan import make_plan
from mariana_video.loop.dreamer import make_dreamer
from mariana_video.recipe.job import Machine
from mariana_video.recipe.options import recipe

CLIP = ROOT / "samples" / "bunny.mp4"
MOST = {"passes": 1.3, "overhead": 2.4, "gigabytes": 1.9}  # when this was written: 0.99, 1.2 to 1.6, 1.2


def main(words: list[str]) -> int:
    """Prints the figures; 1 where they are to be checked and one is too high."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true")
    found, failed = costs(), False
    check = parser.parse_args(words).check
    for name, value in found.items():
        failed |= value > MOST[name]
        print(f"{name:10} {value:.2f} (at most {MOST[name]:g})", flush=True)
    return int(check and failed)


def costs() -> dict[str, float]:
    """The figures, by name."""
    with tempfile.TemporaryDirectory() as folder:
        frame = a_frame(ROOT, CLIP, SMALL, Path(folder))
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e9  # a child begins with its parent's
    made = recipe(size=f"{SMALL[0]}x")
    dreamer, plan = make_dreamer(made, Machine()), make_plan(CLIP, made.span)
    passes, done = passes_of(plan, dreamer)
    step, *others = parts(plan, dreamer).values()
    work = passes * step.cpu + sum(other.cpu for other in others) + encoding(plan, done).cpu
    return {"passes": passes, "overhead": frame / work, "gigabytes": memory}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
