"""The loop over epochs, the only one: train an epoch, judge it, write it down, be ready to be killed.

A course says what an epoch is (an epoch of a classifier, a chunk of a teacher's answers); the loop owns order, records
and checkpoints. All randomness of an epoch is a function of (seed, epoch), so a resumed run ends as an uninterrupted
one.
"""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch

from mariana_video.errors import DataError, OutputError
from mariana_video.media.stills.hush import unlogged

Row = dict[str, float | str]


class Course(Protocol):
    """Something that is trained epoch by epoch."""

    @property
    def epochs(self) -> int:
        """How many epochs there are."""

    @property
    def steps(self) -> int:
        """How many steps an epoch has."""

    def epoch(self, index: int) -> Iterator[Mapping[str, float]]:
        """Learn one epoch, yielding each step's figures."""

    def judge(self, index: int) -> Row:
        """The figures of the epoch just learnt."""

    def finished(self, rows: list[Row]) -> bool:
        """Whether to stop before `epochs`."""

    def state(self) -> dict[str, Any]:
        """All that is needed to go on: tensors and plain values."""

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` gave."""


class OtherRun(DataError):
    """A checkpoint lies there whose settings or pictures are not these."""

    def __init__(self, checkpoint: Path) -> None:
        super().__init__(f"{checkpoint} belongs to other settings or pictures; repeat those, or remove it")


@dataclass(frozen=True)
class Progress:
    """What a callback is given after each step: `row` is set at the end of an epoch."""

    epoch: int
    step: int
    figures: Mapping[str, float]
    row: Row | None = None


def train(
    course: Course,
    checkpoint: Path,
    fingerprint: str,
    on_step: Callable[[Progress], None] | None = None,
    scratch: Path | None = None,
) -> list[Row]:
    """Train a course to its end and return a row of figures an epoch.

    Args:
        checkpoint: file that is replaced after every epoch; where it exists, training goes on from it.
        fingerprint: settings and pictures; a checkpoint of another run is refused.
        scratch: folder for the unfinished checkpoint, on the same disk; default: the checkpoint's own.

    Raises:
        DataError: the checkpoint is damaged or belongs to another run; or the figures are no longer finite.
        OutputError: it can't be written.
    """
    rows = _resumed(course, checkpoint, fingerprint)
    tell = on_step or (lambda _: None)
    unfinished = (scratch or checkpoint.parent) / f".{checkpoint.name}.part"
    while len(rows) < course.epochs and not course.finished(rows):
        index = len(rows)
        for step, figures in enumerate(course.epoch(index)):
            tell(Progress(index, step, figures))
        rows.append({"epoch": float(index + 1), **course.judge(index)})
        _check_finite(rows[-1])
        save_checkpoint(checkpoint, unfinished, {"fingerprint": fingerprint, "rows": rows, "course": course.state()})
        tell(Progress(index, course.steps, {}, rows[-1]))
    return rows


def _check_finite(row: Row) -> None:
    """Weights that are not numbers stay so: an hour more would change nothing, and no network could be read back."""
    for name, value in row.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise DataError(
                f"training broke down in epoch {row['epoch']:g}: {name} is {value}; "
                "try --precision fp32, a larger --batch or another --seed"
            )


def write_csv(path: Path, rows: list[Row]) -> None:
    """The figures of every epoch as a table with a heading."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows({n: f"{v:.6g}" if isinstance(v, float) else v for n, v in row.items()} for row in rows)


def read_checkpoint(path: Path) -> dict[str, Any] | None:
    """What a checkpoint holds (`fingerprint`, `rows`, `course`), or None where there is none. Nothing is unpickled.

    Raises:
        DataError: the file is not one of this program's, or damaged.
    """
    if not os.path.lexists(path):
        return None
    try:
        with unlogged("torch"):
            saved = torch.load(path, map_location="cpu", weights_only=True)
        if {"fingerprint", "rows", "course"} <= saved.keys():
            return dict(saved)
        reason = "other things are in it"
    except Exception as error:  # torch raises anything on foreign files
        reason = type(error).__name__
    raise DataError(
        f"{path} is damaged or not this program's ({reason}); "
        "remove it to begin anew, or give OUTPUT another name to keep it"
    )


def save_checkpoint(path: Path, unfinished: Path, values: Mapping[str, Any]) -> None:
    """Replace a checkpoint, by way of an unfinished file beside it.

    Raises:
        OutputError: the disk refuses.
    """
    try:
        torch.save(dict(values), unfinished)
        os.replace(unfinished, path)  # noqa: PTH105 (atomic on every system)
    except (OSError, RuntimeError) as error:
        raise OutputError(f"the checkpoint {path} can't be written ({error}); free some space and go on") from None
    finally:
        unfinished.unlink(missing_ok=True)


def _resumed(course: Course, checkpoint: Path, fingerprint: str) -> list[Row]:
    saved = read_checkpoint(checkpoint)
    if saved is None:
        return []
    if saved["fingerprint"] != fingerprint:
        raise OtherRun(checkpoint)
    try:
        course.restore(saved["course"])
        return list(saved["rows"])
    except (KeyError, RuntimeError, TypeError, ValueError) as error:
        raise DataError(f"{checkpoint} is damaged ({type(error).__name__}); remove it to begin anew") from None
