"""What people's own files did to programs of this kind, tried on the whole command: the right result, or one line."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from mariana_video.cli.app import run
from mariana_video.media.stills.pictures import read_picture
from tests.conftest import texture
from tests.media import clips
from tests.media.read.test_picture_clips import corners, rgba
from tests.media.sound.test_sounds import played, unknown_to_all, with_sound
from tests.media.sound.test_tags import PHONE, tags
from tests.media.stills.heic import heic
from tests.media.test_clock import TEN_THEN_THIRTY, greys, made, off, recording
from tests.media.write.test_animation import hopping
from tests.media.write.test_codecs import GRADED, graded
from tests.media.write.test_codecs import told as display
from tests.torture.people import Mariana, _bomb, came, film, refused
from tests.training.folders import make_folder

pytestmark = pytest.mark.long


@pytest.fixture
def mariana(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Mariana:
    """The command, run in the test's folder: its exit code and what it said."""
    monkeypatch.chdir(tmp_path)

    def command(*words: object) -> tuple[int, str]:
        code = run([str(word) for word in words])
        return code, capsys.readouterr().err

    return command


@pytest.fixture(autouse=True)
def _nothing_left(tmp_path: Path) -> Iterator[None]:
    yield
    assert not [path.name for path in tmp_path.iterdir() if path.suffix == ".mariana" or path.name.startswith(".")]


# Clocks


def test_clocks(mariana: Mariana) -> None:
    endings = ["mp4", "mov", "mkv", "webm", "ts", "avi"]
    for tick in (1_000_000, 10_000_000):
        made(Path(f"{tick}.mp4"), TEN_THEN_THIRTY, Fraction(1, tick))
        for ending in endings:
            film(mariana, f"{tick}.mp4", f"{tick}-out.{ending}")
            assert off(Path(f"{tick}-out.{ending}"), TEN_THEN_THIRTY) <= 0.0011
    came("ten frames a second, then thirty, on a clock of a millionth second, into each kind of film", "each frame at "
         "its source's time", 2 * len(endings))  # fmt: skip
    early = [Fraction(n, 25) - Fraction(1, 5) for n in range(20)]
    made(Path("early.mkv"), early, Fraction(1, 1000), avoid_negative_ts="disabled")
    film(mariana, "early.mkv", "early.mp4", "--first-steps", 1)
    assert off(Path("early.mp4"), early) < 1e-6
    came("a film that begins before 0", "each frame at its source's time")
    quick = [Fraction(n, 2000) for n in range(40)]
    made(Path("quick.mp4"), quick, Fraction(1, 2000))
    for ending in ("mkv", "webm"):
        assert ".mp4" in refused(mariana, "video", "quick.mp4", f"quick.{ending}", "--steps", 0)
    came("2,000 frames a second into Matroska and WebM, which count milliseconds", "one line, before the work", 2)


def test_recordings_joined_by_cat(mariana: Mariana) -> None:
    for parts in ([1, 1], [0.4, 2, 1]):
        pieces = [recording(Path(f"{number}.ts"), seconds) for number, seconds in enumerate(parts)]
        Path("joined.ts").write_bytes(b"".join(piece.read_bytes() for piece in pieces))
        film(mariana, "joined.ts", "joined.mp4", "--overwrite")
        assert len(clips.times(Path("joined.mp4"))) == round(10 * sum(parts))
        assert len(played(Path("joined.mp4"))) / 44100 == pytest.approx(sum(parts), abs=0.3)
    came("transport streams joined by cat, whose clock begins anew", "all parts, in order, sound in step", 2)


