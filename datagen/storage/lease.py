"""Who may write to a run folder: a file that its holder writes again and again.

A second run is refused, unless both make slices of it, which have leases of their own. A killed
run's lease ends by itself, at once on the machine it ran on. A run that was taken for dead, and
wakes, finds the other's lease and stops before it writes what the other may have written.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from datagen.storage.base import Storage
from datagen.storage.claims import FolderClaim, wait_for_end
from datagen.storage.holder import Holder, Sign, read_sign, this_process, write_sign
from datagen.types import RunFailed, UserError

logger = logging.getLogger(__name__)

LEASE = ".lease"
RENEW = 15.0
"""Seconds between renewals."""
EXPIRES = 60.0
"""Seconds, by the storage's own clock, after which a lease that nobody renewed is void."""
LOOK = 2.0
"""Seconds between looks at a lease that may be a dead run's."""
TURNS = 20
"""How often a run steps back for another that then does not come in."""
_BOOT = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""A clock that goes on while the machine sleeps."""


class Lease:
    """A lease that this run holds, renewed by a thread of its own."""

    def __init__(self, storage: Storage, name: str, holder: Holder) -> None:
        self._storage, self._name, self._holder = storage, name, holder
        self._renewed = _now_here()
        self._lost = ""
        """Why it is not ours any more."""
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._renew_now_and_then, daemon=True)
        self._thread.start()

    def check(self) -> None:
        """Raise RunFailed if another run has taken the folder over; call before what it may write.

        After a sleep in which the lease may have ended, its file is looked at first.
        """
        if not self._lost and _now_here() - self._renewed > EXPIRES:
            self._try_to_renew()
        if self._lost:
            raise RunFailed(f"{self._storage.where}: {self._lost}")

    def ours(self) -> bool:
        """Look whether the lease is ours at this moment. Raises what a store that fails raises."""
        with self._lock:
            return not self._lost and self._look()

    def release(self) -> None:
        """Give the folder back; where that cannot be done, the lease ends by itself."""
        self._ended.set()
        self._thread.join()
        try:
            found = read_sign(self._storage, self._name)
            if found is not None and found.holder and found.holder.owner == self._holder.owner:
                self._storage.delete(self._name)
        except (OSError, UserError) as error:
            logger.warning("the lease of %s is not given back: %s", self._storage.where, error)

    def _renew_now_and_then(self) -> None:
        while not self._lost and not self._ended.wait(RENEW):
            self._try_to_renew()

    def _try_to_renew(self) -> None:
        try:
            with self._lock:
                start = _now_here()
                if self._look() and _now_here() - start < EXPIRES / 2:
                    write_sign(self._storage, self._name, self._holder)
                    self._renewed = start
        except (OSError, UserError) as error:
            logger.warning("the lease of %s is not renewed: %s", self._storage.where, error)
        except Exception as error:  # a thread that ends in silence would leave us without a lease
            self._lost = f"its lease cannot be renewed ({type(error).__name__}: {error})"

    def _look(self) -> bool:
        """Read the lease; note it if it is another's, or cannot be told whose."""
        found = read_sign(self._storage, self._name)
        if found is None or (found.holder is None and found.empty):
            return True  # removed by hand, or a write of ours that failed halfway
        if found.holder is None:
            self._lost = (
                f"something else has been written to its lease ({self._name}), so that nobody can"
                " tell whose it is; run the same command again, it goes on from here"
            )
        elif found.holder.owner != self._holder.owner:
            self._lost = (
                f"{found.holder.name} has taken over, as this one was not heard of for"
                f" {EXPIRES:g} s; nothing is lost"
            )
        return not self._lost


