"""The table of `docs/RELIABILITY.md`: what was done to the program, how often, and what came of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

_HEAD = """# Reliability

What is done to the program on purpose by `make torture` (farms: `make test-all`), how often, and what came of it. This
page is written by those tests themselves, and only when all of them pass. The clip has {frames} frames of 64×48, the
network is the smallest of its family, parts have 8 frames instead of 250 and every frame is a checkpoint, so that each
run meets every border.
"The same film" means: every decoded byte, every time and the sound's end are those of a film made in one go.
"""


@dataclass
class Table:
    """Rows by chapter: (what was done, what came of it) and how often."""

    rows: dict[str, Counter[tuple[str, str]]] = field(default_factory=dict)

    def add(self, chapter: str, done: str, came: str, times: int = 1) -> None:
        """Counts one try."""
        self.rows.setdefault(chapter, Counter())[done, came] += times

    def write(self, path: Path, frames: int = 40) -> None:
        """Writes the document; chapters that other tests have written stay."""
        others = {name: text for name, text in chapters_of(path).items() if name not in self.rows}
        path.write_text("\n".join([_HEAD.format(frames=frames), *self._chapters().values(), *others.values()]), "utf-8")

    def write_chapters(self, path: Path) -> None:
        """Writes these chapters alone; all else in the document stays."""
        head = path.read_text("utf-8").split("\n## ")[0]
        path.write_text("\n".join([head, *(chapters_of(path) | self._chapters()).values()]), "utf-8")

    def _chapters(self) -> dict[str, str]:
        texts = {}
        for chapter, counted in self.rows.items():
            lines = [f"## {chapter}", "", "| what was done | times | what came of it |", "|---|---:|---|"]
            lines += [f"| {done} | {times} | {came} |" for (done, came), times in counted.items()]
            texts[chapter] = "\n".join([*lines, ""])
        return texts


def chapters_of(path: Path) -> dict[str, str]:
    """The chapters of a document that is there, by their names."""
    texts = path.read_text("utf-8").split("\n## ")[1:] if path.exists() else []
    return {text.partition("\n")[0]: f"## {text.rstrip()}\n" for text in texts}


TABLE = Table()
