"""What a recipe does not bring is asked for, all of it at once; and it starts no download."""

from __future__ import annotations

from pathlib import Path

import pytest

import mariana_video
from mariana_video.errors import UsageError
from mariana_video.media.stills.pictures import read_picture, write_picture
from tests.api import shots, works
from tests.api.works import QUICK
from tests.conftest import texture, write_tiny


@pytest.mark.usefixtures("desk")
def test_all_that_is_missing_is_told_at_once_and_how_to_give_it(tmp_path: Path) -> None:
    write_picture("other.png", texture(36, 48, 3))
    write_tiny(Path("second.safetensors"), seed=2, known=True)
    networks = f"{QUICK['network']}, second.safetensors"
    asked = {**QUICK, "network": networks, "layers": "conv1_2 + second:conv2_2"}
    mariana_video.image("photo.png", "a.png", **asked, mask="other.png", palette="other.png").run()
    text = mariana_video.recipe_text("a.png")
    assert not [word for word in ("tiny", "second", "other", str(tmp_path)) if word in text]
    with pytest.raises(UsageError) as error:
        mariana_video.image("photo.png", "b.png", "a.png")
    told = str(error.value)
    assert told.endswith('give --palette FILE --mask FILE --network "own=FILE, own2=FILE"')
    given = {"network": f"own={QUICK['network']}, own2=second.safetensors", "mask": "other.png"}
    mariana_video.image("photo.png", "b.png", "a.png", **given, palette="other.png").run()
    assert (read_picture("a.png")[0] == read_picture("b.png")[0]).all()


@pytest.mark.usefixtures("desk")
def test_a_network_that_nobody_knows_is_asked_for() -> None:
    Path("gone.toml").write_text('[look]\n[dream]\nnetwork = "nobody"\n')
    with pytest.raises(UsageError, match=r"the network nobody \(none here is called so\).*give --network nobody=FILE$"):
        mariana_video.image("photo.png", "a.png", "gone.toml")
    mariana_video.image("photo.png", "a.png", "gone.toml", **QUICK).run()


@pytest.mark.parametrize(
    ("kind", "text", "how"),
    [
        ("image", '[dream]\nnetwork = "resnet50"\n', "--network resnet50"),
        ("image", '[dream]\nlayers = "conv2_2 + vgg19:conv4_2"\n', '--network "mariana, vgg19"'),
        ("image", '[dream]\nnetwork = "a=vgg19, mariana"\n', '--network "a=vgg19, mariana"'),
        ("image", '[dream]\nnetwork = "strange"\n', "--network strange=FILE"),
        ("video", '[carry]\nflow = "raft"\n', "--flow raft"),
        ("progress", '[progress]\ncolumns = "network=vgg19,mariana"\n', '--columns "network=vgg19,mariana"'),
        ("progress", '[progress]\nrows = "layers=vgg19:conv3_1,conv2_2"\n', '--rows "layers=vgg19:conv3_1,conv2_2"'),
    ],
)
def test_no_recipe_starts_a_download(
    desk: Path, monkeypatch: pytest.MonkeyPatch, kind: str, text: str, how: str
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(desk))
    Path("r.toml").write_text(text)
    source = "clip.mkv" if kind == "video" else "photo.png"
    output = "a.mp4" if kind == "video" else "a.png"
    with pytest.raises(UsageError, match="starts a download: give") as error:
        getattr(mariana_video, kind)(source, output, "r.toml")
    assert str(error.value).endswith(how)


@pytest.mark.usefixtures("desk")
def test_what_is_said_or_downloaded_already_is_not_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from mariana_video.networks import zoo

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    asked: list[str] = []

    def downloaded(name: str) -> None:
        asked.append(name)
        raise UsageError("would be downloaded now")

    monkeypatch.setattr(zoo, "_downloaded", downloaded)
    Path("r.toml").write_text('[dream]\nnetwork = "vgg19"\nlayers = "conv2_2"\n')
    with pytest.raises(UsageError, match="downloaded now"):
        mariana_video.image("photo.png", "a.png", "r.toml", network="vgg19")
    address = zoo.address_of("vgg19")
    assert address is not None
    checkpoints = tmp_path / "hub" / "checkpoints"
    checkpoints.mkdir(parents=True)
    (checkpoints / address.rpartition("/")[2]).write_bytes(b"weights")
    with pytest.raises(UsageError, match="downloaded now"):
        mariana_video.image("photo.png", "a.png", "r.toml")
    assert asked == ["vgg19", "vgg19"]


@pytest.mark.usefixtures("desk")
def test_another_number_format_is_remarked_upon_where_the_source_is_the_same() -> None:
    mariana_video.image("photo.png", "a.png", **QUICK).run()
    write_picture("other.png", texture(36, 48, 3))
    given = {"network": QUICK["network"], "precision": "bf16"}
    told = "a.png was computed in fp32, this in bf16: it will come out a little otherwise"
    assert told in mariana_video.image("photo.png", "b.png", "a.png", **given).notes
    assert told not in mariana_video.image("other.png", "b.png", "a.png", **given).notes
    assert told not in mariana_video.image("photo.png", "b.png", "a.png", network=QUICK["network"]).notes


@pytest.mark.usefixtures("desk")
def test_a_long_text_of_layers_is_cut_where_it_is_told() -> None:
    layers = " + ".join(["conv2_2"] * 400)
    assert max(map(len, works.film("a.mkv", layers=layers).notes)) < 300


@pytest.mark.usefixtures("desk")
def test_a_list_of_shots_lends_the_recipe_no_name_of_a_file() -> None:
    clip = shots.cut_clip(Path("cuts.mkv"))
    write_tiny(Path("anna.safetensors"), seed=2, known=True)
    listed = shots.listed(clip)
    listed.write_text(listed.read_text() + '\n[shot.look]\nnetwork = "anna.safetensors"\nlayers = "conv2_2"\n')
    mariana_video.video(clip, "a.mkv", **QUICK, shots=listed).run()
    text = mariana_video.recipe_text("a.mkv")
    assert "anna" not in text
    assert "own = " in text
