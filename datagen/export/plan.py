"""Which part holds which dialogues: decided before anything is written, and always the same.

shards, choice --plan--> [ExportPart], each of one kind and split and of bounded length
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

from datagen.types import SAMPLE_RATE, DialogId


@dataclass(frozen=True)
class ShardSlice:
    """Some rows of one shard."""

    run: int
    """Number of the run among those that are exported."""
    shard: str
    """Name of the shard in its run folder."""
    content: str
    """Hash of the shard's rows."""
    rows: tuple[int, ...]


@dataclass(frozen=True)
class ExportPart:
    """What one process writes at a time."""

    kind: str
    split: str
    number: int
    """Number of the part among those of its split."""
    count: int
    """Parts of its split."""
    slices: tuple[ShardSlice, ...]
    dialogues: int
    num_samples: int
    """Length of the dialogues in samples."""
    kinds: tuple[str, ...]
    """All kinds of the export, sorted."""

    @property
    def label(self) -> str:
        """The name of the part, e.g. ``train-00003``."""
        return f"{self.split}-{self.number:05d}"

    def number_of(self, dialog_id: str) -> str:
        """Return digits that stand for an id: its kind's number in the export, then its own."""
        found = DialogId.parse(dialog_id)
        assert found is not None, dialog_id
        return f"{self.kinds.index(found.kind) + 1}{found.number:07d}"

    def fingerprint(self, request: str) -> str:
        """Return a hash of what decides the part's bytes."""
        text = repr((request, self.kind, self.split, self.number, self.count, self.slices))
        return blake2b(text.encode(), digest_size=16).hexdigest()


@dataclass(frozen=True)
class Candidate:
    """A dialogue that is taken."""

    run: int
    shard: str
    content: str
    row: int
    dialogue: int
    """Number of the dialogue in its run's plan."""
    kind: str
    split: str
    num_samples: int


def plan_parts(candidates: Iterable[Candidate], part_seconds: float) -> list[ExportPart]:
    """Deal dialogues to parts in their order; a part ends where it would be too long."""
    limit = round(part_seconds * SAMPLE_RATE)
    groups: dict[tuple[int, str, str], list[list[Candidate]]] = {}
    lengths: dict[tuple[int, str, str], int] = {}
    kinds: set[str] = set()
    for one in candidates:
        key = (one.run, one.kind, one.split)
        kinds.add(one.kind)
        parts = groups.setdefault(key, [])
        if not parts or lengths[key] + one.num_samples > limit:
            parts.append([])
            lengths[key] = 0
        parts[-1].append(one)
        lengths[key] += one.num_samples
    return _numbered(groups, tuple(sorted(kinds)))


def _numbered(
    groups: dict[tuple[int, str, str], list[list[Candidate]]], kinds: tuple[str, ...]
) -> list[ExportPart]:
    found: dict[str, list[ExportPart]] = {}
    for (_, kind, split), parts in groups.items():
        for members in parts:
            of_split = found.setdefault(split, [])
            length = sum(one.num_samples for one in members)
            part = ExportPart(
                kind, split, len(of_split), 0, _slices(members), len(members), length, kinds
            )
            of_split.append(part)
    return [
        replace(part, count=len(parts)) for split, parts in sorted(found.items()) for part in parts
    ]


def _slices(members: Sequence[Candidate]) -> tuple[ShardSlice, ...]:
    rows: dict[tuple[int, str, str], list[int]] = {}
    for one in members:
        rows.setdefault((one.run, one.shard, one.content), []).append(one.row)
    return tuple(ShardSlice(*key, tuple(found)) for key, found in rows.items())


Progress = Callable[[int, int], None]
"""Told how many dialogues are written, and of how many."""
