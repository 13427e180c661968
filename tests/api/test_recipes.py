"""Every result carries its recipe: it comes out as it went in, and makes the same bits again."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import mariana_video
from mariana_video.api.making.work import Work
from mariana_video.errors import UsageError
from mariana_video.media.stills.pictures import write_picture
from mariana_video.recipe.travel.fields import KINDS
from mariana_video.recipe.travel.reading import read_travelled
from tests.api import works
from tests.api.works import QUICK
from tests.conftest import make_clip, texture
from tests.job.jobs import seen

Make = Callable[..., Work[Path]]
AGAIN = {"precision": "fp32"}


def picture(output: str, **more: Any) -> Work[Path]:
    return mariana_video.image("photo.png", output, **{**QUICK, **more})


def film(output: str, **more: Any) -> Work[Path]:
    return works.film(output, **{"codec": None, **more})


def comparison(output: str, **more: Any) -> Work[Path]:
    return mariana_video.progress("photo.png", output, **{"network": QUICK["network"], "steps": 3, **AGAIN, **more})


MADE: list[tuple[str, str, Make, dict[str, Any]]] = [
    ("video", "a.mp4", film, {"strength": 1.5, "start": 0.04, "duration": 0.16}),
    ("video", "a.gif", film, {"layers": "0:(conv1_2), 0.1s:(conv2_2)", "carry": "0.5+0.1*sin(t)"}),
    ("zoom", "a.webp", works.dive, {"zoom": 2, "rotate": 30, "loop": None}),
    ("progress", "a.png", comparison, {"columns": "step-size=0.01,0.5"}),
    ("image", "a.jpg", picture, {"seed": 7, "octaves": 1, "colour": "source"}),
    ("layers", "a.png", works.channels, {"columns": 2}),
]
MORE: list[tuple[str, str, Make, dict[str, Any]]] = [
    *(("video", f"a.{end}", film, {"strength": "0.5+t"}) for end in ("mov", "mkv", "webm", "avi", "webp")),
    ("video", "a/", film, {"seed": 3}),
    *(("zoom", f"a.{end}", works.dive, {"seed": 3}) for end in ("mp4", "mov", "mkv", "webm", "gif")),
    ("zoom", "a.mp4", works.dive, {"sound": "clip.mkv"}),
    ("zoom", "a/", works.dive, {"keep": 0.9}),
    *(("progress", f"a.{end}", works.steps, {"label": True}) for end in ("mp4", "gif", "webp")),
    ("progress", "a.jpg", works.steps, {"seed": 3}),
    *(("image", f"a.{end}", picture, {"strength": 2}) for end in ("png", "webp", "tif")),
    ("layers", "a.jpg", works.layers, {"seed": 2}),
]


@pytest.mark.parametrize(
    ("command", "output", "make", "options"), [*MADE, *(pytest.param(*one, marks=pytest.mark.long) for one in MORE)]
)
def test_a_result_gives_its_recipe_and_is_made_again_from_it(
    desk: Path, command: str, output: str, make: Make, options: dict[str, Any]
) -> None:
    make(output, **options).run()
    text = mariana_video.recipe_text(output)
    found = read_travelled(text)
    assert found.command == command
    asked = KINDS[command].of(**{name: value for name, value in options.items() if name != "sound"})
    for name in asked.groups():
        group = getattr(asked, name)
        assert {option: getattr(getattr(found.recipe, name), option) for option in group.said if option != "sheet"} == {
            option: getattr(group, option) for option in group.said if option != "sheet"
        }
    assert str(desk) not in text
    assert "clip.mkv" not in text
    assert "photo" not in text

    staying = {name: options[name] for name in ("sound",) if name in options}
    again = f"again-{output}"
    _again(command, again, output, staying)
    assert seen(Path(again)) == seen(Path(output)) if Path(output).suffix in _FILMS else _same(output, again)
    assert mariana_video.recipe_text(again) == text


_FILMS = (".mp4", ".mov", ".mkv", ".webm", ".avi")


def _again(command: str, again: str, recipe: str, more: dict[str, Any]) -> None:
    """Nothing is said but the network's file: all else is in the recipe."""
    more = {**more, "recipe": recipe, "network": QUICK["network"]}
    if command == "layers":
        told = mariana_video.read_recipe(recipe)
        assert isinstance(told, mariana_video.SheetRecipe)
        channels = {"channels": "conv2_1[7] + conv1_1[2] + conv2_1[0]"}
        sheet = channels if told.tiles.channels else {"sheet": "photo.png"}
        mariana_video.sheet(output=again, **sheet, **more).run()
    else:
        source = "clip.mkv" if command == "video" else "photo.png"
        getattr(mariana_video, command)(source, again, more.pop("recipe"), **more).run()