def test_avi_and_lengths(mariana: Mariana) -> None:
    ramp = "color=gray:s=64x48:r=10:d=2,geq=lum='20+N*10':cb=128:cr=128"
    for codec in ("libx264", "mpeg4"):
        clips.ffmpeg("-f", "lavfi", "-i", ramp, "-pix_fmt", "yuv420p", "-c:v", codec, "-bf", 2, f"{codec}.avi")
        film(mariana, f"{codec}.avi", f"{codec}.mp4")
        shown = greys(Path(f"{codec}.mp4"))
        assert len(shown) == 20
        assert shown == sorted(shown)
        assert off(Path(f"{codec}.mp4"), [Fraction(n, 10) for n in range(20)]) < 1e-6
    came("AVI with B-frames", "every frame in its turn and at its time", 2)
    frames = [Image.fromarray(np.full((48, 64, 3), 20 * n + 20, np.uint8)) for n in range(5)]
    frames[0].save("held.gif", save_all=True, append_images=frames[1:], duration=[30, 500, 70, 20, 1000], loop=0)
    for ending in ("mp4", "mov", "mkv"):
        film(mariana, "held.gif", f"held.{ending}")
        shown = len(clips.ffmpeg("-i", f"held.{ending}", "-vf", "fps=50", "-f", "rawvideo", "-pix_fmt", "gray", "-"))
        assert shown / (64 * 48) == pytest.approx(81, abs=1)
    came("a GIF whose last picture stays for a second, as a film", "it stays", 3)


# Sound and tags


def test_sounds(mariana: Mariana) -> None:
    for rate in (8000, 11025):
        with_sound(Path(f"{rate}.avi"), "libmp3lame", rate)
        assert "re-encoded" in film(mariana, f"{rate}.avi", f"{rate}.mp4")
        assert len(played(Path(f"{rate}.mp4"))) / 44100 == pytest.approx(1, abs=0.2)
    came("MP3 of 8 and 11.025 kHz into MP4, which has no place for it", "re-encoded, and said before the work", 2)
    clips.make(Path("two.mov"), sound=2)
    unknown_to_all(Path("two.mov"), Path("phone.mov"))
    said = film(mariana, "phone.mov", "phone.mp4")
    assert "left out: nothing here can decode it" in said
    assert len(played(Path("phone.mp4"))) / 44100 == pytest.approx(1, abs=0.1)
    came("a phone's second sound, of a kind that nothing decodes", "the first one kept; a sentence")
    for encoder, rate, ending in (("pcm_u8", 11025, "avi"), ("libvorbis", 44100, "mkv"), ("pcm_alaw", 8000, "mov")):
        with_sound(Path(f"{encoder}.{ending}"), encoder, rate)
        for kind in ("mp4", "webm"):
            film(mariana, f"{encoder}.{ending}", f"{encoder}.{kind}", "--overwrite")
            assert np.abs(played(Path(f"{encoder}.{kind}"))).mean() > 0.02
    came("a camera's PCM, Vorbis, a telephone's G.711 into MP4 and WebM", "heard", 6)


def test_tags_and_displays(mariana: Mariana) -> None:
    words = [word for key, value in PHONE.items() for word in ("-metadata", f"{key}={value}")]
    clips.make(Path("phone.mov"), seconds=0.4, sound=1, extra=("-movflags", "use_metadata_tags", *words))
    for ending in ("mov", "mp4"):
        film(mariana, "phone.mov", f"out.{ending}")
        assert tags(Path(f"out.{ending}")).items() >= {k.lower(): v for k, v in PHONE.items() if "apple" in k}.items()
    came("a phone's place, make and time", "kept", 2)
    graded(Path("hdr.mp4"), GRADED)
    for ending in ("mp4", "mkv"):
        film(mariana, "hdr.mp4", f"hdr-out.{ending}", "--codec", "hevc")
        assert display(Path(f"hdr-out.{ending}")) == display(Path("hdr.mp4"))
    came("HDR10's mastering display and light level, to HEVC", "kept", 2)
    clips.make(Path("in.mov"), sound=1, extra=("-timecode", "01:00:00:00"))
    assert "left out" in film(mariana, "in.mov", "timed.mov")
    came("a timecode track", "left out in words")


