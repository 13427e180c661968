"""The groups in which `--help` shows options: those that people need first, then by what an option is about."""

from __future__ import annotations

from cyclopts import Group as Shown

FIRST = Shown("First of all", sort_key=1)
LOOK = Shown("Look", sort_key=2)
COLOUR = Shown("Colour and symmetry", sort_key=3)
STEPS = Shown("Steps", sort_key=4)
MOTION = Shown("Motion", sort_key=5)
WHERE = Shown("Where", sort_key=6)
PART = Shown("Part", sort_key=7)
FILE = Shown("File", sort_key=8)
MACHINE = Shown("Machine", sort_key=9)
