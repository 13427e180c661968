"""`train`, `evaluate`, `networks` and `layers` as a person calls them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from mariana_video.cli.app import app, run
from mariana_video.networks import zoo
from mariana_video.networks.mariana import Architecture
from mariana_video.training.epochs.variants import VARIANTS
from tests.training.folders import make_folder

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "raw-img", 10)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    tiny = replace(VARIANTS["colour4-dense512"], architecture=Architecture((8, 12), True, 16, 16, 3), rate=3e-3)
    monkeypatch.setitem(VARIANTS, "colour4-dense512", tiny)  # type: ignore[misc]


def test_a_network_is_trained_evaluated_and_listed(data: Path, tmp_path: Path, capsys: Capture) -> None:
    (data / "cane" / "bad.jpg").write_bytes(b"no picture")
    output = str(tmp_path / "mine.safetensors")
    words = ["train", str(data), output, "--variant", "colour4-dense512", "--epochs", "15", "--batch", "8"]
    assert run([*words, "--precision", "fp32"]) == 0
    told = capsys.readouterr().err
    assert "bad.jpg" in told
    assert "epoch 15" in told
    assert run(["evaluate", output, str(data), "--json", "--picture", str(tmp_path / "confusion.png")]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["balanced_accuracy"] > 0.8
    assert answer["classes"] == ["cat", "dog", "spider"]
    assert (tmp_path / "confusion.png").stat().st_size > 1000
    assert run(["evaluate", output, str(data)]) == 0
    assert "balanced" in capsys.readouterr().out
    assert run(["layers", output]) == 0
    assert capsys.readouterr().out.split("\n")[1].split() == ["conv1_1", "8", "1", "3"]
    assert run(words) == 1  # it exists now
    assert "--overwrite" in capsys.readouterr().err


def test_a_class_that_is_not_judged_is_told(data: Path, tmp_path: Path, capsys: Capture) -> None:
    (data / "mucca").mkdir()
    for name in ("a.png", "b.png"):
        (data / "mucca" / name).write_bytes((data / "cane" / "000.png").read_bytes())
    words = ["train", str(data), str(tmp_path / "x.safetensors"), "--variant", "colour4-dense512", "--epochs", "1"]
    assert run([*words, "--precision", "fp32"]) == 0
    told = capsys.readouterr().err
    assert "no picture of class 'cow' is held back" in told
    assert "'dog'" not in told
    assert "held back of: cow." in (tmp_path / "x.md").read_text()


def test_a_stopped_training_says_how_to_go_on(
    data: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    words = ["train", str(data), str(tmp_path / "x.safetensors"), "--variant", "colour4-dense512", "--epochs", "2"]
    with monkeypatch.context() as patch:
        patch.setattr("mariana_video.training.outcome.results.write", stopped)
        assert run([*words, "--precision", "fp32"]) == 130
    assert "the same command goes on" in capsys.readouterr().err
    assert [path.name for path in tmp_path.glob("*x.*")] == ["x.checkpoint"]
    assert run([*words, "--precision", "fp32"]) == 0
    assert "epoch" not in capsys.readouterr().err


def test_names_of_any_bytes_are_trained_and_evaluated(tmp_path: Path, capsys: Capture) -> None:
    odd = os.fsdecode(b"caf\xe9 $^$")
    data = make_folder(tmp_path / "data", 6, {"a": (210, 60, 50), odd: (50, 70, 210)})
    output, picture = str(tmp_path / "x.safetensors"), tmp_path / "c.png"
    words = ["train", str(data), output, "--variant", "colour4-dense512", "--epochs", "2", "--precision", "fp32"]
    assert run(words) == 0
    assert "caf\\xe9" in (tmp_path / "x.md").read_text(encoding="utf-8")
    capsys.readouterr()
    assert run(["evaluate", output, str(data), "--json", "--picture", str(picture)]) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out)["classes"] == ["a", "caf\\xe9 $^$"]
    assert shown.err == ""
    before = picture.read_bytes()
    assert run(["evaluate", output, str(data), "--picture", str(picture)]) == 1
    assert "--overwrite" in capsys.readouterr().err
    assert run(["evaluate", output, str(data), "--picture", str(picture), "--overwrite"]) == 0
    assert picture.read_bytes() == before


def test_networks_are_listed(capsys: Capture) -> None:
    assert run(["networks"]) == 0
    listed = capsys.readouterr().out
    assert listed.startswith("network")
    for name in ("mariana", *zoo.NAMES):
        assert any(line.startswith(name) for line in listed.splitlines())


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["train", "DATA", "x.pth"], 2, ".safetensors"),
        (["train", "none", "x.safetensors"], 1, "no folder at none"),
        (["train", "DATA", "none/x.safetensors"], 1, "no folder none"),
        (["train", "DATA", "x.safetensors", "--held-back", "1.5"], 2, "0.9"),
        (["train", "DATA", "x.safetensors", "--variant", "grey5"], 2, "grey5"),
        (["train", "DATA", "x.safetensors", "--init", "no-such"], 1, "no network called"),
        (["train", "DATA", "x.safetensors", "--teacher", "no.pth"], 1, "no weights file"),
        (["evaluate", "no-such", "DATA"], 1, "no network called"),
        (["layers", "marianna"], 1, "did you mean 'mariana'"),
    ],
)
def test_bad_input_is_one_clear_line(
    words: list[str],
    code: int,
    said: str,
    data: Path,
    tmp_path: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run([str(data) if word == "DATA" else word for word in words]) == code
    told = capsys.readouterr().err.strip().splitlines()
    assert said in told[-1]
    assert not list(tmp_path.glob("x.*"))


def test_further_folders_may_be_repeated() -> None:
    _, bound, _ = app.parse_args(["train", "data", "x.safetensors", "--also", "one", "--also", "two"])
    assert bound.arguments["recipe"].lessons.also == (Path("one"), Path("two"))
