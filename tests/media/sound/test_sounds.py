"""Every common kind of sound into every kind of film: heard, as long as it was, or named as left out."""

import re
from pathlib import Path

import numpy as np
import pytest

from mariana_video.errors import SourceError
from mariana_video.media.containers import CONTAINERS
from mariana_video.media.read.opening import open_clip
from mariana_video.media.sound.soundtrack import check_sound, lay_under
from mariana_video.media.sound.trial import plan_tracks
from tests.media.clips import ffmpeg, file_address, make
from tests.media.write.passing import through

# Encoder, samples a second, kind of file that it comes in.
SOUNDS = [
    ("aac", 44100, "mp4"), ("aac", 8000, "mp4"), ("libmp3lame", 8000, "avi"), ("libmp3lame", 11025, "avi"),
    ("libmp3lame", 16000, "avi"), ("libmp3lame", 44100, "mkv"), ("libmp3lame", 48000, "avi"), ("mp2", 48000, "ts"),
    ("ac3", 48000, "mkv"), ("ac3", 44100, "avi"), ("eac3", 48000, "mkv"), ("libopus", 48000, "mkv"),
    ("libvorbis", 44100, "mkv"), ("flac", 44100, "mkv"), ("flac", 96000, "mkv"), ("alac", 44100, "mov"),
    ("pcm_u8", 11025, "avi"), ("pcm_s16le", 44100, "avi"), ("pcm_s16be", 44100, "mov"),
    ("pcm_s24le", 48000, "mkv"), ("pcm_f32le", 48000, "mkv"), ("pcm_alaw", 8000, "mov"),
    ("pcm_mulaw", 8000, "avi"), ("wmav2", 44100, "asf"), ("adpcm_ima_wav", 22050, "avi"),
    ("libopencore_amrnb", 8000, "3gp"),
]  # fmt: skip
ENDINGS = [ending for ending in CONTAINERS if ending != ".m4v"]  # the same container as .mp4


@pytest.fixture(scope="module")
def sounding(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int], Path]:
    """A film of one second with a tone for each kind of sound."""
    folder = tmp_path_factory.mktemp("sounds")
    kinds = {(encoder, rate): folder / f"{encoder}-{rate}.{ending}" for encoder, rate, ending in SOUNDS}
    return {(encoder, rate): with_sound(path, encoder, rate) for (encoder, rate), path in kinds.items()}


def played(path: Path) -> np.ndarray:
    """The first sound track as the ffmpeg program plays it: mono, 44 100 samples a second."""
    raw = ffmpeg("-i", file_address(path), "-map", "0:a:0", "-ac", 1, "-ar", 44100, "-f", "f32le", "-")
    return np.frombuffer(raw, np.float32).astype(np.float64)


# Every sound into MP4, and every one into one of the others; all pairs among the long tests.
_EVERY_DAY = {(place, ending) for place in range(len(SOUNDS)) for ending in (".mp4", ENDINGS[place % len(ENDINGS)])}


@pytest.mark.parametrize(
    ("encoder", "rate", "ending"),
    [
        pytest.param(encoder, rate, ending, marks=() if (place, ending) in _EVERY_DAY else pytest.mark.long)
        for place, (encoder, rate, _) in enumerate(SOUNDS)
        for ending in ENDINGS
    ],
)
def test_every_sound_goes_into_every_film(
    tmp_path: Path, sounding: dict[tuple[str, int], Path], encoder: str, rate: int, ending: str
) -> None:
    source, output = sounding[encoder, rate], tmp_path / f"out{ending}"
    said = through(source, output)
    assert not any("left out" in sentence for sentence in said)
    before, heard = played(source), played(output)
    assert len(heard) == pytest.approx(len(before), abs=(0.1 + 1024 / rate) * 44100)  # what encoders add at the ends
    tone = np.abs(np.fft.rfft(heard[11025:33075] * np.hanning(22050)))
    assert np.argmax(tone) == 220
    assert np.abs(heard[11025:33075]).mean() == pytest.approx(np.abs(before[11025:33075]).mean(), rel=0.2)


