from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import soundfile
from click.testing import CliRunner

from datagen.backends.aligner.ctm import clip_name
from datagen.backends.registry import ALIGNERS, VOICES
from datagen.cli.align import align
from datagen.config import BackendSpec, VoicesSpec
from datagen.stages.artifacts import read_speeches, records_table, speech_table
from datagen.types import SAMPLE_RATE, SPEAKERS, Clip, Line, Speech, UserError
from datagen.voices.casting import cast
from tests.voices.test_casting import script as script_of


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run of one dialogue that got as far as speech."""
    script = script_of(0)
    voices = cast(script, VoicesSpec(), 0)
    lines = [Line(turn.spoken, voices[turn.speaker], turn.speaker) for turn in script.turns]
    made = VOICES.load(BackendSpec(use="espeak")).speak(lines, seed=0)
    clips = tuple(
        Clip(turn, len(one.audio), one.words, loudness=-23.0, peak=-3.0, audio=one.audio)
        for turn, one in enumerate(made)
    )
    references = {speaker: np.zeros(SAMPLE_RATE, np.float32) for speaker in SPEAKERS}
    speech = Speech(script.dialog_id, voices, clips, dict(references))
    for stage, table in (
        ("script", records_table([script])),
        ("speech", speech_table([(script, speech)])),
    ):
        (tmp_path / stage).mkdir()
        pq.write_table(table, tmp_path / stage / "000000.parquet")
    return tmp_path


def test_clips_can_be_aligned_elsewhere_and_brought_back(run: Path, tmp_path: Path) -> None:
    folder = tmp_path / "clips"
    result = CliRunner().invoke(align, ["export", str(run), str(folder)], catch_exceptions=False)
    assert result.stdout == f"wrote 2 clips to {folder}\n"
    (speech,) = read_speeches(pq.read_table(run / "speech" / "000000.parquet")).values()
    clip = speech.clips[0].audio
    assert clip is not None
    name = clip_name("Hello.", clip)
    assert (folder / f"{name}.lab").read_text() == "hello\n"
    sound, rate = soundfile.read(folder / f"{name}.wav", dtype="float32")
    assert rate == SAMPLE_RATE
    assert np.abs(sound - clip).max() < 1e-4
    (folder / f"{name}.ctm").write_text("clip 1 0.1 0.2 hello\n")
    aligner = ALIGNERS.load(BackendSpec(use="ctm", options={"folder": str(folder)}))
    (word,) = aligner.align("Hello.", lambda: clip, None)
    assert (word.start, word.end) == (2_400, 7_200)


def test_a_run_without_speech_is_the_users_mistake(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="has no speech yet"):
        CliRunner().invoke(
            align, ["export", str(tmp_path), str(tmp_path / "out")], catch_exceptions=False
        )
