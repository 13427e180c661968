"""What must be the same for a job to be continued: settings, source, network, machine."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType

import torch

from mariana_video.dream.plain.made_up import MadeUp, Source
from mariana_video.errors import SourceError, UsageError
from mariana_video.loop.dreamer import Dreamer
from mariana_video.media.stills.pictures import picture_files
from mariana_video.networks.measured import checksum_of
from mariana_video.networks.network import Network
from mariana_video.recipe.job import Machine, Output
from mariana_video.recipe.look import Dream
from mariana_video.recipe.options import Carry
from mariana_video.recipe.toml import Difference, Plain, Sections, differences, plain
from mariana_video.recipe.values.file import InputFile

_LIBRARIES = ("mariana-video", "torch", "opencv-python-headless", "opencv-python", "numpy", "av")
_STORED = ("codec", "crf", "sound")
_DREAM = ("dream", "carry")
_FILE = "_file"  # after the name of an option: the section of the file that it names
_LIST = "list"  # the section of a list of shots
_BY_NETWORK = ("beside_network", "natural_pictures")
_BY_SHOT_FILES = ("mask_file", "flow_weights_file", "weights_file", "guide_file", "palette_file")
_BY_SHOT = ("dream", "carry", "where", "network", *_BY_SHOT_FILES, *_BY_NETWORK)
"""What each shot's key tells of."""
_UNTOLD = ("film", _LIST, "shots", "parts")
_CHUNK = 1 << 22
_MIXED: Mapping[str, Plain] = MappingProxyType({"mixed": True})
"""What is told of machines where several of other bits make a film together."""

Marks = tuple[tuple[str, int, int], ...]


def conditions_of(
    command: str,
    options: Sections,
    storage: Output,
    dreamer: Dreamer,
    source: Source | None,
    files: Mapping[str, InputFile] = MappingProxyType({}),
    mixed: bool = False,
) -> Sections:
    """All that a job's result depends on, in sections of plain values. Reads the whole source for its checksum.

    `options` are the command's own, by group; `files` those that it reads beside the source, by their options. Where
    machines are `mixed`, none is told.
    """
    listed, weights = files.get("shots"), _weights_of(dreamer)
    return {
        "job": {"command": command},
        **options,
        "storage": {name: value for name in _STORED if (value := getattr(storage, name, None)) is not None},
        **({} if listed is None else {_LIST: {"path": str(listed.absolute())}}),
        **{
            f"{name}{_FILE}": {"path": str(file.absolute()), "content": file.checksum()}
            for name, file in files.items()
            if file is not listed
        },
        "source": _source_section(source),
        "network": {"weights": weights[0]},
        "beside_network": dict(zip(list(dreamer.networks)[1:], weights[1:], strict=True)),
        "natural_pictures": {name: checksum_of(one) for name, one in dreamer.networks.items()},
        "machine": _MIXED if mixed else machine_of(dreamer),
    }


def _source_section(source: Source | None) -> dict[str, Plain]:
    if source is None:
        return {}
    if isinstance(source, MadeUp):
        return {"made_up": str(source)}
    return {"path": str(source.absolute()), "content": content_of(source)}


def agree(output: str, before: Sections, now: Sections, frames: int, free: Collection[str] = ()) -> bool:
    """Raises UsageError, naming the setting, where `now` differs from what OUTPUT was begun with.

    Settings of the dream that are `free` may differ; gives whether any does. With a list of shots in both, whatever
    the shots' keys tell of may differ, too.
    """
    changed, listed = False, "list" in now
    if listed != ("list" in before):
        kept = f"throw its {frames} finished frames away" if frames else "begin anew"
        how, so = ("without", "leave it out") if listed else ("with", "give it again")
        raise UsageError(f"{output} was begun {how} --shots; {so}, or --restart to {kept}")
    for difference in _differing(before, now):
        if (listed and difference.section in _BY_SHOT) or _is_newer(difference):
            continue
        if difference.section in _DREAM and difference.name in free:
            changed = True
            continue
        if difference.section in _BY_NETWORK and "layers" in free and None in (difference.before, difference.now):
            continue  # other layers may be of other networks
        kept = f"throw its {frames} finished frames away" if frames else "begin anew"
        raise UsageError(f"{output} was begun {_told(difference)}; use that setting again, or --restart to {kept}")
    return changed


def _is_newer(difference: Difference) -> bool:
    """Whether a setting was not there yet when a job was begun, and is now as if it were not."""
    usual = {"dream": Dream, "carry": Carry}.get(difference.section)
    return difference.before is None and usual is not None and plain(usual()).get(difference.name) == difference.now


def machine_given(machine: Machine, before: Sections) -> Machine:
    """The machine a job goes on with: what is not said now is as it was when the job began."""
    stored = before.get("machine", {})
    device = str(stored.get("device", "auto")) if machine.device == "auto" else machine.device
    precision = stored.get("precision", "auto") if machine.precision == "auto" else machine.precision
    memory = stored.get("memory") if machine.memory is None else machine.memory
    return machine.taking({"device": device, "precision": precision, "memory": memory})


def machine_of(dreamer: Dreamer) -> dict[str, Plain]:
    """What changes the last bits: device, number format, tiles that fit, the versions of what computes."""
    facts: dict[str, Plain] = {"device": str(dreamer.device), "precision": dreamer.precision}
    if dreamer.memory is not None:
        facts["memory"] = str(dreamer.memory)
    if dreamer.device.type == "cuda":
        facts["gpu"] = torch.cuda.get_device_name(dreamer.device)
    elif dreamer.precision != "fp32":  # in full precision all processors give the same bits
        facts["processor"] = torch.backends.cpu.get_cpu_capability()
    for library in _LIBRARIES:
        try:
            facts[library] = version(library)
        except PackageNotFoundError:
            continue
    return facts


