"""Looks stay what they are: a small picture of each is kept, and the gallery shows all of them."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import mariana_video
from benchmarks.gallery import KEPT, SMALL
from mariana_video.media.stills.pictures import read_picture
from mariana_video.recipe.travel.looks import shipped

ROOT = Path(__file__).parents[2]
GALLERY = (ROOT / "docs" / "GALLERY.md").read_text(encoding="utf-8")
CHANGED = 0.008
"""How far a picture may lie from the kept one (mean over pixels, of 1): other processors round otherwise. The number
format bf16 alone changes looks by up to 0.023."""


@pytest.mark.parametrize("name", shipped())
def test_a_look_stays_what_it_is(name: str, tmp_path: Path) -> None:
    mariana_video.image(ROOT / "samples" / "chelsea.png", tmp_path / "look.png", recipe=name, **SMALL).run()
    now, kept = (read_picture(path)[0] for path in (tmp_path / "look.png", KEPT / f"{name}.png"))
    assert np.abs(now - kept).mean() <= CHANGED


def test_small_pictures_of_looks_tell_them_apart() -> None:
    """The bound of the law above is worth something: no two looks lie within twice of it."""
    kept = {name: read_picture(KEPT / f"{name}.png")[0] for name in shipped()}
    near = [(a, b) for a in kept for b in kept if a < b and np.abs(kept[a] - kept[b]).mean() <= 2 * CHANGED]
    assert not near


def test_the_gallery_shows_every_look_and_no_other() -> None:
    told = dict(re.findall(r"^## (\w+)\n\n(.+)$", GALLERY, re.MULTILINE))
    assert told == {look.name: look.about for look in shipped().values()}
    pictures = set(re.findall(r"\((pictures/looks/[^)]+)\)", GALLERY))
    assert pictures == {f"pictures/looks/{name}.{ending}" for name in shipped() for ending in ("jpg", "webp")}
    assert pictures == {f"pictures/looks/{path.name}" for path in (ROOT / "docs/pictures/looks").iterdir()}
    assert {path.stem for path in KEPT.iterdir()} == set(shipped())
