"""Sound and everything else comes along, in step with the picture."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from mariana_video.media.read.opening import open_clip
from tests.media.clips import ffmpeg, make, samples, times
from tests.media.write.passing import through

FLASH = "drawbox=enable='lt(mod(t+0.0001,1),0.05)':color=white:t=fill"
BEEP = "aevalsrc='if(lt(mod(t,1),0.05),sin(2*PI*1000*t),0)':s=44100"


def flashing(
    path: Path,
    *,
    rate: str = "25",
    sound: str = "aac",
    late: str = "0",
    seconds: int = 4,
    filters: str = "",
    extra: tuple[object, ...] = (),
) -> Path:
    """Seconds that each begin with a flash and a beep; the beeps come `late` seconds after."""
    pictures = f"color=black:s=32x32:r={rate},{FLASH}{filters}"
    ffmpeg(
        "-f", "lavfi", "-t", seconds, "-i", pictures, "-itsoffset", late, "-f", "lavfi", "-t", seconds, "-i", BEEP,
        "-map", "0:v", "-map", "1:a", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", sound, *extra, path,
    )  # fmt: skip
    return path


def flashes(path: Path) -> np.ndarray:
    found, before = [], False
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            bright = frame.to_ndarray(format="gray").mean() > 128
            if bright and not before:
                found.append(float(frame.pts * frame.time_base))
            before = bright
    return np.array(found)


def beeps(path: Path) -> np.ndarray:
    loud = np.flatnonzero(np.abs(samples(path)) > 0.2)
    return loud[np.insert(np.diff(loud) > 4410, 0, True)] / 44100


def apart(path: Path) -> np.ndarray:
    """Seconds from each flash to the beep next to it."""
    heard, seen = beeps(path), flashes(path)
    return np.array([moment - seen[np.abs(seen - moment).argmin()] for moment in heard])


_CLIPS: list[tuple[str, dict[str, Any]]] = [
    ("in.mp4", {}),
    ("in.mkv", {"sound": "pcm_s16le"}),
    ("in.ts", {"rate": "24000/1001"}),
    ("in.mp4", {"late": "0.2"}),
    ("in.mkv", {"extra": ("-output_ts_offset", "1.4")}),
]
_OUTPUTS = ["out.mp4", "out.mkv", "out.webm", "out.mov", "out.ts"]
# Every clip and every output once, and any clip with the usual output; all pairs among the long tests.
_EVERY_DAY = {*zip(range(5), range(5), strict=True), *((clip, 0) for clip in range(5))}


@pytest.mark.parametrize(
    ("name", "options", "output"),
    [
        pytest.param(*_CLIPS[clip], _OUTPUTS[out], marks=() if (clip, out) in _EVERY_DAY else pytest.mark.long)
        for clip in range(5)
        for out in range(5)
    ],
)
def test_sound_stays_in_step(tmp_path: Path, name: str, options: dict[str, str], output: str) -> None:
    source = flashing(tmp_path / name, **options)  # type: ignore[arg-type]
    through(source, tmp_path / output)
    before, after = apart(source), apart(tmp_path / output)
    assert len(before) == len(after) == 4
    tolerance = np.array([0.012, 0.001, 0.001, 0.001])  # a copied first AAC packet may lack what came before it
    assert (np.abs(after - before) < tolerance).all()
    if "extra" in options:
        assert times(tmp_path / output)[0] == pytest.approx(1.4, abs=1e-9) or output.endswith("ts")


@pytest.mark.parametrize("output", ["out.mp4", "out.mkv", "out.webm"])
@pytest.mark.parametrize("sound", ["aac", "pcm_s16le"])
def test_a_span_cuts_sound_with_the_picture(tmp_path: Path, output: str, sound: str) -> None:
    source = flashing(tmp_path / "in.mkv", sound=sound)
    through(source, tmp_path / output, start=Fraction("0.72"), duration=Fraction(2))
    assert np.allclose(flashes(tmp_path / output), [0.28, 1.28])
    assert np.abs(apart(tmp_path / output)).max() < 0.001
    assert len(samples(tmp_path / output)) / 44100 == pytest.approx(2, abs=0.03)


def test_copied_sound_is_the_same_packets(tmp_path: Path) -> None:
    source = make(tmp_path / "in.mp4", sound=2)
    said = through(source, tmp_path / "out.mp4")

    def packets(path: Path, track: int) -> list[tuple[int | None, bytes]]:
        with av.open(str(path)) as container:
            return [(p.pts, bytes(p)) for p in container.demux(container.streams.audio[track]) if p.size]

    assert all(packets(source, track) == packets(tmp_path / "out.mp4", track) for track in (0, 1))
    assert said == []


def test_all_tracks_languages_titles_chapters_and_tags(tmp_path: Path) -> None:
    full = furnished(tmp_path)
    for output in ("out.mkv", "out.mp4", "out.webm"):
        said = through(full, tmp_path / output)
        clip = open_clip(tmp_path / output)
        assert [(t.language, t.title) for t in clip.sounds] == [("eng", None), ("deu", "Comments")]
        assert [t.language for t in clip.subtitles] == ["fra", "spa"]
        assert [(c.start, c.end, c.title) for c in clip.chapters] == [
            (0, Fraction(1, 2), "One"), (Fraction(1, 2), 1, "Two"),
        ]  # fmt: skip
        assert clip.metadata["title"] == "My film"
        assert any("re-encoded" in sentence for sentence in said) == (output == "out.webm")
        assert shown(tmp_path / output) == shown(full)


@pytest.mark.parametrize("output", ["again.mp4", "again.mkv"])
def test_titles_that_mp4_keeps_under_another_name(tmp_path: Path, output: str) -> None:
    through(furnished(tmp_path), tmp_path / "out.mp4")
    through(tmp_path / "out.mp4", tmp_path / output)
    assert [track.title for track in open_clip(tmp_path / output).sounds] == [None, "Comments"]


def test_when_it_was_recorded_is_kept(tmp_path: Path) -> None:
    made = ("-metadata", "creation_time=2024-05-06T07:08:09Z")
    through(make(tmp_path / "in.mp4", sound=1, extra=made), tmp_path / "out.mp4")
    assert open_clip(tmp_path / "out.mp4").metadata["creation_time"].startswith("2024-05-06T07:08:09")


def test_what_a_container_cannot_hold_is_named(tmp_path: Path) -> None:
    said = through(furnished(tmp_path), tmp_path / "out.avi")
    assert sum("subtitle" in sentence and "left out" in sentence for sentence in said) == 2


def test_chapters_and_subtitles_are_cut_to_the_span(tmp_path: Path) -> None:
    through(furnished(tmp_path), tmp_path / "out.mkv", start=Fraction(12, 25), duration=Fraction(8, 25))
    clip = open_clip(tmp_path / "out.mkv")
    assert [(float(c.start), float(c.end), c.title) for c in clip.chapters] == [(0, 0.02, "One"), (0.02, 0.32, "Two")]
    assert shown(tmp_path / "out.mkv") == [(0.12, "two")]


@pytest.mark.parametrize("output", ["out.mp4", "out.mkv"])
def test_a_clip_that_begins_before_its_clock_loses_nothing(tmp_path: Path, output: str) -> None:
    flashing(tmp_path / "whole.mkv", sound="pcm_s16le")
    source = tmp_path / "in.mkv"
    ffmpeg("-i", tmp_path / "whole.mkv", "-c", "copy", "-output_ts_offset", "-0.2", "-avoid_negative_ts", "disabled",
           source)  # fmt: skip
    clip = open_clip(source)
    assert clip.start == Fraction(-1, 5)
    through(source, tmp_path / output)
    assert times(tmp_path / output) == [Fraction(n, 25) for n in range(100)]
    assert np.abs(apart(tmp_path / output)).max() < 0.001


def test_no_sound_when_told(tmp_path: Path) -> None:
    through(make(tmp_path / "in.mp4", sound=1), tmp_path / "out.mp4", sound=False)
    assert open_clip(tmp_path / "out.mp4").sounds == ()


def test_covers_and_attachments(tmp_path: Path) -> None:
    plain = make(tmp_path / "plain.mp4", sound=1)
    ffmpeg("-f", "lavfi", "-i", "testsrc=s=32x32", "-frames:v", 1, tmp_path / "cover.png")
    ffmpeg(
        "-i", plain, "-i", tmp_path / "cover.png", "-map", 0, "-map", 1, "-c", "copy", "-c:v:1", "png",
        "-disposition:v:1", "attached_pic", tmp_path / "cover.mp4",
    )  # fmt: skip
    assert through(tmp_path / "cover.mp4", tmp_path / "out.mp4") == []
    assert [track.cover for track in open_clip(tmp_path / "out.mp4").others] == [True]
    assert len(times(tmp_path / "out.mp4")) == 25
    (tmp_path / "a.txt").write_text("a letter")
    ffmpeg("-i", plain, "-attach", tmp_path / "a.txt", "-metadata:s:t", "mimetype=text/plain", "-c", "copy",
           tmp_path / "attached.mkv")  # fmt: skip
    through(tmp_path / "attached.mkv", tmp_path / "out.mkv")
    with av.open(str(tmp_path / "out.mkv")) as container:
        assert container.streams.attachments[0].data == b"a letter"
    said = through(tmp_path / "attached.mkv", tmp_path / "out2.mp4")
    assert any("left out" in sentence for sentence in said)


def test_a_source_whose_sound_breaks_off_still_makes_a_film(tmp_path: Path) -> None:
    source = make(tmp_path / "in.mkv", sound=1, sound_codec="pcm_s16le", seconds=2)
    (tmp_path / "cut.mkv").write_bytes(source.read_bytes()[: source.stat().st_size // 2])
    said = through(tmp_path / "cut.mkv", tmp_path / "out.mp4")
    assert 10 < len(times(tmp_path / "out.mp4")) < 40
    assert any("breaks off" in sentence or "damaged" in sentence for sentence in said)


def furnished(folder: Path) -> Path:
    """A clip of one second with two sounds, two subtitles, two chapters and a title."""
    chapter = "[CHAPTER]\nTIMEBASE=1/1000\nSTART={}\nEND={}\ntitle={}\n"
    marks = chapter.format(0, 500, "One") + chapter.format(500, 1000, "Two")
    (folder / "tags.txt").write_text(f";FFMETADATA1\ntitle=My film\n{marks}")
    cue = "{}\n00:00:00,{} --> 00:00:00,{}\n{}\n\n"
    (folder / "a.srt").write_text(cue.format(1, 200, 400, "one") + cue.format(2, 600, 900, "two"))
    plain = make(folder / "plain.mkv", sound=2)
    ffmpeg(
        "-i", plain, "-i", folder / "a.srt", "-i", folder / "a.srt", "-i", folder / "tags.txt", "-map", 0, "-map", 1,
        "-map", 2, "-map_metadata", 3, "-map_chapters", 3, "-c", "copy", "-c:s", "srt", "-metadata:s:a:0",
        "language=eng", "-metadata:s:a:1", "language=deu", "-metadata:s:a:1", "title=Comments", "-metadata:s:s:0",
        "language=fra", "-metadata:s:s:1", "language=spa", folder / "full.mkv",
    )  # fmt: skip
    return folder / "full.mkv"


def shown(path: Path) -> list[tuple[float, str]]:
    """(seconds, words) of the first subtitle track, by PyAV."""
    with av.open(str(path)) as container:
        packets = [p for p in container.demux(container.streams.subtitles[0]) if p.size > 2]
        words = [bytes(p)[2:] if "mp4" in container.format.name else bytes(p) for p in packets]
        return [(float(p.pts * p.time_base), w.decode().strip()) for p, w in zip(packets, words, strict=True)]
