"""Who speaks when in a run's dialogues, by the words of its shards, to be fitted to.

    RUN/shards, or tokens --read_run_spells--> {dialogue: [Spell]}

Backchannels are left out: they take no floor.
"""

from __future__ import annotations

from typing import Any

from datagen.audio.vad import Spell
from datagen.storage import Where
from datagen.storage.run_folder import SHARDS, RunFolder
from datagen.timing.recordings import Recorded
from datagen.types import UserError

_COLUMNS = ("dialog_id", "words", "turns")


def read_run_spells(run: Where) -> Recorded:
    """Return the speech of all dialogues of a run. Raises UserError if it has none yet."""
    folder = RunFolder(run)
    recorded = Recorded()
    for name in _files(folder):
        for row in folder.read(name, _COLUMNS).to_pylist():
            recorded.conversations[row["dialog_id"]] = _spells(row)
    if not recorded.conversations:
        raise UserError(f"{folder.where} has no dialogues yet; give a finished run, or recordings")
    return recorded


def _files(folder: RunFolder) -> list[str]:
    """Return the shards that are there, or of a run that has none yet its tokens."""
    for stage in (SHARDS, "tokens"):
        names = sorted(folder.storage.names(stage))
        if found := [f"{stage}/{name}" for name in names if name.endswith(".parquet")]:
            return found
    return []


def _spells(row: dict[str, Any]) -> list[Spell]:
    onsets = [turn["onset"] for turn in row["turns"]]
    return [
        Spell(word["speaker"], word["start"], word["end"])
        for word in row["words"]
        if onsets[word["turn"]] != "backchannel"
    ]
