"""The figures as lines for a person to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mariana_video.judging.figures import HALF, SHARES, Figures
from mariana_video.meters.flashes import SAFE, Worst

_WIDE = 20


def report(figures: Figures, worst: Worst, variety: str, judges: Sequence[str]) -> Iterator[str]:
    """One line a figure, its meaning behind it; then who judged, and a warning where a film flashes too often."""
    yield _line("gain", _number(figures.gain), "the network's score of the dream over that of the source")
    yield _line("variety", variety, "directions in which what is seen in it varies (and in the source)")
    yield _line("incoherence", _judged(figures, "incoherence"), "0 rides with the picture, 1 is new in every frame")
    yield _line("incoherence_moving", _judged(figures, "incoherence_moving"), "the same where it moves over 1 px")
    yield _line("incoherence_10", _judged(figures, "incoherence_10"), "the same over 10 frames")
    yield from _alive(figures)
    yield _line("ghost", _number(figures.ghost), "left behind by what moves over 4 px: 0 is none, 1 a whole one")
    yield _line("e_warp", _beside(figures.e_warp, figures.e_warp_source, figures.judged), "warping error")
    still = _beside(figures.stillness, figures.stillness_source, 1.0)
    yield _line("stillness", still, "noise where nothing moves")
    yield _line("sharpness", _number(figures.sharpness), "at the end over the beginning: 1 keeps it")
    yield _line(
        "specks", _number(figures.specks), "finest colours in the worst frame over the first: up to 1.2 is clean"
    )
    after = "" if figures.newcomers_after is None else f"; three quarters by frame {figures.newcomers_after}"
    yield _line("newcomers", _number(figures.newcomers), f"dream of what is new, in its fifth frame{after}: near 1")
    yield _line("drift", _colours(figures.drift), "of red, green, blue from the beginning to the end, in 1/255")
    yield _line("flashes", str(figures.flashes), f"in the worst second; up to {SAFE} are safe")
    yield _line("judged", _share(figures.judged), "of the pixels")
    yield _line("judged_moving", _share(figures.judged_moving), "of the pixels that move over 1 px")
    yield f"motion was found by {' and '.join(judges)}: a dream made with one of them (--flow) flatters itself here"
    if not worst.safe:
        yield f"warning: {worst.sentence()}"


def _alive(figures: Figures) -> Iterator[str]:
    alive, share = figures.alive, figures.judged_20
    yield _line("alive: incoherence", _verdict(alive.incoherence_20, share), "over 20 frames: near 0 is frozen")
    yield _line("alive: gain", _number(alive.gain), "of the last tenth over frames 2 to 10: 1 neither fades nor grows")
    yield _line("alive: rms", _number(alive.rms), "of the dream, likewise")


def _line(name: str, value: str, meaning: str) -> str:
    return f"{name:<{_WIDE}}{value:<{_WIDE}}{meaning}"


def _judged(figures: Figures, name: str) -> str:
    return _verdict(getattr(figures, name), getattr(figures, SHARES[name]))


def _verdict(value: float | None, share: float | None) -> str:
    """No verdict where less than half could be judged; what was seen there is told in brackets."""
    if value is None:
        return "-"
    if (share or 0) < HALF:
        return f"- ({value:.3f} on {_share(share)})"
    return _number(value)


def _beside(value: float | None, source: float | None, share: float | None) -> str:
    if value is None or source is None or (share or 0) < HALF:
        return "-"
    return f"{value:.5f} ({source:.5f})"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.0f} %"


def _colours(drift: tuple[float, float, float] | None) -> str:
    return "-" if drift is None else " ".join(f"{value:+.2f}" for value in drift)
