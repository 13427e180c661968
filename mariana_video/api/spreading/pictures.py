"""Pictures over a farm, one by one: those of a folder, of an exploration, of a sheet."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mariana_video.api.making.work import Watch, Work
from mariana_video.api.spreading.alike import check_alike
from mariana_video.api.spreading.foretelling import SharedForetelling
from mariana_video.api.spreading.placed import placed, told
from mariana_video.api.spreading.probes import Probe, probe_of, probing
from mariana_video.api.spreading.spread import FOLDER, Spread, all_made
from mariana_video.errors import DreamError, MarianaError, SourceError, UsageError
from mariana_video.farm.errand import Given, Item, Sent
from mariana_video.recipe.job import Farming, Machine
from mariana_video.recipe.kinds import FilmRecipe
from mariana_video.recipe.look import Dream
from mariana_video.recipe.toml import Sections

_PICTURE, _ERROR = "picture ", "error.json"
_KINDS = {kind.__name__: kind for kind in (SourceError, UsageError, DreamError)}
"""What may be wrong with one picture, and leaves the others as they are."""


class Here(Protocol):
    """Pictures as a worker sees them, all that they read being at its place on this machine."""

    @property
    def conditions(self) -> Sections:
        """All that they depend on."""
        ...

    def make(self, number: int, folder: Path, check: Callable[[], None]) -> Path:
        """Dreams one of them into a file in `folder`. Raises MarianaError."""
        ...


class Kind(Protocol):
    """What is told of pictures."""

    def here(self, places: Mapping[Path, Path], folder: Path) -> Here:
        """They, on a worker; `folder` stands for where they will lie."""
        ...


@dataclass(frozen=True)
class PictureErrand:
    """All that workers need to know to make pictures."""

    token: str
    sent: tuple[Sent, ...]
    preview: str
    conditions: Sections
    probe: Probe | None
    probing: str
    kind: Kind

    def maker(self, places: Mapping[Path, Path], folder: Path) -> PictureMaker:
        """What makes them, what they read being at its `places`. Raises MarianaError, Unlike."""
        here = self.kind.here(places, folder / "all")
        check_alike(self.conditions, here.conditions)
        return PictureMaker(self.probe, placed(FilmRecipe.read(self.probing), places), here)


class PictureMaker:
    """Makes pictures on a worker, with one network."""

    def __init__(self, probe: Probe | None, probing: FilmRecipe, here: Here) -> None:
        self._probe, self._probing, self._here = probe, probing, here

    def probe(self, folder: Path) -> None:
        """Sees that this machine's bits are those of the command's. Raises Unlike."""
        if self._probe is not None:
            self._probe.check(self._probing, folder)

    def make(self, item: str, folder: Path, on_step: Callable[[], None]) -> Given:
        """Makes a picture, by its name; what is wrong with it alone is told in a file."""
        try:
            made = self._here.make(int(item.removeprefix(_PICTURE)), folder, lambda: None)
        except tuple(_KINDS.values()) as error:
            (folder / _ERROR).write_text(json.dumps([type(error).__name__, str(error)]), "utf-8")
            on_step()
            return Given(folder, (_ERROR,))
        on_step()
        return Given(folder, (made.name,))


@dataclass(frozen=True)
class Elsewhere:
    """Lets a farm make pictures of one `kind`, with the command's own `dream` and `machine`."""

    farming: Farming
    kind: Kind
    dream: Dream
    machine: Machine
    sent: Callable[[], tuple[Sent, ...]]

    def foretold(self, weights: Sequence[float]) -> SharedForetelling:
        """The time that pictures of such weights will take."""
        return SharedForetelling(_items(range(len(weights)), weights))

    def made(
        self, left: Mapping[int, float], conditions: Sections, folder: Path, watch: Watch, work: Work[Path]
    ) -> Iterator[tuple[int, Path | MarianaError]]:
        """The pictures of these numbers (with their weights), as they come in: each lies in `folder` until the next.

        One that could not be dreamed comes as its error.
        """
        assert self.farming.farm is not None, "a farm is asked for"
        items = _items(list(left), list(left.values()))
        total = work.total or 0

        def errand() -> PictureErrand:
            place = folder / FOLDER / "probe"
            asked, sent = probing(self.dream, self.machine), self.sent()
            probe = None if self.farming.mixed else probe_of(asked, place)
            text = "\n".join([str(folder), json.dumps({**conditions}, default=dict), *(one.checksum for one in sent)])
            token = hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()
            return PictureErrand(token, sent, "", conditions, probe, told(asked).text(), self.kind)

        spread = Spread(folder, items, total - len(items), total, errand)
        for name, place in all_made(spread, self.farming.farm, watch, work):
            (file,) = place.iterdir()
            yield int(name.removeprefix(_PICTURE)), _error(file) if file.name == _ERROR else file


def _items(numbers: Sequence[int], weights: Sequence[float]) -> list[Item]:
    return [Item(f"{_PICTURE}{number}", weight, 1) for number, weight in zip(numbers, weights, strict=True)]


def _error(file: Path) -> MarianaError:
    kind, told = json.loads(file.read_text("utf-8"))
    return _KINDS[kind](told)
