"""A network learns what is easy; a killed run ends as an uninterrupted one, bit for bit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from mariana_video.errors import DataError, NetworkError, OutputError, UsageError
from mariana_video.networks import weights
from mariana_video.networks.mariana import Architecture, layers
from mariana_video.networks.network import Suited
from mariana_video.training import study as job
from mariana_video.training.epochs.options import Lessons, Study, VariantName
from mariana_video.training.epochs.start import new_model, released_model
from mariana_video.training.epochs.train import Progress, train, write_csv
from mariana_video.training.epochs.variants import PAPER, VARIANTS
from mariana_video.training.lessons.classify import Classifier
from mariana_video.training.lessons.dense import Dense, Plan
from mariana_video.training.lessons.teach import Lesson, Phase, Teaching
from mariana_video.training.outcome.evaluate import evaluate
from mariana_video.training.pictures.augment import normalised
from mariana_video.training.pictures.data import Pictures, read_folder
from tests.conftest import small_network
from tests.training.folders import make_folder

TINY = Architecture((8, 12), True, 16, 16, 3, dropout=0.2)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Pictures:
    return read_folder(make_folder(tmp_path_factory.mktemp("data") / "raw-img", 12))


def classifier(pictures: Pictures, epochs: int = 4, stop: bool = False) -> Classifier:
    variant = replace(VARIANTS["colour4-dense512"], architecture=TINY, rate=3e-3)
    normalisation = weights.normalisation_of({}, TINY)
    sides = (pictures, pictures.subset(range(0, len(pictures), 5)))
    model = new_model(TINY, 0)
    return Classifier(model, variant, normalisation, sides, epochs=epochs, batch=8, seed=0, stop_at_divergence=stop)


def lesson(pictures: Pictures) -> Lesson:
    architecture = replace(TINY, blocks=(8, 8), batch_norm=True)
    phases = (Phase("teach", 2, 3e-3, 0.3, 0.5, 2), Phase("classify", 1, 1e-3, 1.0, 0.5, 2))
    teaching = Teaching(phases, crop=16, batch=8, chunk=16, passes=2, hints={"conv2_1": 1.0})
    teacher = small_network()
    known = dict(teacher.layers) | {"conv2_1": replace(teacher.layers["conv2"], name="conv2")}
    teacher.description = replace(teacher.description, layers=known)
    return Lesson(new_model(architecture, 0), teacher, teaching, (pictures, pictures))


class _Killed(Exception):
    pass


def kill_in(epoch: int) -> object:
    def told(progress: Progress) -> None:
        if progress.epoch == epoch and progress.step == 1:
            raise _Killed

    return told


FACTORED = replace(TINY, ranks=(0, 4, 6, 6), own="conv2_1")


def dense(pictures: Pictures) -> Dense:
    """A course of the dense layers alone, upon a teacher's convolutions, factored."""
    whole = new_model(replace(TINY, classes=0), 5)
    suited = {"suited": {"layers": "conv2_2", "step_size": 0.01, "strength": 0.1}}
    return Dense(new_model(FACTORED, 0), Plan(3, 16, 2, 8), (pictures, pictures), weights.as_network(whole, suited))


@pytest.mark.parametrize("make", [classifier, lesson, dense])
def test_a_resumed_run_ends_with_the_same_bits(make: object, pictures: Pictures, tmp_path: Path) -> None:
    whole, first, second = (make(pictures) for _ in range(3))  # type: ignore[operator]
    rows = train(whole, tmp_path / "whole", "x")
    with pytest.raises(_Killed):
        train(first, tmp_path / "killed", "x", kill_in(2))  # type: ignore[arg-type]
    assert train(second, tmp_path / "killed", "x") == rows
    for name, tensor in whole.model.state_dict().items():
        assert torch.equal(tensor, second.model.state_dict()[name]), name


