"""What can go wrong, as the program's own exceptions.

    MarianaError                 one clear line for a person; carries the exit code
    ├── UsageError               a wrong command line, or a value outside its declared bounds (exit 2)
    ├── SourceError              SOURCE is missing, empty, damaged or holds no picture
    ├── OutputError              OUTPUT can't be written: it exists, its folder doesn't, the disk is full
    ├── NetworkError             a network, layer or weights file is unknown, damaged or not ours
    ├── DataError                training pictures are missing or unusable
    ├── MotionError              optical flow can't be computed (weights of a flow network missing, say)
    ├── DreamError               the ascent broke down (a gradient that is not finite, no memory)
    ├── FarmError                the workers of a farm can't be reached, or none of them can do the work
    └── Cancelled                somebody asked a running work to stop (exit 130)

Every message says what was given and what would do, in one line, without a full stop at the end.
"""

_LONGEST = 2000  # characters: what is longer quotes something that nobody would read


class MarianaError(Exception):
    """Base of all errors that are told to a person in one line; `exit_code` is the command's."""

    exit_code = 1

    def __init__(self, told: str = "") -> None:
        line = "".join(character if character.isprintable() else " " for character in told)
        super().__init__(line if len(line) <= _LONGEST else f"{line[: _LONGEST // 2]} … {line[-_LONGEST // 2 :]}")


class UsageError(MarianaError):
    """A wrong command line, or a value outside its declared bounds."""

    exit_code = 2


class SourceError(MarianaError):
    """SOURCE is missing, empty, damaged or holds no picture."""


class OutputError(MarianaError):
    """OUTPUT can't be written."""


class NetworkError(MarianaError):
    """A network, layer or weights file is unknown, damaged or not ours."""


class DataError(MarianaError):
    """Training pictures are missing or unusable."""


class MotionError(MarianaError):
    """Optical flow can't be computed."""


class DreamError(MarianaError):
    """The ascent broke down."""


class FarmError(MarianaError):
    """The workers of a farm can't be reached, or none of them can do the work."""


class Cancelled(MarianaError):
    """Somebody asked a running work to stop."""

    exit_code = 130
