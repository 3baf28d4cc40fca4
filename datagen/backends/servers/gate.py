"""How many requests are in flight to a server: fewer when it is overloaded, more while it answers.

Threads that share a server share its gate.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition
from typing import Literal


class Trouble(Exception):
    """An answer that another try may better.

    ``kind``: the server is busy or slow, something broke, or the reply cannot be understood.
    """

    def __init__(
        self,
        reason: str,
        kind: Literal["busy", "slow", "broken", "unreadable"] = "broken",
        after: float = 0.0,
    ) -> None:
        super().__init__(reason)
        self.kind, self.after = kind, after

    @property
    def is_overload(self) -> bool:
        """Whether fewer requests at once would help."""
        return self.kind in ("busy", "slow")


class Refused(Exception):
    """A request that the server will not answer; asking again cannot help."""


class Gate:
    """Lets so many requests through at once: additive increase, multiplicative decrease (AIMD)."""

    def __init__(self, most: int) -> None:
        self._most, self.limit = most, float(most)
        self._inside = 0
        self._cut_at = 0.0
        self._condition = Condition()
        self.answered_at = 0.0
        """When a request was last answered, in seconds of the monotonic clock."""

    @contextmanager
    def one(self) -> Iterator[None]:
        """Hold a place; what is raised inside says if there were too many."""
        began = self._enter()
        try:
            yield
        except Trouble as trouble:
            self._leave(began, overload=trouble.is_overload)
            raise
        except Refused:
            self._leave(began, overload=False, answered=True)
            raise
        except BaseException:
            self._leave(began, overload=False)
            raise
        self._leave(began, overload=False, answered=True)

    def _enter(self) -> float:
        with self._condition:
            self._condition.wait_for(lambda: self._inside < max(1, int(self.limit)))
            self._inside += 1
            return time.monotonic()

    def _leave(self, began: float, *, overload: bool, answered: bool = False) -> None:
        """Adjust the limit; requests sent before the last cut cannot ask for another."""
        with self._condition:
            self._inside -= 1
            if answered:
                self.answered_at = time.monotonic()
            if overload and began > self._cut_at:
                self.limit, self._cut_at = max(1.0, self.limit / 2), time.monotonic()
            elif answered:
                self.limit = min(float(self._most), self.limit + 1 / self.limit)
            self._condition.notify(max(1, int(self.limit) - self._inside))
