"""The same dream at every size: pictures, films and dives, small and large, agree where both can be seen."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import av
import cv2
import numpy as np
import pytest
import torch

from mariana_video.api.foreseen.effort import _BESIDE, effort_of_film
from mariana_video.dive.film import dive, prepare
from mariana_video.dream.octaves import Octave
from mariana_video.errors import UsageError
from mariana_video.footage.film import dream_picture, film
from mariana_video.footage.plan import make_plan
from mariana_video.loop.detail import due, larger_octaves, round_of
from mariana_video.loop.dreamer import Dreamer
from mariana_video.loop.state import Finished
from mariana_video.meters.sharpness import laplacian_energy
from mariana_video.recipe.camera import Camera, Dive
from mariana_video.recipe.options import recipe
from mariana_video.recipe.values.objective import Objective
from mariana_video.recipe.values.schedule import Schedule
from tests.conftest import as_tensor, instant, small_network, texture

USUAL, SMALL = (96, 64), (48, 32)  # what is dreamed at, and what all are shown at
SIZES = [(48, 32), (192, 128), (288, 192), (576, 384)]
SCENE = texture(384, 704)


def dreamer(**options: object) -> Dreamer:
    """Its motifs are as large as at a shorter side of 64 pixels (conv3 sees 24)."""
    options = {"motif_size": 24 / 64, "seed": 2, **options}
    return Dreamer(small_network(), recipe(**options), Objective("conv3"), torch.device("cpu"), "fp32")


def at(size: tuple[int, int], left: int = 0) -> np.ndarray:
    """A window on the scene, `left` of its pixels along."""
    return np.asarray(cv2.resize(SCENE[:, left : left + 576], size, interpolation=cv2.INTER_AREA), np.float32)


def shown_small(picture: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.resize(picture, SMALL, interpolation=cv2.INTER_AREA))


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1])


def rms(change: np.ndarray) -> float:
    return float(np.sqrt(np.square(change).mean()))


@lru_cache
def pictured(size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    source = at(size)
    return source, dream_picture(dreamer(), source).picture[0].permute(1, 2, 0).numpy()


def clip(path: Path, size: tuple[int, int], frames: int = 12) -> Path:
    """A pan, without loss."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"qp": "0"})
        stream.width, stream.height = size
        stream.pix_fmt = "yuv444p"
        for number in range(frames):
            rgb = np.round(at(size, 12 * number // 2) * 255).astype(np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(rgb, "rgb24")))
        container.mux(stream.encode(None))
    return path


@lru_cache
def usual_film() -> list[tuple[np.ndarray, Finished]]:
    with TemporaryDirectory() as folder:
        return filmed(Path(folder) / "usual.mp4", USUAL)


def filmed(path: Path, size: tuple[int, int], **options: object) -> list[tuple[np.ndarray, Finished]]:
    plan = make_plan(clip(path, size), recipe().span)
    with film(plan, dreamer(**options)) as frames:
        return [(at(size, 12 * number // 2), done) for number, done in enumerate(frames)]


@pytest.mark.parametrize("size", SIZES)
def test_a_picture_dreams_the_same_at_every_size(size: tuple[int, int]) -> None:
    (source, dream), (usual_source, usual) = pictured(size), pictured(USUAL)
    change, expected = shown_small(dream - source), shown_small(usual - usual_source)
    assert correlation(change, expected) > 0.7
    assert rms(change) == pytest.approx(rms(expected), rel=0.15)


def test_on_its_own_pixels_it_would_not() -> None:
    source = at((288, 192))
    own = dream_picture(dreamer(motif_size=24 / 192), source).picture[0].permute(1, 2, 0).numpy()
    usual_source, usual = pictured(USUAL)
    assert correlation(shown_small(own - source), shown_small(usual - usual_source)) < 0.5


@pytest.mark.parametrize("size", SIZES)
def test_a_film_dreams_the_same_at_every_size(tmp_path: Path, size: tuple[int, int]) -> None:
    """Ten frames in; the passes of a frame, in frames, are the fewer the larger it is."""
    source, done = filmed(tmp_path / "one.mp4", size)[10]
    usual_source, usual = usual_film()[10]
    change, expected = shown_small(done.rgb - source), shown_small(usual.rgb - usual_source)
    assert correlation(change, expected) > 0.6
    assert rms(change) == pytest.approx(rms(expected), rel=0.15)


def test_a_large_film_is_sharp_and_does_not_pulse(tmp_path: Path) -> None:
    """As sharp, beside its source, as its enlarged composition is not; frames with a step at full size don't show."""
    made = filmed(tmp_path / "large.mp4", (288, 192))[2:]
    sharp = [laplacian_energy(done.rgb) / laplacian_energy(source) for source, done in made]
    assert np.abs(np.diff(sharp)).max() < 0.1 * np.mean(sharp)
    states = [done.state for _, done in made]
    fine = [float(state.tensors["fine"].square().mean().sqrt()) for state in states]
    assert min(fine) > 0.5 * max(fine) > 0


@pytest.mark.parametrize("size", SIZES)
def test_a_dive_is_the_same_at_every_size(size: tuple[int, int]) -> None:
    pictures = []
    for one in (size, USUAL):
        made = prepare(dreamer(score="energy"), Camera(), Dive(duration=0.44), as_tensor(at(one)), one)
        with dive(made) as frames:
            pictures.append([done.rgb for done in frames])
    mine, usual = (shown_small(found[10]) for found in pictures)
    assert correlation(mine, usual) > 0.6
    assert rms(mine - mine.mean()) == pytest.approx(rms(usual - usual.mean()), rel=0.15)
    if size > USUAL:
        assert np.abs(pictures[0][0] - at(size)).max() < 1e-5  # frame 0 is the source, to its finest detail


@pytest.mark.parametrize("loop", ["source", pytest.param("structure", marks=pytest.mark.long)])
def test_a_large_loop_closes(loop: Literal["source", "structure"]) -> None:
    """The step from the last frame to the first is as the steps beside it, fine detail and all."""
    where, how = Camera(zoom=Schedule("3")), Dive(duration=1.2, rate=10.0, loop=loop)
    made = prepare(dreamer(score="energy"), where, how, as_tensor(at((192, 128))), (192, 128))
    with dive(made) as frames:
        pictures = [done.rgb for done in frames]
    steps = [rms(after - before) for before, after in zip(pictures, [*pictures[1:], pictures[0]], strict=True)]
    assert steps[-1] < 1.25 * max(steps[-2], steps[0])


@pytest.mark.parametrize("size", [(48, 32), (288, 192)])
def test_nothing_is_dreamed_outside_a_mask(tmp_path: Path, size: tuple[int, int]) -> None:
    mask = np.zeros((size[1], size[0]), np.uint8)
    mask[:, size[0] // 2 :] = 255
    cv2.imwrite(str(tmp_path / "mask.png"), mask)
    for source, done in filmed(tmp_path / "one.mp4", size, mask=tmp_path / "mask.png")[:4]:
        outside, inside = (slice(None), slice(0, size[0] // 2)), (slice(None), slice(5 * size[0] // 8, None))
        assert np.abs((done.rgb - source)[outside]).max() < 3 / 255  # what the film's own rounding gives
        assert rms((done.rgb - source)[inside]) > 0.02


def test_no_strength_and_no_steps_give_the_source(tmp_path: Path) -> None:
    for number, options in enumerate(({"strength": 0}, {"steps": 0})):
        for source, done in filmed(tmp_path / f"{number}.mp4", (192, 128), **options)[:4]:
            assert np.abs(done.rgb - source).max() < 3 / 255


def test_motifs_may_grow_along_a_film(tmp_path: Path) -> None:
    """What is dreamed at is one size for the whole film: the largest that any frame asks for."""
    which = dreamer(motif_size="0:(0.3), 11:(0.6)")
    plan = make_plan(clip(tmp_path / "clip.mp4", USUAL), recipe().span)
    with film(plan, which) as frames:
        states = [done.state for done in frames]
    assert {tuple(state.dream.shape[-2:]) for state in states} == {(80, 120)}
    first, last = (which.values(instant(frame)) for frame in (0, 11))
    score = which.score()
    assert which.octaves((80, 120), score, first)[-1].shape == (80, 120)
    assert which.octaves((80, 120), score, last)[-1].shape == (40, 60)


def octaves_of_a_film(height: int) -> tuple[Octave, ...]:
    return larger_octaves((height, height * 16 // 9), (360, 640), 1.5)


@pytest.mark.parametrize("size", [(48, 32), (288, 192)])
def test_what_a_film_takes_is_foretold(tmp_path: Path, size: tuple[int, int]) -> None:
    """In passes of a frame, and a little more for each step."""
    plan = make_plan(clip(tmp_path / "clip.mp4", size), recipe().span)
    with film(plan, dreamer()) as frames:
        found = [done.rendered.passes for done in frames]
    foretold = effort_of_film(plan, dreamer()).frames
    for weight, passed in zip(foretold, found, strict=True):
        steps = (weight - passed) / _BESIDE
        assert steps == pytest.approx(round(steps), abs=1e-6)
        assert round(steps) >= 1


def test_a_film_continued_at_another_size_is_refused(tmp_path: Path) -> None:
    plan = make_plan(clip(tmp_path / "clip.mp4", USUAL), recipe().span)
    with film(plan, dreamer()) as frames:
        state = next(frames).state
    with pytest.raises(UsageError, match="another size"), film(plan, dreamer(motif_size=0.2), state, 1):
        pass


def test_layers_that_see_otherwise_are_dreamed_on_one_size() -> None:
    """Motifs of one size take a larger picture where a layer sees more of it: the film's is the largest."""
    network = small_network()
    which = Dreamer(
        network,
        recipe(motif_size=0.25),
        Objective("0:(conv1), 10:(conv1), 11:(conv3)"),
        torch.device("cpu"),
        "fp32",
    )
    assert which.shape((64, 96), [instant(frame) for frame in range(5)]) == (round(6 / 0.25), round(6 / 0.25 * 1.5))
    assert which.shape((64, 96), [instant(frame) for frame in range(20)]) == (96, 144)


@pytest.mark.parametrize(("height", "count"), [(360, 0), (380, 0), (180, 0), (540, 1), (720, 2), (1080, 3), (2160, 4)])
def test_larger_octaves_lead_to_the_full_size(height: int, count: int) -> None:
    octaves = octaves_of_a_film(height)
    assert len(octaves) == count
    assert not octaves or (octaves[-1].scale == 1 and octaves[-1].shape[0] == height)
    assert all(360 < octave.shape[0] <= height for octave in octaves)


@pytest.mark.parametrize(("height", "most"), [(1080, 0.35), (2160, 0.2)])
def test_large_films_are_cheap(height: int, most: float) -> None:
    """Passes of the full size that a dream frame has on average: of the larger octaves and of the composition."""
    octaves, dreamed = octaves_of_a_film(height), (360, 640)
    dream_frames = round_of(octaves, dreamed)
    each = [sum(octave.scale**2 for octave in due(octaves, dreamed, number)) for number in range(10 * dream_frames)]
    composition = 0.77 * (360 / height) ** 2  # measured: 19.2 passes of 25 dream frames
    assert np.mean(each) + composition < most
    assert all(octave in {one for n in range(dream_frames) for one in due(octaves, dreamed, n)} for octave in octaves)
