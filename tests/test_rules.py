"""Rules of the house: rooms import downwards only, and asking for help loads nothing heavy."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "mariana_video"
ROWS = [
    {"errors", "process"},
    {"recipe"},
    {"networks", "motion", "media", "meters"},
    {"dream", "training"},
    {"film"},
    {"measure"},
    {"cli"},
    {"__init__", "__main__"},
]
ROW = {room: number for number, row in enumerate(ROWS) for room in row}
HEAVY = ("torch", "torchvision", "cv2", "av", "numpy", "matplotlib", "scenedetect", "imageio", "safetensors")
FILES = sorted(PACKAGE.rglob("*.py"))


def room_of(module: str) -> str:
    """`mariana_video.film.plan` is in the room `film`; the package itself is `__init__`."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


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


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_down_only(path: Path) -> None:
    room = room_of(".".join(path.relative_to(ROOT).with_suffix("").parts))
    for module in imports(path):
        other = room_of(module)
        if other in (room, "__init__"):  # __init__ holds the version, which anyone may read
            continue
        assert ROW[other] < ROW[room], f"{path.name} in {room} imports {module}"


def test_no_file_imports_itself_round_a_ring() -> None:
    waiting: dict[str, set[str]] = {}
    for path in FILES:
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        waiting[name] = {module for module in imports(path) if module != "mariana_video"}
    while free := {name for name, needs in waiting.items() if not needs & waiting.keys()}:
        waiting = {name: needs for name, needs in waiting.items() if name not in free}
    assert not waiting


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 350
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            said = node.body[0].end_lineno if ast.get_docstring(node) else node.body[0].lineno
            assert (node.end_lineno or 0) - (said or 0) <= 45, f"{path.name}: {node.name} is too long"


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
