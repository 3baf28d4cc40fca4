"""Annotate a corpus: its calls, then blocks of 16 pieces, then shards, in a run folder.

    corpus, AnnotateSettings --annotate--> RUN/   (as every run, and calls/ besides)

Stopped at any instant, the same command goes on: what is there with the right receipt is kept.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from datagen.annotate import people
from datagen.annotate.pool import WorkPool, work_pool
from datagen.annotate.readers.registry import open_reader
from datagen.annotate.settings import KIND, AnnotateSettings
from datagen.annotate.work import (
    CALLS,
    BlockOrder,
    CallDone,
    CallWorkOrder,
    PieceOrder,
    fingerprint_of,
)
from datagen.config import digest
from datagen.engine import run_files
from datagen.engine.events import Emit, Extended, Finished, Started, UnitMade
from datagen.engine.packing import Packer
from datagen.engine.plan import BLOCKS_PER_SHARD, DIALOGS_PER_BLOCK
from datagen.engine.run_files import CORPUS, PLAN, RUN, CorpusFile, PlanFile, RunFile
from datagen.runs.make import git_revision, versions
from datagen.runs.progress import Tally, listener
from datagen.storage import Where
from datagen.storage.run_folder import SHARDS, UNIT_STAGES, Damaged, Receipt, RunFolder
from datagen.terms import require_training
from datagen.types import SAMPLE_RATE, DialogId, Reject, Split, UserError

STAGES = (CALLS, "tokens", SHARDS)
"""What progress counts."""
PEOPLE = "people"
"""Name under which a block's receipt has which pieces it is made of, and their splits."""
IN_BOTH = "speakers of both splits"


@dataclass(frozen=True)
class AnnotatedRun:
    """What an annotated run came to."""

    calls: int
    """Calls of the corpus."""
    left_out: dict[str, int]
    """Calls left out, by reason."""
    dialogs: int
    seconds: float
    rejects: int
    """Pieces that were refused."""
    reasons: dict[str, int]
    """Pieces that were refused, by reason."""
    examples: dict[str, str]
    """The first call that was left out for each reason, with what is known of it."""
    corpus: CorpusFile
    """How much of the calls' sound is in the rows."""
    unused: tuple[str, ...] = ()
    """Sentences on what lies in the folders and is of no call."""


def annotate(
    settings: AnnotateSettings,
    folders: Sequence[Path],
    where: Where,
    *,
    accepted: Sequence[str] = (),
    workers: int = 1,
) -> AnnotatedRun:
    """Annotate all calls below ``folders`` into the run at ``where``. Raises UserError.

    ``accepted`` are names of corpora whose licence agreements the user says to have.
    """
    require_training(settings.terms, accepted)
    settings.check()
    if "://" not in str(where) and Path(where).resolve() in {one.resolve() for one in folders}:
        raise UserError(f"--out {where} is the corpus' own folder; give one that is not of it")
    reader = open_reader(settings.reader, folders)
    ids = reader.ids()
    folder = RunFolder(where)
    order = CallWorkOrder(settings, tuple(str(one.resolve()) for one in folders), folder.where)
    with folder.lock() as lease:
        folder.sweep()
        _claim(folder, settings)
        tally = Tally(
            {CALLS: 0, "tokens": 0, SHARDS: 0}, {CALLS: len(ids), "tokens": 0, SHARDS: 0}, 0.0
        )
        with (
            folder.journal("", lease.ours) as journal,
            listener(tally, journal, lease.check) as emit,
            work_pool(order, workers) as pool,
        ):
            emit(Started(blocks=0, resumed={}))
            making = _Making(settings, folder, pool, emit, tally)
            result = making.all(ids)
            emit(
                Finished(
                    dialogs=result.dialogs,
                    audio_seconds=round(tally.seconds, 3),
                    wall_seconds=round(tally.wall, 3),
                )
            )
    return replace(result, unused=tuple(getattr(reader, "unused", tuple)()))


