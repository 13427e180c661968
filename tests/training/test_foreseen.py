"""What can be known to fail is refused before a picture is read; what would do nothing is refused at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from mariana_video.cli.app import run
from mariana_video.errors import DataError, MarianaError, UsageError
from mariana_video.networks import weights
from mariana_video.networks.mariana import Architecture, Mariana
from mariana_video.training import study as job
from mariana_video.training.epochs import start
from mariana_video.training.epochs.options import Lessons, Study
from mariana_video.training.foreseen import variant_of
from mariana_video.training.outcome.evaluate import strangers
from mariana_video.training.pictures.data import Pictures
from tests.training.folders import COLOURS, make_folder, small_classifier


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "raw-img", 3)


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(*_: Any) -> None:
        raise AssertionError("a picture was read")

    monkeypatch.setattr("mariana_video.training.pictures.data.decode", read)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--chunks", "46"], 2, "--chunks does nothing without --teacher; --epochs"),
        (["--classify-chunks", "0"], 2, "--classify-chunks does nothing without --teacher"),
        (["--crop", "112"], 2, "--crop does nothing without --teacher"),
        (["--crop", "100", "--teacher", "vgg16"], 2, "multiple of 16, such as 96 or 112"),
        (["--teacher", "vgg16", "--epochs", "110"], 2, "--epochs 110 does nothing with --teacher; --chunks"),
        (["--teacher", "vgg16", "--stop-at-divergence"], 2, "--stop-at-divergence does nothing with --teacher"),
        (["--teacher", "vgg16", "--variant", "grey4-dense128"], 2, "grey4-dense128 can't be taught"),
        (["--teacher", "mariana", "--variant", "grey3-dense100"], 2, "give one of colour4-dense256"),
        (["--teacher", "no.pth"], 1, "no weights file at no.pth"),
        (["--teacher", "no.safetensors"], 1, "no weights file at no.safetensors"),
        (["--teacher", "vgg6"], 1, "did you mean 'vgg16'"),
        (["--teacher", "tiny.safetensors"], 1, "tiny has no layer 'conv3_3'"),
        (["--device", "tpu"], 2, "--device tpu"),
        (["--device", "cuda:7"], 2, "--device cuda:7"),
        (["--init", "none.safetensors"], 1, "no network at none.safetensors"),
        (["--init", "tiny.safetensors"], 1, "tiny has blocks (8, 12) of colour, blocks (32, 64, 128, 256) of colour"),
        (["--init", "mariana", "--variant", "grey4-dense128"], 1, "of colour, blocks (32, 64, 128, 256) of grey"),
        (["--also", "none"], 1, "no folder at none"),
        (
            ["--also", "others"],
            1,
            "others does nothing without --teacher: no subfolder is named like a class of raw-img",
        ),
        (["--also", "tiny.safetensors", "--teacher", "mariana"], 1, "tiny.safetensors is a file"),
    ],
)
@pytest.mark.usefixtures("unread")
def test_it_is_refused_before_a_picture_is_read(
    words: list[str],
    code: int,
    said: str,
    data: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    small_classifier(Path("tiny.safetensors"))
    make_folder(Path("others"), 1, {"zebra": (1, 2, 3)})
    before = sorted(tmp_path.iterdir())
    assert run(["train", data.name, "x.safetensors", *words]) == code
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 1
    assert said in told[0]
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("study", "lessons"),
    [
        (Study(), Lessons(chunks=3)),
        (Study(), Lessons(crop=64)),
        (Study(epochs=3), Lessons(teacher="mariana")),
        (Study(stop_at_divergence=True), Lessons(teacher="mariana")),
    ],
)
def test_python_callers_get_the_same_checks(study: Study, lessons: Lessons, data: Path, tmp_path: Path) -> None:
    nothing = Pictures([], torch.zeros(0).long().numpy(), ("a", "b"))
    with pytest.raises(UsageError, match="--"):
        job.run(nothing, tmp_path / "x.safetensors", study, lessons)
    with pytest.raises(UsageError, match="--"):
        job.learn(data, tmp_path / "x.safetensors", study, lessons)


@pytest.mark.parametrize("options", [{"variant": "grey5"}, {"precision": "fp64"}, {"batch": 1}, {"epochs": "many"}])
def test_a_study_reads_its_options_as_it_is_made(options: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=f"--{next(iter(options))}"):
        Study(**options)  # type: ignore[arg-type]


def test_defaults_are_what_help_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert (Study().rounds(), Lessons().lengths()) == (110, (46, 13))
    assert (Study(epochs=3).rounds(), Lessons(chunks=2, classify_chunks=0).lengths()) == (3, (2, 0))
    taught = Lessons(teacher="vgg16")
    assert variant_of(Study(), taught).architecture.input_size == 112
    assert variant_of(Study(variant="mariana-wide"), taught).architecture.input_size == 128
    assert variant_of(Study(), taught.but(crop=64)).architecture.input_size == 64
    with pytest.raises(UsageError, match="--crop 48: mariana-wide needs a multiple of 32"):
        variant_of(Study(variant="mariana-wide"), taught.but(crop=48))
    assert variant_of(Study(), Lessons()).architecture.input_size == 32
    assert run(["train", "--help"]) == 0
    shown = " ".join(capsys.readouterr().out.replace("│", " ").split())
    for default in ("110", "46", "13", "112, or 128 for mariana-wide"):
        assert f"Default: {default}." in shown


@pytest.mark.usefixtures("unread")
def test_one_class_is_known_from_the_folders(tmp_path: Path) -> None:
    single = make_folder(tmp_path / "data", 2, {"cane": (1, 2, 3)})
    with pytest.raises(DataError, match="only one class"):
        job.learn(single, tmp_path / "x.safetensors", Study(), Lessons())


def test_a_download_s_advice_is_of_this_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(_: str) -> None:
        from mariana_video.errors import NetworkError

        raise NetworkError("vgg16 couldn't be downloaded; give a file with --weights FILE")

    monkeypatch.setattr("mariana_video.networks.zoo._downloaded", offline)
    monkeypatch.setattr("mariana_video.networks.weights.released", dict)
    with pytest.raises(MarianaError, match="--teacher FILE"):
        job.foresee(Study(), Lessons(teacher="vgg16"))


def test_a_slow_number_format_is_not_measured_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without bf16 in the processor a whole batch takes a minute: it is seen on two pictures that it won't do."""
    asked: list[tuple[int, torch.dtype]] = []

    def timed(_: Mariana, x: torch.Tensor, kind: torch.dtype, factor: float) -> float:
        asked.append((len(x), kind))
        return len(x) * (factor if kind == torch.bfloat16 else 1.0)

    chosen = {}
    for factor in (10.0, 2.0, 0.9, 0.5):
        asked.clear()
        monkeypatch.setattr(start, "_step_time", lambda *given, factor=factor: timed(*given, factor))
        chosen[factor] = start.faster_precision(Architecture((8,), True, 4, 32, 0), 64, torch.device("cpu"))
        assert ((64, torch.bfloat16) in asked) == (factor < 3)
    assert chosen == {10.0: torch.float32, 2.0: torch.float32, 0.9: torch.float32, 0.5: torch.bfloat16}


