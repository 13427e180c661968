"""Running the ffmpeg program that imageio-ffmpeg brings: argument lists, its exit status and its own words."""

import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from mariana_video.errors import OutputError, SourceError

WHITELIST = ("-protocol_whitelist", "file,pipe")
"""Goes before each input: it can open neither the network nor what a playlist names."""


def program() -> str:
    """The ffmpeg program's path. Raises SourceError if imageio-ffmpeg has none for this machine."""
    import imageio_ffmpeg

    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise SourceError(
            "the ffmpeg program is missing: install imageio-ffmpeg, or set IMAGEIO_FFMPEG_EXE to one"
        ) from error


def run(arguments: list[str], path: Path) -> None:
    """Run ffmpeg to its end. Raises OutputError about `path` with ffmpeg's last words if it fails."""
    command = [program(), "-nostdin", "-v", "error", "-y", *arguments]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode != 0:
        raise OutputError(f"{path} can't be written: ffmpeg {end_of(done.returncode, done.stderr)}")


@contextmanager
def piped(arguments: list[str], path: Path) -> Iterator[IO[bytes]]:
    """ffmpeg's standard output while it runs; it is ended when the block is left.

    Raises SourceError about `path` with ffmpeg's last words if it fails before its output has been read.
    """
    command = [program(), "-nostdin", "-v", "error", *arguments]
    with tempfile.TemporaryFile() as words:
        process: Any = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=words)
        try:
            yield process.stdout
            if process.stdout.read(1) == b"":
                _check(process, words, path)
        except SourceError:
            process.stdout.close()
            _check(process, words, path)
            raise
        finally:
            process.stdout.close()
            process.kill()
            process.wait()


def _check(process: Any, words: IO[bytes], path: Path) -> None:
    if process.wait() not in (0, -getattr(signal, "SIGPIPE", 13)):
        words.seek(0)
        raise SourceError(f"{path} can't be read: ffmpeg {end_of(process.returncode, words.read())}")


def end_of(code: int, stderr: bytes) -> str:
    """How a failed run ended: by a signal from outside, or with ffmpeg's last words."""
    return f"was ended by signal {-code}" if code < 0 else f"says: {last_words(stderr)}"


def last_words(stderr: bytes) -> str:
    """The last line ffmpeg wrote, without its prefix in brackets."""
    lines = [line.strip() for line in stderr.decode(errors="replace").splitlines() if line.strip()]
    return lines[-1].rsplit("] ", 1)[-1].rstrip(".") if lines else "nothing"
