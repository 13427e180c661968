"""What is done to a picture on disk, part by part, gives the bits of the whole."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from mariana_video.dream import size, tiled
from mariana_video.dream.ascent import Pace, ascend, shifted_gradient
from mariana_video.dream.bands import levelled
from mariana_video.dream.large import gradient, resizing, rules, sheet
from mariana_video.dream.large.ascent import Large
from mariana_video.dream.large.sheet import ALL, Disk, Sheet, bands, by_rows
from mariana_video.dream.objectives.kind import Beside
from mariana_video.dream.octaves import Octave
from mariana_video.dream.others import Others
from mariana_video.dream.plain.measure import mean_size, rms, rms_of
from mariana_video.dream.plain.resample import resize
from mariana_video.dream.rules import Length, moved
from mariana_video.dream.score import Score
from mariana_video.dream.tiled import whole_of
from mariana_video.networks.tiles import Window
from tests.conftest import as_tensor, score_by, small_network, texture

SHAPE = 211, 283
PICTURE = as_tensor(texture(*SHAPE))
SLOPE = torch.randn(1, 3, *SHAPE, generator=torch.Generator().manual_seed(3)) * PICTURE
GAIN = (as_tensor(texture(*SHAPE, seed=4))[:, :1] - 0.3).clamp(0, 1)
LESS = 7000  # values of a part: the picture is cut into four bands, and a strip is 64 pixels wide


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Disk:
    monkeypatch.setattr(sheet, "AT_ONCE", LESS)
    assert len(list(bands(PICTURE.shape))) == 4
    assert len(list(sheet.strips(*SHAPE))) == 5
    return Disk(tmp_path)


def laid(picture: Tensor, disk: Disk) -> Sheet:
    made = disk.sheet(picture.shape)
    made[ALL, ALL, ALL, ALL] = picture
    return made


WINDOWS: list[Window] = [
    (ALL, ALL, ALL, ALL),
    (ALL, ALL, slice(5, 70), ALL),
    (ALL, slice(1, 2), ALL, slice(64, 128)),
    (ALL, ALL, slice(200, 211), slice(0, 3)),
]


@pytest.mark.parametrize("window", WINDOWS)
def test_a_part_is_what_was_written_there(disk: Disk, window: Window) -> None:
    made, expected = laid(PICTURE, disk), PICTURE.clone()
    assert torch.equal(made[window], expected[window])
    expected[window] = 0.5 - expected[window]
    made[window] = expected[window]
    assert torch.equal(whole_of(made), expected)


def test_nothing_of_it_has_a_name(disk: Disk) -> None:
    """So nothing stays, however the process ends."""
    made = laid(PICTURE, disk)
    assert list(disk.folder.iterdir()) == []
    assert made.size == PICTURE.numel()


@pytest.mark.parametrize("shape", [(40, 53), (106, 142), (422, 566), (211, 190), (150, 283), (300, 400)])
@pytest.mark.parametrize("cubic", [False, True])
def test_it_is_resized_as_the_whole(disk: Disk, shape: tuple[int, int], cubic: bool) -> None:
    expected = size.laid_on(PICTURE, shape) if cubic else resize(PICTURE, shape)
    for picture in (laid(PICTURE, disk), PICTURE):
        assert torch.equal(whole_of(resizing.resized(picture, shape, disk, cubic=cubic)), expected)


def test_what_is_finer_is_so(disk: Disk) -> None:
    assert torch.equal(whole_of(resizing.finer(laid(SLOPE, disk), (50, 67), disk)), size.finer(SLOPE, (50, 67)))


def test_its_values_are_as_large() -> None:
    """However many are read at a time."""
    flat = torch.randn(1_700_001, generator=torch.Generator().manual_seed(1))
    assert rms_of(flat.numel(), lambda first, last: flat.numpy()[first:last]) == rms(flat)


def test_a_gradient_is_levelled_as_the_whole(disk: Disk) -> None:
    for weights in [(0.7, 1.0, 1.0), (1.0,), (1.0, 0.0, 0.5, 2.0)]:
        assert torch.equal(whole_of(rules.levelled(laid(SLOPE, disk), weights, disk)), levelled(SLOPE, weights))


@pytest.mark.parametrize("scale", [1.0, 0.3])
def test_a_step_is_as_long(disk: Disk, scale: float) -> None:
    length = Length(0.02, GAIN, scale)
    made = rules.moved(laid(PICTURE, disk), laid(SLOPE, disk), length, laid(GAIN, disk), disk)
    assert torch.equal(whole_of(made), moved(PICTURE, SLOPE.clone(), length))
    flat = laid(torch.zeros_like(SLOPE), disk)
    assert torch.equal(whole_of(rules.moved(laid(PICTURE, disk), flat, length, laid(GAIN, disk), disk)), PICTURE)


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small pictures are cut up as large ones are."""
    monkeypatch.setattr(tiled, "_WHOLE", 20_000)


