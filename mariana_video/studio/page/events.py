"""What happens when something on the page is touched."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import gradio

from mariana_video.errors import MarianaError
from mariana_video.studio.asked import OWN, USUAL
from mariana_video.studio.asked import turned as turned_from
from mariana_video.studio.folders import Visitor
from mariana_video.studio.knobs import ALL, is_seen
from mariana_video.studio.page import words
from mariana_video.studio.page.guard import secret_of
from mariana_video.studio.studio import AS_FILMED, Studio

_BESIDE = 12  # previews that wait at once; each visitor's turn of a knob ends his former one


def wire(page: Any, studio: Studio, parts: dict[str, Any]) -> None:
    """Joins the parts of the page with what they do."""
    Events(studio, parts).join(page)


class Events:
    """The page's handlers. Each gets all that is asked in one go: look, knobs, place, shot."""

    def __init__(self, studio: Studio, parts: dict[str, Any]) -> None:
        self._studio, self._parts = studio, parts
        self._knobs = list(parts["knobs"].items())

    def join(self, page: Any) -> None:
        """Tells Gradio which part calls which handler. None of them is an address of its own."""
        parts, knobs = self._parts, [part for _, part in self._knobs]
        given = [parts["look"], parts["at"], parts["shot"], *knobs]
        seen = [parts["picture"], parts["told"], parts["command"]]
        whole = [parts["source"], parts["strip"], parts["at"], parts["cuts"], parts["shot"], parts["look"], *knobs]
        usual: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        many: dict[str, Any] = {
            **usual,
            "concurrency_limit": _BESIDE,
            "concurrency_id": "preview",
            "trigger_mode": "multiple",
        }
        network, layers = parts["knobs"]["network"], parts["knobs"]["layers"]
        page.load(self.opened, None, whole, **usual).then(self.preview, given, seen, **many)
        page.load(self.at_hand, None, [network, layers], **usual)
        network.input(self.layers_of, [network], [layers], **usual)
        parts["arrived"].click(self.opened, None, whole, **usual).then(self.preview, given, seen, **many)
        set_knobs = [parts["look"], parts["shot"], *knobs]
        parts["look"].input(self.looked, [parts["look"], parts["shot"]], set_knobs, **usual).then(
            self.preview, given, seen, **many
        )
        parts["own"].click(self.taken, None, set_knobs, **usual).then(self.preview, given, seen, **many)
        parts["back"].click(self.looked, [parts["look"], parts["shot"]], set_knobs, **usual).then(
            self.preview, given, seen, **many
        )
        for name, part in [*self._knobs, ("at", parts["at"])]:
            if name == "at" or is_seen(ALL[name]):
                part.input(self.preview, given, seen, **many)
            else:
                part.input(self.turned, given, seen[1:], **usual, trigger_mode="always_last")
        parts["shot"].input(self.chosen, [parts["shot"]], [parts["at"], *set_knobs[:1], *knobs], **usual).then(
            self.preview, given, seen, **many
        )
        parts["cuts"].click(self.cut, None, [parts["strip"], parts["shot"], parts["cuts"], parts["told"]], **usual)
        self._join_works(given, seen, usual, many)

    def _join_works(self, given: list[Any], seen: list[Any], usual: dict[str, Any], many: dict[str, Any]) -> None:
        """The same of the works, and of what moves."""
        parts = self._parts
        for key in ("video", "zoom", "loop", "progress"):
            more = [parts["way"]] if key == "loop" else []
            parts[f"make-{key}"].click(self._making(key), [*given, *more], [parts["told"]], **usual)
        for key in ("video", "zoom"):
            moved = parts[f"move-{key}"].click(self._moving(key), given, [parts["moved"], parts["told"]], **many)
            moved.then(self.preview, given, seen, **many)  # a sharper one that was still to come gave way
        parts["make-explore"].click(self.explore, given, [parts["told"]], **usual)
        parts["relatives"].click(self.relatives, [parts["like"], *given], [parts["told"]], **usual)

    def visitor(self, request: Any) -> Visitor:
        """Who touched it. Raises UsageError for a browser without a secret."""
        visitor = Visitor.of(self._studio.root, secret_of(request.headers.get("cookie", "")))
        visitor.came()
        return visitor

    def opened(self, request: gradio.Request) -> list[Any]:
        """Shows what a visitor has, as he left it."""
        try:
            visitor = self.visitor(request)
            found, left = self._studio.source(visitor), self._studio.page(visitor)
            look = left.get("look", USUAL)
            knobs = {**self._studio.knobs(visitor, look), **left.get("turned", {})}
        except MarianaError:
            found, left, look, knobs = {}, {}, USUAL, {name: one.default for name, one in ALL.items()}
        film = bool(found) and found["film"] and bool(found["seconds"])
        last = max(0.04, (found["seconds"] or 0) - 1 / found["rate"]) if film else 1.0
        at = min(float(left.get("at", last / 3)), last) if film else 0.0
        shots = words.shots(found, left.get("shots", {}))
        return [
            words.source(found),
            words.strip(found),
            gradio.update(maximum=round(last, 3), value=round(at, 2), visible=film),
            gradio.update(visible=film and len(shots) == 1),
            gradio.update(choices=shots, value="0", visible=len(shots) > 2),
            look,
            *(knobs[name] for name, _ in self._knobs),
        ]

    def at_hand(self) -> list[Any]:
        """The networks that can be chosen, and the layers of the usual one."""
        here = self._studio.networks()
        return [gradio.update(choices=list(here)), gradio.update(choices=["", *here["mariana"]])]

    def layers_of(self, network: str) -> Any:
        """The layers of a network that was chosen, and whatever suits it."""
        return gradio.update(choices=["", *self._studio.networks().get(network, [])], value="")

    def looked(self, look: str, shot: str, request: gradio.Request) -> list[Any]:
        """Sets the knobs to a look that was chosen; for a single shot it is remembered."""
        visitor = self.visitor(request)
        page = self._studio.page(visitor)
        shots = dict(page.get("shots", {}))
        if shot != "0":
            shots[shot] = look
        self._studio.left(visitor, {**page, "shots": shots})
        choices = gradio.update(choices=words.shots(self._studio.source(visitor), shots), value=shot)
        try:
            knobs = self._studio.knobs(visitor, look)
        except MarianaError:  # as filmed, or a look of one's own that isn't there: the knobs stay
            return [look, choices, *(gradio.skip() for _ in self._knobs)]
        return [look, choices, *(knobs[name] for name, _ in self._knobs)]

    def taken(self, request: gradio.Request) -> list[Any]:
        """Sets the knobs to the look that a visitor brought."""
        return self.looked(OWN, "0", request)

    def chosen(self, shot: str, request: gradio.Request) -> list[Any]:
        """Goes to a shot, and to the look that it has."""
        visitor = self.visitor(request)
        found, page = self._studio.source(visitor), self._studio.page(visitor)
        look = page.get("shots", {}).get(shot, page.get("look", USUAL))
        cuts = [*found.get("cuts", []), found.get("seconds") or 0]
        number = int(shot) if shot.isdigit() else 0
        at = round((cuts[number - 1] + cuts[number]) / 2, 2) if 0 < number < len(cuts) else gradio.skip()
        knobs = self.looked(look, "0", request)[2:]
        return [at, look, *knobs]

    def preview(self, look: str, at: float, shot: str, request: gradio.Request, *values: Any) -> Iterator[list[Any]]:
        """Shows a dreamed frame: a quick one, then a sharper one."""
        try:
            visitor, knobs = self.visitor(request), self._values(values)
            turn = self._studio.previews.begin(visitor)  # now: what follows may take longer than for a later turn
            if not self._studio.source(visitor):
                yield [words.compare("", "", "", False), *self.turned(look, at, shot, request, *values)]
                return
            if look == AS_FILMED:
                before = self._studio.before(visitor, at)
                if self._studio.previews.is_now(visitor, turn):
                    yield [words.compare(before, "", "as it was filmed", False), "", gradio.skip()]
                return
            self._studio.check(visitor, look, knobs)
            _, command = self.turned(look, at, shot, request, *values)
            before = self._studio.before(visitor, at)
            if not self._studio.previews.is_now(visitor, turn):
                return
            former = str(self._studio.page(visitor).get("picture", ""))
            yield [words.compare(before, former, "dreaming", True), "", command]
            for one in self._studio.preview(visitor, turn, look, knobs, at):
                self._studio.left(visitor, {**self._studio.page(visitor), "picture": one.picture})
                word = "" if one.sharp else "a quick look; the sharper one is coming"
                yield [words.compare(before, one.picture, word, not one.sharp), "", command]
        except MarianaError as error:
            yield [gradio.skip(), words.told(str(error)), gradio.skip()]

    def turned(self, look: str, at: float, shot: str, request: gradio.Request, *values: Any) -> list[Any]:
        """Remembers what was turned, and says the command that does the same."""
        visitor, knobs = self.visitor(request), self._values(values)
        try:
            self._keep(visitor, look, at, shot, knobs)
            return ["", self._studio.words(visitor, "video", look, knobs, {}) if self._studio.source(visitor) else ""]
        except MarianaError as error:
            return [words.told(str(error)), gradio.skip()]

    def _values(self, values: Sequence[Any]) -> dict[str, Any]:
        return {name: "" if value is None else value for (name, _), value in zip(self._knobs, values, strict=True)}

    def _keep(self, visitor: Visitor, look: str, at: float, shot: str, knobs: dict[str, Any]) -> None:
        """Remembers how the page is left. A single shot's look is its own matter."""
        page = self._studio.page(visitor)
        if shot == "0":
            page |= {"look": look, "turned": turned_from(knobs, self._studio.knobs(visitor, look))}
        self._studio.left(visitor, {**page, "at": at})

    def cut(self, request: gradio.Request) -> list[Any]:
        """Finds the shots of a film."""
        try:
            found = self._studio.find_shots(self.visitor(request))
        except MarianaError as error:
            return [gradio.skip(), gradio.skip(), gradio.skip(), words.told(str(error))]
        shots = words.shots(found, {})
        one = "" if len(shots) > 2 else "It is one shot: there is no cut in it."
        shown = gradio.update(choices=shots, value="0", visible=len(shots) > 2)
        return [words.strip(found), shown, gradio.update(visible=False), f'<p class="quiet">{one}</p>']

    def _making(self, key: str) -> Callable[..., str]:
        def make(look: str, at: float, shot: str, request: gradio.Request, *values: Any) -> str:
            way = values[-1] if key == "loop" else None
            try:
                visitor = self.visitor(request)
                page, found = self._studio.page(visitor), self._studio.source(visitor)
                if shot != "0":
                    look = page.get("look", USUAL)
                more = {"loop": way} if key == "loop" else {}
                if found.get("film") and key != "video":
                    more["at"] = at
                command = "zoom" if key == "loop" else key
                knobs = self._values(values[: len(self._knobs)])
                self._studio.render(visitor, command, look, knobs, more, page.get("shots", {}))
            except MarianaError as error:
                return words.told(str(error))
            return '<p class="quiet" role="status">It is among the works below.</p>'

        return make

    def _moving(self, key: str) -> Callable[..., Iterator[list[Any]]]:
        def move(look: str, at: float, _shot: str, request: gradio.Request, *values: Any) -> Iterator[list[Any]]:
            yield ['<p class="quiet" role="status">Two seconds are being dreamed, small.</p>', ""]
            try:
                visitor = self.visitor(request)
                command = "zoom" if key == "zoom" or not self._studio.source(visitor).get("film") else "video"
                made = self._studio.moving(visitor, command, look, self._values(values), at)
                yield [words.moving(made or "", id(made)), ""]
            except MarianaError as error:
                yield ["", words.told(str(error))]

        return move

    def explore(self, look: str, at: float, shot: str, request: gradio.Request, *values: Any) -> str:
        """Draws looks for the wall."""
        return self.relatives("", look, at, shot, request, *values)

    def relatives(self, like: str, _look: str, at: float, _shot: str, request: gradio.Request, *values: Any) -> str:
        """Draws looks around one of the wall."""
        try:
            visitor = self.visitor(request)
            knobs = self._values(values)
            self._studio.check(visitor, USUAL, knobs)
            seed = len(self._studio.works(visitor)) + int(float(knobs["seed"] or 0))
            self._studio.explore(visitor, at, seed, like)
        except MarianaError as error:
            return words.told(str(error))
        return '<p class="quiet" role="status">The wall is being filled; it is among the works below, too.</p>'
