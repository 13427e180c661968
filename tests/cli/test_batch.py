"""`mariana image` on a folder: nothing is lost, taken for another's, or done twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mariana_video.api.making import pictures as batch
from mariana_video.api.making.pictures import names_of
from mariana_video.errors import DreamError
from mariana_video.job.record import WORK
from mariana_video.media.comments import RECIPE
from mariana_video.media.lock import locked
from mariana_video.media.stills.pictures import read_picture, write_picture
from tests.conftest import texture

Mariana = Callable[..., tuple[int, str]]
QUICK = ("--first-steps", "1", "--octaves", "1")


@pytest.fixture
def dream(
    mariana: Mariana, tiny_weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str]]:
    """Dreams the folder `in` of three pictures as `out`."""
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    for number in range(3):
        write_picture(f"in/{number}.png", texture(32, 40, number))

    def call(*words: str | Path, source: str = "in", output: str = "out") -> tuple[int, str]:
        code, told = mariana("image", source, output, "--network", tiny_weights, *QUICK, *words)
        assert "Traceback" not in told
        assert sum(line.startswith("mariana: ") for line in told.splitlines()) == (code != 0)
        return code, told

    return call


def content(folder: str) -> dict[str, bytes]:
    """The pictures of a folder; the recipe that lies beside them is no matter here."""
    return {path.name: path.read_bytes() for path in Path(folder).iterdir() if path.is_file() and path.name != RECIPE}


def break_off(monkeypatch: pytest.MonkeyPatch, after: int, how: type[BaseException] = KeyboardInterrupt) -> list[int]:
    """Raises `how` when `after` pictures were dreamed; what is given grows by one with each."""
    dreamed: list[int] = []
    real = batch.dream_picture

    def dream_picture(*values: object) -> object:
        if len(dreamed) == after:
            raise how
        dreamed.append(len(dreamed))
        return real(*values)  # type: ignore[arg-type]

    monkeypatch.setattr(batch, "dream_picture", dream_picture)
    return dreamed


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (["a.bmp", "a.gif", "a.png"], ["a.bmp.png", "a.gif.png", "a.png"]),
        (["a.bmp", "b.JPG", "c.tiff"], ["a.png", "b.JPG", "c.tiff"]),
        (["A.png", "a.bmp", "a.png"], ["A.png", "a.bmp.png", "a.png.png"]),
        (["a.bmp", "a.bmp.png", "a.gif"], ["a.bmp-2.png", "a.bmp.png", "a.gif.png"]),
        (["é.png", "é.png"], ["é.png", "é.png.png"]),
    ],
)
def test_no_two_dreams_have_one_name(files: list[str], names: list[str]) -> None:
    assert names_of([Path(file) for file in files]) == names


def test_pictures_of_one_stem_all_come_out(dream: Mariana) -> None:
    Path("in").joinpath("0.png").unlink()
    for ending, colour in (("bmp", "blue"), ("gif", "green"), ("png", "red")):
        Image.new("RGB", (40, 32), colour).save(f"in/a.{ending}")
    assert dream()[0] == 0
    assert sorted(content("out")) == ["1.png", "2.png", "a.bmp.png", "a.gif.png", "a.png"]
    hue = {name: int(read_picture(f"out/{name}")[0].mean((0, 1)).argmax()) for name in ("a.png", "a.bmp.png")}
    assert hue == {"a.png": 0, "a.bmp.png": 2}


@pytest.mark.parametrize("broken", [b"", b"no picture at all", b"\x89PNG\r\n\x1a\n half"])
def test_one_broken_picture_ends_nothing_and_is_named(dream: Mariana, broken: bytes) -> None:
    whole = Path("in/1.png").read_bytes()
    Path("in/1.png").write_bytes(broken)
    code, told = dream()
    assert code == 1
    assert "1 of 3 pictures could not be dreamed: in" in told
    assert "1.png" in told.splitlines()[-1]
    made = content("out")
    assert sorted(made) == ["0.png", "2.png"]
    Path("in/1.png").write_bytes(whole)
    code, told = dream()
    assert (code, "continuing: 2 of 3" in told) == (0, True), told
    assert content("out").items() >= made.items()
    assert sorted(path.name for path in Path("out").iterdir()) == ["0.png", "1.png", "2.png", RECIPE]


def test_a_dream_that_fails_ends_nothing(dream: Mariana, monkeypatch: pytest.MonkeyPatch) -> None:
    break_off(monkeypatch, 1, DreamError)
    code, told = dream()
    assert (code, "2 of 3 pictures" in told, sorted(content("out"))) == (1, True, ["0.png"])


def test_the_same_command_goes_on(dream: Mariana, monkeypatch: pytest.MonkeyPatch) -> None:
    assert dream(output="whole")[0] == 0
    with monkeypatch.context() as patched:
        break_off(patched, 2)
        code, told = dream()
    assert (code, "2 of 3 pictures are done, and the same command continues" in told) == (130, True), told
    assert sorted(content("out")) == ["0.png", "1.png"]
    dreamed = break_off(monkeypatch, 9)
    code, told = dream()
    assert (code, dreamed) == (0, [0]), told
    assert content("out") == content("whole")
    assert not Path("out", WORK).exists()


def test_killed_between_noting_a_picture_and_naming_it(dream: Mariana, monkeypatch: pytest.MonkeyPatch) -> None:
    assert dream(output="whole")[0] == 0

    def commit(_made: Path, _target: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("mariana_video.job.record.commit", commit)
        assert dream()[0] == 130
    assert not content("out")
    Path("out", WORK, "1.png").write_bytes(b"what a kill leaves")
    assert dream()[0] == 0
    assert content("out") == content("whole")
    assert not Path("out", WORK).exists()


def test_a_strangers_folder_of_the_records_name_keeps_what_is_in_it(dream: Mariana) -> None:
    theirs = Path("out", WORK, "notes.txt")
    theirs.parent.mkdir(parents=True)
    theirs.write_text("mine")
    assert dream()[0] == 0
    assert theirs.read_text() == "mine"


@pytest.fixture
def begun(dream: Mariana, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mariana]:
    """A batch that was broken off when 0.png and 1.png stood."""
    with monkeypatch.context() as patched:
        break_off(patched, 2)
        assert dream()[0] == 130
    return dream


@pytest.mark.parametrize("name", ["1.png", "2.png"])
def test_a_strangers_picture_is_never_taken_for_ours(begun: Mariana, name: str) -> None:
    write_picture(f"out/{name}", texture(32, 40, 99))
    theirs = content("out")[name]
    code, told = begun()
    assert (code, f"{Path('out', name)} exists" in told) == (1, True), told
    assert content("out")[name] == theirs
    assert begun("--overwrite")[0] == 0
    assert content("out")[name] != theirs


def test_a_source_that_changed_is_dreamed_again(begun: Mariana) -> None:
    write_picture("in/0.png", texture(32, 40, 50))
    code, told = begun()
    assert (code, "exists" in told) == (1, True), told
    before = content("out")
    assert begun("--overwrite")[0] == 0
    assert content("out")["0.png"] != before["0.png"]
    assert content("out")["1.png"] == before["1.png"]


@pytest.mark.parametrize(
    ("words", "said"),
    [(["--strength", "2"], "--strength 1, not --strength 2"), (["--size", "24x"], "no --size, not --size 24x")],
)
def test_other_settings_are_no_way_to_go_on(begun: Mariana, words: list[str], said: str) -> None:
    before = content("out")
    code, told = begun(*words)
    assert (code, said in told) == (2, True), told
    assert content("out") == before
    assert begun(*words, "--overwrite")[0] == 0
    assert not content("out").items() & before.items()


def test_two_at_once_are_kept_apart(begun: Mariana) -> None:
    with locked(Path("out", WORK), "out"):
        code, told = begun()
    assert (code, "out is being made by another run" in told) == (1, True), told
    assert begun()[0] == 0


def test_a_damaged_record_is_told(begun: Mariana) -> None:
    Path("out", WORK, "pictures.json").write_text("{")
    code, told = begun()
    assert (code, "can't be read" in told) == (1, True)
    Path("out", WORK, "pictures.json").write_text(json.dumps({"conditions": 1, "pictures": []}))
    assert begun()[0] == 1


def test_what_stands_is_refused_before_any_work(dream: Mariana, monkeypatch: pytest.MonkeyPatch) -> None:
    assert dream()[0] == 0
    before, dreamed = content("out"), break_off(monkeypatch, 9)
    Path("out/0.png").unlink()
    code, told = dream()
    assert (code, f"{Path('out/1.png')} exists" in told, dreamed) == (1, True, [])
    assert sorted(content("out")) == ["1.png", "2.png"]
    assert dream("--overwrite")[0] == 0
    assert content("out") == before


@pytest.mark.parametrize(
    ("output", "code", "said"),
    [("no/such/out", 1, "no/such does not exist"), ("file", 1, "is a file"), ("in", 1, "is the source itself")],
)
def test_an_output_that_can_not_be_is_refused_in_one_line(dream: Mariana, output: str, code: int, said: str) -> None:
    Path("file").write_text("kept")
    before = content("in")
    found, told = dream(output=output)
    assert (found, said in told) == (code, True), told
    assert Path("file").read_text() == "kept"
    assert content("in") == before
    Path("link").symlink_to("in")
    assert dream("--overwrite", output="link")[0] == 1
    assert content("in") == before


def test_an_output_inside_the_source_leaves_the_source_alone(dream: Mariana) -> None:
    before = content("in")
    assert dream(output="in/dreams")[0] == 0
    assert content("in") == before
    assert sorted(content("in/dreams")) == sorted(before)


def test_memory_is_checked_for_the_largest_before_the_first(dream: Mariana, monkeypatch: pytest.MonkeyPatch) -> None:
    write_picture("in/2.png", texture(400, 400))

    def check_memory(_dreamer: object, _score: object, size: tuple[int, int]) -> None:
        if size[0] * size[1] > 300 * 300:
            raise DreamError(f"a dream of {size[0]}x{size[1]} needs more")

    monkeypatch.setattr(batch, "check_memory", check_memory)
    dreamed = break_off(monkeypatch, 9)
    code, told = dream()
    assert (code, f"{Path('in/2.png')}: a dream of 400x400" in told, dreamed) == (1, True, [])
    assert not Path("out").exists()
    assert dream("--size", "100x")[0] == 0


def test_nothing_is_left_where_nothing_was_made(dream: Mariana) -> None:
    for file in Path("in").iterdir():
        file.write_bytes(b"broken")
    assert dream()[0] == 1
    assert not Path("out").exists()
    Path("in/0.png").unlink()


def test_pictures_are_what_they_are_alone(dream: Mariana) -> None:
    assert dream()[0] == 0
    assert dream(source="in/1.png", output="alone.png")[0] == 0
    assert np.array_equal(read_picture("alone.png")[0], read_picture("out/1.png")[0])
