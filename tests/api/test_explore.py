"""Explorations: each picture is what `image` makes of its recipe, and none is made twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import mariana_video
from mariana_video.api.making.work import Made, Work
from mariana_video.errors import MarianaError, UsageError
from mariana_video.media.stills.pictures import read_picture, write_picture
from tests.api.works import QUICK, film, looks
from tests.conftest import texture


def pictures(folder: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted(Path(folder).glob("0*.png"))]


def alone(recipe: str, source: str = "photo.png", **more: Any) -> bytes:
    """What `image` makes by the recipe of a result."""
    options = {name: QUICK[name] for name in ("network", "precision")} | more
    mariana_video.image(source, "alone.png", recipe=recipe, overwrite=True, **options).run()
    return Path("alone.png").read_bytes()


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("source", "more"), [("photo.png", {"strength": 1}), ("noise", {"seed": 3}), ("clip.mkv", {"at": "0.2"})]
)
def test_each_picture_is_byte_for_byte_what_image_makes_of_its_recipe(source: str, more: dict[str, Any]) -> None:
    made = mariana_video.explore(source, "looks", count=3, **QUICK, **more).run()
    assert sorted(path.name for path in made.glob("*.png")) == ["0001.png", "0002.png", "0003.png", "sheet.png"]
    for number in (1, 3):
        assert alone(f"looks/000{number}.png", source) == (made / f"000{number}.png").read_bytes()
    assert len(set(pictures("looks"))) == 3


def test_a_picture_with_transparency_keeps_it(desk: Path) -> None:
    alpha = texture(36, 48, 7)[..., 0]
    write_picture(desk / "photo.png", texture(36, 48), alpha)
    looks(count=1).run()
    assert alone("looks/0001.png") == pictures("looks")[0]
    assert read_picture(desk / "looks/0001.png")[1] is not None


@pytest.mark.usefixtures("desk")
def test_the_same_seed_gives_the_same_looks_and_a_larger_count_keeps_the_first() -> None:
    looks(count=2).run()
    first = pictures("looks")
    work = looks(count=4, columns=1)
    assert (work.done, work.total) == (2, 4)
    assert "continuing: 2 of 4 pictures are done" in work.notes
    numbers: list[int] = []
    work.run(lambda made: numbers.append(made.number))
    assert numbers == [3, 4]
    assert pictures("looks")[:2] == first
    looks("again").run()
    assert pictures("again") == pictures("looks")
    assert looks().done == 4
    looks("other", count=2, seed=1).run()
    assert not set(pictures("other")) & set(pictures("looks"))


@pytest.mark.usefixtures("desk")
def test_what_is_said_holds_in_all_looks() -> None:
    for path in looks(strength=0.7, layers="conv2_1", colour="source").run().glob("0*.png"):
        recipe = mariana_video.read_recipe(path)
        assert isinstance(recipe, mariana_video.PictureRecipe)
        assert (str(recipe.dream.strength), str(recipe.dream.layers)) == ("0.7", "conv2_1")
        assert recipe.dream.colour == "source"


def stopped(work: Work[Path], after: int) -> None:
    def stop(one: Made) -> None:
        if one.number == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work.run(stop)


@pytest.mark.parametrize("ways", ["drawn", "like", "blend"])
def test_stopped_at_a_picture_it_goes_on_to_the_same_bytes(desk: Path, ways: str) -> None:
    looks("ends", count=2).run()
    ends = ("ends/0001.png", "ends/0002.png")
    each: dict[str, dict[str, Any]] = {"drawn": {}, "like": {"like": ends[0]}, "blend": {"blend": ends}}
    options = each[ways]
    looks("whole", **options).run()
    stopped(looks(**options), 2)
    assert not (desk / "looks/sheet.png").exists()
    assert looks(**options).done == 2
    looks(**options).run()
    assert pictures("looks") == pictures("whole")
    assert (desk / "looks/sheet.png").read_bytes() == (desk / "whole/sheet.png").read_bytes()


OTHERWISE: list[tuple[str, dict[str, Any]]] = [
    ("--seed 0, not --seed 5", {"seed": 5}),
    ("no --strength, not --strength 1", {"strength": 1}),
    ("another look|like", {"like": "photo-dream.png"}),
    ("--size 48x36, not --size 24x18", {"size": "24x"}),
]


@pytest.mark.parametrize(("told", "other"), OTHERWISE, ids=[str(other) for _, other in OTHERWISE])
def test_other_settings_are_no_way_to_go_on(desk: Path, told: str, other: dict[str, Any]) -> None:
    mariana_video.image("photo.png", desk / "photo-dream.png", **QUICK).run()
    looks(count=2).run()
    with pytest.raises(UsageError, match=told):
        looks(**other)
    assert looks().done == 2
    assert looks(**other, overwrite=True).done == 0


def test_another_source_is_noticed_and_strangers_files_stay(desk: Path) -> None:
    looks(count=1).run()
    write_picture(desk / "photo.png", texture(36, 48, 5))
    with pytest.raises(UsageError, match="begun with another source"):
        looks()
    (desk / "mine").mkdir()
    (desk / "mine/0002.png").write_text("mine")
    with pytest.raises(MarianaError, match=r"0002.png exists"):
        looks("mine")
    assert (desk / "mine/0002.png").read_text() == "mine"


@pytest.mark.usefixtures("desk")
def test_like_begins_with_the_look_itself_and_each_picture_differs() -> None:
    mariana_video.image("photo.png", "dream.png", layers="conv2_1", colour="source", **QUICK).run()
    looks(like="dream.png", count=6, first_steps=None).run()
    made = pictures("looks")
    assert made[0] == Path("dream.png").read_bytes()
    assert len(set(made)) == 6


@pytest.mark.usefixtures("desk")
def test_the_ends_of_a_blend_are_its_two_looks_and_numbers_lie_between() -> None:
    mariana_video.image("photo.png", "a.png", layers="conv1_2", strength=0.5, **QUICK).run()
    mariana_video.image("photo.png", "b.png", layers="conv2_2", strength=1.5, symmetry=4, **QUICK).run()
    looks(blend=("a.png", "b.png"), count=5, first_steps=None).run()
    made = pictures("looks")
    assert (made[0], made[-1]) == (Path("a.png").read_bytes(), Path("b.png").read_bytes())
    assert len(set(made)) == 5
    middle = mariana_video.read_recipe("looks/0003.png")
    assert isinstance(middle, mariana_video.PictureRecipe)
    assert (middle.dream.strength.constant(), middle.dream.symmetry.constant()) == (1.0, 4.0)
    assert str(middle.dream.layers) == "0.5*conv2_2 + 0.5*conv1_2"


@pytest.mark.usefixtures("desk")
def test_a_walk_names_no_file_and_leaves_open_what_its_ends_leave_open() -> None:
    """How many octaves fit hangs on the size: what an end leaves open is no number on the way."""
    mariana_video.image("photo.png", "secret.png", layers="conv1_2", **QUICK).run()
    mariana_video.image("photo.png", "other.png", layers="conv2_2", motif_size=1, **QUICK).run()
    labels: list[str] = []
    work = looks(blend=("secret.png", "other.png"), count=3, first_steps=None)
    work.run(lambda made: labels.append(made.note))
    assert labels == ["1 0%", "2 50%", "3 100%"]
    for path in sorted(Path("looks").glob("0*.png")):
        found = mariana_video.read_recipe(path)
        assert isinstance(found, mariana_video.PictureRecipe)
        assert found.dream.octaves is None


@pytest.mark.usefixtures("desk")
def test_another_set_takes_the_place_of_the_whole_one_before() -> None:
    """Of a smaller set nothing of a larger one is left beside it, but what somebody has changed since."""
    looks(count=5).run()
    Path("looks/0004.png").write_text("retouched")
    looks(count=2, seed=3, overwrite=True)
    assert len(pictures("looks")) == 5, "only looked at"
    looks(count=2, seed=3, overwrite=True).run()
    assert sorted(path.name for path in Path("looks").glob("*.png")) == [
        "0001.png", "0002.png", "0004.png", "sheet.png"
    ]  # fmt: skip
    first = pictures("looks")[:2]
    looks(count=3, seed=3).run()
    assert pictures("looks")[:2] == first


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("ways", [{"like": "looks/0003.png"}, {"blend": ("photo.png", "looks/../looks/0003.png")}])
def test_a_set_is_not_replaced_by_one_that_goes_by_a_look_of_it(ways: dict[str, Any]) -> None:
    """Stopped midway, the look that it goes by would be gone."""
    looks(count=3).run()
    with pytest.raises(mariana_video.UsageError, match=r"0003\.png lies in looks, which --overwrite replaces"):
        looks(count=2, overwrite=True, first_steps=None, **ways)
    assert len(pictures("looks")) == 3


@pytest.mark.usefixtures("desk")
def test_a_folder_of_several_looks_has_no_recipe_of_its_own() -> None:
    looks(count=2).run()
    with pytest.raises(mariana_video.UsageError, match="looks have looks of their own; give one of them"):
        mariana_video.recipe_text("looks")


@pytest.mark.usefixtures("desk")
def test_a_film_of_a_blend_begins_as_the_first_looks_film_and_ends_as_the_last_ones() -> None:
    by_itself = {"first_steps": 1, "carry": 0}
    film("a.mkv", **by_itself, layers="conv1_2", strength=0.5).run()
    film("b.mkv", **by_itself, layers="conv2_2", strength=1.5, colour="source").run()
    options = {name: QUICK[name] for name in ("network", "precision")}
    work = mariana_video.explore("clip.mkv", "walk.mkv", blend=("a.mkv", "b.mkv"), codec="ffv1", **options)
    assert any("--colour" in note for note in work.notes)
    frames: dict[str, list[bytes]] = {"walk": []}
    work.run(lambda made: frames["walk"].append(made.rgb.tobytes() if made.rgb is not None else b""))
    for name, more in (("a", {}), ("b", {"colour": "free"})):
        frames[name] = []
        again = mariana_video.video("clip.mkv", f"{name}2.mkv", recipe=f"{name}.mkv", codec="ffv1", **options, **more)
        again.run(lambda made, name=name: frames[name].append(made.rgb.tobytes()))
    assert len(frames["walk"]) == 8
    assert frames["walk"][0] == frames["a"][0]
    assert frames["walk"][-1] == frames["b"][-1]
    assert frames["walk"][4] not in (frames["a"][4], frames["b"][4])


@pytest.mark.long
@pytest.mark.usefixtures("desk")
def test_a_walk_that_was_stopped_goes_on() -> None:
    film("a.mkv", layers="conv1_2").run()
    film("b.mkv", layers="conv2_2").run()
    options = {name: QUICK[name] for name in ("network", "precision")}

    def walk(output: str) -> Work[Path]:
        return mariana_video.explore("clip.mkv", output, blend=("a.mkv", "b.mkv"), codec="ffv1", **options)

    whole: list[bytes] = []
    walk("whole.mkv").run(lambda made: whole.append(made.rgb.tobytes() if made.rgb is not None else b""))
    stopped(walk("walk.mkv"), 4)
    work, rest = walk("walk.mkv"), list[bytes]()
    assert 0 < work.done < 8
    work.run(lambda made: rest.append(made.rgb.tobytes() if made.rgb is not None else b""))
    assert rest == whole[-len(rest) :]


@pytest.mark.usefixtures("desk")
def test_a_picture_walks_before_a_still_camera() -> None:
    mariana_video.image("photo.png", "a.png", layers="conv1_2", **QUICK).run()
    mariana_video.image("photo.png", "b.png", layers="conv2_2", **QUICK).run()
    ends = {"blend": ("a.png", "b.png"), **{name: QUICK[name] for name in ("network", "precision", "size")}}
    work = mariana_video.explore("photo.png", "walk.gif", duration=0.2, **ends)
    assert (work.total, work.size) == (5, (48, 36))
    assert work.run() == Path("walk.gif")


WRONG: list[tuple[Callable[[], object], str]] = [
    (lambda: looks("clip.mkv"), "clip.mkv is a film, and one is made of two looks"),
    (lambda: looks("file"), "file is a file, and looks are many pictures"),
    (lambda: looks("new.png"), "new.png has the ending of a picture"),
    (lambda: looks("new/deep"), "the folder .*new does not exist"),
    (lambda: looks(count=0), "--count 0: give a number from 1 to 1000"),
    (lambda: looks(count=1001), "--count 1001"),
    (lambda: looks(like="photo.png"), r"--like photo.png carries no recipe"),
    (lambda: looks(like="none.png"), r"--like none.png does not exist"),
    (lambda: looks(blend=("photo.png",)), "--blend walks between two looks"),
    (lambda: looks(blend=("photo.png", "photo.png")), "--blend photo.png carries no recipe"),
    (lambda: looks(like="a.toml", blend=("a.toml", "a.toml")), "give one of them"),
    (lambda: looks(blend=("a.toml", "a.toml"), count=1), "--count 1: a walk has two ends"),
    (lambda: looks(like="guided.toml"), "--like guided.toml: it was made with --guide"),
    (lambda: looks(blend=("a.toml", "guided.toml")), "--blend guided.toml: it was made with --guide"),
    (lambda: looks(like="hostile.toml"), "--like hostile.toml: palette names a file"),
    (lambda: looks(blend=("hostile.toml", "a.toml")), "--blend hostile.toml: palette names a file"),
    (lambda: looks(like="large.toml"), "--like large.toml: --strength 99"),
    (lambda: looks("walk.gif", blend=("a.toml", "a.toml")), "--count 4 does nothing for walk.gif"),
    (lambda: looks(duration=3), "--duration 3 does nothing for looks, a folder of pictures"),
    (lambda: looks(codec="ffv1"), "--codec ffv1 does nothing for looks"),
    (lambda: looks(size="9000x", count=24), "or a smaller --count"),
    (lambda: looks(layers="conv9"), "no layer 'conv9'"),
    (lambda: looks(network="marianna"), "did you mean 'mariana'"),
    (lambda: looks(steps=3), "--steps 3 does nothing"),
    (lambda: mariana_video.explore(".", "looks", **QUICK), r"\. is a folder; give one of its pictures"),
    (lambda: mariana_video.explore("noise", "looks", at=1, **QUICK), "--at 1 takes a frame of a video"),
    (lambda: mariana_video.explore("photo.png", "looks", at=1, **QUICK), "is a picture"),
]

TEXTS = {
    "a": '[mariana]\nkind = "image"\nversion = "0.1.0"\n[dream]\nlayers = "conv1_1"\n',
    "guided": f'[mariana]\nkind = "image"\nversion = "0.1.0"\n[mariana.files]\nguide = "{"0" * 64}"\n',
    "hostile": '[mariana]\nkind = "image"\nversion = "0.1.0"\n[dream]\npalette = "/etc/passwd"\n',
    "large": '[mariana]\nkind = "image"\nversion = "0.1.0"\n[dream]\nstrength = "99"\n',
}


@pytest.mark.parametrize(("ask", "told"), WRONG, ids=[told for _, told in WRONG])
def test_what_can_not_be_is_one_sentence_and_nothing_left(desk: Path, ask: Callable[[], object], told: str) -> None:
    (desk / "file").write_text("mine")
    for name, text in TEXTS.items():
        (desk / f"{name}.toml").write_text(text)
    before = sorted(desk.iterdir())
    with pytest.raises(MarianaError, match=told) as error:
        ask()
    assert str(error.value).isprintable()
    assert sorted(desk.iterdir()) == before
