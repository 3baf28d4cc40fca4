"""The run folder: where things are, how they are committed, and what proves that they are done.

    table + receipt --commit--> RUN/stage/000042.parquet      (whole, or not at all)

A file that exists with the right receipt in its footer is done; there is no other state.
Files go by names relative to the folder; `datagen.storage` knows where it lies.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from hashlib import blake2b
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from datagen.storage import (
    Lease,
    Lines,
    StorageFailed,
    Where,
    hold,
    open_storage,
    parquet_file,
)
from datagen.storage.append import always
from datagen.storage.unpacked import OTHER_BYTES, open_table
from datagen.types import Record, Reject, RunFailed, UserError

T = TypeVar("T")

METADATA_KEY = parquet_file.METADATA_KEY
UNIT_STAGES = ("script", "speech", "timeline", "tokens")
"""Stages with one artifact for each block, upstream first."""
SHARDS = "shards"
JOURNAL = "journal.jsonl"
"""What happened, for people and cost calibration."""


class Receipt(Record):
    """What a file says of itself: everything needed to know whether it is still good."""

    stage: str
    block: int
    """Block number; for shards the number of the shard."""
    fingerprint: str
    """Hash of everything that decides the content, upstream stages included."""
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
        with self.storage.write(name) as file:
            parquet_file.write(table, json.dumps(metadata, sort_keys=True), file)

    def read(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """Read a table, checksums verified. Raises Missing or Damaged."""

        def table(file: Any) -> pa.Table:
            parquet = open_table(file, is_kept=self.storage.keeps_checksums)
            return parquet.read(None if columns is None else list(columns), use_threads=False)

        return self._load(name, table)

    def prove(self, name: str) -> None:
        """Raise Missing or Damaged unless every byte of a file is what was written.

        An object store proves by itself that it gives back what it was given.
        """

        def look(file: Any) -> None:
            sound = parquet_file.holds(file)
            if sound is None:
                _read_pages(file)
            elif not sound:
                raise Damaged(name, OTHER_BYTES)

        if not self.storage.keeps_checksums:
            self._load(name, look)

    def _load(self, name: str, parse: Callable[[Any], T]) -> T:
        try:
            return self.storage.load(name, parse)
        except FileNotFoundError:
            raise Missing(name, "it is not there") from None
        except (OSError, UnicodeDecodeError, pa.ArrowException) as error:
            raise Damaged(name, " ".join(str(error).split())) from error

    def metadata(self, name: str) -> dict[str, Any] | None:
        """Return what a file says of itself; None if there is no file or it is not whole."""
        try:
            text = self.storage.load(name, parquet_file.metadata)
            data = json.loads(text) if text else None
        except StorageFailed:
            raise
        except (OSError, pa.ArrowException, ValueError, RecursionError):
            return None
        return data if isinstance(data, dict) else None

    def receipt(self, name: str) -> Receipt | None:
        """Return a file's receipt; None if there is no file or it is not whole."""
        try:
            return Receipt.model_validate((self.metadata(name) or {}).get("receipt"))
        except ValidationError:
            return None

    def awaited(self, name: str) -> Receipt | None:
        """Return the receipt of a file that is made, maybe on another machine; None if it is not.

        A disk that machines share may show it there late.
        """
        found = self.receipt(name)
        if found is None and self.storage.appears(name):
            found = self.receipt(name)
        return found

    def receipts(self, stage: str, blocks: Sequence[int]) -> dict[int, Receipt]:
        """Return the receipts of a stage's artifacts that exist, of the blocks asked for."""
        have = set(self.storage.names(stage))
        if not have and blocks and self.storage.written(self.unit(stage, blocks[0])) is not None:
            # NFS may list nothing for a moment (nfs-ganesha): each is looked for by its name
            have = {self.unit(stage, b).rpartition("/")[2] for b in blocks}
        there = [b for b in blocks if self.unit(stage, b).rpartition("/")[2] in have]
        found = self.storage.each(lambda block: self.receipt(self.unit(stage, block)), there)
        return {b: receipt for b, receipt in zip(there, found, strict=True) if receipt is not None}

    def journal(
        self, part: str = "", ours: Callable[[], bool] = always
    ) -> AbstractContextManager[Lines]:
        """Open the journal, or that of a slice, to add lines to while it is ``ours``."""
        return self.storage.append(f"journal-{part}.jsonl" if part else JOURNAL, ours)

    def events(self) -> list[dict[str, Any]]:
        """Return the journals' lines that are JSON; one may be gone, or end in half a line."""
        names = [n for n in self.storage.names("") if re.fullmatch(r"journal(-.+)?\.jsonl", n)]
        return [event for text in self.storage.each(self._text, names) for event in _events(text)]

    def _text(self, name: str) -> bytes:
        """Return a file; nothing of one that was listed and is not there any more, or never was."""
        try:
            return self.storage.read(name)
        except FileNotFoundError:
            return b""

    def read_json(self, name: str) -> dict[str, Any] | None:
        """Read run.json or plan.json; None if there is none, or it is empty.

        Some stores (Azure) show an empty object first: a kill just then leaves it.
        """
        try:
            content = self.storage.read(name)
            if not content.strip():
                return None
            data = json.loads(content)
        except FileNotFoundError:
            return None
        except StorageFailed:
            raise
        except (OSError, ValueError, RecursionError) as error:
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
        """Write run.json or plan.json, unless it says so already."""
        text = json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        with suppress(FileNotFoundError):
            if self.storage.read(name) == text.encode():
                return
        with self.storage.write(name) as file:
            file.write(text.encode())


def _events(journal: bytes) -> Iterator[dict[str, Any]]:
    for line in journal.decode("utf-8", errors="replace").splitlines():
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(event, dict):
            yield event


def _read_pages(file: Any) -> None:
    """Read all pages of a file that was written when files had no checksum of their own."""
    parquet = pq.ParquetFile(file, page_checksum_verification=True)
    for _ in parquet.iter_batches(parquet_file.ROW_GROUP, use_threads=False):
        pass


def content_hash(table: pa.Table) -> str:
    """Return the hash of a table's values: of its Arrow IPC stream, as one batch."""
    plain = table.replace_schema_metadata(None).combine_chunks()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, plain.schema) as writer:
        writer.write_table(plain)
    return blake2b(memoryview(sink.getvalue()), digest_size=16).hexdigest()
