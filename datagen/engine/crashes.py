"""Find the dialogue that kills its worker, so that the rest of its unit can be made without it.

    unit lost twice --> its dialogues, each alone on a worker --> those lost twice are culprits

One lost worker proves nothing (a machine may have failed), so it accuses nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from datagen.engine.plan import DIALOGS_PER_BLOCK
from datagen.engine.unit import GaveUp, Unit
from datagen.storage.run_folder import SHARDS

LOSSES = 2
"""Workers that a unit, and then one of its dialogues alone, must lose to be suspected."""


MANY = DIALOGS_PER_BLOCK // 2
"""If more dialogues of a unit kill their workers, the backend is to blame, and the run stops."""


class Suspects:
    """Who was there when workers were lost."""

    def __init__(self) -> None:
        self._losses: Counter[Unit] = Counter()
        self._losses_alone: Counter[Unit] = Counter()
        self._waiting: dict[Unit, set[int]] = {}
        """Dialogues that are not tried to an end yet, of each unit on trial."""
        self._culprits: dict[Unit, dict[int, str]] = {}

    def exclusive(self, unit: Unit) -> bool:
        """Return whether a unit must have its worker to itself."""
        return unit.only is not None or self._losses[unit] >= LOSSES

    def culprits(self, unit: Unit) -> Mapping[int, str]:
        """Return which dialogues of a unit are not to be tried any more, and what they did."""
        return self._culprits.get(unit, {})

    def lost(self, unit: Unit, *, alone: bool) -> list[Unit]:
        """Note that a unit lost its worker, ``alone`` or with others; return what to do next."""
        self._losses[unit] += 1
        self._losses_alone[unit] += alone
        if self._losses_alone[unit] != LOSSES or unit.stage == SHARDS:
            return [unit]
        left = [i for i in range(DIALOGS_PER_BLOCK) if i not in self.culprits(unit)]
        self._waiting[unit] = set(left)
        return [unit._replace(only=place) for place in left]

    def lost_trial(self, trial: Unit, how: str) -> list[Unit]:
        """Note that a dialogue lost its worker, alone; return what to do next, or raise GaveUp."""
        assert trial.only is not None
        self._losses[trial] += 1
        if self._losses[trial] < LOSSES:
            return [trial]
        culprits = self._culprits.setdefault(trial.whole, {})
        culprits[trial.only] = f"twice, alone in its worker: {how}"
        if len(culprits) > MANY:
            message = f"{len(culprits)} dialogues of {trial.whole} kill their workers: {how}"
            raise GaveUp(message, trial.whole)
        return self.passed(trial)

    def passed(self, trial: Unit) -> list[Unit]:
        """Note that a trial is over; after the last, return the unit itself."""
        unit = trial.whole
        del self._losses[trial]
        waiting = self._waiting[unit]
        waiting.discard(-1 if trial.only is None else trial.only)
        if waiting:
            return []
        del self._waiting[unit]
        if self.culprits(unit):
            del self._losses[unit], self._losses_alone[unit]  # the unit itself was not to blame
        return [unit]
