"""A file that an option names: one type, with its own refusals and its own checksum."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

import mariana_video
from mariana_video.errors import UsageError
from mariana_video.recipe.kinds import DiveRecipe, FilmRecipe, MeasureRecipe, PictureRecipe
from mariana_video.recipe.values.file import InputFile
from tests.conftest import make_clip, texture

Ask = Callable[[Path, Path], object]
ASKED: list[tuple[str, Ask]] = [
    ("mask", lambda clip, file: mariana_video.video(clip, "out.mp4", mask=file)),
    ("flow-weights", lambda clip, file: mariana_video.video(clip, "out.mp4", flow="raft", flow_weights=file)),
    ("weights", lambda clip, file: mariana_video.image(clip, "out.png", network="vgg16", weights=file)),
    ("sound", lambda clip, file: mariana_video.zoom(clip, "out.mp4", sound=file)),
    ("weights", lambda clip, file: mariana_video.progress(clip, "out.png", network="vgg16", weights=file)),
    ("weights", lambda clip, file: mariana_video.measure(clip, clip, network="vgg16", weights=file)),
]


@pytest.mark.parametrize(("option", "ask"), ASKED)
def test_a_file_that_is_not_to_be_read_is_refused_alike_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str, ask: Ask
) -> None:
    monkeypatch.chdir(tmp_path)
    make_clip(Path("clip.mp4"), frames=4)
    Path("empty").touch()
    Path("folder").mkdir()
    for name, told in (("missing", "does not exist"), ("empty", "is empty"), ("folder", "is a folder")):
        with pytest.raises(UsageError, match=f"^--{option} {name} {told}; give the path of a file$"):
            ask(Path("clip.mp4"), Path(name))
    assert not list(Path().glob("out*"))


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="who may read everything is refused nothing")
def test_a_file_without_rights_is_refused(tmp_path: Path) -> None:
    file = InputFile(tmp_path / "secret")
    file.write_text("x")
    file.chmod(0)
    with pytest.raises(UsageError, match="permission denied"):
        file.check_there("mask")


def test_its_checksum_is_of_what_it_holds(tmp_path: Path) -> None:
    one, other = InputFile(tmp_path / "one"), InputFile(tmp_path / "other")
    for file in (one, other):
        file.write_bytes(b"the same")
    assert one.checksum() == other.checksum() == hashlib.sha256(b"the same").hexdigest()


def test_a_recipe_knows_its_files_whatever_its_kind(tmp_path: Path) -> None:
    file = tmp_path / "x"
    assert set(FilmRecipe.of(mask=file, flow_weights=file).files()) == {"mask", "flow_weights"}
    assert set(DiveRecipe.of(sound=file, weights=file).files()) == {"sound", "weights"}
    assert set(PictureRecipe.of(mask=file).files()) == {"mask"}
    assert set(MeasureRecipe.of(flow_weights=file).files()) == {"flow_weights"}
    assert FilmRecipe().files() == {}
    assert FilmRecipe.of(mask=str(file)).where.mask == file


@pytest.mark.parametrize("value", [3, "", b"x", ["a"]])
def test_what_is_no_path_is_refused(value: object) -> None:
    with pytest.raises(UsageError, match="--mask"):
        FilmRecipe.of(mask=value)


def test_a_job_goes_on_with_the_same_file_elsewhere_and_not_with_another(
    tmp_path: Path, tiny_weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mariana_video.media.stills.pictures import write_picture

    monkeypatch.chdir(tmp_path)
    make_clip(Path("clip.mp4"), frames=6)
    write_picture(Path("a.png"), texture(30, 40))
    Path("b.png").write_bytes(Path("a.png").read_bytes())
    write_picture(Path("c.png"), texture(30, 40, 5))

    def work(mask: str | None) -> mariana_video.Work[Path]:
        return mariana_video.video("clip.mp4", "out.mp4", network=tiny_weights, first_steps=1, size="48x", mask=mask)

    def stop(made: mariana_video.Made) -> None:
        if made.number == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work("a.png").run(stop)
    with pytest.raises(UsageError, match="begun with another --mask"):
        work("c.png")
    with pytest.raises(UsageError, match="begun with --mask, and this is without"):
        work(None)
    assert work("b.png").run() == Path("out.mp4")
