"""Tiles cover a picture once, and their gradients are the picture's own."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from mariana_video.dream import tiled
from mariana_video.dream.ascent import pushed_through, shifted_gradient
from mariana_video.dream.objectives.kind import Measure
from mariana_video.dream.room import Room
from mariana_video.dream.tiled import Slope, tiles_for
from mariana_video.networks import pieces
from mariana_video.networks.tiles import tiles_of
from mariana_video.networks.weights import load
from tests.conftest import as_tensor, score_by, small_network, texture

PICTURE = as_tensor(texture(200, 280))
SMALL = 20_000  # pixels at once: several tiles of it
BOUND = 1e-4  # of a gradient's mean size


@pytest.mark.parametrize("shape", [(64, 96), (512, 512), (1088, 1928), (2168, 3848), (72, 4000)])
@pytest.mark.parametrize("largest", [1_200_000, 60_000])
def test_their_cores_cover_every_pixel_once(shape: tuple[int, int], largest: int) -> None:
    covered = np.zeros(shape, int)
    tiles = tiles_of(shape, 8, 24, largest)
    for tile in tiles:
        upper, lower, before, after = tile.core
        covered[upper:lower, before:after] += 1
        assert 0 <= tile.top <= upper < lower <= tile.bottom <= shape[0]
        assert 0 <= tile.left <= before < after <= tile.right <= shape[1]
    assert (covered == 1).all()
    assert len({(tile.bottom - tile.top, tile.right - tile.left) for tile in tiles}) == 1
    assert all(tile.pixels <= largest for tile in tiles)


def test_a_small_picture_is_one() -> None:
    (tile,) = tiles_of((360, 640), 8, 92, 1_200_000)
    assert (tile.top, tile.bottom, tile.left, tile.right) == (0, 360, 0, 640)


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small pictures are cut up as large ones are."""
    monkeypatch.setattr(tiled, "_WHOLE", SMALL)


def cut_into(pixels: int) -> Room:
    """Tiles of so many at the most, whose shallow stages run piece by piece."""
    return Room(1000, pixels, tight=True)


def found(text: str, measure: Measure, at_once: int) -> Slope:
    score = replace(score_by(small_network(), text, measure), room=cut_into(at_once))
    return shifted_gradient(score, PICTURE, (3, 5), 8, {"source": as_tensor(texture(200, 280, seed=2))})


LAWS = [
    ("conv3", "share"),
    ("conv2 - 0.5*conv3", "share"),
    ("conv3[1, 4, 7]", "share"),
    ("conv3[5]", "share"),
    ("conv3[3 strongest]", "share"),
    ("conv3 + 0.5*keep(conv2)", "share"),
    ("conv3", "energy"),
    ("conv3[1, 4, 7] + conv2", "energy"),
]


@pytest.mark.parametrize(("text", "measure"), LAWS)
def test_a_gradient_by_tiles_is_the_gradient(monkeypatch: pytest.MonkeyPatch, text: str, measure: Measure) -> None:
    """Nowhere is it off by more than some last digits of float32."""
    whole = found(text, measure, SMALL)
    monkeypatch.setattr(tiled, "_WHOLE", SMALL)
    assert len(tiles_for(replace(score_by(small_network(), text, measure), room=cut_into(SMALL)), (208, 288))) > 3
    parted = found(text, measure, SMALL)
    size = float(whole.gradient.abs().mean())
    assert float((whole.gradient - parted.gradient).abs().max()) < BOUND * size
    if "keep" not in text and measure == "share" and text != "conv3[5]":
        assert parted.score == pytest.approx(whole.score, rel=1e-5)
    assert parted.score == pytest.approx(whole.score, rel=0.25)


@pytest.mark.usefixtures("cut")
@pytest.mark.parametrize("threads", [1, 2])
def test_no_bit_of_a_share_hangs_on_how_it_is_cut_up(threads: int) -> None:
    network = load("mariana").to("cpu", torch.float32, torch.channels_last)
    gradients, before = [], torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        for room, number in (
            (Room(1 << 30, 1 << 30), 1),
            (cut_into(1 << 30), 1),
            (cut_into(250_000), 2),
            (cut_into(165_000), 4),
        ):
            score = replace(score_by(network, "conv4_3"), room=room)
            assert len(tiles_for(score, (512, 712))) == number
            gradients.append(shifted_gradient(score, as_tensor(texture(504, 704)), (3, 5), 8).gradient)
    finally:
        torch.set_num_threads(before)
    assert all(torch.equal(gradients[0], other) for other in gradients[1:])