def _same(one: str, other: str) -> bool:
    if Path(one).is_dir():
        files = sorted(path.name for path in Path(one).iterdir())
        assert "recipe.toml" in files
        assert files == sorted(path.name for path in Path(other).iterdir())
        return all((Path(one) / name).read_bytes() == (Path(other) / name).read_bytes() for name in files)
    return Path(one).read_bytes() == Path(other).read_bytes()


@pytest.mark.usefixtures("desk")
def test_without_its_recipe_a_result_is_the_same_otherwise() -> None:
    for output in ("a.png", "a.jpg", "a.webp"):
        picture(output).run()
        picture(f"bare-{output}", no_recipe=True).run()
        assert Path(output).stat().st_size > Path(f"bare-{output}").stat().st_size
        assert _pixels(output) == _pixels(f"bare-{output}")
    works.dive("b.gif").run()
    works.dive("bare-b.gif", no_recipe=True).run()
    assert _pixels("b.gif") == _pixels("bare-b.gif")
    for bare in ("bare-a.png", "bare-a.jpg", "bare-a.webp", "bare-b.gif", "clip.mkv", "photo.png"):
        with pytest.raises(UsageError, match="carries no recipe"):
            mariana_video.read_recipe(bare)


def _pixels(path: str) -> list[bytes]:
    from PIL import Image, ImageSequence

    with Image.open(path) as image:
        return [frame.convert("RGBA").tobytes() for frame in ImageSequence.Iterator(image)]


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="the ffmpeg program is not here")
@pytest.mark.usefixtures("desk")
def test_it_outlives_a_copy_into_other_containers() -> None:
    film("a.mp4", strength=1.25).run()
    before, ends = "a.mp4", ("mov", "mkv", "mp4")
    for end in ends:
        copied = f"copied.{end}" if before != f"copied.{end}" else f"copied-again.{end}"
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", before, "-c", "copy", copied], check=True)
        assert mariana_video.recipe_text(copied) == mariana_video.recipe_text("a.mp4")
        before = copied


@pytest.mark.usefixtures("desk")
def test_the_sources_own_comment_stays_and_a_dream_of_a_dream_carries_one_recipe() -> None:
    import av

    make_clip(Path("plain.mp4"), frames=4)
    with av.open("plain.mp4") as source, av.open("told.mkv", "w") as out:
        out.metadata.update({"title": "A day", "COMMENT": "By the sea,\nin May"})
        stream = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    source = "told.mkv"
    for number, output in enumerate(("once.mp4", "twice.mkv")):
        mariana_video.video(source, output, **{**QUICK, "seed": number}).run()
        with av.open(output) as made:
            tags = {key.lower(): value for key, value in made.metadata.items()}
        assert tags["title"] == "A day"
        assert tags["comment"].strip() == f"By the sea,\nin May\n\n{mariana_video.recipe_text(output)}".strip()
        told = mariana_video.read_recipe(output)
        assert isinstance(told, mariana_video.FilmRecipe)
        assert told.dream.seed == number
        source = output
    mariana_video.video("twice.mkv", "bare.mp4", **{**QUICK, "no_recipe": True}).run()
    with av.open("bare.mp4") as made:
        assert made.metadata["comment"] == "By the sea,\nin May"


