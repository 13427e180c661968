"""A text that a result carries among its tags, as the end of its comment: the source's own comment stays before it."""

from collections.abc import Mapping

from mariana_video.recipe.travel.text import HEAD, MARK

KEY = "comment"
"""The one tag that MP4, MOV, Matroska, WebM and AVI all hold, and that copying a film keeps."""

RECIPE = "recipe.toml"
"""What a folder of pictures carries it in."""


_LONGEST = 65_000  # bytes of a comment: MOV counts them in 16 bits


def comment_with(own: str, text: str) -> str:
    """A comment that says its `own` and the text after it; one that fills all the room has only its own."""
    both = f"{own}\n\n{text}" if own else text
    return both if len(both.encode(errors="replace")) <= _LONGEST else own


def own_comment(comment: str) -> str:
    """What a comment says before such a text."""
    return comment.partition(MARK)[0].rstrip() if text_in(comment) is not None else comment


def text_in(comment: str) -> str | None:
    """The text that a comment carries, from its mark on: that alone may be a word of somebody's own."""
    _, mark, rest = comment.partition(MARK)
    return mark + rest if mark and f"[{HEAD}]" in rest else None


def tagged(tags: Mapping[str, str], text: str | None) -> dict[str, str]:
    """A film's tags with a text in its comment; without one, none that it carried before."""
    comments = [value for key, value in tags.items() if key.lower() == KEY]
    own = own_comment(comments[0]) if comments else ""
    rest = {key: value for key, value in tags.items() if key.lower() != KEY}
    comment = own if text is None else comment_with(own, text)
    return {**rest, KEY: comment} if comment else rest
