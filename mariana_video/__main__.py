"""The command `mariana`, also as `python -m mariana_video`."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Runs the command line and exits with its code."""
    # Torch's threads share the cores with decoding, flow and encoding. Spinning while they wait (OpenMP's habit) takes
    # the cores from those: a step took three times as long beside one busy thread. Read once, when torch is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from mariana_video.cli.app import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
