"""What comes out of a clip: the right frames, upright, at the right times; and what comes of bad ones."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mariana_video.errors import SourceError, UsageError
from mariana_video.media.read.opening import open_clip
from mariana_video.media.read.reader import frame_at, read, scan
from tests.media.clips import EXACT, ffmpeg, make, pictures, times

RATES = ["24000/1001", "30000/1001", "25", "60000/1001", "12.5"]


@pytest.mark.parametrize("ending", ["mp4", "mkv", "mov", "ts", "avi", "webm"])
@pytest.mark.parametrize("rate", RATES)
def test_rates_and_times_are_exact_in_every_container(tmp_path: Path, rate: str, ending: str) -> None:
    codec = ("-c:v", "libvpx-vp9", "-cpu-used", 8) if ending == "webm" else ("-c:v", "libx264", "-bf", 0)
    source = make(tmp_path / f"in.{ending}", rate=rate, seconds=2, codec=codec)
    clip = open_clip(source)
    assert clip.rate == Fraction(rate)
    found = list(scan(clip))
    assert len(found) == len(times(source)) == round(2 * Fraction(rate))
    start = found[0].pts
    assert [frame.pts - start for frame in found] == [n / Fraction(rate) for n in range(len(found))]


def test_a_varied_rate_keeps_every_time(tmp_path: Path) -> None:
    select = "select='lt(mod(n,7),3)'"
    source = make(tmp_path / "in.mp4", filters=select, seconds=2, extra=("-fps_mode", "vfr"))
    clip = open_clip(source)
    assert clip.varied
    assert [frame.pts for frame in read(clip)] == times(source)
    assert list(read(clip))[-1].duration is not None


@pytest.mark.parametrize(("flip", "turn"), [("", t) for t in (0, 90, 180, 270)] + [("hflip", 0), ("hflip", 90)])
def test_turned_clips_come_out_upright(tmp_path: Path, flip: str, turn: int) -> None:
    plain = make(tmp_path / "plain.mp4", size="64x32", seconds=0.2, matrix="bt601")
    source = tmp_path / "in.mp4"
    ffmpeg("-display_rotation", turn, *(["-display_hflip"] if flip else []), "-i", plain, "-c", "copy", source)
    clip = open_clip(source)
    assert clip.size == ((32, 64) if turn % 180 else (64, 32))
    raw = ffmpeg("-i", source, "-vf", f"scale=flags={EXACT},format=rgb24", "-f", "rawvideo", "-")
    seen = np.frombuffer(raw, np.uint8).reshape(-1, clip.size[1], clip.size[0], 3)
    ours = np.stack([frame.rgb for frame in read(clip)]) * 255
    assert np.abs(ours - seen).mean() < 8


def test_pixels_come_out_square(tmp_path: Path) -> None:
    source = make(tmp_path / "in.mp4", size="72x57", filters="crop=72:56,setsar=16/11", seconds=0.2)
    clip = open_clip(source)
    assert clip.size == (104, 56)
    assert next(read(clip)).rgb.shape == (56, 104, 3)
    assert any("not square" in note for note in clip.notes)


def test_interlaced_clips_come_out_whole_frame_for_frame(tmp_path: Path) -> None:
    source = tmp_path / "in.mpg"
    moving = "testsrc2=size=64x48:rate=50"
    ffmpeg(
        "-f", "lavfi", "-t", 1, "-i", moving, "-vf", "tinterlace=interleave_top", "-flags", "+ilme+ildct",
        "-c:v", "mpeg2video", "-q:v", 2, source,
    )  # fmt: skip
    clip = open_clip(source)
    assert clip.interlaced
    assert any("deinterlaced" in note for note in clip.notes)
    frames = list(read(clip))
    assert len(frames) == len(times(source))
    combs = [np.abs(np.diff(frame.rgb, axis=0)).mean() for frame in frames]
    raw = [np.abs(np.diff(picture / 255, axis=0)).mean() for picture in pictures(source)]
    assert np.mean(combs) < np.mean(raw)
    assert [frame.pts for frame in frames] == [frame.pts for frame in scan(clip)]


@pytest.mark.parametrize("ending", ["mp4", "mpg", "mkv", "ts", "h264"])
def test_a_span_holds_the_same_frames_as_the_whole(tmp_path: Path, ending: str) -> None:
    codec = ("-c:v", "mpeg2video") if ending == "mpg" else ("-c:v", "libx264", "-g", 12)
    source = make(tmp_path / f"in.{ending}", seconds=3, codec=codec)
    clip = open_clip(source)
    whole = list(read(clip))
    begin, length = Fraction(31, 25), Fraction(17, 25)
    part = list(read(clip, start=begin, duration=length))
    start = whole[0].pts
    wanted = [frame for frame in whole if begin <= frame.pts - start < begin + length]
    assert [frame.pts for frame in part] == [frame.pts for frame in wanted]
    assert len(part) == 17
    assert all(np.array_equal(a.rgb, b.rgb) for a, b in zip(part, wanted, strict=True))


def test_the_picture_on_screen_at_a_moment(tmp_path: Path) -> None:
    clip = open_clip(make(tmp_path / "in.mp4", rate="10", seconds=1))
    assert frame_at(clip, Fraction(0)).pts == 0
    assert frame_at(clip, Fraction("0.35")).pts == Fraction(3, 10)
    assert frame_at(clip, Fraction("0.4")).pts == Fraction(4, 10)
    assert frame_at(clip, Fraction("0.99")).pts == Fraction(9, 10)
    with pytest.raises(UsageError, match=r"1\.00 s long"):
        frame_at(clip, Fraction(2))


def test_sizes_are_reached_in_one_go(tmp_path: Path) -> None:
    clip = open_clip(make(tmp_path / "in.mp4", size="64x48", seconds=0.2))
    for size in ((32, 24), (33, 17), (128, 96)):
        frame = next(read(clip, size=size))
        assert frame.rgb.shape == (size[1], size[0], 3)
        assert frame.grey.shape == (size[1], size[0])
        assert str(size[0]) in repr(frame)
    with pytest.raises(UsageError, match="0×24"):
        next(read(clip, size=(0, 24)))


def test_deep_pictures_keep_their_depth(tmp_path: Path) -> None:
    ramp = "nullsrc=s=256x16:r=5,format=gray16,geq=lum='X*256+128':cb=32768:cr=32768"
    source = tmp_path / "in.mkv"
    ffmpeg("-f", "lavfi", "-t", 0.2, "-i", ramp, "-pix_fmt", "yuv444p10le", "-c:v", "ffv1", source)
    clip = open_clip(source)
    assert clip.bits == 10
    assert len(np.unique(next(read(clip)).rgb[8, :, 1])) > 230


@pytest.mark.parametrize("codec", ["libvpx-vp9", "libvpx"])
def test_transparency_hidden_in_webm_is_found(tmp_path: Path, codec: str) -> None:
    source = tmp_path / "in.webm"
    ffmpeg(
        "-f", "lavfi", "-t", 0.4, "-i", "testsrc2=size=64x48:rate=25,format=yuva420p,geq=lum='p(X,Y)':a='4*X'",
        "-c:v", codec, "-pix_fmt", "yuva420p", "-auto-alt-ref", 0, "-crf", 5, "-b:v", "2M", source,
    )  # fmt: skip
    clip = open_clip(source)
    assert clip.alpha
    frames = list(read(clip))
    assert len(frames) == 10
    assert frames[3].alpha is not None
    assert np.abs(frames[3].alpha[24] * 255 - 4 * np.arange(64)).mean() < 4


def test_high_dynamic_range_is_brought_down(tmp_path: Path) -> None:
    plain = make(tmp_path / "plain.mp4", rate="30000/1001", seconds=0.4, matrix="bt709")
    source = tmp_path / "hdr.mp4"
    chain = "zscale=t=linear:npl=203,format=gbrpf32le,zscale=p=bt2020:t=smpte2084:m=bt2020nc:r=tv:npl=203"
    ffmpeg(
        "-i", plain, "-vf", f"{chain},format=yuv420p10le", "-c:v", "libx265", "-x265-params", "log-level=none",
        "-crf", 5, source,
    )  # fmt: skip
    clip = open_clip(source)
    assert clip.colour.hdr == "PQ"
    assert any("tone-mapped" in note for note in clip.notes)
    bright, frames = next(read(open_clip(plain))).rgb, list(read(clip))
    assert [frame.pts for frame in frames] == times(source)
    assert abs(frames[0].rgb.mean() - bright.mean()) < 0.1
    assert np.corrcoef(frames[0].rgb.ravel(), bright.ravel())[0, 1] > 0.97
    assert [f.pts for f in read(clip, start=Fraction(1, 5))] == [f.pts for f in frames if f.pts >= Fraction(1, 5)]


@pytest.mark.parametrize("ending", ["gif", "webp", "png"])
def test_animations_are_clips(tmp_path: Path, ending: str) -> None:
    source = tmp_path / f"in.{ending}"
    made = make(tmp_path / "in.mkv", rate="10", seconds=0.8)
    ffmpeg("-i", made, *(["-f", "apng"] if ending == "png" else []), source)
    clip = open_clip(source)
    frames = list(read(clip))
    assert (clip.kind, len(frames), clip.rate) == ("video", 8, 10)
    assert [frame.pts for frame in frames] == [Fraction(n, 10) for n in range(8)]
    assert np.abs(frames[5].rgb * 255 - pictures(made)[5]).mean() < 20


@pytest.mark.parametrize("ending", ["mp4", "mkv"])
def test_a_truncated_clip_gives_what_decodes_and_says_what_is_missing(tmp_path: Path, ending: str) -> None:
    fast = ("-movflags", "+faststart") if ending == "mp4" else ()
    whole = make(tmp_path / f"whole.{ending}", size="160x120", seconds=2, extra=fast)
    source = tmp_path / f"in.{ending}"
    source.write_bytes(whole.read_bytes()[: whole.stat().st_size * 6 // 10])
    said: list[str] = []
    frames = list(read(open_clip(source), notes=said.append))
    assert 20 < len(frames) < 40
    assert len(said) == 1
    assert f"{len(frames)} of 50 frames" in said[0]
    assert len(list(scan(open_clip(source)))) == len(frames)


def test_a_clip_that_is_whole_says_nothing(tmp_path: Path) -> None:
    said: list[str] = []
    list(read(open_clip(make(tmp_path / "in.mp4")), notes=said.append))
    assert said == []


def test_no_frame_in_the_span_is_an_error(tmp_path: Path) -> None:
    clip = open_clip(make(tmp_path / "in.mp4"))
    with pytest.raises(SourceError, match=r"no frame in the span.*1\.00 s long"):
        next(read(clip, start=Fraction(5)))
    for wrong in ({"start": Fraction(-1)}, {"duration": Fraction(0)}):
        with pytest.raises(UsageError):
            next(read(clip, **wrong))


def test_scanning_gives_small_pictures_in_order(tmp_path: Path) -> None:
    clip = open_clip(make(tmp_path / "in.mp4", size="640x360", seconds=0.2))
    found = list(scan(clip, small=320))
    assert [frame.pts for frame in found] == [frame.pts for frame in read(clip)]
    assert found[0].small is not None
    assert (found[0].small.shape, found[0].small.dtype) == ((180, 320, 3), np.uint8)
    seen = next(read(clip, size=(320, 180))).rgb[..., ::-1] * 255
    assert np.abs(found[0].small - seen).max() <= 1


def test_changes_of_size_in_the_middle_do_no_harm(tmp_path: Path) -> None:
    first = make(tmp_path / "a.ts", size="64x48", seconds=0.4)
    second = make(tmp_path / "b.ts", size="96x64", seconds=0.4, extra=("-output_ts_offset", "0.4"))
    source = tmp_path / "in.ts"
    source.write_bytes(first.read_bytes() + second.read_bytes())
    frames = list(read(open_clip(source)))
    assert {frame.rgb.shape for frame in frames} == {(48, 64, 3)}
    assert len(frames) >= 18


def test_reading_can_stop_early_and_closes_the_file(tmp_path: Path) -> None:
    frames = read(open_clip(make(tmp_path / "in.mp4")))
    next(frames)
    frames.close()  # type: ignore[attr-defined]
    (tmp_path / "in.mp4").unlink()
