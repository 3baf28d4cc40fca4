"""Recordings that transcripts or tables name and that have no sound: counted, and said.

file, name --Soundless--> one sentence; UserError if no name has sound
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from datagen.types import UserError


class Soundless:
    """What the files of a folder say of recordings, by whether their sound is there."""

    def __init__(self) -> None:
        self._heard = False
        self._names: dict[str, Path] = {}

    def note(self, file: Path, name: str, call_id: str | None) -> None:
        """Remember that ``file`` names a recording, and of which call that is, if of any."""
        if call_id is not None:
            self._heard = True
        else:
            self._names.setdefault(name, file)

    def check(self, folders: Sequence[Path]) -> None:
        """Raise UserError if recordings are named and none of them has sound."""
        if self._names and not self._heard:
            raise UserError(
                f"{', '.join(map(str, folders))}: {self._told()}, nor has any that is named there;"
                " call each sound file like its recording, or move these files away"
            )

    def sentences(self) -> tuple[str, ...]:
        """Return what is left unused, in one sentence, or nothing."""
        return (f"not used: {self._told()}",) if self._names else ()

    def _told(self) -> str:
        name, file = next(iter(self._names.items()))
        if len(self._names) == 1:
            return f"{name} in {file.name} has no sound here"
        return f"{len(self._names):,} recordings have no sound here, such as {name} in {file.name}"
