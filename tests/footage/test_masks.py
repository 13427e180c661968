"""Dreaming in a part of the picture only."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from mariana_video.api.video import video
from mariana_video.cli.app import run
from mariana_video.errors import UsageError
from mariana_video.footage.masks import fitted, read_mask
from mariana_video.job import job
from mariana_video.media.stills.pictures import read_picture, write_picture
from tests.media.clips import make


def half(path: Path, value: float = 1.0) -> Path:
    """White on the left half."""
    picture = np.zeros((30, 40, 3), np.float32)
    picture[:, :20] = value
    write_picture(path, picture)
    return path


def test_edges_are_soft_inwards_and_black_stays_black(tmp_path: Path) -> None:
    mask = fitted(read_mask(half(tmp_path / "mask.png")), (320, 240))[0, 0]
    assert mask.shape == (240, 320)
    assert mask[:, 164:].max() == 0  # resizing spreads the edge by a few pixels
    assert mask[:, :140].min() > 0.98
    assert mask.diff(dim=1).abs().max() < 0.5


def test_grey_is_less(tmp_path: Path) -> None:
    mask = fitted(read_mask(half(tmp_path / "mask.png", 0.25)), (40, 30))
    assert torch.allclose(mask[..., :12], torch.tensor(0.25), atol=0.01)


@pytest.mark.parametrize("command", ["image", "video"])
def test_outside_the_mask_nothing_is_dreamed(tmp_path: Path, command: str) -> None:
    mask = half(tmp_path / "mask.png")
    source, made = (
        (tmp_path / "s.png", tmp_path / "d.png") if command == "image" else (tmp_path / "s", f"{tmp_path}/d/")
    )
    clip = make(tmp_path / "clip.mp4", size="160x120", seconds=0.16)
    if command == "image":
        write_picture(source, np.random.default_rng(0).random((120, 160, 3)).astype(np.float32))
    else:
        video(clip, f"{source}/", steps=0).run()
    options = [
        "--mask",
        str(mask),
        "--first-steps",
        "2",
        "--octaves",
        "1",
        "--motif-size",
        "1",
        "--precision",
        "fp32",
        "--quiet",
    ]
    assert run([command, str(source if command == "image" else clip), str(made), *options]) == 0
    pairs = [(source, made)] if command == "image" else [(p, Path(made) / p.name) for p in sorted(source.glob("*.png"))]
    for before, after in pairs:
        change = np.abs(read_picture(before)[0] - read_picture(after)[0])
        assert change[:, 84:].max() == 0
        assert change[:, :70].mean() > 0.005


@pytest.mark.long
def test_inside_a_mask_is_what_the_whole_picture_would_dream(tmp_path: Path) -> None:
    """Also where the mask is small, the picture moves, and the mask is a film at another rate."""
    clip = make(tmp_path / "clip.mp4", size="160x120", seconds=0.4)
    masks = tmp_path / "masks"
    masks.mkdir()
    for number in range(5):  # a disc that goes to the right, 10 pictures a second
        disc = np.hypot(*(np.indices((60, 80)) - np.array([30, 10 + 12 * number])[:, None, None])) < 9
        write_picture(masks / f"{number:02}.png", np.repeat(disc[..., None].astype(np.float32), 3, -1))
    moving = tmp_path / "mask.mkv"
    video(masks, moving, rate=10, steps=0, first_steps=0, strength=0, crf=0).run()
    few = {"octaves": 1, "first_steps": 2, "motif_size": 1, "precision": "fp32"}
    for name, options in (("whole", few), ("part", {**few, "mask": moving}), ("none", {"steps": 0, "first_steps": 0})):
        video(clip, f"{tmp_path / name}/", **options).run()
    frames = sorted(path.name for path in (tmp_path / "whole").glob("*.png"))
    assert len(frames) == 10
    for number, name in enumerate(frames):
        whole, part, source = (read_picture(tmp_path / one / name)[0] for one in ("whole", "part", "none"))
        shown = read_picture(masks / f"{int(number / 25 * 10 + 0.02):02}.png")[0][..., :1]
        inside = fitted(np.asarray(shown[..., 0]), (160, 120))[0, 0].numpy()
        assert np.abs(whole - part)[inside > 0.99].max() < 0.02  # a film's mask is white within a level or two
        assert np.abs(source - part)[fitted_wide(shown) < 0.01].max() < 0.02


def fitted_wide(mask: np.ndarray) -> np.ndarray:
    """A mask at 160×120 with room for a film's blurred edges."""
    return cv2.dilate(cv2.resize(mask, (160, 120)), np.ones((9, 9), np.uint8))


def test_a_mask_that_is_over_too_early_is_refused(tmp_path: Path) -> None:
    clip, short = make(tmp_path / "clip.mp4", size="64x48", seconds=0.4), make(tmp_path / "m.mp4", seconds=0.2)
    with pytest.raises(UsageError, match=r"is over after 0\.20 s, and the film is dreamed up to 0\.36 s"):
        video(clip, tmp_path / "d.mp4", mask=short)
    write_picture(tmp_path / "s.png", np.zeros((48, 64, 3), np.float32))
    assert run(["image", str(tmp_path / "s.png"), str(tmp_path / "d.png"), "--mask", str(short), "--quiet"]) == 2
    assert not (tmp_path / "d.png").exists()


def test_bad_masks_are_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="black all over"):
        read_mask(half(tmp_path / "black.png", 0.0))
    (tmp_path / "text.png").write_text("no picture")
    for name in ("text.png", "missing.png"):
        with pytest.raises(UsageError, match="--mask"):
            read_mask(tmp_path / name)


def test_a_job_is_not_continued_under_another_mask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clip, mask = make(tmp_path / "clip.mp4", size="64x48", seconds=0.4), half(tmp_path / "mask.png")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(job, "sink", stop)
    with pytest.raises(KeyboardInterrupt):
        video(clip, tmp_path / "d.mp4", first_steps=1, mask=mask).run()
    monkeypatch.undo()
    half(mask, 0.5)
    with pytest.raises(UsageError, match="another --mask"):
        video(clip, tmp_path / "d.mp4", first_steps=1, mask=mask)
