"""Words that travel with a film: tags of the file and of its streams, chapters."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from mariana_video.media.clip import Clip, Track
from mariana_video.media.comments import tagged

# Tags that describe the old file rather than the film.
_STALE = {
    "major_brand", "minor_version", "compatible_brands", "encoder", "handler_name", "vendor_id", "duration",
    "number_of_frames", "number_of_bytes", "bps", "_statistics_writing_app", "_statistics_tags", "rotate",
    "_statistics_writing_date_utc", "alpha_mode", "timecode", "software",
}  # fmt: skip

_MOV_LANGUAGES = {
    "bod": "tib", "cze": "ces", "deu": "ger", "ell": "gre", "fre": "fra", "hye": "arm", "isl": "ice", "kat": "geo",
    "mkd": "mac", "msa": "may", "mya": "bur", "nld": "dut", "rum": "ron", "slo": "slk", "sqi": "alb", "zho": "chi",
}  # fmt: skip


def kept_tags(clip: Clip) -> dict[str, str]:
    """The source's tags that are as true of the film: not the recipe of a source that is a dream itself."""
    return tagged({key: value for key, value in clip.metadata.items() if key.lower() not in _STALE}, None)


def needs_keys(clip: Clip | None) -> bool:
    """Whether it has tags named as phones name them (com.apple.quicktime.make): MP4 and MOV hold those as keys of their
    own or not at all.
    """
    return clip is not None and any(key.lower().startswith("com.") for key in kept_tags(clip))


def tag_picture(made: Any, stream: Any, kind: str) -> None:
    """Carry the picture stream's own language, title and other tags over into a film of that format."""
    for key, value in stream.metadata.items():
        if key.lower().split("-")[0] not in _STALE:
            made.metadata[key] = _spelt(value, kind) if key.lower() == "language" else value


def tag(made: Any, stream: Any, track: Track, kind: str) -> None:
    """Carry a stream's language, title, disposition and other tags over into a film of that format."""
    tag_picture(made, stream, kind)
    if track.title:
        made.metadata["title"] = track.title
    made.disposition = stream.disposition


def _spelt(language: str, kind: str) -> str:
    """A language as the format's muxer knows it: MOV's has one of the two codes of ISO 639-2 for some."""
    return _MOV_LANGUAGES.get(language, language) if kind == "mov" else language


def chapters(clip: Clip, back: Fraction, end: Fraction | None) -> Iterator[dict[str, Any]]:
    """The chapters of a film whose clock begins `back` seconds later than its source's, and which ends at `end`."""
    for number, chapter in enumerate(clip.chapters):
        begin = max(chapter.start - back, Fraction(0))
        until = chapter.end - back if end is None else min(chapter.end - back, end)
        if until > begin:
            yield {
                "id": number,
                "start": round(begin * 1000),
                "end": round(until * 1000),
                "time_base": Fraction(1, 1000),
                "metadata": {"title": chapter.title} if chapter.title else {},
            }
