"""Every figure on clips where the right value is known by construction."""

from __future__ import annotations

import numpy as np
import pytest

from mariana_video.errors import UsageError
from mariana_video.judging.coherence import Coherence
from mariana_video.judging.judge import Judgement
from tests.judging.scenes import HEIGHT, STRENGTH, WIDTH, anew, figures, hallucination, known, pan

PAN = (2, 1)


def test_a_dream_that_rides_perfectly_has_incoherence_0():
    found = figures(pan(25), hallucination(25), known(PAN))
    assert found.incoherence == pytest.approx(0, abs=1e-5)
    assert found.incoherence_moving == pytest.approx(0, abs=1e-5)
    assert found.incoherence_10 == pytest.approx(0, abs=1e-5)


def test_a_new_dream_in_every_frame_has_incoherence_1():
    found = figures(pan(25), anew(25), known(PAN))
    assert found.incoherence == pytest.approx(1, abs=0.02)
    assert found.incoherence_10 == pytest.approx(1, abs=0.03)


def test_a_dream_that_is_half_new_has_the_share_that_is_new():
    """The correlation of √(1−a)·carried + √a·new with the one before is 1 − a: only what is carried is shared."""
    steady, fresh = hallucination(20), anew(20)
    mixed = [0.8**0.5 * one + 0.2**0.5 * other for one, other in zip(steady, fresh, strict=True)]
    assert figures(pan(20), mixed, known(PAN)).incoherence == pytest.approx(0.2, abs=0.02)


def test_what_stays_on_the_screen_while_the_picture_moves_is_incoherent():
    stuck = [anew(1)[0]] * 10
    assert figures(pan(10), stuck, known(PAN)).incoherence == pytest.approx(1, abs=0.03)


def test_a_colour_cast_alone_is_no_incoherence_and_no_likeness():
    """The mean of each channel is taken out."""
    cast = np.array([0.3, -0.2, 0.1], np.float32)
    tinted = [change + cast * (number % 2) for number, change in enumerate(hallucination(10))]
    assert figures(pan(10), tinted, known(PAN)).incoherence == pytest.approx(0, abs=1e-4)
    new = [change + cast for change in anew(10)]
    assert figures(pan(10), new, known(PAN)).incoherence == pytest.approx(1, abs=0.03)


def test_moving_pixels_are_counted_by_themselves():
    """Two thirds stand with a steady dream, one third moves under a new one."""
    rows = slice(40, 60)
    steady = [anew(1)[0].copy() for _ in range(12)]
    for change, fresh in zip(steady, anew(12, seed=5), strict=True):
        change[rows] = fresh[rows]
    found = figures([pan(1)[0]] * 12, steady, known((3, 0), rows))
    assert found.incoherence_moving == pytest.approx(1, abs=0.04)
    assert found.incoherence == pytest.approx(1 / 3, abs=0.05)


def test_over_20_frames_only_what_was_added_since_counts():
    """A dream of which 5 % is exchanged in each frame keeps 0.95^20 of itself."""
    rng = np.random.default_rng(3)
    changes = anew(1)
    for _ in range(60):
        fresh = STRENGTH * rng.standard_normal((HEIGHT, WIDTH, 3)).astype(np.float32)
        keep = np.float32(0.95)
        changes.append(keep * changes[-1] + np.float32((1 - 0.95**2) ** 0.5) * fresh)
    found = figures([pan(1)[0]] * 61, changes, known((0, 0)))
    assert found.incoherence == pytest.approx(0.05, abs=0.005)
    assert found.incoherence_10 == pytest.approx(1 - 0.95**10, abs=0.03)
    assert found.alive.incoherence_20 == pytest.approx(1 - 0.95**20, abs=0.04)


