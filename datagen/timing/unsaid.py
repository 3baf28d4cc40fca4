"""What becomes of the facts that a barge-in left unsaid: nothing is lost without a word of why.

    [Turn], [Fact], Arrangement --account--> `unsaid` events in the ledger

A fact is unsaid if its spoken form is in the whole turn, and not in what was heard of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

from datagen.timing.arrange import Arrangement, Placed
from datagen.types import Fact, Turn

Fate: TypeAlias = Literal[
    "resumed", "repeated", "summarised", "said", "known", "declined", "answered", "dropped", "ended"
]
"""What becomes of a fact: said later as the script has planned it, or by the way (``said``).

If it is not said any more: it had been said before (``known``); who interrupts knows it already,
does not want it (``declined``) or has answered without it (``answered``); its speaker leaves it
(``dropped``), or says nothing any more (``ended``).
"""
_PLANNED: Mapping[str | None, Fate] = {
    "resume": "resumed",
    "repeat": "repeated",
    "summarise": "summarised",
}
_WHY: Mapping[str | None, Fate] = {
    "known": "declined",
    "correction": "declined",
    "cancel": "declined",
    "early": "answered",
}
"""Why something is not said any more, by the kind of the interruption."""


class _Cut(NamedTuple):
    """A turn that was cut, and the one that cut it."""

    heard: Placed
    by: Turn
    lost: frozenset[str]
    """Facts that are not heard, by their ids."""


def account(turns: Sequence[Turn], facts: Sequence[Fact], arrangement: Arrangement) -> None:
    """Write down what becomes of each fact that a cut has left unsaid."""
    if not any(event.type == "cut" for event in arrangement.ledger.events()):
        return
    spoken = {fact.id: words_of(fact.spoken) for fact in facts}
    for cut in _cuts(turns, spoken, arrangement):
        fates: dict[tuple[Fate, tuple[int, int]], list[str]] = {}
        for name in sorted(cut.lost):
            fate = _fate(turns, spoken[name], cut, arrangement)
            fates.setdefault(fate, []).append(name)
        for (cause, span), names in fates.items():
            arrangement.ledger.add("unsaid", cut.heard.speaker, cause, span, " ".join(names))


def words_of(text: str) -> tuple[str, ...]:
    """Return words as they are compared: in lower case, without marks."""
    return tuple(word for one in text.split() if (word := one.strip(",.?!;:\"'").lower()))


def holds(words: Sequence[str], wanted: Sequence[str]) -> bool:
    """Say whether some words are among others, one after the other."""
    size = len(wanted)
    return any(tuple(words[at : at + size]) == wanted for at in range(len(words) - size + 1))


def _cuts(
    turns: Sequence[Turn], spoken: Mapping[str, tuple[str, ...]], arrangement: Arrangement
) -> Iterator[_Cut]:
    """Yield the turns of which not all was heard, and that have lost a fact by it."""
    floor: Placed | None = None
    for index, turn in enumerate(turns):
        if turn.onset == "backchannel" or index not in arrangement.placed:
            continue
        if floor is not None and turn.onset == "barge_in":
            said = turns[floor.index].spoken
            num_heard = len(floor.take.words)
            if num_heard < len(said.split()):
                whole = words_of(said)
                heard = words_of(" ".join(said.split()[:num_heard]))
                lost = frozenset(
                    name
                    for name, words in spoken.items()
                    if words and holds(whole, words) and not holds(heard, words)
                )
                if lost:
                    yield _Cut(floor, turn, lost)
        floor = arrangement.placed[index]


def _fate(
    turns: Sequence[Turn], wanted: Sequence[str], cut: _Cut, arrangement: Arrangement
) -> tuple[Fate, tuple[int, int]]:
    """Return what becomes of one fact, and the span of samples where that is."""
    planned = cut.by.interruption
    is_first = True
    for index in range(cut.heard.index + 1, len(turns)):
        placed = arrangement.placed.get(index)
        if placed is None or placed.onset == "backchannel" or placed.speaker != cut.heard.speaker:
            continue
        if holds(_heard(turns, placed), wanted):
            uptake = planned.uptake if planned is not None else None
            is_bridge = turns[index].act == "bridge"
            fate = _PLANNED.get(uptake, "repeated" if is_bridge and is_first else "said")
            return fate, (placed.start, placed.end)
        is_first = False
    at = cut.heard.end, cut.heard.end
    before = (arrangement.placed.get(index) for index in range(cut.heard.index))
    if any(placed is not None and holds(_heard(turns, placed), wanted) for placed in before):
        return "known", at
    if is_first:
        return "ended", at
    return _WHY.get(planned.kind if planned is not None else None, "dropped"), at


def _heard(turns: Sequence[Turn], placed: Placed) -> tuple[str, ...]:
    words = turns[placed.index].spoken.split()
    return words_of(" ".join(words[: len(placed.take.words)]))
