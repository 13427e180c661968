"""Does a dream converge onto structure, or to noise? Curves of several networks and of untaught ones, side by side.

    python benchmarks/structure.py samples/chelsea.png --steps 300 --plot curves.png

Each network dreams the picture, one scale, in steps of the program's own rule; an untaught network has the skeleton of
`mariana` with weights as they are drawn. Printed is where each ends, beside the picture itself and white noise.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import fields
from pathlib import Path

import numpy as np
import torch

from mariana_video.dream.arrays import to_array, to_tensor
from mariana_video.loop.dreamer import make_dreamer
from mariana_video.media.shape import fitted, resized
from mariana_video.media.stills.pictures import read_picture
from mariana_video.meters.convergence import Curve, Point, draw
from mariana_video.meters.structure import Structure, structure
from mariana_video.networks.mariana import Architecture, Mariana
from mariana_video.networks.weights import load, save
from mariana_video.progression.steps import chosen, progress, steps_in_all
from mariana_video.recipe.job import Machine
from mariana_video.recipe.look import Ascent
from mariana_video.recipe.options import Recipe
from mariana_video.recipe.values.networks import Networks
from mariana_video.recipe.values.schedule import Schedule

SAMPLE = Path(__file__).parent.parent / "samples" / "chelsea.png"
NETWORKS = ["mariana", "colour4-dense512-l2-sgd", "grey3-dense100", "untaught"]
_SHOWN = 40  # points of a curve


def main(words: list[str]) -> None:
    """Runs the benchmark as the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("picture", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument(
        "--networks", nargs="+", default=NETWORKS, help="names or files; `untaught` is one as it begins"
    )
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--step-size", default="0.01")
    parser.add_argument("--width", type=int, default=288)
    parser.add_argument("--plot", type=Path, help="draw the curves to this picture")
    options = parser.parse_args(words)
    picture, _ = read_picture(options.picture)
    picture = resized(picture, fitted((picture.shape[1], picture.shape[0]), options.width))
    curves = []
    with tempfile.TemporaryDirectory() as folder:
        for name in options.networks:
            network = str(untaught(Path(folder))) if name == "untaught" else name
            curves.append(curve_of(name, network, picture, options.steps, options.step_size))
            print(f"{name}: done", file=sys.stderr)
    print(table(picture, curves))
    if options.plot is not None:
        draw(curves, options.plot)


def untaught(folder: Path) -> Path:
    """A network of the default's skeleton, as it is before its first step."""
    torch.manual_seed(0)
    path = folder / "untaught.safetensors"
    suited = load("mariana").suited
    values = {"layers": suited.layers, "step_size": suited.step_size, "strength": suited.strength}
    save(path, Mariana(Architecture(classes=0)), {"name": "untaught", "classes": [], "suited": values})
    return path


def curve_of(name: str, network: str, picture: np.ndarray, steps: int, size: str) -> Curve:
    """How the picture converges under a network."""
    ascent = Ascent(
        network=Networks(network), steps=Schedule(str(steps)), step_size=Schedule(size), octaves=Schedule("1")
    )
    dreamer = make_dreamer(Recipe(ascent), Machine())
    total = steps_in_all(dreamer, (picture.shape[0], picture.shape[1]))
    curve = Curve(name)
    for item in progress(dreamer, to_tensor(picture), chosen(total, None, _SHOWN, _SHOWN)):
        curve.add(item.step, item.score, item.change, to_array(item.picture))
    return curve


def table(picture: np.ndarray, curves: list[Curve]) -> str:
    """Where each curve ends, as Markdown."""
    names = [field.name for field in fields(Structure)]
    noise = np.random.default_rng(0).random(picture.shape, np.float32)
    rows = [("the picture", structure(picture)), *((c.title, c.points[-1].structure) for c in curves)]
    rows.append(("white noise", structure(noise)))
    lines = [f"| at the end | {' | '.join(names)} | score: end over start |", "|---" + "|---:" * (len(names) + 1) + "|"]
    gains = {curve.title: f"{_first(curve)}" for curve in curves}
    for title, measured in rows:
        numbers = " | ".join(f"{getattr(measured, name):.2f}" for name in names)
        lines.append(f"| {title} | {numbers} | {gains.get(title, '')} |")
    return "\n".join(lines)


def _first(curve: Curve) -> str:
    scored: list[Point] = [point for point in curve.points if np.isfinite(point.score)]
    return f"{scored[-1].score / scored[0].score:.3g}"


if __name__ == "__main__":
    main(sys.argv[1:])
