"""Words that travel with a film: tags of the file and of its streams, chapters."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from .clip import Clip, Track

# Tags that describe the old file rather than the film.
_STALE = {
    "major_brand", "minor_version", "compatible_brands", "encoder", "handler_name", "vendor_id", "duration",
    "number_of_frames", "number_of_bytes", "bps", "_statistics_writing_app", "_statistics_tags", "rotate",
    "_statistics_writing_date_utc", "alpha_mode", "timecode", "software",
}  # fmt: skip


def kept_tags(clip: Clip) -> dict[str, str]:
    """The source's tags that are as true of the film."""
    return {key: value for key, value in clip.metadata.items() if key.lower() not in _STALE}


def tag(made: Any, stream: Any, track: Track) -> None:
    """Carry a stream's language, title, disposition and other tags over."""
    for key, value in stream.metadata.items():
        if key.lower().split("-")[0] not in _STALE:
            made.metadata[key] = value
    if track.title:
        made.metadata["title"] = track.title
    made.disposition = stream.disposition


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
