"""A library's manners: imported or called, the program changes nothing in the process of its host."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.conftest import make_clip

CODE = """
import json, locale, logging, os, signal, sys, warnings

import cv2, numpy, torch  # the host has loaded them itself
from PIL import Image

asked = []


def noting(owner, name):
    true = getattr(owner, name)

    def noted(*given, **more):
        if sys._getframe(1).f_globals["__name__"].startswith("mariana_video"):  # libraries have manners of their own
            asked.append(f"{owner.__name__}.{name}")
        return true(*given, **more)

    setattr(owner, name, noted)


for owner, name in [(os, "umask"), (os, "putenv"), (os, "dup2"), (os, "chdir"), (signal, "signal"),
                    (locale, "setlocale"), (warnings, "simplefilter"), (warnings, "filterwarnings"),
                    (torch, "set_num_threads"), (cv2, "setNumThreads"), (sys, "setrecursionlimit")]:
    noting(owner, name)


def state():
    signals = [str(signal.getsignal(number)) for number in signal.valid_signals()]
    limits = [Image.MAX_IMAGE_PIXELS, torch.get_num_threads(), cv2.getNumThreads(), sys.getrecursionlimit()]
    return [dict(os.environ), signals, limits, locale.setlocale(locale.LC_ALL), list(map(str, warnings.filters)),
            os.getcwd(), logging.getLogger().handlers == []]


before = state()
asked.clear()
import mariana_video
from mariana_video.media.stills.pictures import read_picture, write_picture

mariana_video.video("clip.mp4", "dream.mp4", size="64x", first_steps=1, preview="look.png").run()
write_picture("made.png", read_picture("look.png")[0])
after = state()
print(json.dumps({"before": before, "after": after, "asked": asked, "rights": os.stat("made.png").st_mode & 0o777}))
"""


def test_the_host_is_left_as_it_was(tmp_path: Path) -> None:
    make_clip(tmp_path / "clip.mp4", frames=4)
    done = subprocess.run(
        [sys.executable, "-c", CODE], cwd=tmp_path, capture_output=True, text=True, check=False, umask=0o027
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["after"] == found["before"]
    assert found["asked"] == []
    assert found["rights"] == 0o640, "a new file has the rights that its process gives"
