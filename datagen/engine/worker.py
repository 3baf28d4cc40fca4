"""One unit of work: read upstream artifacts, run a stage, commit the artifact with its receipt.

    (stage, block) --UnitRunner--> Receipt or Failure

`python -m datagen.engine.worker RUN STAGE BLOCK` makes one unit in this process, with traceback.
"""

from __future__ import annotations

import errno
import resource
import sys
import threading
import time
import traceback
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from datagen.config import digest
from datagen.engine import pipeline
from datagen.engine.kept import KeptDialogues
from datagen.engine.pipeline import ResolvedRecipe
from datagen.engine.plan import jobs_of
from datagen.engine.run_files import read_run
from datagen.engine.unit import Order
from datagen.shards.footer import Footer, ShardFooter, TokenFacts
from datagen.stages.base import DialogFailed, KeepsDialogues, Spender, Stage
from datagen.storage import Where
from datagen.storage.run_folder import SHARDS, Damaged, Receipt, RunFolder, content_hash
from datagen.types import AllRejected, Job, Reject, UserError

KILLS_WORKER = "kills_worker"
"""Why a dialogue is rejected that lost its worker again and again (`engine.crashes`)."""
NOBODY: Mapping[int, str] = {}
FULL_OR_READ_ONLY = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM}


@dataclass(frozen=True)
class Failure:
    """Why a unit was not made. Crosses processes, so it is plain text."""

    kind: Literal["error", "damaged", "storage", "user", "rejected"]
    """What to do: error, try again; damaged, make ``where`` anew; storage and user, stop, since the
    user must act; rejected, stop, since nothing was good enough."""
    reason: str
    where: str = ""
    trace: str = ""


@dataclass(frozen=True)
class Done:
    """A committed unit (or a trial, which is not committed), and what it cost."""

    receipt: Receipt
    seconds: float
    cpu_seconds: float
    """CPU seconds of the process since the unit before was done, or since this one was begun."""
    peak_memory: int
    """Bytes the worker's process has ever held."""
    spent: Mapping[str, Mapping[str, float]]
    """Dialogues, tokens and dollars of each model since a unit was last done (`llm.accounts`)."""


