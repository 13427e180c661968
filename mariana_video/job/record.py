"""What stands of a batch of pictures that isn't through: a small file in OUTPUT that goes when the batch is.

    OUTPUT/.mariana/pictures.json    the settings, and by name the checksums of each picture made and of its own source

A picture is ours only if its own content and that of its source are what is written here: no stranger's is ever taken
for one that was made.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from mariana_video.errors import OutputError, UsageError
from mariana_video.job.conditions import content_of
from mariana_video.job.output_paths import is_recipe
from mariana_video.media.comments import RECIPE
from mariana_video.media.files import write_whole
from mariana_video.media.lock import locked
from mariana_video.media.output import cannot_write, commit, discard, naming_output
from mariana_video.recipe.toml import Difference, Sections, differences

WORK = ".mariana"
_FILE = "pictures.json"


class Record:
    """The open record of a batch; see `open_record`."""

    def __init__(
        self, folder: Path, conditions: Sections, pictures: dict[str, list[str]], earlier: dict[str, list[str]]
    ) -> None:
        self._folder, self._conditions, self._pictures, self._earlier = folder, conditions, pictures, earlier
        self.whole = False
        """Whether the batch is through: then leaving removes the record."""

    def holds(self, source: Path | None, target: Path) -> bool:
        """Whether `target` stands as this batch made it of what `source` (None: no file of its own) holds now."""
        known = self._pictures.get(target.name)
        if known is None or not target.is_file():
            return False
        try:
            return known == _contents(source, target)
        except OSError:
            return False

    @contextmanager
    def adding(self, source: Path | None, target: Path, made: Path) -> Iterator[None]:
        """A picture is written as `made` inside; then it is noted, and gets its name. Raises OutputError.

        In this order: a picture that stands without being noted would be a stranger's.
        """
        with naming_output(target, made):
            yield
        try:
            self._pictures[target.name] = _contents(source, made)
            noted = {"conditions": self._conditions, "pictures": self._pictures}
            write_whole(self._folder / _FILE, json.dumps(noted, indent=1).encode())
        except OSError as error:
            raise cannot_write(target, error) from error
        commit(made, target)

    def clear_earlier(self, names: Collection[str]) -> None:
        """Removes the pictures of a batch begun otherwise that this one replaces, but for those of these `names`.

        What is no longer as it was made stays.
        """
        for name, marks in self._earlier.items():
            place = self._folder.parent / name
            with contextlib.suppress(OSError):
                if name not in names and _contents(None, place) == marks[-1:]:
                    place.unlink()

    def leave_recipe(self, text: str | None) -> None:
        """Puts the recipe that all its pictures share beside them; None takes an earlier one away. Raises OutputError.

        A file of that name that is somebody's own stays.
        """
        place, made = self._folder.parent / RECIPE, self._folder / f".{RECIPE}"
        if place.exists() and not is_recipe(place):
            return
        try:
            if text is None:
                place.unlink(missing_ok=True)
            else:
                made.write_bytes(text.encode())
        except OSError as error:
            raise cannot_write(place, error) from error
        if text is not None:
            commit(made, place)


@contextmanager
def open_record(output: Path, conditions: Sections, overwrite: bool, names: Collection[str]) -> Iterator[Record]:
    """The record of the batch that makes pictures of such `names` in the folder `output` by `conditions`, locked.

    On leaving, it is removed if the batch is through or nothing was made. Raises OutputError if another process works
    there, UsageError, naming the setting, if an unfinished batch there was begun otherwise, unless `overwrite`.
    """
    folder, now = output / WORK, _comparable(conditions)
    with locked(folder, str(output)):
        before, pictures = _read(folder / _FILE, output)
        earlier: dict[str, list[str]] = {}
        if pictures and before != now:
            if not overwrite:
                raise _begun_otherwise(output, before, now, len(pictures))
            earlier, pictures = pictures, {}
        _tidy(folder, names, keep=bool(pictures or earlier))
        record = Record(folder, now, pictures, earlier)
        try:
            yield record
        finally:
            _tidy(folder, names, keep=not record.whole)


def _read(file: Path, output: Path) -> tuple[Sections, dict[str, list[str]]]:
    """What was noted; nothing where no batch was begun. Raises OutputError for a file that is none of ours."""
    try:
        found = json.loads(file.read_text("utf-8"))
        return dict(found["conditions"]), {str(name): list(marks) for name, marks in found["pictures"].items()}
    except FileNotFoundError:
        return {}, {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise OutputError(f"{file} can't be read; remove {file.parent}, and {output} is begun anew") from error


def _contents(source: Path | None, target: Path) -> list[str]:
    return [content_of(file) for file in (source, target) if file is not None]


def _tidy(folder: Path, names: Collection[str], keep: bool) -> None:
    """Removes what is half made, and the record itself unless it is to `keep`; what is somebody's own stays."""
    for path in folder.iterdir():
        half = path.name in names or path.name.startswith(".")
        if half or (path.name == _FILE and not keep):
            with contextlib.suppress(OSError):
                discard(path)


def _comparable(conditions: Sections) -> Sections:
    """Without where files lie: their content counts."""
    return {
        section: {name: value for name, value in values.items() if name != "path"}
        for section, values in conditions.items()
    }


def _begun_otherwise(output: Path, before: Sections, now: Sections, made: int) -> UsageError:
    difference = next(differences(before, now))
    return UsageError(
        f"{output} holds {made} pictures of a batch begun with {_said(difference)}; use that setting again, "
        "or --overwrite to make them anew"
    )


def _said(difference: Difference) -> str:
    if difference.section in ("source", "network"):
        return f"another {difference.section}"
    if difference.section not in ("dream", "picture"):
        return f"another {difference.name} ({difference.section})"
    name = difference.name.replace("_", "-")
    before, now = (
        f"--{name} {value}" if value is not None else f"no --{name}" for value in (difference.before, difference.now)
    )
    return f"{before}, not {now}"