@pytest.mark.usefixtures("unread")
@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["vgg16.safetensors"], 1, "no network at vgg16.safetensors"),
        (["dreamer.safetensors"], 1, "dreamer has no classes"),
        (["birds.safetensors"], 1, "no subfolder of raw-img is named like a class of birds: gull, tern"),
        (["pets.safetensors", "--picture", "a.txt"], 2, "no ending of a picture"),
        (["pets.safetensors", "--picture", "mine.png"], 1, "mine.png exists; give another name or use --overwrite"),
        (["pets.safetensors", "--picture", "none/a.png"], 1, "does not exist; make it first"),
        (["pets.safetensors", "--picture", "folder.png"], 1, "is a folder"),
    ],
)
def test_an_evaluation_is_refused_before_a_picture_is_read(
    words: list[str],
    code: int,
    said: str,
    data: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    small_classifier(Path("pets.safetensors"))
    small_classifier(Path("birds.safetensors"), ("gull", "tern"))
    small_classifier(Path("dreamer.safetensors"), ())
    Path("mine.png").write_text("my own")
    Path("folder.png").mkdir()
    assert run(["evaluate", words[0], data.name, *words[1:]]) == code
    assert said in capsys.readouterr().err
    assert Path("mine.png").read_text() == "my own"


def test_classes_a_network_does_not_know_are_named_and_not_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = make_folder(tmp_path / "data", 2, COLOURS | {"zebra": (1, 1, 1)})
    (data / "zebra" / "bad.png").write_bytes(b"never looked at")
    pets = small_classifier(tmp_path / "pets.safetensors", ("cane", "gatto", "owl"))
    assert strangers(weights.load(pets), data) == ["ragno", "zebra"]
    assert run(["evaluate", str(pets), str(data), "--json"]) == 0
    shown = capsys.readouterr()
    assert "left out: ragno, zebra" in shown.err
    assert "bad.png" not in shown.err
    assert '"pictures": 4' in shown.out
