"""The run folder: where things are, how they are committed, and what proves that they are done.

    table + receipt --commit--> RUN/stage/000042.parquet      (whole, or not at all)

A file that exists with the right receipt in its footer is done; there is no other state.
Files go by names relative to the folder; `datagen.storage` knows where it lies.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from hashlib import blake2b
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from datagen.storage import Lease, Lines, StorageFailed, Where, hold, open_storage
from datagen.types import Record, Reject, RunFailed, UserError

T = TypeVar("T")

METADATA_KEY = b"datagen"
UNIT_STAGES = ("script", "speech", "timeline", "tokens")
"""Stages with one artifact for each block, upstream first."""
SHARDS = "shards"
JOURNAL = "journal.jsonl"
"""What happened, for people and cost calibration."""
ROW_GROUP = 64


_TAIL = 2**16
"""Bytes of a file's end that are read at once: more than all but the largest footers."""
_KEY = bytes([0x18, len(METADATA_KEY)]) + METADATA_KEY + bytes([0x18])
"""How a footer introduces the string under our key."""


class Receipt(Record):
    """What a file says of itself: everything needed to know whether it is still good."""

    stage: str
    block: int
    """Block number; for shards the number of the shard."""
    fingerprint: str
    """Of everything that decides the content, upstream stages included."""
    reads: dict[str, str]
    """Content hash of every file read, by ``stage/number``."""
    content: str
    """`content_hash` of the table."""
    rows: int
    num_samples: int = 0
    """Audio of the dialogues in it, in samples of one channel."""
    rejects: tuple[Reject, ...] = ()


