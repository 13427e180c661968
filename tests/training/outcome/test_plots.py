"""Plots are drawn whatever classes are called, quietly, and appear whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mariana_video.errors import OutputError
from mariana_video.training.outcome.card import card
from mariana_video.training.outcome.evaluate import Evaluation
from mariana_video.training.outcome.plots import check_picture, plot_confusion, plot_curves

ODD = Evaluation(("$_$", "$\\nosuch$", "猫", "a|b"), np.eye(4, dtype=np.int64))


@pytest.mark.usefixtures("in_the_command")
@pytest.mark.parametrize("name", ["a.png", "b.JPG", "c.svg", "d e.pdf"])
def test_odd_names_are_drawn_without_a_word(name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    check_picture(tmp_path / name, False, tmp_path / "data")
    plot_confusion(tmp_path / name, ODD, "$^$ 猫")
    assert os.listdir(tmp_path) == [name]  # noqa: PTH208
    if not name.endswith((".svg", ".pdf")):
        with Image.open(tmp_path / name) as image:
            assert image.width > 200
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("in_the_command")
def test_a_single_epoch_has_no_curve_and_no_warning(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    plot_curves(tmp_path / "a.png", [{"epoch": 1.0, "loss": 0.5}], "$^$")
    assert (tmp_path / "a.png").stat().st_size > 1000
    assert capfd.readouterr() == ("", "")


def test_a_full_disk_leaves_the_old_plot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "a.png").write_text("the old one")
    monkeypatch.setattr("matplotlib.figure.Figure.savefig", full)
    with pytest.raises(OutputError, match=r"a\.png can't be written: the disk is full"):
        plot_confusion(tmp_path / "a.png", ODD, "title")
    assert (tmp_path / "a.png").read_text() == "the old one"
    assert len(list(tmp_path.iterdir())) == 1


def test_the_card_names_a_class_that_nothing_judges() -> None:
    judged = Evaluation(("a", "b"), np.array([[3, 1], [0, 0]])).to_dict()
    suited = {"layers": "conv2_2", "step_size": 0.01, "strength": 0.1}
    metadata = {"name": "x", "classes": ["a", "b"], "suited": suited, "accuracy": {"held": judged}}
    assert "held back of: b" in card({**metadata, "unjudged": ["b"]})
    assert "held back of" not in card(metadata)
