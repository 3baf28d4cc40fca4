"""What crosses a stage boundary comes back from its file as it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from datagen.stages.artifacts import (
    CLIPS_WITHOUT_SOUND,
    CLIPS_WITHOUT_WORDS,
    from_flac,
    read_records,
    read_speeches,
    records_table,
    speech_table,
    to_flac,
)
from datagen.stages.base import DialogFailed, each
from datagen.storage.run_folder import RunFolder, content_hash
from datagen.types import Dialogue, Rejected, Script, Speech, UserError
from tests.fixtures.run_folder import dialogue_of, script_of, speech_of


def test_scripts_and_dialogues_round_trip() -> None:
    scripts = [script_of(0), script_of(1)]
    assert list(read_records(records_table(scripts), Script).values()) == scripts
    dialogue = dialogue_of(script_of(0))
    assert read_records(records_table([dialogue]), Dialogue) == {dialogue.dialog_id: dialogue}


def written(tmp_path: Path) -> tuple[RunFolder, str, Speech, str]:
    folder = RunFolder(tmp_path)
    speech, name = speech_of(script_of(0), 0), folder.unit("speech", 0)
    table = speech_table([(script_of(0), speech)])
    folder.commit(name, table, {})
    return folder, name, speech, content_hash(table)


@pytest.mark.slow
def test_speech_round_trips_with_and_without_its_sound(tmp_path: Path) -> None:
    folder, name, speech, content = written(tmp_path)
    table = folder.read(name)
    assert content_hash(table) == content
    (back,) = read_speeches(table).values()
    assert (back.dialog_id, back.voices) == (speech.dialog_id, speech.voices)
    for clip, other in zip(back.clips, speech.clips, strict=True):
        assert (clip.turn, clip.num_samples, clip.words) == (
            other.turn,
            other.num_samples,
            other.words,
        )
        assert clip.audio is not None
        assert other.audio is not None
        np.testing.assert_allclose(clip.audio, other.audio, atol=2**-15)
    (silent,) = read_speeches(folder.read(name, CLIPS_WITHOUT_SOUND)).values()
    assert [clip.words for clip in silent.clips] == [clip.words for clip in speech.clips]
    assert all(clip.audio is None for clip in silent.clips)
    (wordless,) = read_speeches(folder.read(name, CLIPS_WITHOUT_WORDS)).values()
    assert all(clip.words is None for clip in wordless.clips)
    for clip, other in zip(wordless.clips, back.clips, strict=True):
        np.testing.assert_array_equal(clip.audio, other.audio)


def test_one_sound_of_many_clips_is_one_array(tmp_path: Path) -> None:
    folder, name, _, _ = written(tmp_path)
    twice = folder.read(name)
    twice = pa.concat_tables(
        [twice, twice.set_column(0, "dialog_id", pa.array(["other"] * twice.num_rows))]
    )
    one, other = read_speeches(twice).values()
    assert len(one.clips) > 1
    for clip, again in zip(one.clips, other.clips, strict=True):
        assert clip.audio is again.audio


def test_flac_keeps_sixteen_bits() -> None:
    audio = (np.random.default_rng(0).integers(-(2**15), 2**15, 5_000) / 2**15).astype(np.float32)
    np.testing.assert_array_equal(from_flac(to_flac(audio)), audio)


def test_each_keeps_verdicts_and_names_who_an_error_belongs_to() -> None:
    def make(value: int) -> int:
        if value == 2:
            raise Rejected("too odd", "2 is even")
        return value * 10

    made, rejects = each("speech", [("a", 1), ("b", 2), ("c", 3)], make)
    assert made == [10, 30]
    assert [(r.dialog_id, r.stage, r.reason, r.evidence) for r in rejects] == [
        ("b", "speech", "too odd", "2 is even")
    ]
    with pytest.raises(DialogFailed, match="a: ZeroDivisionError"):
        each("speech", [("a", 0)], lambda value: 1 // value)


@pytest.mark.parametrize("error", [OSError("disk"), UserError("no times")])
def test_each_lets_the_machines_and_the_users_faults_through(error: Exception) -> None:
    def fail(value: int) -> int:
        raise error

    with pytest.raises(type(error)):
        each("speech", [("a", 0)], fail)
