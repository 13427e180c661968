"""A guide beside a film: its times matched, not its counts; and a kaleidoscope's frames."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch

from mariana_video.dream.arrays import to_tensor
from mariana_video.errors import UsageError
from mariana_video.footage.kaleidoscope import folded_frame
from mariana_video.loop.beside import Guide, read_beside
from mariana_video.loop.state import Values
from mariana_video.media.clip import Frame
from mariana_video.media.colour import grey_of
from mariana_video.media.read import alongside
from mariana_video.media.stills.pictures import write_picture
from tests.conftest import texture
from tests.loop.moments import dreamer


def greys(path: Path, rate: int) -> Path:
    """A film of one second: each frame is as light as its time."""
    import av

    with av.open(str(path), "w") as out:
        stream = out.add_stream("ffv1", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 48, 32, "bgr0"
        for index in range(rate):
            picture = np.full((32, 48, 3), round(200 * index / rate), np.uint8)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="bgr0")))
        out.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("rate", [10, 25])
def test_a_films_times_are_matched_whatever_its_rate(tmp_path: Path, rate: int) -> None:
    """Forwards, backwards and past its end, where the last picture stays."""
    guide = Guide(greys(tmp_path / "guide.mkv", rate))
    for seconds in (0, 0.2, 0.8, 0.4, 0.0):
        shown = float(guide.at(Fraction(seconds).limit_denominator(100), (32, 48)).mean()) * 255
        assert shown == pytest.approx(200 * seconds, abs=2)
    last = 200 * (rate - 1) / rate
    assert float(guide.at(Fraction(5), (32, 48)).mean()) * 255 == pytest.approx(last, abs=2)


def test_a_picture_is_the_same_at_any_time_and_as_large_as_asked(tmp_path: Path) -> None:
    write_picture(tmp_path / "guide.png", texture(60, 90))
    guide = Guide(tmp_path / "guide.png")
    assert guide.at(Fraction(0), (30, 40)).shape == (1, 3, 30, 45)
    assert torch.equal(guide.at(Fraction(0), (60, 90)), guide.at(Fraction(9), (60, 90)))
    assert torch.equal(guide.at(Fraction(0), (60, 90)), read_beside(tmp_path / "guide.png", "palette"))


def test_what_can_not_be_read_is_told_with_its_option(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("no picture")
    for make in (Guide, lambda path: read_beside(path, "guide")):
        with pytest.raises(UsageError, match=r"--guide: .*note\.txt"):
            make(tmp_path / "note.txt")


def test_a_frame_is_folded_with_all_that_belongs_to_it() -> None:
    rgb = texture(40, 60)
    frame = Frame(rgb, grey_of(rgb), Fraction(0), alpha=rgb[..., 0])

    def values(**options: object) -> Values:
        return dreamer(**options).values()

    made = folded_frame(frame, values(symmetry=1))
    assert made.alpha is not None
    for part in (made.rgb, made.grey, made.alpha):
        np.testing.assert_array_equal(part, part[:, ::-1])
    assert to_tensor(made.rgb).shape == (1, 3, 40, 60)
    assert folded_frame(frame, values()) is frame
    shown = folded_frame(frame, values(symmetry=1, symmetry_in="end"))
    assert shown.rgb is frame.rgb
    np.testing.assert_array_equal(shown.alpha, made.alpha)


def test_a_guide_of_any_shape_is_no_larger_than_suits_the_picture(tmp_path: Path) -> None:
    write_picture(tmp_path / "long.png", texture(4, 400))
    shape = Guide(tmp_path / "long.png").at(Fraction(0), (90, 160)).shape
    assert shape[-2] * shape[-1] < 1.6 * 90 * 160


def test_a_film_that_can_not_be_read_to_its_end_stays_at_its_last_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its times say that there are more pictures than come."""
    path = greys(tmp_path / "guide.mkv", 10)
    whole = alongside.read
    monkeypatch.setattr(alongside, "read", lambda clip, start: islice(whole(clip, start=start), 4))
    film = alongside.Alongside(path)
    assert len(film.times) == 10
    assert float(film.at(Fraction(9, 10))[1].rgb.mean()) * 255 == pytest.approx(60, abs=2)
