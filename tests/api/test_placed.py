"""A recipe reads the same files wherever they lie, and only what is a file is taken for one."""

from __future__ import annotations

from pathlib import Path

import pytest

from mariana_video.api.spreading.placed import all_sent, placed, told
from mariana_video.recipe.kinds import ExploreRecipe, FilmRecipe


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("clip.mp4", "mask.png", "net.safetensors", "mariana", "look.toml"):
        (tmp_path / name).write_text(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_files_are_sent_and_found_where_they_lie(desk: Path) -> None:
    """A file that is called as a network is, is none; what was said stays said."""
    recipe = FilmRecipe.of(network="mariana, a=net.safetensors", layers="a:conv1_1", mask="mask.png", size="64x")
    sent = all_sent(recipe, Path("clip.mp4"))
    assert [one.path for one in sent] == [desk / name for name in ("clip.mp4", "net.safetensors", "mask.png")]
    whole = told(recipe)
    assert str(whole.dream.network) == f"mariana, a={desk}/net.safetensors"
    there = placed(whole, {one.path: Path("/elsewhere") / one.path.name for one in sent})
    assert str(there.dream.network) == "mariana, a=/elsewhere/net.safetensors"
    assert there.where.mask == Path("/elsewhere/mask.png")
    assert there.dream.network.names == recipe.dream.network.names
    assert [getattr(there, name).said for name in there.groups()] == [
        getattr(recipe, name).said for name in recipe.groups()
    ]
    assert FilmRecipe.read(there.text()).text() == there.text()


def test_looks_are_files_or_names(desk: Path) -> None:
    recipe = told(ExploreRecipe.of(blend=["look.toml", "abyss"]))
    assert recipe.exploring.blend is not None
    assert [str(path) for path in recipe.exploring.blend] == [f"{desk}/look.toml", "abyss"]
