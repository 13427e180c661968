"""Every way of dreaming, from end to end: films, dives and progressions of a tiny network, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mariana_video
from mariana_video.api.making.work import Made
from mariana_video.errors import MarianaError
from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import read
from mariana_video.media.stills.pictures import read_picture, write_picture
from mariana_video.meters.flashes import Flashes
from tests.api.works import QUICK, dive, film, layers, steps
from tests.conftest import texture

WAYS: dict[str, dict[str, Any]] = {
    "guide": {"guide": "guide.png"},
    "two guides of layers": {"guide": "guide.png", "layers": "guide(conv2_1) - 0.2*conv1_1"},
    "fidelity": {"layers": "conv2_2 + keep(conv1_1)"},
    "strongest": {"layers": "conv2_2[3 strongest] + conv1_*[0-2]"},
    "kaleidoscope": {"symmetry": "0:(3), 6:(4)"},
    "mirror at the end": {"symmetry": 1, "symmetry_in": "end", "palette": "guide.png"},
    "colours": {"colour": "source", "saturation": "0:(1), 9:(0.5)"},
    "light": {"colour": "luminance", "decay": 0.05, "bands": "0:(0.7,1,1), 7:(1,1,0)"},
    "adam": {"step_rule": "adam", "colour_steps": "decorrelated", "smoothness": 0.2},
    "progress": {"step_rule": "progress", "blur": 0.5, "clip_norm": 0.1, "clip_contribution": 0.1},
}
EVERYDAY = ("guide", "kaleidoscope", "adam")
SOME = [pytest.param(way, marks=[] if way in EVERYDAY else [pytest.mark.long]) for way in WAYS]


@pytest.fixture
def workplace(desk: Path) -> Path:
    write_picture("guide.png", texture(30, 50, seed=9)[::-1])
    return desk


def frames(path: Path | str) -> list[np.ndarray]:
    return [frame.rgb for frame in read(open_clip(Path(path)))]


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize("way", SOME)
def test_a_film_that_was_broken_off_goes_on_to_the_same_bits(way: str) -> None:
    film("whole.mkv", **WAYS[way]).run()
    work = film("parts.mkv", **WAYS[way])

    def stop(made: Made) -> None:
        if made.number == 3:
            work.cancel()

    with pytest.raises(mariana_video.Cancelled):
        work.run(on_frame=stop)
    film("parts.mkv", **WAYS[way]).run()
    for one, other in zip(frames("whole.mkv"), frames("parts.mkv"), strict=True):
        np.testing.assert_array_equal(one, other)
    film("plain.mkv").run()
    assert any(not np.array_equal(*pair) for pair in zip(frames("whole.mkv"), frames("plain.mkv"), strict=True))


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize("way", SOME)
def test_dives_loops_and_progressions_know_every_way(way: str) -> None:
    for output, make, more in (
        ("dive.mkv", dive, {}),
        ("loop.gif", dive, {"loop": "source", "zoom": 8}),
        ("steps.png", steps, {}),
    ):
        make(output, **WAYS[way], **more).run()
        assert Path(output).is_file()


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize("where", ["loop", "end"])
def test_every_frame_is_symmetrical(where: str) -> None:
    """Within 1/255, also at a size other than that which is dreamed at."""
    film("mirror.mkv", symmetry=1, symmetry_in=where).run()
    film("large.mkv", symmetry=2, symmetry_in=where, size="96x72", motif_size=0.5).run()
    dive("dive/", symmetry=1, symmetry_in=where).run()
    for output in ("mirror.mkv", "large.mkv", "dive"):
        for picture in frames(output):
            assert np.abs(picture - picture[:, ::-1]).max() <= 1.001 / 255, output
    for picture in frames("large.mkv"):
        assert np.abs(picture - picture[::-1]).max() <= 1.001 / 255


@pytest.mark.usefixtures("workplace")
def test_a_film_guided_by_itself_changes_at_most_a_tenth_of_one_guided_by_another() -> None:
    """Nothing at all, also where something newly appears, as long as the guide is the very film."""
    own = {"size": "64x48"}
    film("source.mkv", steps=0, first_steps=0, **own).run()
    film("own.mkv", guide="clip.mkv", **own).run()
    film("other.mkv", guide="guide.png", **own).run()
    source = frames("source.mkv")

    def change(output: str) -> float:
        pairs = zip(frames(output), source, strict=True)
        return float(np.mean([np.sqrt(np.mean((one - other) ** 2)) for one, other in pairs]))

    assert change("own.mkv") < 0.1 * change("other.mkv")


@pytest.mark.usefixtures("workplace")
def test_colours_stay_in_every_frame() -> None:
    film("source.mkv", steps=0, first_steps=0).run()
    film("grey.mkv", colour="source", strength=2).run()
    for one, other in zip(frames("grey.mkv"), frames("source.mkv"), strict=True):
        hue, own = (picture - picture.mean(-1, keepdims=True) for picture in (one, other))
        assert np.abs(hue - own).max() < 2.5 / 255


@pytest.mark.long
@pytest.mark.usefixtures("workplace")
def test_one_picture_is_a_films_first_frame_whatever_is_asked() -> None:
    for number, options in enumerate(WAYS.values()):
        mariana_video.image("clip.mkv", f"{number}.png", **QUICK, **options).run()
        film(f"{number}.mkv", **options).run()
        np.testing.assert_allclose(read_picture(f"{number}.png")[0], frames(f"{number}.mkv")[0], atol=0.6 / 255)


WRONG: list[tuple[Callable[[], object], str]] = [
    (lambda: film(layers="guide(conv2_1)"), r"guide\(conv2_1\) goes by a guide; give one with --guide FILE"),
    (lambda: film(layers="conv2_1", guide="photo.png"), "--guide photo.png does nothing with --layers conv2_1"),
    (lambda: film(guide="missing.png"), "--guide missing.png does not exist"),
    (lambda: film(guide="note.txt"), "--guide: .*note.txt"),
    (lambda: film(palette="note.txt"), "--palette: .*note.txt"),
    (lambda: film(layers="class(dog)"), "no classifier; it can only dream of layers"),
    (lambda: film(network="mariana", layers="class(dgo)"), "no class 'dgo'; did you mean 'dog'"),
    (lambda: film(network="mariana", layers="conv4_3 + class(99)"), "has no class 99; it has 0 to 9 .character 11"),
    (lambda: film(layers="conv2_1[1 strongest"), "at character 8"),
    (lambda: film(layers="conv2_1[40 strongest]"), "has 12 channels"),
    (lambda: film(layers="keep(conv1_1) + 2*keep(conv2_1)"), "says what is to stay, and nothing to dream"),
    (lambda: film(guide=np.zeros((9, 9))), "is no path"),
    (lambda: film(symmetry=1, mask="photo.png"), "give --symmetry-in end"),
    (lambda: film(symmetry_in="end"), "--symmetry-in end does nothing without --symmetry"),
    (lambda: film(symmetry=65), "--symmetry 65: give"),
    (lambda: film(symmetry="0:(1), 5:(3.5)"), "--symmetry"),
    (lambda: film(blur_every=3), "--blur-every 3 does nothing without --blur"),
    (lambda: film(colour="none"), "give one of free, source, luminance"),
    (lambda: film(step_rule="progress", bands="1,1,1"), "--bands 1,1,1 does nothing with --step-rule progress"),
    (lambda: film(decay=1.5), "--decay 1.5: give"),
    (lambda: mariana_video.measure("clip.mkv", "clip.mkv", layers="keep(conv4_1)"), "can't be scored without it"),
    (lambda: mariana_video.measure("clip.mkv", "clip.mkv", layers="class(dog)"), "needs 112 pixels a side"),
]


@pytest.mark.parametrize(("ask", "told"), WRONG, ids=[told for _, told in WRONG])
def test_bad_input_is_one_line_before_any_work(desk: Path, ask: Callable[[], object], told: str) -> None:
    Path("note.txt").write_text("no picture")
    with pytest.raises(MarianaError, match=told) as error:
        ask()
    assert str(error.value).isprintable()
    assert sorted(path.name for path in desk.iterdir()) == ["clip.mkv", "note.txt", "photo.png"]


@pytest.mark.usefixtures("desk")
def test_a_pictures_class_is_told_with_how_sure_the_network_became() -> None:
    told: list[str] = []
    work = mariana_video.image(
        "noise", "fool.png", network="mariana", layers="class(butterfly)", size="112x112", motif_size=1, octaves=1,
        first_steps=8, step_rule="progress", precision="fp32",
    )  # fmt: skip
    work.run(on_note=told.append)
    sure = float(told[-1].split("butterfly: ")[1].split(" %")[0])
    assert sure > 90


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize("name", ["guide", "palette"])
def test_what_is_read_for_a_dream_is_never_written(name: str) -> None:
    """By no command and under no name, whatever may be replaced."""
    Path("folder").mkdir()
    for picture in ("photo.png", "guide.png"):
        write_picture(Path("folder") / picture, texture(30, 40))
    read, quick = {name: "guide.png", "overwrite": True}, {**QUICK, "first_steps": 1}
    before = Path("guide.png").read_bytes()
    asked: list[Callable[[], object]] = [
        lambda: mariana_video.image("photo.png", "guide.png", **quick, **read),
        lambda: mariana_video.image("folder", ".", **quick, **read),
        lambda: layers("guide.png", **read),
        lambda: steps("guide.png", **read),
        lambda: steps("steps.gif", plot="guide.png", **read),
        lambda: film("guide.png/", **{**read, "overwrite": False}),
        lambda: film("dream.mkv", preview="guide.png", **read),
    ]
    for ask in asked:
        with pytest.raises(MarianaError):
            ask()
    assert Path("guide.png").read_bytes() == before


@pytest.mark.usefixtures("workplace")
@pytest.mark.parametrize("where", ["loop", "end"])
def test_a_pictures_transparency_is_symmetrical_too(where: str) -> None:
    alpha = np.ones((36, 48), np.float32)
    alpha[:, :20] = 0
    write_picture("cut.png", texture(36, 48), alpha)
    mariana_video.image("cut.png", "made.png", **QUICK, symmetry=1, symmetry_in=where).run()
    rgb, seen = read_picture("made.png")
    assert seen is not None
    np.testing.assert_array_equal(seen, seen[:, ::-1])
    solid = seen > 0
    assert np.abs(rgb - rgb[:, ::-1])[solid].max() <= 1.001 / 255


@pytest.mark.usefixtures("workplace")
def test_a_mixed_picture_is_symmetrical_as_well() -> None:
    film("mixed.mkv", symmetry=1, symmetry_in="end", mix=0.5).run()
    for picture in frames("mixed.mkv"):
        assert np.abs(picture - picture[:, ::-1]).max() <= 1.001 / 255


@pytest.mark.parametrize("where", ["loop", "end"])
def test_a_symmetry_that_flashes_is_held(tiny_weights: Path, where: str) -> None:
    """A picture half black and half white, mirrored and not, four times a second: the source itself never changes."""
    picture = np.full((90, 160, 3), 0.05, np.float32)
    picture[:, :80] = 0.95
    keys = ", ".join(f"{3 * turn}:({turn % 2}), {3 * turn + 2}:({turn % 2})" for turn in range(16))
    options: dict[str, Any] = {"network": tiny_weights, "steps": 0, "first_steps": 0, "precision": "fp32"}
    dreams = mariana_video.dream_frames([picture] * 48, rate=25, symmetry=keys, symmetry_in=where, **options)
    free = mariana_video.dream_frames(
        [picture] * 48, rate=25, symmetry=keys, symmetry_in=where, flashes="kept", **options
    )
    for made, safe in ((dreams, True), (free, False)):
        meter = Flashes()
        for index, frame in enumerate(made):
            meter.add(frame, index / 25)
        assert meter.worst.safe == safe