class _Making:
    """A run under way."""

    def __init__(
        self,
        settings: AnnotateSettings,
        folder: RunFolder,
        pool: WorkPool,
        emit: Emit,
        tally: Tally,
    ) -> None:
        self._settings, self._folder, self._pool = settings, folder, pool
        self._emit, self._tally = emit, tally

    def all(self, ids: Sequence[str]) -> AnnotatedRun:
        """Make everything that is not there."""
        calls = sorted(map(self._called, self._pool.calls(list(enumerate(ids)))), key=_number)
        left_out = Counter(call.reject.reason for call in calls if call.reject is not None)
        splits = people.part(
            {call.id: call.people for call in calls if call.num_samples},
            self._settings.held_out,
            self._settings.seed,
        )
        left_out[IN_BOTH] += sum(split is None for split in splits.values())
        orders = _orders(calls, splits)
        if not orders:
            left_out = +left_out
            reasons = ", ".join(f"{count} {reason}" for reason, count in left_out.most_common())
            first = next((c.reject for c in calls if c.reject is not None), None)
            why = f" ({first.dialog_id}: {first.evidence})" if first is not None else ""
            raise UserError(f"no call can be used: {reasons}{why}")
        blocks = _blocks(orders, {call.number: call.contents for call in calls})
        self._write_plan(len(orders), len(blocks))
        receipts = self._make(blocks)
        shards = [
            self._pack(index, len(blocks)) for index in range(-(-len(blocks) // BLOCKS_PER_SHARD))
        ]
        rejects = [reject for own in receipts for one in own for reject in one.rejects]
        rejects += [reject for shard in shards for reject in shard.rejects]
        corpus = _use_of(calls, splits, orders, rejects)
        run_files.write(self._folder, CORPUS, corpus)
        return AnnotatedRun(
            calls=len(ids),
            left_out=dict(+left_out),
            dialogs=sum(shard.rows for shard in shards),
            seconds=sum(shard.num_samples for shard in shards) / SAMPLE_RATE,
            rejects=len(rejects),
            reasons=dict(Counter(reject.reason for reject in rejects)),
            examples=_examples(calls),
            corpus=corpus,
        )

    def _called(self, call: CallDone) -> CallDone:
        self._emit(
            UnitMade(
                unit=f"{CALLS}/{call.number:06d}",
                rows=len(call.num_samples),
                seconds=0.0,
                cpu_seconds=0.0,
                peak_memory=0,
                audio_samples=sum(call.num_samples),
                rejects=() if call.reject is None else (call.reject,),
            )
        )
        return call

    def _write_plan(self, dialogs: int, blocks: int) -> None:
        there = self._folder.read_json(PLAN)
        if there is not None and there.get("blocks", 0) > blocks:
            raise UserError(
                f"{self._folder.where} has {there['blocks']} blocks, of more calls than these"
                f" folders hold ({blocks}); give all folders it was made of, or another --out"
            )
        plan = PlanFile(
            kind=KIND,
            hours=None,
            dialogs=dialogs,
            dialogs_per_block=DIALOGS_PER_BLOCK,
            blocks_per_shard=BLOCKS_PER_SHARD,
            blocks=blocks,
            shards=-(-blocks // BLOCKS_PER_SHARD),
        )
        run_files.write(self._folder, PLAN, plan)
        totals = dict(self._tally.totals) | {"tokens": plan.blocks, SHARDS: plan.shards}
        self._emit(Extended(blocks=blocks, totals=totals, done=dict(self._tally.done)))

    def _make(self, blocks: Sequence[BlockOrder]) -> list[list[Receipt]]:
        """Make the blocks that are not there; return all receipts."""
        found: list[list[Receipt]] = []
        todo: list[BlockOrder] = []
        for order in blocks:
            there = self._there(order)
            if there is None:
                todo.append(order)
            else:
                found.append(there)
                self._tally.done["tokens"] += 1
                self._tally.seconds_before += there[-1].num_samples / SAMPLE_RATE
        for receipts in self._pool.blocks(todo):
            found.append(receipts)
            for receipt in receipts:
                self._emit(_made(receipt))
        return found

    def _there(self, order: BlockOrder) -> list[Receipt] | None:
        """Return a block's receipts if its files are there and made of the same."""
        found: list[Receipt] = []
        reads = dict(order.reads)
        for stage in UNIT_STAGES:
            receipt = self._folder.receipt(self._folder.unit(stage, order.block))
            wanted = (fingerprint_of(self._settings, stage), reads)
            if receipt is None or (receipt.fingerprint, receipt.reads) != wanted:
                return None
            found.append(receipt)
            reads = {f"{one.stage}/{order.block:06d}": one.content for one in found}
        return found

    def _pack(self, index: int, num_blocks: int) -> Receipt:
        """Pack a shard, unless it is there, whole, and of the blocks as they are."""
        first = index * BLOCKS_PER_SHARD
        blocks = range(first, min(first + BLOCKS_PER_SHARD, num_blocks))
        file = self._folder.shard(KIND, index)
        there = self._folder.receipt(file)
        if there is not None and self._is_current(there, blocks) and self._is_sound(file):
            self._tally.done[SHARDS] += 1
            return there
        receipt = Packer(self._folder, KIND, "tokens").pack(index, blocks)
        self._emit(_made(receipt))
        return receipt

    def _is_current(self, there: Receipt, blocks: Sequence[int]) -> bool:
        receipts = self._folder.receipts("tokens", blocks)
        wanted = {f"tokens/{block:06d}": one.content for block, one in receipts.items()}
        said = {key: value for key, value in there.reads.items() if key.startswith("tokens/")}
        return there.fingerprint == self._settings.for_rows() and said == wanted

    def _is_sound(self, file: str) -> bool:
        try:
            self._folder.prove(file)
        except Damaged:
            return False
        return True


def _number(call: CallDone) -> int:
    return call.number


def _examples(calls: Sequence[CallDone]) -> dict[str, str]:
    """Return, by reason, the first call that was left out with what is known of it."""
    found: dict[str, str] = {}
    for call in calls:
        if call.reject is not None:
            found.setdefault(call.reject.reason, f"{call.id}: {call.reject.evidence}")
    return found


def _use_of(
    calls: Sequence[CallDone],
    splits: Mapping[str, Split | None],
    orders: Sequence[PieceOrder],
    rejects: Sequence[Reject],
) -> CorpusFile:
    """Return how much of the calls' sound is in rows, and why the rest is not.

    Silence between two pieces may be in both: of what a call uses, each of its pieces has the
    share of its length.
    """
    unused: dict[str, float] = defaultdict(float)
    used_of: dict[int, float] = {}
    for call in calls:
        if call.reject is not None:
            unused[call.reject.reason] += call.seconds
        elif splits.get(call.id) is None:
            unused[IN_BOTH] += call.seconds
        else:
            for reason, seconds in call.unused.items():
                unused[reason] += seconds
            used_of[call.number] = call.seconds - sum(call.unused.values())
    lengths = {call.number: call.num_samples for call in calls}
    place = {order.dialog_id: order for order in orders}
    used = sum(used_of.values())
    for reject in rejects:
        order = place[reject.dialog_id]
        own = lengths[order.call]
        part = used_of[order.call] * own[order.piece] / sum(own)
        unused[reject.reason] += part
        used -= part
    return CorpusFile(
        seconds=round(sum(call.seconds for call in calls), 2),
        used=round(used, 2),
        unused={
            reason: round(seconds, 2)
            for reason, seconds in sorted(unused.items(), key=lambda item: -item[1])
            if seconds
        },
    )


def _orders(calls: Sequence[CallDone], splits: dict[str, Split | None]) -> list[PieceOrder]:
    """Return all pieces, numbered in the order of their calls."""
    found: list[PieceOrder] = []
    for call in calls:
        split = splits.get(call.id)
        if split is not None:
            for piece in range(len(call.num_samples)):
                dialog_id = str(DialogId(KIND, len(found)))
                found.append(PieceOrder(dialog_id, call.number, piece, split))
    return found


def _blocks(
    orders: Sequence[PieceOrder], contents: Mapping[int, Mapping[str, str]]
) -> list[BlockOrder]:
    """Return the blocks, and what each is made of."""
    found: list[BlockOrder] = []
    for first in range(0, len(orders), DIALOGS_PER_BLOCK):
        pieces = tuple(orders[first : first + DIALOGS_PER_BLOCK])
        reads = {name: hash_ for one in pieces for name, hash_ in contents[one.call].items()}
        reads[PEOPLE] = digest([[one.call, one.piece, one.split] for one in pieces])
        found.append(BlockOrder(len(found), pieces, reads))
    return found


def _made(receipt: Receipt) -> UnitMade:
    return UnitMade(
        unit=f"{receipt.stage}/{receipt.block:06d}",
        rows=receipt.rows,
        seconds=0.0,
        cpu_seconds=0.0,
        peak_memory=0,
        audio_samples=receipt.num_samples,
        rejects=receipt.rejects,
    )


def _claim(folder: RunFolder, settings: AnnotateSettings) -> None:
    """Write run.json, or refuse a folder that holds something else."""
    recipe = settings.recipe()
    ours = RunFile(
        recipe=recipe,
        fingerprint=settings.for_rows(),
        seed=settings.seed,
        stand_ins=settings.stand_ins(),
        versions=versions(),
        git=git_revision(),
    )
    theirs = folder.read_json(RUN)
    if theirs is None:
        run_files.write(folder, RUN, ours)
    elif theirs.get("fingerprint") != ours.fingerprint:
        raise UserError(
            f"{folder.where} holds another run, or one of other settings; choose another --out, or"
            " delete its run.json to keep what still fits and remake the rest"
        )
