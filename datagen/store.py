"""The run folder: where things are, how they are committed, and what proves that they are done.

    table + receipt --commit--> RUN/stage/000042.parquet      (temporary name, fsync, rename)

A file that exists with the right receipt in its footer is done; there is no other state.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from datagen.types import Record, Reject, UserError

METADATA_KEY = b"datagen"
UNIT_STAGES = ("script", "speech", "timeline", "tokens")
"""Stages with one artifact for each block, upstream first."""
SHARDS = "shards"
ROW_GROUP = 64


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


class Damaged(Exception):  # noqa: N818 - says what is so; the flow makes the file anew
    """A file that should be good cannot be read."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name


class RunFolder:
    """One run's files. Paths are made here and nowhere else."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def unit(self, stage: str, block: int) -> Path:
        """Return the path of a unit's artifact."""
        return self.root / stage / f"{block:06d}.parquet"

    def shard(self, kind: str, index: int) -> Path:
        """Return the path of a packed shard."""
        return self.root / SHARDS / f"{kind}-{index:05d}.parquet"

    @property
    def journal(self) -> Path:
        """What happened, for people and cost calibration."""
        return self.root / "journal.jsonl"

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the folder, so that two runs never write to it at once; a kill releases it."""
        self.root.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.root / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise UserError(
                f"{self.root} is being written by another run; wait for it, or choose another --out"
            ) from None
        try:
            yield
        finally:
            lock.release()

    def sweep(self) -> None:
        """Remove the temporary files of killed workers; the caller holds the lock."""
        for path in self.root.glob("**/.*.tmp"):
            path.unlink(missing_ok=True)

    def commit(self, path: Path, table: pa.Table, metadata: dict[str, Any]) -> None:
        """Write a table with its metadata: wholly, or not at all."""
        text = json.dumps(metadata, sort_keys=True)
        table = table.replace_schema_metadata({METADATA_KEY: text})
        with atomic(path) as file:
            pq.write_table(
                table,
                file,
                compression="zstd",
                row_group_size=ROW_GROUP,
                write_page_checksum=True,
            )

    def read(self, path: Path, columns: Sequence[str] | None = None) -> pa.Table:
        """Read a table, checksums verified. Raises Damaged."""
        try:
            return pq.read_table(
                path,
                columns=None if columns is None else list(columns),
                use_threads=False,
                page_checksum_verification=True,
                partitioning=None,
            )
        except (OSError, pa.ArrowException) as error:
            raise Damaged(self.name(path), " ".join(str(error).split())) from error

    def receipt(self, path: Path) -> Receipt | None:
        """Return a file's receipt; None if there is no file or it is not whole."""
        try:
            metadata = pq.read_schema(path).metadata or {}
            return Receipt.model_validate(json.loads(metadata[METADATA_KEY])["receipt"])
        except (OSError, pa.ArrowException, KeyError, ValueError):
            return None

    def receipts(self, stage: str, blocks: Sequence[int]) -> dict[int, Receipt]:
        """Return the receipts of a stage's artifacts that exist, of the blocks asked for."""
        folder = self.root / stage
        have = {entry.name for entry in os.scandir(folder)} if folder.is_dir() else set()
        found: dict[int, Receipt] = {}
        for block in blocks:
            path = self.unit(stage, block)
            if path.name in have and (receipt := self.receipt(path)) is not None:
                found[block] = receipt
        return found

    def name(self, path: Path) -> str:
        """Return the path as the run folder's readers know it, e.g. ``speech/000003.parquet``."""
        return path.relative_to(self.root).as_posix()

    def read_json(self, name: str) -> dict[str, Any] | None:
        """Read run.json or plan.json; None if there is none."""
        path = self.root / name
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise UserError(
                f"{path} cannot be read ({error}); delete it and run again: it is made anew"
            ) from error
        if not isinstance(data, dict):
            raise UserError(f"{path} is damaged; delete it and run again: it is made anew")
        return data

    def write_json(self, name: str, data: dict[str, Any]) -> None:
        """Write run.json or plan.json."""
        text = json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        with atomic(self.root / name) as file:
            file.write(text.encode())


@contextmanager
def atomic(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that appears under its name only when it is complete and on disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def content_hash(table: pa.Table) -> str:
    """Return the hash of a table's values: of its Arrow IPC stream, as one batch."""
    plain = table.replace_schema_metadata(None).combine_chunks()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, plain.schema) as writer:
        writer.write_table(plain)
    return blake2b(memoryview(sink.getvalue()), digest_size=16).hexdigest()
