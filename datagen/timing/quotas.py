"""Make behaviours as frequent as the quotas ask, before anything is placed.

    [Turn], Quotas --apply--> [Turn] with pauses put in or taken out, barge-ins made to wait

A draw is made for each turn from its own generator, so that a quota changes only what it is about.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from numpy.random import Generator

from datagen.timing.preset import Quotas
from datagen.timing.slots import slot_places
from datagen.types import Pause, Turn


def apply(
    turns: Sequence[Turn], quotas: Quotas, rng_of: Callable[[int], Generator]
) -> tuple[tuple[Turn, ...], frozenset[int]]:
    """Return the turns under the quotas, and which backchannels shall not happen."""
    if quotas == Quotas():
        return tuple(turns), frozenset()
    silenced: set[int] = set()
    changed: list[Turn] = []
    for index, turn in enumerate(turns):
        pause_rate = _pause_rate(turn, quotas)
        if pause_rate is None and turn.onset not in ("backchannel", "barge_in"):
            changed.append(turn)
            continue
        rng = rng_of(index)
        happens = rng.random()
        if turn.onset == "backchannel" and _is_over(happens, quotas.backchannel_rate):
            silenced.add(index)
        if turn.onset == "barge_in" and _is_over(happens, quotas.barge_in_rate):
            turn = turn.model_copy(update={"onset": "after", "at_word": None})
        changed.append(turn if pause_rate is None else _paused(turn, pause_rate, quotas, rng))
    return tuple(changed), frozenset(silenced)


def _is_over(draw: float, rate: float | None) -> bool:
    return rate is not None and draw >= rate


def _pause_rate(turn: Turn, quotas: Quotas) -> float | None:
    """Return the quota of pauses that a turn is under: only a user who has the floor is."""
    is_floor = turn.speaker == "user" and turn.onset != "backchannel"
    return quotas.pause_rate if is_floor else None


def _paused(turn: Turn, pause_rate: float, quotas: Quotas, rng: Generator) -> Turn:
    """Return a user's turn with its pauses kept, taken out, or one put in."""
    words = tuple(turn.spoken.split())
    places = [one.after_word for one in slot_places(words) if len(words) - one.after_word > 1]
    if len(words) < quotas.min_words or not places:
        return turn
    if rng.random() >= pause_rate:
        return turn.model_copy(update={"pauses": ()})
    if turn.pauses:
        return turn
    place = places[int(rng.integers(len(places)))]
    is_thinking = rng.random() < quotas.thinking_rate
    pause = Pause(after_word=place, kind="thinking" if is_thinking else "clause")
    return turn.model_copy(update={"pauses": (pause,)})
