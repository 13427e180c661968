"""A recipe comes from strangers: whatever it holds, it names no file and keeps to the command line's bounds."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from mariana_video.errors import UsageError
from mariana_video.media.comments import own_comment, text_in
from mariana_video.recipe.kinds import FilmRecipe, PictureRecipe, ProgressionRecipe
from mariana_video.recipe.reading import declared
from mariana_video.recipe.travel.fields import FILES, KINDS, compares_files
from mariana_video.recipe.travel.reading import Travelled, read_travelled
from mariana_video.recipe.travel.text import MARK, Origin, travelling_text
from mariana_video.recipe.values.networks import Networks, is_path
from tests.recipe.test_kinds import generated

SUM = "0123456789abcdef" * 4
ORIGIN = Origin("0.1.0", SUM, {"mariana": SUM}, {"guide": SUM})
BAD = (
    '"/etc/passwd"', '"../../secret"', '"net.safetensors"', '"vgg16@/tmp/evil.pth"', '"C:\\\\x"', "1e400", "-1", "true",
    "9" * 5000, "[" * 3000, "{a = 1}", "[[1, 2], [3]]", "1979-05-27", "07:32:00", "nan", "inf", '""', '"\\u0000"',
    "0x7fffffffffffffff", '"0:(9e99), 2s:(1)"', '"__import__(\'os\').system(1)"', '"1" * 10', "'''",
)  # fmt: skip


def mangled(number: int) -> str:
    """A recipe in which something was changed by somebody who means it badly, or by a disk."""
    draw = random.Random(number)
    command = draw.choice(list(KINDS))
    lines = travelling_text(command, generated(KINDS[command], number), ORIGIN).splitlines()
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(lines))
        name = lines[at].partition(" = ")[0]
        way = draw.randrange(6)
        if way < 2:
            lines[at] = f"{name} = {draw.choice(BAD)}"
        elif way == 2:
            lines.insert(at, f"{draw.choice([*FILES, 'preview', 'device', 'overwrite', 'sound'])} = {draw.choice(BAD)}")
        elif way == 3:
            lines.insert(at, draw.choice(["[storage]", "[mariana.files]", "[x]", "[dream]", "[[dream]]", "[sounding]"]))
        elif way == 4:
            lines[at] = "".join(chr(draw.randrange(1, 0x250)) if draw.random() < 0.1 else one for one in lines[at])
        else:
            lines[at] = lines[at][: draw.randrange(len(lines[at]) + 1)]
    return "\n".join(lines)


def values(found: Travelled) -> Iterator[tuple[str, object]]:
    """Every option of a recipe, seen to be what the command line would take."""
    for name, group in ((name, getattr(found.recipe, name)) for name in type(found.recipe).groups()):
        for option, one in declared(type(group)).items():
            value = getattr(group, option)
            assert one.read(value) == value, f"[{name}] {option}"
            yield option, value


@pytest.mark.parametrize("number", range(200))
def test_what_was_mangled_is_refused_or_harmless(number: int) -> None:
    try:
        found = read_travelled(mangled(number), FilmRecipe)
    except UsageError:
        return
    for option, value in values(found):
        if option in (*FILES, "preview", "plot", "sheet", "recipe"):
            assert value is None
        if isinstance(value, Networks):
            assert not any(one.weights or is_path(one.what) for one in value.said)
        if option in ("columns", "rows") and value is not None:
            assert not isinstance(value, str) or not compares_files(value)
    assert all(option in (*FILES, "columns", "rows") for option in found.origin.files)


HEAD = f'[mariana]\nkind = "video"\nversion = "0.1.0"\nsource = "{SUM}"\n'
ABOUT = '[mariana]\nkind = "{}"\nversion = "0.1.0"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD + '[dream]\nguide = "/etc/passwd"', "guide names a file"),
        (HEAD + '[dream.default]\npalette = "/etc/passwd"', "palette names a file"),
        (HEAD + '[where]\nmask = "/etc/passwd"', "mask names a file"),
        (HEAD + '[span]\nshots = "/etc/passwd"', "shots names a file"),
        (HEAD + '[dream]\nnetwork = "/tmp/x.safetensors"', "is no name"),
        (HEAD + '[dream]\nnetwork = "x.safetensors"', "is no name"),
        (HEAD + '[dream]\nnetwork = "a=vgg16@x.pth"', "is no name"),
        (HEAD + '[dream]\nnetwork = ["mariana", "..\\\\x"]', "can't stand before a layer"),
        (HEAD + '[storage]\npreview = "/tmp/x.png"', r"no \[storage\] travels"),
        (HEAD + '[machine]\ndevice = "cuda"', "no device travels"),
        (HEAD + "[still]\noverwrite = true", r"no \[still\] travels"),
        (HEAD + "[dream]\nstrength = 99", "--strength 99: give a number"),
        (HEAD + "[dream]\nsteps = 1e9", "--steps"),
        (HEAD + '[span]\nsize = "999999999x99999999"', "--size"),
        (HEAD + "[dream]\nstrenth = 1", "no strenth travels"),
        (HEAD + "dream = 3", "no dream stands in"),
        (HEAD + "[mariana.weights]\nx = 3", "checksums alone"),
        (HEAD + f'[mariana.files]\nsound = "{SUM}"', "no option sound reads a file"),
        (HEAD + 'computed = "fp8"', "one of auto, fp32"),
        (HEAD + "computed = [1]", "one of auto, fp32"),
        (HEAD + "brought = [1]", "list of networks' names"),
        (ABOUT.format("train"), "'train' is no kind of work"),
        ('[mariana]\nkind = "video"\nversion = "new"', "can't be"),
        (ABOUT.format("zoom") + '[sounding]\nsound = "/etc/passwd"', r"no \[sounding\] travels"),
        (ABOUT.format("progress") + '[progress]\nplot = "/tmp/x.png"', "no plot travels"),
        (ABOUT.format("progress") + '[progress]\ncolumns = "network=/tmp/x.safetensors,b"', "columns names files"),
        (ABOUT.format("progress") + '[progress]\nrows = "--guide=/etc/passwd,b"', "rows names files"),
        (ABOUT.format("layers") + '[tiles]\nsheet = "/etc/passwd"', "no sheet travels"),
        ("[mariana", "can't read the recipe"),
        ("x = " + "[" * 5000, "can't read the recipe"),
        (HEAD + "[dream]\nseed = " + "9" * 6000, "can't read the recipe"),
        ("mariana = 3", r"has no \[mariana\]"),
    ],
)
def test_each_trick_is_refused_in_a_sentence(text: str, told: str) -> None:
    with pytest.raises(UsageError, match=told) as error:
        read_travelled(text)
    assert len(str(error.value)) < 500


def test_a_comparison_of_plain_values_travels() -> None:
    recipe = ProgressionRecipe.of(columns="step-size=0.01,0.5", rows="network=vgg16,mariana")
    found = read_travelled(travelling_text("progress", recipe, ORIGIN))
    assert isinstance(found.recipe, ProgressionRecipe)
    assert found.recipe.progress.columns == "step-size=0.01,0.5"
    assert found.recipe.progress.rows == "network=vgg16,mariana"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "it holds no recipe"),
        ('[mariana]\nkind = "image"\nversion = "1"\nbrought = ["own"]\n', "no checksum of its weights"),
        ('[mariana]\nkind = "image"\nversion = "9.0\u0661"\n', "which can't be"),
    ],
)
def test_what_says_nothing_is_no_recipe(text: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        read_travelled(text, PictureRecipe)


def test_a_comment_that_only_speaks_of_recipes_is_kept_as_it_is() -> None:
    for own in (f"see {MARK}", "# a recipe of mariana in my blog"):
        assert text_in(own) is None
        assert own_comment(own) == own
