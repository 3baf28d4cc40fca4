"""One of several runs that want a folder at the same instant comes in; no lock is needed for it.

    .claim-A, .claim-B, looked at after one's own is written --ahead--> who waits for whom

Object stores here have no "create unless it exists". So each writes a claim of its own, and then
looks (Lamport's bakery): of two claims each sees the other or was seen by it, and the one that
comes later in the order of owners steps back.
"""

from __future__ import annotations

import time
from contextlib import suppress

from datagen.storage.base import Storage, StorageFailed
from datagen.storage.holder import Holder, read_sign, write_sign
from datagen.storage.store_errors import CHECKSUMS_OFF

CLAIM = ".claim-"
POLL = 0.2
"""Seconds between looks at the others' claims, which are there for a few requests."""


class FolderClaim:
    """A claim that this run has made, until it is inside or steps back."""

    def __init__(self, storage: Storage, holder: Holder, expires: float) -> None:
        """Write it. Raises StorageFailed if the storage does not give back what is written."""
        self._storage, self._holder, self._expires = storage, holder, expires
        self.name = f"{CLAIM}{holder.owner}"
        content = write_sign(storage, self.name, holder)
        self._since = time.monotonic()
        _require_back(storage, self.name, content)
        self._written = storage.written(self.name) or 0.0

    @property
    def stands(self) -> bool:
        """Whether it is still there: another run removes one whose maker seems to be dead."""
        return self._storage.written(self.name) is not None

    def withdraw(self) -> None:
        """Remove it."""
        self._storage.delete(self.name)

    def ahead(self) -> str | None:
        """Return the name of a claim that goes first; None once no other claim is left."""
        while rivals := [name for name in self._others() if self._is_rival(name)]:
            if min(rivals) < self.name:
                return min(rivals)
            time.sleep(POLL)
        return None

    def _others(self) -> list[str]:
        names = self._storage.names("", hidden=True)
        return [name for name in names if name.startswith(CLAIM) and name != self.name]

    def _is_rival(self, name: str) -> bool:
        """Return whether a claim stands in the way; remove it if its maker is dead."""
        sign = read_sign(self._storage, name)
        if sign is None:
            return False
        age = self._written + time.monotonic() - self._since - (sign.written or 0.0)
        if (sign.holder and sign.holder.dead) or age > self._expires:
            self._storage.delete(name)
            return False
        return sign.holder is None or in_the_way(sign.holder.part, self._holder.part)


def in_the_way(one: str, other: str) -> bool:
    """Return whether two parts cannot be made at once: the same, or one of them the whole."""
    return one == other or not one or not other


def wait_for_end(storage: Storage, name: str, seconds: float) -> None:
    """Wait until a claim is gone, or remove it after so many seconds: its maker is dead then."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        sign = read_sign(storage, name)
        if sign is None or (sign.holder and sign.holder.dead):
            break
        time.sleep(POLL)
    storage.delete(name)


def _require_back(storage: Storage, name: str, content: bytes) -> None:
    back = None
    with suppress(FileNotFoundError):
        back = storage.read(name)
    if back == content:
        return
    with suppress(OSError, StorageFailed):
        storage.delete(name)
    came = "nothing" if back is None else f"{len(back)} other ones"
    raise StorageFailed(
        f"{storage.where} does not give back what is written to it ({len(content)} bytes went in,"
        f" {came} came back); if it is an S3 server that does not know checksums at the end of a"
        f" request, set {CHECKSUMS_OFF}; else choose another --out"
    )
