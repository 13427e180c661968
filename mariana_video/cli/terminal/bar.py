"""Telling how far a job is: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from mariana_video.api.foreseen.foretelling import Foretelling, span

_EVERY = 30.0  # seconds between lines where there is no terminal
_OFTEN = 0.2  # the same of what stands beside a bar
_LONG = 600.0  # seconds above which it is worth saying what would be quicker
_UNKNOWN = "time left not known yet"


def say(line: str, quiet: bool = False) -> None:
    """A sentence for the person at the screen, on stderr."""
    if not quiet:
        print(line, file=sys.stderr, flush=True)


class Bar:
    """A tqdm bar on a terminal, a line every half minute elsewhere, nothing where `quiet`.

    `done` of `total` (None: unknown) were there before; `foretelling` tells the time that is left (None: as if all
    were alike).
    """

    def __init__(
        self,
        total: int | None,
        unit: str,
        *,
        label: str = "",
        quiet: bool = False,
        done: int = 0,
        foretelling: Foretelling | None = None,
    ) -> None:
        from tqdm import tqdm

        self._total, self._unit, self._label = total, unit, label
        self._told = time.monotonic()
        self._before = done
        self._quiet = quiet
        self._lines = not quiet and not sys.stderr.isatty()
        self._note = ""
        self.foretelling = foretelling or Foretelling((total or 0) - done)
        self._bar = tqdm(
            total=total,
            initial=done,
            unit=f" {unit}",
            desc=label or None,
            disable=quiet or self._lines,
            dynamic_ncols=True,
            # Without a total there is no end to foretell, and tqdm's own words do.
            bar_format=None if total is None else "{l_bar}{bar}| {n_fmt}/{total_fmt} [{elapsed}{postfix}]",
            postfix=None if total is None else _UNKNOWN,
        )

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.set_postfix_str(self._note, refresh=False)
        self._bar.close()

    def step(self, note: str = "") -> None:
        """One more is done."""
        self.foretelling.step()
        self._note = note
        now = time.monotonic()
        if now - self._told >= (_EVERY if self._lines else _OFTEN):
            self._told = now
            if self._lines:
                self._line()
            else:
                self._bar.set_postfix_str(", ".join(filter(None, (note, self._ahead()))), refresh=False)
        self._bar.update()

    def say(self, line: str) -> None:
        """A sentence that doesn't break the bar."""
        if self._lines:
            say(line)
        elif not self._quiet:
            self._bar.write(line, file=sys.stderr)

    def _line(self) -> None:
        total = "" if self._total is None else f" of {self._total}"
        label = f"{self._label}: " if self._label else ""
        words = f"{label}{self._before + self.foretelling.done}{total} {self._unit}"
        say(", ".join(filter(None, (words, f"{self.foretelling.rate():.2f} a second", self._left()))))

    def _ahead(self) -> str:
        """What stands beside a bar: nothing that the next frames would make a fool of."""
        if self._total is None:
            return ""
        left = self._left()
        return f"{self.foretelling.rate():.2f} a second, {left}" if left else _UNKNOWN

    def _left(self) -> str:
        left = None if self._total is None else self.foretelling.left()
        return "" if left is None else f"{span(left)} left"


def foretell(frames: int, seconds: float) -> str:
    """How long the whole will take, and above ten minutes what would make it shorter."""
    hint = "; a smaller --size or a --duration makes it shorter" if seconds > _LONG else ""
    return f"{frames} frames will take about {span(seconds)}{hint}"
