"""The columns of pairs and clips, schema 1: what `train` and others may rely on.

    TokenDialogue, Pair | AxisClip  ->  row  ->  RUN/pairs/pairs-00000.parquet, clips-00000.parquet

Codes are row-major [K, T] and undelayed; T is the crop's. The footer is a shard's, with `pairs`.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from datagen.pairs.axes import AxisClip
from datagen.pairs.timing import Pair
from datagen.pairs.tokens import TokenDialogue

VERSION = 1
FOOTER_KEY = "pairs"
"""Where a file's metadata says which schema its pairs and clips have."""

_text, _int = pa.string(), pa.int32()
_ids = pa.list_(pa.field("element", pa.int16()))
_OF_DIALOGUE: list[tuple[str, pa.DataType]] = [
    ("dialog_id", _text),
    ("kind", _text),
    ("split", _text),
    ("role_prompt", _text),
]
_INPUTS: list[tuple[str, pa.DataType]] = [
    ("prompt_tokens", _ids),
    ("agent_voice_codes", _ids),
    ("user_codes", _ids),
]

PAIRS = pa.schema(
    [("pair_id", _text), *_OF_DIALOGUE, ("respect", _text), ("axis", _text), ("detail", _text)]
    + [("same_voice", pa.bool_())]
    + [("start", _int), ("decision", _int), ("num_frames", _int), *_INPUTS]
    + [(f"{side}_{row}", _ids) for side in ("chosen", "rejected") for row in ("text", "codes")]
)
"""A preference pair. ``start`` is the crop's first frame in the dialogue, ``decision`` the first
frame of the crop at which chosen and rejected differ."""
CLIPS = pa.schema(
    [
        ("clip_id", _text),
        *_OF_DIALOGUE,
        ("axis", _text),
        *((name, _int) for name in ("start", "decision", "window", "latency", "num_frames")),
        *_INPUTS,
        ("agent_text", _ids),
        ("agent_codes", _ids),
    ]
)
"""A clip. ``decision`` is the frame of the crop from which on the agent is judged for ``window``
frames; ``latency`` is how many passed until the recorded agent began to speak or, interrupted, fell
silent; -1 if it did neither."""


def pair_row(dialogue: TokenDialogue, pair: Pair, number: int) -> dict[str, Any]:
    """Return a pair as a row."""
    return {
        "pair_id": f"{dialogue.dialog_id}/{pair.respect}/{number}",
        **_common(dialogue),
        "respect": pair.respect,
        "axis": pair.axis,
        "detail": pair.detail,
        "same_voice": pair.same_voice,
        "start": pair.crop.start,
        "decision": pair.first - pair.crop.start,
        "num_frames": pair.crop.length,
        "user_codes": pair.user_codes.ravel(),
        "chosen_text": pair.chosen.text,
        "chosen_codes": pair.chosen.codes.ravel(),
        "rejected_text": pair.rejected.text,
        "rejected_codes": pair.rejected.codes.ravel(),
    }


def clip_row(dialogue: TokenDialogue, clip: AxisClip, number: int) -> dict[str, Any]:
    """Return a clip as a row."""
    start, stop = clip.span.start, clip.span.stop
    agent = dialogue.agent.piece(start, stop)
    return {
        "clip_id": f"{dialogue.dialog_id}/{clip.axis}/{number}",
        **_common(dialogue),
        "axis": clip.axis,
        "start": start,
        "decision": clip.decision - start,
        "window": clip.window,
        "latency": clip.latency,
        "num_frames": clip.span.length,
        "user_codes": dialogue.user_codes[:, start:stop].ravel(),
        "agent_text": agent.text,
        "agent_codes": agent.codes.ravel(),
    }


def _common(dialogue: TokenDialogue) -> dict[str, Any]:
    return {
        "dialog_id": dialogue.dialog_id,
        "kind": dialogue.kind,
        "split": dialogue.split,
        "role_prompt": dialogue.role_prompt,
        "prompt_tokens": dialogue.prompt_tokens,
        "agent_voice_codes": dialogue.voice_codes.ravel(),
    }


def table(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    """Return rows as a table, column by column: arrays of tokens stay arrays."""
    columns = [pa.array([row[field.name] for row in rows], field.type) for field in schema]
    return pa.Table.from_arrays(columns, schema=schema)
