"""Pieces of the page that are no widgets: its head, the place for a film, before and after, the strip along a film."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from mariana_video.studio.limits import TOLD
from mariana_video.studio.samples import SAID

_FILES = "/studio/files/"

TOP = """<header id="top"><h1>mariana</h1><p>gives films back dreamed</p></header>"""

WALL = """<div id="wall" role="group" aria-label="Looks to choose from"></div>"""

WORKS = """<h2>Works</h2><p id="none">Nothing is being made. What you make is found here again, also after this page was
closed.</p><ol id="works" aria-label="Works"></ol>"""

RECIPE = """<label class="drop small" id="recipe"><input type="file" aria-describedby="recipe-told">
<span>Drop any result here to take its look</span>
<small id="recipe-told" role="status">A film, a picture or a text that mariana made</small></label>"""


def drop() -> str:
    """The place where a film or a picture is dropped."""
    samples = "".join(
        f'<button type="button" data-sample="{name}">{escape(said)}</button>' for name, said in SAID.items()
    )
    return (
        '<label class="drop" id="source"><input type="file" accept="image/*,video/*,.mkv,.ts,.mov" '
        'aria-describedby="source-told"><span><b>Drop a film or a picture here</b>, or choose one</span>'
        f'<small id="source-told">{escape(TOLD)}</small><progress max="1" value="0" hidden></progress></label>'
        f'<p class="samples">or take a sample: {samples}</p><p id="source-error" class="error" role="alert"></p>'
    )


def source(found: Mapping[str, Any]) -> str:
    """What was taken, in a line."""
    if not found:
        return ""
    width, height = found["size"]
    length = f", {found['seconds']:.1f} seconds" if found["film"] and found["seconds"] else ""
    return f'<p class="quiet"><b>{escape(found["name"])}</b>, {width}×{height}{length}</p>'


def compare(before: str, after: str, word: str, busy: bool) -> str:
    """Before and after, parted by a slider; `before` and `after` are names of pictures."""
    if not before:
        return '<div class="compare empty"><p>Your dream will be seen here.</p></div>'
    seen = after or before
    return (
        f'<div class="compare{" busy" if busy else ""}"><img src="{_FILES}{escape(seen)}" alt="The dream">'
        f'<img class="before" src="{_FILES}{escape(before)}" alt="Before">'
        '<input type="range" min="0" max="100" value="30" step="1" aria-label="Before and after">'
        f'<span class="word" role="status">{escape(word)}</span></div>'
    )


def strip(found: Mapping[str, Any]) -> str:
    """Small pictures along a film, with marks at its cuts. A click chooses the place that is dreamed."""
    if not found or not found["film"] or not found["seconds"]:
        return ""
    stamp = escape(found["path"].split("/")[1])
    pictures = "".join(f'<img src="{_FILES}strip/{number:03d}.jpg?{stamp}" alt="">' for number in range(found["strip"]))
    marks = "".join(f'<i style="left:{100 * at / found["seconds"]:.2f}%"></i>' for at in found["cuts"][1:])
    return f'<div id="strip" data-seconds="{found["seconds"]}" title="Choose a place">{pictures}{marks}</div>'


def moving(name: str, turn: int) -> str:
    """Some seconds that move."""
    return (
        f'<video src="{_FILES}{escape(name)}?{turn}" controls loop autoplay muted playsinline></video>' if name else ""
    )


def told(words: str) -> str:
    """An error, in the command line's sentence."""
    return f'<p class="error" role="alert">{escape(words)}</p>' if words else ""


def shots(found: Mapping[str, Any], looks: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    """The shots of a film as they can be chosen: what is shown, and their numbers; 0 is the whole film."""
    named = [(f"{start.partition('.')[0]} {looks.get(str(number), '')}".strip(), str(number)) for number, start in
             enumerate(found.get("starts", []), 1)]  # fmt: skip
    return [("The whole film", "0"), *named]
