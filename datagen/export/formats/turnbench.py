"""TurnBench's conversations: both speakers' sound and three annotators' spans, from the ledger.

    data/validation-00000.parquet: conversation_id, speaker_N_audio, speaker_N_annotation_{a,b,c}

Read at SesameAILabs/turnbench 0dda64e (eval/data.py, eval/gold.py): ids are numbers, speaker 1 is
the agent here, turns are divided where their speaker pauses, and the three annotators agree, as
there is one ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

import pyarrow as pa

from datagen.export.archive import flac, parquet_file
from datagen.export.dialogue import ExportedDialogue, channel_of, seconds, units
from datagen.export.folder import ExportFolder, to_json
from datagen.export.formats.bench_items import false_barge_ins
from datagen.export.plan import ExportPart
from datagen.export.protocol import CHANNELS, ExportFormat, PartReport
from datagen.types import SAMPLE_RATE

GROUP = 16
"""Dialogues of a row group."""
ANNOTATORS = ("a", "b", "c")
TURN, OVERLAP = "Normal Turn", "Overlap"
INTERRUPTION = "Floor-taking Competitive Interruption"
ATTEMPT = "Non-floor Taking Competitive Interruption"
NOD, NOISE = "Continuer Backchannel", "Non-Speech Noise"
_AUDIO = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
_SPANS = pa.list_(
    pa.struct([("start_s", pa.float64()), ("end_s", pa.float64()), ("label", pa.string())])
)
SCHEMA = pa.schema(
    [("conversation_id", pa.string()), ("dialog_id", pa.string())]
    + [(f"speaker_{n}_audio", _AUDIO) for n in (1, 2)]
    + [(f"speaker_{n}_annotation_{who}", _SPANS) for n in (1, 2) for who in ANNOTATORS]
)


class TurnBench(ExportFormat):
    """The form of TurnBench's dev and test sets."""

    name = "turnbench"
    layout = "mono FLAC at 24,000 Hz: speaker_1 is the agent, speaker_2 the user; times in seconds"
    columns = ("turns", "words", "events")

    def write(
        self, part: ExportPart, dialogues: Iterable[ExportedDialogue], out: ExportFolder
    ) -> PartReport:
        """Write one file."""
        rate = {"channels": CHANNELS, "sample_rate": SAMPLE_RATE}
        schema = SCHEMA.with_metadata({"datagen": to_json(rate)})
        name, rest = f"data/{part.split}-{part.number:05d}.parquet", iter(dialogues)
        with parquet_file(out, name, schema) as to:
            while group := list(islice(rest, GROUP)):
                rows = [_row(one, part) for one in group]
                to.write_table(pa.Table.from_pylist(rows, schema=schema), GROUP)
        return PartReport()


def _row(one: ExportedDialogue, part: ExportPart) -> dict[str, Any]:
    row: dict[str, Any] = {
        "conversation_id": part.number_of(one.dialog_id),
        "dialog_id": one.dialog_id,
    }
    spans = _spans(one)
    for number, speaker in enumerate(CHANNELS, 1):
        name = f"{one.dialog_id}-{speaker}.flac"
        row[f"speaker_{number}_audio"] = {
            "bytes": flac(one.pcm[:, number - 1 : number]),
            "path": name,
        }
        for who in ANNOTATORS:
            row[f"speaker_{number}_annotation_{who}"] = spans[number - 1]
    return row


def _spans(one: ExportedDialogue) -> list[list[dict[str, Any]]]:
    """Return each speaker's labelled spans, in order."""
    attempts = {
        (event["speaker"], event["text"])
        for event in one["events"]
        if event["type"] == "false_interruption"
    }
    sounds = false_barge_ins(one["events"])
    found: list[list[dict[str, Any]]] = [[], []]
    for turn in one.turns():
        sound = sounds.get((turn["speaker"], turn["start"]))
        label = NOISE if sound == "cough" else ATTEMPT if sound else _label(turn, attempts)
        for place, unit in enumerate(units(turn["words"])):
            span: dict[str, Any] = {
                "start_s": seconds(unit[0]["start"]),
                "end_s": seconds(unit[-1]["end"]),
            }
            span["label"] = TURN if place and label in (INTERRUPTION, OVERLAP) else label
            found[channel_of(turn["speaker"])].append(span)
    return [sorted(spans, key=lambda span: span["start_s"]) for spans in found]


def _label(turn: Mapping[str, Any], attempts: set[tuple[str, str]]) -> str:
    if (turn["speaker"], turn["spoken"]) in attempts:
        return ATTEMPT
    labels = {"barge_in": INTERRUPTION, "overlap": OVERLAP, "backchannel": NOD}
    return labels.get(turn["onset"], TURN)
