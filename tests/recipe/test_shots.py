"""A list of shots as text: what is wrong in it is one clear line, whatever it is."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from mariana_video.errors import UsageError
from mariana_video.recipe.options import recipe
from mariana_video.recipe.shots import Entry, clock_text, list_text, read_list
from mariana_video.recipe.toml import sections

ONE = "[[shot]]\nstart = 0\n"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", r"no \[\[shot\]\] in it"),
        ("shot = 3", r"no \[\[shot\]\] in it"),
        ("shot = [1, 2]", r"no \[\[shot\]\] in it"),
        ("a =", "invalid value"),
        ("frame = 3\n" + ONE, "unknown setting frame: did you mean frames"),
        ("content = 3\n" + ONE, "content is a checksum"),
        (ONE + "lok = {}\n", "shot 1: unknown setting lok of a shot: did you mean look"),
        (ONE + "end = 3\n", "shot 1: a shot ends where the next one begins"),
        (ONE + "look = 3\n", r"shot 1: its settings stand below \[shot.look\]"),
        (ONE + "dream = 'no'\n", "shot 1: dream is true or false"),
        (ONE + "picture = 3\n", "shot 1: picture is the name of a file"),
        ("[[shot]]\n", "shot 1: it has no start"),
        ("[[shot]]\nstart = 2\n", "shot 1: the first shot begins with the film"),
        (ONE + "[[shot]]\nstart = -1\n", "shot 2: it starts at -1 s, before the film"),
        (ONE + "[[shot]]\nstart = 'soon'\n", "shot 2: can't read 'soon' as a time"),
        (ONE + "[[shot]]\nstart = '50%'\n", "shot 2: .*no clip"),
        (ONE + "[[shot]]\nstart = 1979-05-27\n", "shot 2: can't read"),
        (ONE + "[[shot]]\nstart = nan\n", "shot 2: can't read"),
        (ONE + "[[shot]]\nstart = 4\n[[shot]]\nstart = 3\n", "shot 3: it starts at 0:03.000, and shot 2 .* 0:04.000"),
        (ONE + "[shot.look]\nstrenght = 2\n", "shot 1: unknown setting strenght of a look: did you mean strength"),
        (ONE + "[shot.look]\nstrength = 20\n", "shot 1: --strength 20: give a number from 0 to 10"),
        (ONE + "[shot.look]\nstrength = [2]\n", "shot 1: --strength"),
        (ONE + "[shot.look]\nstrength = {a = 1}\n", "shot 1: --strength"),
        (ONE + "[shot.look]\nstrength = '2*'\n", "shot 1: --strength"),
        (ONE + "[shot.look]\nscore = 'energie'\n", "shot 1: --score energie: .*did you mean energy"),
        (ONE + "[shot.look]\nsize = '64x'\n", "shot 1: size holds for the whole film"),
        (ONE + "[shot.look]\ncrf = 3\n", "shot 1: crf holds for the whole film"),
        (ONE + "[shot.look]\nmotif-size = 0.2\nmotif_size = 0.3\n", "shot 1: motif_size is there twice"),
        ("a = " + 100_000 * "[", "can't be read as a list"),
        ("[[shot]]\nstart = " + 10_000 * "9", "can't be read as a list"),
        (4_000_001 * "#", "is no list of shots"),
    ],
)
def test_what_is_wrong_is_one_line(tmp_path: Path, text: str, word: str) -> None:
    path = tmp_path / "shots.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=rf"^--shots .*shots\.toml.*{word}") as caught:
        read_list(path)
    assert "\n" not in str(caught.value)


def test_what_is_no_text_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "shots.toml").write_bytes(bytes(range(256)))
    for path in (tmp_path / "shots.toml", tmp_path, tmp_path / "none.toml"):
        with pytest.raises(UsageError, match="--shots"):
            read_list(path)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    """Also times that have no end as decimals, and names with quotes in them."""
    starts = [Fraction(0), Fraction(1001 * 40, 24000), Fraction(1001 * 90000, 24000)]
    entries = [Entry(start, start + 1, range(2), f'a "b"/{number:03d}.jpg') for number, start in enumerate(starts)]
    path = tmp_path / "shots.toml"
    path.write_text(list_text({"clip": 'a "b".mp4', "frames": 9, "content": "x"}, entries, Fraction(1001, 24000)))
    read = read_list(path)
    assert max(abs(shot.start - start) for shot, start in zip(read.shots, starts, strict=True)) <= Fraction(1, 2000)
    assert read.content == "x"
    assert clock_text(starts[2]) == "1:02:33.750"


def test_a_look_is_laid_over_the_films_recipe(tmp_path: Path) -> None:
    (tmp_path / "mine.safetensors").touch()
    path = tmp_path / "shots.toml"
    path.write_text(
        ONE + "[shot.look]\nmotif-size = 0.4\nmask = 'm.png'\nnetwork = 'mine.safetensors'\ncarry = '0:(0), 1s:(1)'\n"
        "[[shot]]\nstart = 00:01:02.5\ndream = false\n"
    )
    first, second = read_list(path).shots
    film = recipe(strength=2, seed=5)
    wanted = recipe(
        strength=2, seed=5, motif_size=0.4, mask=tmp_path / "m.png", network=str(tmp_path / "mine.safetensors"),
        carry="0:(0), 1s:(1)",
    )  # fmt: skip
    assert sections(first.recipe(film)) == sections(wanted)
    assert (second.start, second.dreamed) == (Fraction(125, 2), False)
    assert sections(second.recipe(film)) == sections(film)
