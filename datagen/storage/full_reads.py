"""A stream whose reads are full: of a file system in Python (fsspec), a call may return less.

    file that may give 1,000 of 50,000 bytes --full--> file that gives all, or an OSError

pyarrow takes what one call returns for all that there is, and says nothing.
"""

from __future__ import annotations

import io

import pyarrow as pa

from datagen.storage.in_python import in_words


def full(file: pa.NativeFile) -> pa.NativeFile:
    """Return a file that is read in as many calls as it takes."""
    return pa.PythonFile(_Full(file), mode="r")


class _Full(io.RawIOBase):
    def __init__(self, file: pa.NativeFile) -> None:
        super().__init__()
        self._file = file
        with in_words():
            self._size = file.size()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        return int(self._file.tell())

    def read(self, size: int = -1) -> bytes:
        """Return so many bytes, or those up to the end. Raises OSError if a stream ends before."""
        left = max(0, self._size - self.tell())
        left = left if size < 0 else min(size, left)
        parts = []
        while left:
            with in_words():
                part = self._file.read(left)
            if not part:
                raise OSError(
                    f"no answer: its stream ended after {self.tell():,} of {self._size:,} bytes"
                    " (IncompleteBody)"
                )
            parts.append(part)
            left -= len(part)
        return b"".join(parts)
