"""What a file holds beside its picture: sounds, subtitles, covers, data, chapters."""

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from mariana_video.media.clip import Chapter, Track
from mariana_video.media.libav import UNKNOWN

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.stream import Stream

ATTACHED = 0x400  # libav's AV_DISPOSITION_ATTACHED_PIC
_KINDS = {"audio": "sound", "subtitle": "subtitle", "video": "picture"}


def beside(container: "InputContainer", stream: Any, origin: Fraction) -> dict[str, Any]:
    """What `Clip` says of everything but the picture."""
    chapters = tuple(_chapters(container, origin))
    # QuickTime keeps the titles of chapters in a stream of their own.
    titles = bool(chapters) and "mov" in container.format.name
    others = [s for s in container.streams if s.index != stream.index and not (titles and s.type == "data")]
    tracks = [_track(other) for other in others]
    return {
        "sounds": tuple(track for track in tracks if track.kind == "sound"),
        "subtitles": tuple(track for track in tracks if track.kind == "subtitle"),
        "others": tuple(track for track in tracks if track.kind in {"picture", "other"}),
        "chapters": chapters,
    }


def _track(stream: "Stream") -> Track:
    kind: Any = _KINDS.get(stream.type, "other")
    context = getattr(stream, "codec_context", None)
    # Attachments are called by their file's name; data (a camera's timecode, sensors) has no codec at all.
    other = getattr(stream, "name", None) or (stream.type if kind == "other" else UNKNOWN)
    codec = other if context is None else context.codec.canonical_name
    tags = {key.lower(): value for key, value in stream.metadata.items()}
    language = tags.get("language")
    return Track(
        index=stream.index,
        kind=kind,
        codec=codec,
        language=None if language in {None, "und"} else language,
        title=tags.get("title") or tags.get("name"),
        cover=bool(int(stream.disposition) & ATTACHED),
    )


def _chapters(container: "InputContainer", origin: Fraction) -> Iterator[Chapter]:
    for mark in container.chapters():
        base = mark["time_base"] or Fraction(1, 1_000_000)
        title = mark["metadata"].get("title", "")
        yield Chapter(mark["start"] * base - origin, mark["end"] * base - origin, title)
