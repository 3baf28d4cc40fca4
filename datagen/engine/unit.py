"""What the engine moves: a unit of work, and what is remembered of one that is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from datagen.engine.plan import DIALOGS_PER_BLOCK
from datagen.storage.run_folder import SHARDS, Receipt
from datagen.types import RunFailed


class Unit(NamedTuple):
    """One piece of work; for shards ``block`` is the shard's number."""

    stage: str
    block: int
    only: int | None = None
    """A trial: just this dialogue of the block, by its place in it, and nothing is written."""

    def __str__(self) -> str:
        """Return the name of its artifact in the run folder, without suffix."""
        name = f"{self.stage}/{self.block:06d}"
        return name if self.only is None else f"{name}, dialogue {self.first + self.only} alone"

    @property
    def first(self) -> int:
        """Return the index of its first dialogue."""
        return self.block * DIALOGS_PER_BLOCK

    @property
    def whole(self) -> Unit:
        """Return the unit of which this is a trial, or itself."""
        return self._replace(only=None)

    def describe(self) -> str:
        """Return its name and its dialogues, for people."""
        if self.stage == SHARDS or self.only is not None:
            return str(self)
        return f"{self} (dialogues {self.first} to {self.first + DIALOGS_PER_BLOCK - 1})"


class Order(NamedTuple):
    """What a worker needs to know to make a unit of its stage."""

    block: int
    parts: tuple[int, ...] = ()
    """Blocks of a shard."""
    scripts: str | None = None
    """What `scripting.corpus.digest` calls the scripts a shard is compared with."""
    only: int | None = None
    """The one dialogue of a trial, as in `Unit`."""
    without: Mapping[int, str] = {}
    """Dialogues to leave out, and why: of a block, by their place in it, those that killed their
    workers; of a shard, by their number, those that people marked."""
    num_dialogs: int | None = None
    """How many dialogues of a block are begun, where the first stage makes a partial block."""


class GaveUp(RunFailed):
    """A unit failed too often, or no worker can start (then ``unit`` is None)."""

    def __init__(self, message: str, unit: Unit | None = None) -> None:
        super().__init__(message)
        self.unit = unit


@dataclass(frozen=True, slots=True)
class Made:
    """What is remembered of a finished unit: small, since a run has tens of thousands."""

    content: str
    rows: int
    num_samples: int
    rejects: int

    @classmethod
    def of(cls, receipt: Receipt) -> Made:
        """Return what to remember of a receipt."""
        return cls(receipt.content, receipt.rows, receipt.num_samples, len(receipt.rejects))
