"""The header of a recording, read without its samples: whether it says how long it is.

Recorders that are cut off leave a size of 0 in a WAV, and 32 bits of it wrap around at 4 GiB. What
libsndfile gives then is a short piece of a long recording, and no error. Nor does it say of a WAV,
AIFF, AU or SPHERE file that broke off, as by a copy, that its end is missing.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import IO, Literal

_LEAST = 1.0
"""Seconds behind the samples that are no metadata and are missed: less may be anything."""
_MISSED = 4_096
"""Bytes of samples whose absence counts: fewer are those of a size that somebody got wrong."""
_NO_SIZE = 1_900_000_000
"""Sizes from here on say nothing: what writes to a pipe does not know how long it will be."""
_SPHERE = re.compile(
    rb"^(sample_count|sample_n_bytes|channel_count) -i (\d{1,12})\s*$", re.MULTILINE
)
_SPHERE_HEADER = 1_024


def require_whole(path: Path) -> None:
    """Raise OSError if a file has more sound than its header says, or less."""
    with path.open("rb") as file:
        head, end = file.read(12), path.stat().st_size
        if head[:4] == b"RIFF" and head[8:] == b"WAVE":
            _check_wav(file, end)
        elif head[:4] == b"FORM" and head[8:] in (b"AIFF", b"AIFC"):
            if (found := _find(file, end, b"SSND", "big")) is not None:
                _require_end(end - found[0], found[1])
        elif head[:4] == b".snd":
            start, size = (int.from_bytes(head[at : at + 4], "big") for at in (4, 8))
            _require_end(end - start, size)
        elif head[:7] == b"NIST_1A":
            header = head + file.read(_SPHERE_HEADER - len(head))
            if b"end_head" not in header:  # libsndfile would guess what stands behind
                raise OSError(f"its header has more than {_SPHERE_HEADER:,} bytes")
            says = {name: int(number) for name, number in _SPHERE.findall(header)}
            if len(says) == 3 and not re.search(rb"sample_coding -s\d+ [^\n]*,", header):
                size = says[b"sample_count"] * says[b"sample_n_bytes"] * says[b"channel_count"]
                _require_end(end - _SPHERE_HEADER, size)


def _check_wav(file: IO[bytes], end: int) -> None:
    found = _find(file, end, b"data", "little")
    if found is None:
        return
    at, size = found
    _require_end(end - at, size)
    form = _find(file, end, b"fmt ", "little")
    rate = 0
    if form is not None:
        file.seek(form[0] + 8)
        rate = int.from_bytes(file.read(4), "little")
    after = at + size + size % 2
    if rate == 0 or end - after < _LEAST * rate or is_followed_by_chunks(file, after, end):
        return
    raise OSError(
        f"its header says {size / rate:.1f} s, but it holds {(end - at) / rate:.1f} s,"
        " as of a recorder that was cut off or a file over 4 GB; mend it: ffmpeg"
        " -ignore_length 1 -i IN.wav OUT.flac"
    )


def _require_end(here: int, size: int) -> None:
    """Raise OSError if so many bytes are too few of those that a header tells of."""
    if size < _NO_SIZE and size - here > _MISSED:
        raise OSError(
            f"it holds {max(0, here) / size:.0%} of the sound that its header tells of, as after a"
            " copy that broke off; copy it anew, or if there is no more: ffmpeg -i IN OUT.flac"
        )


def _find(
    file: IO[bytes], end: int, wanted: bytes, order: Literal["little", "big"]
) -> tuple[int, int] | None:
    """Return where the content of a file's first chunk of a name begins, and its size."""
    at = 12
    while at + 8 <= end:
        name, size = _chunk(file, at, order)
        if name == wanted:
            return at + 8, size
        at += 8 + size + size % 2
    return None


def is_followed_by_chunks(file: IO[bytes], at: int, end: int) -> bool:
    """Return whether all that stands behind a WAV's samples, from ``at`` on, is chunks."""
    while end - at >= 8:
        name, size = _chunk(file, at)
        if not (name.isascii() and name.decode().isprintable()) or at + 8 + size > end:
            return False
        at += 8 + size + size % 2
    return end - at < 2


def _chunk(
    file: IO[bytes], at: int, order: Literal["little", "big"] = "little"
) -> tuple[bytes, int]:
    """Return the name and the size of the chunk at a place, whose content is read next."""
    file.seek(at)
    head = file.read(8)
    return head[:4], int.from_bytes(head[4:], order)
