"""One reader for the command line, Python and job.toml: by an option's declared type, in one line."""

from __future__ import annotations

import copy
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mariana_video.api.video import video
from mariana_video.errors import UsageError
from mariana_video.recipe.camera import Camera, Dive
from mariana_video.recipe.group import Group
from mariana_video.recipe.job import Machine, Storage
from mariana_video.recipe.look import Ascent, Dream
from mariana_video.recipe.options import Carry, Recipe, Span, Where, recipe
from mariana_video.recipe.progression import Progress
from mariana_video.recipe.toml import read_text, recipe_of, sections, to_text
from mariana_video.recipe.values.file import InputFile
from mariana_video.recipe.values.networks import Networks
from mariana_video.recipe.values.objective import Objective
from mariana_video.recipe.values.schedule import Schedule
from mariana_video.recipe.values.size import Size
from mariana_video.training.epochs.options import Lessons, Study

WRONG: list[tuple[type[Group], str, Any, str]] = [
    (
        Dream,
        "step_rule",
        "tutoral",
        "--step-rule tutoral: give one of mean, tutorial, adam, progress; did you mean tutorial?",
    ),
    (Dream, "octaves", 2.5, "--octaves 2.5: give a whole number from 1 to 20"),
    (Dream, "octaves", "many", "--octaves: can't read 'many'"),
    (Dream, "jitter", "0:(1), 5:(2.5)", "--jitter 2.5: give a whole number from 0 to 512"),
    (Dream, "steps", "1.5", "--steps 1.5: give a whole number from 0 to 1000"),
    (Dream, "seed", "x", "--seed x: give a whole number from 0"),
    (Dream, "seed", 1.5, "--seed 1.5: give a whole number"),
    (Dream, "seed", True, "--seed True: give a whole number"),
    (Dream, "strength", None, "--strength: None is no number: give one"),
    (Dream, "strength", True, "--strength: True is no number"),
    (Dream, "strength", [1], "--strength: [1] is no number"),
    (Dream, "strength", np.ones(2), "is no number"),
    (Dream, "octave_scale", 1, "--octave-scale 1: give a number above 1 and up to 4"),
    (Dream, "layers", 4, "--layers: 4 names no layer"),
    (Dream, "network", 16, "--network 16: give a text"),
    (Dream, "weights", 3, "--weights: 3 is no path; give that of a file"),
    (Ascent, "steps", -1, "--steps -1: give a number from 0"),
    (Carry, "carried", "frames", "--carried frames: give one of change, frame; did you mean frame?"),
    (Carry, "flow", "raft2", "--flow raft2: give one of dis, farneback, raft, none; did you mean raft?"),
    (Carry, "flow", None, "--flow None: give one of"),
    (Carry, "flow_scale", "half", "--flow-scale half: give a number above 0 and up to 1"),
    (Span, "size", "large", "--size 'large': write 640x360"),
    (Span, "size", (640.5, 360), "--size"),
    (Span, "rate", "fast", "--rate fast: give a number above 0"),
    (Where, "mask", 3, "--mask: 3 is no path"),
    (Machine, "precision", "fp64", "--precision fp64: give one of auto, fp32, bf16, fp16"),
    (Machine, "device", 3, "--device 3: give a text"),
    (Machine, "device", "", "--device '': give a text"),
    (Storage, "codec", "h265", "--codec h265: give one of"),
    (Storage, "crf", 17.5, "--crf 17.5: give a whole number from 0 to 63"),
    (Storage, "crf", 64, "--crf 64: give a number from 0 to 63"),
    (Storage, "sound", "no", "--sound no: give True or False"),
    (Storage, "overwrite", 1, "--overwrite 1: give True or False"),
    (Camera, "zoom", "fast", "--zoom: can't read 'fast'"),
    (Dive, "loop", "twice", "--loop twice: give one of source, structure"),
    (Dive, "rate", float("nan"), "--rate nan: give a number above 0"),
    (Progress, "every", 2.5, "--every 2.5: give a whole number"),
    (Progress, "label", "yes", "--label yes: give True or False"),
    (Study, "variant", "grey", "--variant grey: give one of"),
    (Study, "epochs", "ten", "--epochs ten: give a whole number from 1 to 10000"),
    (Lessons, "also", 3, "--also 3: give the path"),
]


