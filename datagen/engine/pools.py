"""Ray: one pool of actors a stage, each in its own environment.

    Pool.submit(unit, order) --> Worker.make, in an actor --> WorkerReport (made, lost, ...)

Actors are never restarted by Ray: a lost one is replaced by its pool, so there is one retry policy.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from datagen.config import StageHost
from datagen.engine import kept, memory, worker_env
from datagen.engine.capacity import Capacity
from datagen.engine.pipeline import ResolvedRecipe
from datagen.engine.unit import Order, Unit
from datagen.engine.worker import Done, Failure, UnitRunner
from datagen.storage.run_folder import RunFolder

GOODBYE = 30.0
"""Seconds a worker has to free what it holds before it is killed."""


class Worker:
    """The actor: a `UnitRunner` in a process of its own."""

    def __init__(
        self,
        where: str,
        resolved: dict[str, Any],
        stage: str,
        told: Mapping[str, str | None] = MappingProxyType({}),
    ) -> None:
        worker_env.enter(told)
        import pyarrow as pa

        pa.set_cpu_count(1)
        self._runner = UnitRunner(where, ResolvedRecipe.from_json(resolved), stage)
        gc.freeze()  # modules, packs and weights live as long as we do: no use to look for garbage

    def ready(self) -> str:
        """Answer once the stage's backends are loaded: on which node."""
        import ray

        return str(ray.get_runtime_context().get_node_id())

    def make(self, order: Order) -> Done | Failure:
        """Make one unit."""
        return self._runner.make(*order)

    def close(self) -> None:
        """Free what a kill would leak."""
        self._runner.close()


@dataclass(frozen=True)
class WorkerReport:
    """What a worker has to say."""

    kind: Literal["started", "not started", "made", "lost"]
    unit: Unit | None = None
    answer: Done | Failure | None = None
    reason: str = ""
    alone: bool = False
    """Whether no other unit was in the worker of a lost one."""
    how: str = ""
    """What happened to a lost unit, in words that are the same every time."""
    killed: bool = False
    """Whether a worker that has not started was killed, and did not fail by itself."""
    starved: bool = False
    """Whether Ray killed it because others had filled its node's memory."""


@dataclass(slots=True, eq=False)
class _Actor:
    handle: Any
    since: float
    """When it was asked to start, or became idle (monotonic seconds)."""
    units: dict[Any, tuple[Unit, float]] = field(default_factory=dict)
    """What it is making and since when, by the reference of the answer."""
    boot: float = 0.0
    """Seconds it took to start."""
    node: str = ""
    """Ray's name of its node, once it has started."""
    exclusive: bool = False
    """Whether its unit wants no company."""
    leaving: bool = False
    """Whether it is to go after its units."""


