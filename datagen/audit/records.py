"""Deep checks of what comes before the tokens: JSON by its schema, FLAC by its header.

Each takes a table and yields (dialogue id, sentence) for each thing that is wrong.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import pyarrow as pa
import soundfile

from datagen.audit.files import problems
from datagen.types import SAMPLE_RATE


def scripts(table: pa.Table) -> Iterator[tuple[str, str]]:
    """Every record is a script."""
    return _records(table, "record", "script")


def dialogues(table: pa.Table) -> Iterator[tuple[str, str]]:
    """Every record is a dialogue on the clock."""
    return _records(table, "record", "timeline")


def clips(table: pa.Table) -> Iterator[tuple[str, str]]:
    """Every clip is 24 kHz mono FLAC of the length it says, of a voice that is a record."""
    yield from _records(table, "voice", "voice")
    for batch in table.select(["dialog_id", "flac", "num_samples"]).to_batches(max_chunksize=64):
        for row in batch.to_pylist():
            found = _header(row["flac"])
            if found != (row["num_samples"], SAMPLE_RATE, 1):
                yield row["dialog_id"], f"a clip is {found}, not {row['num_samples']} samples"


def _records(table: pa.Table, column: str, schema: str) -> Iterator[tuple[str, str]]:
    known: dict[str | None, list[str]] = {}  # one voice speaks many clips
    for row in table.select(["dialog_id", column]).to_pylist():
        text = row[column]
        if text not in known:
            known[text] = _record_problems(schema, text)
        for problem in known[text]:
            yield row["dialog_id"], f"{column} {problem}"


def _record_problems(schema: str, text: str | None) -> list[str]:
    try:
        return list(problems(schema, json.loads(text or "")))
    except (ValueError, RecursionError):
        return ["is not JSON"]


def _header(flac: bytes) -> tuple[int, int, int] | None:
    """Return samples, rate and channels; None if it is not sound."""
    try:
        info = soundfile.info(io.BytesIO(flac))
    except (TypeError, soundfile.SoundFileError):
        return None
    return info.frames, info.samplerate, info.channels


CHECKS = {"script": scripts, "speech": clips, "timeline": dialogues}
