"""Why a recording cannot be read, in words that help, where the library's own do not."""

from __future__ import annotations

from pathlib import Path

_HEADER = 1024
"""Bytes of a SPHERE header."""


def why_unreadable(path: Path, error: Exception) -> str:
    """Return the library's sentence, or what is to be done with a file of a known kind.

    Telephone corpora of the LDC are SPHERE files compressed with shorten, which libsndfile lacks.
    """
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER)
    except OSError:
        return str(error)
    if header.startswith(b"NIST_1A") and b"shorten" in header:
        return "its samples are compressed with shorten; convert it: sph2pipe -f wav IN.sph OUT.wav"
    return str(error)
