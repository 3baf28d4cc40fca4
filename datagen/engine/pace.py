"""What the rest of a slow stage will take, known before its first unit is made.

    units in flight, RUN/kept --KeptPace.look--> Kept: dialogues kept, and the seconds that are left

A block of a neural voice takes a quarter of an hour on a laptop; its dialogues are kept one by one.
Once a unit of the stage is made, units tell the pace, and nobody looks here any more.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from datagen.engine import kept
from datagen.engine.events import Kept
from datagen.engine.unit import Unit
from datagen.storage.run_folder import RunFolder

LOOK = 5.0
"""Seconds between looks: a faster unit is never looked at."""
MAX_LOOKED_AT = 4
"""Units that are looked at; others are taken to be as fast."""


class KeptPace:
    """Watches the dialogues kept of one stage's units. ``clock`` is for tests."""

    def __init__(self, where: str, stage: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = RunFolder(where)
        self._stage = stage
        self._clock = clock
        self._last = clock()
        self._seen: dict[Unit, tuple[int, float]] = {}
        """Dialogues kept of a unit when it was first looked at, and when that was."""
        self._told: dict[Unit, int] = {}

    def look(self, units: Iterable[Unit], num_dialogs: Callable[[], int]) -> Kept | None:
        """Return what is new, None if nothing is.

        ``num_dialogs`` tells how many dialogues the stage's unfinished units have in all.
        """
        now = self._clock()
        if now - self._last < LOOK:
            return None
        self._last = now
        flying = [unit for unit in units if unit.only is None]
        looked = {unit: self._count(unit) for unit in flying[:MAX_LOOKED_AT]}
        for unit, count in looked.items():
            self._seen.setdefault(unit, (count, now))
        pace = sum(self._speed(unit, count, now) for unit, count in looked.items())
        if not pace or looked == self._told:
            return None
        self._told = looked
        done = sum(looked.values())
        left = max(0, num_dialogs() - done) / (pace * len(flying) / len(looked))
        return Kept(stage=self._stage, dialogs=done, seconds_left=round(left, 1))

    def _count(self, unit: Unit) -> int:
        return kept.num_dialogs(self._folder, unit.stage, unit.block)

    def _speed(self, unit: Unit, count: int, now: float) -> float:
        """Return the dialogues a second since the first look."""
        before, since = self._seen[unit]
        return (count - before) / (now - since) if now > since else 0.0
