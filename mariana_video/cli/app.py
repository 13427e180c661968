"""The command line's entrance: commands, errors in one line, exit codes."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any, NoReturn

from cyclopts import App, CycloptsError, MissingArgumentError

from mariana_video import __version__
from mariana_video.cli.bench import bench
from mariana_video.cli.examples import epilogue
from mariana_video.cli.explore import explore
from mariana_video.cli.image import image
from mariana_video.cli.measure import measure
from mariana_video.cli.networks import layers, networks
from mariana_video.cli.progression import progress
from mariana_video.cli.recipes import recipe, recipes
from mariana_video.cli.shots import shots
from mariana_video.cli.studio import studio
from mariana_video.cli.terminal.streams import streams
from mariana_video.cli.training import evaluate, train
from mariana_video.cli.video import finish, video
from mariana_video.cli.zoom import zoom
from mariana_video.errors import MarianaError
from mariana_video.media.stills.hush import allowed

_INTERRUPTED = 130
_GRACE = 30.0  # seconds for tidying up
_NO_MEMORY = "not enough memory: try a smaller --size"

app = App(
    name="mariana",
    version=__version__,
    help="Films that dream: DeepDream for video. The dream moves with what moves in the film.",
    suppress_keyboard_interrupt=False,  # its sentence, with the way to go on, is told below
)
for command in (
    video, shots, image, explore, zoom, progress, recipes, recipe, finish, measure, networks, layers, train, evaluate,
    bench, studio,
):  # fmt: skip
    app.command(command, help_epilogue=epilogue(command.__name__))


def run(words: Sequence[str]) -> int:
    """Runs one command line and returns its exit code: 0, 1 (found by opening something), 2 (usage), 130 (stopped)."""
    with streams(), allowed():
        return _run(words)


def _run(words: Sequence[str]) -> int:
    try:
        with _stopped():
            app(list(words), exit_on_error=False, print_error=False, result_action="return_value")
            sys.stdout.flush()
    except CycloptsError as error:
        return _told(_one_line(str(error)) + _hint(error, words), 2)
    except MarianaError as error:
        return _told(_one_line(str(error)), error.exit_code)
    except KeyboardInterrupt as stop:
        return _told(_one_line(str(stop)) or "stopped", _INTERRUPTED)
    except MemoryError:
        return _told(_NO_MEMORY, 1)
    except RuntimeError as error:
        if "allocate memory" not in str(error) and "out of memory" not in str(error):  # torch's words for it
            raise
        return _told(_NO_MEMORY, 1)
    except BrokenPipeError:
        return 1
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0


def _hint(error: CycloptsError, words: Sequence[str]) -> str:
    """What to write where an option's value was taken for an option, for it begins with a minus."""
    for option, value in pairwise(words) if isinstance(error, MissingArgumentError) else ():
        if option in str(error).split() and value.startswith("-"):
            return f' A value that begins with - is written with =: {option}="{value}"'
    return ""


def _told(line: str, code: int) -> int:
    print(f"mariana: {line}", file=sys.stderr)
    return code


def _one_line(text: str) -> str:
    return " ".join(text.split())


@contextmanager
def _stopped() -> Iterator[None]:
    """SIGTERM stops a job as Ctrl-C does, so that nothing half-made is left.

    Python raises Ctrl-C between any two instructions, once in a great while inside a lock that a thread then waits for
    without end. So a job that has not tidied up after `_GRACE` seconds is ended where it is: its files bear that.
    """

    def stop(_number: int, _frame: Any) -> NoReturn:
        if sys.platform != "win32":
            signal.setitimer(signal.ITIMER_REAL, _GRACE)
        raise KeyboardInterrupt

    def end(_number: int, _frame: Any) -> NoReturn:
        with contextlib.suppress(OSError):  # nobody is there to read it
            os.write(2, b"mariana: stopped; the same command goes on\n")
        os._exit(_INTERRUPTED)

    handlers = {signal.SIGTERM: stop}
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else somebody wants it otherwise
        handlers[signal.SIGINT] = stop
    if sys.platform != "win32":
        handlers[signal.SIGALRM] = end
    try:
        before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    except ValueError:  # not the main thread: a caller of its own looks after signals
        yield
        return
    try:
        yield
    finally:
        if sys.platform != "win32":
            signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)
