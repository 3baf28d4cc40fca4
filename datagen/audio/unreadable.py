"""Why a recording cannot be read, in words that help, where the library's own do not."""

from __future__ import annotations

import re
from pathlib import Path

_HEADER = 1024
"""Bytes of a SPHERE header."""
_END = b"end_head"
_LONGEST = 2**16
"""Bytes of a header that are looked at: its second line says how many there are."""
_CODING = re.compile(rb"^sample_coding -s\d+ ([\x21-\x7e]+)", re.MULTILINE)
_APART = re.compile(rb"^channels_interleaved -s\d+ FALSE", re.MULTILINE)
_SHORTEN = "its samples are compressed with shorten; convert it: "


def why_unreadable(path: Path, error: Exception) -> str:
    """Return the library's sentence, or what is to be done with a file of a known kind.

    Telephone corpora of the LDC are SPHERE files compressed with shorten, which libsndfile lacks.
    """
    try:
        with path.open("rb") as file:
            header = file.read(_LONGEST)
    except OSError:
        return str(error)
    if header.startswith(b"ajkg"):
        return f"{_SHORTEN}ffmpeg -i IN.shn OUT.flac"
    return (_of_sphere(header) if header.startswith(b"NIST_1A") else "") or str(error)


def _of_sphere(data: bytes) -> str:
    """Return what is wrong with a SPHERE file, "" if nothing that is known."""
    said = data[8:16].strip()
    size = int(said) if said.isdigit() else _HEADER
    header = data[:size]
    found = _CODING.search(header)
    coding = found[1].decode("ascii") if found else ""
    if "shorten" in coding:
        return f"{_SHORTEN}sph2pipe -f wav IN.sph OUT.wav"
    if "," in coding:
        return f"its samples are compressed ({coding}); convert it: w_decode -o pcm IN.sph OUT.sph"
    if _APART.search(header):
        return "its channels stand one behind the other; have them interleaved"
    if size != _HEADER and _END not in data[:_HEADER]:
        return f"its header has {size:,} bytes, not 1,024; convert it: ffmpeg -i IN.sph OUT.wav"
    return ""
