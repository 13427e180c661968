"""The command `mariana`, also as `python -m mariana_video`."""

from __future__ import annotations

import sys

from mariana_video.cli.terminal.process import leave, set_up


def main() -> None:
    """Runs the command line and exits with its code."""
    set_up()
    from mariana_video.cli.app import run

    sys.exit(leave(run(sys.argv[1:])))


if __name__ == "__main__":
    main()
