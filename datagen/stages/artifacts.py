"""How what crosses a stage boundary is kept in a file: one Arrow table a unit.

Script, Dialogue <-> one row of JSON        Speech <-> one row a clip, sound as FLAC
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import soundfile

from datagen.audio.loudness import loudness, peak
from datagen.audio.memo import once
from datagen.scripting.corpus.minhash import sketch_of
from datagen.shards.layout import list_of
from datagen.types import (
    SAMPLE_RATE,
    SPEAKERS,
    Audio,
    Clip,
    Dialogue,
    Script,
    Speaker,
    Speech,
    SpokenWord,
    Voice,
    take_name,
)

R = TypeVar("R", Script, Dialogue)

RECORDS = pa.schema([("dialog_id", pa.string()), ("record", pa.string())])
SCRIPTS = RECORDS.append(
    pa.field("sketch", pa.binary())
)  # what `scripting.corpus.minhash` compares
_WORD = pa.struct(
    [
        ("text", pa.string()),
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("confidence", pa.float64()),  # null: nobody listened for it
    ]
)
_ATTEMPT = pa.struct([(name, pa.string()) for name in ("step", "reason", "evidence")])
_CLIP_COLUMNS: list[tuple[str, pa.DataType]] = [
    ("dialog_id", pa.string()),
    ("speaker", pa.string()),
    ("turn", pa.int16()),  # null: the voice's reference
    ("flac", pa.binary()),  # 24 kHz, mono, 16 bit
    ("num_samples", pa.int32()),
    ("words", list_of(_WORD)),
    ("loudness", pa.float32()),
    ("peak", pa.float32()),
    ("voice", pa.string()),
    ("said", pa.string()),  # null: the script's line; else what was said in its place
    ("attempts", list_of(_ATTEMPT)),  # takes that the gates refused before this one
]
CLIPS = pa.schema(_CLIP_COLUMNS)
CLIPS_WITHOUT_SOUND = [name for name in CLIPS.names if name != "flac"]
CLIPS_WITHOUT_WORDS = [name for name in CLIPS.names if name not in ("words", "attempts")]
"""Columns of a speech table that are heard: the timeline holds the words on the clock."""


def records_table(records: Iterable[Script | Dialogue]) -> pa.Table:
    """Return scripts or dialogues as rows of JSON."""
    rows = [{"dialog_id": r.dialog_id, "record": r.model_dump_json()} for r in records]
    return pa.Table.from_pylist(rows, schema=RECORDS)


def scripts_table(scripts: Iterable[Script]) -> pa.Table:
    """Return scripts as rows of JSON, each with its sketch."""
    scripts = list(scripts)
    sketches = pa.array([sketch_of(script) for script in scripts], pa.binary())
    return records_table(scripts).append_column(SCRIPTS.field("sketch"), sketches)


def read_records(table: pa.Table, model: type[R]) -> dict[str, R]:
    """Return the records of a table by dialogue id, in its order."""
    return {row["dialog_id"]: model.model_validate_json(row["record"]) for row in table.to_pylist()}


def speech_table(speeches: Iterable[tuple[Script, Speech]]) -> pa.Table:
    """Return speeches as rows, one a clip; sound must be present."""
    rows = [row for script, speech in speeches for row in _speech_rows(script, speech)]
    return pa.Table.from_pylist(rows, schema=CLIPS)


def _speech_rows(script: Script, speech: Speech) -> Iterable[dict[str, Any]]:
    for speaker in SPEAKERS:
        audio = speech.references[speaker]
        assert audio is not None, speech.dialog_id
        reference = Clip(-1, len(audio), None, loudness(audio), peak(audio), audio)
        yield _clip_row(speech, speaker, reference) | {"turn": None}
    for clip in speech.clips:
        yield _clip_row(speech, script.turns[clip.turn].speaker, clip)


def _clip_row(speech: Speech, speaker: Speaker, clip: Clip) -> dict[str, Any]:
    assert clip.audio is not None, (speech.dialog_id, clip.turn)
    return {
        "dialog_id": speech.dialog_id,
        "speaker": speaker,
        "turn": clip.turn,
        "flac": to_flac(clip.audio),
        "num_samples": clip.num_samples,
        "words": None if clip.words is None else [word.model_dump() for word in clip.words],
        "loudness": clip.loudness,
        "peak": clip.peak,
        "voice": _anywhere(speech.voices[speaker]).model_dump_json(),
        "said": clip.said,
        "attempts": [
            attempt.model_dump(exclude={"name"})
            for attempt in speech.attempts
            if attempt.name == take_name(None if clip.turn < 0 else clip.turn, speaker)
        ],
    }


def _anywhere(voice: Voice) -> Voice:
    """Return a voice without the path of its recording, which is of this machine."""
    return voice.model_copy(update={"path": None})


def read_speeches(table: pa.Table) -> dict[str, Speech]:
    """Return speeches by dialogue id; clips have sound and words if the table has their columns.

    Sound that is in the table more than once is one array.
    """
    decode = cache(from_flac)
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in table.to_pylist():
        rows.setdefault(row["dialog_id"], []).append(row)
    return {dialog_id: _speech(dialog_id, group, decode) for dialog_id, group in rows.items()}


def _speech(
    dialog_id: str, rows: Sequence[dict[str, Any]], decode: Callable[[bytes], Audio]
) -> Speech:
    clips = [row for row in rows if row["turn"] is not None]
    references: dict[Speaker, Audio | None] = dict.fromkeys(SPEAKERS)
    voices: dict[Speaker, Voice] = {}
    for row in rows:
        if row["turn"] is None:
            references[row["speaker"]] = _sound(row, decode)
            voices[row["speaker"]] = Voice.model_validate_json(row["voice"])
    return Speech(
        dialog_id=dialog_id,
        voices=voices,
        clips=tuple(_clip(row, decode) for row in clips),
        references=references,
    )


def _clip(row: dict[str, Any], decode: Callable[[bytes], Audio]) -> Clip:
    words = row.get("words")
    return Clip(
        turn=row["turn"],
        num_samples=row["num_samples"],
        words=None if words is None else tuple(SpokenWord(**word) for word in words),
        loudness=row["loudness"],
        peak=row["peak"],
        audio=_sound(row, decode),
        said=row.get("said"),
    )


def _sound(row: dict[str, Any], decode: Callable[[bytes], Audio]) -> Audio | None:
    return decode(row["flac"]) if "flac" in row else None


@once
def to_flac(audio: Audio) -> bytes:
    """Encode [S] as 16-bit mono FLAC."""
    file = io.BytesIO()
    soundfile.write(file, audio, SAMPLE_RATE, format="FLAC", subtype="PCM_16")
    return file.getvalue()


def from_flac(data: bytes) -> Audio:
    """Decode FLAC to [S]."""
    audio, rate = soundfile.read(io.BytesIO(data), dtype="float32")
    assert rate == SAMPLE_RATE, rate
    return np.ascontiguousarray(audio)
