"""All that the page can do for a visitor, without the page: films in, looks, previews and works out."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mariana_video.errors import MarianaError, SourceError, UsageError
from mariana_video.studio import works
from mariana_video.studio.asked import (
    LABELS,
    OWN,
    USUAL,
    Values,
    defaults,
    look_tables,
    look_text,
    options_of,
    output_of,
    shot_list,
    shown,
    tables_of,
    turned,
    words,
)
from mariana_video.studio.folders import Visitor, new_id, plain_name, read_json, remove, write_json, write_text
from mariana_video.studio.hand import Hand, ask_alone
from mariana_video.studio.limits import HEAD, check_room, check_seen, ending_of, keep_clear, kind_of
from mariana_video.studio.previews import WIDE, Previews, Shot
from mariana_video.studio.samples import sample
from mariana_video.studio.turns import Turns

AS_FILMED = "as filmed"
"""The look of a shot that is not dreamed."""

_SOURCE, _OWN, _PAGE = "source.json", "own.toml", "page.json"
_QUICK = 60.0  # seconds that a look at a source may take
_SHOTS = 600.0  # seconds that a film's shots may say nothing
_MOVING = {"duration": 2.0, "size": "320x"}
_WALL = 12  # pictures


class Studio:
    """The page's program: its visitors' folders lie in `root`."""

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.root = root
        self.hand = Hand()
        self.previews, self.turns = Previews(self.hand), Turns(root)
        self._networks: dict[str, list[str]] | None = None
        self._lock = threading.Lock()
        self._arriving: set[str] = set()  # folders of sources that are being looked at
        self._closed = threading.Event()
        threading.Thread(target=keep_clear, args=(root, self.turns.busy, self._closed), daemon=True).start()

    def close(self) -> None:
        """Stops everything, in good order."""
        self._closed.set()
        self.turns.close()
        self.hand.close()

    def networks(self) -> Mapping[str, list[str]]:
        """The networks that dream here, each with its layers."""
        with self._lock:
            if self._networks is None:
                self._networks = self.hand.ask({"do": "networks"}, seconds=_QUICK).wait()["layers"]
            return self._networks

    # what is dreamed on

    def source(self, visitor: Visitor) -> dict[str, Any]:
        """The film or picture of a visitor; {} where he has none yet."""
        found: dict[str, Any] = read_json(visitor.folder / _SOURCE, {})
        return found if found and (visitor.folder / found["path"]).is_file() else {}

    def take_source(self, visitor: Visitor, file: Path, name: str) -> dict[str, Any]:
        """Takes a file that was brought, which is moved away. Raises MarianaError for what can't be dreamed on."""
        try:
            check_room(visitor)
            with file.open("rb") as opened:
                ending = kind_of(opened.read(HEAD), plain_name(name))
            folder = visitor.made("source", new_id())
            kept = folder / f"film{ending}"
            file.replace(kept)
        finally:
            remove(file)
        try:
            return self._looked_at(visitor, kept, plain_name(name))
        except MarianaError as error:
            remove(folder)
            raise SourceError(str(error).replace(kept.name, name)) from None

    def take_sample(self, visitor: Visitor, name: str) -> dict[str, Any]:
        """Takes one of the samples. Raises SourceError for any other word."""
        found = sample(name)
        if found is None:
            raise SourceError(f"there is no sample {name[:40]!r}")
        check_room(visitor)
        folder = visitor.made("source", new_id())
        kept = folder / f"film{found.suffix}"
        shutil.copyfile(found, kept)
        return self._looked_at(visitor, kept, name)

    def _looked_at(self, visitor: Visitor, file: Path, name: str) -> dict[str, Any]:
        self._arriving.add(file.parent.name)
        seen = self.hand.ask({"do": "look", "source": str(file)}, seconds=_QUICK).wait()
        check_seen("film" if seen["film"] else "picture", tuple(seen["size"]), seen["seconds"])
        found = {**seen, "name": name, "path": str(file.relative_to(visitor.folder)), "starts": [], "cuts": []}
        found["strip"] = self._strip(visitor, file, seen["seconds"]) if seen["film"] and seen["seconds"] else 0
        write_json(visitor.made() / _SOURCE, found)
        kept = {name: value for name, value in self.page(visitor).items() if name in ("look", "turned")}
        self.left(visitor, kept)  # the place and the looks of shots were those of another film
        works.clear_sources(visitor, self._arriving)
        self._arriving.discard(file.parent.name)
        for picture in visitor.made("preview").glob("*x*.jpg"):  # frames of the former one
            remove(picture)
        return found

    def _strip(self, visitor: Visitor, file: Path, seconds: float) -> int:
        task = {"do": "strip", "source": str(file), "folder": str(visitor.made("strip")), "seconds": seconds}
        made: int = self.hand.ask(task, seconds=_QUICK).wait()["pictures"]
        return made

    def find_shots(self, visitor: Visitor) -> dict[str, Any]:
        """Finds where the shots of his film begin. Raises MarianaError."""
        found = self._source_needed(visitor)
        if found["film"] and not found["starts"]:
            output = visitor.made("shots") / "shots.toml"
            task = {"do": "shots", "source": str(visitor.folder / found["path"]), "output": str(output)}
            seen = ask_alone(task, _SHOTS)  # it may take minutes, and everybody's previews go first
            found |= {"starts": seen["starts"], "cuts": seen["seconds"]}
            write_json(visitor.folder / _SOURCE, found)
        return found

    def _source_needed(self, visitor: Visitor) -> dict[str, Any]:
        found = self.source(visitor)
        if not found:
            raise SourceError("there is no film and no picture yet: drop one, or take a sample")
        return found

    # how it is dreamed

    def page(self, visitor: Visitor) -> dict[str, Any]:
        """How a visitor left the page."""
        return read_json(visitor.folder / _PAGE, {})

    def left(self, visitor: Visitor, page: Mapping[str, Any]) -> None:
        """Remembers how a visitor left the page."""
        write_json(visitor.made() / _PAGE, dict(page))

    def take_recipe(self, visitor: Visitor, file: Path) -> None:
        """Takes the look of a result, or of a text, as the visitor's own; the file is removed. Raises UsageError."""
        kept = file.with_suffix(ending_of(file))
        try:
            file.replace(kept)
            text: str = self.hand.ask({"do": "recipe", "file": str(kept)}, seconds=_QUICK).wait()["text"]
            tables_of(text)
        except MarianaError as error:
            raise UsageError(str(error).replace(kept.name, "the file")) from None
        finally:
            remove(kept)
        write_text(visitor.made() / _OWN, text)

    def take_found(self, visitor: Visitor, name: str) -> None:
        """Takes the look of a picture on one of his walls as his own. Raises UsageError."""
        found = visitor.seen(name)
        if found is None:
            raise UsageError("that picture is not here any more")
        copy = visitor.made("preview") / f"taken{found.suffix}"
        shutil.copyfile(found, copy)
        self.take_recipe(visitor, copy)

    def tables(self, visitor: Visitor, look: str) -> dict[str, dict[str, Any]]:
        """The tables of a look. Raises UsageError."""
        own = visitor.folder / _OWN
        if look == OWN and not own.is_file():
            raise UsageError("there is no look of your own yet: drop a result, or choose one on the wall")
        return look_tables(look, own.read_text("utf-8") if look == OWN else "")

    def knobs(self, visitor: Visitor, look: str) -> dict[str, Any]:
        """Where the knobs stand for a look. Raises UsageError."""
        return {**defaults(), **shown(self.tables(visitor, look))}

    # what comes of it

    def check(self, visitor: Visitor, look: str, values: Values) -> None:
        """See that a look can be turned so, before anything is dreamed. Raises UsageError."""
        look_text(self.tables(visitor, look), values)

    def preview(self, visitor: Visitor, turn: int, look: str, values: Values, at: float) -> Iterator[Shot]:
        """Dreamed frames of a `turn`, `at` a time of a film: a quick one, then a sharper one. Raises MarianaError."""
        found = self._source_needed(visitor)
        text = look_text(self.tables(visitor, look), values)
        source = str(visitor.folder / found["path"])
        yield from self.previews.dream(visitor, turn, source, text, at if found["film"] else None, found["size"][0])

    def before(self, visitor: Visitor, at: float) -> str:
        """The same frame as it is: the name of its picture. Raises MarianaError."""
        found = self._source_needed(visitor)
        name = f"{found['path'].split('/')[1]}x{round(at * 1000) if found['film'] else 0}.jpg"
        output = visitor.made("preview") / name
        if output.is_file():
            return f"preview/{name}"
        task = {"do": "frame", "source": str(visitor.folder / found["path"]), "output": str(output)}
        when = {"at": at} if found["film"] else {}
        self.hand.ask({**task, **when, "width": min(WIDE, found["size"][0])}, seconds=_QUICK).wait()
        return f"preview/{name}"

    def moving(self, visitor: Visitor, command: str, look: str, values: Values, at: float) -> str | None:
        """Two seconds that move: the name of the film; None where a knob was turned meanwhile. Raises MarianaError."""
        found = self._source_needed(visitor)
        folder = visitor.made("preview")
        write_text(folder / "moving.toml", look_text(self.tables(visitor, look), values))
        options: dict[str, Any] = {**_MOVING, "overwrite": True}
        if found["film"]:
            options["start" if command == "video" else "at"] = at
        task = {"do": "make", "command": command, "source": str(visitor.folder / found["path"]), "options": options}
        output = folder / "moving.mp4"
        task |= {"output": str(output), "recipe": str(folder / "moving.toml"), "seen": str(folder / "seen.jpg")}
        return None if self.previews.moving(visitor, task) is None else f"preview/{output.name}"

    def render(
        self,
        visitor: Visitor,
        command: str,
        look: str,
        values: Values,
        more: Mapping[str, Any],
        shots: Mapping[str, str],
    ) -> works.Work:
        """A work that waits for its turn. `more` are further options, `shots` the looks of single shots by number.

        Raises MarianaError in the command line's words.
        """
        found = self._source_needed(visitor)
        command = "image" if command == "video" and not found["film"] else command
        tables = self.tables(visitor, look)
        text, options = look_text(tables, values), {**options_of(command, values), **more}
        listed = self._listed(visitor, found, tables_of(text), shots) if command == "video" and shots else ""
        name, output = f"{found['name']}-{LABELS[command]}", output_of(command, Path(found["path"]), found["film"])
        said = self.words(visitor, command, look, values, more, bool(listed))
        work = works.Work(command, name, found["path"], output, options, words=said)
        self.turns.begin(visitor, work, look_text({}, {}) if listed else text, listed)
        return work

    def words(
        self, visitor: Visitor, command: str, look: str, values: Values, more: Mapping[str, Any], listed: bool = False
    ) -> str:
        """The command line that does the same. Raises MarianaError."""
        found = self._source_needed(visitor)
        command = "image" if command == "video" and not found["film"] else command
        path, output = Path(found["path"]), output_of(command, Path(found["path"]), found["film"])
        given = f"{found['name']}{path.suffix}", f"{found['name']}-{LABELS[command]}{Path(output).suffix}"
        options = {**options_of(command, values), **more}
        if listed:
            return words(command, *given, "usual", {}, options) + " --shots shots.toml"
        start = shown(self.tables(visitor, look))
        turned_to = {name: value for name, value in turned(values, start).items() if name not in options}
        return words(command, *given, look, turned_to, options)

    def _listed(self, visitor: Visitor, found: Mapping[str, Any], usual: Any, shots: Mapping[str, str]) -> str:
        looks = [shots.get(str(number)) for number in range(1, len(found["starts"]) + 1)]
        tables = [
            usual if look is None else None if look == AS_FILMED else self.tables(visitor, look) for look in looks
        ]
        return shot_list(found["starts"], tables)

    def explore(self, visitor: Visitor, at: float, seed: int, like: str = "") -> works.Work:
        """A wall of looks, drawn at random, or around the picture `like` of another wall. Raises MarianaError."""
        found = self._source_needed(visitor)
        options: dict[str, Any] = {"count": _WALL, "seed": seed, **({"at": at} if found["film"] else {})}
        if like and visitor.seen(like) is None:
            raise UsageError("that picture is not here any more")
        named = {"like": Path(like).name} if like else {}
        given = f"{found['name']}{Path(found['path']).suffix}"
        said = words("explore", given, "looks", USUAL, {}, {**options, **named})
        options |= {"like": like} if like else {}
        work = works.Work("explore", f"{found['name']}-looks", found["path"], "looks", options, words=said)
        self.turns.begin(visitor, work, look_text({}, {}))
        return work

    def works(self, visitor: Visitor) -> list[dict[str, Any]]:
        """All works of a visitor as the page shows them, the latest first."""
        return [works.shown(visitor, work, self.turns.before(visitor, work.id)) for work in works.all_of(visitor)]

    def remove(self, visitor: Visitor, name: str) -> None:
        """Throws a work away, and its source where nothing else goes by it. UsageError for one that runs or waits."""
        self.turns.remove(visitor, name)
        works.clear_sources(visitor, self._arriving | {Path(self.source(visitor).get("path", "")).parent.name})

    def go_on(self, visitor: Visitor, name: str) -> None:
        """Lets a work that was stopped go on. Raises MarianaError."""
        work = works.read(visitor, name)
        if work is not None and not work.lives and work.state != works.DONE:
            self.turns.add(visitor, work)
