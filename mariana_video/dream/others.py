"""The pictures that an ascent goes by beside the one that it changes: what that was, and a guide."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from torch import Tensor

from mariana_video.dream.objectives.kind import Beside
from mariana_video.dream.octaves import Octave
from mariana_video.dream.plain.resample import resize


@dataclass(frozen=True)
class Others:
    """The `source` of a dream (1×3×H×W, 0…1; None: what the ascent begins with) and its `guide` (1×3×h×w, or None).

    `rest` (1×3×H×W; None: the source) is what the picture would be, had nothing been dreamed. `scale` is what the
    guide's size is to be multiplied by on an octave of scale 1.
    """

    source: Tensor | None = None
    guide: Tensor | None = None
    rest: Tensor | None = None
    scale: float = 1.0

    def over(self, part: Callable[[Tensor], Tensor]) -> Others:
        """The same beside a `part` of the picture; a guide is looked through as a whole."""
        source, rest = (None if picture is None else part(picture) for picture in (self.source, self.rest))
        return replace(self, source=source, rest=rest)

    def guide_only(self) -> Others:
        """The same where nothing looks at what lies at the same place."""
        return Others(guide=self.guide, scale=self.scale)

    def at(self, octave: Octave, begun: Tensor, wanted: Collection[Beside]) -> dict[Beside, Tensor]:
        """Those that are `wanted`, at the size that they have on an octave, where the picture is `begun` (1×3×h×w)."""
        found: dict[Beside, Tensor] = {}
        if "source" in wanted:
            found["source"] = begun if self.source is None else resize(self.source, octave.shape)
        if "guide" in wanted and self.guide is not None:
            factor = octave.scale * self.scale
            found["guide"] = resize(self.guide, [max(1, round(side * factor)) for side in self.guide.shape[-2:]])
        return found

    def rest_at(self, octave: Octave, begun: Tensor) -> Tensor:
        """What a picture that is `begun` (1×3×h×w) on an octave would be, had nothing been dreamed."""
        rest = self.source if self.rest is None else self.rest
        return begun if rest is None else resize(rest, octave.shape)