@pytest.mark.parametrize("rate", [8000, 11025, 12000])
def test_what_the_muxer_refuses_is_known_before_the_work(tmp_path: Path, rate: int) -> None:
    """MP4 holds MP3, as its table says, and none below 16 kHz, as its muxer says in the end."""
    source = with_sound(tmp_path / "in.mkv", "libmp3lame", rate)
    mp4 = CONTAINERS[".mp4"]
    (decision,) = plan_tracks(open_clip(source), mp4, "h264")
    assert "mp3" in mp4.sounds
    assert decision.way == "re-encoded"
    assert str(decision.note) == "sound 1 (mp3) is re-encoded: mp4 can't hold it as it is"
    assert plan_tracks(open_clip(source), mp4, "h264") == (decision,)
    assert through(source, tmp_path / "out.mp4") == [decision.note]


def test_one_that_is_refused_does_not_change_the_others(tmp_path: Path) -> None:
    sounds = [with_sound(tmp_path / f"{rate}.mkv", "libmp3lame", rate) for rate in (44100, 8000, 48000)]
    maps = [word for number in range(3) for word in ("-map", f"{number}:a")]
    ffmpeg(*(word for path in sounds for word in ("-i", path)), "-map", "0:v", *maps, "-c", "copy", tmp_path / "in.mkv")
    decisions = plan_tracks(open_clip(tmp_path / "in.mkv"), CONTAINERS[".mp4"], "h264")
    assert [decision.way for decision in decisions] == ["copied", "re-encoded", "copied"]


def test_a_sound_that_changes_its_kind_in_the_middle_is_heard_to_its_end(tmp_path: Path) -> None:
    """As broadcasts do between programme and advertisement; the decoder then gives another layout and rate."""
    parts = []
    for number, (channels, rate) in enumerate(((1, 32000), (2, 48000))):
        parts.append(tmp_path / f"{number}.mp2")
        ffmpeg("-f", "lavfi", "-i", "sine=440:d=1", "-ac", channels, "-ar", rate, "-c:a", "mp2", parts[-1])
    (tmp_path / "both.mp2").write_bytes(b"".join(path.read_bytes() for path in parts))
    ffmpeg("-f", "lavfi", "-i", "color=gray:s=32x32:r=5:d=2", "-i", tmp_path / "both.mp2", "-map", 0, "-map", 1,
           "-c:v", "mpeg4", "-c:a", "copy", tmp_path / "in.mkv")  # fmt: skip
    through(tmp_path / "in.mkv", tmp_path / "out.mp4")
    assert len(played(tmp_path / "out.mp4")) / 44100 == pytest.approx(2, abs=0.15)


@pytest.mark.parametrize("sound", ["aac", "mp2", "ac3"])
def test_sound_of_recordings_joined_end_to_end_is_heard_to_its_end(tmp_path: Path, sound: str) -> None:
    """The clocks of transport streams begin anew at the joint."""
    one = make(tmp_path / "one.ts", sound=1, seconds=1, sound_codec=sound)
    (tmp_path / "in.ts").write_bytes(one.read_bytes() * 2)
    through(tmp_path / "in.ts", tmp_path / "out.mp4")
    assert len(played(tmp_path / "out.mp4")) / 44100 == pytest.approx(2, abs=0.1)


