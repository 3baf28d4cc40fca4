"""Who may write to a run folder: a file that its holder writes again and again.

A second run is refused, unless both make slices of it, which have leases of their own. A killed
run's lease ends by itself, at once on the machine it ran on.
If two runs should slip through (object stores here have no "create unless it exists"), both make
the same bytes under the same names, and one of them stops at its next renewal.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from datagen.storage.base import Storage
from datagen.types import Record, RunFailed, UserError

logger = logging.getLogger(__name__)

LEASE = ".lease"
RENEW = 15.0
"""Seconds between renewals."""
EXPIRES = 60.0
"""Seconds, by the storage's own clock, after which a lease that nobody renewed is void."""
LOOK = 2.0
"""Seconds between looks at a lease that may be a dead run's."""


class Holder(Record):
    """Who holds a lease."""

    owner: str
    """Drawn anew for each run."""
    host: str
    boot: str
    """Of the machine, so that processes of equal numbers are told apart."""
    pid: int
    since: str
    """When the process started, in the kernel's ticks."""


class Lease:
    """A lease that this run holds, renewed by a thread of its own."""

    def __init__(self, storage: Storage, name: str, holder: Holder) -> None:
        self._storage, self._name, self._holder = storage, name, holder
        self._taken_by: Holder | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._renew_now_and_then, daemon=True)
        self._thread.start()

    def check(self) -> None:
        """Raise RunFailed if another run has taken the folder over; call now and then."""
        if self._taken_by is not None:
            raise RunFailed(
                f"{self._storage.where}: {_name(self._taken_by)} has taken over, as this one was"
                f" not heard of for {EXPIRES:g} s; nothing is lost"
            )

    def release(self) -> None:
        """Give the folder back; where that cannot be done, the lease ends by itself."""
        self._ended.set()
        self._thread.join()
        try:
            found = _read(self._storage, self._name)
            if found is not None and found.owner == self._holder.owner:
                self._storage.delete(self._name)
        except (OSError, UserError) as error:
            logger.warning("the lease of %s is not given back: %s", self._storage.where, error)

    def _renew_now_and_then(self) -> None:
        while not self._ended.wait(RENEW):
            try:
                found = _read(self._storage, self._name)
                if found is not None and found.owner != self._holder.owner:
                    self._taken_by = found
                    return
                _write(self._storage, self._name, self._holder)
            except (OSError, UserError) as error:
                logger.warning("the lease of %s is not renewed: %s", self._storage.where, error)


@contextmanager
def hold(storage: Storage, part: str = "") -> Iterator[Lease]:
    """Hold a run folder, or a slice of it (``part``), or raise UserError saying who does."""
    storage, name = storage.hurried(), f"{LEASE}-{part}" if part else LEASE
    with storage.guard(part) as free:
        if not free:
            raise UserError(_refusal(storage, _read(storage, name)))
        all_of_it = storage.names("", hidden=True)
        for other in [LEASE, name] if part else all_of_it:
            if other.startswith(LEASE):
                _wait_for_the_dead(storage, other)
        holder = _this_process()
        _write(storage, name, holder)
        time.sleep(storage.settle_seconds)
        found = _read(storage, name)
        if found is not None and found.owner != holder.owner:
            raise UserError(_refusal(storage, found))
        lease = Lease(storage, name, holder)
        try:
            yield lease
        finally:
            lease.release()


def _wait_for_the_dead(storage: Storage, name: str) -> None:
    """Return once nobody holds a lease; raise UserError as soon as its holder is known to live.

    A holder on this machine lives if its process does; one elsewhere, if it renews.
    """
    found, seen = _read(storage, name), storage.written(name)
    if found is None or seen is None or _dead(found):
        storage.delete(name)
        return
    if found.boot == _boot() != "":
        raise UserError(_refusal(storage, found))
    start = time.monotonic()
    age = _now(storage) - seen
    logger.warning(
        "%s: %s held it %.0f s ago; waiting for its next sign", storage.where, _name(found), age
    )
    while age + time.monotonic() - start < EXPIRES:
        time.sleep(LOOK)
        now = storage.written(name)
        if now is None:
            return
        if now != seen:
            raise UserError(_refusal(storage, found))
    storage.delete(name)


def _refusal(storage: Storage, found: Holder | None) -> str:
    who = "another run" if found is None else _name(found)
    return (
        f"{storage.where} is being written by {who}; wait for it, or choose another --out (if it"
        f" dies, it lets go within {EXPIRES:g} s)"
    )


def _name(holder: Holder) -> str:
    return f"another run (process {holder.pid} on {holder.host})"


def _read(storage: Storage, name: str) -> Holder | None:
    """Return who holds the lease; what cannot be read is nobody's."""
    try:
        return Holder.model_validate(json.loads(storage.read(name)))
    except (FileNotFoundError, json.JSONDecodeError, ValidationError):
        return None


def _write(storage: Storage, name: str, holder: Holder) -> None:
    with storage.write(name) as file:
        file.write(holder.model_dump_json().encode())


def _now(storage: Storage) -> float:
    """Return the storage's time in seconds: when it says that a new file was written."""
    probe = f".clock-{secrets.token_hex(4)}"
    with storage.write(probe) as file:
        file.write(b"what time is it?")
    written = storage.written(probe)
    storage.delete(probe)
    assert written is not None
    return written


def _this_process() -> Holder:
    pid = os.getpid()
    return Holder(
        owner=secrets.token_hex(8),
        host=socket.gethostname(),
        boot=_boot(),
        pid=pid,
        since=_since(pid) or "",
    )


def _dead(holder: Holder) -> bool:
    """Return whether a holder ran on this machine and is gone."""
    return holder.boot == _boot() != "" and _since(holder.pid) != holder.since


def _boot() -> str:
    """Return what names this machine since it started, and its container; empty if unknown."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}/{(Path('/proc/self/ns/pid')).readlink().name}"
    except OSError:
        return ""


def _since(pid: int) -> str | None:
    """Return when a process of this machine started; None if there is none that runs."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else fields[19]
