"""Ray: one pool of actors a stage, each in its own environment. The only module that imports ray.

    Pool.submit(unit) --> Worker.make, in an actor --> Report (done, failed, lost, ...)

Actors are never restarted by Ray: a lost one is replaced by its pool, so there is one retry policy.
"""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from datagen.config import Recipe, StageHost
from datagen.engine.flow import Unit
from datagen.engine.lineup import Stamp
from datagen.engine.worker import Done, Failure, UnitRunner
from datagen.types import UserError

OBJECT_STORE = 100 * 2**20
"""Bytes: nothing but receipts crosses it."""
QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_DEDUP_LOGS": "0",
}
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


class Worker:
    """The actor: a `UnitRunner` in a process of its own."""

    def __init__(self, root: str, recipe: dict[str, Any], stage: str, stamp: Stamp) -> None:
        import pyarrow as pa

        pa.set_cpu_count(1)
        self._runner = UnitRunner(Path(root), Recipe.model_validate(recipe), stage, stamp)

    def ready(self) -> bool:
        """Answer once the stage's backends are loaded."""
        return True

    def make(self, block: int, parts: list[int]) -> Done | Failure:
        """Make one unit."""
        return self._runner.make(block, parts)

    def close(self) -> None:
        """Free what a kill would leak."""
        self._runner.close()


@contextmanager
def cluster(address: str | None) -> Iterator[None]:
    """Be connected to Ray: a private cluster on this machine, or the one at ``address``."""
    os.environ.update(QUIET)
    import ray

    settings: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if address is None:
        os.environ.update(ONE_THREAD)  # inherited, so that workers Ray has already started serve
        settings |= {"include_dashboard": False, "object_store_memory": OBJECT_STORE}
    on_terminate = signal.getsignal(signal.SIGTERM)
    try:
        ray.init(address=address or "local", **settings)
        signal.signal(signal.SIGTERM, on_terminate)  # Ray puts its own in place
    except (ConnectionError, OSError, RuntimeError, ValueError) as error:
        where = f"the Ray cluster at {address}" if address else "Ray on this machine"
        raise UserError(f"cannot start {where}: {' '.join(str(error).split())}") from error
    try:
        yield
    finally:
        ray.shutdown()


@dataclass(frozen=True)
class Report:
    """What a worker has to say."""

    kind: Literal["started", "not started", "made", "lost"]
    unit: Unit | None = None
    answer: Done | Failure | None = None
    reason: str = ""


@dataclass(slots=True)
class _Actor:
    handle: Any
    since: float
    """When it was asked to start, or given its unit (monotonic seconds)."""
    unit: Unit | None = None


class Room:
    """What the cluster has, less what the pools hold.

    A worker is asked for only when there is room for it: one that waits in Ray's queue could not
    be told from one that hangs.
    """

    def __init__(self, pools: Iterable[Pool]) -> None:
        import ray

        have: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
        self.total_cpus, self.total_gpus = have.get("CPU", 0.0), have.get("GPU", 0.0)
        self._cpus, self._gpus = self.total_cpus, self.total_gpus
        for pool in pools:
            self._cpus -= pool.size * pool.host.cpus
            self._gpus -= pool.size * pool.host.gpus

    def take(self, host: StageHost) -> bool:
        """Take room for one worker, if there is."""
        if host.cpus > self._cpus + 1e-6 or host.gpus > self._gpus + 1e-6:
            return False
        self._cpus -= host.cpus
        self._gpus -= host.gpus
        return True


@dataclass
class Pool:
    """The workers of one stage."""

    stage: str
    host: StageHost
    root: Path
    recipe: Recipe
    stamp: Stamp
    """Found by the driver: a worker's environment may lack the other stages' packages."""
    idle: list[_Actor] = field(default_factory=list)
    busy: dict[Any, _Actor] = field(default_factory=dict)
    """By the reference of their answer."""
    starting: dict[Any, _Actor] = field(default_factory=dict)

    def grow(self, units: int, room: Room) -> None:
        """Start workers for ``units`` units, as far as there is room."""
        while self.size < min(units, self._wanted(room)) and room.take(self.host):
            handle = self._actor().remote(
                str(self.root), self.recipe.model_dump(mode="json"), self.stage, self.stamp
            )
            self.starting[handle.ready.remote()] = _Actor(handle, time.monotonic())

    def submit(self, unit: Unit, parts: list[int]) -> None:
        """Give an idle worker a unit."""
        actor = self.idle.pop()
        actor.unit, actor.since = unit, time.monotonic()
        self.busy[actor.handle.make.remote(unit.block, parts)] = actor

    def settle(self, reference: Any) -> Report:
        """Take in an answer that has come."""
        import ray

        starting = reference in self.starting
        actor = (self.starting if starting else self.busy).pop(reference)
        unit, actor.unit = actor.unit, None
        try:
            answer = ray.get(reference)
        except (
            Exception
        ) as error:  # it died: killed, out of memory, its node lost, its start failed
            with suppress(Exception):
                ray.kill(actor.handle, no_restart=True)
            return Report("not started" if starting else "lost", unit, reason=_telling(error))
        self.idle.append(actor)
        return Report("started") if starting else Report("made", unit, answer)

    def overdue(self) -> Iterator[Report]:
        """Kill the workers that take too long to start or to make their unit, and report them."""
        import ray

        now = time.monotonic()
        limits = ((self.starting, self.host.start_seconds), (self.busy, self.host.unit_seconds))
        for actors, limit in limits:
            for reference, actor in list(actors.items()):
                if now - actor.since > limit:
                    del actors[reference]
                    ray.kill(actor.handle, no_restart=True)
                    kind: Literal["lost", "not started"] = "lost" if actor.unit else "not started"
                    yield Report(kind, actor.unit, reason=f"it took over {limit:g} s")

    def close(self) -> None:
        """Let all workers go; those with a unit lose it."""
        import ray

        goodbyes = [actor.handle.close.remote() for actor in self.idle]
        if goodbyes:
            ray.wait(goodbyes, num_returns=len(goodbyes), timeout=30)
        for actor in (*self.idle, *self.busy.values(), *self.starting.values()):
            ray.kill(actor.handle, no_restart=True)
        self.idle.clear()
        self.busy.clear()
        self.starting.clear()

    @property
    def size(self) -> int:
        """How many workers there are, those that are starting included."""
        return len(self.starting) + len(self.busy) + len(self.idle)

    def _wanted(self, room: Room) -> int:
        if self.host.workers != "auto":
            return self.host.workers
        if self.host.gpus:
            return max(1, int(room.total_gpus / self.host.gpus))
        return max(1, int(room.total_cpus / max(self.host.cpus, 1.0)))

    def _actor(self) -> Any:
        import ray

        variables = {**ONE_THREAD, **self.host.env_vars}
        environment: dict[str, Any] = {}
        if any(os.environ.get(name) != value for name, value in variables.items()):
            environment["env_vars"] = variables
        if self.host.py_executable:
            # a worker starts in another folder than this; a link into a virtual environment stays
            environment["py_executable"] = str(Path(self.host.py_executable).absolute())
        return ray.remote(Worker).options(
            num_cpus=self.host.cpus,
            num_gpus=self.host.gpus,
            max_restarts=0,
            max_task_retries=0,
            runtime_env=environment,
        )


def wait(pools: Iterable[Pool], seconds: float) -> list[tuple[Pool, Any]]:
    """Wait until a worker of any pool answers; return all answers that are there, or none."""
    import ray

    whose = {ref: pool for pool in pools for ref in (*pool.busy, *pool.starting)}
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
