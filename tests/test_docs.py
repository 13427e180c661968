"""The commands in README and docs are run, by the real program, on small inputs of the names that they use.

The reader sees what a person would say (`--at 10`); it is shortened here to what a clip of six frames has.

A block of code is ```sh: each line is run; ```sh long: each line is only parsed; ```sh install: left alone;
```python: run. Commands that begin a row of a table are run, too.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mariana_video.cli.examples import EXAMPLES
from mariana_video.media.stills.pictures import write_picture
from mariana_video.recipe.kinds import PictureRecipe
from mariana_video.recipe.travel.text import Origin, travelling_text
from tests.conftest import make_clip, texture

ROOT = Path(__file__).parents[1]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "samples/README.md",
]
_BLOCK = re.compile(r"^```(sh|python)([^\n]*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"^\| `(mariana \w+ [^`\s]+ [^`\s][^`]*)` \|", re.MULTILINE)
_SHORT = {
    "--at": "0.1", "--start": "0.04", "--duration": "0.2", "--steps": "3", "--first-steps": "1", "--size": "64x",
    "--motif-size": "1", "--count": "2",
}  # fmt: skip
_LOOK = travelling_text("image", PictureRecipe.of(layers="conv3_3"), Origin("0.1.0"))
HELP = [("--help", line) for several in EXAMPLES.values() for line in several]
LONG = ("finish", "recipe", "train", "evaluate", "bench", "studio")  # they need an earlier one, a minute, a person
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def blocks(kind: str, marks: set[str]) -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for language, mark, code in _BLOCK.findall(page.read_text(encoding="utf-8")):
            if language == kind and mark.strip() in marks:
                yield page.name, code


def lines(marks: set[str]) -> list[tuple[str, str]]:
    joined = ((page, code.replace("\\\n", " ")) for page, code in blocks("sh", marks))
    return [(page, line.strip()) for page, code in joined for line in code.splitlines() if line.strip()]


def rows() -> list[tuple[str, str]]:
    """The commands that begin a row of a table."""
    return [(page.name, line) for page in PAGES for line in _ROW.findall(page.read_text(encoding="utf-8"))]


def takes_long(line: str) -> bool:
    """Whether an example of --help is only parsed."""
    return line.split()[1] in LONG or "--loop" in line or "vgg16 --" in line


def to_run() -> list[tuple[str, str]]:
    """The lines that are run: those of the pages, also of tables, and the examples of --help, none twice."""
    shown = [(page, line) for page, line in HELP if not takes_long(line)]
    return list({line: (page, line) for page, line in [*shown, *lines({""}), *rows()]}.values())


def words_of(line: str) -> list[str]:
    """What the program is given; `python cli.py` and `.venv/bin/mariana` are the program, too."""
    words = shlex.split(line, comments=True)
    if words[:2] == ["python", "cli.py"]:
        return words[2:]
    return words[1:] if Path(words[0]).name == "mariana" else []


def shortened(words: list[str]) -> list[str]:
    """The same command for the desk's clips, which last a quarter of a second."""
    short = [_SHORT.get(before, word) for before, word in zip(["", *words], words, strict=False)]
    missing = {"zoom": {"--duration": "0.2"}, "progress": {"--steps": "3"}}.get(words[0], {})
    if words[0] in ("video", "image", "explore", "zoom", "progress"):
        missing["--motif-size"] = "1"  # of small pictures, the quickest
    if words[0] == "explore":
        missing |= {"--size": "64x", "--network": "mariana"}
        missing |= {} if Path(words[2]).suffix else {"--count": "2"}
    if words[0] in ("video", "image", "explore", "zoom") or {"--sheet", "--channels"} & set(words):
        missing["--first-steps"] = "1"
    return [*short, *(word for option, value in missing.items() if option not in words for word in (option, value))]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with everything that the docs' commands speak of, small."""
    for name in ("clip.mp4", "samples/bunny.mp4", "samples/dog.mp4"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        make_clip(tmp_path / name, frames=6)
    pictures = ("photo.jpg", "photos/a.jpg", "photos/b.png", "frames/1.png", "frames/2.png")
    for name in (*pictures, "samples/chelsea.png", "samples/galaxies.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        write_picture(tmp_path / name, texture(48, 64))
    (tmp_path / "out").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(("page", "line"), to_run(), ids=lambda value: value if isinstance(value, str) else "")
def test_a_command_of_the_docs_runs(page: str, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    from mariana_video.cli.app import app, run

    words = words_of(line)
    assert words, f"{page}: {line!r} is no command of the program; mark its block as long or as install"
    app.parse_args(words, exit_on_error=False, print_error=False)
    if words[0] == "measure":  # a dream is there to be measured
        make_clip(Path(words[2]), frames=6)
    for look in words if words[0] == "explore" else ():  # and looks that were explored before
        if look.startswith("looks/"):
            Path("looks").mkdir(exist_ok=True)
            write_picture(Path(look), texture(48, 64), text=_LOOK)
    assert run(shortened(words)) == 0, capsys.readouterr().err


@pytest.mark.parametrize(
    ("page", "line"),
    [*lines({"long"}), *((page, line) for page, line in HELP if takes_long(line))],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_long_command_of_the_docs_parses(page: str, line: str) -> None:
    from mariana_video.cli.app import app

    words = shlex.split(line, comments=True)
    if words[0] == "make":
        assert set(words[1:]) <= TARGETS, f"{page}: no such target"
    elif words[0] == "python" and words[1] != "cli.py":
        assert (ROOT / words[1]).is_file(), f"{page}: no such script"
    else:
        assert words_of(line), f"{page}: {line!r} is no command of the program"
        app.parse_args(words_of(line), exit_on_error=False, print_error=False)


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(("page", "code"), list(blocks("python", {""})))
def test_python_in_the_docs_runs(page: str, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mariana_video.loop.dreamer.Dreamer.side", lambda *_: 64.0)  # pixels: the quickest
    exec(compile(code, page, "exec"), {})


@pytest.mark.parametrize("code", [code for _, code in blocks("python", {"notebook"})])
def test_a_notebook_in_the_docs_runs(desk: Path, code: str) -> None:
    import nbformat
    from nbclient import NotebookClient

    short = code.replace("strength=1.5", "motif_size=1, first_steps=1")
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(short)])
    NotebookClient(book, timeout=120, resources={"metadata": {"path": str(desk)}}).execute()
    assert (desk / "dream.mp4").is_file()


def test_the_page_of_options_is_what_their_declarations_say() -> None:
    made = subprocess.run(
        [sys.executable, "docs/options.py"], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    told = (ROOT / "docs/OPTIONS.md").read_text(encoding="utf-8")
    assert told == made.stdout, "python docs/options.py > docs/OPTIONS.md"


def test_every_block_is_marked_in_a_known_way() -> None:
    known = {"", "long", "install", "notebook"}
    for page in PAGES:
        for language, mark, _ in _BLOCK.findall(page.read_text(encoding="utf-8")):
            assert mark.strip() in known, f"{page.name}: ```{language}{mark}"


def test_pictures_and_links_of_the_pages_exist() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            if not target.startswith(("http://", "https://")):
                assert (page.parent / target).exists(), f"{page.name}: {target} is missing"
