"""Every path a training writes: known and checked before any work, written elsewhere first, put in place when whole."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mariana_video.errors import OutputError, UsageError
from mariana_video.media.lock import NAME as LOCK
from mariana_video.media.lock import locked
from mariana_video.media.output import LONGEST_NAME, cannot_write, commit, discard
from mariana_video.media.output import check_output as check_file
from mariana_video.training.epochs.options import Lessons, Study
from mariana_video.training.epochs.train import OtherRun, read_checkpoint, save_checkpoint
from mariana_video.training.pictures.folders import printable

WEIGHTS = ".safetensors"
BESIDE = (".md", ".csv", ".png")  # card, table and plot
_OURS = ("network", "diverging", LOCK)  # what names in the working folder begin with


def check_output(output: Path, overwrite: bool, study: Study = Study(), lessons: Lessons = Lessons()) -> None:
    """Refuse an OUTPUT that can't be written, or whose files would take another's place, before any work.

    Raises:
        UsageError: not a .safetensors file. OutputError: a file is in the way, or the folder is missing or read-only.
        DataError: OUTPUT's checkpoint is damaged or not this program's.
    """
    output_paths_of(output, overwrite, study, lessons).check()


def output_paths_of(output: Path, overwrite: bool, study: Study, lessons: Lessons) -> OutputPaths:
    """Where a training of these options writes."""
    read = [(f"--{name}", Path(value)) for name, value in (("init", study.init), ("teacher", lessons.teacher)) if value]
    return OutputPaths(output, overwrite, lessons.teacher is None and not study.stop_at_divergence, tuple(read))


@dataclass(frozen=True)
class OutputPaths:
    """OUTPUT and what lies beside it.

    Attributes:
        apart: whether the network of the diverging epoch may be written, too.
        read: options and the files they name, which are read and so never replaced.
    """

    output: Path
    overwrite: bool
    apart: bool
    read: tuple[tuple[str, Path], ...] = ()

    @property
    def finals(self) -> Mapping[str, Path]:
        """Name in the working folder → final path, of every file that is or may be left behind."""
        found = {f"network{end}": self.output.with_suffix(end) for end in (WEIGHTS, *BESIDE)}
        if self.apart:
            earlier = self.output.with_stem(f"{self.output.stem}-diverging")
            found |= {f"diverging{end}": earlier.with_suffix(end) for end in (WEIGHTS, ".md")}
        return found

    @property
    def checkpoint(self) -> Path:
        """What a killed run goes on from."""
        return self.output.with_suffix(".checkpoint")

    @property
    def folder(self) -> Path:
        """The working folder, there while a run is; hidden, for OUTPUT may lie beside the classes of DATA."""
        return self.output.with_name(f".{self.output.name}.part")

    def check(self, settings: str | None = None) -> None:
        """See that nothing is in the way. With `settings`, a checkpoint must have been made with the same."""
        _check_name(self.output)
        saved = read_checkpoint(self.checkpoint)
        made = (saved or {}).get("made", {})
        for name, path in self.finals.items():
            for option, source in self.read:
                if _same(path, source):
                    raise OutputError(f"{path} is what {option} reads; give OUTPUT another name")
            if name not in made or made[name] != _mark(path):  # else a run was killed while it put its files in place
                check_file(path, None, self.overwrite)
        self._check_folder()
        if saved and settings is not None and str(saved["fingerprint"]).partition(" ")[0] != settings:
            raise OtherRun(self.checkpoint)

    @contextmanager
    def held(self) -> Iterator[Path]:
        """The working folder, for this run alone; what is left in it at the end is removed.

        Raises:
            OutputError: another run holds it.
        """
        with locked(self.folder, str(self.output)):
            self._clear()
            try:
                yield self.folder
            finally:
                self._clear()

    def put(self, names: list[str]) -> tuple[Path, ...]:
        """Give finished files of the working folder their final names, once nothing is in the way.

        Raises:
            OutputError: something is by now; or the disk refuses.
        """
        self.check()
        saved = read_checkpoint(self.checkpoint)
        if saved is not None:  # so that a run that is killed in the midst of it knows its own files again
            saved["made"] = {name: _mark(self.folder / name) for name in names}
            save_checkpoint(self.checkpoint, self.folder / "network.checkpoint", saved)
        for name in names:
            commit(self.folder / name, self.finals[name])
        self.checkpoint.unlink(missing_ok=True)
        return tuple(self.finals[name] for name in names)

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """Where a file is to be written at first; errors speak of its final name.

        Raises:
            OutputError: it can't be written; the training is not lost.
        """
        kept = f"; the training is kept in {self.checkpoint}, and the same command goes on from there"
        try:
            yield self.folder / name
        except OSError as error:
            raise OutputError(f"{cannot_write(self.finals[name], error)}{kept}") from error
        except OutputError as error:
            words = str(error).replace(str(self.folder / name), str(self.finals[name]))
            raise OutputError(f"{words}{kept}") from error

    def _check_folder(self) -> None:
        if not os.path.lexists(self.folder):
            return
        if self.folder.is_symlink() or not self.folder.is_dir():
            raise OutputError(f"{self.folder} is in the way of this run's own folder; move it, or give another OUTPUT")
        strange = [name for name in sorted(entry.name for entry in self.folder.iterdir()) if not _ours(name)]
        if strange:
            raise OutputError(f"{self.folder} holds {strange[0]!r}, which is not this run's; give OUTPUT another name")

    def _clear(self) -> None:
        for entry in self.folder.iterdir():
            if entry.name != LOCK and _ours(entry.name):
                discard(entry)


def _check_name(output: Path) -> None:
    if output.suffix != WEIGHTS:
        raise UsageError(f"OUTPUT is a weights file, like {output.with_suffix(WEIGHTS).name}; got {output}")
    if not output.parent.is_dir():
        raise OutputError(f"no folder {output.parent} to write {output.name} into; make it first")
    if printable(str(output)) != str(output):
        raise OutputError(f"{printable(str(output))} is no text that a weights file's name can be; give another name")
    if len(os.fsencode(f".{output.name}.checkpoint.part")) > LONGEST_NAME:
        raise OutputError(f"{output.name[:40]}… is too long for a file's name; give a shorter one")


def _ours(name: str) -> bool:
    return name.removeprefix(".").split(".")[0] in _OURS or name.endswith(".checkpoint.part")


def _same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:
        return False


def _mark(path: Path) -> list[int]:
    """What tells a file from any other, and stays when it is renamed; nothing where it is missing."""
    try:
        state = path.lstat()
    except OSError:
        return []
    return [state.st_ino, state.st_size, state.st_mtime_ns]