def content_of(source: Path) -> str:
    """SHA-256 of a file, or of a folder's pictures with their names."""
    checksum = hashlib.sha256()
    for file in _files(source):
        if file != source:
            checksum.update(f"{file.name}\0{file.stat().st_size}\0".encode(errors="surrogateescape"))
        with file.open("rb") as opened:
            while chunk := opened.read(_CHUNK):
                checksum.update(chunk)
    return checksum.hexdigest()


def marks_of(source: Path) -> Marks:
    """(name, size, time of the last change) of a source's files: cheap to compare while a job runs."""
    found = ((file.name, os.stat(file)) for file in _files(source))  # noqa: PTH116
    return tuple((name, state.st_size, state.st_mtime_ns) for name, state in found)


def check_same(source: Path, marks: Marks, conditions: Sections) -> Marks:
    """See that `source` holds what a job was begun with, looking at its content only where it lost its `marks`.

    Gives its marks now. Raises SourceError.
    """
    try:
        now = marks_of(source)
        same = now == marks or content_of(source) == conditions["source"].get("content")
    except OSError as error:
        raise SourceError(
            f"{source} is gone ({(error.strerror or 'unreadable').lower()}); put it back and the same command goes on"
        ) from error
    if not same:
        raise SourceError(
            f"{source} has changed while it was being read; put the old one back and the same command goes on"
        )
    return now


def weights_of(dreamer: Dreamer) -> str:
    """SHA-256 of the parameters of all networks that dream, and of what natural pictures do to them."""
    weights = zip(dreamer.networks.items(), _weights_of(dreamer), strict=True)
    told = [f"{name} {own} {checksum_of(one)}" for (name, one), own in weights]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def weights_by_name(dreamer: Dreamer) -> dict[str, str]:
    """SHA-256 of each network's parameters as any number format holds them, by the name that terms call it."""
    return {name: _checksum(network, True, torch.bfloat16) for name, network in dreamer.networks.items()}


def _weights_of(dreamer: Dreamer) -> list[str]:
    """SHA-256 of each network's parameters, its classifier's where that is asked for."""
    asked = dreamer.classified
    return [_checksum(network, name in asked) for name, network in dreamer.networks.items()]


def _checksum(network: Network, classifier: bool, rounded: torch.dtype | None = None) -> str:
    checksum = hashlib.sha256()
    for part in [network.body, *([network.head] if classifier and network.head is not None else [])]:
        for name, tensor in sorted(part.state_dict().items()):
            held = tensor.detach() if rounded is None else tensor.detach().to(rounded)
            checksum.update(name.encode())
            checksum.update(held.cpu().reshape(-1).view(torch.uint8).numpy().tobytes())
    return checksum.hexdigest()


def _files(source: Path) -> Iterable[Path]:
    """What is read of a source: whatever else lies in a folder, OUTPUT too, is nothing to it."""
    return sorted(picture_files(source)) if source.is_dir() else [source]


def _compared(conditions: Sections) -> Sections:
    """Without where files lie (their content counts) and what only the job itself looks at."""
    files = {section.removesuffix(_FILE) for section in conditions if section.endswith(_FILE)}
    return {
        section: {name: value for name, value in values.items() if name not in ("path", "shots", *files)}
        for section, values in conditions.items()
        if section not in _UNTOLD
    }


def _differing(before: Sections, now: Sections) -> Iterator[Difference]:
    """What differs, of all that counts. Where machines are mixed in one of them, that alone counts of machines."""
    both = [_compared(before), _compared(now)]
    if any("mixed" in one.get("machine", {}) for one in both):
        both = [{**one, "machine": _MIXED if "mixed" in one.get("machine", {}) else {}} for one in both]
    return differences(*both)


def first_difference(before: Sections, now: Sections) -> str | None:
    """How what was made under the conditions `before` differs from what is made `now`, in words; None where nowhere."""
    listed = "list" in before and "list" in now
    found = (one for one in _differing(before, now) if not (listed and one.section in _BY_SHOT))
    difference = next(found, None)
    return None if difference is None else _told(difference)


def _told(difference: Difference) -> str:
    name, before, now = difference.name, difference.before, difference.now
    if name == "made_up":
        return f"from {before or 'a file'}, not from {now or 'a file'}"
    if difference.section == "source":
        return "from another source (the content differs, whatever its name)"
    if difference.section.endswith(_FILE):
        option = "--" + difference.section.removesuffix(_FILE).replace("_", "-")
        if difference.before is None or difference.now is None:
            return f"without {option}" if difference.before is None else f"with {option}, and this is without"
        return f"with another {option} (the content differs, whatever its name)"
    if difference.section == "network":
        return f"with other {name.replace('_', ' ')} in the network's file"
    if difference.section == "beside_network":
        return f"with other weights in the file of the network {name}"
    if difference.section == "natural_pictures":
        return f"with other figures of what natural pictures do to the network {name}"
    if difference.section == "job":
        return f"by `mariana {before}`, not by `mariana {now}`"
    if difference.section == "machine" and name == "mixed":
        return "with --mixed" if before else "without --mixed"
    if difference.section == "machine" and name not in ("device", "precision", "memory"):
        return f"with {name} {before} and this is {now}, which changes the last bits"
    return f"{_option(name, before)}, not {_option(name, now)}"


def _option(name: str, value: Plain | None) -> str:
    words = name.replace("_", "-")
    if value is None:
        return f"without --{words}"
    if isinstance(value, bool):
        return f"with --{words}" if value else f"with --no-{words}"
    return f"with --{words} {value}"
