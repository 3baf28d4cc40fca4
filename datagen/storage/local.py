"""A run folder on a disk: temporary name, fsync, rename.

A disk that has gone is said (`disks.there`), whatever was about to be done.
"""

from __future__ import annotations

import errno
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from datagen.storage import disks
from datagen.storage.append import always
from datagen.storage.base import Item, Lines, Storage, T, inside

THREADS = 8
"""Files read at once."""
SETTLE = 3.0
"""Seconds for which a disk that machines share may show what was there before (NFS: acregmin)."""
LOOK = 1.0
"""Seconds between looks for a file that another machine has written."""


class LocalStorage(Storage):
    """A folder of this machine, or of a disk that machines share."""

    keeps_checksums = False
    settle_seconds: float = 0.0

    def __init__(self, root: Path) -> None:
        # here, on the driver: a worker starts in another folder than the user's
        self._root = root.resolve()
        if disks.lateness(self._root):
            self.settle_seconds = SETTLE
        self.where = str(self._root)
        self._there = partial(disks.there, self.where)

    def load(self, name: str, parse: Callable[[Any], T]) -> T:
        """Return what ``parse`` makes of an open file."""

        def read() -> T:
            with pa.OSFile(str(self._path(name)), "rb") as file:
                return parse(file)

        with self._there():
            return _anew(read)

    def names(self, folder: str, *, hidden: bool = False) -> list[str]:
        """Return the names of the files of a folder."""
        path = self._path(folder)

        def listed() -> list[str]:
            if not path.is_dir():
                return []
            with os.scandir(path) as entries:
                return [entry.name for entry in entries if entry.is_file()]

        with self._there():
            found = _anew(listed)
        return sorted(name for name in found if name.startswith(".") == hidden)

    @contextmanager
    def write(self, name: str) -> Iterator[IO[bytes]]:
        """Open a file that appears under its name only when it is complete and on disk."""
        path = self._path(name)
        with self._there(), atomic(path) as file:
            yield file

    @contextmanager
    def append(self, name: str, ours: Callable[[], bool] = always) -> Iterator[Lines]:
        """Open a text file to add lines to, at its end: what others add stays."""
        with self._there():
            file = _anew(lambda: self._path(name).open("a", encoding="utf-8"))
        try:
            yield _GrowingFile(file, self._there)
        finally:
            with self._there():
                file.close()

    def delete(self, name: str) -> None:
        """Remove a file, if it is there."""
        with self._there():
            _anew(lambda: self._path(name).unlink(missing_ok=True))

    def written(self, name: str) -> float | None:
        """Return when a file was written."""
        try:
            with self._there():
                return _anew(self._path(name).stat).st_mtime
        except FileNotFoundError:
            return None

    def appears(self, name: str) -> bool:
        """Return whether a file is seen here; of a disk that machines share, after a while.

        To list the folders on the way has NFS ask its server what is in them.
        """
        until = time.monotonic() + disks.lateness(self._root)
        while self.written(name) is None:
            if time.monotonic() >= until:
                return False
            time.sleep(LOOK)
            self.names("")
            self.names(name.rpartition("/")[0])
        return True

    def each(self, function: Callable[[Item], T], items: Iterable[Item]) -> list[T]:
        """Apply a function to items, some at once: disks that machines share take their time."""
        with ThreadPoolExecutor(THREADS) as threads:
            return list(threads.map(function, items))

    def _path(self, name: str) -> Path:
        return self._root / inside(name)

    @contextmanager
    def guard(self, part: str) -> Iterator[bool]:
        """Lock the folder against this machine's processes; a kill releases it.

        On a network disk without locks the lease is all there is.
        """
        with self._there():
            self._root.mkdir(parents=True, exist_ok=True)
        with disks.locked(self._root / (f".lock-{part}" if part else ".lock")) as free:
            yield free

    def hurried(self) -> Storage:
        """Return itself: a disk answers."""
        return self

    def sweep(self) -> None:
        """Remove the temporary files of killed writers."""
        with self._there():
            for path in self._root.glob("**/.*.tmp"):
                path.unlink(missing_ok=True)


class _GrowingFile:
    """A text file to add lines to, on a disk that may go."""

    def __init__(self, file: IO[str], there: Callable[[], AbstractContextManager[None]]) -> None:
        self._file, self._there = file, there

    def write(self, text: str) -> int:
        """Add text."""
        with self._there():
            return self._file.write(text)

    def flush(self) -> None:
        """Give the disk what was added."""
        with self._there():
            self._file.flush()


_TRIES = 5


def _anew(function: Callable[[], T]) -> T:
    """Return what a function returns, called again where NFS still knows a file that was replaced.

    Its handles of names that another machine has written anew are stale; the next look finds it.
    """
    for _ in range(_TRIES - 1):
        try:
            return function()
        except OSError as error:
            if error.errno != errno.ESTALE:
                raise
    return function()


_OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EIO)
"""Errors of an open file: they name none."""
_NOT_KNOWN = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTTY)
"""What disks that are mounted over a network say to fsync where they do not know it."""


@contextmanager
def atomic(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that appears under its name only when it is complete and on disk.

    An OSError of a full or broken disk names ``path``, as one does whose disk has lost bytes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            _to_disk(file)
            size = file.seek(0, os.SEEK_END)
        if (kept := temporary.stat().st_size) != size:
            raise OSError(errno.EIO, f"its disk kept {kept:,} of {size:,} bytes without an error")
        with suppress(OSError):  # the mount says who may read, if it knows no chmod
            temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno in _OF_THE_DISK and error.filename is None:
            error.filename = str(path)
        raise


def _to_disk(file: IO[bytes]) -> None:
    """Have the bytes of a file on its disk, as far as the disk knows how to."""
    file.flush()
    try:
        os.fsync(file.fileno())
    except OSError as error:
        if error.errno not in _NOT_KNOWN:
            raise