@dataclass
class Pool:
    """The workers of one stage."""

    stage: str
    host: StageHost
    where: str
    """Absolute path or URI of the run folder."""
    resolved: dict[str, Any]
    """The recipe and what follows from it (`pipeline.ResolvedRecipe.to_json`)."""
    workers: list[_Actor] = field(default_factory=list)
    starting: dict[Any, _Actor] = field(default_factory=dict)
    """Workers that are starting, by the reference of their first answer."""
    _kept: dict[Unit, int] = field(default_factory=dict)
    """Dialogues of a unit that were kept when its time was up before."""

    @property
    def size(self) -> int:
        """How many workers there are, those that are starting included."""
        return len(self.starting) + len(self.workers)

    @property
    def units(self) -> list[Unit]:
        """The units that are being made."""
        return [unit for actor in self.workers for unit, _ in actor.units.values()]

    @property
    def num_units(self) -> int:
        """How many units are being made."""
        return sum(len(actor.units) for actor in self.workers)

    @property
    def references(self) -> Iterator[Any]:
        """Everything that an answer is awaited of."""
        yield from self.starting
        for actor in self.workers:
            yield from actor.units

    def grow(self, units: int, room: Capacity) -> bool:
        """Start workers for ``units`` units; return False if there was no room for one."""
        needed = -(-units // self.host.units)
        while self.size < min(needed, self._wanted(room)):
            if not room.take(self.host):
                return False
            told = worker_env.split(self.host.env_vars)[1]
            handle = self._actor().remote(self.where, self.resolved, self.stage, told)
            self.starting[handle.ready.remote()] = _Actor(handle, time.monotonic())
        return True

    def submit(self, unit: Unit, order: Order, *, exclusive: bool) -> bool:
        """Give a worker a unit (a ``exclusive`` one to itself); return False if none is free."""
        actor = self._free(exclusive)
        if actor is None:
            return False
        actor.units[actor.handle.make.remote(order)] = (unit, time.monotonic())
        actor.exclusive = exclusive
        return True

    def settle(self, reference: Any) -> Iterator[WorkerReport]:
        """Take in an answer that has come; a worker that is gone reports all its units."""
        import ray

        starting = self.starting.get(reference)
        actor = starting or next((a for a in self.workers if reference in a.units), None)
        if actor is None:
            return  # it was lost together with a unit that was settled before
        try:
            answer = ray.get(reference)
        except Exception as error:  # killed, out of memory, its node lost, its start failed
            killed = "creation task" not in str(error)  # where Ray says that __init__ raised
            starved = memory.starved(error)
            reason = memory.said(error, self.stage) if starved else _telling(error)
            yield from self._lose(
                actor, reason, "its worker ended", killed=killed or starved, starved=starved
            )
            return
        if starting:
            del self.starting[reference]
            self.workers.append(actor)
            actor.boot, actor.node = time.monotonic() - actor.since, str(answer)
            yield WorkerReport("started")
        else:
            unit, _ = actor.units.pop(reference)
            actor.exclusive = False
            yield WorkerReport("made", unit, answer)
        actor.since = time.monotonic()
        if actor.leaving and not actor.units:
            self._dismiss([actor])

    def overdue(self) -> Iterator[WorkerReport]:
        """Kill the workers that take too long to start or to make a unit, and report them."""
        now, limits = time.monotonic(), self.host
        for actor in list(self.starting.values()):
            if now - actor.since > limits.start_seconds:
                setting = f"the host's {self.stage}.start_seconds"
                reason = f"it took over {limits.start_seconds:g} s ({setting})"
                yield from self._lose(actor, reason, "")
        for actor in list(self.workers):
            if any(self._is_stuck(actor, ref, now) for ref in list(actor.units)):
                how = f"it took over {limits.unit_seconds:g} s"
                yield from self._lose(actor, f"{how} (the host's {self.stage}.unit_seconds)", how)

    def _is_stuck(self, actor: _Actor, reference: Any, now: float) -> bool:
        """Return whether a unit has taken its time without a further dialogue kept."""
        unit, since = actor.units[reference]
        if now - since <= self.host.unit_seconds:
            return False
        place = kept.folder_of(unit.stage, unit.block)
        count = len(RunFolder(self.where).storage.names(place))
        if count <= self._kept.get(unit, 0):
            return True
        self._kept[unit] = count
        actor.units[reference] = (unit, now)
        return False

    def withdraw_one(self) -> bool:
        """Take back the last worker that was asked for and has not started; False if none is."""
        if not self.starting:
            return False
        self._remove(max(self.starting.values(), key=lambda actor: actor.since))
        return True

    def forget_idle(self, alive: Container[str]) -> int:
        """Forget the idle workers of nodes that are not ``alive``; return how many there were."""
        gone = [a for a in self.workers if not a.units and a.node and a.node not in alive]
        for actor in gone:
            self._remove(actor)
        return len(gone)

    def let_one_go(self, *, rested: bool) -> bool:
        """Let a worker without units go; a ``rested`` one has idled as long as it took to start.

        So what is spent on starting workers again is at most what is lost by idle ones.
        """
        now = time.monotonic()
        for actor in self.workers:
            if not actor.units and (not rested or now - actor.since > actor.boot):
                self._dismiss([actor])
                return True
        return False

    def retire_one(self) -> None:
        """Let a worker go once its units are made, unless one is going already or is the last."""
        if len(self.workers) < 2 or any(actor.leaving for actor in self.workers):
            return
        least = min(self.workers, key=lambda actor: len(actor.units))
        least.leaving = True
        if not least.units:
            self._dismiss([least])

    def close(self) -> None:
        """Let all workers go; those with a unit lose it."""
        self._dismiss([*self.workers, *self.starting.values()])

    def _free(self, exclusive: bool) -> _Actor | None:
        """Return the worker that is to have the next unit, if one may have it."""
        free = [
            actor
            for actor in self.workers
            if len(actor.units) < (1 if exclusive else self.host.units)
            and not (actor.exclusive or actor.leaving)
        ]
        for actor in sorted(free, key=lambda actor: len(actor.units)):
            if not exclusive or self._is_alive(actor):
                return actor
        return None

    def _is_alive(self, actor: _Actor) -> bool:
        """Ask an idle worker whether it is there; forget it if not, since it proves nothing."""
        import ray

        try:
            return bool(ray.get(actor.handle.ready.remote(), timeout=GOODBYE))
        except Exception:
            self._remove(actor)
            return False

    def _lose(
        self,
        actor: _Actor,
        reason: str,
        how: str,
        *,
        killed: bool = False,
        starved: bool = False,
    ) -> Iterator[WorkerReport]:
        """Kill a worker and report what it was doing."""
        units = [unit for unit, _ in actor.units.values()]
        started = actor in self.workers
        self._remove(actor)
        if not started:
            yield WorkerReport("not started", reason=reason, killed=killed)
        for unit in units:
            alone = len(units) == 1
            yield WorkerReport("lost", unit, reason=reason, alone=alone, how=how, starved=starved)

    def _dismiss(self, actors: Sequence[_Actor]) -> None:
        """Let workers go, with time to free what they hold if they are not at work."""
        import ray

        goodbyes = [a.handle.close.remote() for a in actors if a in self.workers and not a.units]
        if goodbyes:
            ray.wait(goodbyes, num_returns=len(goodbyes), timeout=GOODBYE)
        for actor in actors:
            self._remove(actor)

    def _remove(self, actor: _Actor) -> None:
        import ray

        if actor in self.workers:
            self.workers.remove(actor)
        self.starting = {ref: other for ref, other in self.starting.items() if other is not actor}
        with suppress(Exception):
            ray.kill(actor.handle, no_restart=True)

    def _wanted(self, room: Capacity) -> int:
        if self.host.workers != "auto":
            return self.host.workers
        if self.host.gpus:
            return max(1, int(room.total_gpus / self.host.gpus))
        return max(1, int(room.total_cpus / max(self.host.cpus, 1.0)))

    def _actor(self) -> Any:
        import ray

        variables = {**worker_env.usual(), **worker_env.split(self.host.env_vars)[0]}
        environment: dict[str, Any] = {}
        if any(os.environ.get(name) != value for name, value in variables.items()):
            environment["env_vars"] = variables
        if self.host.py_executable:
            # a worker starts in another folder than this; a link into a virtual environment stays
            environment["py_executable"] = str(Path(self.host.py_executable).absolute())
        if self.host.runtime_env:
            environment |= self.host.runtime_env.for_ray()
        return ray.remote(Worker).options(
            num_cpus=self.host.cpus,
            num_gpus=self.host.gpus,
            resources=self.host.resources,
            max_concurrency=self.host.units,
            max_restarts=0,
            max_task_retries=0,
            runtime_env=environment,
        )


def wait(pools: Iterable[Pool], seconds: float) -> list[tuple[Pool, Any]]:
    """Wait until a worker of any pool answers; return all answers that are there, or none."""
    import ray

    whose = {ref: pool for pool in pools for ref in pool.references}
    if not whose:
        return []
    references = list(whose)
    ready, _ = ray.wait(references, num_returns=1, timeout=seconds)
    if ready:
        ready, _ = ray.wait(references, num_returns=len(references), timeout=0)
    return [(whose[reference], reference) for reference in ready]


def _telling(error: BaseException) -> str:
    """Return the most telling line of an error that came through Ray."""
    cause = getattr(error, "cause", None) or error
    lines = [line.strip() for line in str(cause).splitlines() if line.strip()]
    return f"{type(cause).__name__}: {lines[-1] if lines else ''}"