class _CpuClock:
    """Shares a process's CPU time out among the units it makes, though they overlap."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._units = 0
        self._counted = 0.0

    def begin(self) -> None:
        """Note that a unit is begun."""
        with self._lock:
            if not self._units:
                self._counted = time.process_time()
            self._units += 1

    def end(self) -> float:
        """Note that a unit is over; return the CPU seconds that nobody has counted yet."""
        with self._lock:
            self._units -= 1
            before, self._counted = self._counted, time.process_time()
            return self._counted - before


class UnitRunner:
    """Makes units of one stage in this process, also several at once from as many threads.

    Building it loads the stage's backends.
    """

    def __init__(self, where: Where, resolved: ResolvedRecipe, stage: str) -> None:
        self._folder = RunFolder(where)
        self._resolved = resolved
        self._name = stage
        self._stage: Stage | None = None
        if stage == SHARDS:
            from datagen.engine.packing import Packer  # no other stage's worker needs it

            self._packer = Packer(self._folder, resolved.recipe.kind, pipeline.LINE[-1].name)
        else:
            self._stage = pipeline.STEPS[stage].load(resolved)
        self._clock = _CpuClock()

    def make(
        self,
        block: int,
        parts: Sequence[int] = (),
        scripts: str | None = None,
        only: int | None = None,
        without: Mapping[int, str] = NOBODY,
        num_dialogs: int | None = None,
    ) -> Done | Failure:
        """Make one unit, as a `unit.Order` says; what goes wrong is returned."""
        wall = time.perf_counter()
        self._clock.begin()
        try:
            answer = self._try(Order(block, tuple(parts), scripts, only, without, num_dialogs))
        finally:
            cpu = self._clock.end()
        if isinstance(answer, Failure):
            return answer
        return Done(
            answer,
            seconds=time.perf_counter() - wall,
            cpu_seconds=cpu,
            peak_memory=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            spent=self._stage.spent() if isinstance(self._stage, Spender) else {},
        )

    def _try(self, order: Order) -> Receipt | Failure:
        try:
            if self._stage is None:
                return self._packer.pack(order.block, order.parts, order.scripts, order.without)
            return self._run(self._stage, order)
        except Damaged as error:
            return Failure("damaged", str(error), where=error.name)
        except UserError as error:
            return Failure("user", str(error))
        except AllRejected as error:
            return Failure("rejected", str(error))
        except OSError as error:
            return self._storage_failure(error)
        except DialogFailed as error:
            return Failure("error", str(error), trace=traceback.format_exc())
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            return Failure("error", reason, trace=traceback.format_exc())

    def close(self) -> None:
        """Free the stage's backends."""
        if self._stage is not None:
            self._stage.close()

    def _run(self, stage: Stage, order: Order) -> Receipt:
        """Make a unit and commit it; of a trial, make its one dialogue and commit nothing."""
        block, without = order.block, order.without
        jobs = jobs_of(self._resolved.recipe, block)[: order.num_dialogs]
        wanted = [j for i, j in enumerate(jobs) if i not in without and order.only in (None, i)]
        upstream, reads = self._upstream(stage, block)
        if len(wanted) < len(jobs):
            ids = {job.dialog_id for job in wanted}
            upstream = {name: _only(table, ids) for name, table in upstream.items()}
        key = digest([self._resolved.fingerprints[self._name], reads])
        kept = KeptDialogues(self._folder, self._name, block, key)
        if isinstance(stage, KeepsDialogues):
            stage.keeper = kept
        outcome = stage.run(wanted, upstream)
        receipt = Receipt(
            stage=self._name,
            block=block,
            fingerprint=self._resolved.fingerprints[self._name],
            reads=reads,
            content=content_hash(outcome.table),
            rows=outcome.table.num_rows,
            num_samples=outcome.num_samples,
            rejects=(
                *outcome.rejects,
                *(self._culprit(jobs[i], how) for i, how in without.items()),
            ),
        )
        if order.only is None:
            self._commit(receipt, outcome.table, stage.facts)
            kept.clear()
        return receipt

    def _upstream(self, stage: Stage, block: int) -> tuple[dict[str, pa.Table], dict[str, str]]:
        """Read what a stage reads of a block; return tables by stage, content hashes by name."""
        tables: dict[str, pa.Table] = {}
        reads: dict[str, str] = {}
        for name, columns in stage.reads.items():
            file = self._folder.unit(name, block)
            receipt = self._folder.awaited(file)
            if receipt is None:
                raise Damaged(file, "it has no receipt")
            tables[name] = self._folder.read(file, columns)
            reads[f"{name}/{block:06d}"] = receipt.content
        return tables, reads

    def _commit(self, receipt: Receipt, table: pa.Table, facts: TokenFacts | None) -> None:
        footer = Footer(receipt=receipt)
        if facts is not None:
            footer = ShardFooter(
                receipt=receipt,
                recipe=self._resolved.fingerprint,
                stand_ins=tuple(self._resolved.stand_ins),
                **dict(facts),
            )
        self._folder.commit(self._folder.unit(self._name, receipt.block), table, footer.to_json())

    def _culprit(self, job: Job, how: str) -> Reject:
        return Reject(dialog_id=job.dialog_id, stage=self._name, reason=KILLS_WORKER, evidence=how)

    def _storage_failure(self, error: OSError) -> Failure:
        reason = f"{error.strerror or error} ({error.filename or self._folder.where})"
        if error.errno in FULL_OR_READ_ONLY:
            return Failure(
                "storage",
                f"cannot write to {self._folder.where}: {reason}; mend that and run the same"
                " command again, it goes on from here",
            )
        return Failure("error", reason, trace=traceback.format_exc())


def _only(table: pa.Table, ids: Container[str]) -> pa.Table:
    """Return the rows of some dialogues."""
    return table.filter(
        pa.array([one in ids for one in table["dialog_id"].to_pylist()], pa.bool_())
    )


def main(arguments: Sequence[str]) -> int:
    """Make one unit of an existing run, here and now."""
    where, stage, block = arguments[0], arguments[1], int(arguments[2])
    recipe = read_run(RunFolder(where)).recipe
    runner = UnitRunner(where, ResolvedRecipe(recipe), stage)
    result = runner.make(block)
    runner.close()
    if isinstance(result, Done):
        print(result.receipt.model_dump_json(indent=2))
        return 0
    print(result.trace or result.reason, file=sys.stderr)
    return 1


if __name__ == "__main__":
    try:
        raise SystemExit(main(sys.argv[1:]))
    except UserError as error:
        raise SystemExit(str(error)) from None
