"""Options that would do nothing for what goes in or comes out, refused before any work (see `recipe.idle`)."""

from __future__ import annotations

from pathlib import Path

from mariana_video.errors import UsageError
from mariana_video.media.containers import ANIMATIONS, CONTAINERS, ENCODERS, codec_for
from mariana_video.media.stills.headers import is_still
from mariana_video.recipe.idle import check_carry, check_dream, check_seed, check_where, does_nothing, idle
from mariana_video.recipe.job import Output, Storage
from mariana_video.recipe.look import Dream
from mariana_video.recipe.options import Recipe
from mariana_video.recipe.progression import Progress

_NO_FILM = "leave it out, or give OUTPUT the ending of a film, such as .mp4"


def check_video(recipe: Recipe, storage: Storage, source: Path, output: str) -> None:
    """Refuses what would do nothing in a film of `source` (UsageError)."""
    check_dream(recipe.dream)
    check_where(recipe.dream, recipe.where)
    check_seed(recipe.dream)
    check_carry(recipe.dream, recipe.carry)
    if "rate" in recipe.span.said and not source.is_dir() and not is_still(source):
        idle(recipe.span, "rate", "with a video, which has its own", "it is for a folder of pictures")
    check_stored(storage, output)
    if not storage.sound and not is_film(output):
        idle(storage, "sound", f"for {output}, which holds no sound anyway", _NO_FILM)


def check_image(dream: Dream) -> None:
    """Refuses what would do nothing for a single picture (UsageError)."""
    check_dream(dream)
    if dream.first_steps is not None or dream.steps.constant() != 0:
        idle(
            dream, "steps", "for a picture: it is for frames that go on from others", "give --first-steps in its place"
        )


def check_dive(dream: Dream, encoding: Output, output: str, play_once: bool) -> None:
    """Refuses what would do nothing in a dive (UsageError)."""
    check_dream(dream)
    check_stored(encoding, output)
    check_play_once(output, play_once)


def check_progress(dream: Dream, encoding: Output, output: str, play_once: bool, options: Progress) -> None:
    """Refuses what would do nothing in a progression as a film, an animation or a folder (UsageError)."""
    check_dream(dream)
    check_stored(encoding, output)
    check_play_once(output, play_once)
    if not is_film(output) and not is_animation(output):
        idle(options, "hold", f"for {output}, a folder whose pictures have no length", _NO_FILM)
        if options.zoom.constant() == 1:
            idle(options, "rate", f"for {output}, a folder whose pictures have no length", _NO_FILM)


def check_sheet(dream: Dream, encoding: Output, output: str, play_once: bool, options: Progress) -> None:
    """Refuses what would do nothing on a contact sheet (UsageError)."""
    check_dream(dream)
    check_play_once(output, play_once)
    why = f"for {output}, a contact sheet"
    for name in ("hold", "rate", "zoom"):
        idle(options, name, why, _NO_FILM)
    idle(options, "label", why, "leave it out: sheets always have labels")
    for name in ("codec", "crf", "preview"):
        idle(encoding, name, why, _NO_FILM)
    if (options.columns or options.rows) and options.plot is None:
        for name in ("every", "frames"):
            idle(options, name, "on a sheet of a comparison, which shows the last pictures", "leave it out")


def check_stored(encoding: Output, output: str) -> None:
    """Refuses a codec and a quality that OUTPUT's kind has no use for (UsageError)."""
    if not is_film(output):
        what = "an animation" if is_animation(output) else "a folder of PNGs"
        for name in ("codec", "crf"):
            idle(encoding, name, f"for {output}, {what}", _NO_FILM)
        return
    codec = codec_for(Path(output), encoding.codec)
    if encoding.codec is not None and codec != encoding.codec:
        held = ", ".join(ending for ending, kind in CONTAINERS.items() if encoding.codec in kind.codecs)
        raise UsageError(f"--codec {encoding.codec}: {output} can't hold it, only {codec}; these can: {held}")
    if ENCODERS[codec].quality is None:
        idle(encoding, "crf", f"with {codec}, which has one quality", "leave it out, or take --codec h264 or hevc")


def check_play_once(output: str, play_once: bool) -> None:
    """Refuses --play-once where OUTPUT is no animation (UsageError)."""
    if play_once and not is_animation(output):
        raise does_nothing("play_once", True, f"for {output}", f"it is for animations: {', '.join(ANIMATIONS)}")


def is_animation(output: str) -> bool:
    """Whether OUTPUT's name says an animation."""
    return not _is_folder(output) and Path(output).suffix.lower() in ANIMATIONS


def is_film(output: str) -> bool:
    """Whether OUTPUT's name says a film file, with a codec and room for sound."""
    return not _is_folder(output) and not is_animation(output)


def _is_folder(output: str) -> bool:
    return output.endswith("/") or Path(output).is_dir()