def score(text: str) -> Score:
    return score_by(small_network(), text)


@pytest.mark.usefixtures("cut")
@pytest.mark.parametrize("text", ["conv3", "conv3 + 0.5*keep(conv2)", "conv3[3 strongest]"])
@pytest.mark.parametrize("shift", [(3, 5), (0, 8)])
def test_a_gradient_is_that_of_the_whole(disk: Disk, text: str, shift: tuple[int, int]) -> None:
    others: dict[Beside, Tensor] = {"source": as_tensor(texture(*SHAPE, seed=2))}
    expected = shifted_gradient(score(text), PICTURE, shift, 8, others)
    found = gradient.large_gradient(score(text), laid(PICTURE, disk), shift, 8, others, disk)
    assert found.score == expected.score
    assert torch.equal(whole_of(found.gradient), expected.gradient)
    assert (found.left is None) == (expected.left is None)


def test_so_is_that_of_a_picture_that_goes_through_in_one(disk: Disk) -> None:
    expected = shifted_gradient(score("conv3"), PICTURE, (1, 2), 8)
    assert torch.equal(
        whole_of(gradient.large_gradient(score("conv3"), laid(PICTURE, disk), (1, 2), 8, {}, disk).gradient),
        expected.gradient,
    )


@pytest.mark.usefixtures("cut")
@pytest.mark.parametrize("octave", [Octave((141, 189), 0.667), Octave(SHAPE, 1.0)])
def test_an_ascent_is_that_of_the_whole(disk: Disk, octave: Octave) -> None:
    pace, source = Pace(2, 0.3, 16, GAIN, others=Others(PICTURE)), laid(PICTURE, disk)
    *_, last = ascend(PICTURE, score("conv3"), (octave,), pace, (7, 0))
    told = list[tuple[int, float, int]]()
    large = Large(disk, score("conv3"), laid(GAIN, disk), source)
    made = large.ascended(source, octave, pace, (7, 0), lambda *step: told.append(step))
    assert torch.equal(whole_of(made), last.picture)
    assert torch.equal(whole_of(source), PICTURE)
    assert told[-1] == (2, last.score, last.pushed)


def test_bands_leave_no_row_out() -> None:
    for shape in [(1, 3, 10_000, 16_000), (1, 1, 65, 70), (3, 1, 1)]:
        rows = [row for part in bands(shape) for row in range(part.start, part.stop)]
        assert rows == list(range(shape[-2]))


def test_rows_may_be_written_where_they_were_read(disk: Disk) -> None:
    made = laid(PICTURE, disk)
    by_rows(made, torch.sub, made, laid(SLOPE, disk))
    assert torch.equal(whole_of(made), PICTURE - SLOPE)


def test_mean_sizes_are_those_of_the_whole(disk: Disk) -> None:
    assert rules.mean_size(laid(SLOPE, disk)) == mean_size(SLOPE)
