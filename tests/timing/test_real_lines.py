"""`timing fit` on sound as lines really are: noise, an offset, other formats, broken files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from datagen.audio.vad import Spell
from datagen.cli import main
from datagen.config import TimelineSpec
from datagen.timing.fit import Intervals, fit
from datagen.timing.preset import load_preset
from datagen.timing.recordings import read
from datagen.types import SAMPLE_RATE, UserError
from tests.timing.test_fit import conversation, rttm

RATE = 8_000


def line(spells: list[Spell], noise: float | None = None, offset: float = 0.0) -> np.ndarray:
    """Return two channels [S, 2] of syllables, with noise in dBFS and a constant offset."""
    num_samples = max(spell.end for spell in spells) * RATE // SAMPLE_RATE + RATE
    sound, time = np.zeros((num_samples, 2)), np.arange(num_samples) / RATE
    for spell in spells:
        start, end = (at * RATE // SAMPLE_RATE for at in (spell.start, spell.end))
        syllables = 0.35 + 0.65 * np.abs(np.sin(np.pi * 4 * time[: end - start]))
        tone = np.sin(2 * np.pi * 150 * time[: end - start])
        sound[start:end, int(spell.speaker == "user")] = 0.1 * syllables * tone
    if noise is not None:
        sound += 10 ** (noise / 20) * np.random.default_rng(0).normal(size=sound.shape)
    return sound + offset


SPELLS = conversation(load_preset(TimelineSpec()), 0, 80)


def fitted(sound: np.ndarray, tmp_path: Path, **more: Any) -> dict[str, Any]:
    path = tmp_path / "call.wav"
    soundfile.write(path, sound, RATE, **more)
    intervals = Intervals()
    intervals.add(read(path).conversations["call"])
    return fit(intervals)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("noise", "offset"),
    [(-60, 0.0), (-55, 0.0), (-54, 0.0), (-45, 0.0), (None, 0.003), (-55, 0.02)],
)
def test_noise_and_an_offset_change_no_law(
    noise: float | None, offset: float, tmp_path: Path
) -> None:
    clean = fitted(line(SPELLS), tmp_path)
    real = fitted(line(SPELLS, noise, offset), tmp_path)
    for section in ("user_to_agent", "agent_to_user"):
        assert real[section]["gap"]["median"] == pytest.approx(
            clean[section]["gap"]["median"], abs=0.02
        )
        assert real[section]["overlap_rate"] == pytest.approx(
            clean[section]["overlap_rate"], abs=0.03
        )


@pytest.mark.parametrize(
    ("sound", "said"),
    [
        (line(SPELLS, -30), "channel 1: its speech is .* dB over its noise, less than 16"),
        (np.full((RATE * 4, 2), 0.01), "channel 1: it is silent"),
        (line(SPELLS)[:, :1], "1 channels"),
        (np.full((RATE, 2), np.nan), "not numbers"),
        (np.zeros((0, 2)), "it is silent"),
    ],
)
def test_the_true_reason_is_said(sound: np.ndarray, said: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=said):
        fitted(sound, tmp_path, subtype="FLOAT")


@pytest.mark.parametrize("subtype", ["PCM_16", "ULAW"])
def test_sphere_files_of_telephone_corpora_are_read(subtype: str, tmp_path: Path) -> None:
    path = tmp_path / "sw02001.SPH"
    soundfile.write(path, line(SPELLS), RATE, format="NIST", subtype=subtype)
    soundfile.write(tmp_path / "call.wav", line(SPELLS), RATE)
    sphere = read(path).conversations["sw02001"]
    assert len(sphere) == pytest.approx(
        len(read(tmp_path / "call.wav").conversations["call"]), abs=2
    )


@pytest.mark.parametrize("coding", ["ulaw", "pcm"])
def test_sphere_files_that_are_compressed_are_not_heard_as_noise(
    coding: str, tmp_path: Path
) -> None:
    header = (
        "NIST_1A\n   1024\nchannel_count -i 2\nsample_count -i 64000\nsample_rate -i 8000\n"
        f"sample_n_bytes -i {1 if coding == 'ulaw' else 2}\nsample_byte_format -s2 01\n"
        f"sample_coding -s{len(coding) + 23} {coding},embedded-shorten-v2.00\nend_head\n"
    )
    path = tmp_path / "fe_03_00001.sph"
    path.write_bytes(header.encode().ljust(1024) + b"ajkg\x02" + bytes(range(256)) * 300)
    with pytest.raises(UserError, match="sph2pipe"):
        read(path)


PLAIN = (
    "NIST_1A\n   1024\nchannel_count -i 2\nsample_count -i 64000\nsample_rate -i 8000\n"
    "sample_n_bytes -i 2\nsample_byte_format -s2 01\nsample_coding -s3 pcm\nend_head\n"
)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("ajkg\x02", "compressed with shorten; convert it: ffmpeg"),
        (PLAIN.replace("-s3 pcm", "-s20 pcm,embedded-wavpack"), "w_decode"),
        (PLAIN.replace("end_", "channels_interleaved -s5 FALSE\nend_"), "one behind the other"),
        (PLAIN.replace("1024", "2048").replace("c", "x -s900 " + "y" * 900 + "\nc", 1), "ffmpeg"),
        (PLAIN.replace("1024", "2048").replace("c", "x -s900 " + "y" * 900 + "\nc", 1).replace(
            "-s3 pcm", "-s26 ulaw,embedded-shorten-v2.00"), "sph2pipe"),
    ],
)  # fmt: skip
def test_sphere_files_of_other_kinds_are_told_apart(header: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "fe_03_00001.sph"
    path.write_bytes(header.encode().ljust(2048) + bytes(range(256)) * 1_100)
    with pytest.raises(UserError, match=said):
        read(path)


def command(*arguments: str) -> Any:
    return CliRunner().invoke(main, ["timing", "fit", *arguments])


def test_what_is_refused_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    out = tmp_path / "mine.yaml"
    out.write_text("mine: true\n")
    spells = [Spell(s.speaker, s.start * 1000, s.end * 1000) for s in SPELLS]
    path = rttm(tmp_path / "ms.rttm", spells, {"agent": "ann", "user": "bob"})
    result = command(str(path), "--out", str(out))
    assert result.exit_code == 2
    assert "seconds" in result.output
    assert out.read_text() == "mine: true\n"


def test_conversations_that_are_left_out_are_named_and_counted(tmp_path: Path) -> None:
    path = rttm(tmp_path / "a.rttm", SPELLS, {"agent": "ann", "user": "bob"})
    path.write_text(path.read_text() + "\nSPEAKER \x1b[31mthree 1 0 1 <NA> <NA> zoe <NA> <NA>\n")
    out = tmp_path / "mine.yaml"
    result = command(str(path), "--out", str(out))
    assert result.exit_code == 0, result.output
    assert "left out: " in result.output
    assert "\u241b[31mthree has 1 speakers" in result.output
    assert "1 of 2 conversations left out" in result.output
    assert load_preset(TimelineSpec(preset=str(out)))


def test_recordings_that_cannot_be_read_are_left_out_of_many(tmp_path: Path) -> None:
    good = rttm(tmp_path / "a.rttm", SPELLS, {"agent": "ann", "user": "bob"})
    bad = tmp_path / "b.rttm"
    bad.write_text("SPEAKER b 1 74.37 -74.37 <NA> <NA> ann <NA> <NA>\n")
    out = tmp_path / "mine.yaml"
    result = command(str(good), str(bad), "--out", str(out))
    assert result.exit_code == 0, result.output
    assert f"left out: {bad} cannot be read as RTTM: line 1" in result.output
    assert "1 of 2 conversations left out" in result.output
    for files in ([str(bad)], [str(bad), str(bad)]):
        result = command(*files, "--out", str(out))
        assert result.exit_code == 2
        assert "no number of seconds" in result.output
    assert "none of the 2 recordings can be used" in result.output


def test_a_folder_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    path = rttm(tmp_path / "a.rttm", SPELLS, {"agent": "ann", "user": "bob"})
    (tmp_path / "file").write_text("")
    result = command(str(path), "--out", str(tmp_path / "file" / "mine.yaml"))
    assert result.exit_code == 2
    assert "Traceback" not in result.output
