"""People whom flashing pictures hurt are warned, whatever kind of film was made."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mariana_video.api.video import video
from mariana_video.job.flash_warning import warn_of_flashes, worst_second
from tests.media.clips import make
from tests.media.write.passing import open_writer


def flickering(path: str, each: int, rate: int = 20) -> str:
    """Two seconds, black and white by turns, `each` frames each."""
    with open_writer(path, None, size=(64, 48), rate=Fraction(rate)) as writer:
        for number in range(2 * rate):
            picture = np.full((48, 64, 3), float(number // each % 2), np.float32)
            writer.write(picture, Fraction(number, rate), None, None)
    return path


@pytest.mark.parametrize("ending", [".mp4", ".gif", ".webp", "/"])
def test_ten_flashes_a_second_are_told_of(tmp_path: Path, ending: str) -> None:
    told: list[str] = []
    warn_of_flashes(Path(flickering(f"{tmp_path}/film{ending}", 1)), Fraction(20), told.append)
    assert [note.split(" in ")[0] for note in told] == ["warning: 10 flashes"]


def test_a_calm_film_is_not(tmp_path: Path) -> None:
    told: list[str] = []
    calm = Path(flickering(f"{tmp_path}/film.mp4", 8))
    warn_of_flashes(calm, Fraction(20), told.append)
    assert not told
    assert 0 < worst_second(calm, Fraction(20)).flashes <= 3


def test_a_render_ends_with_the_warning(tmp_path: Path) -> None:
    told: list[str] = []
    source = flickering(f"{tmp_path}/source.mp4", 1)
    video(source, f"{tmp_path}/dream.mp4", steps=0).run(on_note=told.append)
    assert sum("flashes" in note for note in told) == 1
    video(make(tmp_path / "calm.mp4"), f"{tmp_path}/calm-dream.mp4", steps=0).run(on_note=told.append)
    assert sum("flashes" in note for note in told) == 1
