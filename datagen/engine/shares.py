"""Fair shares of a cluster that several runs use: each says what it holds and lacks, and gives way.

    held, lacked --Shares.tell--> Ray's key-value store --> the other runs: which resources to yield

A run that holds more than its equal part of what another lacks lets workers go, one after the other
as their units are made, until it holds its part; what it holds below that nobody asks it for.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

SPACE = b"datagen"
PREFIX = b"share/"
EVERY = 2.0
"""Seconds between two looks."""
GONE = 15.0
"""Seconds after which a run that says nothing new has ended."""
_HAIR = 1e-6
_SHARED = ("CPU", "GPU")


@dataclass(frozen=True)
class ClusterShare:
    """What a run says of itself."""

    held: Mapping[str, float]
    """What its workers hold, by Ray's name of the resource."""
    lacks: frozenset[str]
    """What it has units for, and finds no room."""


class Shares:
    """What this run and the others hold of one cluster."""

    def __init__(self) -> None:
        self._key = PREFIX + uuid4().hex.encode()
        self._looked = 0.0
        self._told = 0
        self._heard: dict[bytes, tuple[bytes, float]] = {}
        """What each other run said last, and since when (monotonic seconds)."""
        self._mine = ClusterShare({}, frozenset())

    def tell(self, held: Mapping[str, float], lacks: frozenset[str]) -> None:
        """Say what this run holds and lacks, and hear the others, now and then."""
        self._mine = ClusterShare(held, lacks)
        now = time.monotonic()
        if now - self._looked < EVERY:
            return
        self._looked = now
        self._told += 1
        with suppress(Exception):  # a store that is away for a moment changes nothing
            _put(self._key, _written(self._mine, self._told))
            said = {key: _get(key) for key in _list() if key != self._key}
            self._heard = {
                key: (value, self._heard.get(key, (b"", now))[1] if self._same(key, value) else now)
                for key, value in said.items()
                if value is not None
            }

    def to_yield(self, total: Mapping[str, float]) -> frozenset[str]:
        """Return what this run holds more of than its part, while another lacks it."""
        others = [
            _read(value) for value, since in self._heard.values() if time.monotonic() - since < GONE
        ]
        return over_their_part(self._mine, others, total)

    def end(self) -> None:
        """Say no more."""
        with suppress(Exception):
            _delete(self._key)

    def _same(self, key: bytes, value: bytes) -> bool:
        return self._heard.get(key, (b"", 0.0))[0] == value


def over_their_part(
    mine: ClusterShare, others: list[ClusterShare], total: Mapping[str, float]
) -> frozenset[str]:
    """Return the resources of which a run is to let some go.

    It holds more than an equal part, and more than one who lacks them.
    """
    found = set()
    for name in _SHARED:
        part = total.get(name, 0.0) / (len(others) + 1)
        held = mine.held.get(name, 0.0)
        if held > part + _HAIR and any(
            name in other.lacks and other.held.get(name, 0.0) < held for other in others
        ):
            found.add(name)
    return frozenset(found)


def added_up(parts: Sequence[tuple[Mapping[str, float], int]]) -> dict[str, float]:
    """Return what workers hold together: each kind's needs, and how many there are."""
    held: dict[str, float] = {}
    for needs, count in parts:
        for name, amount in needs.items():
            held[name] = held.get(name, 0.0) + amount * count
    return held


def _written(share: ClusterShare, number: int) -> bytes:
    """Write a share; its number tells that the run lives."""
    held = {name: amount for name, amount in share.held.items() if amount}
    return json.dumps({"held": held, "lacks": sorted(share.lacks), "number": number}).encode()


def _read(value: bytes) -> ClusterShare:
    """Read what another run, perhaps of another version, says."""
    try:
        said = json.loads(value)
        held = {str(name): float(amount) for name, amount in said["held"].items()}
        return ClusterShare(held, frozenset(map(str, said["lacks"])))
    except (ValueError, TypeError, KeyError, AttributeError):
        return ClusterShare({}, frozenset())


def _store() -> Any:
    from ray.experimental import internal_kv

    return internal_kv


def _put(key: bytes, value: bytes) -> None:
    _store()._internal_kv_put(key, value, True, namespace=SPACE)


def _get(key: bytes) -> bytes | None:
    value: bytes | None = _store()._internal_kv_get(key, namespace=SPACE)
    return value


def _list() -> list[bytes]:
    return list(_store()._internal_kv_list(PREFIX, namespace=SPACE))


def _delete(key: bytes) -> None:
    _store()._internal_kv_del(key, namespace=SPACE)
