"""What a stranger's program may get wrong: each is one sentence, before any work, and nothing is lost by it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mariana_video
from mariana_video.errors import MarianaError, OutputError, UsageError
from mariana_video.job.output_paths import folder_for
from mariana_video.media.stills.pictures import write_picture
from tests.api.works import QUICK, film
from tests.conftest import make_clip, texture

WRONG: list[tuple[Callable[[], object], str]] = [
    (lambda: mariana_video.video("clip.mkv", "x" * 300 + ".mp4"), "no file can be called"),
    (lambda: mariana_video.video("x" * 300 + ".mp4", "o.mp4"), "no file can be called"),
    (lambda: mariana_video.image("nul\0.png", "o.png"), "no file can be called"),
    (lambda: mariana_video.zoom("photo.png", "x" * 300 + ".mp4"), "no file can be called"),
    (lambda: mariana_video.progress("photo.png", "nul\0.gif"), "no file can be called"),
    (lambda: mariana_video.video("clip.mkv", "o.mp4", mariana_video.PictureRecipe()), "PictureRecipe; give a FilmR"),
    (lambda: mariana_video.image("photo.png", "o.png", 5), "is a int; give a PictureRecipe"),
    (lambda: mariana_video.measure("clip.mkv", "o.mp4", mariana_video.FilmRecipe), "FilmRecipe; give a MeasureRecipe"),
    (lambda: mariana_video.FilmRecipe.read(None), "from a text"),
    (lambda: mariana_video.make_shot("clip.mkv", "o.mp4", None, "into"), "--shot None: give a whole number"),
    (lambda: mariana_video.make_shot("clip.mkv", "o.mp4", 1, None), "--into None: give the path"),
    (lambda: mariana_video.make_shot("clip.mkv", "o.mp4", 1, "new/deep", strenth=2), "did you mean 'strength'"),
    (lambda: mariana_video.hand_in("clip.mkv", "o.mp4", None), "--made None: give the path"),
    (lambda: mariana_video.dream_frames([], rate=None), "--rate None: give a number"),
    (lambda: mariana_video.dream_frames(None, rate=25), "frames are NoneType"),
    (lambda: mariana_video.video("a\nb.mp4", "o.mp4"), "a b.mp4 does not exist"),
    (lambda: film(mask=np.zeros((3, 3))), "is no path"),
    (lambda: film(network="mariana", layers="colour4-dense256:conv3_3"), "--network mariana does nothing"),
    (lambda: film().run(5), "on_frame is 5; give a function"),
]


@pytest.mark.parametrize(("ask", "told"), WRONG, ids=[told for _, told in WRONG])
def test_one_sentence_and_nothing_left(desk: Path, ask: Callable[[], object], told: str) -> None:
    with pytest.raises(MarianaError, match=told) as error:
        ask()
    assert str(error.value).isprintable()
    assert sorted(path.name for path in desk.iterdir()) == ["clip.mkv", "photo.png"]


def test_names_that_are_texts_and_numbers_of_numpy_do(desk: Path) -> None:
    frames = [texture(40, 56)]
    options: dict[str, Any] = {"network": QUICK["network"], "first_steps": 1}
    for rate in ("25", np.float32(25), 25):
        assert len(list(mariana_video.dream_frames(frames, rate=rate, **options))) == 1
    assert mariana_video.FilmRecipe.read("\ufeff" + mariana_video.FilmRecipe().text()) == mariana_video.FilmRecipe()
    assert desk.is_dir()


def test_a_very_long_text_is_not_told_in_full() -> None:
    with pytest.raises(UsageError) as error:
        mariana_video.FilmRecipe.of(layers="+" * 9000)
    assert len(str(error.value)) < 2100


def test_what_is_looked_at_or_refused_takes_no_finished_shot_away(desk: Path) -> None:
    mariana_video.shots("clip.mkv").run()
    film("o.mp4", shots="shots.toml", codec=None).run()
    folder = folder_for("o.mp4")
    kept = sorted(path.name for path in folder.iterdir())
    assert any(name.endswith(".packets") for name in kept)
    with pytest.raises(MarianaError, match="conv9_9"):
        film("o.mp4", overwrite=True, layers="conv9_9", codec=None)
    film("o.mp4", overwrite=True, codec=None)
    mariana_video.zoom("photo.png", "o.mp4", overwrite=True, size="48x", duration=0.2, network=QUICK["network"])
    assert sorted(path.name for path in folder.iterdir()) == kept
    assert film("o.mp4", shots="shots.toml", codec=None).done == 8
    (folder / "job.toml").unlink()
    film("o.mp4", shots="shots.toml", codec=None)  # looked at only
    assert sorted(path.name for path in folder.iterdir()) == [name for name in kept if name != "job.toml"]
    assert desk.is_dir()


def test_a_list_that_is_tried_and_taken_back_loses_no_frame(desk: Path) -> None:
    mariana_video.shots("clip.mkv").run()
    plain = (desk / "shots.toml").read_text()

    def stop(made: mariana_video.Made) -> None:
        if made.number == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        film("o.mp4", shots="shots.toml", codec=None).run(stop)
    states = sorted(path.name for path in folder_for("o.mp4").glob("state-*"))
    assert states
    (desk / "shots.toml").write_text(plain + "\n[shot.look]\nstrength = 3\n")
    film("o.mp4", shots="shots.toml", codec=None)  # looked at only
    assert sorted(path.name for path in folder_for("o.mp4").glob("state-*")) == states


def test_a_picture_that_was_retouched_is_not_replaced(desk: Path) -> None:
    mariana_video.shots("clip.mkv").run()
    film("out/", shots="shots.toml", codec=None).run()
    film("out/", shots="shots.toml", codec=None).run()  # nothing was changed: it may be made again
    retouched = sorted((desk / "out").iterdir())[4]
    write_picture(retouched, texture(36, 48, 5))
    before = retouched.read_bytes()
    with pytest.raises(OutputError, match="exists"):
        film("out/", shots="shots.toml", codec=None)
    assert retouched.read_bytes() == before


def test_a_number_of_the_shot_counts(desk: Path) -> None:
    """A cut by hand gives all later shots other numbers: where a formula asks for them, they are dreamed again."""
    make_clip(desk / "clip.mkv", frames=8)
    options: dict[str, Any] = {"shots": "shots.toml", "codec": None, "strength": "1 + shot"}
    lists = ["[[shot]]\nstart = 0\n[[shot]]\nstart = 0.16\n"]
    lists.append(lists[0].replace("[[shot]]\nstart = 0.16", "[[shot]]\nstart = 0.08\n[[shot]]\nstart = 0.16"))
    for text in lists:
        (desk / "shots.toml").write_text(text)
        work = film("o.mp4", **options)
        work.run()
    film("anew.mp4", **options).run()
    assert (desk / "o.mp4").read_bytes() == (desk / "anew.mp4").read_bytes()


def test_what_is_handed_in_wrongly_begins_nothing(desk: Path) -> None:
    made = mariana_video.make_shot("clip.mkv", "o.mp4", 1, "into", strength=2, **QUICK).run()
    with pytest.raises(OutputError, match="--strength"):
        mariana_video.hand_in("clip.mkv", "o.mp4", made, **QUICK)
    assert not folder_for("o.mp4").exists()
    (made / "part.json").write_text("[" * 100_000)
    with pytest.raises(OutputError, match="can't be read"):
        mariana_video.hand_in("clip.mkv", "o.mp4", [made], strength=2, **QUICK)
    (made / "job.toml").write_text("[")
    with pytest.raises(OutputError, match="can't be read as a folder with shots"):
        mariana_video.hand_in("clip.mkv", "o.mp4", [made], strength=2, **QUICK)
    assert desk.is_dir()


def test_a_folder_that_vanishes_is_told(desk: Path) -> None:
    (desk / "sub").mkdir()
    work = film("sub/o.mp4", codec=None)
    with pytest.raises(OutputError):
        work.run(lambda made: shutil.rmtree("sub") if made.number == 3 else None)
