"""What a finished picture still gets, at its own size: its colours, its symmetry, and the source shining through."""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import Tensor

from mariana_video.dream.plain.colours import kept_colours, painted, saturated
from mariana_video.dream.plain.symmetry import folded, kaleidoscope
from mariana_video.recipe.look import Kept


@dataclass(frozen=True)
class Finish:
    """What is done to a picture after it was dreamed; `palette` is 1×3×h×w."""

    colour: Kept = "free"
    saturation: float | None = None
    palette: Tensor | None = field(default=None, compare=False)
    folds: int = 0
    grown: bool = True

    def of(self, picture: Tensor, source: Tensor) -> Tensor:
        """The finished `picture` (1×3×H×W, 0…1) of a `source` (likewise)."""
        return self.folded(self.coloured(picture, source))

    def folded(self, picture: Tensor) -> Tensor:
        """`picture` as symmetrical as it is to be: it has `grown` so, or any picture is folded."""
        return folded(picture, self.folds) if self.grown else kaleidoscope(picture, self.folds)

    def coloured(self, picture: Tensor, source: Tensor) -> Tensor:
        """The same, not folded yet."""
        picture = kept_colours(picture, source, self.colour)
        if self.palette is not None:
            picture = painted(picture, self.palette)
        if self.saturation is not None:
            picture = saturated(picture, source, self.saturation)
        return picture