def test_a_frozen_fading_dream_is_not_alive():
    fading = [change * np.float32(0.97**number) for number, change in enumerate(hallucination(60, (0, 0)))]
    scores = [(1 + 40 * 0.9**number, 2.0) for number in range(60)]
    found = figures([pan(1)[0]] * 60, fading, known((0, 0)), scores)
    assert found.incoherence == pytest.approx(0, abs=1e-4)
    assert found.alive.incoherence_20 == pytest.approx(0, abs=1e-4)
    young, late = np.arange(1, 10), np.arange(54, 60)
    assert found.alive.rms == pytest.approx((0.97**late).mean() / (0.97**young).mean(), rel=1e-3)
    assert found.alive.gain == pytest.approx((1 + 40 * 0.9**late).mean() / (1 + 40 * 0.9**young).mean(), rel=1e-3)
    assert found.gain == pytest.approx(np.mean(scores, 0)[0] / 2)


def test_a_dream_as_strong_at_the_end_as_at_the_beginning_is_1():
    found = figures([pan(1)[0]] * 30, anew(30), known((0, 0)), [(30.0, 1.0)] * 30)
    assert found.alive.rms == pytest.approx(1, abs=0.02)
    assert found.alive.gain == pytest.approx(1)


def test_a_short_clip_has_no_end_to_compare():
    alive = figures(pan(12), hallucination(12), known(PAN), [(2.0, 1.0)] * 12).alive
    assert (alive.gain, alive.rms, alive.incoherence_20) == (None, None, None)


def uncovering(share: slice | tuple[int, slice]) -> Judgement:
    base = known((0, 0))
    uncovered = np.zeros((HEIGHT, WIDTH), bool)
    uncovered[share] = True
    return Judgement(base.flow, base.judged & ~uncovered, base.moving, base.still, uncovered, base.new)


def test_a_dream_left_behind_is_a_ghost_and_a_new_one_is_none():
    left, fresh = [anew(1)[0]] * 6, anew(6, seed=9)
    judgement = uncovering(slice(0, 10))
    assert figures([pan(1)[0]] * 6, left, judgement).ghost == pytest.approx(1)
    assert figures([pan(1)[0]] * 6, fresh, judgement).ghost == pytest.approx(0, abs=0.05)


def test_only_what_is_left_behind_on_uncovered_ground_is_a_ghost():
    """Everything is new in every frame but for the uncovered strip, where the dream before stands, motion or not."""
    base, rows = known((3, 0)), slice(0, 10)
    uncovered = np.zeros((HEIGHT, WIDTH), bool)
    uncovered[rows] = True
    judgement = Judgement(base.flow, base.judged & ~uncovered, base.moving, base.still, uncovered, base.new)
    changes = anew(6, seed=9)
    for change in changes:
        change[rows] = changes[0][rows]
    found = figures(pan(6), changes, judgement)
    assert found.ghost == pytest.approx(1)
    assert found.incoherence == pytest.approx(1, abs=0.03)


def test_where_nothing_is_uncovered_there_is_no_ghost_to_speak_of():
    assert figures(pan(4), hallucination(4), known(PAN)).ghost is None
    few = uncovering(np.s_[0, 0:30])
    assert figures([pan(1)[0]] * 4, anew(4), few).ghost is None  # 90 pixels
    assert figures([pan(1)[0]] * 5, anew(5), few).ghost is not None


def test_warping_error_is_the_mean_square_of_what_changed():
    still = [pan(1)[0]] * 4
    steps = [np.full_like(still[0], 0.1 * (number % 2)) for number in range(4)]
    found = figures(still, steps, known((0, 0)))
    assert found.e_warp == pytest.approx(0.01, rel=1e-4)
    assert found.e_warp_source == pytest.approx(0, abs=1e-9)


def test_stillness_is_the_noise_of_a_picture_that_stands():
    rng = np.random.default_rng(0)
    noisy = [0.5 + 0.02 * rng.standard_normal((HEIGHT, WIDTH, 3)).astype(np.float32) for _ in range(12)]
    more = [0.03 * rng.standard_normal((HEIGHT, WIDTH, 3)).astype(np.float32) for _ in range(12)]
    found = figures(noisy, more, known((0, 0)))
    assert found.stillness_source == pytest.approx(0.02, rel=0.02)
    assert found.stillness == pytest.approx((0.02**2 + 0.03**2) ** 0.5, rel=0.02)
    assert figures(pan(4), hallucination(4), known(PAN)).stillness is None


