"""The figures that follow from a confusion matrix."""

from __future__ import annotations

import numpy as np
import pytest

from mariana_video.training.outcome.evaluate import Evaluation


def test_figures_are_over_the_classes_present() -> None:
    evaluation = Evaluation(("a", "b", "absent"), np.array([[8, 2, 0], [0, 3, 1], [0, 0, 0]]))
    assert evaluation.accuracy == pytest.approx(11 / 14)
    assert evaluation.per_class == {"a": 0.8, "b": 0.75}
    assert evaluation.balanced_accuracy == pytest.approx(0.775)
    assert {"accuracy", "balanced_accuracy"} <= evaluation.to_dict().keys()


def test_of_too_many_classes_those_are_shown_that_were_met() -> None:
    confusion = np.zeros((60, 60), np.int64)
    confusion[3, 3], confusion[3, 50] = 2, 1
    evaluation = Evaluation(tuple(f"class {number}" for number in range(60)), confusion)
    shown = evaluation.shown()
    assert shown.classes == ("class 3", "class 50")
    assert shown.confusion.tolist() == [[2, 1], [0, 0]]
    assert (shown.accuracy, shown.balanced_accuracy) == (evaluation.accuracy, evaluation.balanced_accuracy)
    few = Evaluation(("a", "b"), np.array([[1, 0], [0, 0]]))
    assert few.shown() is few
