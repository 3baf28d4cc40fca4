"""Dialogues that people marked to be left out of shards, and what a shard says of them.

{number: tags} --of_shard--> those of its blocks --digest--> what its receipt reads under MARKS
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from hashlib import blake2b
from pathlib import Path

from datagen.engine.plan import DIALOGS_PER_BLOCK
from datagen.storage.marks import MarkFile
from datagen.types import DialogId, UserError

MARKS = "marks"
"""Name of the marks among what a shard was made from; absent if none is about the shard."""
MARKED = "marked"
"""Reason of the reject that names a dialogue left out for its marks."""


def read(path: Path, tags: Collection[str], kind: str) -> dict[int, str]:
    """Return the numbers of the dialogues that have one of the tags or verdicts, and which.

    Raises UserError if there is no file of marks.
    """
    if not tags:
        return {}
    if not path.exists():
        raise UserError(f"{path}: there are no marks to leave out by; `datagen view` makes them")
    found = {}
    for text, mark in MarkFile(path).by_id.items():
        dialog_id, said = DialogId.parse(text), sorted(mark.labels & set(tags))
        if said and dialog_id is not None and dialog_id.kind == kind:
            found[dialog_id.number] = ", ".join(said)
    return found


def of_shard(marked: Mapping[int, str], blocks: range) -> dict[int, str]:
    """Return those of a shard's blocks."""
    first, stop = blocks.start * DIALOGS_PER_BLOCK, blocks.stop * DIALOGS_PER_BLOCK
    return {number: tags for number, tags in marked.items() if first <= number < stop}


def digest(marked: Mapping[int, str]) -> str:
    """Return a hash of which dialogues are left out; why is not in it."""
    text = ",".join(map(str, sorted(marked)))
    return blake2b(text.encode(), digest_size=16).hexdigest()
