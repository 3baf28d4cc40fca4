"""Folders in shared memory that go with their process: also when it is killed.

workspace --lock on the folder, which the kernel releases--> sweep removes what nobody locks
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "espeak-"


@contextmanager
def workspace(folder: Path) -> Iterator[Path]:
    """Make a folder in ``folder``, gone after the block."""
    while True:
        made = Path(tempfile.mkdtemp(prefix=PREFIX, dir=folder))
        if (lock := _lock(made)) is not None:
            break  # else another process swept it before it was locked
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        os.close(lock)


def sweep(folder: Path) -> None:
    """Remove the folders that killed processes have left in ``folder``."""
    for left in folder.glob(f"{PREFIX}*"):
        if (lock := _lock(left)) is not None:
            shutil.rmtree(left, ignore_errors=True)
            os.close(lock)


def _lock(folder: Path) -> int | None:
    """Lock a folder that is there; return its descriptor, or None if somebody else has it."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if folder.stat().st_ino == os.fstat(descriptor).st_ino:
                return descriptor
        except OSError:
            pass
        os.close(descriptor)
    return None
