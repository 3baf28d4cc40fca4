"""RTTM: who speaks when, as NIST's and pyannote's tools write it; SPEAKER lines count.

SPEAKER FILE CHANNEL START LENGTH <NA> <NA> NAME [<NA> [<NA>]]
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from datagen.formats.text import numbered_lines, seconds

_FEWEST, _MOST = 8, 10


@dataclass(frozen=True, slots=True)
class RttmTurn:
    """One stretch of a speaker's speech."""

    file: str
    speaker: str
    start: float
    """Seconds, as ``length``."""
    length: float


def read_rttm(text: str) -> Iterator[RttmTurn]:
    """Yield the turns of an RTTM; those of no length are left out. Raises ValueError."""
    for number, line in numbered_lines(text):
        fields = line.split()
        if not fields or fields[0] != "SPEAKER":
            continue
        try:
            if not _FEWEST <= len(fields) <= _MOST:
                raise ValueError(
                    f"it has {len(fields)} fields, not {_FEWEST} to {_MOST}; a name cannot hold"
                    " blanks"
                )
            start, length = seconds(fields[3], "start"), seconds(fields[4], "length")
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from error
        if length:
            yield RttmTurn(fields[1], fields[7], start, length)
