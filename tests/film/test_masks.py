"""Dreaming in a part of the picture only."""

from pathlib import Path

import numpy as np
import pytest
import torch

from mariana_video.cli.app import run
from mariana_video.errors import UsageError
from mariana_video.film import job
from mariana_video.film.making import video
from mariana_video.film.masks import fitted, read_mask
from mariana_video.media.pictures import read_picture, write_picture
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
        video(clip, f"{source}/", steps=0)
    options = ["--mask", str(mask), "--first-steps", "2", "--octaves", "1", "--precision", "fp32", "--quiet"]
    assert run([command, str(source if command == "image" else clip), str(made), *options]) == 0
    pairs = [(source, made)] if command == "image" else [(p, Path(made) / p.name) for p in sorted(source.iterdir())]
    for before, after in pairs:
        change = np.abs(read_picture(before)[0] - read_picture(after)[0])
        assert change[:, 84:].max() == 0
        assert change[:, :70].mean() > 0.005


def test_bad_masks_are_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="black all over"):
        read_mask(half(tmp_path / "black.png", 0.0))
    (tmp_path / "text.png").write_text("no picture")
    for name in ("text.png", "missing.png"):
        with pytest.raises(UsageError, match="--mask"):
            read_mask(tmp_path / name)


def test_a_job_is_not_gone_on_with_under_another_mask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clip, mask = make(tmp_path / "clip.mp4", size="64x48", seconds=0.4), half(tmp_path / "mask.png")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(job, "sink", stop)
    with pytest.raises(KeyboardInterrupt):
        video(clip, tmp_path / "d.mp4", first_steps=1, mask=mask)
    monkeypatch.undo()
    half(mask, 0.5)
    with pytest.raises(UsageError, match="another --mask"):
        video(clip, tmp_path / "d.mp4", first_steps=1, mask=mask)