@pytest.mark.parametrize(
    ("group", "option", "value", "words"), WRONG, ids=[f"{group.__name__}.{name}" for group, name, *_ in WRONG]
)
def test_a_wrong_value_is_told_in_one_line(group: type[Group], option: str, value: Any, words: str) -> None:
    with pytest.raises(UsageError) as told:
        group(**{option: value})
    assert words in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("group", "option", "value", "read"),
    [
        (Dream, "strength", np.float64(1.5), Schedule("1.5")),
        (Dream, "strength", np.int32(2), Schedule("2")),
        (Dream, "strength", Fraction(1, 2), Schedule("0.5")),
        (Dream, "octaves", 2, Schedule("2")),
        (Dream, "jitter", "0:(2), 5:(9)", Schedule("0:(2), 5:(9)")),
        (Dream, "seed", np.uint8(7), 7),
        (Dream, "seed", "7", 7),
        (Dream, "network", Path("a/b.safetensors"), Networks("a/b.safetensors")),
        (Dream, "weights", "vgg.pth", InputFile("vgg.pth")),
        (Dream, "layers", "conv1_1", Objective("conv1_1")),
        (Dream, "layers", None, None),
        (Span, "size", [640, None], Size(640, None)),
        (Span, "rate", "12", 12.0),
        (Storage, "crf", 20.0, 20),
        (Storage, "sound", np.bool_(False), False),
        (Storage, "preview", "now.png", Path("now.png")),
        (Lessons, "also", ["a", Path("b")], (Path("a"), Path("b"))),
    ],
)
def test_what_is_meant_is_taken(group: type[Group], option: str, value: Any, read: Any) -> None:
    found = getattr(group(**{option: value}), option)
    assert found == read
    assert type(found) is type(read)


def test_python_refuses_what_the_command_refuses(clip: Path, tmp_path: Path) -> None:
    for options in (
        {"step_rule": "tutoral"},
        {"precision": "fp64"},
        {"codec": "h265"},
        {"sound": "no"},
        {"start": "x"},
    ):
        with pytest.raises(UsageError):
            video(clip, tmp_path / "out.mp4", **options)
    with pytest.raises(UsageError, match="--source 3: give the path"):
        video(3, tmp_path / "out.mp4")  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("option", "near"),
    [("strenght", "strength"), ("codek", "codec"), ("cfr", "crf"), ("devise", "device"), ("step-size", "step_size")],
)
def test_an_unknown_option_names_the_nearest_of_all(tmp_path: Path, option: str, near: str) -> None:
    with pytest.raises(UsageError, match=f"unknown option '{option}': did you mean '{near}'?"):
        video("a.mp4", tmp_path / "b.mp4", **{option: 1})
    with pytest.raises(UsageError, match=r"unknown option 'qqq': there are network, .*codec, crf, "):
        video("a.mp4", tmp_path / "b.mp4", qqq=1)


def test_what_was_said_is_told_from_what_is_usual() -> None:
    assert Dream().said == frozenset()
    assert Dream(jitter=16, weights=None).said == {"jitter"}  # type: ignore[arg-type]
    assert Dream("vgg16").said == {"network"}
    assert Dream(jitter=16) == Dream()  # type: ignore[arg-type]
    assert Dream(seed=3).but(octaves=2).said == {"seed", "octaves"}
    twin = copy.deepcopy(Dream(seed=3))
    assert (twin, twin.said) == (Dream(seed=3), {"seed"})


def test_a_recipe_survives_being_written_down() -> None:
    given = recipe(start="1:02.5", duration="75%", octaves="0:(1), 9:(3)", jitter=4, size="640x", mask="m.png", seed=3)
    assert recipe_of(read_text(to_text(sections(given)))) == given
    assert recipe_of(read_text(to_text(sections(Recipe())))) == Recipe()
