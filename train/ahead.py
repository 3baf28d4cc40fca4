"""What the next step will need is put together while this one is computed.

step -> make(step), of which the next is begun on a thread of its own
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Ahead(Generic[Made]):
    """Gives what is made of each step; one thread makes all of it, so `make` may keep things."""

    def __init__(self, make: Callable[[int], Made], last: int) -> None:
        self._make, self._last = make, last
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ahead")
        self._begun: dict[int, Future[Made]] = {}

    def at(self, step: int) -> Made:
        """Return what belongs to a step, and begin that of the next; an error of `make` is raised
        at the step that it belongs to."""
        begun = self._begun.pop(step, None) or self._thread.submit(self._make, step)
        made = begun.result()
        self._begun = {}
        if step + 1 < self._last:
            self._begun[step + 1] = self._thread.submit(self._make, step + 1)
        return made
