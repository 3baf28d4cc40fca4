"""The loop that keeps the pools busy with what the flow has ready, until it is finished.

Flow.next --> Pool.submit ... WorkerReport --> Flow.finish, raised, lost or redo
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial

from datagen.config import Host, StageHost
from datagen.engine.autoscaling import Demand
from datagen.engine.capacity import Capacity, needs
from datagen.engine.events import Emit, Trial, UnitFailed, UnitMade, WorkerFailed, WorkerLost
from datagen.engine.head import require_head
from datagen.engine.nodes import nodes
from datagen.engine.pace import KeptPace
from datagen.engine.pipeline import ResolvedRecipe
from datagen.engine.pools import Pool, WorkerReport, wait
from datagen.engine.scheduler import Flow
from datagen.engine.shares import Shares, added_up
from datagen.engine.unit import GaveUp, Unit
from datagen.engine.worker import Done, Failure
from datagen.storage.run_folder import SHARDS
from datagen.types import AllRejected, UserError

TICK = 0.5
"""Seconds between looks at the clock while nothing happens."""
STARTS, STARTS_KILLED = 3, 9
"""How many workers of a stage may fail to start in a row: by themselves, or with their machine."""
BEHIND = 64
"""Units that may wait for a stage without a worker before a busy one must make room."""


class Driver:
    """Runs a flow on pools of workers."""

    def __init__(
        self, flow: Flow, where: str, resolved: ResolvedRecipe, host: Host, emit: Emit
    ) -> None:
        self._flow = flow
        self._emit = emit
        self._failed_starts: dict[str, Counter[bool]] = {}
        """Failed starts of a stage since one succeeded: by themselves (False), killed (True)."""
        self._demand = Demand(host)
        self._shared = host.address is not None
        """Whether other runs may want a place in the cluster."""
        self._shares = Shares()
        found = resolved.to_json()
        self._pools = {
            stage: Pool(stage, getattr(host, stage), where, found) for stage in flow.stages
        }
        self._paces = {stage: KeptPace(where, stage) for stage in flow.stages if stage != SHARDS}
        """Stages of which no unit was made since this driver began."""

    def run(self, more: Callable[[], bool], check: Callable[[], None] = require_head) -> None:
        """Run until the flow is finished and ``more``, which may extend it, returns False.

        Raises GaveUp when a unit failed too often, UserError when only the user can mend it, and
        what ``check`` raises, which is called again and again.
        """
        flow, pools = self._flow, self._pools
        try:
            while not flow.finished or more():
                require_head()
                check()
                self._assign()
                self._grow()
                for pool, reference in wait(pools.values(), TICK):
                    for report in pool.settle(reference):
                        self._take_in(pool, report)
                for pool in pools.values():
                    for report in pool.overdue():
                        self._take_in(pool, report)
                self._tell_pace()
        finally:
            for pool in pools.values():
                pool.close()
            self._demand.end()
            self._shares.end()

    def _assign(self) -> None:
        """Give ready units to workers, downstream first, so that what is begun is finished."""
        flow = self._flow
        for stage in reversed(flow.stages):
            pool = self._pools[stage]
            if (pool.host.gpus or self._shared) and flow.complete(stage):
                pool.close()  # others may be waiting for its place, also outside this run
            while (unit := flow.next(stage)) is not None:
                if not pool.submit(unit, flow.order(unit), exclusive=flow.suspects.exclusive(unit)):
                    break
                flow.take(stage)

    def _grow(self) -> None:
        """Start workers: first where units wait, then, if there is room, where they will come."""
        flow, pools = self._flow, self._pools
        room = Capacity(pools.values(), shared=self._shared)
        self._follow_losses(room)
        yielded = self._give_way(room) if self._shared else frozenset()
        short = [
            stage
            for stage in reversed(flow.stages)
            if not pools[stage].grow(flow.backlog(stage) + pools[stage].num_units, room)
        ]
        for stage in short:
            self._make_room(stage)
        for stage in () if short else flow.stages:
            pools[stage].grow(flow.left(stage), room)
        if self._shared:
            wanted = {name for stage in short for name in needs(pools[stage].host)}
            parts = [(needs(pool.host), pool.size) for pool in pools.values()]
            self._shares.tell(added_up(parts), frozenset(wanted - yielded))
        for stage in flow.stages:
            self._demand.note(stage, flow.backlog(stage), flow.left(stage))
        self._demand.tell()

    def _give_way(self, room: Capacity) -> frozenset[str]:
        """Let a worker go if another run lacks what this one has more than its part of.

        Returns the resources of which nothing more is taken as long as that is so.
        """
        yielded = self._shares.to_yield(room.total)
        holders = [
            (stage, pool)
            for stage, pool in self._pools.items()
            if yielded & needs(pool.host).keys()
        ]
        if not holders:
            return yielded
        room.leave(yielded)
        for stage, pool in holders:
            if not self._flow.backlog(stage) and pool.let_one_go(rested=False):
                return yielded
        max((pool for _, pool in holders), key=lambda pool: pool.size).retire_one()
        return yielded

    def _follow_losses(self, room: Capacity) -> None:
        """Take back what was asked for on nodes that are lost: it would be waited for for ever."""
        short = [pool for pool in self._pools.values() if room.lacks(pool.host)]
        alive = {node.id for node in nodes()} if short else set()
        for pool in short:
            for _ in range(pool.forget_idle(alive)):
                room.give_back(pool.host)
        for pool in short:
            while room.lacks(pool.host) and pool.withdraw_one():
                room.give_back(pool.host)

    def _make_room(self, stage: str) -> None:
        """Let a worker of another stage go for a stage that has units and no room for a worker.

        First those with nothing left to make, then idle ones; when a stage without a worker has
        fallen far behind, a busy one too.
        """
        flow, wanting = self._flow, self._pools[stage]
        others = [
            (other, pool)
            for other, pool in self._pools.items()
            if pool is not wanting and _compete(pool.host, wanting.host)
        ]
        for other, pool in others:
            if pool.size and flow.complete(other):
                pool.close()
                return
        for other, pool in others:
            if not flow.backlog(other) and pool.let_one_go(rested=wanting.size > 0):
                return
        if others and not wanting.size and flow.backlog(stage) >= BEHIND:
            max((pool for _, pool in others), key=lambda pool: pool.size).retire_one()

    def _take_in(self, pool: Pool, report: WorkerReport) -> None:
        if report.kind == "started":
            self._failed_starts.pop(pool.stage, None)
        elif report.kind == "not started":
            self._not_started(pool.stage, report.reason, killed=report.killed)
        elif report.kind == "lost":
            assert report.unit is not None
            self._emit(WorkerLost(unit=str(report.unit), reason=report.reason))
            if report.starved:
                self._flow.starved(report.unit, report.reason)
            else:
                self._flow.lost(report.unit, report.reason, alone=report.alone, how=report.how)
        else:
            assert report.unit is not None
            assert report.answer is not None
            self._answered(report.unit, report.answer)

    def _answered(self, unit: Unit, answer: Done | Failure) -> None:
        if isinstance(answer, Failure):
            self._failed(unit, answer)
        elif unit.only is not None:
            self._flow.passed(unit)
            self._emit(Trial(unit=str(unit), spent=answer.spent))
        else:
            self._flow.finish(unit, answer.receipt)
            self._paces.pop(unit.stage, None)
            self._emit(_made(unit, answer))

    def _tell_pace(self) -> None:
        """Say what the rest of a stage will take, as long as none of its units is made."""
        for stage, pace in self._paces.items():
            left = partial(self._flow.dialogs_left, stage)
            if (news := pace.look(self._pools[stage].units, left)) is not None:
                self._emit(news)

    def _not_started(self, stage: str, reason: str, *, killed: bool) -> None:
        failed = self._failed_starts.setdefault(stage, Counter())
        failed[killed] += 1
        self._emit(WorkerFailed(stage=stage, reason=reason))
        if failed[killed] >= (STARTS_KILLED if killed else STARTS):
            raise GaveUp(f"no {stage} worker can start: {reason}")

    def _failed(self, unit: Unit, failure: Failure) -> None:
        self._emit(UnitFailed(unit=str(unit), reason=failure.reason, trace=failure.trace))
        if failure.kind in ("storage", "user"):
            raise UserError(failure.reason)
        if failure.kind == "rejected":
            raise AllRejected(failure.reason)
        if unit.only is not None:
            self._flow.passed(unit)  # its worker lives; the unit itself will meet this failure
        elif failure.kind == "damaged":
            stage, _, block = failure.where.removesuffix(".parquet").rpartition("/")
            self._flow.redo(Unit(stage, int(block)), unit, failure.reason)
        else:
            self._flow.raised(unit, failure.reason)


def _compete(one: StageHost, other: StageHost) -> bool:
    """Return whether workers of one stage can stand in the way of another's."""
    both = one.resources.keys() & other.resources.keys()
    return bool((one.gpus and other.gpus) or (one.cpus and other.cpus) or both)


def _made(unit: Unit, done: Done) -> UnitMade:
    receipt = done.receipt
    return UnitMade(
        unit=str(unit),
        rows=receipt.rows,
        seconds=round(done.seconds, 3),
        cpu_seconds=round(done.cpu_seconds, 3),
        peak_memory=done.peak_memory,
        audio_samples=receipt.num_samples,
        rejects=receipt.rejects,
        spent=done.spent,
    )
