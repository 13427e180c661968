"""Rules of the house: rooms import downwards only, and asking for help loads nothing heavy."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import mariana_video

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "mariana_video"
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def drawn() -> tuple[list[set[str]], dict[str, list[set[str]]]]:
    """The house as CONTRIBUTING draws it: rooms by rows from below, and the smaller rooms within one; "" is the room
    itself."""
    drawing = re.search(r"^```house\n(.*?)^```", CONTRIBUTING, re.MULTILINE | re.DOTALL)
    assert drawing is not None
    rows: list[set[str]] = []
    within: dict[str, list[set[str]]] = {}
    for line in reversed(drawing[1].splitlines()):
        rooms = re.findall(r"(\w+)(?:\[(.*?)\])?", line)
        rows.append({room for room, _ in rooms})
        for room, smaller in rooms:
            if smaller:
                parts = [{name.strip().strip(".") for name in row.split(",")} for row in smaller.split("<")]
                within[room] = parts
    return [*rows, {"__init__", "__main__"}], within


ROWS, SMALLER = drawn()
MOST_FILES = 14  # of one room
_FOR_THE_COMMAND = (  # beside the api: the process is its own, and it shows what a training is asked and gives
    "media.stills.hush",
    "training.epochs.options",
    "training.outcome.evaluate",
    "training.study",
)
ROW = {room: number for number, row in enumerate(ROWS) for room in row}
HEAVY = ("torch", "torchvision", "cv2", "av", "numpy", "matplotlib", "scenedetect", "imageio", "safetensors")
FILES = sorted(PACKAGE.rglob("*.py"))


def room_of(module: str) -> str:
    """`mariana_video.footage.plan` is in the room `footage`; the package itself is `__init__`."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def row_within(module: str) -> tuple[int, str]:
    """The row of the smaller room that a module is in, and that room's name."""
    parts = module.split(".")
    rows = SMALLER.get(parts[1], [{""}])
    room = parts[2] if len(parts) > 2 and any(parts[2] in row for row in rows) else ""
    return next(number for number, row in enumerate(rows) if room in row), room


def imports(path: Path) -> Iterator[str]:
    """Every module of the package that a file imports, anywhere in it."""
    here = (path.relative_to(ROOT).with_suffix("")).parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("mariana_video"))
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(here[: len(here) - node.level]) if node.level else ""
            module = ".".join(part for part in (base, node.module or "") if part)
            if module == "mariana_video":
                yield from (f"mariana_video.{alias.name}" for alias in node.names if (PACKAGE / alias.name).exists())
            elif module.startswith("mariana_video"):
                yield module
                files = (Path(*module.split("."), alias.name) for alias in node.names)
                yield from (".".join(file.parts) for file in files if (ROOT / file).with_suffix(".py").exists())


def test_imports_go_down_only() -> None:
    for path in FILES:
        here = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        room = room_of(here)
        for module in imports(path):
            other = room_of(module)
            if other == "__init__":  # it holds the version, which anyone may read
                continue
            if other != room:
                assert ROW[other] < ROW[room], f"{here} imports {module}"
            else:
                (row, smaller), (below, name) = row_within(here), row_within(module)
                assert below < row or name == smaller, f"{here} imports {module}"


def test_every_room_is_drawn() -> None:
    rooms = {".".join(path.parent.relative_to(PACKAGE).parts) for path in PACKAGE.rglob("__init__.py")} - {""}
    smaller = {f"{room}.{name}" for room, rows in SMALLER.items() for row in rows for name in row if name}
    assert rooms == (set().union(*ROWS) - {"errors", "__init__", "__main__"}) | smaller


def test_the_command_line_calls_nothing_below_the_api() -> None:
    """What a command does must be had from Python, too: the command line has words, bars and exit codes only."""
    for path in (PACKAGE / "cli").glob("*.py"):
        for module in imports(path):
            inner = module.removeprefix("mariana_video.")
            allowed = inner.split(".")[0] in ("cli", "studio", "api", "recipe", "errors") or inner in _FOR_THE_COMMAND
            assert allowed or not module.startswith("mariana_video."), f"{path.name} imports {module}"


def test_the_page_calls_nothing_below_the_api() -> None:
    for path in (PACKAGE / "studio").rglob("*.py"):
        for module in imports(path):
            assert module.split(".")[1] in ("studio", "api", "recipe", "errors"), f"{path.name} imports {module}"


def test_contributing_names_every_file() -> None:
    """Room by room, each file once: a stranger must find the place of a change."""
    parts = re.split(r"^\*\*`(\w+)/?`\*\*", CONTRIBUTING, flags=re.MULTILINE)
    told = {
        room: set(re.findall(r"`(\w+)`", text.split("\n## ")[0]))
        for room, text in zip(parts[1::2], parts[2::2], strict=True)
    }
    for path in FILES:
        room, name = path.relative_to(PACKAGE).parts[0], path.stem
        if not name.startswith("__") and len(path.relative_to(PACKAGE).parts) > 1:
            assert name in told[room], f"CONTRIBUTING does not say what {path.relative_to(PACKAGE)} is for"


ROOMS = sorted(path.parent for path in PACKAGE.rglob("__init__.py") if path.parent != PACKAGE)


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: str(room.relative_to(PACKAGE)))
def test_every_room_says_what_it_is_for_and_stays_small(room: Path) -> None:
    files = [path for path in room.glob("*.py") if path.stem != "__init__"]
    assert len(files) <= MOST_FILES
    said = ast.get_docstring(ast.parse((room / "__init__.py").read_text(encoding="utf-8"))) or ""
    assert re.fullmatch(r"[^.]+; it never [^.]+\.", said), said


def test_no_room_is_called_as_a_public_function_is() -> None:
    assert not {room.name for room in ROOMS} & set(mariana_video.__all__)


def test_no_file_imports_itself_round_a_ring() -> None:
    waiting: dict[str, set[str]] = {}
    for path in FILES:
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        waiting[name] = {module for module in imports(path) if module != "mariana_video"}
    while free := {name for name, needs in waiting.items() if not needs & waiting.keys()}:
        waiting = {name: needs for name, needs in waiting.items() if name not in free}
    assert not waiting


def test_files_and_functions_stay_small() -> None:
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= 300, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                said = node.body[0].end_lineno if ast.get_docstring(node) else node.body[0].lineno
                assert (node.end_lineno or 0) - (said or 0) <= 40, f"{path}: {node.name} is too long"


def test_tests_and_benchmarks_stay_small() -> None:
    for folder in ("tests", "benchmarks", "samples"):
        for path in (ROOT / folder).rglob("*.py"):
            assert path.read_text(encoding="utf-8").count("\n") <= 300, path


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["video", "--help"], ["video", "a", "b", "--carry", "7"]])
def test_help_and_refusals_load_nothing_heavy(words: list[str]) -> None:
    code = (
        "import sys\nfrom mariana_video.cli.app import run\n"
        f"run({words!r})\nprint('LOADED', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert shown.stdout.rstrip().endswith("LOADED []")


def test_nothing_is_ever_unpickled_or_evaluated() -> None:
    """Weights come through safetensors; a foreign .pth only with weights_only=True."""
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                assert called not in ("eval", "exec", "pickle.load", "pickle.loads", "os.system"), path
                if called == "torch.load":
                    assert "weights_only=True" in ast.unparse(node), path
                assert "shell=True" not in ast.unparse(node), path
