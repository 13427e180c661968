"""Options that would do nothing are refused before any work, with what to use instead; defaults never are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mariana_video.api.video import video
from mariana_video.errors import UsageError
from mariana_video.media.stills.pictures import write_picture
from tests.conftest import make_clip, texture

Mariana = Callable[..., tuple[int, str]]

IDLE = [
    ("video film.mp4 o.mp4 --rate 3", "--rate 3 does nothing with a video", "folder of pictures"),
    ("video film.mp4 o.gif --codec h264", "--codec h264 does nothing for o.gif, an animation", ".mp4"),
    ("video film.mp4 o.webp --crf 17", "--crf 17 does nothing for o.webp, an animation", ".mp4"),
    ("video film.mp4 o/ --crf 20", "--crf 20 does nothing for o/, a folder of PNGs", ".mp4"),
    ("video film.mp4 o.gif --no-sound", "--no-sound does nothing for o.gif", ".mp4"),
    ("video film.mp4 o/ --no-sound", "--no-sound does nothing for o/", ".mp4"),
    ("video film.mp4 o.mov --codec prores --crf 17", "--crf 17 does nothing with prores", "--codec h264"),
    ("video film.mp4 o.mkv --codec ffv1 --crf 3", "--crf 3 does nothing with ffv1", "--codec h264"),
    ("video film.mp4 o.webm --codec h264", "--codec h264: o.webm can't hold it, only vp9", ".mp4"),
    ("video film.mp4 o.mp4 --flow-weights r.pth", "--flow-weights r.pth does nothing with --flow dis", "--flow raft"),
    ("video film.mp4 o.mp4 --flow none --flow-scale 0.5", "--flow-scale 0.5 does nothing", "leave out one of them"),
    ("video film.mp4 o.mp4 --carry 0 --steps 3", "--steps 3 does nothing with --carry 0", "--first-steps"),
    ("video film.mp4 o.mp4 --carry 0 --carried frame", "--carried frame does nothing with --carry 0", "above 0"),
    (
        "video film.mp4 o.mp4 --carry 0 --flow farneback",
        "--flow farneback does nothing with --carry 0",
        "leave it out",
    ),
    ("video film.mp4 o.mp4 --jitter 4 --step-rule tutorial", "--jitter 4 does nothing", "--step-rule mean"),
    ("video film.mp4 o.mp4 --octave-scale 2 --step-rule tutorial", "--octave-scale 2 does nothing", "--octaves of 2"),
    ("image a.png o.png --octaves 1 --octave-scale 1.4", "--octave-scale 1.4 does nothing", "--octaves of 2"),
    ("image a.png o.png --jitter 0 --seed 3", "--seed 3 does nothing without jitter", "--jitter"),
    ("image a.png o.png --steps 3", "--steps 3 does nothing for a picture", "--first-steps"),
    ("image a.png o.png --weights w.pth", "--weights w.pth does nothing for", "vgg16, vgg19, googlenet"),
    ("zoom a.png o.mp4 --play-once", "--play-once does nothing for o.mp4", ".gif, .webp"),
    ("zoom a.png o/ --crf 3", "--crf 3 does nothing for o/", ".mp4"),
    ("zoom noise o.mp4 --at 1", "--at 1 takes a frame of a video, and noise is none", "leave out --at"),
    ("progress a.png o.mp4 --play-once", "--play-once does nothing for o.mp4", ".gif, .webp"),
    ("progress a.png o/ --hold 2s", "--hold 2 does nothing for o/", ".mp4"),
    ("progress a.png o/ --rate 5", "--rate 5 does nothing for o/", ".mp4"),
    ("progress a.png o.gif --codec ffv1", "--codec ffv1 does nothing for o.gif", ".mp4"),
    ("progress a.png o.png --hold 2", "--hold 2 does nothing for o.png, a contact sheet", ".mp4"),
    ("progress a.png o.png --zoom 2", "--zoom 2 does nothing for o.png, a contact sheet", ".mp4"),
    ("progress a.png o.png --rate 5", "--rate 5 does nothing for o.png, a contact sheet", ".mp4"),
    ("progress a.png o.png --crf 5", "--crf 5 does nothing for o.png, a contact sheet", ".mp4"),
    ("progress a.png o.png --label", "--label does nothing for o.png", "always have labels"),
    ("progress a.png o.png --columns seed=1,2 --every 3", "--every 3 does nothing on a sheet", "leave it out"),
    ("progress a.png o.png --columns jitter=1,2 --step-rule tutorial", "--jitter 1 does nothing", "--step-rule mean"),
    ("measure film.mp4 film.mp4 --weights w.pth", "--weights w.pth does nothing for mariana", "--network FILE"),
    ("layers mariana --weights w.pth", "--weights w.pth does nothing for mariana", "--network FILE"),
]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    make_clip(Path("film.mp4"), frames=2)
    write_picture("a.png", texture(48, 64))
    return tmp_path


@pytest.mark.parametrize(("line", "said", "instead"), IDLE, ids=[line for line, *_ in IDLE])
def test_what_would_do_nothing_is_refused(
    mariana: Mariana, here: Path, tiny_weights: Path, line: str, said: str, instead: str
) -> None:
    own = line.startswith(("measure", "layers"))
    if "w.pth" in line:  # a missing one is refused for that
        (here / "w.pth").write_bytes(b"weights")
    code, told = mariana(*line.split(), *(() if own else ("--network", tiny_weights)))
    assert code == 2, told
    assert said in told
    assert instead in told
    assert [line for line in told.splitlines() if line.startswith("mariana: ")] == told.splitlines()
    given = ["w.pth"] if "w.pth" in line else []
    assert sorted(path.name for path in here.iterdir()) == ["a.png", "film.mp4", *given]


@pytest.mark.parametrize(
    "line",
    [
        "video film.mp4 o.mkv --codec hevc --crf 20 --no-sound",
        "video film.mp4 o.webm --crf 20",
        "video film.mp4 o.gif",
        "video film.mp4 o/ --carry 0 --temporal-weight 2 --flow farneback --first-steps 2",
        "video film.mp4 o.mp4 --carry 0:(0),9:(1) --steps 2 --carried frame",
        "video film.mp4 o.mp4 --flow none",
        "video film.mp4 o.mp4 --step-rule tutorial --octaves 2 --octave-scale 1.4 --step-size 0.02",
        "video film.mp4 o.mp4 --carry 0 --steps 0",
        "video a.png o.mp4 --rate 3",
        "image a.png o.png --steps 0",
        "progress a.png o/ --rate 5 --zoom 1.5 --steps 2",
        "progress a.png o.png --columns seed=1,2 --every 1 --plot p.csv --steps 2",
        "progress a.png o.gif --play-once --hold 1 --rate 5 --steps 2",
    ],
)
@pytest.mark.usefixtures("here")
def test_what_does_something_is_not(
    mariana: Mariana, tiny_weights: Path, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mariana_video.api.making.work.Work.run", lambda *_: None)  # refusals come before the work
    code, told = mariana(*line.split(), "--network", tiny_weights)
    assert code == 0, told


@pytest.mark.usefixtures("here")
def test_python_refuses_likewise() -> None:
    with pytest.raises(UsageError, match="--rate 3 does nothing with a video"):
        video("film.mp4", "o.mp4", rate=3)
    with pytest.raises(UsageError, match=r"--crf 17 does nothing for o\.gif"):
        video("film.mp4", "o.gif", crf=17)
    with pytest.raises(UsageError, match="--no-sound does nothing"):
        video("film.mp4", Path("o.webp"), sound=False)
