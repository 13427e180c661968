"""Arithmetic in t and sec: what is on the list works, everything else is refused with its place."""

from __future__ import annotations

import math

import pytest

from mariana_video.errors import UsageError
from mariana_video.recipe.values.expression import compile_expression
from mariana_video.recipe.values.timeline import START, Instant


def value(text: str, t: int = 0, sec: float = 0.0) -> float:
    return compile_expression(text, text, 0)(Instant(t, sec, {"shot": 3.0, "shot_sec": 0.5}, START.timeline))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.5", 1.5),
        (" -2 + 3*4 ", 10),
        ("2**3 // 3 % 2", 0),
        ("(1 + 2) / 4", 0.75),
        ("sin(pi/2) + cos(0)", 2),
        ("min(1, 2, 3) + max(4, 5)", 6),
        ("sqrt(abs(-16)) + floor(1.9) + ceil(1.1)", 7),
        ("log(exp(1)) + tan(0) + e - e", 1),
        ("t", 12),
        ("t*sec + 1", 25),
        ("1e3", 1000),
    ],
)
def test_arithmetic(text: str, expected: float) -> None:
    assert value(text, 12, 2) == pytest.approx(expected)


@pytest.mark.parametrize("text", ["1/0", "1 % 0", "sqrt(-1)", "log(0)", "(-8)**0.5", "10**10**10", "exp(1000)"])
def test_what_has_no_answer_is_nan_for_the_bounds_to_refuse(text: str) -> None:
    assert math.isnan(value(text)) or math.isinf(value(text))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("1 + frame", 5),
        ("__import__('os')", 1),
        ("t.real", 1),
        ("[1, 2]", 1),
        ("1 if t else 2", 1),
        ("'a'", 1),
        ("True", 1),
        ("2j", 1),
        ("sin()", 1),
        ("sin(x=1)", 1),
        ("lambda: 1", 1),
        ("1 < 2", 1),
        ("t and 1", 1),
        ("sin", 1),
    ],
)
def test_anything_else_is_refused_with_its_place(text: str, place: int) -> None:
    with pytest.raises(UsageError, match=rf"at character {place} "):
        value(text)


def test_a_place_counts_in_the_whole_text() -> None:
    whole = "0:(1), 60:(  2 + frame)"
    with pytest.raises(UsageError, match=r"at character 18 \('frame"):
        compile_expression("  2 + frame", whole, 11)


@pytest.mark.parametrize("text", ["1 +", "(1", "1 1", "", "é", "1;2", "(" * 300 + "1" + ")" * 300, "1+" * 400 + "1"])
def test_what_is_no_expression_is_one_clear_error(text: str) -> None:
    with pytest.raises(UsageError, match="character"):
        value(text)
