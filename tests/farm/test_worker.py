"""A worker by itself, without Ray."""

from __future__ import annotations

from pathlib import Path

from mariana_video.farm.worker import own_place


def test_two_at_one_item_do_not_meet(tmp_path: Path) -> None:
    """Two commands may want the same at once; who comes after them goes on with what was half made."""
    with own_place(tmp_path / "items", "shot 1") as first, own_place(tmp_path / "items", "shot 1") as second:
        assert first != second
        (first / "half").touch()
    with own_place(tmp_path / "items", "shot 1") as again:
        assert (again / "half").exists()
