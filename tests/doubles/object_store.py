"""An object store in memory, with a clock of its own and faults to order."""

from __future__ import annotations

from types import TracebackType
from typing import Any

import pyarrow as pa
from pyarrow import fs

from datagen.storage.object_store import ObjectStorage

BUSY = "AWS Error SLOW_DOWN during PutObject operation: Please reduce your request rate."


class MemoryStore:
    """What `ObjectStorage` uses of a pyarrow file system; closing a stream commits it."""

    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, float]] = {}
        self.clock = 1_000_000.0
        self.faults: list[Exception] = []
        """Raised by the next requests, one each."""
        self.requests = 0

    def open_input_file(self, path: str) -> Any:
        self._request()
        if path not in self.objects:
            raise FileNotFoundError(2, "No such file or directory", path)
        return pa.BufferReader(self.objects[path][0])

    def open_output_stream(self, path: str) -> _Stream:
        self._request()
        return _Stream(self, path)

    def get_file_info(self, what: Any) -> Any:
        self._request()
        if isinstance(what, str):
            return self._info(what)
        start = f"{what.base_dir}/"
        return [self._info(p) for p in self.objects if p.startswith(start)]

    def delete_file(self, path: str) -> None:
        self._request()
        if self.objects.pop(path, None) is None:
            raise FileNotFoundError(2, "No such file or directory", path)

    def _request(self) -> None:
        self.requests += 1
        if self.faults:
            raise self.faults.pop(0)

    def _info(self, path: str) -> fs.FileInfo:
        if path not in self.objects:
            return fs.FileInfo(path, fs.FileType.NotFound)
        return fs.FileInfo(path, fs.FileType.File, mtime_ns=int(self.objects[path][1] * 1e9))


class _Stream:
    def __init__(self, store: MemoryStore, path: str) -> None:
        self._store, self._path, self._data = store, path, b""

    def __enter__(self) -> _Stream:
        return self

    def write(self, data: bytes) -> None:
        self._data += data

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._store.objects[self._path] = self._data, self._store.clock


def storage(store: MemoryStore, patience: float = 5.0) -> ObjectStorage:
    made: Any = store
    objects = ObjectStorage("mem://bucket/run", made, "bucket/run")
    objects.patience = patience
    objects.settle_seconds = 0.0
    return objects
