"""What a run folder needs of the place where it lies."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, Any, Protocol, TypeAlias, TypeVar

from datagen.types import UserError

T = TypeVar("T")
Item = TypeVar("Item")

Where: TypeAlias = str | Path
"""A path, or a URI such as s3://bucket/folder."""


def inside(name: str) -> str:
    """Return a name, or raise UserError if it leads out of its folder."""
    if name.startswith("/") or ".." in name.split("/") or "\0" in name:
        raise UserError(f"{name!r} is no name of a file in a run folder")
    return name


class StorageFailed(UserError):
    """An object store does not let us in, or has not answered for long: the user must act."""


class Lines(Protocol):
    """A text file to add lines to."""

    def write(self, text: str, /) -> int:
        """Add text."""
        ...

    def flush(self) -> None:
        """Make sure that a kill of this process loses nothing, as far as the storage can."""
        ...


class Storage(Protocol):
    """Files by names relative to one folder, e.g. ``speech/000003.parquet``."""

    where: str
    """Absolute path or URI: what `open_storage` takes, on every machine that sees the place."""
    keeps_checksums: bool
    """Whether the place finds out by itself when it gives back other bytes than it was given."""
    settle_seconds: float
    """How long after a write another writer of the same name may not yet know of it."""

    def load(self, name: str, parse: Callable[[Any], T]) -> T:
        """Return what ``parse`` makes of an open file (a pyarrow.NativeFile that can seek).

        Raises FileNotFoundError; what ``parse`` raises goes through.
        """
        ...

    def read(self, name: str) -> bytes:
        """Return a whole file. Raises FileNotFoundError."""
        return self.load(name, lambda file: bytes(file.read()))

    def names(self, folder: str, *, hidden: bool = False) -> list[str]:
        """Return the names of a folder's files, sorted, or of those that begin with a dot."""
        ...

    def write(self, name: str) -> AbstractContextManager[IO[bytes]]:
        """Open a file that appears under its name only when it is complete and safe."""
        ...

    def append(self, name: str, ours: Callable[[], bool] = ...) -> AbstractContextManager[Lines]:
        """Open a text file to add lines to; on an object store they arrive after a while.

        There all of it is written anew each time, unless ``ours`` says that somebody else does.
        """
        ...

    def delete(self, name: str) -> None:
        """Remove a file, if it is there."""
        ...

    def written(self, name: str) -> float | None:
        """Return when a file was written, in seconds of the storage's own clock; None if absent."""
        ...

    def appears(self, name: str) -> bool:
        """Return whether a file that was written, maybe by another machine, is seen here.

        A disk that machines share is looked at again for a while.
        """
        ...

    def each(self, function: Callable[[Item], T], items: Iterable[Item]) -> list[T]:
        """Apply a function that reads to many items, at once where that is quicker."""
        ...

    def guard(self, part: str) -> AbstractContextManager[bool]:
        """Keep out other processes of this machine, if the storage can; False if one is in."""
        ...

    def hurried(self) -> Storage:
        """Return this storage with little patience, for what is not worth a long wait."""
        ...

    def sweep(self) -> None:
        """Remove what killed writers left half-written."""
        ...
