"""Finds what a run folder no longer needs, and deletes nothing that is not proven superseded.

    RUN --superseded--> Useless, ...  --(the user agrees)--> delete

The proof is a receipt: a file of another fingerprint than this run's is never read again, and a
temporary file is a dead writer's while the folder is ours. Links are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from datagen.engine.pipeline import ResolvedRecipe
from datagen.engine.run_files import RunFile, read_run
from datagen.storage import Lease, Where
from datagen.storage.run_folder import SHARDS, UNIT_STAGES, RunFolder
from datagen.types import UserError

_UNIT = re.compile(r"\d{6,}\.parquet")
RECORDED = "recorded"
"""What run.json names as the voice of an annotated run."""
_TEMPORARY = re.compile(r"\..+\.tmp")


@dataclass(frozen=True)
class Useless:
    """A file that nothing will read again."""

    name: str
    """Path relative to the run folder."""
    num_bytes: int
    reason: str


class Cleaning:
    """A run folder to be tidied. Use it while `hold` holds the folder."""

    def __init__(self, run: Where) -> None:
        self._folder = RunFolder(run)
        facts = read_run(self._folder)
        self._kind = facts.recipe.kind
        self._fingerprints = _fingerprints(self._folder.where, facts)

    def hold(self) -> AbstractContextManager[Lease]:
        """Keep runs out. Raises UserError if one is at work."""
        return self._folder.lock()

    def useless(self, stems: bool = False) -> list[Useless]:
        """Return all that can go; with ``stems`` also the sound of what is packed into shards."""
        found = [*self._temporary(), *self._superseded()]
        gone = {item.name for item in found}
        more = self._stems() if stems else ()
        return [*found, *(item for item in more if item.name not in gone)]

    def delete(self, items: Iterable[Useless]) -> None:
        """Delete files."""
        for item in items:
            self._folder.storage.delete(item.name)

    def _temporary(self) -> Iterator[Useless]:
        """Yield what killed writers left half-written: none lives while the folder is ours."""
        for place in ("", *UNIT_STAGES, SHARDS):
            for name in self._names(place, hidden=True):
                if _TEMPORARY.fullmatch(name.rpartition("/")[2]):
                    yield self._item(name, "left half-written")

    def _superseded(self) -> Iterator[Useless]:
        """Yield artifacts and shards that another recipe made."""
        shard = re.compile(rf"{re.escape(self._kind)}-\d{{5,}}\.parquet")
        for place in (*UNIT_STAGES, SHARDS):
            ours, pattern = self._fingerprints[place], shard if place == SHARDS else _UNIT
            for name in self._names(place):
                if not pattern.fullmatch(name.rpartition("/")[2]):
                    continue
                receipt = self._folder.receipt(name)
                if receipt is not None and receipt.stage == place and receipt.fingerprint != ours:
                    yield self._item(name, f"made by recipe {receipt.fingerprint}, not {ours}")

    def _stems(self) -> Iterator[Useless]:
        """Yield speech whose tokens are in a sound shard."""
        there = {*self._names("speech")}
        for shard in self._names(SHARDS):
            receipt = self._folder.receipt(shard)
            if receipt is None or receipt.fingerprint != self._fingerprints[SHARDS]:
                continue
            self._folder.prove(shard)
            for key, content in receipt.reads.items():
                stage, _, block = key.partition("/")
                speech = f"speech/{block}.parquet"
                if stage != "tokens" or speech not in there:
                    continue
                tokens = self._folder.receipt(f"{key}.parquet")
                if tokens is not None and tokens.content == content:
                    yield self._item(speech, f"its tokens are in {shard}")

    def _names(self, place: str, hidden: bool = False) -> list[str]:
        """Return the names of the files in a folder that are neither links nor behind one."""
        root = None if "://" in self._folder.where else Path(self._folder.where)
        if root is not None and (root / place).is_symlink():
            return []
        names = [
            f"{place}/{name}" if place else name
            for name in self._folder.storage.names(place, hidden=hidden)
        ]
        return [name for name in names if root is None or not (root / name).is_symlink()]

    def _item(self, name: str, reason: str) -> Useless:
        size = self._folder.storage.load(name, lambda file: int(file.size()))
        return Useless(name, size, reason)


def _fingerprints(where: str, facts: RunFile) -> dict[str, str]:
    """Return each stage's fingerprint, if this code makes what the run is made of."""
    if facts.recipe.speech.use == RECORDED:
        raise UserError(
            f"{where} is annotated: its command keeps what fits and makes the rest anew, and leaves"
            " nothing behind to be cleaned"
        )
    resolved = ResolvedRecipe(facts.recipe)
    if resolved.fingerprint != facts.fingerprint:
        raise UserError(
            f"{where} was made by other code, prompts or backends than are here (fingerprint"
            f" {facts.fingerprint}, here {resolved.fingerprint}), so that nothing of it can be"
            " proven superseded; clean it where it was made, or run it again first"
        )
    return {**resolved.fingerprints, SHARDS: resolved.fingerprint}
