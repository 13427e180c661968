"""Pictures side by side, with words."""

from __future__ import annotations

import numpy as np
import pytest

from mariana_video.media.stills.sheet import _shortened, labelled, sheet


def plain(value: float) -> np.ndarray:
    return np.full((40, 60, 3), value, np.float32)


def test_pictures_stand_in_rows_and_are_unchanged() -> None:
    made = sheet([plain(0.1), plain(0.2), plain(0.3)], 2)
    assert made.shape == (2 * 46 + 6, 2 * 66 + 6, 3)
    for value, (y, x) in zip((0.1, 0.2, 0.3), ((6, 6), (6, 72), (52, 6)), strict=True):
        assert np.all(made[y : y + 40, x : x + 60] == np.float32(value))
    assert np.all(made[52:92, 72:132] == 1)


def test_words_stand_beside_the_pictures_never_on_them() -> None:
    pictures = [plain(0.5)] * 4
    made = sheet(pictures, 2, ["a", "b", "a very long caption indeed", ""], ["left", "right"], ["upper", "lower"])
    bare = sheet(pictures, 2)
    assert made.shape[0] > bare.shape[0]
    assert made.shape[1] > bare.shape[1]
    assert int((made == 0.5).all(2).sum()) == 4 * 40 * 60
    assert float((made < 0.4).any(2).mean()) > 0.005  # ink


def test_a_label_is_a_readable_strip_at_the_lower_edge() -> None:
    made = labelled(plain(0.8), "step 5")
    changed = np.abs(made - 0.8).max((1, 2)) > 0.01
    first = int(np.argmax(changed))
    assert first > 20
    assert changed[first:].all()
    assert made.max() > 0.9
    assert np.all(plain(0.8) == np.float32(0.8))


@pytest.mark.parametrize("width", [60, 160, 480])
def test_words_on_a_sheet_are_apart(width: int) -> None:
    """Between two words there is as much room as a letter is narrow, however small the letters are."""
    picture = np.full((width // 2, width, 3), 0.5, np.float32)
    inked = (sheet([picture], 1, titles=["ll ll"])[: -width // 2 - 12] < 0.8).any((0, 2))
    columns = np.flatnonzero(inked)
    gaps = np.diff(columns)
    letter = min(22, max(9, width // 22))
    assert gaps.max() >= 0.4 * letter
    assert gaps.max() >= 2 * np.sort(gaps)[-2] or np.sort(gaps)[-2] <= 2


def test_a_number_never_loses_digits() -> None:
    whole = "step 10 score 11"
    for width in range(20, 200):
        shown = _shortened(whole, 9, width)
        assert shown == whole or shown.endswith("…")
        assert shown.removesuffix("…").split() == whole.split()[: len(shown.removesuffix("…").split())]
