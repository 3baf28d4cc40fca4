"""Schema 2: the columns of a token shard. `shards.footer` has what its file says of itself.

    [ShardRow] --table--> pa.Table --(storage)--> tokens/NNNNNN.parquet, shards/KIND-NNNNN.parquet

Letters: K = 8 codebooks, T = frames of 80 ms, Tv = frames of a voice reference. Times are int32
samples at 24 kHz. Codes are row-major [K, T] and undelayed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datagen.types import (
    CARDINALITY,
    FRAME,
    NUM_CODEBOOKS,
    Emotion,
    PlacedAction,
    PlacedTurn,
    ShardRow,
    Turn,
)

_text, _int = pa.string(), pa.int32()


def list_of(item: pa.DataType) -> pa.DataType:
    """Return a list type whose items are named as Parquet names them, so that hashes agree."""
    return pa.list_(pa.field("element", item))


_ids = list_of(pa.int16())
_VOICE = pa.struct(
    [("id", _text), ("source", _text), ("license", _text), ("synthetic", pa.bool_())]
)
_TURN = pa.struct(
    [(name, _text) for name in ("speaker", "text", "spoken", "onset", "unsaid")]
    + [("start", _int), ("end", _int)]
    + [("act", _text), ("licence", list_of(_text))]
    + [("emotion", _text), ("valence", pa.float32()), ("arousal", pa.float32())]
)
_ACTION = pa.struct(
    [(name, _text) for name in ("id", "name", "arguments", "result", "status")]
    + [("call_frame", _int), ("result_frame", _int), ("turn", pa.int16())]
)
_TOOL = pa.struct(
    [
        ("name", _text),
        ("description", _text),
        ("arguments", list_of(_text)),
        ("is_action", pa.bool_()),
    ]
)
_ITEM = pa.struct([(name, _text) for name in ("id", "visibility", "text")])
_WORD = pa.struct(
    [("speaker", _text), ("text", _text), ("start", _int), ("end", _int), ("turn", pa.int16())]
)
_EVENT = pa.struct(
    [(name, _text) for name in ("type", "speaker", "cause", "text")]
    + [("start", _int), ("end", _int)]
)
_FACT = pa.struct([(name, _text) for name in ("id", "type", "written", "spoken")])
_PROBE = pa.struct(
    [(name, _text) for name in ("type", "act", "verdict")]
    + [("user_turn", pa.int16()), ("agent_turn", pa.int16())]
)
HYGIENE = tuple(
    f"{speaker}_{measure}"
    for speaker in ("agent", "user")
    for measure in ("level", "peak", "clipped", "floor", "leakage", "speech")
)
"""Measures of a channel: speech level (dBFS), peak (dBFS), clipped samples, noise floor (dBFS),
leakage (dBFS of what it holds while only the other channel speaks), fraction of the dialogue that
is speech."""
PROVENANCE = ("writer", "model", "speech", "align", "timeline", "codec", "tokenizer")

SCHEMA = pa.schema(
    [("dialog_id", _text)]
    + [(n, _text) for n in ("kind", "split", "language", "domain", "scenario", "call_direction")]
    + [("num_frames", _int), ("num_samples", _int)]
    + [(n, _ids) for n in ("agent_codes", "user_codes", "agent_text", "user_text")]
    + [("role_prompt", _text), ("prompt_level", _text), ("prompt_tokens", _ids)]
    + [("user_role_prompt", _text), ("agent_voice", _VOICE), ("user_voice", _VOICE)]
    + [("agent_voice_codes", _ids), ("user_voice_codes", _ids)]
    + [("turns", list_of(_TURN)), ("words", list_of(_WORD)), ("events", list_of(_EVENT))]
    + [("facts", list_of(_FACT)), ("probes", list_of(_PROBE))]
    + [("actions", list_of(_ACTION)), ("tools", list_of(_TOOL)), ("world", list_of(_ITEM))]
    + [("outcome", _text)]
    + [("hygiene", pa.struct([(name, pa.float32()) for name in HYGIENE]))]
    + [
        (
            "provenance",
            pa.struct([(name, _text) for name in PROVENANCE] + [("attempts", pa.int16())]),
        )
    ]
)

ADDED = ("actions", "tools", "world", "outcome")
"""Columns that schema 2 has and schema 1 has not."""
ADDED_TO_TURNS = ("act", "licence", "emotion", "valence", "arousal")
SCHEMA_1 = pa.schema(
    [
        pa.field(
            "turns",
            list_of(pa.struct([field for field in _TURN if field.name not in ADDED_TO_TURNS])),
        )
        if column.name == "turns"
        else column
        for column in SCHEMA
        if column.name not in ADDED
    ]
)
"""The columns of shards made before 0.2."""


def table(rows: Sequence[ShardRow], vocabulary: int) -> pa.Table:
    """Return rows as a table of `SCHEMA`; ``vocabulary`` is the tokenizer's size.

    Values are checked here, once, before anything is written.
    """
    return pa.Table.from_pylist([_row(row, vocabulary) for row in rows], schema=SCHEMA)


def _row(row: ShardRow, vocabulary: int) -> dict[str, Any]:
    script, dialogue = row.script, row.dialogue
    frames = dialogue.num_samples // FRAME
    assert dialogue.num_samples == frames * FRAME, "the timeline ends on a frame"
    record: dict[str, Any] = script.model_dump(include=_SCRIPT_COLUMNS)
    record |= {
        "num_frames": frames,
        "num_samples": dialogue.num_samples,
        "prompt_tokens": _checked(np.asarray(row.prompt_tokens, np.int32), vocabulary),
        "turns": [_turn(*pair) for pair in zip(dialogue.turns, script.turns, strict=True)],
        "actions": [_action(action) for action in dialogue.actions],
        "tools": [tool.model_dump(exclude={"latency"}) for tool in script.tools],
        "world": [item.model_dump() for item in script.world],
        "words": [word.model_dump(exclude={"confidence"}) for word in dialogue.words],
        "events": [event.model_dump() for event in dialogue.events],
        "hygiene": row.hygiene,
        "provenance": row.provenance,
    }
    for speaker, voice in row.voices.items():
        record[f"{speaker}_voice"] = voice.model_dump(exclude={"gender", "path"})
        record[f"{speaker}_codes"] = _codes(row.codes[speaker], frames)
        record[f"{speaker}_voice_codes"] = _codes(row.voice_codes[speaker])
        text = row.text[speaker]
        assert text.shape == (frames,), (text.shape, frames)
        record[f"{speaker}_text"] = _checked(text, vocabulary)
    return record


_SCRIPT_COLUMNS: Any = {
    "dialog_id": True,
    "kind": True,
    "split": True,
    "language": True,
    "domain": True,
    "scenario": True,
    "call_direction": True,
    "role_prompt": True,
    "prompt_level": True,
    "user_role_prompt": True,
    "facts": True,
    "probes": {"__all__": {"type", "act", "verdict", "user_turn", "agent_turn"}},
    "outcome": True,
}


def _turn(placed: PlacedTurn, turn: Turn) -> dict[str, Any]:
    """Return a turn as heard, with what the script says of it; an unknown emotion is empty."""
    emotion = turn.emotion or Emotion(label="-", valence=0.0, arousal=0.0)
    return placed.model_dump() | {
        "act": turn.act,
        "licence": turn.licence,
        "emotion": "" if turn.emotion is None else emotion.label,
        "valence": emotion.valence,
        "arousal": emotion.arousal,
    }


def _action(action: PlacedAction) -> dict[str, Any]:
    """Return a call with its times in frames and its arguments as JSON."""
    return {
        "id": action.id,
        "name": action.tool,
        "arguments": json.dumps(action.arguments, sort_keys=True, ensure_ascii=False),
        "result": action.result,
        "status": action.status,
        "call_frame": action.issued // FRAME,
        "result_frame": action.answered // FRAME,
        "turn": action.turn,
    }


def _codes(codes: NDArray[Any], frames: int | None = None) -> NDArray[np.int16]:
    """Check codes [K, T] and flatten them row-major."""
    num_codebooks, num_frames = codes.shape
    assert num_codebooks == NUM_CODEBOOKS, codes.shape
    assert frames in (None, num_frames), (num_frames, frames)
    return _checked(codes, CARDINALITY)


def _checked(values: NDArray[Any], limit: int) -> NDArray[np.int16]:
    assert limit <= 2**15, limit
    assert not values.size or (values.min() >= 0 and values.max() < limit), "a token out of range"
    return np.ascontiguousarray(values, dtype=np.int16).reshape(-1)
