"""The folder that an export is written to: each file whole or not there, and hashed.

bytes --write--> DIR/name, FileEntry        FileEntry --prove--> what the disk has is that
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import IO, Any, cast

from datagen.export.receipt import FileEntry
from datagen.storage.base import Storage
from datagen.types import RunFailed

_CHUNK = 1 << 20


class ExportFolder:
    """Writes files and remembers them."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.files: list[FileEntry] = []
        """Files written so far, in order."""

    @contextmanager
    def write(self, name: str) -> Iterator[IO[bytes]]:
        """Open a file for bytes in their order; it is read back and compared when it is closed."""
        with self.storage.write(name) as file:
            hashed = HashedFile(file)
            yield cast("IO[bytes]", hashed)
        entry = FileEntry(name=name, bytes=hashed.size, sha256=hashed.digest())
        prove(self.storage, entry)
        self.files.append(entry)

    def put(self, name: str, data: bytes) -> None:
        """Write a file that is at hand."""
        with self.write(name) as file:
            file.write(data)

    def put_json(self, name: str, value: Any) -> None:
        """Write a value as JSON."""
        self.put(name, to_json(value).encode() + b"\n")

    def put_lines(self, name: str, values: Iterator[Any]) -> int:
        """Write values as lines of JSON, and return their number; none at all writes no file."""
        first = next(values, None)
        if first is None:
            return 0
        count = 1
        with self.write(name) as file:
            file.write(to_json(first).encode() + b"\n")
            for value in values:
                file.write(to_json(value).encode() + b"\n")
                count += 1
        return count


class HashedFile(io.RawIOBase):
    """A file that can only be appended to, and knows the hash and number of its bytes."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = sha256()
        self.size = 0
        """Bytes written."""

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, data: Any) -> int:
        """Append bytes."""
        view = memoryview(data).cast("B")
        self._hash.update(view)
        self._file.write(view)
        self.size += len(view)
        return len(view)

    def tell(self) -> int:
        """Return how many bytes are written."""
        return self.size

    def digest(self) -> str:
        """Return the sha256 of the bytes so far."""
        return self._hash.hexdigest()


def to_json(value: Any) -> str:
    """Return a value as JSON in one line; letters of all scripts stay as they are."""
    return json.dumps(value, ensure_ascii=False)


def prove(storage: Storage, entry: FileEntry) -> None:
    """Read a file back; raise RunFailed unless its bytes are those that were written."""
    if problem := problem_of(storage, entry.name, entry.sha256):
        raise RunFailed(f"{storage.where}/{entry.name}: {problem}; run the same command again")


def problem_of(storage: Storage, name: str, digest: str) -> str:
    """Say what is wrong with a file; empty if its bytes have this sha256."""
    try:
        found = storage.load(name, _sha256)
    except FileNotFoundError:
        return "it is missing"
    return "" if found == digest else "its bytes are not those that were written"


def _sha256(file: Any) -> str:
    digest = sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()
