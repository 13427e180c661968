"""`mariana measure`: how steady, how alive and how safe a dreamed clip is, beside its source."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from mariana_video.cli.bar import Bar, say
from mariana_video.errors import OutputError, UsageError
from mariana_video.recipe.options import from_text, from_texts
from mariana_video.recipe.values.networks import Networks
from mariana_video.recipe.values.objective import Objective
from mariana_video.recipe.values.schedule import Bounds
from mariana_video.recipe.values.time import Time

if TYPE_CHECKING:
    from mariana_video.dream.score import Score
    from mariana_video.judging.coherence import Coherence
    from mariana_video.judging.judge import Judge
    from mariana_video.judging.pairing import Pair
    from mariana_video.judging.plot import Drawing
    from mariana_video.judging.variety import Variety

_FLAG = Parameter(negative=())
_NARROWEST, _WIDEST = 64, 4096


def measure(  # long: its docstring is what --help shows of each option
    source: Path,
    dream: Path,
    /,
    *,
    network: Annotated[Networks, from_texts(Networks)] = Networks("mariana"),
    weights: Path | None = None,
    layers: Annotated[Objective | None, from_text(Objective)] = None,
    flow_weights: Path | None = None,
    start: Annotated[Time | None, from_text(Annotated[Time, Bounds(0)])] = None,
    width: int = 480,
    json: Path | None = None,
    plot: Path | None = None,
    overwrite: Annotated[bool, _FLAG] = False,
    quiet: Annotated[bool, _FLAG] = False,
) -> None:
    """Measure a dreamed clip, this program's or another's, beside its source: steadiness, life, ghosts, flashes.

    Parameters
    ----------
    source
        The clip that was dreamed on: a video or a folder of numbered pictures.
    dream
        What was made of it: the same frames, of any size.
    network
        What scores how strongly it dreams: a network's name or a weights file; several may be said.
    weights
        A weights file for `inception_v3`, in place of torchvision's download, or for `vgg16`.
    layers
        The layers that are scored: `"conv3_3 + 0.5*conv4_2"`. Default: what suits the network.
    flow_weights
        RAFT's weights, to judge motion with RAFT. Not for a dream that was made with it.
    start
        Where DREAM begins in SOURCE, when it is a dream of a part: `90` (seconds), `1:02.5`, `75%`.
    width
        Longer side, in pixels, of the pictures on which motion is judged; larger ones are shrunk.
    json
        Also write all figures, and those of each frame, to this file.
    plot
        Also draw the figures over time, and where nothing could be judged, to this picture.
    overwrite
        Replace the files of --json and --plot where they exist.
    quiet
        No bar and no remarks; the figures and errors are still shown.
    """
    from mariana_video.judging.judge import Judge
    from mariana_video.judging.pairing import pair
    from mariana_video.judging.plot import Drawing
    from mariana_video.judging.report import report

    files = [Path(word) for one in network.said for word in (one.what, one.weights) if word]
    _check(width, (json, plot), (source, dream, weights, flow_weights, *files), overwrite)
    score, judge = _score(network, weights, layers), Judge(flow_weights)
    clips = pair(source, dream, start)
    variety = _variety([one.name for one in score.networks.values()], clips.frames)
    for note in clips.notes:
        say(note, quiet)
    drawing = Drawing()
    coherence = _run(clips, judge, score, width, (drawing, variety), quiet)
    for line in report(coherence.figures(), coherence.worst, variety.line(), judge.names):
        print(line)
    if json is not None:
        layers_scored = [layer for term in score.terms for layer in term.kind.layers]
        scored = {"network": ", ".join(one.name for one in score.networks.values()), "layers": layers_scored}
        judged = {"size": drawing.size, "judges": judge.names, **variety.to_dict()}
        _write(json, {**scored, **judged, **coherence.to_dict()})
    if plot is not None:
        drawing.save(plot, coherence.rows, f"{dream.name} beside {source.name}")


def _check(width: int, files: tuple[Path | None, ...], read: tuple[Path | None, ...], overwrite: bool) -> None:
    from mariana_video.media.output import check_written

    if not _NARROWEST <= width <= _WIDEST:
        raise UsageError(f"--width {width}: give {_NARROWEST} to {_WIDEST}")
    check_written([file for file in files if file is not None], read, overwrite)


def _score(network: Networks, weights: Path | None, layers: Objective | None) -> Score:
    from mariana_video.dream.objectives.chosen import chosen
    from mariana_video.dream.objectives.reading import read
    from mariana_video.dream.score import Score

    networks, objective = chosen(network, weights, layers)
    return Score(networks, read(objective.at(0, 25), networks))


def _variety(dreamers: list[str], frames: int) -> Variety:
    from mariana_video.judging.variety import Variety, judge_of
    from mariana_video.networks.weights import load

    return Variety(load(judge_of(*dreamers)), frames)


def _run(
    clips: Pair, judge: Judge, score: Score, width: int, beside: tuple[Drawing, Variety], quiet: bool
) -> Coherence:
    from mariana_video.judging.coherence import Coherence
    from mariana_video.judging.measuring import measured

    coherence, (drawing, variety) = Coherence(), beside
    with Bar(clips.frames, "frames", label="measuring", quiet=quiet) as bar:
        for seen in measured(coherence, clips, judge, score, width):
            drawing.add(seen)
            if seen.number in variety.asked:
                variety.add(seen.dream, seen.source)
            bar.step()
    return coherence


def _write(file: Path, values: dict[str, Any]) -> None:
    from json import dumps

    try:
        file.write_text(dumps(values, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{file} can't be written: {(error.strerror or str(error)).lower()}") from error