@pytest.mark.usefixtures("cut")
def test_no_seam_shows() -> None:
    """At the border between two tiles the gradient steps no more than elsewhere."""
    score = replace(score_by(small_network(), "conv3", "share"), room=cut_into(SMALL))
    picture = as_tensor(texture(96, 400))
    gradient = shifted_gradient(score, picture, (0, 0), 0).gradient
    borders = sorted({tile.core[3] for tile in tiles_for(score, (96, 400))})[:-1]
    steps = (gradient[..., 1:] - gradient[..., :-1]).abs().mean((0, 1, 2))
    at_borders = steps[[border - 1 for border in borders]]
    assert float(at_borders.mean()) < 1.5 * float(steps.mean())


@pytest.mark.usefixtures("cut")
def test_what_goes_through_the_network_is_counted() -> None:
    """Shares need a first look at every tile, which costs a third; overlaps come on top."""
    looked, once = (
        pushed_through(replace(score_by(small_network(), "conv3", measure), room=cut_into(SMALL)), (200, 280), 8)
        for measure in ("share", "energy")
    )
    assert 1.2 * once < looked < 1.34 * once
    assert 208 * 288 < once < 3 * 208 * 288


@pytest.mark.usefixtures("cut")
def test_a_mean_activation_is_followed_in_one_piece() -> None:
    score = replace(score_by(small_network(), "conv3", "mean"), room=cut_into(SMALL))
    assert len(tiles_for(score, (208, 288))) == 1
    assert torch.is_tensor(shifted_gradient(score, torch.rand(1, 3, 64, 64), (0, 0), 0).gradient)


@pytest.mark.usefixtures("cut")
def test_a_network_off_the_grid_has_tiles_of_one_size() -> None:
    """Without padding, a layer has no position for each stride: its tiles are pictures of their own."""
    network = small_network()
    for stage in network.body:
        if isinstance(stage, torch.nn.Sequential):
            convolution = stage[0]
            assert isinstance(convolution, torch.nn.Conv2d)
            convolution.padding = (0, 0)
    score = replace(score_by(network, "conv3", "share"), room=cut_into(SMALL))
    assert not score.aligned
    assert tiles_for(score, (208, 288)) == tiles_for(replace(score, room=cut_into(2 * SMALL)), (208, 288))


@pytest.mark.parametrize("threads", [1, 2])
def test_shallow_stages_in_pieces_give_the_same_bits(monkeypatch: pytest.MonkeyPatch, threads: int) -> None:
    network = load("mariana").to("cpu", torch.float32, torch.channels_last)
    picture, before = as_tensor(texture(176, 208)), torch.get_num_threads()
    monkeypatch.setattr(pieces, "AT_ONCE", 12_000)
    results = []
    torch.set_num_threads(threads)
    try:
        for room in (Room(1 << 30), Room(1000)):
            score = replace(score_by(network, "conv4_3"), room=room)
            results.append(shifted_gradient(score, picture, (3, 5), 8))
    finally:
        torch.set_num_threads(before)
    assert torch.equal(results[0].gradient, results[1].gradient)
    assert results[0].score == results[1].score


def test_no_layer_that_is_wanted_is_passed_over() -> None:
    network = load("mariana").to("cpu", torch.float32, torch.channels_last)
    stages = tuple(network.body.named_children())
    assert [len(pieces.parts_of(stages, network.layers, {one})) for one in ("conv1_2", "conv3_1", "conv4_3")] == [
        0,
        1,
        2,
    ]
    picture = torch.rand(1, 3, 64, 64).contiguous(memory_format=torch.channels_last)
    for name in network.layers:
        (whole,) = network.responses(picture, [name])
        x, left = pieces.begun(network._prepared(picture), stages, network.layers, {name})
        for own, stage in left:
            x = stage(x)
            if own == name:
                break
        assert torch.equal(x, whole)
