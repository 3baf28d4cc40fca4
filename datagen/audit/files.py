"""Reading a run folder as a stranger: JSON by its schema, Parquet by its footer and its hash.

Everything that can be wrong with a file itself is raised as `Unusable`, with the remedy.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from hashlib import blake2b
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from jsonschema_rs import Draft202012Validator as Compiled

from datagen import assets
from datagen.storage import Storage, StorageFailed
from datagen.storage.unpacked import open_table

AGAIN = "run the same command again: it is made anew"


class Unusable(Exception):
    """A file is missing or cannot be read."""

    def __init__(self, check: str, file: str, sentence: str) -> None:
        super().__init__(sentence)
        self.check, self.file, self.sentence = check, file, sentence


@dataclass(frozen=True)
class ParquetFooter:
    """What a Parquet file says of itself without its data being read."""

    file: str
    """Path relative to the run folder, e.g. ``speech/000003.parquet``."""
    stage: str
    number: int
    """The number of the block, or of the shard."""
    columns: dict[str, str]
    """Name and Arrow type of each, in order."""
    num_rows: int
    data: dict[str, Any]
    """The JSON under the metadata key ``datagen``."""

    @property
    def schema(self) -> int:
        """The schema of a file with tokens; old shards have 1."""
        return int(self.data.get("schema", 0))

    @property
    def receipt(self) -> dict[str, Any]:
        """The receipt of the file."""
        receipt = self.data["receipt"]
        assert isinstance(receipt, dict)
        return receipt


def read_json(storage: Storage, file: str) -> dict[str, Any]:
    """Read and validate run.json or plan.json."""
    try:
        value = json.loads(storage.read(file))
    except FileNotFoundError:
        raise Unusable("missing", file, f"is not there; {AGAIN}") from None
    except StorageFailed:
        raise
    except (OSError, ValueError, RecursionError) as error:
        raise Unusable(
            "damaged", file, f"cannot be read ({_line(error)}); delete it and {AGAIN}"
        ) from error
    for problem in problems(file.removesuffix(".json"), value):
        raise Unusable("settings", file, problem)
    assert isinstance(value, dict)
    return value


def read_footer(storage: Storage, stage: str, number: int, file: str) -> ParquetFooter:
    """Read what a file says of itself."""
    try:
        said = storage.load(file, pq.read_metadata)
        schema, num_rows = said.schema.to_arrow_schema(), said.num_rows
        data = json.loads((schema.metadata or {})[b"datagen"])
    except FileNotFoundError:
        raise Unusable("missing", file, f"is planned but not there; {AGAIN}") from None
    except (OSError, UnicodeDecodeError, pa.ArrowException) as error:
        raise Unusable("damaged", file, f"cannot be opened ({_line(error)}); {AGAIN}") from error
    except StorageFailed:
        raise
    except (KeyError, ValueError, RecursionError) as error:
        raise Unusable("damaged", file, f"has no receipt in its footer; {AGAIN}") from error
    for problem in _footer_problems("shard_footer" if _has_tokens(stage) else "footer", data):
        raise Unusable("receipt", file, f"{problem}; delete it and run again")
    return ParquetFooter(
        file,
        stage,
        number,
        {column.name: str(column.type) for column in schema},
        num_rows,
        data,
    )


def read_table(storage: Storage, footer: ParquetFooter) -> pa.Table:
    """Read all of a file, and prove that it is what its receipt says."""
    file = footer.file
    try:
        table = storage.load(file, partial(_table, is_kept=storage.keeps_checksums))
    except (OSError, UnicodeDecodeError, pa.ArrowException) as error:
        remedy = AGAIN if footer.stage == "shards" else f"delete {file} and run again"
        sentence = f"is damaged inside ({_line(error)}); {remedy}"
        raise Unusable("damaged", file, sentence) from error
    if footer.receipt["content"] != content_hash(table):
        sentence = f"holds other values than its receipt says; delete {file} and run again"
        raise Unusable("content", file, sentence)
    return table


def _table(file: Any, *, is_kept: bool) -> pa.Table:
    """Read a row group after another, as all at once would take five times the table's memory.

    They become one batch: the hash is of one, and columns are looked at whole.
    """
    opened = open_table(file, is_kept=is_kept)
    groups = range(opened.num_row_groups)
    read = [opened.read_row_group(number, use_threads=False) for number in groups]
    return pa.concat_tables(read).combine_chunks()


def content_hash(table: pa.Table) -> str:
    """Return the hash of a table's Arrow IPC stream, written as one batch."""
    plain = table.replace_schema_metadata(None).combine_chunks()
    sink = _Hashed()
    with pa.ipc.new_stream(pa.PythonFile(sink, "w"), plain.schema) as stream:
        stream.write_table(plain)
    return sink.hash.hexdigest()


class _Hashed(io.RawIOBase):
    """A file that keeps only a hash of what is written: all of it would take a shard's memory."""

    def __init__(self) -> None:
        self.hash = blake2b(digest_size=16)

    def write(self, data: Any) -> int:
        """Hash some bytes, and return how many they are."""
        self.hash.update(data)
        return len(data)

    def writable(self) -> bool:
        """Return True: bytes can be written here."""
        return True


@cache
def checked_in(name: str) -> Any:
    """Return what manifests/schema/NAME.json holds."""
    return json.loads((assets.root() / "manifests" / "schema" / f"{name}.json").read_bytes())


def problems(schema: str, value: Any) -> Iterator[str]:
    """Say what is most wrong with a JSON value, if anything."""
    if _compiled(schema).is_valid(value):
        return
    error = best_match(_validator(schema).iter_errors(value))
    if error is not None:
        where = ".".join(map(str, error.absolute_path))
        yield f"does not follow manifests/schema/{schema}.json{where and f' at {where}'}:" + (
            f" {_line(error.message)}"
        )


def _footer_problems(schema: str, data: Any) -> Iterator[str]:
    """Say what is wrong with a footer; what is beside the receipt is alike in all, and read once.

    A run has tens of thousands of footers, and this is most of the time that one takes.
    """
    if isinstance(data, dict) and "receipt" in data:
        facts = {name: value for name, value in data.items() if name != "receipt"}
        if _GOOD.get(schema) == facts:
            yield from problems("footer", {"receipt": data["receipt"]})
            return
    else:
        facts = {}
    found = list(problems(schema, data))
    if not found:
        _GOOD[schema] = facts
    yield from found


_GOOD: dict[str, dict[str, Any]] = {}
"""The last good footer without its receipt, by schema."""


@cache
def _compiled(schema: str) -> Compiled:
    """Return a validator that only says yes or no, a hundred times as fast as one that says why."""
    return Compiled(checked_in(schema))


@cache
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator(checked_in(schema))


def _has_tokens(stage: str) -> bool:
    return stage in ("tokens", "shards")


def _line(error: object) -> str:
    text = " ".join(str(error).split())
    return text if len(text) <= 160 else f"{text[:157]}..."