class Damaged(RunFailed):
    """A file that should be good cannot be read."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name


class Missing(Damaged):
    """A file that should be good is not there."""


class RunFolder:
    """One run's files. Their names are made here and nowhere else."""

    def __init__(self, where: Where) -> None:
        self.storage = open_storage(where)

    @property
    def where(self) -> str:
        """Absolute path or URI of the folder."""
        return self.storage.where

    def unit(self, stage: str, block: int) -> str:
        """Return the name of a unit's artifact."""
        return f"{stage}/{block:06d}.parquet"

    def shard(self, kind: str, index: int) -> str:
        """Return the name of a packed shard."""
        return f"{SHARDS}/{kind}-{index:05d}.parquet"

    def lock(self, part: str = "") -> AbstractContextManager[Lease]:
        """Hold the folder, or a slice of it, so that no two runs make the same at once."""
        return hold(self.storage, part)

    def sweep(self) -> None:
        """Remove the temporary files of killed workers; the caller holds the whole folder."""
        self.storage.sweep()

    def commit(self, name: str, table: pa.Table, metadata: dict[str, Any]) -> None:
        """Write a table with its metadata: wholly, or not at all."""
        text = json.dumps(metadata, sort_keys=True)
        table = table.replace_schema_metadata({METADATA_KEY: text})
        with self.storage.write(name) as file:
            pq.write_table(
                table,
                file,
                compression="zstd",
                row_group_size=ROW_GROUP,
                write_page_checksum=True,
            )

    def read(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """Read a table, checksums verified. Raises Missing or Damaged."""

        def table(file: Any) -> pa.Table:
            parquet = pq.ParquetFile(file, page_checksum_verification=True)
            return parquet.read(None if columns is None else list(columns), use_threads=False)

        return self._load(name, table)

    def prove(self, name: str) -> None:
        """Read all pages of a file and keep none. Raises Missing or Damaged.

        An object store proves by itself that it gives back what it was given.
        """

        def pages(file: Any) -> None:
            parquet = pq.ParquetFile(file, page_checksum_verification=True)
            for _ in parquet.iter_batches(ROW_GROUP, use_threads=False):
                pass

        if not self.storage.keeps_checksums:
            self._load(name, pages)

    def _load(self, name: str, parse: Callable[[Any], T]) -> T:
        try:
            return self.storage.load(name, parse)
        except FileNotFoundError:
            raise Missing(name, "it is not there") from None
        except (OSError, pa.ArrowException) as error:
            raise Damaged(name, " ".join(str(error).split())) from error

    def metadata(self, name: str) -> dict[str, Any] | None:
        """Return what a file says of itself; None if there is no file or it is not whole."""
        try:
            text = self.storage.load(name, _footer)
            data = json.loads(text) if text else None
        except StorageFailed:
            raise
        except (OSError, pa.ArrowException, ValueError):
            return None
        return data if isinstance(data, dict) else None

    def receipt(self, name: str) -> Receipt | None:
        """Return a file's receipt; None if there is no file or it is not whole."""
        try:
            return Receipt.model_validate((self.metadata(name) or {}).get("receipt"))
        except ValidationError:
            return None

    def receipts(self, stage: str, blocks: Sequence[int]) -> dict[int, Receipt]:
        """Return the receipts of a stage's artifacts that exist, of the blocks asked for."""
        have = set(self.storage.names(stage))
        there = [b for b in blocks if self.unit(stage, b).rpartition("/")[2] in have]
        found = self.storage.each(lambda block: self.receipt(self.unit(stage, block)), there)
        return {b: receipt for b, receipt in zip(there, found, strict=True) if receipt is not None}

    def journal(self, part: str = "") -> AbstractContextManager[Lines]:
        """Open the journal, or that of a slice, to add lines to."""
        return self.storage.append(f"journal-{part}.jsonl" if part else JOURNAL)

    def events(self) -> list[dict[str, Any]]:
        """Return what can be read of the journals: one may be gone, or end in half a line."""
        names = [n for n in self.storage.names("") if re.fullmatch(r"journal(-.+)?\.jsonl", n)]
        return [
            event for text in self.storage.each(self.storage.read, names) for event in _events(text)
        ]

    def read_json(self, name: str) -> dict[str, Any] | None:
        """Read run.json or plan.json; None if there is none."""
        try:
            data = json.loads(self.storage.read(name))
        except FileNotFoundError:
            return None
        except StorageFailed:
            raise
        except (OSError, ValueError) as error:
            raise UserError(
                f"{self.where}/{name} cannot be read ({error}); delete it and run again: it is made"
                " anew"
            ) from error
        if not isinstance(data, dict):
            raise UserError(
                f"{self.where}/{name} is damaged; delete it and run again: it is made anew"
            )
        return data

    def write_json(self, name: str, data: dict[str, Any]) -> None:
        """Write run.json or plan.json."""
        text = json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        with self.storage.write(name) as file:
            file.write(text.encode())


def _events(journal: bytes) -> Iterator[dict[str, Any]]:
    for line in journal.decode("utf-8", errors="replace").splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            yield event


def _footer(file: Any) -> bytes | None:
    """Return what is under our key in a Parquet footer; None if there is none.

    Nothing else of it is parsed: a run that goes on reads tens of thousands, and pyarrow takes 20
    times as long. A footer ends in pairs of strings, each 0x18 LENGTH BYTES with LENGTH a varint
    (parquet-format: FileMetaData.key_value_metadata, thrift's compact protocol).
    """
    size = file.size()
    file.seek(max(0, size - _TAIL))
    tail = file.read()
    length = int.from_bytes(tail[-8:-4], "little") + 8
    if tail[-4:] != b"PAR1" or length > size:
        return None
    if length > len(tail):
        file.seek(size - length)
        tail = file.read()
    _, found, pair = tail[-length:-8].rpartition(_KEY)
    digits = next((n for n, byte in enumerate(pair[:5], 1) if byte < 0x80), 0)
    num_bytes = sum((byte & 0x7F) << 7 * n for n, byte in enumerate(pair[:digits]))
    return bytes(pair[digits : digits + num_bytes]) if found else None


def content_hash(table: pa.Table) -> str:
    """Return the hash of a table's values: of its Arrow IPC stream, as one batch."""
    plain = table.replace_schema_metadata(None).combine_chunks()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, plain.schema) as writer:
        writer.write_table(plain)
    return blake2b(memoryview(sink.getvalue()), digest_size=16).hexdigest()
