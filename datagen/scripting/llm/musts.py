"""Which turn of a scene meets which must, and what it lacks.

Brief, SceneTurn, ... --unmet--> faults to mend
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from datagen.scripting.checks import MARKERS, holds
from datagen.scripting.compose.grammar import plain
from datagen.scripting.llm.brief import Brief, Must
from datagen.scripting.llm.casual_brief import FOLLOW_UP
from datagen.scripting.llm.gist import gist, missing
from datagen.scripting.llm.scene import SceneTurn
from datagen.text import speak
from datagen.types import Fact

TAKEN_UP = 4
"""How many turns back what is taken up was said."""


def places_of(musts: Sequence[Must], turns: Sequence[SceneTurn]) -> dict[str, int]:
    """Return the turn that meets each must, by its id."""
    speakers = {must.id: must.speaker for must in musts}
    places: dict[str, int] = {}
    for at, turn in enumerate(turns):
        for must_id in turn.does:
            if speakers.get(must_id) == turn.speaker:
                places.setdefault(must_id, at)
    return places


def where(at: int, turn: SceneTurn) -> str:
    """Return which turn is meant, for a model."""
    return f"turn {at} ({turn.speaker}, {turn.text[:80]!r})"


def unmet(brief: Brief, turns: Sequence[SceneTurn]) -> Iterator[str]:
    """Say which musts are not met, or in the wrong order."""
    places = places_of(brief.musts, turns)
    for must in brief.musts:
        if must.id not in places:
            yield f"no turn of the {must.speaker} meets {must.id}: {must.what}"
            continue
        at = places[must.id]
        for lack in _lacks(must, at, turns, brief.ground.facts):
            yield f"{where(at, turns[at])} {lack} ({must.id})"
        if must.answers in places and places[must.answers] >= at:
            yield f"{must.id} answers {must.answers} and has to come after it"
    task = [must.id for must in brief.musts if must.id in places and must.id.startswith("T")]
    for one, other in pairwise(task):
        if places[other] < places[one]:
            yield f"{other} comes before {one}: the task has its order"


def _lacks(must: Must, at: int, turns: Sequence[SceneTurn], facts: Sequence[Fact]) -> Iterator[str]:
    turn = turns[at]
    spoken = speak(turn.text, facts)
    known = {fact.written: fact.spoken for fact in facts}
    for value in must.says:
        if value not in turn.text and known.get(value, value) not in spoken:
            yield f"does not say {value!r}"
    for value in must.forbids:
        if value in turn.text:
            yield f"says {value!r}, which is wrong"
    if must.tool and must.tool not in turn.calls:
        yield f"does not call {must.tool}"
    if must.asks and "?" not in turn.text:
        yield "asks nothing"
    if must.tells and (lacks := missing(spoken, must.tells)):
        yield f"does not tell {must.tells!r}, say more of {', '.join(lacks)}"
    yield from _undone(must, at, turns, spoken)


def _undone(must: Must, at: int, turns: Sequence[SceneTurn], spoken: str) -> Iterator[str]:
    """Say whether a turn does not what it has to; probes are judged with the whole script."""
    if must.act == FOLLOW_UP:
        before = turns[max(0, at - TAKEN_UP) : at]
        heard = {
            word[:5] for one in before if one.speaker != must.speaker for word in gist(one.text)
        }
        if not heard & {word[:5] for word in gist(turns[at].text)}:
            yield "takes up no word of what the other has just said"
    elif must.probe is None and (markers := MARKERS.get(must.act)):
        said = plain(spoken)
        if not any(holds(said, marker) for marker in markers):
            yield f"does not {must.act} as it must"
