"""`--help`: the options that people need first, then the others by what they are about, and examples."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mariana_video.cli import networks
from mariana_video.cli.app import app
from mariana_video.cli.examples import EXAMPLES
from mariana_video.recipe.group import COLOUR, FILE, FIRST, LOOK, MACHINE, MOTION, PART, STEPS, WHERE

GROUPS = {group.name for group in (FIRST, LOOK, COLOUR, STEPS, MOTION, WHERE, PART, FILE, MACHINE)}


def groups_of(command: str) -> dict[str, str]:
    """The group in which each option of a command is shown."""
    arguments = app[command].assemble_argument_collection()
    return {
        argument.name: argument.parameter.group[0].name
        for argument in arguments
        if argument.show and argument.name.startswith("--")
    }


@pytest.mark.parametrize("command", ["video", "image", "zoom", "progress"])
def test_ten_options_come_first_and_every_other_has_its_group(command: str) -> None:
    found = groups_of(command)
    assert set(found.values()) <= GROUPS
    first = [name for name, group in found.items() if group == FIRST.name]
    assert 6 <= len(first) <= 10
    assert {"--layers", "--strength", "--size", "--overwrite"} <= set(first)


def test_every_command_has_examples() -> None:
    commands = {name for name in app if not name.startswith("-")}
    assert set(EXAMPLES) == commands
    for name, lines in EXAMPLES.items():
        assert all(line.split()[:2] == ["mariana", name] for line in lines)


def test_examples_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    app(["zoom", "--help"], exit_on_error=False, result_action="return_value")
    shown = capsys.readouterr().out
    assert all(line in shown for line in EXAMPLES["zoom"])


def test_a_minus_that_was_taken_for_an_option_is_explained(mariana: Callable[..., tuple[int, str]]) -> None:
    code, told = mariana("image", "a.png", "b.png", "--layers", "-conv4_3")
    assert code == 2
    assert told.strip().endswith('written with =: --layers="-conv4_3"')
    assert len(told.splitlines()) == 1


def test_a_networks_classes_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    networks.layers("mariana")
    told = capsys.readouterr().out
    assert "mariana tells these apart, each dreamed by class(NAME):\nbutterfly, cat, chicken" in told
