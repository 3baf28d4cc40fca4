"""Which units are ready, running and done, and how often one may fail. Knows nothing of Ray.

    script/k -> speech/k -> timeline/k -> tokens/k ;  tokens/64p .. tokens/64p+63 -> shards/p

A unit is (stage, block). It is ready when all it reads is done; it is done when its file is.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from datagen.plan import BLOCKS_PER_SHARD, DIALOGS_PER_BLOCK
from datagen.store import SHARDS, Receipt
from datagen.types import RunFailed

TRIES = 3
"""How often a unit may raise."""
TRIES_LOST = 9
"""How often a unit may lose its worker: machines fail more than code does."""


class Unit(NamedTuple):
    """One piece of work; for shards ``block`` is the shard's number."""

    stage: str
    block: int

    def __str__(self) -> str:
        """Return the name of its artifact in the run folder, without suffix."""
        return f"{self.stage}/{self.block:06d}"


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


class Flow:
    """The state of a run. ``reads`` gives each stage's upstream stages, in the line's order."""

    def __init__(self, reads: Mapping[str, tuple[str, ...]], blocks: int) -> None:
        self.reads = dict(reads)
        self.stages = (*self.reads, SHARDS)
        self.last = self.stages[-2]
        self.blocks = blocks
        self.final = False
        """Whether no more blocks will come, so that a partial shard may be packed."""
        self.done: dict[str, dict[int, Made]] = {stage: {} for stage in self.stages}
        self.resumed: Counter[str] = Counter()
        self._queue: dict[str, deque[int]] = {stage: deque() for stage in self.stages}
        self._taken: dict[str, set[int]] = {stage: set() for stage in self.stages}
        self._tries: Counter[Unit] = Counter()

    def resume(self, stage: str, receipts: Mapping[int, Receipt], fingerprint: str) -> None:
        """Accept the artifacts that are still good; call for each stage, upstream first."""
        for block, receipt in receipts.items():
            if receipt.fingerprint == fingerprint and receipt.reads == self.expected_reads(
                Unit(stage, block)
            ):
                self.done[stage][block] = Made.of(receipt)
                self.resumed[stage] += 1

    def expected_reads(self, unit: Unit) -> dict[str, str] | None:
        """Return the content hashes a unit would read now; None if something is not done."""
        if unit.stage == SHARDS:
            parts = [Unit(self.last, block) for block in self.parts(unit.block)]
        else:
            parts = [Unit(stage, unit.block) for stage in self.reads[unit.stage]]
        if any(part.block not in self.done[part.stage] for part in parts):
            return None
        return {str(part): self.done[part.stage][part.block].content for part in parts}

    def parts(self, shard: int) -> range:
        """Return the blocks of a shard."""
        start = shard * BLOCKS_PER_SHARD
        return range(start, min(start + BLOCKS_PER_SHARD, self.blocks))

    @property
    def shards(self) -> int:
        """How many shards there are, a partial last one included."""
        return -(-self.blocks // BLOCKS_PER_SHARD)

    def start(self) -> None:
        """Queue everything that is ready."""
        for stage in self.reads:
            for block in range(self.blocks):
                self._offer(Unit(stage, block))
        for shard in range(self.shards):
            self._offer(Unit(SHARDS, shard))

    def extend(self, blocks: int) -> None:
        """Add blocks at the end."""
        first, self.blocks = self.blocks, self.blocks + blocks
        root = self.stages[0]
        for block in range(first, self.blocks):
            self._offer(Unit(root, block))

    def finalise(self) -> None:
        """Say that no more blocks will come."""
        self.final = True
        for shard in range(self.shards):
            self._offer(Unit(SHARDS, shard))

    def take(self, stage: str) -> Unit | None:
        """Return a ready unit of a stage, lowest block first, or None."""
        if not self._queue[stage]:
            return None
        return Unit(stage, self._queue[stage].popleft())

    def backlog(self, stage: str) -> int:
        """Return how many units of a stage are ready."""
        return len(self._queue[stage])

    def finish(self, unit: Unit, receipt: Receipt) -> None:
        """Record a unit's artifact, and queue what it makes ready."""
        self._taken[unit.stage].discard(unit.block)
        self.done[unit.stage][unit.block] = Made.of(receipt)
        for stage, upstream in self.reads.items():
            if unit.stage in upstream:
                self._offer(Unit(stage, unit.block))
        if unit.stage == self.last:
            self._offer(Unit(SHARDS, unit.block // BLOCKS_PER_SHARD))

    def retry(self, unit: Unit, reason: str, *, lost: bool = False) -> None:
        """Queue a failed unit again, or raise GaveUp; ``lost``: its worker is gone."""
        self._tries[unit] += 1
        if self._tries[unit] >= (TRIES_LOST if lost else TRIES):
            message = f"{unit}{_ids(unit)} failed {self._tries[unit]} times, last: {reason}"
            raise GaveUp(message, unit)
        self._queue[unit.stage].appendleft(unit.block)

    def redo(self, damaged: Unit, reader: Unit, reason: str) -> None:
        """Make an upstream unit anew because ``reader`` could not read its file."""
        self._tries[damaged] += 1
        if self._tries[damaged] >= TRIES:
            message = f"{damaged} was made {self._tries[damaged]} times and is damaged: {reason}"
            raise GaveUp(message, damaged)
        self.done[damaged.stage].pop(damaged.block, None)
        self._taken[reader.stage].discard(reader.block)
        self._offer(damaged)

    def complete(self, stage: str) -> bool:
        """Return whether nothing of a stage is left for now, so that its workers may go."""
        if stage == SHARDS:
            return self.final and self.left(SHARDS) == 0
        return self.left(stage) == 0

    def left(self, stage: str) -> int:
        """Return how many units of a stage are not done, of those planned so far."""
        planned = self.shards if stage == SHARDS else self.blocks
        return max(0, planned - len(self.done[stage]))

    @property
    def encoded(self) -> bool:
        """Whether the last stage has made every block planned so far."""
        return self.complete(self.last)

    @property
    def finished(self) -> bool:
        """Whether everything is done."""
        return self.encoded and self.complete(SHARDS)

    def totals(self, blocks: Iterable[int] | None = None) -> Made:
        """Return rows, samples and rejects of the dialogues made so far."""
        last = self.done[self.last]
        made = list(last.values()) if blocks is None else [last[block] for block in blocks]
        rejects = sum(unit.rejects for stage in self.reads for unit in self.done[stage].values())
        return Made("", sum(m.rows for m in made), sum(m.num_samples for m in made), rejects)

    def _offer(self, unit: Unit) -> None:
        """Queue a unit if it is ready and nobody has it."""
        if unit.block in self.done[unit.stage] or unit.block in self._taken[unit.stage]:
            return
        if unit.stage == SHARDS and not self.final:
            whole = len(self.parts(unit.block)) == BLOCKS_PER_SHARD
            if not whole:
                return
        if self.expected_reads(unit) is not None:
            self._taken[unit.stage].add(unit.block)
            self._queue[unit.stage].append(unit.block)


def _ids(unit: Unit) -> str:
    if unit.stage == SHARDS:
        return ""
    first = unit.block * DIALOGS_PER_BLOCK
    return f" (dialogues {first} to {first + DIALOGS_PER_BLOCK - 1})"
