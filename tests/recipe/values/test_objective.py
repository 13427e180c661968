"""What to excite, as text: terms, weights, channels, and their blending along the frames."""

from __future__ import annotations

import pytest

from mariana_video.errors import UsageError
from mariana_video.recipe.values.objective import Objective, Term, read_terms
from tests.conftest import instant


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("conv4_3", (Term("conv4_3"),)),
        (" conv3_3 + 0.5 * conv4_2 ", (Term("conv3_3"), Term("conv4_2", 0.5))),
        ("conv4_3[17]", (Term("conv4_3[17]"),)),
        ("2e-1*Mixed_5d[3]+.5*all", (Term("Mixed_5d[3]", 0.2), Term("all", 0.5))),
    ],
)
def test_terms(text: str, terms: tuple[Term, ...]) -> None:
    assert read_terms(text) == terms


@pytest.mark.parametrize("text", ["a", "0.5*a + b:c[3] + 1e-05*n-1.x:d(e (f), 2) + 3*all", ".25*x.y/z[2-5]"])
def test_terms_are_written_as_they_are_read(text: str) -> None:
    terms = read_terms(text)
    assert read_terms(" + ".join(map(str, terms))) == terms
    assert str(Objective(str(Objective(text)))) == text


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("conv4_3 +", 10),
        ("conv4_3 conv3_3", 9),
        ("0*conv4_3", 1),
        ("conv4_3[x]", 8),
        ("+conv4_3", 1),
        ("conv4_3 / conv3_3", 9),
        ("conv4_3 - -conv3_3", 10),
        ("conv4_3 - 0*conv3_3", 10),
        ("0:(conv2_2), 60:(conv4_3 +)", 27),
    ],
)
def test_a_mistake_is_answered_with_its_place(text: str, place: int) -> None:
    with pytest.raises(UsageError, match=rf"at character {place} "):
        Objective(text)


def test_an_empty_text_names_no_layer() -> None:
    with pytest.raises(UsageError):
        Objective("  ")


def test_one_objective_fades_into_the_next() -> None:
    objective = Objective("0:(a), 10:(b + 2*c), 1s:(d)")
    assert objective.at(instant(0, 20)) == (Term("a"),)
    assert objective.at(instant(4, 20)) == (Term("a", 0.6), Term("b", 0.4), Term("c", 0.8))
    assert objective.at(instant(10, 20)) == (Term("b"), Term("c", 2.0))
    assert objective.at(instant(15, 20)) == (Term("b", 0.5), Term("c", 1.0), Term("d", 0.5))
    assert objective.at(instant(20, 20)) == objective.at(instant(99, 20)) == (Term("d"),)


def test_before_its_first_key_the_first_objective_holds() -> None:
    assert Objective("10:(a), 20:(b)").at(instant(3, 25)) == (Term("a"),)


def test_it_knows_its_layers_and_whether_it_moves() -> None:
    assert [term.what for term in Objective("0:(a + b), 5:(b + c)").terms] == ["a", "b", "b", "c"]
    assert Objective("a + b").constant
    assert not Objective("0:(a), 5:(b)").constant


def test_terms_are_a_thousand_at_the_most() -> None:
    """A recipe from a stranger could hold thousands, and each costs time at every step."""
    assert len(Objective("+".join(["a"] * 1000)).terms) == 1000
    with pytest.raises(UsageError, match="1000 terms are the most"):
        Objective("+".join(["a"] * 1001))
