"""Where, when and with what a film was taken, and its languages, come along."""

from pathlib import Path

import av
import pytest

from tests.media.clips import ffmpeg, make
from tests.media.write.passing import through

PHONE = {
    "com.apple.quicktime.location.ISO6709": "+48.1371+011.5754+519.000/",
    "com.apple.quicktime.make": "Apple",
    "com.apple.quicktime.model": "iPhone 16",
    "com.apple.quicktime.creationdate": "2024-05-06T09:08:07+0200",
    "com.android.version": "15",
    "creation_time": "2024-05-06T07:08:07Z",
    "title": "By the lake",
}


def tags(path: Path) -> dict[str, str]:
    with av.open(str(path)) as container:
        return {key.lower(): value for key, value in container.metadata.items()}


def languages(path: Path) -> list[str | None]:
    with av.open(str(path)) as container:
        return [stream.metadata.get("language") for stream in container.streams]


@pytest.mark.parametrize("output", ["out.mov", "out.mp4", "out.m4v", "out.mkv"])
@pytest.mark.parametrize("source", ["in.mov", "in.mp4"])
def test_a_phones_place_make_and_time_are_kept(tmp_path: Path, source: str, output: str) -> None:
    words = [word for key, value in PHONE.items() for word in ("-metadata", f"{key}={value}")]
    made = make(tmp_path / source, sound=1, seconds=0.4, extra=("-movflags", "use_metadata_tags", *words))
    through(made, tmp_path / output)
    found = tags(tmp_path / output)
    assert {key: found.get(key.lower(), "")[:19] for key in PHONE} == {key: PHONE[key][:19] for key in PHONE}
    with av.open(str(tmp_path / output)) as container:
        if output != "out.mkv":  # MP4 and MOV say it of every stream, in a field of its own
            assert {s.metadata["creation_time"][:19] for s in container.streams} == {"2024-05-06T07:08:07"}


@pytest.mark.parametrize("output", ["out.mov", "out.mp4"])
def test_a_place_in_the_older_manner_is_kept(tmp_path: Path, output: str) -> None:
    source = make(tmp_path / "in.mp4", seconds=0.4, extra=("-metadata", "location=+48.1371+011.5754/"))
    through(source, tmp_path / output)
    assert tags(tmp_path / output)["location"] == "+48.1371+011.5754/"


def test_tags_that_need_no_keys_stay_where_every_player_looks(tmp_path: Path) -> None:
    """Music players and shops read a title from the list of iTunes, not from keys."""
    through(make(tmp_path / "in.mp4", seconds=0.4, extra=("-metadata", "title=Lake")), tmp_path / "out.mp4")
    data = (tmp_path / "out.mp4").read_bytes()
    assert b"\xa9nam" in data
    assert b"mdta" not in data


@pytest.mark.parametrize(
    ("output", "wanted"),
    [("out.mp4", ["eng", "deu", "nld", "zho"]), ("out.mkv", ["eng", "deu", "nld", "zho"]),
     ("out.mov", ["eng", "ger", "dut", "chi"])],
)  # fmt: skip
def test_languages_of_picture_and_sounds_are_kept(tmp_path: Path, output: str, wanted: list[str]) -> None:
    """Two of three letters mean the same language in ISO 639-2; MOV's muxer knows one of them."""
    plain = make(tmp_path / "plain.mkv", sound=3, seconds=0.4)
    marks = [
        word for n, word in enumerate(("eng", "deu", "nld", "zho")) for word in (f"-metadata:s:{n}", f"language={word}")
    ]
    ffmpeg("-i", plain, "-map", 0, "-c", "copy", *marks, tmp_path / "in.mkv")
    through(tmp_path / "in.mkv", tmp_path / output)
    assert languages(tmp_path / output) == wanted
