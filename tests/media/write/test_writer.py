"""Films as they are written: exact times, sizes and lengths, whole or not at all."""

import os
import resource
import stat
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from mariana_video.errors import OutputError, UsageError
from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import read
from mariana_video.media.write.writer import Writer
from tests.media.clips import make, pictures, times
from tests.media.write.films import film, length
from tests.media.write.passing import broken_off, open_writer, through

RATES = ["24000/1001", "30000/1001", "25", "60000/1001", "12.5", "10"]


@pytest.mark.parametrize("rate", RATES)
def test_rate_times_and_length_stay_exact(tmp_path: Path, rate: str) -> None:
    source = make(tmp_path / "in.mp4", rate=rate, seconds=2)
    output = tmp_path / "out.mp4"
    through(source, output)
    assert times(output) == times(source) == [n / Fraction(rate) for n in range(round(2 * Fraction(rate)))]
    assert length(output) == length(source)
    with av.open(str(output)) as container:
        assert container.streams.video[0].average_rate == Fraction(rate)
        assert container.streams.video[0].frames == len(times(source))


@pytest.mark.parametrize("ending", ["mkv", "mov", "webm", "ts", "m4v"])
@pytest.mark.parametrize("rate", ["24000/1001", "25"])
def test_rates_survive_every_container(tmp_path: Path, rate: str, ending: str) -> None:
    source = make(tmp_path / "in.mkv", rate=rate)
    output = tmp_path / f"out.{ending}"
    through(source, output)
    found = times(output)
    assert len(found) == len(times(source))
    assert open_clip(output).rate == Fraction(rate)
    through(output, tmp_path / "back.mp4")
    assert np.ptp([float(a - n / Fraction(rate)) for n, a in enumerate(times(tmp_path / "back.mp4"))]) < 1e-9


def test_a_varied_rate_keeps_every_time_and_the_last_length(tmp_path: Path) -> None:
    source = make(tmp_path / "in.mp4", filters="select='lt(mod(n,9),4)'", seconds=2, extra=("-fps_mode", "vfr"))
    through(source, tmp_path / "out.mp4")
    assert times(tmp_path / "out.mp4") == times(source)
    assert length(tmp_path / "out.mp4") == length(source)
    through(source, tmp_path / "out.mkv")
    assert all(abs(a - b) <= Fraction(1, 2000) for a, b in zip(times(tmp_path / "out.mkv"), times(source), strict=True))


def test_a_span_begins_with_its_first_frame(tmp_path: Path) -> None:
    source = make(tmp_path / "in.mp4", rate="24000/1001", seconds=3)
    through(source, tmp_path / "out.mp4", start=Fraction(1), duration=Fraction(1))
    found = times(tmp_path / "out.mp4")
    assert found == [n * Fraction(1001, 24000) for n in range(24)]
    assert np.abs(pictures(tmp_path / "out.mp4")[0] - pictures(source)[24]).mean() < 4


@pytest.mark.parametrize("size", [(63, 47), (64, 47), (63, 48)])
def test_odd_sides_gain_one_repeated_row_or_column(tmp_path: Path, size: tuple[int, int]) -> None:
    width, height = size
    stripes = np.indices((height, width)).sum(0) // 2 % 2 * 0.6 + 0.2  # would blur if they were resized
    picture = np.repeat(stripes[..., None], 3, axis=2).astype(np.float32)
    said: list[str] = []
    with open_writer(tmp_path / "out.mp4", None, size=size, crf=5, notes=said.append) as writer:
        writer.write(picture, Fraction(0))
    with av.open(str(tmp_path / "out.mp4")) as container:
        luma = next(container.decode(video=0)).to_ndarray(format="gray").astype(float)
    assert luma.shape == (height + height % 2, width + width % 2)
    assert np.abs(luma[:height, :width] - stripes * 255).mean() < 5
    assert np.abs(luma[height - 1] - luma[-1]).mean() < 5
    assert np.abs(luma[:, width - 1] - luma[:, -1]).mean() < 5
    assert any("even sides" in sentence for sentence in said)


def test_pictures_keep_odd_sides(tmp_path: Path) -> None:
    said: list[str] = []
    with open_writer(f"{tmp_path}/frames/", None, size=(63, 47), notes=said.append) as writer:
        writer.write(np.full((47, 63, 3), 0.5, np.float32), Fraction(0))
    assert next(read(open_clip(tmp_path / "frames"))).rgb.shape == (47, 63, 3)
    assert said == []


def test_the_last_frame_is_shown_as_long_as_told(tmp_path: Path) -> None:
    with open_writer(tmp_path / "out.mp4", None, size=(32, 32)) as writer:
        writer.write(np.zeros((32, 32, 3), np.float32), Fraction(0))
        writer.write(np.ones((32, 32, 3), np.float32), Fraction(1, 25), duration=Fraction(3))
    assert length(tmp_path / "out.mp4") == Fraction(1, 25) + 3


