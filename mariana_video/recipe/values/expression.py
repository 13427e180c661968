"""Small arithmetic in `t` (frame number), `sec` (seconds) and named signals, by Python's parser and an allow-list.

Nothing is ever handed to Python's own `eval`: the tree is walked here, and whatever is not on the list is refused with
its place.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

from mariana_video.recipe.values.keys import unreadable
from mariana_video.recipe.values.timeline import SIGNALS, Instant

_BINARY: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
    ast.FloorDiv: operator.floordiv,
    ast.Pow: math.pow,
}
_UNARY: Mapping[type[ast.unaryop], Callable[[float], float]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
}
_FUNCTIONS: Mapping[str, Callable[..., float]] = {
    **{name: getattr(math, name) for name in ("sin", "cos", "tan", "exp", "log", "sqrt", "floor", "ceil")},
    "abs": abs,
    "min": min,
    "max": max,
}
# nan and inf are read only so that a bound can refuse them by name
_CONSTANTS = {"pi": math.pi, "e": math.e, "nan": math.nan, "inf": math.inf}
_LONGEST = 500  # characters: deeper nesting than a person writes would only exhaust the parser

Value = Callable[[Instant], float]


def compile_expression(text: str, whole: str, place: int) -> Value:
    """`text` as a function of the instant; errors quote `whole`, in which `text` begins at `place`.

    Raises UsageError, with the place, on anything but numbers, + − * / // % **, brackets, `t`, `sec`, `SIGNALS`, `pi`,
    `e` and the functions sin cos tan exp log sqrt floor ceil abs min max. The function gives nan where the arithmetic
    has no answer (a division by zero): the schedule's bounds refuse that with the frame's number.
    """
    body = text.strip()
    start = place + len(text) - len(text.lstrip())
    if len(body) > _LONGEST:
        raise unreadable(whole, start, f"an expression has at most {_LONGEST} characters")
    try:
        tree = ast.parse(body, mode="eval").body
    except SyntaxError as error:
        raise unreadable(whole, start + max((error.offset or 1) - 1, 0), "this is no number or expression") from None
    except (ValueError, MemoryError, RecursionError):
        raise unreadable(whole, start, "this is no number or expression") from None
    value = _build(tree, whole, start)

    def safe(instant: Instant) -> float:
        try:
            return float(value(instant))
        except (ArithmeticError, ValueError):
            return math.nan

    return safe


def _build(node: ast.AST, whole: str, start: int) -> Value:
    """One node of the tree as a function of the instant."""
    match node:
        case ast.Constant(value=bool() | complex()):
            pass
        case ast.Constant(value=int() | float() as number):
            constant = float(number)
            return lambda instant: constant
        case ast.Name(id="t"):
            return lambda instant: instant.frame
        case ast.Name(id="sec"):
            return lambda instant: instant.seconds
        case ast.Name(id=signal) if signal in SIGNALS:
            return lambda instant: instant.signals[signal]
        case ast.Name(id=name) if name in _CONSTANTS:
            named = _CONSTANTS[name]
            return lambda instant: named
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            binary = _BINARY[type(op)]
            a, b = _build(left, whole, start), _build(right, whole, start)
            return lambda instant: binary(a(instant), b(instant))
        case ast.UnaryOp(op=sign, operand=operand) if type(sign) in _UNARY:
            unary, inner = _UNARY[type(sign)], _build(operand, whole, start)
            return lambda instant: unary(inner(instant))
        case ast.Call(func=ast.Name(id=called), args=[_, *_] as args, keywords=[]) if called in _FUNCTIONS:
            function = _FUNCTIONS[called]
            parts = [_build(arg, whole, start) for arg in args]
            return lambda instant: function(*(part(instant) for part in parts))
    raise unreadable(whole, start + _column(node), "only numbers, t, sec, pi, e, "
                     f"{', '.join(SIGNALS)}, + - * / // % ** and {' '.join(_FUNCTIONS)} may stand here")  # fmt: skip


def _column(node: Any) -> int:
    return int(getattr(node, "col_offset", 0))
