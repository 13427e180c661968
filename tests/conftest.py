"""What tests share: a small network, small pictures, and the command line run in the test's own process."""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch is loaded, as the command does it

import torch
from torch import Tensor, nn

from mariana_video.dream.objectives.kind import Measure
from mariana_video.dream.objectives.reading import read
from mariana_video.dream.score import Score
from mariana_video.media.stills.hush import allowed
from mariana_video.networks.network import Description, Layer, Network, Normalisation, Suited
from mariana_video.recipe.values.objective import read_terms
from mariana_video.recipe.values.timeline import Instant, Timeline

# A shell's background jobs ignore Ctrl-C, and so would every command that a suite begun there starts.
signal.signal(signal.SIGINT, signal.default_int_handler)


def small_network(name: str = "small", seed: int = 1, pool: int = 2) -> Network:
    """Three padded convolutions with fixed weights: padding keeps it from being blind to shifts."""
    generator = torch.Generator().manual_seed(seed)
    stages: dict[str, nn.Module] = {}
    widths = [3, 8, 12, 16]
    for number, (before, after) in enumerate(pairwise(widths), 1):
        layer = nn.Conv2d(before, after, 3, padding=1)
        with torch.no_grad():
            layer.weight.copy_(torch.randn(layer.weight.shape, generator=generator) / (9 * before) ** 0.5)
            layer.bias.zero_()  # type: ignore[union-attr]
        stages[f"conv{number}"] = nn.Sequential(layer, nn.ReLU())
        if number < 3:
            stages[f"pool{number}"] = nn.MaxPool2d(pool)
    body = nn.Sequential()
    for key, stage in stages.items():
        body.add_module(key, stage)
    layers = {f"conv{n}": Layer(f"conv{n}", widths[n], pool ** (n - 1), 3 * pool**n) for n in (1, 2, 3)}
    plain = Normalisation((0.5, 0.5, 0.5), (0.25, 0.25, 0.25))
    return Network(Description(name, layers, plain, Suited("conv3", 0.02, 0.1, side=None)), body)


def score_by(network: Network, text: str, measure: Measure = "share") -> Score:
    """What makes `network` score a picture by a text such as `conv2 + 0.5*conv3`."""
    networks = {network.name: network}
    return Score(networks, read(read_terms(text), networks), measure)


@pytest.fixture
def network() -> Network:
    return small_network()


def instant(frame: int, rate: float | Fraction = 25) -> Instant:
    """A frame of a film of evenly spaced frames."""
    return Timeline(float(rate)).at(frame)


def texture(height: int, width: int, seed: int = 0) -> np.ndarray:
    """A smooth random picture, float32 H×W×3 in 0.1…0.9, with detail at several sizes."""
    rng = np.random.default_rng(seed)
    picture = np.zeros((height, width, 3))
    for cells in (4, 8, 16):
        coarse = torch.from_numpy(rng.random((1, 3, cells, cells)))
        fine = torch.nn.functional.interpolate(coarse, (height, width), mode="bicubic", align_corners=False)
        picture += fine[0].permute(1, 2, 0).numpy()
    picture = (picture - picture.min()) / (picture.max() - picture.min())
    return (0.1 + 0.8 * picture).astype(np.float32)


def as_tensor(picture: np.ndarray) -> Tensor:
    return torch.from_numpy(picture.transpose(2, 0, 1).copy())[None]


@pytest.fixture
def mariana(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Runs the command in this process: gives the exit code and all that stderr said."""

    def call(*words: str | Path | Sequence[str]) -> tuple[int, str]:
        from mariana_video.cli.app import run

        code = run([str(word) for word in words])
        return code, capsys.readouterr().err

    return call


def write_tiny(path: Path, seed: int = 0, known: bool = False) -> Path:
    """A released file of a network of the paper's family, so small that a frame takes milliseconds.

    Where what natural pictures do to it is `known` (all channels alike), it need not be measured.
    """
    from mariana_video.networks import weights
    from mariana_video.networks.mariana import Architecture, Mariana, layers

    torch.manual_seed(seed)
    model = Mariana(Architecture(blocks=(8, 12), classes=0, input_size=0))
    suited = {"layers": "conv2_2", "step_size": 0.02, "strength": 0.1}
    natural = {
        name: {"squares": [1.0] * layer.channels, "share": 1.0} for name, layer in layers(model.architecture).items()
    }
    said = {"natural": natural} if known else {}
    weights.save(path, model, {"name": path.stem, "suited": suited, "classes": [], **said})
    return path


@pytest.fixture(scope="session")
def tiny_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of such a network."""
    return write_tiny(tmp_path_factory.mktemp("weights") / "tiny.safetensors", known=True)


def make_clip(
    path: Path, *, frames: int = 8, size: tuple[int, int] = (64, 48), rate: int = 25, sound: bool = True
) -> Path:
    """A small film: a texture that slides to the right, with a tone."""
    import av

    width, height = size
    wide = np.rint(texture(height, width + 2 * frames) * 255).astype(np.uint8)
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=rate, options={"crf": "10"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        tone = out.add_stream("aac", rate=44100) if sound else None
        for index in range(frames):
            left = 2 * (frames - index)
            picture = np.ascontiguousarray(wide[:, left : left + width])
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        if tone is not None:
            length = round(44100 * frames / rate)
            wave = (np.sin(np.arange(length) * 0.06) * 0.3).astype(np.float32)[None]
            samples = av.AudioFrame.from_ndarray(wave, format="fltp", layout="mono")
            samples.rate = 44100
            out.mux(tone.encode(samples))
            out.mux(tone.encode(None))
        out.mux(stream.encode(None))
    return path


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clips") / "clip.mp4")


@pytest.fixture
def in_the_command() -> Iterator[None]:
    """As in the command's own process, where libraries' remarks are kept off the screen (`cli.terminal.process`)."""
    with warnings.catch_warnings(), allowed():
        warnings.simplefilter("ignore")
        yield
