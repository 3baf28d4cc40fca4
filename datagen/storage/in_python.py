"""File systems in Python (fsspec) behind pyarrow: they keep listings, and raise what they like.

    kept listings --fresh--> what is there now;  ValueError, httpx's errors --in_words--> OSError

Such a file system lists a folder once and answers from that from then on, which hides what other
processes write: their leases, plans and shards.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
from pyarrow import fs

from datagen.types import UserError


class _Fresh(fs.FSSpecHandler):
    """Asks a new file system each time, which knows nothing yet and is of one thread."""

    def __init__(self, made: Any) -> None:
        self._made = made

    @property
    def fs(self) -> Any:  # type: ignore[override]
        """Return a file system that has kept nothing."""
        options = {**self._made.storage_options, "skip_instance_cache": True}
        return type(self._made)(*self._made.storage_args, **options)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Fresh) and self._made == other._made

    def __hash__(self) -> int:
        return hash(self._made)


def fresh(filesystem: fs.FileSystem) -> fs.FileSystem:
    """Return a file system that shows what is there now; one that is not in Python does anyway."""
    handler = getattr(filesystem, "handler", None)
    if not isinstance(handler, fs.FSSpecHandler):
        return filesystem
    anew: Any = _Fresh  # pyarrow's own handler is abstract to who checks types
    return fs.PyFileSystem(anew(handler.fs))


@contextmanager
def in_words() -> Iterator[None]:
    """Raise OSError for whatever a client in Python raises, so that it is classified by its words.

    A client of HTTP has errors of its own, and one that cannot renew its token says ValueError.
    """
    try:
        yield
    except (FileNotFoundError, pa.ArrowException, UserError, AssertionError, MemoryError):
        raise
    except Exception as error:
        said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise OSError(f"its Python client: {said}") from error
