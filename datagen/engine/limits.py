"""Whether this machine's limits on processes (ulimit) leave room for a private Ray.

Login nodes of clusters and containers have low ones; Ray's processes abort then, or hang, with a
trace of their own and no word of the limit.
"""

from __future__ import annotations

import math
import os
import resource
from contextlib import suppress
from dataclasses import dataclass

from datagen.types import UserError


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit, and the least with which a small run comes to its end."""

    number: int
    least: int
    flag: str
    """What the shell's ulimit calls it."""
    what: str
    unit: int = 1
    """What the shell counts it in."""


LIMITS = (
    Limit(resource.RLIMIT_NOFILE, 512, "-n", "open files"),
    Limit(resource.RLIMIT_NPROC, 512, "-u", "processes and threads"),
    Limit(resource.RLIMIT_AS, 3 * 2**30, "-v", "kB of addresses", 1024),
)


def require_room() -> None:
    """Raise UserError if a limit is too low for Ray, and may not be raised by us."""
    low = [(limit, have) for limit in LIMITS if (have := _allowed(limit)) < limit.least]
    if not low:
        return
    allowed = " and ".join(f"{have / one.unit:,.0f} {one.what}" for one, have in low)
    remedy = " and ".join(f"ulimit {one.flag} {one.least // one.unit}" for one, _ in low)
    raise UserError(
        f"cannot start Ray on this machine: no more than {allowed} are allowed here, which are too"
        f" few; allow more ({remedy}, or who runs the machine does), or run it in a job of the"
        " batch system and not on a login node"
    )


def _allowed(limit: Limit) -> float:
    """Return how much a process may have, raised to what it may ask for if that is too little."""
    if limit.number == resource.RLIMIT_NPROC and os.geteuid() == 0:
        return math.inf  # it does not hold for root
    soft, hard = resource.getrlimit(limit.number)
    for more in (hard, limit.least):
        if _size(soft) < limit.least <= _size(hard):
            with suppress(ValueError, OSError):  # macOS: files are not without any limit
                resource.setrlimit(limit.number, (more, hard))
                soft = more
    return _size(soft)


def _size(number: int) -> float:
    return math.inf if number == resource.RLIM_INFINITY else number
