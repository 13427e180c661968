"""The page's parts and where they stand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio

from mariana_video.recipe.travel.looks import shipped
from mariana_video.studio.asked import OWN, USUAL
from mariana_video.studio.knobs import EIGHT, FOLDED, Knob
from mariana_video.studio.page import words
from mariana_video.studio.page.events import wire
from mariana_video.studio.samples import look_picture
from mariana_video.studio.studio import AS_FILMED

if TYPE_CHECKING:
    from mariana_video.studio.studio import Studio

_HERE = Path(__file__).parent
_LOOKS = (USUAL, *shipped(), OWN, AS_FILMED)
CSS = (_HERE / "style.css").read_text("utf-8") + "".join(
    f'#looks label:nth-of-type({place}) {{ background-image: url("/studio/looks/{name}.jpg"); }}\n'
    for place, name in enumerate(_LOOKS, 1)
    if look_picture(name)
)
HEAD = f"<script>{(_HERE / 'page.js').read_text('utf-8')}</script>"
_WHOLE = "Looks with a name are tuned by hand; “usual” is none of them."


def theme() -> Any:
    """Plain parts in the system's own letters; nothing is fetched from elsewhere."""
    letters = ["ui-sans-serif", "system-ui", "sans-serif"]
    return gradio.themes.Base(font=letters, font_mono=["ui-monospace", "Consolas", "monospace"], radius_size="lg")


def page(studio: Studio) -> Any:
    """The whole page."""
    with gradio.Blocks(title="mariana", analytics_enabled=False) as made:
        gradio.HTML(words.TOP)
        with gradio.Row(elem_id="room"):
            with gradio.Column(scale=3, min_width=320, elem_id="stage"):
                parts = _stage()
            with gradio.Column(scale=2, min_width=320, elem_id="side"):
                parts |= _side()
        wire(made, studio, parts)
    return made


def _stage() -> dict[str, Any]:
    """What is dreamed on, the dream, and what can be made of it."""
    parts: dict[str, Any] = {}
    gradio.HTML(words.drop(), elem_id="bring")
    parts["source"] = gradio.HTML("", elem_id="taken")
    parts["picture"] = gradio.HTML(words.compare("", "", "", False), elem_id="seen")
    parts["told"] = gradio.HTML("", elem_id="told")
    parts["strip"] = gradio.HTML("", elem_id="line")
    parts["at"] = gradio.Slider(0, 1, 0, step=0.04, label="Place in the film (seconds)", visible=False, elem_id="at")
    find = "Find the shots, for a look of its own each"
    parts["cuts"] = gradio.Button(find, visible=False, size="sm", elem_id="cuts")
    parts["shot"] = gradio.Radio([("The whole film", "0")], value="0", label="Look of", visible=False, elem_id="shots")
    with gradio.Tabs(elem_id="ways"):
        for key, title, told, button in _TABS:
            with gradio.Tab(title):
                gradio.HTML(f'<p class="quiet">{told}</p>')
                parts |= _tab(key, button)
    parts["moved"] = gradio.HTML("", elem_id="moved")
    with gradio.Column(elem_id="said"):
        parts["command"] = gradio.Textbox(
            label="The command that does the same", interactive=False, buttons=["copy"], elem_id="command", lines=1
        )
    gradio.HTML(words.WORKS, elem_id="made")
    for name in ("arrived", "own", "relatives"):
        parts[name] = gradio.Button(name, elem_id=name, visible="hidden")
    parts["like"] = gradio.Textbox(elem_id="like", container=False, visible="hidden")
    return parts


_TABS = (
    ("video", "Dream", "The whole film, or the picture, in this look; a film keeps its sound.", "Dream it"),
    ("zoom", "Dive", "The camera goes into the picture, and further motifs grow out of those before.", "Dive into it"),
    ("loop", "Loop", "A dive without end: its last picture is its first.", "Make the loop"),
    ("progress", "Steps", "How the dream grows on this picture, step by step.", "Show its steps"),
    ("explore", "Explore", "Looks that nobody has seen. Take one, or ask for its relatives.", "Draw twelve looks"),
)  # fmt: skip


def _tab(key: str, button: str) -> dict[str, Any]:
    parts: dict[str, Any] = {}
    if key == "loop":
        ways = [("It finds the picture again", "source"), ("It never shows the picture", "structure")]
        parts["way"] = gradio.Radio(ways, value="source", label="Where it closes")
    with gradio.Row():
        parts[f"make-{key}"] = gradio.Button(button, variant="primary", elem_id=f"make-{key}")
        if key in ("video", "zoom"):
            parts[f"move-{key}"] = gradio.Button("Two seconds of it, now", elem_id=f"move-{key}")
    if key == "explore":
        gradio.HTML(words.WALL)
    return parts


def _side() -> dict[str, Any]:
    """Looks and knobs."""
    parts: dict[str, Any] = {}
    with gradio.Column(elem_id="looking"):
        gradio.HTML("<h2>Look</h2>")
        parts["look"] = gradio.Radio(
            list(_LOOKS), value=USUAL, label="Look", info=_WHOLE, show_label=False, elem_id="looks", container=False
        )
        gradio.HTML(words.RECIPE)
    knobs: dict[str, Any] = {}
    with gradio.Column(elem_id="turning"):
        gradio.HTML("<h2>Knobs</h2>")
        for one in EIGHT:
            knobs[one.name] = _widget(one)
        for title, several in FOLDED.items():
            with gradio.Accordion(title, open=False):
                for one in several:
                    knobs[one.name] = _widget(one)
        parts["back"] = gradio.Button("All knobs back to the look", size="sm", elem_id="back")
    return {**parts, "knobs": knobs}


def _widget(one: Knob) -> Any:
    said: Mapping[str, Any] = {"label": one.label, "info": one.help, "elem_id": f"knob-{one.name}"}
    if one.shape == "slider":
        return gradio.Slider(one.low, one.high, one.default, step=one.step, buttons=[], **said)
    if one.shape == "yes":
        return gradio.Checkbox(bool(one.default), **said)
    if one.name in ("network", "layers"):  # what is here is known a little later
        return gradio.Dropdown([str(one.default)], value=str(one.default), allow_custom_value=True, **said)
    if one.shape == "choice":
        return gradio.Dropdown(list(one.choices), value=one.default, **said)
    return gradio.Textbox(str(one.default), placeholder="as the look has it", max_length=2000, **said)
