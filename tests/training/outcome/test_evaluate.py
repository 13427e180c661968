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