NAMES = [
    "plain",
    "two words",
    "äöü ñ 日本",
    "100%d and %03d",
    "[a]{b}(c)*?",
    "-dash",
    'quote\'s "x"',
    "concat:a|b",
    "http:",
    "data:x",
    "a" * 240,
]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_works_in_and_out(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = make(tmp_path / "made.mp4", seconds=0.2, sound=1)
    source, output = Path(f"{name}.mp4"), Path(f"{name}.mkv")
    made.rename(source)
    through(source, output)
    assert len(times(output)) == 5
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([source.name, output.name])


def test_a_film_of_no_source_has_the_rate_asked_for(tmp_path: Path) -> None:
    film(tmp_path / "out.mp4")
    assert times(tmp_path / "out.mp4") == [Fraction(n, 25) for n in range(5)]
    assert length(tmp_path / "out.mp4") == Fraction(5, 25)
    assert open_clip(tmp_path / "out.mp4").colour.matrix == "bt709"
    shades = pictures(tmp_path / "out.mp4")[:, 16, 16, 0]
    assert np.abs(shades - np.arange(5) * 25.5).max() < 2


@pytest.mark.parametrize("ending", [".mp4", ".mkv"])
def test_nothing_stays_after_an_exception(tmp_path: Path, ending: str) -> None:
    broken_off(open_writer(f"{tmp_path}/out{ending}", None, size=(32, 32)))
    assert list(tmp_path.iterdir()) == []


def test_an_older_output_stays_until_the_new_one_is_complete(tmp_path: Path) -> None:
    output = tmp_path / "out.mp4"
    output.write_bytes(b"older")
    with open_writer(output, None, size=(32, 32)) as writer:
        writer.write(np.zeros((32, 32, 3), np.float32), Fraction(0))
        assert output.read_bytes() == b"older"
    output.write_bytes(b"older")
    broken_off(open_writer(output, None, size=(32, 32)))
    assert output.read_bytes() == b"older"
    film(output)
    assert len(times(output)) == 5
    assert stat.S_IMODE(output.stat().st_mode) == 0o666 & ~os.umask(os.umask(0o022))


def test_no_frames_no_film(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no frame came"), open_writer(tmp_path / "out.mp4", None, size=(32, 32)):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_frame_of_another_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="16×16"), open_writer(tmp_path / "out.mp4", None, size=(32, 32)) as writer:
        writer.write(np.zeros((16, 16, 3), np.float32), Fraction(0))


def test_fast_start(tmp_path: Path) -> None:
    film(tmp_path / "out.mp4")
    data = (tmp_path / "out.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_a_full_disk_is_told_in_one_line(tmp_path: Path) -> None:
    """A limit on file size stands in for a full disk: the write fails in the same place."""
    code = f"""
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
import numpy as np
from fractions import Fraction
from mariana_video.errors import OutputError
from mariana_video.media.write.writer import Writer
noise = np.random.default_rng(0)
try:
    with Writer({str(tmp_path / "out.mp4")!r}, None, size=(160, 120), crf=0) as writer:
        for n in range(60):
            writer.write(noise.random((120, 160, 3), np.float32), Fraction(n, 25))
except OutputError as error:
    sys.exit(str(error))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "out.mp4 can't be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_memory_does_not_grow_with_length(tmp_path: Path) -> None:
    """Frames stream: many more frames take (nearly) the same memory."""
    peaks = []
    for count in (40, 300):
        code = f"""
import numpy as np, resource
from fractions import Fraction
from mariana_video.media.write.writer import Writer
with Writer({str(tmp_path / "out.mp4")!r}, None, size=(320, 180), threads=1) as writer:
    for n in range({count}):
        writer.write(np.full((180, 320, 3), n % 10 / 10, np.float32), Fraction(n, 25))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        peaks.append(int(done.stdout))
    assert peaks[1] < peaks[0] * 1.1


def test_threads_can_be_set(tmp_path: Path) -> None:
    film(tmp_path / "out.mp4", threads=1)
    assert Writer(tmp_path / "x.mp4", None, size=(8, 8), threads=1).encoding.threads == 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 0


@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_the_shortest_films(tmp_path: Path, codec: str, count: int) -> None:
    for _ in range(3):  # x265's fault shows now and then only
        film(tmp_path / "out.mp4", count, codec=codec)
        assert times(tmp_path / "out.mp4") == [Fraction(n, 25) for n in range(count)]
        assert length(tmp_path / "out.mp4") == Fraction(count, 25)
