"""Amounts of memory: what people write, and what is said otherwise."""

from __future__ import annotations

import pytest

from mariana_video.errors import UsageError
from mariana_video.recipe.values.memory import Memory


@pytest.mark.parametrize(
    ("text", "size"),
    [("4GB", 4 * 10**9), ("800MB", 8 * 10**8), ("1.5 GiB", 3 << 29), ("2500 mb", 25 * 10**8), ("0.5gb", 5 * 10**8)],
)
def test_they_are_read(text: str, size: int) -> None:
    assert Memory.of(text).bytes == size
    assert Memory.of(str(Memory.of(text))) == Memory.of(text)


@pytest.mark.parametrize(
    "wrong", ["", "4", "GB", "-4GB", "0GB", "4 gigabytes", "4e3MB", "x" * 5000, 4, None, True, 2.5]
)
def test_all_else_is_refused_in_one_line(wrong: object) -> None:
    with pytest.raises(UsageError, match=r"^--memory .*such as 4GB or 800MB$") as told:
        Memory.of(wrong)
    assert len(str(told.value)) < 150
