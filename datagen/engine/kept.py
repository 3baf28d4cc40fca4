"""Dialogues of a unit that is not finished, kept so that a lost worker's work is not lost.

    SpeechStage --put--> RUN/kept/speech-000003/ID.parquet --get--> the worker that comes after

Of backends that say lines of many dialogues together, each batch is kept. They go when the unit's
own file is committed. How many there are tells whether a unit gets on.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

import numpy as np
import pyarrow as pa

from datagen.backends.protocols import BatchKeeper
from datagen.stages.artifacts import CLIPS
from datagen.stages.base import DialogKeeper, DialogTable
from datagen.storage.run_folder import Damaged, RunFolder
from datagen.types import Audio, Reject

FOLDER = "kept"
BATCH = "batch-"
"""How the name of a kept batch begins."""


def folder_of(stage: str, block: int) -> str:
    """Return the folder with the kept dialogues of a unit."""
    return f"{FOLDER}/{stage}-{block:06d}"


def num_dialogs(folder: RunFolder, stage: str, block: int) -> int:
    """Return how many dialogues of a unit are kept."""
    names = folder.storage.names(folder_of(stage, block))
    return sum(not name.startswith(BATCH) for name in names)


class KeptDialogues(DialogKeeper, BatchKeeper):
    """The dialogues of one unit. ``key`` names what they were made of and how."""

    def __init__(self, folder: RunFolder, stage: str, block: int, key: str) -> None:
        self._folder = folder
        self._place = folder_of(stage, block)
        self._key = key

    def get(self, dialog_id: str) -> DialogTable | Reject | None:
        """Return what was made of a dialogue before; None if nothing, or of something else."""
        name = f"{self._place}/{dialog_id}.parquet"
        said = self._folder.metadata(name)
        if said is None or said.get("key") != self._key:
            return None
        if said["reject"] is not None:
            return Reject.model_validate(said["reject"])
        try:
            return self._folder.read(name)
        except Damaged:
            return None

    def put(self, dialog_id: str, made: DialogTable | Reject) -> None:
        """Keep what was made of a dialogue."""
        name = f"{self._place}/{dialog_id}.parquet"
        if isinstance(made, Reject):
            said = {"key": self._key, "reject": made.model_dump()}
            self._folder.commit(name, CLIPS.empty_table(), said)
        else:
            self._folder.commit(name, made, {"key": self._key, "reject": None})

    def sounds(self, what: object, make: Callable[[], list[Audio]]) -> list[Audio]:
        """Return the sounds [S] of a batch that ``what``, by its repr, decides; made if need be."""
        name = blake2b(repr(what).encode(), digest_size=16).hexdigest()
        path = f"{self._place}/{BATCH}{name}.parquet"
        said = self._folder.metadata(path)
        if said is not None and said.get("key") == self._key:
            try:
                rows = self._folder.read(path).column("sound").to_pylist()
                return [np.frombuffer(row or b"", np.float32).copy() for row in rows]
            except Damaged:
                pass  # it is made anew
        made = make()
        samples = [np.ascontiguousarray(sound, np.float32).tobytes() for sound in made]
        table = pa.table({"sound": pa.array(samples, pa.binary())})
        self._folder.commit(path, table, {"key": self._key})
        return made

    def clear(self) -> None:
        """Delete them: the unit is committed."""
        for name in self._folder.storage.names(self._place):
            self._folder.storage.delete(f"{self._place}/{name}")
