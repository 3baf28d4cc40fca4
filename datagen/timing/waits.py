"""When the agent knows what it looks up: tool calls on the clock, and who must wait for them.

    [Action], placed turns --Waits--> PlacedAction (issued, answered), earliest start of a turn

A call is issued as the agent begins the last sentence of the turn that covers the wait. Until the
result is there the agent may stall, or say what rests on no result; the caller may say what it
likes, and take the order back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from datagen.timing.distributions import samples
from datagen.timing.preset import Lookup
from datagen.types import FRAME, Action, PlacedAction, Turn

STALLING = "stalling"
"""Act of the turns with which an agent fills a wait."""


class Earliest(NamedTuple):
    """The first sample at which a turn may start, and what it waits for."""

    sample: int
    action: str
    """Id of the action."""


class Waits:
    """The actions of a dialogue, as far as their turns are placed."""

    def __init__(
        self,
        turns: Sequence[Turn],
        actions: Sequence[Action],
        law: Lookup,
        rng_of: Callable[[int], np.random.Generator],
    ) -> None:
        self._turns, self._law, self._rng_of = turns, law, rng_of
        self._actions: dict[int, list[Action]] = defaultdict(list)
        for action in actions:
            self._actions[action.turn].append(action)
        self.placed: list[PlacedAction] = []

    def issue(self, index: int, starts: Sequence[int]) -> None:
        """Issue the calls of a turn whose words start at these samples, one after the other."""
        spoken = self._turns[index].spoken.split()
        ends = [place for place, word in enumerate(spoken[:-1], start=1) if word[-1] in ".?!"]
        place = min(ends[-1] if ends else 0, len(starts) - 1)
        call = starts[place] // FRAME * FRAME
        for action in self._actions.get(index, ()):
            result = call + max(FRAME, -(-samples(action.latency) // FRAME) * FRAME)
            self.placed.append(
                PlacedAction(
                    id=action.id,
                    tool=action.tool,
                    arguments=action.arguments,
                    turn=index,
                    issued=call,
                    answered=result,
                    result=action.result,
                    status=action.status,
                )
            )
            call = result

    def take_back(self, index: int, start: int) -> None:
        """End a call that its caller has taken back, as the agent's next turn begins."""
        turn = self._turns[index]
        if not self.placed or turn.speaker != "agent":
            return
        last = self.placed[-1]
        if last.status == "cancelled" and index > last.turn and not _only_stalls(turn):
            end = max(last.issued + FRAME, min(last.answered, start // FRAME * FRAME))
            self.placed[-1] = last.model_copy(update={"answered": end})

    def earliest(self, index: int, now: int) -> Earliest | None:
        """Return when a turn of the agent may start if that is later than ``now``.

        What stalls without a call of its own comes while the wait is under way; everything else
        comes after the result and the time that it takes to read it.
        """
        turn = self._turns[index]
        if turn.speaker != "agent" or turn.meanwhile or not self.placed:
            return None
        last = self.placed[-1]
        if last.status == "cancelled" and not _only_stalls(turn):
            return None
        if last.answered <= now - samples(self._law.read.low):
            return None
        rng = self._rng_of(index)
        if _only_stalls(turn):
            share = rng.uniform(self._law.again.low, self._law.again.high)
            start = now + int(share * max(0, last.answered - now))
        else:
            start = last.answered + self._law.read.draw(rng)
        return Earliest(start, last.id) if start > now else None


def _only_stalls(turn: Turn) -> bool:
    """Say whether a turn only fills a wait, and calls nothing by itself."""
    return turn.act == STALLING and not turn.calls
