"""Splits that part people: nobody is heard in both.

    (call, people of it), ... --part--> {call: train, validation, or None to leave it out}

Calls that share people, over others too, go together. Where nearly all hang together, as people of
Fisher do who make three calls each, a few calls are kept for validation and the others of their
people are left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from datagen.seeds import seed_for
from datagen.types import Split

LARGE = 0.25
"""Share of what validation should have from which a group of calls is not given to it whole."""


def part(calls: Mapping[str, Sequence[str]], held_out: float, seed: int) -> dict[str, Split | None]:
    """Return the split of each call, by its id; ``calls`` has the ids of its people."""
    wanted = round(held_out * len(calls))
    splits: dict[str, Split | None] = dict.fromkeys(calls, "train")
    groups = sorted(_groups(calls), key=lambda group: seed_for(seed, group[0], "split"))
    taken = 0
    for group in groups:
        if taken + len(group) <= wanted and len(group) <= max(1.0, LARGE * wanted):
            splits |= dict.fromkeys(group, "validation")
            taken += len(group)
    if taken < wanted / 2:
        rest = [one for one in calls if splits[one] == "train"]
        splits |= _take_apart({one: calls[one] for one in rest}, wanted - taken, seed)
    return splits


def _groups(calls: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Return calls that hang together by their people, each group sorted."""
    of_person: dict[str, list[str]] = defaultdict(list)
    for call, people in calls.items():
        for person in people:
            of_person[person].append(call)
    groups: list[list[str]] = []
    seen: set[str] = set()
    for first in calls:
        if first in seen:
            continue
        group, open_ = [first], [first]
        seen.add(first)
        while open_:
            for person in calls[open_.pop()]:
                new = [call for call in of_person[person] if call not in seen]
                seen.update(new)
                group += new
                open_ += new
        groups.append(sorted(group))
    return groups


def _take_apart(
    calls: Mapping[str, Sequence[str]], wanted: int, seed: int
) -> dict[str, Split | None]:
    """Give some calls to validation, and leave out those that share one person with them."""
    order = sorted(calls, key=lambda call: seed_for(seed, call, "split"))
    chosen = order[:wanted]
    held = {person for call in chosen for person in calls[call]}
    splits: dict[str, Split | None] = {}
    for call, people in calls.items():
        inside = [person in held for person in people]
        splits[call] = "validation" if all(inside) else None if any(inside) else "train"
    return splits