def test_sharpness_that_is_lost_shows():
    source = pan(1)[0]
    changes = [hallucination(1)[0]] * 20
    assert figures([source] * 20, changes, known((0, 0))).sharpness == pytest.approx(1)
    half = [*changes[:10], *[(change + source) * np.float32(0.5) - source for change in changes[10:]]]
    assert figures([source] * 20, half, known((0, 0))).sharpness == pytest.approx(0.25, rel=1e-3)


def test_drift_is_told_by_colour_in_steps_of_8_bits():
    ramp = [np.tile(np.float32([number, 0, -2 * number]) / 255, (HEIGHT, WIDTH, 1)) for number in range(40)]
    found = figures([np.full((HEIGHT, WIDTH, 3), 0.5, np.float32)] * 40, ramp, known((0, 0)))
    # frames 37 to 40 (mean 37.5, counted from 0) less frames 5 to 8 (mean 5.5)
    assert found.drift == pytest.approx((32, 0, -64), abs=1e-2)


def test_flicker_of_the_dream_is_counted():
    source = np.full((HEIGHT, WIDTH, 3), 0.5, np.float32)
    coherence = Coherence()
    for number in range(90):
        dream = np.full_like(source, float(number // 3 % 2))
        coherence.add(source, dream, number / 60, known((0, 0)) if number else None)
    assert coherence.figures().flashes == 10
    assert not coherence.worst.safe


def test_no_verdict_where_less_than_half_could_be_judged():
    """Half of the picture moves, and of that half only a fifth could be judged."""
    rows = slice(0, 30)
    base = known((1.5, 0), rows)
    judged = base.judged.copy()
    judged[6:30] = False
    judgement = Judgement(base.flow, judged, base.moving, base.still & judged, base.uncovered, base.new)
    found = figures(pan(5), anew(5), judgement)
    assert found.judged == pytest.approx(0.6, abs=0.02)
    assert found.judged_moving == pytest.approx(0.2, abs=0.02)
    assert found.certain().incoherence is not None
    assert found.incoherence_moving is not None
    assert found.certain().incoherence_moving is None


def test_a_dream_that_is_its_source_has_no_incoherence_to_speak_of():
    nothing = [np.zeros((HEIGHT, WIDTH, 3), np.float32)] * 4
    found = figures(pan(4), nothing, known(PAN))
    assert found.incoherence is None
    assert found.rms == 0


def test_a_dream_in_every_other_frame_flickers():
    changes = [change * np.float32(number % 2) for number, change in enumerate(hallucination(8))]
    assert figures(pan(8), changes, known(PAN)).incoherence == pytest.approx(1)


def test_after_a_cut_nothing_is_compared_with_what_was_before():
    coherence = Coherence()
    sources, changes = pan(30), anew(30)
    for number in range(30):
        judgement = None if number % 8 == 0 else known(PAN)
        coherence.add(sources[number], sources[number] + changes[number], number / 25, judgement)
    assert coherence.figures().incoherence_10 is None
    assert np.isnan(coherence.rows[8].same)
    assert not np.isnan(coherence.rows[9].same)


def test_everything_is_plain_for_json():
    import json

    coherence = Coherence()
    for number, (source, change) in enumerate(zip(pan(3), anew(3), strict=True)):
        coherence.add(source, source + change, number / 25, known(PAN) if number else None)
    told = json.loads(json.dumps(coherence.to_dict(), allow_nan=False))
    assert told["per_frame"]["same"][0] is None
    assert {"gain", "incoherence", "incoherence_10", "incoherence_moving", "alive", "ghost", "e_warp"} <= told.keys()
    assert {"e_warp_source", "stillness", "sharpness", "drift", "flashes", "judged", "judged_moving"} <= told.keys()


def test_memory_does_not_grow_with_length():
    coherence = Coherence()
    source, change = pan(1)[0], anew(1)[0]
    for number in range(50):
        coherence.add(source, source + change, number / 25, known((0, 0)) if number else None)
    assert len(coherence._past) == len(coherence._motion) == 20


def test_pictures_of_two_sizes_are_refused():
    with pytest.raises(UsageError, match="shape"):
        Coherence().add(np.zeros((4, 4, 3), np.float32), np.zeros((4, 5, 3), np.float32), 0.0, None)
