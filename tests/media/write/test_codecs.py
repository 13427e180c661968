"""Picture codecs: which film holds which, their depth and quality, the same bits from every run, HDR's own words."""

import io
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from mariana_video.errors import UsageError
from mariana_video.media.containers import CONTAINERS, ENCODERS
from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import read
from mariana_video.media.write.encoding import Encoding
from mariana_video.media.write.segment import SegmentEncoder
from tests.media.clips import ffmpeg, times
from tests.media.write.passing import open_writer

PAIRS = [(codec, ending) for ending, kind in CONTAINERS.items() for codec in kind.codecs if ending != ".m4v"]


@pytest.fixture(scope="module")
def deep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half a second of 10 bits a channel."""
    path = tmp_path_factory.mktemp("deep") / "in.mkv"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x48:r=10:d=0.5", "-pix_fmt", "yuv420p10le", "-c:v", "ffv1", path)
    return path


def written(source: Path, output: Path, codec: str, keep_hdr: bool = False) -> list[str]:
    said: list[str] = []
    clip = open_clip(source, keep_hdr=keep_hdr)
    with open_writer(output, clip, size=clip.size, codec=codec, notes=said.append) as writer:
        for frame in read(clip):
            writer.write(frame.rgb, frame.pts, frame.alpha, frame.duration)
    return said


@pytest.mark.parametrize(("codec", "ending"), PAIRS)
def test_every_codec_in_every_film_that_holds_it(tmp_path: Path, deep: Path, codec: str, ending: str) -> None:
    output = tmp_path / f"out{ending}"
    written(deep, output, codec)
    clip = open_clip(output)
    assert clip.codec == codec
    assert clip.bits == (8 if codec in {"h264", "vp9"} else 16 if codec == "ffv1" else 10)
    found = times(output)
    assert [at - found[0] for at in found] == pytest.approx([n / 10 for n in range(5)])
    ours, theirs = (np.stack([frame.rgb for frame in read(open_clip(path))]) for path in (deep, output))
    assert np.abs(ours - theirs).mean() < 0.03


@pytest.mark.parametrize("codec", ["vp9", "av1"])
def test_the_same_bits_from_run_to_run_on_any_number_of_threads(tmp_path: Path, codec: str) -> None:
    """A part of a film is encoded anew when a job goes on, by another machine even."""
    noise = np.random.default_rng(1).random((290, 370, 3)).astype(np.float32)
    parts = set()
    for threads in (1, 2, 2, 8):
        encoding = Encoding(tmp_path / "a.mkv", None, size=(320, 240), rate=Fraction(25), codec=codec, crf=30,
                            threads=threads)  # fmt: skip
        file = io.BytesIO()
        encoder = SegmentEncoder(encoding, file)
        for n in range(40):
            encoder.add(encoding.picture(np.ascontiguousarray(noise[n : n + 240, n : n + 320]), None), n * 40)
        encoder.finish(None)
        parts.add(file.getvalue())
    assert len(parts) == 1


def encoding(codec: str, crf: int, size: tuple[int, int] = (64, 48)) -> Encoding:
    return Encoding(Path("a.mkv"), None, size=size, rate=Fraction(25), codec=codec, crf=crf, threads=1)


@pytest.mark.parametrize(("codec", "worst"), [("h264", 51), ("hevc", 51), ("vp9", 63), ("av1", 63)])
def test_a_quality_beyond_the_codecs_own_is_refused_with_what_would_do(codec: str, worst: int) -> None:
    assert encoding(codec, worst).crf == worst
    with pytest.raises(UsageError, match=rf"--crf {worst + 1} is no quality of {codec}; give 0 \(best\) to {worst}"):
        encoding(codec, worst + 1)


@pytest.mark.parametrize("codec", ["vp9", "av1"])
def test_a_coarse_quality_makes_a_smaller_film(tmp_path: Path, codec: str) -> None:
    sizes = []
    picture = np.random.default_rng(0).random((96, 128, 3)).astype(np.float32)
    for crf in (20, 55):
        with open_writer(tmp_path / "out.webm", None, size=(128, 96), codec=codec, crf=crf) as writer:
            for n in range(3):
                writer.write(np.roll(picture, n, 1), Fraction(n, 25))
        sizes.append((tmp_path / "out.webm").stat().st_size)
    assert sizes[1] < sizes[0] / 2


def test_codecs_without_a_quality_say_so() -> None:
    assert {name for name, encoder in ENCODERS.items() if encoder.quality is None} == {"prores", "ffv1"}


def test_a_picture_too_small_for_its_codec_is_refused() -> None:
    assert encoding("av1", 20, (4, 4)).size == (4, 4)
    with pytest.raises(UsageError, match="av1 holds no picture of 2×40"):
        encoding("av1", 20, (2, 40))


GRADED = "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50):max-cll=1000,400"


def graded(path: Path, words: str, transfer: str = "smpte2084") -> Path:
    """Half a second of HDR in HEVC, with x265's `words` on its display."""
    tags = f"log-level=none:colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc:{words}".rstrip(":")
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=64x48:r=10:d=0.5", "-pix_fmt", "yuv420p10le", "-c:v", "libx265",
           "-x265-params", tags, "-tag:v", "hvc1", path)  # fmt: skip
    return path


