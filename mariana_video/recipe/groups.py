"""The groups in which `--help` shows options: those that people need first, then by what an option is about."""

from __future__ import annotations

from cyclopts import Group as Shown

FIRST = Shown("First of all", sort_key=1)
LOOK = Shown("Look", sort_key=2)
MOTION = Shown("Motion", sort_key=3)
WHERE = Shown("Where", sort_key=4)
PART = Shown("Part", sort_key=5)
FILE = Shown("File", sort_key=6)
MACHINE = Shown("Machine", sort_key=7)
