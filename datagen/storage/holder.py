"""Who holds a run folder: a process, told apart from all others, and whether it still lives.

Holder --write_sign--> a hidden file of the folder --read_sign--> Sign, or None if absent
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import time
from dataclasses import dataclass
from pathlib import Path

from datagen.storage.base import Storage
from datagen.types import Record

AGAIN, PAUSE = 8, 0.25
"""How often a file that says nothing is read again, after so many seconds: some stores (Azure)
show an empty object before they show what is written to it."""
LONGEST = 2**16
"""Bytes that are looked at: what a run writes is a few hundred."""


class Holder(Record):
    """Who holds a lease, or claims one."""

    owner: str
    """Drawn anew for each run."""
    host: str
    boot: str
    """Boot id of the machine, so that processes of equal numbers are told apart."""
    pid: int
    since: str
    """When the process started, in the kernel's ticks."""
    part: str = ""
    """Which slice it makes; empty for the whole run."""

    @property
    def here(self) -> bool:
        """Whether it is, or was, a process of this machine."""
        return self.boot == _boot() != ""

    @property
    def dead(self) -> bool:
        """Whether it ran on this machine and is gone."""
        return self.here and _since(self.pid) != self.since

    @property
    def name(self) -> str:
        """What messages call it, in characters that a terminal shows and does not obey."""
        host = "".join(c if c.isprintable() else "?" for c in self.host[:80])
        return f"another run (process {self.pid} on {host})"


@dataclass(frozen=True)
class Sign:
    """What was found in a lease or a claim."""

    holder: Holder | None
    """None if it cannot be read."""
    empty: bool
    written: float | None
    """When it was written, in seconds of the storage's clock."""


def read_sign(storage: Storage, name: str) -> Sign | None:
    """Return what a file says, read again while it says nothing; None if there is none."""
    for attempt in range(AGAIN):
        written = storage.written(name)
        try:
            content = storage.load(name, lambda file: bytes(file.read(LONGEST)))
        except FileNotFoundError:
            return None
        holder = _parse(content)
        if holder is not None or attempt == AGAIN - 1:
            break
        time.sleep(PAUSE)
    return Sign(holder, not content.strip(), written)


def write_sign(storage: Storage, name: str, holder: Holder) -> bytes:
    """Write who holds or claims; return the bytes written."""
    content = holder.model_dump_json().encode()
    with storage.write(name) as file:
        file.write(content)
    return content


def _parse(content: bytes) -> Holder | None:
    try:
        return Holder.model_validate(json.loads(content))
    except (ValueError, RecursionError):
        return None


def this_process(part: str = "") -> Holder:
    """Return a new holder: this process."""
    pid = os.getpid()
    return Holder(
        owner=secrets.token_hex(8),
        host=socket.gethostname(),
        boot=_boot(),
        pid=pid,
        since=_since(pid) or "",
        part=part,
    )


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
