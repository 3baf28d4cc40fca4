"""Put the listener into a dialogue: barge-ins, backchannels and pauses, placed at spoken words.

PlannedLine, PlannedLine, ... --place--> Turn, Turn, ...
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import zip_longest
from math import ceil
from typing import Literal

from datagen.scripting.compose.realizer import PlannedLine
from datagen.scripting.content.templates import Wording
from datagen.scripting.plans.base import DialoguePlan
from datagen.scripting.plans.draws import Draws
from datagen.scripting.plans.records import trusted
from datagen.text import speak
from datagen.types import Interruption, Pause, Speaker, Turn

CUT_SHARE = (0.35, 0.85)
"""A barge-in starts after this share of the interrupted turn's words."""
CUT_WORDS = (4, 3)
"""Fewest words before and after the start of a barge-in."""
MIN_LISTENED, MIN_PAUSED = 12, 8
"""Fewest words of a turn that is given a backchannel, and of one that is given a pause."""
_FORMAL = frozenset(("greet", "verify", "close", "bye"))
"""Acts that go by rote: nobody gives them a backchannel, no agent pauses in them."""
BACKCHANNELS: dict[Speaker, float] = {"agent": 0.034, "user": 0.042}
"""Chance of one by this listener, for each word of a turn that may have one, at level 1. Gives 2
a minute of user speech and 2.5 a minute of agent speech (measured at 165 words a minute)."""
PAUSES = (0.2, 0.36, 0.52)
"""Chance of a pause inside a customer's turn, by the level of fillers."""
AGENT_PAUSES = 0.08
_LEVEL = (0.0, 1.0, 2.0)
_made = trusted(Turn)
_QUESTION = Interruption(kind="question")
"""What all barge-ins are for that a plan has: what is cut off has no facts that are needed."""
_GOES_ON = re.compile(r"\w|[.,:/-]?\d")
"""After what is not the whole of a number or a word."""
_CLAUSE_END = re.compile(r"[,.?!](?<![ap]\.m\.) | (?=(?:but|because)(?!\S))")
"""The stop of a.m. and p.m. ends no clause, or one that ends anyway."""
_HESITATIONS = frozenset(("um,", "uh,", "know,", "see,", "think,", "well,"))


def place(
    plan: DialoguePlan,
    wording: Wording,
    lines: Sequence[PlannedLine],
    draws: Draws,
) -> tuple[Turn, ...]:
    """Return the turns of a dialogue with all that happens inside them."""
    turns: list[Turn] = []
    facts = [(fact.written, fact.id) for fact in plan.facts]
    cut: int | None = None
    places: list[int] = []
    for line, follower in zip_longest(lines, lines[1:]):
        num_words = line.spoken.count(" ") + 1
        cut, at_word = _cut(line, num_words, follower, draws), cut
        num_heard = cut or num_words
        text = line.text
        stated = [name for written, name in facts if written in text and _states(text, written)]
        pauses = _pauses(plan, line, num_heard, draws)
        places.append(len(turns))
        mended = None if line.repairs is None else places[line.repairs]
        turns.append(_turn(line, at_word, pauses, tuple(stated), mended))
        if follower and (follower.speaker, follower.repairs) == (_other(line), len(places) - 1):
            continue  # nobody nods at what it has not caught
        if backchannel := _backchannel(plan, wording, line, num_heard, draws):
            turns.append(backchannel)
    return tuple(turns)


def _other(line: PlannedLine) -> Speaker:
    """Return who listens to a line."""
    return "user" if line.speaker == "agent" else "agent"


def _states(text: str, written: str) -> bool:
    """Tell whether a text that holds a fact does not just begin another so: $37 in $375."""
    at = text.find(written)
    while at >= 0:
        end = at + len(written)
        if not _GOES_ON.match(text, end):
            return True
        at = text.find(written, end)
    return False


def boundaries(spoken: str) -> list[int]:
    """Return after how many words a clause may end: at a stop, or before "but" or "because"."""
    return [spoken.count(" ", 0, found.end()) for found in _CLAUSE_END.finditer(spoken)]


def _cut(
    line: PlannedLine, num_words: int, follower: PlannedLine | None, draws: Draws
) -> int | None:
    """Return after how many words the next turn barges in, if it does."""
    if follower is None or not follower.interrupts:
        return None
    places = cuts(num_words, line.needed)
    assert places, (line.text, line.needed)
    return draws.pick(places)


def cuts(num_words: int, needed: int) -> range:
    """Return after how many words of a turn a barge-in may start; ``needed`` must be heard."""
    first = max(CUT_WORDS[0], ceil(CUT_SHARE[0] * num_words), needed + 2)
    return range(first, min(num_words - CUT_WORDS[1], int(CUT_SHARE[1] * num_words)) + 1)


def _turn(
    line: PlannedLine,
    at_word: int | None,
    pauses: tuple[Pause, ...],
    fact_ids: tuple[str, ...],
    repairs: int | None,
) -> Turn:
    return _made(
        speaker=line.speaker,
        text=line.text,
        spoken=line.spoken,
        onset="barge_in" if at_word else "after",
        at_word=at_word,
        pauses=pauses,
        act=line.act,
        fact_ids=fact_ids,
        interruption=_QUESTION if at_word else None,
        repairs=repairs,
    )


def _pauses(
    plan: DialoguePlan, line: PlannedLine, num_heard: int, draws: Draws
) -> tuple[Pause, ...]:
    """Draw at most one pause, where a clause ends or a filler stands."""
    is_user = line.speaker == "user"
    if num_heard < MIN_PAUSED or (line.act in _FORMAL and not is_user):
        return ()
    if not draws.chance(PAUSES[plan.user.behaviour.fillers] if is_user else AGENT_PAUSES):
        return ()
    places = [place for place in boundaries(line.spoken) if 2 <= place <= num_heard - 2]
    if not places:
        return ()
    place = draws.pick(places)
    beside = {word.lower() for word in line.spoken.split()[place - 1 : place + 1]}
    is_thinking = is_user and (line.act == "give" or beside & _HESITATIONS)
    return (_pause(place, "thinking" if is_thinking else "clause"),)


@lru_cache(maxsize=512)
def _pause(after_word: int, kind: Literal["thinking", "clause"]) -> Pause:
    return Pause(after_word=after_word, kind=kind)


def _backchannel(
    plan: DialoguePlan, wording: Wording, line: PlannedLine, num_heard: int, draws: Draws
) -> Turn | None:
    """Draw at most one backchannel by the listener, where a clause ends, but not to a question."""
    if num_heard < MIN_LISTENED or line.act in _FORMAL or _asks(line):
        return None
    listener = _other(line)
    person = plan.user if listener == "user" else plan.agent
    chance = BACKCHANNELS[listener] * num_heard * _LEVEL[person.behaviour.backchannels]
    if not draws.chance(chance):
        return None
    places = [place for place in boundaries(line.spoken) if 3 <= place <= num_heard - 4]
    if not places:
        return None
    said: tuple[str, ...] = getattr(wording.backchannels, listener)
    return _listens(listener, draws.pick(said), draws.pick(places))


def _asks(line: PlannedLine) -> bool:
    """Tell whether a turn asks something of the listener, be it with "Now tell me about you."."""
    return line.text[-1] == "?" or line.act.rpartition(".")[2] == "ask"


@lru_cache(maxsize=4096)
def _listens(listener: Speaker, text: str, at_word: int) -> Turn:
    """Return a backchannel; there are not many, so they are made once."""
    return Turn(
        speaker=listener,
        text=text,
        spoken=speak(text),
        onset="backchannel",
        at_word=at_word,
        act="backchannel",
    )
