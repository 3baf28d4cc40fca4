"""The estimate of a run: how long, on which pools, at what price, and what holds it up."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

from datagen.config import Host, Recipe, StageHost
from datagen.costs.pilot import Pilot
from datagen.costs.rates import Figure, Prices, Rates
from datagen.costs.wall import PoolEstimate, balance, wall_seconds
from datagen.costs.work import Reckoner, Work
from datagen.engine.plan import Plan
from datagen.storage.run_folder import SHARDS, UNIT_STAGES


@dataclass(frozen=True)
class Estimate:
    """What a run will come to."""

    parts: tuple[tuple[PoolEstimate, ...], ...]
    """Parts of the run, one after the other; the pools of a part work at the same time."""
    wall: float
    """Wall time in seconds."""
    gpus: int
    """GPUs held all the while: those asked for, or else those of the host's own pools."""
    bytes: dict[str, float]
    """Bytes on disk, by stage."""
    token_cost: float
    """Price that hosted models ask for their tokens."""
    prices: Prices
    believed: dict[str, Figure]

    @property
    def pools(self) -> list[PoolEstimate]:
        """All pools, in the line's order."""
        return [pool for part in self.parts for pool in part]

    @property
    def bottleneck(self) -> PoolEstimate:
        """The pool that holds up the others of its part for longest."""
        return max(self.pools, key=lambda pool: pool.seconds)

    def money(self, work: Work) -> float:
        """Return what a stage's own hours cost."""
        prices = self.prices
        return work.gpu_hours * (prices.gpu_hour or 0.0) + work.cpu_hours * (prices.cpu_hour or 0.0)

    @property
    def rent(self) -> float:
        """The price of the GPUs from the beginning to the end, busy or not."""
        return self.gpus * self.wall / 3600 * (self.prices.gpu_hour or 0.0)


def estimate(
    recipe: Recipe,
    plan: Plan,
    host: Host,
    rates: Rates,
    *,
    gpus: int | None = None,
    pilot: Pilot | None = None,
) -> Estimate:
    """Estimate a plan on a host's pools, or on pools that balance a number of GPUs."""
    reckoner = Reckoner(recipe, plan, host, rates, pilot)
    if gpus is None:
        pools = _pools_of(host, reckoner.works)
        parts = [pools]
        gpus = _gpus_of(pools)
    else:
        parts = [[_at_least(pool, host) for pool in part] for part in balance(reckoner.works, gpus)]
    wall = sum(map(wall_seconds, parts))
    if host.address is None and not any(work.gpus for work in reckoner.works):
        wall = max(wall, sum(work.cpu_hours for work in reckoner.works) * 3600 / _cores())
    return Estimate(
        parts=tuple(map(tuple, parts)),
        wall=wall,
        gpus=gpus,
        bytes={stage: reckoner.bytes_of(stage) for stage in (*UNIT_STAGES, SHARDS)},
        token_cost=reckoner.token_cost,
        prices=rates.prices,
        believed=reckoner.believed,
    )


def _pools_of(host: Host, works: Sequence[Work]) -> list[PoolEstimate]:
    """Return the pools as a host has them, and one server of each model."""
    named = [work for work in works if not work.is_server]
    fixed = sum(
        work.gpus * place.workers
        for work in named
        if (place := getattr(host, work.stage)).workers != "auto"
    )
    gpus = max(1, math.ceil(fixed))
    return [
        PoolEstimate(work, 1 if work.is_server else _workers(getattr(host, work.stage), work, gpus))
        for work in works
    ]


def _at_least(pool: PoolEstimate, host: Host) -> PoolEstimate:
    """Return a pool without GPUs that is no smaller than the host's: servers want many clients."""
    workers = getattr(host, pool.work.stage).workers
    if pool.gpus or workers == "auto":
        return pool
    return replace(pool, workers=max(pool.workers, workers))


def _workers(place: StageHost, work: Work, gpus: int) -> int:
    """Return how many workers a stage gets: as the engine counts them."""
    if place.workers != "auto":
        return place.workers
    if work.gpus:
        return max(1, int(gpus / work.gpus))
    return max(1, int(_cores() / max(place.cpus, 1.0)))


def _gpus_of(pools: Sequence[PoolEstimate]) -> int:
    return math.ceil(sum(pool.gpus for pool in pools if not pool.work.is_server) - 1e-6)


def _cores() -> int:
    ours = getattr(os, "sched_getaffinity", None)  # macOS has none
    return len(ours(0)) if ours else os.cpu_count() or 1
