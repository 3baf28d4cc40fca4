"""Files whose header says less than they hold, or more, are told, and not read in part."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from datagen.annotate.call import ChannelFile
from datagen.annotate.sound import CallSound
from datagen.audio.headers import require_whole
from datagen.show.encode import read_sound
from datagen.timing.recordings import read
from datagen.types import Rejected, UserError
from datagen.voices import reference

RATE = 8_000
FRAMES = 4 * RATE


def wav(size: int | None = None, behind: bytes = b"", **more: str) -> bytes:
    """Return four seconds of noise on two channels, with a size of the samples if one is given."""
    file = io.BytesIO()
    noise = np.random.default_rng(0).normal(size=(FRAMES, 2)) * 0.1
    soundfile.write(file, noise, RATE, format=more.pop("format", "WAV"), **more)
    data = file.getvalue()
    at = data.index(b"data") + 4
    size_there = data[at : at + 4] if size is None else struct.pack("<I", size)
    return data[:at] + size_there + data[at + 4 :] + behind


def chunk(name: bytes, size: int) -> bytes:
    return name + struct.pack("<I", size) + bytes(size + size % 2)


SHORT = {
    "a size that wrapped": wav(4 * RATE),
    "a size of nothing": wav(0),
    "nothing, of an extensible one": wav(0, format="WAVEX"),
    "wrapped, of floats": wav(4 * RATE, subtype="FLOAT"),
}
WHOLE = {
    "as it was written": wav(),
    "metadata": wav(behind=chunk(b"LIST", 60_000) + chunk(b"id3 ", 33)),
    "a little of anything": wav(behind=b"TAG" + bytes(125)),
    "a size without end": wav(0xFFFFFFFF),
    "nothing": b"",
    "a header alone": wav()[:30],
}


def cut(kind: str, share: float = 0.6, subtype: str = "PCM_16") -> bytes:
    """Return the first part of a file, as of a copy that broke off."""
    file = io.BytesIO()
    noise = np.random.default_rng(0).normal(size=(FRAMES, 2)) * 0.1
    soundfile.write(file, noise, RATE, format=kind, subtype=subtype)
    return file.getvalue()[: int(len(file.getvalue()) * share)]


CUT = {
    "WAV": cut("WAV"),
    "an extensible one": cut("WAVEX", subtype="PCM_24"),
    "the last tenth": cut("WAV", 0.9),
    "AIFF": cut("AIFF"),
    "AU": cut("AU"),
    "SPHERE": cut("NIST"),
    "RF64": cut("RF64"),
    "W64": cut("W64"),
    "MP3": cut("MP3", subtype="MPEG_LAYER_III"),
    "MP3 with a title": b"ID3\4\0\0\0\0\1\0" + bytes(128) + cut("MP3", 0.6, "MPEG_LAYER_III"),
}


@pytest.mark.parametrize("name", CUT)
def test_a_recording_that_breaks_off_is_told(name: str, tmp_path: Path) -> None:
    """What is read of it differs from what it declares (lhotse-speech/lhotse#1437)."""
    path = tmp_path / "call.wav"
    path.write_bytes(CUT[name])
    with pytest.raises(OSError, match=r"it holds (60|90)% of the sound that its header tells of"):
        require_whole(path)


@pytest.mark.parametrize("kind", ["WAV", "WAVEX", "AIFF", "AU", "NIST", "RF64", "W64", "MP3"])
def test_a_whole_recording_is_let_through(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    path.write_bytes(cut(kind, 1.0, "MPEG_LAYER_III" if kind == "MP3" else "PCM_16"))
    require_whole(path)


@pytest.mark.parametrize("name", SHORT)
def test_a_recording_that_is_longer_than_its_header_says_is_told(name: str, tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    path.write_bytes(SHORT[name])
    with pytest.raises(OSError, match=r"says [01]\.[05] s, but it holds 4\.0 s.*ffmpeg"):
        require_whole(path)


@pytest.mark.parametrize("name", WHOLE)
def test_other_files_are_left_to_who_reads_them(name: str, tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    path.write_bytes(WHOLE[name])
    require_whole(path)


def test_all_who_read_recordings_say_so(tmp_path: Path) -> None:
    """A file over 4 GB was read as its last part's length (bastibe/python-soundfile#228)."""
    path = tmp_path / "call.wav"
    path.write_bytes(SHORT["a size that wrapped"])
    for use in (read, reference.read, read_sound):
        with pytest.raises(UserError, match=r"call\.wav .*but it holds 4\.0 s"):
            use(path)
    with pytest.raises(Rejected) as caught:
        CallSound({"a": ChannelFile(path), "b": ChannelFile(path, 1)})
    assert "but it holds 4.0 s" in caught.value.evidence
