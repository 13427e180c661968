"""The command `mariana`, also as `python -m mariana_video`."""

from __future__ import annotations

import os
import sys
import warnings

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of glibc's malloc.h
_KEPT = 1 << 30  # bytes; malloc takes no more than an int


def main() -> None:
    """Runs the command line and exits with its code."""
    # Torch's threads share the cores with decoding, flow and encoding. Spinning while they wait (OpenMP's habit) takes
    # the cores from those: a step took three times as long beside one busy thread. Read once, when torch is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("SVT_LOG", "1")  # SVT-AV1 writes its settings to the screen: errors only
    _keep_memory()
    if not sys.warnoptions:  # libraries' words to programmers; what matters to a person is said in our own
        warnings.simplefilter("ignore")
    from mariana_video.cli.app import run

    sys.exit(run(sys.argv[1:]))


def _keep_memory() -> None:
    """Lets glibc keep what is freed for the next frame, which needs as much.

    It would hand large blocks back to the system and take them again, zeroed page by page, several times a frame: 5 to
    8 % of the time of a film 1280 pixels wide. Other C libraries are left alone.
    """
    if sys.platform != "linux":
        return
    import ctypes

    keep = getattr(ctypes.CDLL(None), "mallopt", None)
    if keep is not None:
        keep(_TRIM_THRESHOLD, _KEPT)
        keep(_MMAP_THRESHOLD, _KEPT)


if __name__ == "__main__":
    main()
