"""The recipe that travels with a result, as a text; and what is worth saying of the one that a work goes by."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mariana_video import __version__
from mariana_video.api.foreseen.recipes import mark_of, remarks_on
from mariana_video.dream.plain.made_up import Source
from mariana_video.job.conditions import weights_by_name
from mariana_video.loop.dreamer import Dreamer
from mariana_video.networks import weights as stored
from mariana_video.recipe.job import Travelling
from mariana_video.recipe.kind import Kind
from mariana_video.recipe.kinds import ProgressionRecipe
from mariana_video.recipe.progression import Progress
from mariana_video.recipe.travel.fields import COMPARED, FILES, compares_files
from mariana_video.recipe.travel.reading import LONGEST
from mariana_video.recipe.travel.text import Origin, brought_by, kind_of, travelling_names, travelling_text
from mariana_video.recipe.values.file import InputFile
from mariana_video.recipe.values.networks import Networks


@dataclass(frozen=True)
class Carried:
    """What results of a work carry: `recipe` was made with what `origin` says. Where nothing is to travel, it is None.

    `notes` are worth saying before the work.
    """

    recipe: Kind
    origin: Origin | None
    notes: tuple[str, ...] = ()

    @property
    def text(self) -> str | None:
        """The text that travels."""
        if self.origin is None:
            return None
        text = travelling_text(kind_of(self.recipe), self.recipe, self.origin)
        return text if len(text) <= LONGEST else None

    def of(self, source: Source) -> str | None:
        """The text that travels with what is made of one source among several."""
        origin = None if self.origin is None else replace(self.origin, source=mark_of(source))
        return replace(self, origin=origin).text


def carried(
    recipe: Kind, said: Travelling, networks: Networks, dreamers: Sequence[Dreamer], source: Source | None = None
) -> Carried:
    """What the results of a `recipe` carry, made by `dreamers` of a `source` (None: of several).

    `networks` are those that it says, `said` what it says of recipes.
    """
    if said.no_recipe and said.recipe is None:
        return Carried(recipe, None)
    names = travelling_names(recipe)
    named = _weights(dreamers, names)
    precision = dreamers[0].precision
    mark = "" if source is None else mark_of(source)
    notes = () if said.recipe is None else tuple(remarks_on(recipe, said.recipe, mark, named, precision))
    brought = tuple(name for name in brought_by(networks, names) if name in named)
    origin = Origin(__version__, mark, named, _files(recipe), brought, precision)
    made = Carried(recipe, None if said.no_recipe else origin, notes)
    if not said.no_recipe and made.text is None:
        made = replace(made, notes=(*notes, "the recipe is too long to travel with the result: it is left out"))
    return made


def _weights(dreamers: Sequence[Dreamer], names: Mapping[str, str]) -> dict[str, str]:
    """The checksums of all weights, by the `names` that travel.

    What a list of shots alone calls by a name of its own is left out: that list's checksum stands for it.
    """
    found: dict[str, str] = {}
    for dreamer in dreamers:
        found |= weights_by_name(dreamer)
    public = stored.names()
    return {names.get(name, name): one for name, one in found.items() if name in names or name in public}


def _files(recipe: Kind) -> dict[str, str]:
    """The checksums of the files that a recipe reads, by their options; of those that it sets side by side, of all."""
    found = {name: file.checksum() for name, file in recipe.files().items() if name in FILES}
    progress = recipe.progress if isinstance(recipe, ProgressionRecipe) else Progress()
    for option, text in ((option, getattr(progress, option)) for option in COMPARED):
        if text is not None and compares_files(text):
            files = (InputFile(word.rpartition("@")[2].strip()) for word in text.partition("=")[2].split(","))
            contents = [file.checksum() for file in files if file.is_file()]
            found[option] = hashlib.sha256("\n".join(contents).encode()).hexdigest()
    return found