def told(path: Path) -> dict[str, Any]:
    """Numbers of HDR10 in a film's first frame, by PyAV."""
    found: dict[str, Any] = {}
    with av.open(str(path)) as container:
        for data in next(container.decode(video=0)).side_data:  # type: ignore[attr-defined]
            name = data.type.name
            if name == "MASTERING_DISPLAY_METADATA":
                numbers = np.frombuffer(bytes(data)[:80], np.int32).reshape(10, 2)
                found["display"] = (numbers[:, 0] / numbers[:, 1]).tolist()
            if name == "CONTENT_LIGHT_LEVEL":
                found["light"] = np.frombuffer(bytes(data)[:8], np.uint32).tolist()
    return found


@pytest.mark.parametrize(
    ("codec", "ending"), [("hevc", ".mp4"), ("hevc", ".mov"), ("hevc", ".mkv"), ("hevc", ".ts"), ("av1", ".mp4"),
                          ("av1", ".mkv"), ("av1", ".webm")],
)  # fmt: skip
def test_the_display_that_hdr10_was_made_for_is_kept(tmp_path: Path, codec: str, ending: str) -> None:
    source = graded(tmp_path / "in.mp4", GRADED)
    said = written(source, tmp_path / f"out{ending}", codec, keep_hdr=True)
    before, after = told(source), told(tmp_path / f"out{ending}")
    assert before["light"] == [1000, 400]
    assert before["display"][0] == pytest.approx(0.68)
    assert after["light"] == before["light"]
    assert after["display"] == pytest.approx(before["display"], abs=1e-4)
    assert said == []


def test_one_of_the_two_alone_is_kept_alone(tmp_path: Path) -> None:
    source = graded(tmp_path / "in.mp4", "max-cll=600,200")
    written(source, tmp_path / "out.mp4", "hevc", keep_hdr=True)
    assert told(tmp_path / "out.mp4") == {"light": [600, 200]}


@pytest.mark.parametrize(("codec", "ending"), [("prores", ".mov"), ("ffv1", ".mkv")])
def test_what_a_codec_can_not_say_of_its_display_is_named(tmp_path: Path, codec: str, ending: str) -> None:
    source = graded(tmp_path / "in.mp4", GRADED)
    said = written(source, tmp_path / f"out{ending}", codec, keep_hdr=True)
    assert any("mastering display and light level" in sentence and "left out" in sentence for sentence in said)


@pytest.mark.parametrize("codec", ["hevc", "prores"])
def test_hlg_has_no_display_and_nothing_is_said_of_one(tmp_path: Path, codec: str) -> None:
    source = graded(tmp_path / "in.mp4", "", "arib-std-b67")
    assert open_clip(source).display is None
    output = tmp_path / "out.mov"
    assert written(source, output, codec, keep_hdr=True) == []
    assert told(output) == {}


def test_a_film_that_is_tone_mapped_says_nothing_of_its_old_display(tmp_path: Path) -> None:
    source = graded(tmp_path / "in.mp4", GRADED)
    assert written(source, tmp_path / "out.mp4", "hevc") == []
    assert told(tmp_path / "out.mp4") == {}