# Pictures and animations


def test_pictures(mariana: Mariana) -> None:
    for number, more in enumerate(({}, {"deep": True}, {"turns": 1})):
        heic(Path(f"{number}.heic"), **more)
        assert mariana("image", f"{number}.heic", f"{number}.png", "--first-steps", 0)[0] == 0
        seen = np.rint(corners(read_picture(f"{number}.png")[0])).reshape(-1, 3).tolist()
        assert sorted(seen) == [[0, 0, 1], [0, 1, 0], [1, 0, 0], [1, 1, 0]]
        assert read_picture(f"{number}.png")[0].shape == (128, 128, 3)
    came("HEIC of tiles, as phones store photos: 8 and 10 bits, turned", "the whole picture, upright", 3)
    Path("frames").mkdir()
    for number in range(1, 5):
        rgba(Path(f"frames/{number}.png"), opaque=number == 1)
    for output in ("alpha.gif", "alpha/"):
        film(mariana, "frames", output)
    assert read_picture("alpha/frame-000003.png")[1].mean() == pytest.approx(0.5, abs=0.01)  # type: ignore[union-attr]
    with Image.open("alpha.gif") as image:
        image.seek(2)
        assert np.asarray(image.convert("RGBA"))[..., 3].mean() == pytest.approx(127.5, abs=1)
    came("frames of which the first is opaque, the others are not", "transparent where they are", 2)
    for loop in (None, 0, 3):
        hopping(Path("in.gif"), loop)
        film(mariana, "in.gif", "out.gif", "--overwrite")
        with Image.open("out.gif") as image:
            assert image.info.get("loop") == loop
    came("GIFs that play once, four times, for ever", "as often", 3)


