"""The gallery of looks: `make gallery`, a minute or two a look.

    python benchmarks/gallery.py [NAME…]

For each look: a still of `samples/chelsea.png`, a loop of `samples/bunny.mp4` (every second frame, so that the page
stays light), and the small picture that `tests/api/test_shipped_looks.py` keeps it to. Then `docs/GALLERY.md` is
written of all of them.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

import mariana_video
from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import read
from mariana_video.media.stills.pictures import to_bytes

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures" / "looks"
PAGE = ROOT / "mariana_video" / "studio" / "looks"
KEPT = ROOT / "tests" / "looks"
SMALL = {"size": "96x", "motif_size": 0.9, "octaves": 1, "first_steps": 8, "precision": "fp32"}
"""How the tests' pictures are made, of `samples/chelsea.png`: quickly, for large motifs take few pixels."""

_ON_PAGE = (200, 133)
_STILL, _WIDE, _DURATION = "360x", "240x", 2
_QUALITY, _LOOP_QUALITY = 85, 55
_EVERY = 2
_HEAD = """# The looks

Each has a name, and goes with films, pictures, dives and progressions:

```sh
mariana video clip.mp4 dream.mp4 --recipe abyss
mariana zoom photo.jpg dive.mp4 --recipe abyss --strength 1.5
```

What else is said wins over the look. `mariana recipes` lists them; `mariana recipe abyss` prints one as a text of a few
lines. Change it, save it as `mine.toml`, and `--recipe mine.toml` is a look of your own.

Each was made on one picture and one film, at its defaults: left `mariana image samples/chelsea.png still.jpg --recipe
NAME`, right `mariana video samples/bunny.mp4 loop.mp4 --recipe NAME`. (This page is made by `make gallery`.)
"""


def make(name: str) -> None:
    """The still, the loop and the test's picture of a look."""
    source = ROOT / "samples" / "chelsea.png"
    with tempfile.TemporaryDirectory() as folder:
        still, film = Path(folder) / "still.png", Path(folder) / "film.mkv"
        mariana_video.image(source, still, recipe=name, size=_STILL).run()
        seen = Image.open(still).convert("RGB")
        seen.save(PICTURES / f"{name}.jpg", quality=_QUALITY, optimize=True)
        seen.resize(_ON_PAGE, Image.Resampling.LANCZOS).save(PAGE / f"{name}.jpg", quality=_QUALITY, optimize=True)
        options = {"size": _WIDE, "duration": _DURATION, "codec": "ffv1", "sound": False}
        mariana_video.video(ROOT / "samples" / "bunny.mp4", film, recipe=name, **options).run()
        frames = [Image.fromarray(to_bytes(frame.rgb, None)) for frame in read(open_clip(film))][::_EVERY]
    frames[0].save(
        PICTURES / f"{name}.webp", save_all=True, append_images=frames[1:], duration=1000 * _DURATION // len(frames),
        loop=0, quality=_LOOP_QUALITY, method=6,
    )  # fmt: skip
    mariana_video.image(source, KEPT / f"{name}.png", recipe=name, no_recipe=True, overwrite=True, **SMALL).run()


def page() -> str:
    """docs/GALLERY.md."""
    rows = [
        f"## {look.name}\n\n{look.about}\n\n"
        f"![{name}, a still](pictures/looks/{name}.jpg) ![{name}, a film](pictures/looks/{name}.webp)\n"
        for look in mariana_video.list_looks()
        for name in [look.name]
    ]
    return "\n".join([_HEAD, *rows])


def main(words: Sequence[str]) -> None:
    """Makes the pictures of the looks of these names (none: of all), and the page."""
    for folder in (PICTURES, KEPT):
        folder.mkdir(parents=True, exist_ok=True)
    for name in list(words) or [look.name for look in mariana_video.list_looks()]:
        print(name, flush=True)
        make(name)
    (ROOT / "docs" / "GALLERY.md").write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