def test_a_checkpoint_of_another_run_or_a_damaged_one_is_refused(pictures: Pictures, tmp_path: Path) -> None:
    train(classifier(pictures, 1), tmp_path / "c", "x")
    with pytest.raises(DataError, match="other settings"):
        train(classifier(pictures, 1), tmp_path / "c", "y")
    (tmp_path / "c").write_bytes(b"broken")
    with pytest.raises(DataError, match="damaged"):
        train(classifier(pictures, 1), tmp_path / "c", "x")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_training_that_broke_down_ends_at_once_and_keeps_the_unit_before(
    value: float, pictures: Pictures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: torch.Tensor) -> torch.Tensor:
        return torch.tensor(value, requires_grad=True)

    train(classifier(pictures, 1), tmp_path / "c", "x")
    before = (tmp_path / "c").read_bytes()
    monkeypatch.setattr("mariana_video.training.lessons.classify.F.cross_entropy", broken)
    with pytest.raises(DataError, match=r"broke down in epoch 2: loss is (nan|inf)"):
        train(classifier(pictures, 3), tmp_path / "c", "x")
    assert (tmp_path / "c").read_bytes() == before


def test_a_teacher_is_approached(pictures: Pictures, tmp_path: Path) -> None:
    course = lesson(pictures)
    course.teaching = replace(course.teaching, phases=(Phase("teach", 8, 1e-2, 0.3, 0.5, 4),))
    course.epochs = 8
    rows = train(course, tmp_path / "c", "x")
    assert float(rows[-1]["conv2_1"]) < 0.7 * float(rows[0]["conv2_1"])
    assert course.errors_at["after phase 'teach'"]["conv2_1"] < 0.7 * float(rows[0]["conv2_1"])


def test_only_the_dense_layers_learn(pictures: Pictures, tmp_path: Path) -> None:
    course = dense(pictures)
    course.plan = replace(course.plan, chunks=12, rate=3e-3)
    course.epochs = 12
    kept: list[dict[str, torch.Tensor]] = []

    def told(progress: Progress) -> None:
        if progress.row is not None:
            kept.append({name: tensor.clone() for name, tensor in course.model.state_dict().items()})

    rows = train(course, tmp_path / "c", "x", told)
    assert float(rows[-1]["loss"]) < 0.8 * float(rows[0]["loss"])
    assert float(rows[-1]["validation"]) > 0.6
    for name, tensor in kept[-1].items():
        assert torch.equal(tensor, kept[0][name]) == name.startswith(("body", "own")), name


def test_it_stops_at_divergence_and_keeps_those_weights(
    pictures: Pictures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "mariana_video.training.lessons.classify.diverging_epoch", lambda a, _: 2 if len(a) >= 2 else None
    )
    course = classifier(pictures, 9, stop=True)
    assert len(train(course, tmp_path / "c", "x")) == 2
    assert course.diverged is not None
    assert course.diverged["epoch"] == 2


def test_the_whole_job_separates_simple_classes_and_writes_everything(pictures: Pictures, tmp_path: Path) -> None:
    monkey = replace(VARIANTS["grey3-dense100"], architecture=TINY, rate=3e-3)
    output = tmp_path / "mine.safetensors"
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(VARIANTS, "grey3-dense100", monkey)  # type: ignore[misc]
        study = Study(variant="grey3-dense100", epochs=25, batch=8, held_back=0.2, precision="fp32")
        result = job.run(pictures, output, study, Lessons())
    assert {path.name for path in tmp_path.iterdir()} >= {
        f"mine{end}" for end in (".safetensors", ".md", ".csv", ".png")
    }
    assert not output.with_suffix(".checkpoint").exists()
    network = weights.load(output)
    assert network.suited == Suited("conv2_2", 0.01, 0.11)
    assert evaluate(network, pictures).balanced_accuracy > 0.9
    assert len(result.rows) == 25
    assert len(output.with_suffix(".csv").read_text().splitlines()) == 26


