"""One unit of work: read upstream artifacts, run a stage, commit the artifact with its receipt.

    (stage, block) --UnitRunner--> Receipt or Failure

`python -m datagen.engine.worker RUN STAGE BLOCK` makes one unit in this process, with traceback.
"""

from __future__ import annotations

import errno
import resource
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from datagen.config import Recipe
from datagen.engine import lineup
from datagen.engine.packing import pack
from datagen.plan import jobs_of
from datagen.stages.base import DialogFailed, Stage
from datagen.store import SHARDS, Damaged, Receipt, RunFolder, content_hash
from datagen.types import UserError

FULL_OR_READ_ONLY = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM}


@dataclass(frozen=True)
class Failure:
    """Why a unit was not made. Crosses processes, so it is plain text."""

    kind: Literal["error", "damaged", "storage", "user"]
    """error: try again; damaged: make ``where`` anew; storage and user: stop, the user must act."""
    reason: str
    where: str = ""
    trace: str = ""


@dataclass(frozen=True)
class Done:
    """A committed unit, and what it cost."""

    receipt: Receipt
    seconds: float
    cpu_seconds: float
    peak_memory: int
    """Bytes the worker's process has ever held."""


class UnitRunner:
    """Makes units of one stage in this process. Building it loads the stage's backends."""

    def __init__(
        self, root: Path, recipe: Recipe, stage: str, stamp: lineup.Stamp | None = None
    ) -> None:
        stamp = stamp or lineup.stamp(recipe)
        self._folder = RunFolder(root)
        self._recipe = recipe
        self._name = stage
        self._fingerprint = stamp.fingerprints
        self._stamp = {
            "recipe": stamp.fingerprints[lineup.LINE[-1].name],
            "stand_ins": stamp.stand_ins,
        }
        self._stage: Stage | None = None if stage == SHARDS else lineup.STEPS[stage].load(recipe)

    def make(self, block: int, parts: Sequence[int] = ()) -> Done | Failure:
        """Make one unit (``parts``: the blocks of a shard); what goes wrong is returned."""
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            receipt = self._pack(block, parts) if self._stage is None else self._run(block)
        except Damaged as error:
            return Failure("damaged", str(error), where=error.name)
        except UserError as error:
            return Failure("user", str(error))
        except OSError as error:
            return self._storage_failure(error)
        except DialogFailed as error:
            return Failure("error", str(error), trace=traceback.format_exc())
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            return Failure("error", reason, trace=traceback.format_exc())
        return Done(
            receipt,
            seconds=time.perf_counter() - wall,
            cpu_seconds=time.process_time() - cpu,
            peak_memory=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        )

    def close(self) -> None:
        """Free the stage's backends."""
        if self._stage is not None:
            self._stage.close()

    def _run(self, block: int) -> Receipt:
        assert self._stage is not None
        upstream: dict[str, pa.Table] = {}
        reads: dict[str, str] = {}
        for name, columns in self._stage.reads.items():
            path = self._folder.unit(name, block)
            receipt = self._folder.receipt(path)
            if receipt is None:
                raise Damaged(self._folder.name(path), "it has no receipt")
            upstream[name] = self._folder.read(path, columns)
            reads[f"{name}/{block:06d}"] = receipt.content
        outcome = self._stage.run(jobs_of(self._recipe, block), upstream)
        receipt = Receipt(
            stage=self._name,
            block=block,
            fingerprint=self._fingerprint[self._name],
            reads=reads,
            content=content_hash(outcome.table),
            rows=outcome.table.num_rows,
            num_samples=outcome.num_samples,
            rejects=outcome.rejects,
        )
        metadata: dict[str, Any] = {"receipt": receipt.model_dump(mode="json")}
        if self._stage.metadata:
            metadata |= {**self._stage.metadata, **self._stamp}
        self._folder.commit(self._folder.unit(self._name, block), outcome.table, metadata)
        return receipt

    def _pack(self, index: int, blocks: Sequence[int]) -> Receipt:
        last = lineup.LINE[-1].name
        return pack(self._folder, self._recipe.kind, index, last, blocks)

    def _storage_failure(self, error: OSError) -> Failure:
        reason = f"{error.strerror or error} ({error.filename or self._folder.root})"
        if error.errno in FULL_OR_READ_ONLY:
            return Failure(
                "storage",
                f"cannot write to {self._folder.root}: {reason}; mend that and run the same"
                " command again, it goes on from here",
            )
        return Failure("error", reason, trace=traceback.format_exc())


def main(arguments: Sequence[str]) -> int:
    """Make one unit of an existing run, here and now."""
    root, stage, block = Path(arguments[0]), arguments[1], int(arguments[2])
    data = RunFolder(root).read_json("run.json")
    if data is None:
        raise SystemExit(f"{root} is not a run folder: it has no run.json")
    runner = UnitRunner(root, Recipe.model_validate(data["recipe"]), stage)
    result = runner.make(block)
    runner.close()
    if isinstance(result, Done):
        print(result.receipt.model_dump_json(indent=2))
        return 0
    print(result.trace or result.reason, file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
