"""The lock of a film's job."""

from __future__ import annotations

from mariana_video.media.lock import NAME, locked

__all__ = ["NAME", "locked"]
