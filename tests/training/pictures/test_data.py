"""Odd pictures are read, unreadable ones named, duplicates kept on one side."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mariana_video.errors import DataError
from mariana_video.training.pictures.data import Pictures, decode, read_folder, split, unjudged
from mariana_video.training.pictures.duplicates import clusters, difference_hash
from tests.training.folders import make_folder


def test_italian_names_become_the_paper_s(tmp_path: Path) -> None:
    pictures = read_folder(make_folder(tmp_path / "raw-img", 2))
    assert pictures.classes == ("cat", "dog", "spider")
    assert pictures.labels.tolist() == [0, 0, 1, 1, 2, 2]
    assert pictures.pictures[2][..., 2].mean() > pictures.pictures[2][..., 0].mean()  # a dog is blue


@pytest.mark.parametrize("mode", ["L", "RGBA", "LA", "P", "CMYK", "1", "I;16"])
def test_odd_kinds_of_pictures_are_read(tmp_path: Path, mode: str) -> None:
    image = Image.new("RGB", (40, 30), (120, 130, 140)) if mode != "I;16" else Image.new("I;16", (40, 30), 30000)
    path = tmp_path / ("odd.tif" if mode in ("CMYK", "I;16") else "odd.png")
    (image if mode == "I;16" else image.convert(mode)).save(path)
    picture = decode(path)
    assert picture.shape == (30, 40, 3)
    assert picture.dtype == np.uint8


def test_pictures_are_turned_upright_and_transparency_is_white(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    Image.new("RGB", (40, 30)).save(tmp_path / "turned.jpg", exif=exif)
    assert decode(tmp_path / "turned.jpg").shape == (40, 30, 3)
    Image.new("RGBA", (40, 30), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    assert decode(tmp_path / "clear.png").min() == 255


def test_large_pictures_are_shrunk_and_long_ones_cut(tmp_path: Path) -> None:
    Image.new("RGB", (2000, 500)).save(tmp_path / "long.jpg")
    assert decode(tmp_path / "long.jpg").shape == (128, 192, 3)


def test_unreadable_and_tiny_files_are_named_and_skipped(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "data", 2)
    (folder / "cane" / "bad.jpg").write_bytes(b"not a picture")
    (folder / "cane" / "empty.png").touch()
    Image.new("RGB", (3, 3)).save(folder / "cane" / "tiny.png")
    (folder / "cane" / "notes.txt").write_text("ignored")
    pictures = read_folder(folder)
    assert len(pictures) == 6
    assert [Path(name.split(" (")[0]).name for name in pictures.skipped] == ["bad.jpg", "empty.png", "tiny.png"]


def test_what_can_t_be_learnt_from_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no folder"):
        read_folder(tmp_path / "none")
    with pytest.raises(DataError, match="no subfolders"):
        read_folder(tmp_path)
    folder = make_folder(tmp_path / "data", 2)
    (folder / "empty").mkdir()
    with pytest.raises(DataError, match=r"'empty'.*no readable picture"):
        read_folder(folder)


def test_near_duplicates_are_one_cluster_also_by_way_of_others() -> None:
    base = 0b1011 << 40
    hashes = np.array([base, base ^ 0b1111, base ^ 0b11111111, ~np.uint64(base)], dtype=np.uint64)
    assert sorted(map(sorted, clusters(hashes))) == [[0, 1, 2], [3]]


def test_a_brighter_smaller_copy_has_nearly_the_same_hash() -> None:
    picture = np.asarray(Image.effect_mandelbrot((160, 120), (-2, -1.2, 1, 1.2), 60).convert("RGB"))
    copy = np.asarray(Image.fromarray((picture * 0.7 + 20).astype(np.uint8)).resize((80, 60)))
    assert (difference_hash(picture) ^ difference_hash(copy)).bit_count() <= 4


def noise(count: int) -> list[np.ndarray]:
    return list(np.random.default_rng(0).integers(0, 255, (count, 24, 24, 3), dtype=np.uint8))


def test_the_split_is_stratified_seeded_and_never_divides_duplicates() -> None:
    unique = noise(90)
    pictures = Pictures([p for p in unique for _ in range(2)], np.repeat([0, 1, 2], 60), ("a", "b", "c"))
    training, validation = split(pictures, 0.2, seed=4)
    assert sorted(training + validation) == list(range(180))
    assert [int((pictures.labels[validation] == c).sum()) for c in range(3)] == [12, 12, 12]
    assert {i // 2 for i in training}.isdisjoint(i // 2 for i in validation)
    assert split(pictures, 0.2, seed=4) == (training, validation)
    assert split(pictures, 0.2, seed=5) != (training, validation)


def test_duplicates_of_two_classes_stay_in_training() -> None:
    pictures = Pictures([p for p in noise(30) for _ in range(2)], np.tile([0, 1], 30), ("a", "b"))
    assert split(pictures, 0.5, seed=0)[1] == []


def test_every_class_that_can_spare_one_is_judged() -> None:
    labels = np.repeat([0, 1, 2], [30, 4, 2])
    pictures = Pictures(noise(36), labels, ("many", "few", "two"))
    training, validation = split(pictures, 0.1, seed=0)
    assert np.bincount(labels[validation]).tolist() == [3, 1, 1]
    assert np.bincount(labels[training]).tolist() == [27, 3, 1]
    assert unjudged(pictures, pictures.subset(validation)) == []


def test_a_small_class_of_twins_gives_its_smallest_cluster_whole() -> None:
    one, other, *rest = noise(32)
    pictures = Pictures([*rest, one, one, one, other, other], np.repeat([0, 1], [30, 5]), ("many", "twins"))
    validation = split(pictures, 0.1, seed=1)[1]
    assert [i for i in validation if i >= 30] == [33, 34]


def test_a_class_that_can_spare_none_is_named() -> None:
    one, shared, own, *rest = noise(33)
    pictures = Pictures(
        [*rest, one, one, shared, shared, own],
        np.array([0] * 30 + [1, 1] + [0, 2, 2]),
        ("many", "alike", "shared"),
    )
    training, validation = split(pictures, 0.1, seed=1)
    assert {30, 31, 32, 33} <= set(training)
    assert 34 in validation  # the cluster that spans two classes is there to learn from
    assert unjudged(pictures, pictures.subset(validation)) == ["alike"]


@pytest.mark.parametrize("held_back", [0.5, 0.9])
def test_every_class_keeps_something_to_learn_from(held_back: float) -> None:
    labels = np.repeat([0, 1, 2, -1], [1, 2, 4, 1])
    training, validation = split(Pictures(noise(8), labels, ("a", "b", "c")), held_back, seed=0)
    assert set(labels[training].tolist()) == {0, 1, 2, -1}
    assert set(labels[validation].tolist()) == {1, 2}


def test_ordinary_folders_are_divided_as_ever() -> None:
    """Networks say what they were held back from: the same folder and seed give the same sides."""
    pictures = Pictures(noise(60), np.repeat([0, 1], 30), ("a", "b"))
    assert split(pictures, 0.1, seed=0)[1] == [3, 20, 23, 39, 49, 58]