@pytest.mark.usefixtures("desk")
def test_what_is_done_so_far_carries_the_recipe_of_the_whole() -> None:
    work = film("a.mp4", strength=1.25)

    def stop(_made: object) -> None:
        if work.done == 4:
            work.cancel()

    with pytest.raises(mariana_video.Cancelled):
        work.run(stop)
    part = mariana_video.finish("a.mp4").run().path
    told = mariana_video.read_recipe(part)
    assert isinstance(told, mariana_video.FilmRecipe)
    assert told.dream.strength.text == "1.25"
    film("a.mp4", strength=1.25).run()
    assert sorted(path.name for path in Path().iterdir()) == ["a.mp4", "clip.mkv", "photo.png"]


@pytest.mark.usefixtures("desk")
def test_a_folders_own_recipe_toml_is_no_ones_to_replace() -> None:
    film("a/", duration=0.08).run()
    film("a/", duration=0.08, no_recipe=True, overwrite=True).run()
    assert not Path("a/recipe.toml").exists()
    Path("a/recipe.toml").write_text("# of soup\n")
    film("a/", duration=0.08, overwrite=True).run()
    assert Path("a/recipe.toml").read_text() == "# of soup\n"


@pytest.mark.usefixtures("desk")
def test_each_picture_of_a_folder_carries_its_own() -> None:
    Path("photos").mkdir()
    for name in ("a.png", "b.jpg"):
        write_picture(f"photos/{name}", texture(36, 48, ord(name[0])))
    options = {**QUICK, "strength": 1.5}
    mariana_video.image("photos", "dreams", **options).run()
    own, shared = (mariana_video.recipe_text(path).splitlines() for path in ("dreams/a.png", "dreams"))
    assert [line for line in own if line not in shared] == [own[own.index('version = "0.1.0"') + 1]]
    assert "source" not in Path("dreams/recipe.toml").read_text()
    for name in ("a.png", "b.jpg"):
        mariana_video.image(f"photos/{name}", name, f"dreams/{name}", network=QUICK["network"]).run()
        assert Path(name).read_bytes() == Path(f"dreams/{name}").read_bytes()
    mariana_video.image("photos", "dreams", **options, no_recipe=True, overwrite=True).run()
    assert sorted(path.name for path in Path("dreams").iterdir()) == ["a.png", "b.jpg"]
    Path("dreams/recipe.toml").write_text("# of soup\n")
    mariana_video.image("photos", "dreams", **options, overwrite=True).run()
    assert Path("dreams/recipe.toml").read_text() == "# of soup\n"


def test_the_command_prints_it_as_a_text_to_go_by(
    desk: Path, mariana: Callable[..., tuple[int, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    picture("a.png", strength=1.5).run()
    from mariana_video.cli.app import run

    assert run(["recipe", "a.png"]) == 0
    Path("look.toml").write_text(capsys.readouterr().out)
    words = ["--network", QUICK["network"], "--recipe", "look.toml", "--quiet"]
    assert mariana("image", "photo.png", "b.png", *words) == (0, "")
    assert Path("b.png").read_bytes() == Path("a.png").read_bytes()
    Path("trick.toml").write_text("# a recipe of mariana\n# \x1b[2J\n")
    assert mariana("recipe", "trick.toml")[0] == 2  # it would do things to a terminal
    for file, told in (("clip.mkv", "carries no recipe"), ("gone.mp4", "does not exist")):
        code, said = mariana("recipe", file)
        assert (code, told in said, len(said.splitlines())) == (2, True, 1)
        code, said = mariana("image", "photo.png", "c.png", "--recipe", file)
        assert (code, told in said, said.startswith("mariana: --recipe ")) == (2, True, True)
    assert not (desk / "c.png").exists()
