"""The chunks of a WAV file, read without its samples: whether its header says how long it is.

Recorders that are cut off leave a size of 0 there, and 32 bits of it wrap around at 4 GiB. What
libsndfile gives then is a short piece of a long recording, and no error.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO

_LEAST = 1.0
"""Seconds behind the samples that are no metadata and are missed: less may be anything."""


def require_whole(path: Path) -> None:
    """Raise OSError if a WAV file has more sound than its header says."""
    with path.open("rb") as file:
        head = file.read(12)
        if head[:4] != b"RIFF" or head[8:] != b"WAVE":
            return
        end, at, rate = path.stat().st_size, 12, 0
        while at + 8 <= end:
            name, size = _chunk(file, at)
            if name == b"fmt ":
                rate = int.from_bytes(file.read(12)[8:12], "little")
            if name == b"data":
                break
            at += 8 + size + size % 2
        else:
            return
        after = at + 8 + size + size % 2
        if rate == 0 or end - after < _LEAST * rate or is_followed_by_chunks(file, after, end):
            return
        raise OSError(
            f"its header says {size / rate:.1f} s, but it holds {(end - at - 8) / rate:.1f} s,"
            " as of a recorder that was cut off or a file over 4 GB; mend it: ffmpeg"
            " -ignore_length 1 -i IN.wav OUT.flac"
        )


def is_followed_by_chunks(file: IO[bytes], at: int, end: int) -> bool:
    """Return whether all that stands behind a WAV's samples, from ``at`` on, is chunks."""
    while end - at >= 8:
        name, size = _chunk(file, at)
        if not (name.isascii() and name.decode().isprintable()) or at + 8 + size > end:
            return False
        at += 8 + size + size % 2
    return end - at < 2


def _chunk(file: IO[bytes], at: int) -> tuple[bytes, int]:
    """Return the name and the size of the chunk at a place, whose content is read next."""
    file.seek(at)
    head = file.read(8)
    return head[:4], int.from_bytes(head[4:], "little")
