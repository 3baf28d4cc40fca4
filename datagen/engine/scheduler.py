"""Which units are ready, running and done, and how often one may fail. Knows nothing of Ray.

    script/k -> speech/k -> timeline/k -> tokens/k
    tokens/64p .. tokens/64p+63, script/0 .. script/64p+63 -> shards/p

A unit is ready when all it reads is done; it is done when its file is. Blocks may be added at the
end at any time; whole shards never change by that, since they read nothing behind them.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping

from datagen.engine import left_out
from datagen.engine.crashes import Suspects
from datagen.engine.plan import BLOCKS_PER_SHARD, DIALOGS_PER_BLOCK
from datagen.engine.unit import GaveUp, Made, Order, Unit
from datagen.scripting.corpus import digest
from datagen.storage.run_folder import SHARDS, Receipt

TRIES = 3
"""How often a unit may raise."""
TRIES_LOST = 9
"""How often a unit may lose its worker: machines fail more than code does."""


class Flow:
    """The state of a run. ``reads`` gives each stage's upstream stages, in the line's order.

    A flow of a slice makes the blocks that are ``mine``, and no shards: those are packed by a run
    that makes or finds all blocks.
    """

    def __init__(
        self,
        reads: Mapping[str, tuple[str, ...]],
        blocks: int,
        mine: Callable[[int], bool] | None = None,
        count: Callable[[int], int] | None = None,
    ) -> None:
        self.reads = dict(reads)
        self.stages = (*self.reads, SHARDS)
        self.root, self.last = self.stages[0], self.stages[-2]
        self.blocks = blocks
        self.done: dict[str, dict[int, Made]] = {stage: {} for stage in self.stages}
        self.resumed: Counter[str] = Counter()
        self.suspects = Suspects()
        self.marked: Mapping[int, str] = {}
        """Dialogues that people marked to be left out of shards, by number, and their tags."""
        self._mine = mine
        self._count_of = count
        """How many dialogues a block has, if one may be partial."""
        self._num_mine = sum(1 for block in range(blocks) if mine is None or mine(block))
        self._queue: dict[str, deque[Unit]] = {stage: deque() for stage in self.stages}
        self._taken: set[Unit] = set()
        self._raised: Counter[Unit] = Counter()
        self._lost: Counter[Unit] = Counter()
        self._redone: dict[Unit, str] = {}
        """Units made anew, and what they held before."""
        self._prefixes = [digest.START]
        """Hashes of the scripts of the first 0, 1, 2 and more blocks, as far as they are done."""

    def resume(self, stage: str, receipts: Mapping[int, Receipt], fingerprint: str) -> None:
        """Accept the artifacts that are still good; call for each stage, upstream first."""
        for block, receipt in receipts.items():
            unit = Unit(stage, block)
            if not self._ours(unit) or receipt.fingerprint != fingerprint:
                continue
            if stage == self.root and not self._has_enough(block, receipt):
                continue  # it was the last of a shorter run, and partial
            if receipt.reads == self.expected_reads(unit):
                self.done[stage][block] = Made.of(receipt)
                self.resumed[stage] += 1
        if stage == self.root:
            self._follow()

    def expected_reads(self, unit: Unit) -> dict[str, str] | None:
        """Return the content hashes a unit would read now; None if something is not done."""
        if unit.stage == SHARDS:
            parts = [Unit(self.last, block) for block in self.parts(unit.block)]
        else:
            parts = [Unit(stage, unit.block) for stage in self.reads[unit.stage]]
        if any(part.block not in self.done[part.stage] for part in parts):
            return None
        reads = {str(part): self.done[part.stage][part.block].content for part in parts}
        if unit.stage == SHARDS:
            stop = parts[-1].block + 1
            if len(self._prefixes) <= stop:
                return None  # a script before this shard is not done, or is being made anew
            reads[digest.key(stop)] = self._prefixes[stop]
            if marked := left_out.of_shard(self.marked, self.parts(unit.block)):
                reads[left_out.MARKS] = left_out.digest(marked)
        return reads

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
        """Add blocks at the end; a partial last shard is then not done any more."""
        assert self.finished, "a shard may be under way whose parts would change"
        assert self._mine is None, "nobody knows what the other slices have made"
        first, self.blocks = self.blocks, self.blocks + blocks
        if first % BLOCKS_PER_SHARD:
            self.done[SHARDS].pop(first // BLOCKS_PER_SHARD, None)
        for block in range(first, self.blocks):
            self._offer(Unit(self.root, block))

    def next(self, stage: str) -> Unit | None:
        """Return the unit of a stage that `take` would return, or None."""
        queue = self._queue[stage]
        while queue and self.expected_reads(queue[0].whole) is None:
            # something it reads is being made anew; then it is offered again
            self._taken.discard(queue.popleft().whole)
        return queue[0] if queue else None

    def take(self, stage: str) -> Unit | None:
        """Return a ready unit of a stage, lowest block first, or None."""
        unit = self.next(stage)
        if unit is not None:
            self._queue[stage].popleft()
        return unit

    def order(self, unit: Unit) -> Order:
        """Return what a worker needs to know of a unit that was taken."""
        if unit.stage != SHARDS:
            culprits = dict(self.suspects.culprits(unit.whole))
            num_dialogs = self._partial(unit.block) if unit.stage == self.root else None
            return Order(unit.block, only=unit.only, without=culprits, num_dialogs=num_dialogs)
        parts = self.parts(unit.block)
        marked = left_out.of_shard(self.marked, parts)
        return Order(unit.block, tuple(parts), self._prefixes[parts.stop], without=marked)

    def _partial(self, block: int) -> int | None:
        """Return how many dialogues a partial block has, None for a whole one."""
        count = DIALOGS_PER_BLOCK if self._count_of is None else self._count_of(block)
        return None if count == DIALOGS_PER_BLOCK else count

    def _has_enough(self, block: int, receipt: Receipt) -> bool:
        """Return whether scripts that were made before are as many as are wanted now."""
        if self._count_of is None:
            return True
        return receipt.rows + len(receipt.rejects) >= self._count_of(block)

    def backlog(self, stage: str) -> int:
        """Return how many units of a stage are ready."""
        return len(self._queue[stage])

    def finish(self, unit: Unit, receipt: Receipt) -> None:
        """Record a unit's artifact, and queue what it makes ready."""
        assert unit.only is None, "a trial makes nothing"
        self._taken.discard(unit)
        if receipt.reads != self.expected_reads(unit):
            self._offer(unit)  # something it read was made anew meanwhile, and came out otherwise
            return
        if self._redone.pop(unit, receipt.content) != receipt.content:
            self._forget_readers(unit)
        self.done[unit.stage][unit.block] = Made.of(receipt)
        for stage, upstream in self.reads.items():
            if unit.stage in upstream:
                self._offer(Unit(stage, unit.block))
        if unit.stage == self.root:
            self._follow()
        if unit.stage == self.last:
            self._offer(Unit(SHARDS, unit.block // BLOCKS_PER_SHARD))

    def raised(self, unit: Unit, reason: str) -> None:
        """Queue a unit again that raised, or raise GaveUp."""
        self._count(self._raised, unit, TRIES, reason)
        self._again([unit])

    def lost(self, unit: Unit, reason: str, *, alone: bool, how: str) -> None:
        """Queue what to do about a unit whose worker is gone, or raise GaveUp.

        ``alone``: it was the only unit in that worker; ``how`` says for a reject what happened.
        """
        if unit.only is not None:
            self._again(self.suspects.lost_trial(unit, how))
            return
        self._count(self._lost, unit, TRIES_LOST, reason)
        self._again(self.suspects.lost(unit, alone=alone))

    def starved(self, unit: Unit, reason: str) -> None:
        """Queue a unit again whose node had no memory left, by no fault of a dialogue of it."""
        self._count(self._lost, unit, TRIES_LOST, reason)
        self._again([unit])

    def passed(self, trial: Unit) -> None:
        """Note that a dialogue on trial did not lose its worker."""
        self._again(self.suspects.passed(trial))

    def redo(self, damaged: Unit, reader: Unit, reason: str) -> None:
        """Make an upstream unit anew because ``reader`` could not read its file."""
        self._taken.discard(reader)
        made = self.done[damaged.stage].pop(damaged.block, None)
        if made is None:
            return  # another reader has said so before
        self._redone[damaged] = made.content
        self._raised[damaged] += 1
        if self._raised[damaged] >= TRIES:
            message = f"{damaged} was made {self._raised[damaged]} times and is damaged: {reason}"
            raise GaveUp(message, damaged)
        if damaged.stage == self.root:
            del self._prefixes[damaged.block + 1 :]
        self._offer(damaged)

    def complete(self, stage: str) -> bool:
        """Return whether nothing of a stage is left of what is planned so far."""
        return self.left(stage) == 0

    def left(self, stage: str) -> int:
        """Return how many units of a stage are not done, of those planned so far."""
        return max(0, self.planned(stage) - len(self.done[stage]))

    def dialogs_left(self, stage: str) -> int:
        """Return how many dialogues the unfinished units of a stage have, as far as is known."""
        scripts, done = self.done[self.root], self.done[stage]
        known = sum(made.rows for block, made in scripts.items() if block not in done)
        return known + self.left(self.root) * DIALOGS_PER_BLOCK

    def planned(self, stage: str) -> int:
        """Return how many units a stage has to make, those that were there included."""
        if self._mine is None:
            return self.shards if stage == SHARDS else self.blocks
        return 0 if stage == SHARDS else self._num_mine

    @property
    def encoded(self) -> bool:
        """Whether the last stage has made every block planned so far."""
        return self.complete(self.last)

    @property
    def finished(self) -> bool:
        """Whether everything planned so far is done."""
        return self.encoded and self.complete(SHARDS)

    def totals(self, stage: str = SHARDS) -> Made:
        """Return the rows and samples a stage has made so far, and the rejects of all stages."""
        made: Iterable[Made] = self.done[stage].values()
        rows, num_samples = 0, 0
        for unit in made:
            rows, num_samples = rows + unit.rows, num_samples + unit.num_samples
        rejects = sum(unit.rejects for units in self.done.values() for unit in units.values())
        return Made("", rows, num_samples, rejects)

    def _offer(self, unit: Unit) -> None:
        """Queue a unit if it is ready and nobody has it."""
        if unit.block in self.done[unit.stage] or unit in self._taken or not self._ours(unit):
            return
        if self.expected_reads(unit) is not None:
            self._taken.add(unit)
            self._queue[unit.stage].append(unit)

    def _forget_readers(self, unit: Unit) -> None:
        """Take as not done what was made from a unit that has come out otherwise than before."""
        for stage, upstream in self.reads.items():
            if unit.stage in upstream and self.done[stage].pop(unit.block, None) is not None:
                self._forget_readers(Unit(stage, unit.block))
        shard = unit.block // BLOCKS_PER_SHARD
        if unit.stage == self.last:
            self.done[SHARDS].pop(shard, None)
        elif unit.stage == self.root:
            self.done[SHARDS] = {p: made for p, made in self.done[SHARDS].items() if p < shard}

    def _ours(self, unit: Unit) -> bool:
        return self._mine is None or (unit.stage != SHARDS and self._mine(unit.block))

    def _again(self, units: list[Unit]) -> None:
        """Queue units before all others of their stage."""
        for unit in reversed(units):
            self._queue[unit.stage].appendleft(unit)

    def _count(self, tries: Counter[Unit], unit: Unit, limit: int, reason: str) -> None:
        tries[unit] += 1
        if tries[unit] >= limit:
            message = f"{unit.describe()} failed {tries[unit]} times, last: {reason}"
            raise GaveUp(message, unit)

    def _follow(self) -> None:
        """Name the scripts as far as they are done without a gap; queue shards that waited."""
        done, before = self.done[self.root], len(self._prefixes) - 1
        while (block := len(self._prefixes) - 1) in done:
            self._prefixes.append(digest.follow(self._prefixes[-1], done[block].content))
        for shard in range(before // BLOCKS_PER_SHARD, self.shards):
            if self.parts(shard).stop >= len(self._prefixes):
                break
            self._offer(Unit(SHARDS, shard))
