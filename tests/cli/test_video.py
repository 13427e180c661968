"""`mariana video` and `mariana image` as a person meets them: results, refusals in one line, exit codes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import read
from mariana_video.media.stills.pictures import read_picture, write_picture
from tests.conftest import make_clip, texture

ROOT = Path(__file__).parents[2]
Mariana = Callable[..., tuple[int, str]]


def pictures(path: Path) -> np.ndarray:
    return np.stack([frame.rgb for frame in read(open_clip(path))])


def times(path: Path) -> list[float]:
    return [float(frame.pts) for frame in read(open_clip(path))]


def test_a_film_comes_back_dreamed(mariana: Mariana, clip: Path, tiny_weights: Path, tmp_path: Path) -> None:
    out = tmp_path / "dream.mp4"
    code, told = mariana("video", clip, out, "--network", tiny_weights, "--first-steps", 3)
    assert code == 0, told
    assert "8 frames" in told
    assert times(out) == times(clip)
    assert open_clip(out).size == open_clip(clip).size
    assert len(open_clip(out).sounds) == 1
    assert np.sqrt(np.mean((pictures(out) - pictures(clip)) ** 2)) > 0.03
    assert [path.name for path in tmp_path.iterdir()] == ["dream.mp4"]


def test_steps_zero_is_the_source(mariana: Mariana, clip: Path, tiny_weights: Path, tmp_path: Path) -> None:
    out = tmp_path / "same.mp4"
    assert mariana("video", clip, out, "--network", tiny_weights, "--steps", 0, "--crf", 8)[0] == 0
    # this texture is as fine as the chroma is coarse; real clips are held to 2/255 in tests/media
    assert np.abs(pictures(out) - pictures(clip)).mean() < 3 / 255


@pytest.mark.long
def test_the_same_seed_gives_the_same_film(mariana: Mariana, clip: Path, tiny_weights: Path, tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        wanted = ("--network", tiny_weights, "--seed", seed, "--codec", "ffv1", "--precision", "fp32")
        assert mariana("video", clip, tmp_path / f"{name}.mkv", *wanted)[0] == 0
    a, b, c = (pictures(tmp_path / f"{name}.mkv") for name in "abc")
    assert np.array_equal(a, b)
    assert not np.array_equal(a, c)


@pytest.mark.parametrize("name", ["a b.mp4", "é%d[1].mp4", "-dash.mp4"])
def test_odd_names_work(
    mariana: Mariana, tiny_weights: Path, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    make_clip(Path("in") / name, frames=2)
    code, told = mariana("video", "--network", tiny_weights, "--first-steps", 1, "--", f"in/{name}", name)
    assert code == 0, told
    assert Path(name).exists()


def test_a_folder_of_pictures_in_and_out(mariana: Mariana, tiny_weights: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number in (1, 2, 10):
        write_picture(tmp_path / "in" / f"frame{number}.png", texture(41, 53, number))
    code, told = mariana("video", tmp_path / "in", f"{tmp_path}/out/", "--rate", 12, "--network", tiny_weights)
    assert code == 0, told
    made = sorted((tmp_path / "out").glob("*.png"))
    assert len(made) == 3
    assert read_picture(made[0])[0].shape == (41, 53, 3)


def test_an_image_a_folder_of_images_and_a_frame(
    mariana: Mariana, clip: Path, tiny_weights: Path, tmp_path: Path
) -> None:
    network = ("--network", tiny_weights, "--first-steps", 2)
    write_picture(tmp_path / "a.png", texture(40, 60))
    assert mariana("image", tmp_path / "a.png", tmp_path / "b.png", *network)[0] == 0
    assert not np.allclose(read_picture(tmp_path / "b.png")[0], read_picture(tmp_path / "a.png")[0], atol=0.01)
    (tmp_path / "many").mkdir()
    for name in ("x.png", "y.jpg"):
        write_picture(tmp_path / "many" / name, texture(40, 60))
    assert mariana("image", tmp_path / "many", tmp_path / "made", *network)[0] == 0
    assert sorted(path.name for path in (tmp_path / "made").iterdir()) == ["recipe.toml", "x.png", "y.jpg"]
    assert mariana("image", clip, tmp_path / "frame.png", "--at", 0.1, "--size", "32x", *network)[0] == 0
    assert read_picture(tmp_path / "frame.png")[0].shape == (24, 32, 3)


REFUSED: list[tuple[int, str, list[str]]] = [
    (2, "carry", ["--carry", "1.5"]),
    (2, "carry", ["--carry", "nan"]),
    (2, "steps", ["--steps=-1"]),
    (2, "octaves", ["--octaves", "0"]),
    (2, "octaves 20", ["--octaves", "20"]),
    (2, "size", ["--size", "0x10"]),
    (2, "size", ["--size", "large"]),
    (2, "seed", ["--seed=-1"]),
    (2, "Did you mean --strength", ["--strenght", "1"]),
    (2, "more than once|multiple", ["--seed", "1", "--seed", "2"]),
    (2, "character 6", ["--mix", "0:(1)x"]),
    (2, "device", ["--device", "quantum"]),
    (1, "conv2_2", ["--layers", "conv2_3"]),
    (1, "mariana networks", ["--network", "marianna"]),
]


@pytest.mark.parametrize(
    ("code", "said", "words"), REFUSED, ids=lambda value: " ".join(value) if isinstance(value, list) else ""
)
def test_bad_options_are_refused_in_one_line(
    mariana: Mariana, clip: Path, tiny_weights: Path, tmp_path: Path, code: int, said: str, words: list[str]
) -> None:
    network = () if "--network" in words else ("--network", tiny_weights)
    got, told = mariana("video", clip, tmp_path / "out.mp4", *network, *words)
    assert got == code, told
    assert any(part in told for part in said.split("|")), told
    _one_line_and_nothing_left(told, tmp_path)


def _one_line_and_nothing_left(told: str, folder: Path) -> None:
    assert "Traceback" not in told
    assert told.strip().splitlines()[-1].startswith("mariana: ")
    assert sum(line.startswith("mariana: ") for line in told.splitlines()) == 1
    assert not list(folder.glob("*out*"))


def _sound_only(path: Path) -> None:
    import av

    with av.open(str(path), "w") as out:
        stream = out.add_stream("aac", rate=44100)
        samples = av.AudioFrame.from_ndarray(np.zeros((1, 4410), np.float32), format="fltp", layout="mono")
        samples.rate = 44100
        out.mux(stream.encode(samples))
        out.mux(stream.encode(None))


SOURCES: dict[str, Callable[[Path], object]] = {
    "missing.mp4": lambda path: None,
    "folder": lambda path: path.mkdir(),
    "empty.mp4": lambda path: path.touch(),
    "text.mp4": lambda path: path.write_text("no film at all\n" * 50),
    "sound.mp4": _sound_only,
}


@pytest.mark.parametrize("name", SOURCES)
def test_bad_sources_are_refused_in_one_line(mariana: Mariana, tiny_weights: Path, tmp_path: Path, name: str) -> None:
    SOURCES[name](tmp_path / name)
    code, told = mariana("video", tmp_path / name, tmp_path / "out.mp4", "--network", tiny_weights)
    assert code == 1, told
    assert name in told
    _one_line_and_nothing_left(told, tmp_path)


def test_bad_outputs_are_refused_in_one_line(mariana: Mariana, tiny_weights: Path, tmp_path: Path) -> None:
    source = make_clip(tmp_path / "clip.mp4", frames=2)
    before = source.read_bytes()
    (tmp_path / "link.mp4").symlink_to(source)
    (tmp_path / "there.mp4").write_bytes(b"kept")
    cases = {
        source: 1,
        tmp_path / "link.mp4": 1,
        tmp_path / "there.mp4": 1,
        tmp_path / "none" / "out.mp4": 1,
        tmp_path / "out.xyz": 2,
    }
    for output, wanted in cases.items():
        code, told = mariana("video", source, output, "--network", tiny_weights)
        assert code == wanted, (output, told)
        _one_line_and_nothing_left(told, tmp_path)
    assert source.read_bytes() == before
    assert (tmp_path / "there.mp4").read_bytes() == b"kept"
    assert mariana("video", source, tmp_path / "there.mp4", "--overwrite", "--network", tiny_weights)[0] == 0


def test_damaged_and_foreign_weights_are_refused(
    mariana: Mariana, clip: Path, tiny_weights: Path, tmp_path: Path
) -> None:
    good = tiny_weights.read_bytes()
    cases = {
        "cut.safetensors": good[: len(good) // 2],
        "text.safetensors": b"hello" * 99,
        "pickle.safetensors": b"\x80\x04K\x01.",
    }
    for name, content in cases.items():
        (tmp_path / name).write_bytes(content)
        code, told = mariana("video", clip, tmp_path / "out.mp4", "--network", tmp_path / name)
        assert code == 1, told
        _one_line_and_nothing_left(told, tmp_path)


def test_a_truncated_clip_gives_what_decodes_and_a_warning(
    mariana: Mariana, tiny_weights: Path, tmp_path: Path
) -> None:
    whole = make_clip(tmp_path / "whole.mkv", frames=40, sound=False)
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    code, told = mariana("video", cut, tmp_path / "out.mp4", "--network", tiny_weights, "--first-steps", 1)
    assert code == 0, told
    assert 5 < len(times(tmp_path / "out.mp4")) < 40


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's here")
@pytest.mark.long
def test_ctrl_c_leaves_what_is_finished(tiny_weights: Path, tmp_path: Path) -> None:
    source = make_clip(tmp_path / "long.mp4", frames=150, size=(160, 120))
    out = tmp_path / "dream.mp4"
    command = [sys.executable, "-m", "mariana_video", "video", str(source), str(out), "--network", str(tiny_weights)]
    job = subprocess.Popen([*command, "--steps", "9", "--motif-size", "1"], cwd=ROOT, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    assert job.stderr is not None
    for line in job.stderr:  # the estimate comes after the first frames
        if "will take about" in line or time.monotonic() > deadline:
            break
    job.send_signal(signal.SIGINT)
    told = job.stderr.read()
    assert job.wait(30) == 130
    assert "Traceback" not in told
    assert not out.exists()
    part = tmp_path / "dream.part.mp4"
    assert str(part) in told
    assert 1 <= len(times(part)) < 150