def test_outputs_that_can_t_be_written_are_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.safetensors"):
        job.check_output(tmp_path / "net.pth", False)
    with pytest.raises(OutputError, match="no folder"):
        job.check_output(tmp_path / "none" / "net.safetensors", False)
    (tmp_path / "net.safetensors").touch()
    with pytest.raises(OutputError, match="--overwrite"):
        job.check_output(tmp_path / "net.safetensors", False)
    job.check_output(tmp_path / "net.safetensors", True)


def test_few_pictures_are_told_of_what_suits_them(tmp_path: Path) -> None:
    data, notes = make_folder(tmp_path / "data", 6), list[str]()
    judged: list[tuple[int, int]] = []
    study = Study(epochs=1, variant="grey3-dense100")
    callbacks = job.Callbacks(on_note=notes.append, on_judged=lambda done, total: judged.append((done, total)))
    job.learn(data, tmp_path / "a.safetensors", study, Lessons(), callbacks=callbacks)
    assert [note for note in notes if "--init mariana-wide" in note]
    assert judged == [(number, len(judged)) for number in range(1, len(judged) + 1)] != []
    notes.clear()
    again = study.but(init=tmp_path / "a.safetensors")
    job.learn(data, tmp_path / "b.safetensors", again, Lessons(), callbacks=callbacks)
    assert not notes


def test_one_class_is_no_classifier(tmp_path: Path) -> None:
    single = read_folder(make_folder(tmp_path / "data", 2, {"cane": (1, 2, 3)}))
    with pytest.raises(DataError, match="only one class"):
        job.run(single, tmp_path / "x.safetensors", Study(), Lessons())


def test_a_released_network_is_gone_on_from_without_a_change(tmp_path: Path) -> None:
    plain = new_model(TINY, 1).eval()
    metadata = {"name": "a", "classes": list("abc"), "suited": {"layers": "conv2_2", "step_size": 1, "strength": 1}}
    weights.save(tmp_path / "a.safetensors", plain, metadata)
    x = normalised(torch.randint(0, 255, (8, 3, 16, 16), dtype=torch.uint8), weights.normalisation_of({}, TINY))
    with_norm = released_model(tmp_path / "a.safetensors", replace(TINY, batch_norm=True), 0, x).eval()
    torch.testing.assert_close(with_norm(x), plain(x), rtol=0.02, atol=0.02)


def test_a_factored_network_is_gone_on_from_and_no_other(tmp_path: Path) -> None:
    thin = new_model(FACTORED, 1).eval()
    metadata = {"name": "a", "classes": list("abc"), "suited": {"layers": "own", "step_size": 1, "strength": 1}}
    weights.save(tmp_path / "a.safetensors", thin, metadata)
    x = normalised(torch.randint(0, 255, (8, 3, 16, 16), dtype=torch.uint8), weights.normalisation_of({}, TINY))
    again = released_model(tmp_path / "a.safetensors", replace(FACTORED, classes=2), 0, x).eval()
    torch.testing.assert_close(again.body(x), thin.body(x), rtol=0.01, atol=0.01)
    for other in (TINY, replace(FACTORED, ranks=(0, 4, 6, 5)), replace(FACTORED, blocks=(8, 16))):
        with pytest.raises(NetworkError, match="are wanted"):
            released_model(tmp_path / "a.safetensors", other, 0, x)


def test_the_paper_s_table_is_what_the_options_offer() -> None:
    assert set(VARIANTS) == set(VariantName.__args__)  # type: ignore[attr-defined]
    assert [len(layers(v.architecture)) for v in PAPER.values()] == [7, 10, 10, 10, 10]
    assert [v.architecture.dense for v in PAPER.values()] == [100, 128, 256, 512, 512]


def test_a_table_has_a_column_for_every_figure(tmp_path: Path) -> None:
    write_csv(tmp_path / "t.csv", [{"epoch": 1.0, "loss": 0.5}, {"epoch": 2.0, "phase": "x"}])
    assert (tmp_path / "t.csv").read_text().splitlines() == ["epoch,loss,phase", "1,0.5,", "2,,x"]
