"""The flow as a discrete-event simulation: what `datagen.costs` must predict without playing it.

Pools start workers that have to load; a worker takes the lowest block whose upstream is done, later
stages are served first, a stage that is done gives its GPUs back, and every unit takes its own
lognormal time. It shares no formula with the planner.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from datagen.costs.wall import Pool


@dataclass
class _Stage:
    pool: Pool
    group: int
    blocks: int
    waiting: list[int] = field(default_factory=list)
    idle: int = 0
    busy: int = 0
    starting: int = 0
    done: int = 0

    @property
    def size(self) -> int:
        return self.idle + self.busy + self.starting

    def seconds(self, rng: np.random.Generator) -> float:
        mean = self.pool.seconds * self.pool.workers / self.blocks
        sigma = math.sqrt(math.log1p(self.pool.work.spread**2))
        return float(mean * rng.lognormal(-(sigma**2) / 2, sigma))


class Simulation:
    """One run of pools over blocks."""

    def __init__(self, pools: Sequence[Pool], blocks: int, gpus: float, seed: int) -> None:
        names = list(dict.fromkeys(pool.work.stage for pool in pools))
        self._stages = [_Stage(pool, names.index(pool.work.stage), blocks) for pool in pools]
        self._left = [
            [sum(stage.group == group for stage in self._stages)] * blocks
            for group in range(len(names))
        ]
        self._free, self._rng = float(gpus), np.random.default_rng(seed)
        self._events: list[tuple[float, int, str, int]] = []
        self._now, self._blocks = 0.0, blocks

    def run(self) -> float:
        """Return the seconds until everything is done."""
        self._offer(0, range(self._blocks))
        while any(stage.done < self._blocks for stage in self._stages):
            self._assign()
            self._grow()
            if not self._events:
                continue  # room was made for a pool that had none
            self._now, index, kind, block = heapq.heappop(self._events)
            stage = self._stages[index]
            if kind == "started":
                stage.starting, stage.idle = stage.starting - 1, stage.idle + 1
            else:
                stage.busy, stage.idle, stage.done = stage.busy - 1, stage.idle + 1, stage.done + 1
                self._left[stage.group][block] -= 1
                if not self._left[stage.group][block]:
                    self._offer(stage.group + 1, [block])
        return self._now

    def _offer(self, group: int, blocks: Sequence[int]) -> None:
        for stage in self._stages:
            if stage.group == group:
                for block in blocks:
                    heapq.heappush(stage.waiting, block)

    def _assign(self) -> None:
        for index in reversed(range(len(self._stages))):
            stage = self._stages[index]
            if stage.done == self._blocks:
                self._close(stage)
            while stage.idle and stage.waiting:
                block = heapq.heappop(stage.waiting)
                stage.idle, stage.busy = stage.idle - 1, stage.busy + 1
                self._after(stage.seconds(self._rng), index, "made", block)

    def _grow(self) -> None:
        for index in reversed(range(len(self._stages))):
            self._start(index, len(self._stages[index].waiting) + self._stages[index].busy)
        for index, stage in enumerate(self._stages):
            self._start(index, self._blocks - stage.done)
        if any(stage.waiting and not stage.size for stage in self._stages):
            for stage in self._stages:
                if not stage.busy and not stage.waiting:
                    self._close(stage)

    def _start(self, index: int, units: int) -> None:
        stage = self._stages[index]
        share, wanted = stage.pool.work.gpus, min(units, stage.pool.workers)
        while stage.size < wanted and share <= self._free + 1e-6:
            self._free -= share
            stage.starting += 1
            self._after(stage.pool.work.start_seconds, index, "started", -1)

    def _close(self, stage: _Stage) -> None:
        self._free += stage.idle * stage.pool.work.gpus
        stage.idle = 0

    def _after(self, seconds: float, index: int, kind: str, block: int) -> None:
        heapq.heappush(self._events, (self._now + seconds, index, kind, block))


def simulate(pools: Sequence[Pool], gpus: float, runs: int = 3) -> float:
    """Return the mean seconds of some runs."""
    blocks = math.ceil(max(pool.work.units for pool in pools))
    return float(np.mean([Simulation(pools, blocks, gpus, seed).run() for seed in range(runs)]))
