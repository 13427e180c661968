"""Sound under a silent film: its pictures unchanged, the sound cut to its length and faded."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mariana_video.errors import SourceError, UsageError
from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import read
from mariana_video.media.sound.soundtrack import check_sound, lay_under
from tests.conftest import make_clip, texture
from tests.media.write.passing import open_writer


def silent(path: Path, frames: int, rate: int = 10, codec: str | None = None) -> Path:
    with open_writer(path, None, size=(64, 48), rate=Fraction(rate), codec=codec) as writer:
        for index in range(frames):
            writer.write(texture(48, 64, index), Fraction(index, rate))
    return path


def samples(path: Path) -> np.ndarray:
    import av

    with av.open(str(path)) as container:
        return np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])


@pytest.mark.parametrize("ending", [".mp4", ".mkv", ".webm"])
def test_a_longer_sound_is_cut_and_fades_out(tmp_path: Path, ending: str) -> None:
    sound = make_clip(tmp_path / "long.mp4", frames=100, rate=25)
    film, out = silent(tmp_path / f"silent{ending}", 20), tmp_path / f"out{ending}"
    lay_under(film, sound, out)
    before, after = (list(read(open_clip(path))) for path in (film, out))
    assert [frame.pts for frame in after] == [frame.pts for frame in before]
    assert all(np.array_equal(one.rgb, two.rgb) for one, two in zip(before, after, strict=True))
    heard = samples(out)
    rate = 48000 if ending == ".webm" else 44100
    assert len(heard) / rate == pytest.approx(2.0, abs=0.06)
    loud, middle, quiet = (np.abs(heard[round(at * rate) : round((at + 0.1) * rate)]).max() for at in (0.5, 1.45, 1.88))
    assert loud > 1.5 * middle > 3 * quiet > 0


@pytest.mark.parametrize(
    ("ending", "codec"), [(".mp4", "av1"), (".webm", "av1"), (".mp4", "hevc"), (".mov", "prores"), (".ts", "h264")]
)
def test_every_kind_of_film_gets_its_sound_in_step(tmp_path: Path, ending: str, codec: str) -> None:
    sound = make_clip(tmp_path / "long.mp4", frames=50, rate=25)
    film, out = silent(tmp_path / f"silent{ending}", 20, codec=codec), tmp_path / f"out{ending}"
    lay_under(film, sound, out)
    before, after = (list(read(open_clip(path))) for path in (film, out))
    assert all(np.array_equal(one.rgb, two.rgb) for one, two in zip(before, after, strict=True))
    shifts = {float(two.pts - one.pts) for one, two in zip(before, after, strict=True)}
    assert max(shifts) < 0.03  # in a transport stream sound begins a packet before the picture
    assert max(shifts) - min(shifts) < 1e-3


def test_a_shorter_sound_ends_by_itself(tmp_path: Path) -> None:
    sound = make_clip(tmp_path / "short.mp4", frames=12, rate=25)
    lay_under(silent(tmp_path / "silent.mp4", 20), sound, tmp_path / "out.mp4")
    assert len(samples(tmp_path / "out.mp4")) / 44100 == pytest.approx(0.48, abs=0.06)
    assert open_clip(tmp_path / "out.mp4").duration == pytest.approx(2)


def test_what_is_no_sound_or_can_not_hold_any_is_said_beforehand(tmp_path: Path, clip: Path) -> None:
    with pytest.raises(UsageError, match=r"a\.gif can't hold any; these can: \.mp4"):
        check_sound(clip, "a.gif")
    with pytest.raises(UsageError, match="frames/ can't hold any"):
        check_sound(clip, "frames/")
    with pytest.raises(SourceError, match="does not exist"):
        check_sound(tmp_path / "none.mp3", "a.mp4")
    with pytest.raises(SourceError, match="holds no sound"):
        check_sound(silent(tmp_path / "silent.mp4", 2), "a.mp4")
    check_sound(clip, "a.mp4")
