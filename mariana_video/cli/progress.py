"""Telling how far a job is: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType

_EVERY = 30.0  # seconds between lines where there is no terminal
_LONG = 600.0  # seconds above which it is worth saying what would be quicker


def say(line: str, quiet: bool = False) -> None:
    """A sentence for the person at the screen, on stderr."""
    if not quiet:
        print(line, file=sys.stderr, flush=True)


class Bar:
    """A tqdm bar on a terminal, a line every half minute elsewhere, nothing where `quiet`."""

    def __init__(self, total: int | None, unit: str, *, label: str = "", quiet: bool = False, done: int = 0) -> None:
        from tqdm import tqdm

        self._total, self._unit, self._label = total, unit, label
        self._began = self._told = time.monotonic()
        self._done = self._before = done
        self._quiet = quiet
        self._lines = not quiet and not sys.stderr.isatty()
        self._bar = tqdm(
            total=total,
            initial=done,
            unit=f" {unit}",
            desc=label or None,
            disable=quiet or self._lines,
            dynamic_ncols=True,
            smoothing=0.1,
        )

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.close()

    def step(self, note: str = "") -> None:
        """One more is done."""
        self._done += 1
        if note:
            self._bar.set_postfix_str(note, refresh=False)
        self._bar.update()
        now = time.monotonic()
        if self._lines and now - self._told >= _EVERY:
            self._told = now
            self._line(now - self._began)

    def say(self, line: str) -> None:
        """A sentence that doesn't break the bar."""
        if self._lines:
            say(line)
        elif not self._quiet:
            self._bar.write(line, file=sys.stderr)

    def _line(self, seconds: float) -> None:
        rate = (self._done - self._before) / seconds
        left = "" if self._total is None else f", {span((self._total - self._done) / rate)} left"
        total = "" if self._total is None else f" of {self._total}"
        label = f"{self._label}: " if self._label else ""
        say(f"{label}{self._done}{total} {self._unit}, {rate:.2f} a second{left}")


def span(seconds: float) -> str:
    """Seconds as people say them: `40 s`, `12 min`, `3 h 20 min`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def foretell(frames: int, seconds: float) -> str:
    """How long the whole will take, and above ten minutes what would make it shorter."""
    hint = "; a smaller --size or a --duration makes it shorter" if seconds > _LONG else ""
    return f"{frames} frames will take about {span(seconds)}{hint}"
