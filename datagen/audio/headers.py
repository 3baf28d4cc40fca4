"""The header of a recording, read without its samples: whether it says how long it is.

Recorders that are cut off leave a size of 0 in a WAV, and 32 bits of it wrap around at 4 GiB. What
libsndfile gives then is a short piece of a long recording, and no error. Nor does it say of a WAV,
RF64, W64, AIFF, AU, SPHERE or MP3 file that broke off, as by a copy, that its end is missing. (Of
FLAC it does; Ogg has no header that says how long it is.)
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import IO, Literal

_LEAST = 1.0
"""Seconds behind the samples that are no metadata and are missed: less may be anything."""
_MISSED = 4_096
"""Bytes of samples whose absence counts: fewer are those of a size that somebody got wrong."""
_NO_SIZE, _NO_LONG_SIZE = 1_900_000_000, 2**48
"""Sizes of 32 and 64 bits from which on they say nothing: what writes to a pipe does not know how
long it will be."""
_SPHERE = re.compile(
    rb"^(sample_count|sample_n_bytes|channel_count) -i (\d{1,12})\s*$", re.MULTILINE
)
_SPHERE_HEADER = 1_024
_W64_CHUNK = 24
"""Bytes of the head of a chunk of Sony Wave64, which its size counts: a GUID and the size."""
_MP3_TAG = re.compile(rb"(?:Xing|Info)\0\0\0([\x02\x03\x06\x07\x0a\x0b\x0e\x0f])", re.DOTALL)
"""What an encoder writes into the first frame of an MP3 file, with its size in bytes."""
_MP3_FRAME = 2_048
"""Bytes of the longest frame, and some."""


def require_whole(path: Path) -> None:
    """Raise OSError if a file has more sound than its header says, or less."""
    with path.open("rb") as file:
        head, end = file.read(12), path.stat().st_size
        check = next((check for form, check in _CHECKS if form.match(head)), None)
        if check is not None:
            check(file, end)


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


def _check_aiff(file: IO[bytes], end: int) -> None:
    if (found := _find(file, end, b"SSND", "big")) is not None:
        _require_end(end - found[0], found[1])


def _check_au(file: IO[bytes], end: int) -> None:
    file.seek(4)
    start, size = (int.from_bytes(file.read(4), "big") for _ in range(2))
    _require_end(end - start, size)


def _check_sphere(file: IO[bytes], end: int) -> None:
    file.seek(0)
    header = file.read(_SPHERE_HEADER)
    if b"end_head" not in header:  # libsndfile would guess what stands behind
        raise OSError(f"its header has more than {_SPHERE_HEADER:,} bytes")
    says = {name: int(number) for name, number in _SPHERE.findall(header)}
    if len(says) == 3 and not re.search(rb"sample_coding -s\d+ [^\n]*,", header):
        size = says[b"sample_count"] * says[b"sample_n_bytes"] * says[b"channel_count"]
        _require_end(end - _SPHERE_HEADER, size)


def _check_rf64(file: IO[bytes], end: int) -> None:
    if (found := _find(file, end, b"data", "little")) is not None:
        file.seek(28)
        _require_end(end - found[0], int.from_bytes(file.read(8), "little"), _NO_LONG_SIZE)


def _check_w64(file: IO[bytes], end: int) -> None:
    at = 40
    while at + _W64_CHUNK <= end:
        file.seek(at)
        head = file.read(_W64_CHUNK)
        size = int.from_bytes(head[16:], "little")
        if head[:4] == b"data" or size < _W64_CHUNK:
            _require_end(end - at, size, _NO_LONG_SIZE)
            return
        at += size + -size % 8


def _check_mp3(file: IO[bytes], end: int) -> None:
    file.seek(0)
    head = file.read(10)
    at = 0
    if head[:3] == b"ID3":
        for byte in head[6:10]:  # seven bits of each
            at = at * 128 + byte
        at += 10
    file.seek(at)
    found = _MP3_TAG.search(file.read(_MP3_FRAME))
    if found is not None:
        file.seek(at + found.end() + 4 * (found[1][0] & 1))  # the number of frames is before it
        _require_end(end - at, int.from_bytes(file.read(4), "big"))


_CHECKS: tuple[tuple[re.Pattern[bytes], Callable[[IO[bytes], int], None]], ...] = (
    (re.compile(rb"RIFF....WAVE", re.DOTALL), _check_wav),
    (re.compile(rb"RF64|BW64"), _check_rf64),
    (re.compile(rb"FORM....AIF[FC]", re.DOTALL), _check_aiff),
    (re.compile(rb"\.snd"), _check_au),
    (re.compile(rb"NIST_1A"), _check_sphere),
    (re.compile(rb"riff"), _check_w64),
    (re.compile(rb"ID3|\xff[\xe0-\xff]"), _check_mp3),
)
"""How a file of each form is checked, by how it begins."""


def _require_end(here: int, size: int, no_size: int = _NO_SIZE) -> None:
    """Raise OSError if so many bytes are too few of those that a header tells of."""
    if size < no_size and size - here > _MISSED:
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
