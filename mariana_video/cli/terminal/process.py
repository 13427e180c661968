"""The command's own process: what is set up in it before anything is loaded, and how it is left.

Only the command does this. Called from Python, the library changes nothing in its host's process for good: while a film
is made it sees to its own threads (`footage/waiting.py`), and what is below is the host's to decide.
"""

from __future__ import annotations

import os
import sys
import warnings

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of glibc's malloc.h
_KEPT = 1 << 30  # bytes; malloc takes no more than an int
_BROKEN = 1  # exit code where what was to be printed could not be


def set_up() -> None:
    """Makes the process ready for the command. To be called before torch is loaded."""
    _open_missing()
    # Torch's threads share the cores with decoding, flow and encoding. Spinning while they wait (OpenMP's habit) takes
    # the cores from those: a step took three times as long beside one busy thread. Read once, when torch is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("TORCH_CPP_LOG_LEVEL", "ERROR")  # its remarks about the processor are for developers
    os.environ.setdefault("SVT_LOG", "1")  # SVT-AV1 writes its settings to the screen: errors only
    if not sys.warnoptions:  # neither `python -W` nor PYTHONWARNINGS; what matters to a person is said in our own words
        warnings.simplefilter("ignore")
    _keep_memory()


def leave(code: int) -> int:
    """The exit code of a process that would exit with `code`: what is still to be printed has been, or could not be.

    A stream that can't be flushed is emptied here, for Python would end with a traceback and a code of its own.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except ValueError:  # it is closed
            continue
        except OSError:
            _let_go(stream.fileno())
            code = code or (_BROKEN if stream is sys.stdout else 0)
    _of_glibc("malloc_trim", 0)  # unloading torch's libraries takes memory once more: on top of what was kept, the most
    return code


def _open_missing() -> None:
    """Opens nothing-at-all on those of stdin, stdout and stderr that are closed.

    The next file that is opened would take their number: a film, into which libraries would then write their remarks.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            _let_go(number)


def _let_go(number: int) -> None:
    """Lets a descriptor read and write nothing."""
    nothing = os.open(os.devnull, os.O_RDWR)
    if nothing == number:
        os.set_inheritable(number, True)
        return
    os.dup2(nothing, number)
    os.close(nothing)


def _keep_memory() -> None:
    """Lets glibc keep what is freed for the next frame, which needs as much.

    It would hand large blocks back to the system and take them again, zeroed page by page, several times a frame: 5 to
    8 % of the time of a film 1280 pixels wide. Other C libraries are left alone.
    """
    _of_glibc("mallopt", _TRIM_THRESHOLD, _KEPT)
    _of_glibc("mallopt", _MMAP_THRESHOLD, _KEPT)


def _of_glibc(name: str, *numbers: int) -> None:
    """Calls one of glibc's own functions, where they are."""
    if sys.platform == "linux":
        import ctypes

        function = getattr(ctypes.CDLL(None), name, None)
        if function is not None:
            function(*numbers)
