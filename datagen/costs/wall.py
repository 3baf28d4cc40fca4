"""How long pools of workers take, and which sizes balance a number of GPUs.

    Pools of the line --phases--> pools that fit on the GPUs at once --wall_seconds--> seconds

Stages work at the same time on different blocks, so a phase takes as long as its slowest pool, and
what it takes to fill and empty the line. Checked against a simulation for spreads up to a half.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from statistics import NormalDist

from datagen.costs.work import Work
from datagen.types import UserError

SCATTERED = 0.4
"""Standard deviation, as a share of a unit, beyond which workers are out of step."""
STEPS = 400
"""Steps of the integrals over a unit's seconds."""
GRAIN = 1e-4
"""Smallest share of a GPU: Ray counts shares in ten-thousandths."""
NORMAL = NormalDist()


@dataclass(frozen=True)
class PoolEstimate:
    """Workers of one kind."""

    work: Work
    workers: int

    @property
    def gpus(self) -> float:
        """GPUs held while the pool works."""
        return self.work.gpus * self.workers

    @property
    def seconds(self) -> float:
        """Wall time in seconds if nothing ever kept its workers waiting."""
        return self.work.units * self.work.unit_seconds / self.workers


def makespan(work: Work, workers: int) -> float:
    """Return the seconds from a pool's first unit to its last, if units are always there."""
    mean, spread = work.unit_seconds, max(work.spread, 0.01)
    units = math.ceil(work.units)
    if units <= workers:
        return _longest(mean, spread, units, rest=False)
    seconds = _out_of_step(work, workers, spread)
    if spread * math.sqrt(units / workers) > SCATTERED:
        return seconds
    return max(seconds, _in_step(mean, spread, units, workers))


def _out_of_step(work: Work, workers: int, spread: float) -> float:
    """Return the seconds of workers that, after many units, have nothing in common.

    All are busy until no unit is left; then each has the rest of its unit before it, and the
    longest rest counts (renewal theory: the rest of an interval that is met at random).
    """
    mean_rest = work.unit_seconds * (1 + spread**2) / 2
    longest_rest = _longest(work.unit_seconds, spread, workers, rest=True)
    return work.units * work.unit_seconds / workers + longest_rest - mean_rest


def _in_step(mean: float, spread: float, units: int, workers: int) -> float:
    """Return the seconds of workers that, after few units, still take the next ones together."""
    rounds = (units - 1) // workers
    last_round = units - rounds * workers
    sooner = NORMAL.inv_cdf(last_round / (workers + 1)) * spread * math.sqrt(rounds)
    return mean * (rounds + sooner) + _longest(mean, spread, last_round, rest=False)


def _longest(mean: float, spread: float, draws: int, *, rest: bool) -> float:
    """Return the expected longest of so many lognormal intervals, or of the rests of them."""
    sigma = math.sqrt(math.log1p(spread**2))
    center, top = math.log(mean or 1e-12) - sigma**2 / 2, mean * math.exp(6 * sigma)
    step = top / STEPS
    total = 0.0
    for number in range(STEPS):
        x = (number + 0.5) * step
        z = (math.log(x or 1e-12) - center) / sigma
        below = NORMAL.cdf(z)
        if rest:  # 1 - E[max(X - x, 0)] / E[X]
            below = 1 - NORMAL.cdf(sigma - z) + x / (mean or 1e-12) * (1 - below)
        total += step * (1 - min(1.0, max(0.0, below)) ** draws)
    return total


def wall_seconds(phase: Sequence[PoolEstimate]) -> float:
    """Return the seconds of pools, in the line's order, that work at the same time."""
    ready = finished = 0.0
    for _, pools in groupby(phase, key=lambda pool: pool.work.stage):
        side_by_side = [_stage(pool, ready, finished) for pool in pools]
        ready = max(first for first, _ in side_by_side)
        finished = max(last for _, last in side_by_side)
    return finished


def _stage(pool: PoolEstimate, ready: float, finished: float) -> tuple[float, float]:
    """Return when a pool's first and last units are done, given those before it."""
    start = max(ready, pool.work.start_seconds)
    last = max(start + makespan(pool.work, pool.workers), finished + pool.work.unit_seconds)
    return start + pool.work.unit_seconds, last


def phases(pools: Sequence[PoolEstimate], gpus: int) -> list[list[PoolEstimate]]:
    """Split the line where its pools no longer fit on the GPUs at once: one part after another."""
    parts: list[list[PoolEstimate]] = [[]]
    for _, stage in groupby(pools, key=lambda pool: pool.work.stage):
        group = list(stage)
        if not fits(group, gpus):
            raise UserError(
                f"--gpus {gpus}: {group[0].work.stage} needs"
                f" {sum(pool.gpus for pool in group):g} at once ({_names(group)}); give more, or"
                " choose fewer or smaller models"
            )
        if not fits([*parts[-1], *group], gpus):
            parts.append([])
        parts[-1] += group
    return parts


def fits(pools: Iterable[PoolEstimate], gpus: int) -> bool:
    """Return whether workers can be laid on GPUs so that none is split between two."""
    workers: Counter[float] = Counter()
    for pool in pools:
        workers[pool.work.gpus] += pool.workers
    free = [1.0] * gpus
    for share in sorted(workers, reverse=True):
        if share and not _lay(workers[share], share, free):
            return False
    return True


def _lay(workers: int, share: float, free: list[float]) -> bool:
    """Lay workers of one share on what is free of each GPU, first come, first served."""
    if share > 1:
        whole = [index for index, room in enumerate(free) if room == 1.0]
        needed = workers * math.ceil(share)
        for index in whole[:needed]:
            free[index] = 0.0
        return needed <= len(whole)
    for index, room in enumerate(free):
        here = min(workers, int((room + GRAIN) / share))
        workers, free[index] = workers - here, room - here * share
    return workers == 0


def balance(works: Sequence[Work], gpus: int) -> list[list[PoolEstimate]]:
    """Return phases whose pools are as large as the GPUs allow, the slowest grown first."""
    smallest = phases([PoolEstimate(work, 1) for work in works], gpus)
    return [_grow(phase, gpus) for phase in smallest]


def _grow(pools: list[PoolEstimate], gpus: int) -> list[PoolEstimate]:
    """Grow the slowest pool until it cannot grow; then give the others what keeps up with it."""
    while True:
        slowest = max((pool for pool in pools if pool.gpus), key=_pace, default=None)
        if slowest is None or slowest.workers >= slowest.work.units:
            break
        grown = [_more(pool) if pool is slowest else pool for pool in pools]
        if not fits(grown, gpus):
            break
        pools = grown
    pace = max((pool.seconds for pool in pools if pool.gpus), default=0.0)
    return [pool if pool.gpus or not pace else _keep_up(pool, pace) for pool in pools]


def _pace(pool: PoolEstimate) -> float:
    return pool.seconds


def _more(pool: PoolEstimate) -> PoolEstimate:
    return replace(pool, workers=pool.workers + 1)


def _keep_up(pool: PoolEstimate, pace: float) -> PoolEstimate:
    """Return a pool without GPUs that is somewhat quicker than the slowest with some."""
    return replace(pool, workers=max(1, math.ceil(1.25 * pool.seconds * pool.workers / pace)))


def _names(pools: Iterable[PoolEstimate]) -> str:
    return ", ".join(pool.work.name for pool in pools)
