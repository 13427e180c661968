"""The model card: Markdown made from a network's metadata, so that both always say the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_LEARNT = 1.5  # times what guessing would get right: less is chance


def card(metadata: Mapping[str, Any]) -> str:
    """The card of a released network."""
    return "\n".join(_lines(metadata)) + "\n"


def _lines(metadata: Mapping[str, Any]) -> Iterator[str]:
    yield f"# {metadata['name']}"
    yield ""
    yield str(metadata.get("summary", _summary(metadata)))
    yield ""
    yield from _facts(metadata)
    for title, evaluation in metadata.get("accuracy", {}).items():
        yield from _accuracy(title, evaluation)
    if metadata.get("unjudged"):
        yield f"No picture could be held back of: {', '.join(metadata['unjudged'])}. The accuracies say nothing of it."
        yield ""
    if "teacher_error" in metadata:
        yield from _teacher(metadata["teacher_error"])
    yield from _section("Recipe", metadata.get("recipe"))
    yield from _section("Data and terms", metadata.get("data"))


def _summary(metadata: Mapping[str, Any]) -> str:
    """What a network is that nobody has described: one that learnt nothing is not called a classifier."""
    found = [part["balanced_accuracy"] for part in metadata.get("accuracy", {}).values()]
    if found and max(found) < _LEARNT / max(1, len(metadata["classes"])):
        return "A network that tells its classes apart hardly better than chance: its dreams show little of them."
    return "A classifier; every layer of it can be dreamed with."


def _facts(metadata: Mapping[str, Any]) -> Iterator[str]:
    suited = metadata["suited"]
    yield f"- Classes: {', '.join(metadata['classes']) or 'none'}"
    yield f"- Dreams best with: layers `{suited['layers']}`, step size {suited['step_size']}"
    yield f"- Channels balanced: {'yes' if metadata.get('balanced') else 'no'}"
    for key in ("date", "licence"):
        if key in metadata:
            yield f"- {key.capitalize()}: {metadata[key]}"
    yield ""


def _accuracy(title: str, evaluation: Mapping[str, Any]) -> Iterator[str]:
    yield f"## Accuracy: {title}"
    yield ""
    yield (
        f"{evaluation['pictures']} pictures: {percent(evaluation['accuracy'])} right, "
        f"{percent(evaluation['balanced_accuracy'])} balanced (mean of the classes present)."
    )
    yield ""
    yield "| class | right |"
    yield "|---|---|"
    for name, value in evaluation["per_class"].items():
        yield f"| {name} | {percent(value)} |"
    yield ""


def _teacher(errors: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    layers = list(next(iter(errors.values())))
    yield "## Teacher's error on held-back pictures"
    yield ""
    yield "Mean square error of the predicted features, each teacher channel divided by its RMS."
    yield ""
    yield f"| when | {' | '.join(layers)} |"
    yield "|---" * (len(layers) + 1) + "|"
    for when, values in errors.items():
        yield f"| {when} | {' | '.join(f'{values[layer]:.3f}' for layer in layers)} |"
    yield ""


def _section(title: str, lines: Any) -> Iterator[str]:
    if lines:
        yield f"## {title}"
        yield ""
        yield from (f"- {line}" for line in ([lines] if isinstance(lines, str) else lines))
        yield ""


def percent(value: float) -> str:
    """0.8213 → 82.1 %."""
    return f"{100 * value:.1f} %"
