"""What disks that are mounted over a network do otherwise than a disk of this machine.

They can go away, may not answer who asks for a lock, and show late what other machines wrote.
"""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from datagen.storage import requests
from datagen.storage.base import StorageFailed

logger = logging.getLogger(__name__)

LATE = 60.0
"""Seconds for which such a disk may not show a file that is there (NFS: acdirmax)."""
LOCKING = 20.0
"""Seconds in which a disk must say whether somebody may have a lock."""
POLL = 0.05
"""Seconds between looks at a lock that another holds."""
_AWAY = (
    errno.ENOTCONN, errno.ESTALE, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ENETUNREACH,
    errno.ETIMEDOUT, errno.ESHUTDOWN, errno.ECONNABORTED, errno.ECONNRESET, errno.ENODEV,
    errno.ENXIO,
)  # fmt: skip
"""What is said of a disk whose server, or whose program here (FUSE), is gone."""
_NO_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.ESTALE)
"""What network disks say to who wants a lock, and have none."""
_OF_THIS_MACHINE = frozenset((
    "apfs", "bcachefs", "btrfs", "exfat", "ext2", "ext3", "ext4", "f2fs", "jfs", "ntfs3", "overlay",
    "ramfs", "reiserfs", "tmpfs", "vfat", "xfs", "zfs",
))  # fmt: skip
"""File systems, as Linux calls them, that no other machine writes to."""
_MOUNTS = Path("/proc/self/mounts")


@contextmanager
def there(where: str) -> Iterator[None]:
    """Raise StorageFailed for an error of a disk that has gone, whatever file it is of."""
    try:
        yield
    except OSError as error:
        if error.errno not in _AWAY:
            raise
        raise StorageFailed(
            f"{where}: its disk has gone ({os.strerror(error.errno)}); have it mounted again and"
            " run the same command again, it goes on from here"
        ) from error


@contextmanager
def locked(path: Path, seconds: float = 0.0) -> Iterator[bool]:
    """Hold a lock that a kill releases; False if another holds it for so many seconds.

    Where a disk has no locks, or does not answer who asks for one, everybody comes in: a file that
    stands for a lock would stay when a machine dies.
    """
    number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        free = requests.call(lambda: _lock(number, seconds), seconds + LOCKING)
    except OSError as error:
        if error.errno is None:  # nobody says how long; the thread that asks still needs the number
            logger.warning(
                "%s: its disk has not answered for %g s whether it may be locked; going on without",
                path.parent, seconds + LOCKING,
            )  # fmt: skip
            yield True
            return
        os.close(number)
        if error.errno not in _NO_LOCKS:
            raise
        yield True
        return
    try:
        yield free
    finally:
        os.close(number)  # which releases it


def _lock(number: int, seconds: float) -> bool:
    """Lock an open file; return False if another holds it for so many seconds."""
    until = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            if time.monotonic() >= until:
                return False
            time.sleep(POLL)
        else:
            return True


def lateness(folder: Path) -> float:
    """Return for how many seconds a folder may not show what another machine wrote into it."""
    try:
        mounts = [line.split() for line in _MOUNTS.read_text(errors="replace").splitlines()]
    except OSError:
        return 0.0  # not Linux, where no cluster runs
    kinds = {_unescaped(fields[1]): fields[2] for fields in mounts if len(fields) > 2}
    for place in (folder, *folder.parents):
        if (kind := kinds.get(str(place))) is not None:
            return 0.0 if kind in _OF_THIS_MACHINE else LATE
    return 0.0


def _unescaped(name: str) -> str:
    """Return a mount point's name, in which blanks are written as octal numbers."""
    return name.replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\")
