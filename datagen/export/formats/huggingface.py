"""A dataset for Hugging Face's hub: Parquet with sound in it, that ``load_dataset`` opens as it is.

    data/KIND-train-00000.parquet, README.md with configs (default, and one a kind) and splits

Read at datasets 5.2.0: sound is a struct of bytes and path, and the schema's metadata says so; the
viewer wants row groups of 100 to 300 MB and a page index. Binary columns overflow at 2 GB.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from datagen.export.archive import flac, parquet_file, rows_of_rows
from datagen.export.dialogue import ExportedDialogue
from datagen.export.folder import ExportFolder, to_json
from datagen.export.formats.huggingface_card import card
from datagen.export.plan import ExportPart
from datagen.export.protocol import CHANNELS, ExportFormat, Line, PartReport
from datagen.export.receipt import ExportSummary
from datagen.shards.layout import SCHEMA as SHARDS
from datagen.types import NUM_CODEBOOKS, SAMPLE_RATE, SPEAKERS

GROUP_BYTES = 128_000_000
"""Bytes of sound in a row group; the last two of a file may have up to twice as many."""
CODES = tuple(f"{s}_{what}" for s in SPEAKERS for what in ("codes", "voice_codes"))
_AUDIO = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
SOUNDS = {"audio": 2, "agent_voice_audio": 1, "user_voice_audio": 1}
"""Columns of sound, and their channels."""
_LEFT_OUT = ("hygiene", "provenance", "num_samples")
_NESTED = pa.list_(pa.list_(pa.int16()))


def _plain(type_: pa.DataType) -> pa.DataType:
    """Return a type with its lists' items named as ``datasets`` names them."""
    if pa.types.is_list(type_):
        return pa.list_(_plain(type_.value_type))
    if pa.types.is_struct(type_):
        return pa.struct([(field.name, _plain(field.type)) for field in type_])
    return type_


_FIELDS = [
    ("dialog_id", pa.string()),
    ("audio", _AUDIO),
    *((name, _AUDIO) for name in SOUNDS if name != "audio"),
    ("seconds", pa.float64()),
    *(
        (field.name, _NESTED if field.name in CODES else _plain(field.type))
        for field in SHARDS
        if field.name not in (*_LEFT_OUT, "dialog_id")
    ),
]


def feature(name: str, type_: pa.DataType) -> Any:
    """Return what ``datasets`` calls a column's type."""
    if name in SOUNDS:
        return {"sampling_rate": SAMPLE_RATE, "_type": "Audio"}
    if pa.types.is_list(type_):
        return {"feature": feature("", type_.value_type), "_type": "List"}
    if pa.types.is_struct(type_):
        return {field.name: feature("", field.type) for field in type_}
    return {"dtype": _DTYPES.get(str(type_), str(type_)), "_type": "Value"}


_DTYPES = {"double": "float64", "float": "float32"}
SCHEMA = pa.schema(_FIELDS)


class HuggingFace(ExportFormat):
    """The form of a dataset repository on the hub."""

    name = "huggingface"
    layout = (
        "audio is stereo FLAC at 24,000 Hz: channel 0 is the agent, 1 the user; times in samples"
    )
    columns = tuple(field.name for field in SHARDS if field.name not in _LEFT_OUT)
    part_seconds = 8 * 3600.0

    def write(
        self, part: ExportPart, dialogues: Iterable[ExportedDialogue], out: ExportFolder
    ) -> PartReport:
        """Write one file."""
        features = {name: feature(name, type_) for name, type_ in _FIELDS}
        metadata = {
            "huggingface": to_json({"info": {"features": features}}),
            "datagen": to_json({"channels": CHANNELS, **self.context.facts}),
        }
        schema = SCHEMA.with_metadata(metadata)
        name = f"data/{part.kind}-{part.split}-{part.number:05d}.parquet"
        with parquet_file(out, name, schema, use_dictionary=_DICTIONARY) as to:
            for group in _groups(dialogues):
                to.write_table(_table(group, schema), len(group))
        return PartReport()

    def finish(
        self, summary: ExportSummary, lines: Mapping[str, Iterable[Line]], out: ExportFolder
    ) -> None:
        """Write the card."""
        out.put("README.md", card(summary, self.context.facts).encode())


_DICTIONARY = [
    name for name in ("kind", "split", "language", "domain", "call_direction", "prompt_level")
]
Row = tuple[ExportedDialogue, dict[str, bytes]]


def _groups(dialogues: Iterable[ExportedDialogue]) -> Iterator[list[Row]]:
    """Yield dialogues with their sound, so many that each group is large enough, the last too."""
    waiting: list[Row] = []
    size = 0
    for one in dialogues:
        sounds = {"audio": flac(one.pcm)}
        sounds |= {f"{speaker}_voice_audio": flac(one.voice(speaker)) for speaker in SPEAKERS}
        del one.pcm
        waiting.append((one, sounds))
        size += _size(waiting[-1])
        if size >= 2 * GROUP_BYTES:
            group: list[Row] = []
            while sum(map(_size, group)) < GROUP_BYTES:
                group.append(waiting.pop(0))
            size -= sum(map(_size, group))
            yield group
    if waiting:
        yield waiting


def _size(row: Row) -> int:
    return sum(map(len, row[1].values()))


def _table(group: list[Row], schema: pa.Schema) -> pa.Table:
    rows = pa.concat_tables([one.arrow for one, _ in group]).combine_chunks()
    columns: list[Any] = []
    for field in schema:
        if field.name in SOUNDS:
            columns.append(_sounds(group, field.name))
        elif field.name == "seconds":
            columns.append(pa.array([one.seconds for one, _ in group], pa.float64()))
        elif field.name in CODES:
            columns.append(rows_of_rows([_codes(one, field.name) for one, _ in group], _NESTED))
        elif field.name in rows.column_names:
            columns.append(_column(rows[field.name], field.type))
        else:  # a column that shards before 0.2 do not have
            columns.append(pa.nulls(len(group), field.type))
    return pa.Table.from_arrays(columns, schema=schema)


def _column(values: Any, type_: pa.DataType) -> Any:
    """Return a column in its type here; what shards before 0.2 do not have is null."""
    try:
        return values.cast(type_)
    except pa.ArrowException:
        return pa.array(values.to_pylist(), type_)


def _codes(one: ExportedDialogue, column: str) -> np.ndarray[Any, Any]:
    values = one.arrow[column][0].values
    return np.asarray(values, np.int16).reshape(NUM_CODEBOOKS, -1)


def _sounds(group: list[Row], column: str) -> Any:
    suffix = "" if column == "audio" else f"-{column.removesuffix('_audio')}"
    data = pa.array([sounds[column] for _, sounds in group], pa.binary())
    paths = pa.array([f"{one.dialog_id}{suffix}.flac" for one, _ in group])
    return pa.StructArray.from_arrays([data, paths], ["bytes", "path"])
