"""F-Actor's rows: token streams of both channels, utterances with words, a narrative.

    data/train-00000.parquet; channel 1 of the rows (``c1``, speaker 0) is the agent

Read at MaikeZuefle/f-actor 2efa25d (training/data.py, dialogue_creation/*.py). Its loader takes the
last utterance's end for the length of the sound, and frames a second from it, so that end is the
dialogue's here; and it draws who is the system 50:50, so both sides need a narrative.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa

from datagen.export.archive import parquet_file, rows_of_rows
from datagen.export.dialogue import ExportedDialogue, channel_of, seconds
from datagen.export.folder import ExportFolder, to_json
from datagen.export.plan import ExportPart
from datagen.export.protocol import CHANNELS, ExportFormat, PartReport
from datagen.types import SAMPLE_RATE, SPEAKERS

GROUP = 256
_WORD = pa.struct([("word", pa.string()), ("start", pa.float64()), ("dur", pa.float64())])
_SPOKEN: list[tuple[str, pa.DataType]] = [
    ("tts_text", pa.string()),
    ("start_time", pa.float64()),
    ("end_time", pa.float64()),
    ("words", pa.list_(_WORD)),
]
_UTTERANCE = pa.struct(
    [
        ("speaker_idx", pa.int64()),
        ("uttr_type", pa.string()),
        *_SPOKEN,
        ("backchannels", pa.list_(pa.struct(_SPOKEN))),
    ]
)
_CODES = pa.list_(pa.list_(pa.int32()))
SCHEMA = pa.schema(
    [
        *(
            (n, pa.string())
            for n in ("file_name", "narrative", "new_narrative_s1", "new_narrative_s2")
        ),
        ("speakers", pa.list_(pa.string())),
        ("behaviors", pa.list_(pa.string())),
        ("num_turns", pa.int64()),
        ("utterances", pa.list_(_UTTERANCE)),
        ("tts_speaker_ids", pa.list_(pa.string())),
        ("tts_genders", pa.list_(pa.string())),
        ("statistics", pa.string()),
        ("dsu_c1_path", _CODES),
        ("dsu_c2_path", _CODES),
        ("spk_emb_c1", pa.list_(pa.float32())),
        ("spk_emb_c2", pa.list_(pa.float32())),
    ]
)
"""Columns that its loader reads or removes; all must be there."""


class FActor(ExportFormat):
    """The form of F-Actor's Behavior-SD rows."""

    name = "f-actor"
    layout = (
        "dsu_c1_path (speaker 0) is the agent, dsu_c2_path (speaker 1) the user; [K][T] at 12.5 Hz"
    )
    sound = False
    columns = (
        *("agent_codes", "user_codes", "turns", "words"),
        *("role_prompt", "user_role_prompt", "scenario"),
    )
    part_seconds = 20 * 3600.0

    def write(
        self, part: ExportPart, dialogues: Iterable[ExportedDialogue], out: ExportFolder
    ) -> PartReport:
        """Write one file."""
        report = PartReport()
        report.note("rows without embeddings of the speakers (spk_emb_*)", part.dialogues)
        schema = SCHEMA.with_metadata(
            {"datagen": to_json({"channels": CHANNELS, **self.context.facts})}
        )
        rest = iter(dialogues)
        with parquet_file(out, f"data/{part.split}-{part.number:05d}.parquet", schema) as to:
            while group := list(islice(rest, GROUP)):
                to.write_table(_table(group, schema), GROUP)
        return report


def _table(group: list[ExportedDialogue], schema: pa.Schema) -> pa.Table:
    rows = [_row(one) for one in group]
    columns = []
    for column in schema:
        if column.type == _CODES:
            speaker = SPEAKERS[column.name == "dsu_c2_path"]
            codes = [one.codes(speaker).astype(np.int32) for one in group]
            columns.append(rows_of_rows(codes, _CODES))
        else:
            columns.append(pa.array([row.get(column.name) for row in rows], column.type))
    return pa.Table.from_arrays(columns, schema=schema)


def _row(one: ExportedDialogue) -> dict[str, Any]:
    utterances = _utterances(one)
    voices = [one[f"{speaker}_voice"]["id"] for speaker in SPEAKERS]
    return {
        "file_name": one.dialog_id,
        "narrative": one["role_prompt"],
        "new_narrative_s1": one["role_prompt"],
        "new_narrative_s2": one["user_role_prompt"] or one["role_prompt"],
        "speakers": list(CHANNELS),
        "behaviors": [],
        "num_turns": len(utterances),
        "utterances": utterances,
        "tts_speaker_ids": voices,
        "tts_genders": [],
        "statistics": to_json({"scenario": one["scenario"], "sample_rate": SAMPLE_RATE}),
    }


def _utterances(one: ExportedDialogue) -> list[dict[str, Any]]:
    """Return floor turns in order, each with what the other side nods while it is said."""
    turns = sorted((t for t in one.turns() if t["words"]), key=lambda turn: turn["start"])
    floor = [turn for turn in turns if turn["onset"] != "backchannel"]
    found = [
        {
            "speaker_idx": channel_of(turn["speaker"]),
            "uttr_type": "interrupt" if turn["onset"] == "barge_in" else "normal",
            **_spoken(turn),
            "backchannels": [],
        }
        for turn in floor
    ]
    for nod in turns:
        if nod["onset"] == "backchannel" and (at := _under(nod, floor)) is not None:
            found[at]["backchannels"].append(_spoken(nod))
    if found:
        found[-1]["end_time"] = one.seconds
    return found


def _under(nod: Mapping[str, Any], floor: list[dict[str, Any]]) -> int | None:
    """Return the number of the other speaker's last turn that began before a nod."""
    before = [
        index
        for index, turn in enumerate(floor)
        if turn["speaker"] != nod["speaker"] and turn["start"] <= nod["start"]
    ]
    return before[-1] if before else None


def _spoken(turn: Mapping[str, Any]) -> dict[str, Any]:
    words = turn["words"]
    return {
        "tts_text": " ".join(word["text"] for word in words),
        "start_time": seconds(min(turn["start"], words[0]["start"])),
        "end_time": seconds(max(turn["end"], words[-1]["end"])),
        "words": [
            {
                "word": word["text"],
                "start": seconds(word["start"]),
                "dur": seconds(word["end"] - word["start"]),
            }
            for word in words
        ],
    }
