"""Where networks' own weights come from: with the program, by torchvision, or not at all."""

from __future__ import annotations

from pathlib import Path
from urllib.error import URLError

import pytest
import torch
from torchvision.models import Inception3, SqueezeNet1_1_Weights, VGG16_Weights, get_model
from torchvision.models.feature_extraction import create_feature_extractor
from torchvision.models.vgg import cfgs, make_layers

from mariana_video.errors import NetworkError
from mariana_video.media.stills.pictures import read_picture
from mariana_video.networks import weights, zoo
from mariana_video.networks.files import read_safetensors
from mariana_video.networks.network import IMAGENET
from mariana_video.networks.states import State
from tests.networks.families.published import normalised, published

SAMPLE = Path(__file__).parents[2] / "samples" / "chelsea.png"


class _Evil:
    def __reduce__(self) -> tuple[object, ...]:
        return (print, ("run",))


def vgg_features() -> torch.nn.Sequential:
    torch.manual_seed(0)
    return make_layers(cfgs["D"]).eval()


def test_vgg16_from_a_file_answers_as_torchvision_s(tmp_path: Path) -> None:
    features = vgg_features()
    torch.save({f"features.{key}": value for key, value in features.state_dict().items()}, tmp_path / "vgg.pth")
    network = zoo.load("vgg16", tmp_path / "vgg.pth")
    picture = torch.rand(1, 3, 40, 40)
    normalised = VGG16_Weights.IMAGENET1K_V1.transforms()
    mean, std = (torch.tensor(v).view(1, 3, 1, 1) for v in (normalised.mean, normalised.std))
    expected = features[:23]((picture - mean) / std)
    torch.testing.assert_close(network.responses(picture, ["relu4_3"])[0], expected)
    assert network.layers["conv4_3"].view == 92


def test_the_vgg16_that_comes_along_is_torchvision_s_architecture_and_has_learnt() -> None:
    file = weights.released()["vgg16"]
    features = make_layers(cfgs["D"]).eval()
    state = {key.removeprefix("features."): tensor.float() for key, tensor in read_safetensors(file)[0].items()}
    features.load_state_dict(state)
    network = weights.load("vgg16")
    picture = torch.from_numpy(read_picture(SAMPLE)[0][64:192, 96:224]).permute(2, 0, 1)[None]
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in (IMAGENET.mean, IMAGENET.std))
    with torch.no_grad():
        for name, end in {"conv1_1": 2, "conv3_3": 16, "conv4_3": 23, "conv5_1": 26, "conv5_3": 30}.items():
            expected = features[:end]((picture - mean) / std)
            torch.testing.assert_close(network.responses(picture, [name])[0], expected, rtol=1e-3, atol=1e-3)
    said = network.natural("conv5_1").squares
    assert float(expected.mean()) > 0.05
    assert float((said > 0.1 * said.mean()).float().mean()) > 0.8  # hardly a channel is dumb, as in a random network


def test_inception_applies_torchvision_s_own_input_transform(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = Inception3(aux_logits=False, init_weights=False, transform_input=True).eval()
    torch.save(model.state_dict(), tmp_path / "inception.pth")
    network = zoo.load("inception_v3", tmp_path / "inception.pth")
    picture = torch.rand(1, 3, 96, 96)
    mean, std = (torch.tensor(v).view(1, 3, 1, 1) for v in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    expected = create_feature_extractor(model, ["Mixed_5b"])((picture - mean) / std)["Mixed_5b"]
    torch.testing.assert_close(network.responses(picture, ["Mixed_5b"])[0], expected, rtol=1e-3, atol=1e-4)
    assert network.smallest(["Mixed_5b"]) == 75
    for name, layer in network.layers.items():
        assert network.responses(torch.rand(1, 3, 75, 75), [name])[0].shape[1] == layer.channels


def test_without_a_network_connection_one_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*_: object, **__: object) -> None:
        raise URLError("offline")

    monkeypatch.setattr(torch.hub, "load_state_dict_from_url", offline)
    monkeypatch.setattr("torchvision.models._api.load_state_dict_from_url", offline)
    for name in ("vgg16", "vgg19", "googlenet", "inception_v3", "resnet50", "squeezenet1_1"):
        with pytest.raises(NetworkError, match=rf"weights of {name} couldn't be downloaded .*--weights FILE"):
            zoo.load(name)


def test_what_torchvision_downloaded_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    file = tmp_path / "hub/checkpoints" / Path(SqueezeNet1_1_Weights.IMAGENET1K_V1.url).name
    file.parent.mkdir(parents=True)
    torch.save(published("squeezenet1_1", 1000).state_dict(), file)
    network = weights.load("squeezenet1_1")
    assert network.classes[281] == "tabby"
    torch.save({"evil": _Evil()}, file)
    with pytest.raises(NetworkError, match=r"are damaged; remove them there, or give a file with --weights FILE"):
        weights.load("squeezenet1_1")


@pytest.mark.long
@pytest.mark.parametrize("name", ["vgg16", "vgg19"])
def test_vgg_s_own_dense_layers_are_told_alike(name: str) -> None:
    """Most of a gigabyte: the everyday tests have narrower ones."""
    torch.manual_seed(0)
    model = get_model(name, num_classes=10).eval()
    network = zoo.built(name, State(model.state_dict()), "a test")
    picture = torch.rand(1, 3, 224, 224)
    with torch.no_grad():
        expected = model(normalised(name, picture))
        torch.testing.assert_close(network.logits(picture), expected, rtol=1e-3, atol=1e-5)
