"""The loop that keeps the pools busy with what the flow has ready, until it is finished.

Flow.take --> Pool.submit ... Report --> Flow.finish, retry or redo
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from datagen.config import Host, Recipe
from datagen.engine import lineup
from datagen.engine.flow import Flow, GaveUp, Unit
from datagen.engine.pools import Pool, Report, Room, wait
from datagen.engine.worker import Done, Failure
from datagen.store import SHARDS
from datagen.types import UserError

TICK = 0.5
"""Seconds between looks at the clock while nothing happens."""
STARTS = 3
"""How many workers of a stage may fail to start in a row."""
Listener = Callable[[dict[str, Any]], None]


class Driver:
    """Runs a flow on pools of workers."""

    def __init__(
        self, flow: Flow, root: Path, recipe: Recipe, host: Host, listen: Listener
    ) -> None:
        self._flow = flow
        self._listen = listen
        self._failed_starts: Counter[str] = Counter()
        stamp = lineup.stamp(recipe)
        self._pools = {
            stage: Pool(stage, getattr(host, stage), root, recipe, stamp) for stage in flow.stages
        }

    def run(self, encoded: Callable[[], None]) -> None:
        """Run until the flow is finished; ``encoded`` extends or finalises it when all is encoded.

        Raises GaveUp when a unit failed too often, UserError when only the user can mend it.
        """
        flow, pools = self._flow, self._pools
        try:
            while not flow.finished:
                if flow.encoded and not flow.final:
                    encoded()
                self._assign()
                self._grow()
                for pool, reference in wait(pools.values(), TICK):
                    self._take_in(pool, pool.settle(reference))
                for pool in pools.values():
                    for report in pool.overdue():
                        self._take_in(pool, report)
        finally:
            for pool in pools.values():
                pool.close()

    def _assign(self) -> None:
        """Give ready units to workers, downstream first, so that what is begun is finished."""
        flow = self._flow
        for stage in reversed(flow.stages):
            pool = self._pools[stage]
            if flow.complete(stage):
                pool.close()
            while pool.idle and (unit := flow.take(stage)) is not None:
                pool.submit(unit, list(flow.parts(unit.block)) if stage == SHARDS else [])

    def _grow(self) -> None:
        """Start workers: first where units wait, then where they will come."""
        flow, pools = self._flow, self._pools
        room = Room(pools.values())
        for stage in reversed(flow.stages):
            pools[stage].grow(flow.backlog(stage) + len(pools[stage].busy), room)
        for stage in flow.stages:
            pools[stage].grow(flow.left(stage), room)
        if any(flow.backlog(stage) and not pools[stage].size for stage in flow.stages):
            self._make_room()

    def _make_room(self) -> None:
        """Close workless pools because another has units and no room for a worker."""
        for stage, pool in self._pools.items():
            if not pool.busy and not self._flow.backlog(stage):
                pool.close()

    def _take_in(self, pool: Pool, report: Report) -> None:
        if report.kind == "started":
            self._failed_starts[pool.stage] = 0
        elif report.kind == "not started":
            self._not_started(pool.stage, report.reason)
        elif report.kind == "lost":
            assert report.unit is not None
            self._say("worker lost", report.unit, report.reason)
            self._flow.retry(report.unit, report.reason, lost=True)
        else:
            assert report.unit is not None
            if isinstance(report.answer, Done):
                self._flow.finish(report.unit, report.answer.receipt)
                self._listen(_made(report.unit, report.answer))
            else:
                assert isinstance(report.answer, Failure)
                self._failed(report.unit, report.answer)

    def _not_started(self, stage: str, reason: str) -> None:
        self._failed_starts[stage] += 1
        self._listen({"event": "worker failed", "stage": stage, "reason": reason})
        if self._failed_starts[stage] >= STARTS:
            raise GaveUp(f"no {stage} worker can start: {reason}")

    def _failed(self, unit: Unit, failure: Failure) -> None:
        self._say("unit failed", unit, failure.reason, failure.trace)
        if failure.kind in ("storage", "user"):
            raise UserError(failure.reason)
        if failure.kind == "damaged":
            stage, _, block = failure.where.removesuffix(".parquet").rpartition("/")
            self._flow.redo(Unit(stage, int(block)), unit, failure.reason)
        else:
            self._flow.retry(unit, failure.reason)

    def _say(self, event: str, unit: Unit, reason: str, trace: str = "") -> None:
        self._listen({"event": event, "unit": str(unit), "reason": reason, "trace": trace})


def _made(unit: Unit, done: Done) -> dict[str, Any]:
    receipt = done.receipt
    return {
        "event": "unit",
        "unit": str(unit),
        "rows": receipt.rows,
        "seconds": round(done.seconds, 3),
        "cpu_seconds": round(done.cpu_seconds, 3),
        "peak_memory": done.peak_memory,
        "audio_samples": receipt.num_samples,
        "rejects": [reject.model_dump() for reject in receipt.rejects],
    }
