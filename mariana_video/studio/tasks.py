"""What the page asks of its processes: looks, frames, dreams, renders. All of it is done by the functions of `api`."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mariana_video.errors import MarianaError, OutputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mariana_video.api.making.work import Made, Work
    from mariana_video.studio.asker import Asker

_OFTEN = 0.7  # seconds between two pictures of a running work
_SHOWN = 640  # pixels of their longer side
_STRIP = 12  # pictures along a film
_SMALL = 160  # pixels of their width

Task = Mapping[str, Any]


def _look(task: Task, _asker: Asker) -> dict[str, Any]:
    """What a source is."""
    from mariana_video.api.frames import look_at

    seen = look_at(Path(task["source"]))
    return {"film": seen.film, "size": seen.size, "seconds": seen.seconds, "rate": seen.rate, "sounds": seen.sounds}


def _frame(task: Task, _asker: Asker) -> dict[str, Any]:
    """A frame as it is, as a picture."""
    from mariana_video.api.frames import frame_of

    rgb = frame_of(Path(task["source"]), task.get("at"), task["width"])
    save(rgb, Path(task["output"]))
    return {"size": [rgb.shape[1], rgb.shape[0]]}


def _strip(task: Task, asker: Asker) -> dict[str, Any]:
    """Small pictures along a film."""
    from mariana_video.api.frames import frame_of

    folder, seconds = Path(task["folder"]), float(task["seconds"])
    made = 0
    for number in range(_STRIP):
        asker.check()
        try:
            rgb = frame_of(Path(task["source"]), seconds * (number + 0.5) / _STRIP, _SMALL)
        except MarianaError:  # a film that ends earlier than it says
            break
        save(rgb, folder / f"{number:03d}.jpg")
        made += 1
    return {"pictures": made}


def _shots(task: Task, asker: Asker) -> dict[str, Any]:
    """The shots of a film: where each begins, in seconds."""
    from mariana_video.api.shots import shots
    from mariana_video.recipe.shots import clock_text, read_list

    work = shots(task["source"], task["output"], overwrite=True)
    asker.running(work)
    path = work.run(lambda made: asker.tell(made=made.number))
    found = read_list(path).shots
    return {"starts": [clock_text(shot.start, 6) for shot in found], "seconds": [float(shot.start) for shot in found]}


def _dream(task: Task, asker: Asker) -> dict[str, Any]:
    """A dreamed frame."""
    from mariana_video.api.image import image

    work = image(task["source"], task["output"], task["recipe"], overwrite=True, no_recipe=True, **task["options"])
    asker.running(work)
    work.run(lambda made: asker.tell(made=made.number, total=made.total))
    return {"size": work.size}


def _recipe(task: Task, _asker: Asker) -> dict[str, Any]:
    """The recipe that a result carries, as a text."""
    from mariana_video.api.recipes import recipe_text

    return {"text": recipe_text(task["file"])}


def _networks(_task: Task, _asker: Asker) -> dict[str, Any]:
    """The networks that dream here without a download, each with its layers."""
    from mariana_video.api.networks import list_layers, list_networks

    here = [one for one in list_networks() if one.file is not None]
    return {
        "layers": {one.name: [name for net in list_layers(one.name).values() for name in names(net)] for one in here}
    }


def names(layers: list[Any]) -> list[str]:
    """The names of some layers."""
    return [layer.name for layer in layers]


def _make(task: Task, asker: Asker) -> dict[str, Any]:
    """A whole work, with pictures of how far it is."""
    work = _work(task)
    asker.tell(*work.notes, total=work.total, finished=work.done, unit=work.unit, size=work.size)
    asker.running(work)
    shown = Shown(work, asker, Path(task["seen"]))
    work.run(shown.one, asker.tell)
    return {"seconds": shown.seconds()}


def _work(task: Task) -> Work[Path]:
    from mariana_video.api.explore import explore
    from mariana_video.api.image import image
    from mariana_video.api.progress import progress
    from mariana_video.api.video import video
    from mariana_video.api.zoom import zoom

    options: dict[str, Any] = dict(task["options"])
    if task["command"] == "explore":
        return explore(task["source"], task["output"], **options)
    ways: Mapping[str, Callable[..., Work[Path]]] = {
        "video": video, "image": image, "zoom": zoom, "progress": progress,
    }  # fmt: skip
    making = ways[task["command"]]
    options["overwrite"] = options.get("overwrite", False) or task["command"] == "image"  # begun anew, where stopped
    return making(task["source"], task["output"], task["recipe"], **options)


class Shown:
    """Shows how far a work is: a number each time, a picture now and then."""

    def __init__(self, work: Work[Path], asker: Asker, picture: Path) -> None:
        self._clock, self._asker, self._picture = work.foretelling(), asker, picture
        self._began, self._next = time.monotonic(), 0.0

    def one(self, made: Made) -> None:
        """One more of the work stands."""
        self._clock.step()
        now = time.monotonic()
        seen = now >= self._next
        if seen:
            rgb = made.rgb
            if rgb is not None:
                save(rgb, self._picture)
            self._next = time.monotonic() + max(_OFTEN, 20 * (time.monotonic() - now))
        self._asker.tell(made=made.number, total=made.total, left=self._clock.left(), seen=seen)

    def seconds(self) -> float:
        """How long it took."""
        return time.monotonic() - self._began


def save(rgb: NDArray[np.float32], path: Path) -> None:
    """A picture (0…1), no larger than it is shown, as a JPEG that stands whole or not at all. Raises OutputError."""
    import numpy as np
    from PIL import Image

    picture = Image.fromarray(np.rint(np.clip(rgb, 0, 1) * 255).astype(np.uint8))
    picture.thumbnail((_SHOWN, _SHOWN))
    new = path.with_name(f".{path.name}.new")
    try:
        picture.save(new, "JPEG", quality=88)
        new.replace(path)
    except OSError as error:
        raise OutputError(f"a picture can't be written: {(error.strerror or 'the disk is full').lower()}") from None


TASKS: Mapping[str, Callable[[Task, Asker], dict[str, Any]]] = {
    "look": _look,
    "frame": _frame,
    "strip": _strip,
    "shots": _shots,
    "dream": _dream,
    "recipe": _recipe,
    "networks": _networks,
    "make": _make,
}
