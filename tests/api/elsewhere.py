"""A farm that is one worker in this very process: all but Ray itself."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Iterator, Sequence
from contextlib import chdir, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mariana_video.api.spreading import probes, spread
from mariana_video.farm.errand import Errand, Item


class OneWorker:
    """Makes the items of an errand in the order that a farm has them, the last of them as if its machine were new.

    What it needs lies elsewhere on its machine, and the errand gets there as Ray would send it.
    """

    machine = Path()
    made_items: list[str]
    stop_after: int | None

    def __init__(self, _farm: Any, errand: Errand, items: Sequence[Item], folder: Path, watch: Any) -> None:
        self._errand: Errand = pickle.loads(pickle.dumps(errand))
        self._items, self._folder, self._watch = sorted(items, key=lambda item: -item.weight), folder, watch

    def made(self) -> Iterator[tuple[str, Path]]:
        """Every item."""
        places = {}
        for one in self._errand.sent:
            place = self.machine / "files" / one.checksum / one.path.name
            shutil.rmtree(place.parent, ignore_errors=True)
            place.parent.mkdir(parents=True)
            if one.folder:
                shutil.copytree(one.path, place)
            else:
                shutil.copyfile(one.path, place)
            places[one.path] = place
        work = self.machine / "work"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        with chdir(self.machine):  # a worker is in another folder than the command
            maker = self._errand.maker(places, work)
            maker.probe(work / "probe")
        for item in self._items:
            self._watch.check()
            steps: list[int] = []
            place = work / item.name
            place.mkdir()
            with chdir(self.machine):
                given = maker.make(item.name, place, partial(steps.append, 1))
            self._watch.steps({item.name: len(steps)})
            assert len(steps) == item.steps
            for name in given.names:
                (self._folder / item.name / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(given.base / name, self._folder / item.name / name)
            OneWorker.made_items.append(item.name)
            yield item.name, self._folder / item.name


@contextmanager
def _connected(_farm: Any) -> Iterator[None]:
    yield


@pytest.fixture
def one_worker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> type[OneWorker]:
    """--farm local:1 is this one; it tells what it made in `made_items`."""
    OneWorker.machine, OneWorker.made_items = tmp_path / "machine", []
    OneWorker.machine.mkdir()
    monkeypatch.setattr(spread, "Hands", OneWorker)
    monkeypatch.setattr(probes, "_SIZE", (64, 48))
    monkeypatch.setattr(spread, "connected", _connected)
    monkeypatch.setattr("mariana_video.api.foreseen.farming.check_there", lambda farm: None)
    return OneWorker