def test_packets_that_a_muxer_refuses_do_not_cost_the_film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else is wrong with a sound's times: what can't be muxed is left out and counted."""
    monkeypatch.setattr("mariana_video.media.sound.tracks.Joints.moved", lambda _self, packets: packets)
    one = make(tmp_path / "one.ts", sound=1, seconds=1)
    (tmp_path / "in.ts").write_bytes(one.read_bytes() * 2)
    said = through(tmp_path / "in.ts", tmp_path / "out.mp4")
    assert any("packets are left out, damaged or out of order" in sentence for sentence in said)
    assert len(played(tmp_path / "out.mp4")) / 44100 == pytest.approx(1, abs=0.1)


def with_sound(path: Path, encoder: str, rate: int) -> Path:
    """A grey film with a tone of 440 Hz."""
    inputs = ("-f", "lavfi", "-i", "color=gray:s=32x32:r=5:d=1", "-f", "lavfi", "-i", f"sine=440:r={rate}:d=1")
    codec = "mjpeg" if path.suffix in {".avi", ".asf"} else "mpeg4"
    ffmpeg(*inputs, "-c:v", codec, "-c:a", encoder, "-ar", rate, "-strict", "-2", path)
    return path


def unknown_to_all(source: Path, path: Path, name: bytes = b"apac", track: int = -1) -> Path:
    """A MOV with one sound under the name of a kind that libav has no decoder for (Apple's APAC)."""
    data = bytearray(source.read_bytes())
    tables = [found.start() for found in re.finditer(b"stsd", data) if b"esds" in data[found.start() :][:300]]
    entry = data.index(b"mp4a", tables[track])
    box = data.index(b"esds", entry)
    inner = data.find(b"mp4a", entry + 4, box)
    for at, word in ((entry, name), (box, b"dapa"), *([(inner, name)] if inner > 0 else [])):
        data[at : at + 4] = word
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("name", [b"apac", b"zzzz", b"dtsy"])
def test_a_second_sound_that_nothing_can_decode_is_left_out_in_words(tmp_path: Path, name: bytes) -> None:
    two = make(tmp_path / "two.mov", sound=2)
    source = unknown_to_all(two, tmp_path / "in.mov", name)
    said = through(source, tmp_path / "out.mp4")
    assert said == ["sound 2 (unknown) is left out: nothing here can decode it"]
    assert len(open_clip(tmp_path / "out.mp4").sounds) == 1
    assert len(played(tmp_path / "out.mp4")) / 44100 == pytest.approx(1, abs=0.05)


def test_a_film_whose_only_sound_nothing_can_decode_is_made_without(tmp_path: Path) -> None:
    source = unknown_to_all(make(tmp_path / "one.mov", sound=1), tmp_path / "in.mov")
    said = through(source, tmp_path / "out.mp4")
    assert said == ["sound 1 (unknown) is left out: nothing here can decode it"]
    assert open_clip(tmp_path / "out.mp4").sounds == ()
    with pytest.raises(SourceError, match="no sound that can be decoded"):
        check_sound(source, "a.mp4")


def test_a_known_sound_behind_an_unknown_one_is_laid_under(tmp_path: Path) -> None:
    """The first track of a file given for --sound may be of an unknown kind."""
    sound = unknown_to_all(make(tmp_path / "two.mov", sound=2), tmp_path / "in.mov", track=0)
    assert [track.codec for track in open_clip(sound).sounds] == ["unknown", "aac"]
    check_sound(sound, "a.mp4")
    lay_under(make(tmp_path / "film.mp4"), sound, tmp_path / "out.mp4")
    assert len(played(tmp_path / "out.mp4")) / 44100 == pytest.approx(1, abs=0.05)


def test_timecode_sensors_and_attachments_are_passed_over_in_words(tmp_path: Path) -> None:
    source = make(tmp_path / "in.mov", sound=1, extra=("-timecode", "01:00:00:00"))
    said = through(source, tmp_path / "out.mp4")
    assert [sentence for sentence in said if "left out" in sentence] == [
        "other 2 (data, eng) is left out: mp4 can't hold it"
    ]


@pytest.mark.parametrize("output", ["out.mp4", "out.avi", "out.webm"])
@pytest.mark.parametrize("channels", [6, 7, 8])
def test_many_channels_are_encoded_anew(tmp_path: Path, channels: int, output: str) -> None:
    tones = "|".join(["sin(2764*t)"] * channels)
    inputs = ("-f", "lavfi", "-i", "color=gray:s=32x32:r=5:d=1", "-f", "lavfi", "-i", f"aevalsrc={tones}:d=1:s=48000")
    ffmpeg(*inputs, "-c:v", "mpeg4", "-c:a", "pcm_s16le", tmp_path / "in.mkv")
    through(tmp_path / "in.mkv", tmp_path / output)
    heard = played(tmp_path / output)
    assert len(heard) / 44100 == pytest.approx(1, abs=0.1)
    assert np.abs(heard[11025:33075]).mean() > 0.1


def test_sound_that_does_not_decode_is_told(tmp_path: Path) -> None:
    clean = with_sound(tmp_path / "clean.mkv", "aac", 48000)
    ffmpeg("-i", clean, "-map", 0, "-c", "copy", "-bsf:a", "noise=amount=20", tmp_path / "in.mkv")
    said = through(tmp_path / "in.mkv", tmp_path / "out.webm")
    assert any("could not be decoded and are silent" in sentence for sentence in said), said
