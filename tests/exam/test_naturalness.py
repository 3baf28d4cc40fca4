"""Natural timing is told from timing that was spoiled, in the five ways of TurnNat."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise

import pytest

from datagen.exam.naturalness import Exchange, fit
from datagen.exam.rules.channel import TimeSpan

Turns = list[tuple[str, float, float]]


def natural(rng: random.Random) -> Turns:
    """Turns as people take them: answers after some 0.3 s, a nod now and then."""
    time, turns, side = 0.5, [], "user"
    while time < 55:
        for _ in range(rng.choice([1, 1, 2])):
            end = time + rng.uniform(1.2, 4.5)
            turns.append((side, time, end))
            if rng.random() < 0.2 and end - time > 3:
                other = "agent" if side == "user" else "user"
                middle = (time + end) / 2
                turns.append((other, middle, middle + 0.35))
            time = end + rng.uniform(0.3, 0.7)
        time = turns[-1][2] if turns[-1][2] > end - 1e-9 else end
        time = end + max(-0.2, rng.gauss(0.3, 0.2))
        side = "agent" if side == "user" else "user"
    return turns


def exchange(turns: Turns) -> Exchange:
    spans = {
        who: sorted(TimeSpan(max(0, a), b) for side, a, b in turns if side == who and b > a)
        for who in ("agent", "user")
    }
    return Exchange(spans["agent"], spans["user"], 60)


def shifted(turns: Turns, rng: random.Random, by: float) -> Turns:
    """Move all from an agent's turn on."""
    at = [n for n, (side, a, b) in enumerate(turns) if side == "agent" and b - a > 1][1]
    return [*turns[:at], *((side, a + by, b + by) for side, a, b in turns[at:])]


def early(turns: Turns, rng: random.Random) -> Turns:
    return shifted(turns, rng, -rng.uniform(1.2, 2.5))


def late(turns: Turns, rng: random.Random) -> Turns:
    return shifted(turns, rng, rng.uniform(1.2, 2.0))


def shift_for_hold(turns: Turns, rng: random.Random) -> Turns:
    """Let the agent speak up in a gap of the user's."""
    pairs = pairwise(turns)
    gap = next((a[2] for a, b in pairs if a[0] == b[0] == "user" and b[1] > a[2]), None)
    assert gap is not None
    return [*turns, ("agent", gap + 0.15, gap + rng.uniform(2, 4))]


def hold_for_shift(turns: Turns, rng: random.Random) -> Turns:
    """Take an answer away."""
    at = [n for n, (side, a, b) in enumerate(turns) if side == "agent" and b - a > 1.2][1]
    return turns[:at] + turns[at + 1 :]


def nods(turns: Turns, rng: random.Random) -> Turns:
    """Add two surplus nods, 0.8 s apart."""
    long = max((b - a, a) for side, a, b in turns if side == "user")
    start = long[1] + 0.6
    return [*turns, ("agent", start, start + 0.3), ("agent", start + 0.8, start + 1.1)]


@pytest.mark.parametrize(
    ("spoil", "least"),
    [(early, 0.8), (late, 0.8), (shift_for_hold, 0.8), (hold_for_shift, 0.65), (nods, 0.8)],
)
def test_spoiled_timing_is_less_natural(
    spoil: Callable[[Turns, random.Random], Turns], least: float
) -> None:
    model = fit(exchange(natural(random.Random(seed))) for seed in range(1_000, 1_200))
    right = total = 0
    for seed in range(150):
        rng = random.Random(seed)
        turns = natural(rng)
        try:
            other = spoil(turns, rng)
        except (AssertionError, IndexError):
            continue
        good, bad = (model.naturalness(exchange(one)) for one in (turns, other))
        assert good is not None
        assert bad is not None
        right += good > bad
        total += 1
    assert total > 75
    assert right / total >= least, right / total


def test_where_nobody_starts_or_stops_nothing_is_said() -> None:
    model = fit([exchange(natural(random.Random(0)))])
    assert model.moments > 500
    assert model.naturalness(Exchange([], [], 60)) is None
    assert model.naturalness(Exchange([], [], 0.5)) is None