def test_folders_of_pictures(mariana: Mariana) -> None:
    Path("in").mkdir()
    for name, colour in (("a.png", "red"), ("a.bmp", "blue"), ("a.gif", "green")):
        Image.new("RGB", (40, 32), colour).save(f"in/{name}")
    assert mariana("image", "in", "out", "--first-steps", 1)[0] == 0
    assert len(list(Path("out").iterdir())) == 3 + 1  # with their recipe
    came("a folder of a.png, a.bmp and a.gif", "three pictures")
    Path("in/b.png").write_bytes(Path("in/a.png").read_bytes()[:60])
    code, said = mariana("image", "in", "more", "--first-steps", 1)
    assert code == 1
    assert "b.png" in said
    assert len([path for path in Path("more").iterdir() if path.is_file()]) == 3 + 1
    for path in sorted(Path("more").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    Path("more").rmdir()
    came("a broken picture among others", "the others made, it is named, exit code 1")
    Path("file").touch()
    for output in ("no/such/folder", "file"):
        refused(mariana, "image", "in", output)
    came("OUTPUT of a folder in a folder that is missing, or a file", "one line, before the work", 2)


# Files that are somebody's own


def test_nobody_s_file_is_lost(mariana: Mariana) -> None:
    clips.make(Path("clip.mp4"), seconds=0.5)
    own = ["film.part.mp4", "film.mp4.part", "film.mp4.mariana.txt", "look.png"]
    for name in own:
        Path(name).write_text("my own")
    film(mariana, "clip.mp4", "film.mp4")
    refused(mariana, "video", "clip.mp4", "other.mp4", "--preview", "look.png")
    assert all(Path(name).read_text() == "my own" for name in own)
    came("one's own film.part.mp4, film.mp4.part, and look.png beside --preview look.png", "left alone", 3)
    Image.fromarray((texture(48, 64) * 255).astype(np.uint8)).save("source.png")
    before = Path("source.png").read_bytes()
    dive = ["zoom", "source.png", "dive.mp4", "--duration", 0.2, "--rate", 10]
    for written in (["--preview", "source.png"], ["--preview", "source.png", "--overwrite"]):
        refused(mariana, *dive, *written)
    refused(mariana, "image", "source.png", "source.png", "--overwrite")
    assert Path("source.png").read_bytes() == before
    came("SOURCE given for --preview or OUTPUT", "one line; it is left alone", 3)
    Path("disk").mkdir()
    Path("link.mp4").symlink_to(Path("disk/film.mp4").absolute())
    film(mariana, "clip.mp4", "link.mp4")
    assert Path("link.mp4").is_symlink()
    assert Path("disk/film.mp4").stat().st_size > 1000
    came("an OUTPUT that is a link", "written where it leads")


def test_training(mariana: Mariana) -> None:
    make_folder(Path("data"), 24)
    for ending in ("md", "csv", "png"):
        Path(f"net.{ending}").write_text("my own notes")
    train = ["train", "data", "net.safetensors", "--epochs", 1, "--batch", 8]
    refused(mariana, *train)
    assert all(Path(f"net.{ending}").read_text() == "my own notes" for ending in ("md", "csv", "png"))
    came("one's own net.md, net.csv, net.png beside a network to be trained", "one line; they are left alone", 3)
    for name in (".DS_Store", "Thumbs.db", "gatto/._001.png", "__MACOSX/gatto/._1.png", "@eaDir/x.png"):
        path = Path("data") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\0\5\26\7")
    Path("data/deep").mkdir()
    for number in range(24):
        grey = np.asarray(texture(60, 72, 100 + number).mean(2) * 20000, np.uint16)
        Image.fromarray(grey).save(f"data/deep/{number}.png")
    Path("data/few").mkdir()
    for number in range(4):
        Image.fromarray((texture(60, 72, number) * 255).astype(np.uint8)).save(f"data/few/{number}.png")
    Path("data/few/bomb.png").write_bytes(_bomb())
    code, said = mariana(*train, "--overwrite")
    assert code == 0, said
    assert "bomb.png" in said
    assert "| few |" in Path("net.md").read_text()
    assert "| deep |" in Path("net.md").read_text()
    came("16-bit grey pictures, a class of four, a picture that claims 3,600,000,000 pixels, what systems leave in "
         "folders", "learnt and judged; the large one named", 4)  # fmt: skip


# The rest


def test_words_that_say_nothing(mariana: Mariana) -> None:
    clips.make(Path("clip.mp4"), seconds=0.5)
    idle: list[list[Any]] = [
        ["out.mp4", "--rate", 3], ["out.gif", "--crf", 20], ["out/", "--codec", "hevc"],
        ["out.mov", "--codec", "prores", "--crf", 20], ["out.mp4", "--flow", "none", "--flow-scale", 0.5],
    ]  # fmt: skip
    for words in idle:
        refused(mariana, "video", "clip.mp4", *words)
    came("options that would do nothing", "one line with what to use instead, before the work", len(idle))
    late = [["--layers", "0:(conv4_3), 7:(conv2_2[999])"], ["--strength", "2*t"], ["--preview", "look.txt"]]
    for words in late:
        refused(mariana, "video", "clip.mp4", "out.mp4", *words)
    came("a layer, a number or a file that would fail in mid-film", "one line, before the work", len(late))


@pytest.mark.skipif(sys.platform == "win32", reason="a shell's redirections")
def test_no_stderr(tmp_path: Path) -> None:
    clips.make(tmp_path / "clip.mp4", seconds=0.5)
    for number, words in enumerate(("2>&-", "2>&- >&- <&-", "2>/dev/full")):
        command = f'"{sys.executable}" -m mariana_video video clip.mp4 {number}.mp4 --steps 0 {words}'
        done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, check=False)
        assert done.returncode == 0
        with av.open(str(tmp_path / f"{number}.mp4")) as container:
            assert sum(1 for _ in container.decode(video=0)) == 13
    came("no stderr, nothing at all open, a stderr that is full", "the film", 3)
