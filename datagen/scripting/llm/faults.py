"""A reply that is a dialogue, but not the one that was asked for."""

from __future__ import annotations

from collections.abc import Sequence


class BadScript(Exception):
    """What is wrong with a dialogue: one reason, and every fault, for who mends it."""

    def __init__(self, found: Sequence[str], reason: str) -> None:
        super().__init__("; ".join(found))
        self.problems = list(found)
        self.reason = reason
