"""A growing text file of an object store, where nothing can grow: kept here, copied there.

lines --Spool--> a temporary file --every half minute, and at the end--> object
"""

from __future__ import annotations

import logging
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress

from datagen.storage.base import Storage, StorageFailed

logger = logging.getLogger(__name__)

EVERY = 30.0
"""Seconds between copies: what a killed driver may lose of the file's end."""


def always() -> bool:
    """Return True: for a file that nobody else can take over."""
    return True


class Spool:
    """Lines added to an object. A copy that fails is told of, and is never the writer's concern.

    Nothing is copied once ``ours`` says that another run has taken the file over.
    """

    def __init__(
        self,
        storage: Storage,
        name: str,
        ours: Callable[[], bool] = always,
        every: float = EVERY,
    ) -> None:
        self._storage, self._name, self._ours, self._every = storage, name, ours, every
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `close`
        self._lock = threading.Lock()
        self._changed, self._ended = False, threading.Event()
        with suppress(FileNotFoundError):
            self._file.write(storage.read(name))
        self._copier = threading.Thread(target=self._copy_now_and_then, daemon=True)
        self._copier.start()

    def write(self, text: str) -> int:
        """Add text."""
        with self._lock:
            self._file.write(text.encode())
            self._changed = True
        return len(text)

    def flush(self) -> None:
        """Do nothing: copies are made at their own pace."""

    def close(self) -> None:
        """Copy what is new, and end."""
        self._ended.set()
        self._copier.join()
        self._copy()
        self._file.close()

    def _copy_now_and_then(self) -> None:
        while not self._ended.wait(self._every):
            self._copy()

    def _copy(self) -> None:
        with self._lock:
            if not self._changed:
                return
            self._file.seek(0)
            data, self._changed = self._file.read(), False
        try:
            if not self._ours():
                self._ended.set()
                logger.warning("%s is not copied: another run writes it now", self._name)
                return
            with self._storage.write(self._name) as file:
                file.write(data)
        except (OSError, StorageFailed) as error:
            self._changed = True
            logger.warning("%s is not copied to the store: %s", self._name, error)
