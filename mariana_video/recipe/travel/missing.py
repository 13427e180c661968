"""What a recipe was made with and does not bring: files, weights of one's own, weights that lie elsewhere yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from mariana_video.errors import UsageError
from mariana_video.recipe.group import Group
from mariana_video.recipe.kind import Kind
from mariana_video.recipe.kinds import ProgressionRecipe, SheetRecipe
from mariana_video.recipe.look import Dream
from mariana_video.recipe.options import Carry
from mariana_video.recipe.progression import Progress, compared
from mariana_video.recipe.travel.fields import COMPARED
from mariana_video.recipe.travel.reading import Travelled
from mariana_video.recipe.travel.taken import files_needed
from mariana_video.recipe.values.networks import Networks, Said
from mariana_video.recipe.values.objective import Objective

RAFT = "raft"
Lies = Callable[[str], Literal["here", "elsewhere", "nowhere"]]
"""Where the weights of a network lie that is called by a name (`RAFT`, too): elsewhere is what would be downloaded."""

_SHORT = 12  # letters of a checksum that tell files apart


@dataclass(frozen=True)
class _Missing:
    """`what` is missing, and `how` it is given on the command line."""

    what: str
    how: str


def check_missing(asked: Kind, made: Kind, travelled: Travelled, same: bool, lies: Lies) -> None:
    """See that nothing is missing of what `made`, a recipe taken over for what was `asked`, goes by.

    `same` is whether it goes by the recipe's part and mask, too. Raises UsageError that names all that is missing, and
    how to give it: what is said on the command line may be downloaded, what a recipe says may not.
    """
    missing = [*_files(asked, travelled, same)]
    for name in asked.groups():
        said, group = getattr(asked, name), getattr(made, name)
        if isinstance(group, Dream):
            missing += _networks(said, group, _objectives(said, group, asked, made), travelled, lies)
        if isinstance(group, Progress):
            missing += _compared(said, group, made, lies)
        if isinstance(group, Carry) and group.flow == RAFT and not {"flow", "flow_weights"} & said.said:
            missing += _raft(travelled, lies)
    if missing:
        what, how = (one.what for one in missing), (one.how for one in missing)
        raise UsageError(
            f"it was made with {_listed(list(what))}; no recipe brings files or starts a download: give {' '.join(how)}"
        )


def _files(asked: Kind, travelled: Travelled, same: bool) -> Iterator[_Missing]:
    for option, group in files_needed(asked, travelled, same):
        if option in group.said or _goes_without(option, group):
            continue
        words, checksum = f"--{option.replace('_', '-')}", travelled.origin.files[option][:_SHORT]
        if option in COMPARED:
            yield _Missing(f"{words} (files side by side)", f"{words} again")
        else:
            yield _Missing(f"{words} (a file; its SHA-256 begins {checksum})", f"{words} FILE")


def _goes_without(option: str, group: Group) -> bool:
    """Whether what is said makes a file needless: layers that go by no guide, other networks, other motion."""
    if option == "guide" and isinstance(group, Dream) and "layers" in group.said:
        return True  # what is wrong with these is said where they are looked at
    if option == "weights" and "network" in group.said:
        return True
    return option == "flow_weights" and isinstance(group, Carry) and "flow" in group.said


def _networks(
    said: Dream, dream: Dream, objectives: Sequence[Objective], travelled: Travelled, lies: Lies
) -> Iterator[_Missing]:
    """The networks that dream, and those that terms name; one --network says them all."""
    networks = () if {"network", "weights"} & said.said else dream.network.said
    own = [one for one in networks if one.name in travelled.origin.brought]
    filed = "weights" in travelled.origin.files  # whose weights they are is said where they are read
    named = [] if filed else [one.what for one in networks if one not in own]
    named += _further(objectives, dream.network)
    gone = _gone(named, lies)
    if not own and not gone:
        return
    checksums = {one.name: travelled.origin.weights.get(one.name, "")[:_SHORT] for one in own}
    what = [f"the network {name} (a file; its weights' checksum begins {one})" for name, one in checksums.items()]
    what += [_of_network(name, where) for name, where in gone.items()]
    given = [_given(one, one in own, gone) for one in dream.network.said]
    given += [_given(Said(name), False, gone) for name in gone if name not in {one.what for one in dream.network.said}]
    text = ", ".join(given)
    yield _Missing(_listed(what), f'--network "{text}"' if len(given) > 1 else f"--network {text}")


def _given(one: Said, own: bool, gone: dict[str, str]) -> str:
    """A network as it is to be said."""
    if own:
        return f"{one}@FILE" if one.own else f"{one.name}=FILE"
    return f"{one.name}=FILE" if gone.get(one.what) == "nowhere" else str(one)


def _gone(names: Iterable[str], lies: Lies) -> dict[str, str]:
    """Those of some networks that are not here, and whether they are anywhere."""
    return {name: where for name in dict.fromkeys(names) if (where := lies(name)) != "here"}


def _of_network(name: str, where: str) -> str:
    return f"the network {name} ({'its weights are not here' if where == 'elsewhere' else 'none here is called so'})"


def _objectives(said: Dream, dream: Dream, asked: Kind, made: Kind) -> Sequence[Objective]:
    """The layers and channels that were taken over."""
    taken = [None if "layers" in said.said else dream.layers]
    if isinstance(made, SheetRecipe) and isinstance(asked, SheetRecipe) and "channels" not in asked.tiles.said:
        taken.append(made.tiles.channels)
    return [one for one in taken if one is not None]


def _further(objectives: Iterable[Objective], networks: Networks) -> list[str]:
    """The networks that terms name and that are not said."""
    names = (term.network for objective in objectives for term in objective.terms if term.network)
    return [name for name in names if name not in networks.names]


def _compared(said: Progress, progress: Progress, made: Kind, lies: Lies) -> Iterator[_Missing]:
    """Networks that are set side by side, or that layers name which are."""
    assert isinstance(made, ProgressionRecipe), "no other kind of work compares"
    for option in COMPARED:
        text = getattr(progress, option)
        field, words = ("", ()) if text is None or option in said.said else compared(text)
        names = [one.what for word in words for one in Networks.of(word).said] if field == "network" else []
        if field == "layers":
            names = _further(map(Objective.of, words), made.ascent.network)
        gone = [_of_network(name, where) for name, where in _gone(names, lies).items()]
        if gone:
            yield _Missing(_listed(gone), f'--{option} "{text}"')


def _raft(travelled: Travelled, lies: Lies) -> Iterator[_Missing]:
    if "flow_weights" not in travelled.origin.files and lies(RAFT) != "here":
        yield _Missing("--flow raft (its weights are not here)", "--flow raft")


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