@contextmanager
def hold(storage: Storage, part: str = "") -> Iterator[Lease]:
    """Hold a run folder, or a slice of it (``part``), or raise UserError saying who does."""
    storage, name = storage.hurried(), f"{LEASE}-{part}" if part else LEASE
    with storage.guard(part) as free:
        if not free:
            raise UserError(_refusal(storage, read_sign(storage, name)))
        holder = this_process(part)
        _enter(storage, name, holder)
        lease = Lease(storage, name, holder)
        try:
            yield lease
        finally:
            lease.release()


def _enter(storage: Storage, name: str, holder: Holder) -> None:
    """Write our lease when nobody else holds one or is about to; raise UserError if one does."""
    for _ in range(TURNS):
        void = {rival: _wait_for_the_dead(storage, rival) for rival in _rivals(storage, holder)}
        claim = FolderClaim(storage, holder, EXPIRES)
        try:
            time.sleep(storage.settle_seconds)
            first = claim.ahead()
            if first is None and _is_alone(storage, holder, void):
                for rival in void.keys() - {name}:
                    storage.delete(rival)
                write_sign(storage, name, holder)
                if claim.stands:
                    return
                storage.delete(name)  # we were so slow that another took us for dead
        finally:
            with suppress(OSError, UserError):
                claim.withdraw()
        if first is not None:
            wait_for_end(storage, first, EXPIRES)
    raise UserError(_refusal(storage, None))


def _rivals(storage: Storage, holder: Holder) -> list[str]:
    """Return the leases there are of what cannot be written beside a part."""
    names = [name for name in storage.names("", hidden=True) if name.startswith(LEASE)]
    return [n for n in names if not holder.part or n in (LEASE, f"{LEASE}-{holder.part}")]


def _is_alone(storage: Storage, holder: Holder, void: dict[str, Sign | None]) -> bool:
    """Return True if no lease has come or was renewed since those that are void were looked at.

    Raises UserError if one was. To be called after the claims were looked at: what was a claim
    before, and is none any more, is a lease by now.
    """
    for rival in _rivals(storage, holder):
        found = read_sign(storage, rival)
        if found is None or found == void.get(rival):
            continue
        if found.holder is None or not found.holder.dead:
            raise UserError(_refusal(storage, found))
    return True


def _wait_for_the_dead(storage: Storage, name: str) -> Sign | None:
    """Return a lease that is void; raise UserError as soon as its holder is known to live.

    A holder on this machine lives if its process does; one elsewhere, if it renews. So does who
    has written what cannot be read.
    """
    found = read_sign(storage, name)
    if found is None or found.written is None or (found.holder and found.holder.dead):
        return found
    if found.holder and found.holder.here:
        raise UserError(_refusal(storage, found))
    start = time.monotonic()
    age = max(0.0, _now(storage) - found.written)  # a clock may have been set back since
    if age < EXPIRES:
        who = found.holder.name if found.holder else "another run (its lease cannot be read)"
        logger.warning(
            "%s: %s held it %.0f s ago; waiting for its next sign", storage.where, who, age
        )
    while age + time.monotonic() - start < EXPIRES:
        time.sleep(LOOK)
        if storage.written(name) != found.written:
            later = read_sign(storage, name)
            if later is None:  # given back, or NFS shows none while it is replaced
                time.sleep(LOOK)
                later = read_sign(storage, name)
            if later is None:
                return None
            raise UserError(_refusal(storage, later))
    return found


def _refusal(storage: Storage, found: Sign | None) -> str:
    who = found.holder.name if found and found.holder else "another run"
    return (
        f"{storage.where} is being written by {who}; wait for it, or choose another --out (if it"
        f" dies, it lets go within {EXPIRES:g} s)"
    )


def _now(storage: Storage) -> float:
    """Return the storage's time in seconds: when it says that a new file was written."""
    probe = f".clock-{secrets.token_hex(4)}"
    with storage.write(probe) as file:
        file.write(b"what time is it?")
    written = storage.written(probe)
    storage.delete(probe)
    assert written is not None
    return written


def _now_here() -> float:
    return time.clock_gettime(_BOOT)
