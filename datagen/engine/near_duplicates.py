"""Which dialogues of a run are near-duplicates, found once and kept from shard to shard.

    sketches of script/000000, script/000001 ... --Duplicates--> dialogue id -> Twin

A packing worker keeps one, so that a run reads each sketch once however many shards it packs.
"""

from __future__ import annotations

from typing import NamedTuple

from datagen.engine.plan import BLOCKS_PER_SHARD
from datagen.scripting.corpus import digest
from datagen.scripting.corpus.minhash import Index
from datagen.storage.run_folder import Damaged, RunFolder


class Twin(NamedTuple):
    """The first earlier dialogue that one is like."""

    dialog_id: str
    likeness: float
    """Estimated Jaccard similarity of their words."""


class Duplicates:
    """The near-duplicates among the scripts of the first blocks of a run."""

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self._forget()

    def _forget(self) -> None:
        self.twins: dict[str, Twin] = {}
        self._index = Index()
        self._ids: list[str] = []
        self._names = [digest.START]

    def upto(self, blocks: int, name: str | None = None) -> str:
        """Know all duplicates of the first ``blocks`` blocks; return what these scripts are called.

        If they are not called ``name``, some were made anew: then all are read again.
        """
        self._read(blocks)
        if name not in (None, self._names[blocks]):
            self._forget()
            self._read(blocks)
        return self._names[blocks]

    def _read(self, blocks: int) -> None:
        while (first := len(self._names) - 1) < blocks:
            self._add(range(first, min(blocks, first + BLOCKS_PER_SHARD)))

    def _add(self, blocks: range) -> None:
        """Compare the scripts of some more blocks with all before them, and with each other."""
        names, ids, sketches = self._names[-1:], list[str](), list[bytes]()
        for block in blocks:
            name = self._folder.unit("script", block)
            receipt = self._folder.awaited(name)
            if receipt is None:
                raise Damaged(name, "it has no receipt")
            table = self._folder.read(name, ["dialog_id", "sketch"])
            names.append(digest.follow(names[-1], receipt.content))
            for row in table.to_pylist():
                ids.append(row["dialog_id"])
                sketches.append(row["sketch"])
        start = len(self._ids)
        self._ids += ids
        self._names += names[1:]
        for place, other in enumerate(self._index.add(sketches), start):
            if other is not None:
                likeness = self._index.likeness(place, other)
                self.twins[self._ids[place]] = Twin(self._ids[other], likeness)
