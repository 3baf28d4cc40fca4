"""Put the listener into a call: barge-ins, backchannels and pauses, placed at spoken words.

Line, Line, ... --place--> Turn, Turn, ..., Probe, Probe, ...
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from math import ceil

from datagen.scripting.blueprint import Blueprint
from datagen.scripting.compose import Line, spoken_form
from datagen.scripting.draws import Draws
from datagen.scripting.wording import Wording
from datagen.types import Pause, Persona, Probe, Speaker, Turn

CUT_SHARE = (0.35, 0.85)
"""A barge-in starts after this share of the interrupted turn's words."""
CUT_WORDS = (4, 3)
"""Fewest words before and after the start of a barge-in."""
MIN_LISTENED, MIN_PAUSED = 10, 8
"""Fewest words of a turn that is given a backchannel, and of one that is given a pause."""
_FORMAL = frozenset(("greet", "verify", "close", "bye"))
"""Acts that go by rote: nobody gives them a backchannel, no agent pauses in them."""
BACKCHANNELS: dict[Speaker, float] = {"agent": 0.02, "user": 0.03}
"""Chance of one by this listener, for each word of a turn that may have one, at level 1. Gives 2
a minute of user speech and 2.5 a minute of agent speech (measured at 165 words a minute)."""
PAUSES = (0.2, 0.36, 0.52)
"""Chance of a pause inside a customer's turn, by the level of fillers."""
AGENT_PAUSES = 0.08
_LEVEL = (0.0, 1.0, 2.0)
_STOPS = (",", ".", "?", "!")
_HALVES = ("a.m.", "p.m.")
"""Their stop ends no clause, or one that ends anyway."""
_LINKS = frozenset(("but", "because"))
_HESITATIONS = frozenset(("um,", "uh,", "know,", "see,", "think,", "well,"))


def place(
    blueprint: Blueprint, wording: Wording, lines: Sequence[Line], draws: Draws
) -> tuple[tuple[Turn, ...], tuple[Probe, ...]]:
    """Return the turns of a call with all that happens inside them, and where its probes are."""
    turns: list[Turn] = []
    probes: list[Probe] = []
    cut: int | None = None
    for line, follower in zip_longest(lines, lines[1:]):
        if line.exchange and line.exchange.probe and line.speaker == "agent":
            probes.append(_probe(line, turns))
        words = line.spoken.split()
        cut, at_word = _cut(line, words, follower, draws), cut
        heard = words[:cut]
        clauses = boundaries(heard)
        turns.append(
            _turn(blueprint, line, at_word, _pauses(blueprint, line, heard, clauses, draws))
        )
        turns += _backchannels(blueprint, wording, line, clauses, len(heard), draws)
    return tuple(turns), tuple(probes)


def boundaries(words: Sequence[str]) -> list[int]:
    """Return after how many words a clause may end: at a stop, or before "but" or "because"."""
    return [
        place
        for place in range(1, len(words))
        if words[place] in _LINKS
        or (words[place - 1].endswith(_STOPS) and not words[place - 1].endswith(_HALVES))
    ]


def _cut(line: Line, words: Sequence[str], follower: Line | None, draws: Draws) -> int | None:
    """Return after how many words the next turn barges in, if it does."""
    if follower is None or not follower.interrupts:
        return None
    num_words = len(words)
    first = max(CUT_WORDS[0], ceil(CUT_SHARE[0] * num_words), line.needed + 2)
    last = min(num_words - CUT_WORDS[1], int(CUT_SHARE[1] * num_words))
    assert first <= last, (line.text, line.needed)
    return draws.integer(first, last)


def _turn(blueprint: Blueprint, line: Line, at_word: int | None, pauses: Iterator[Pause]) -> Turn:
    return Turn(
        speaker=line.speaker,
        text=line.text,
        spoken=line.spoken,
        onset="barge_in" if at_word else "after",
        at_word=at_word,
        pauses=tuple(pauses),
        act=line.act,
        fact_ids=tuple(fact.id for fact in blueprint.facts if fact.written in line.text),
    )


def _pauses(
    blueprint: Blueprint, line: Line, heard: Sequence[str], clauses: Sequence[int], draws: Draws
) -> Iterator[Pause]:
    """Yield at most one pause, where a clause ends or a filler stands."""
    is_user = line.speaker == "user"
    chance = PAUSES[blueprint.user.behaviour.fillers] if is_user else AGENT_PAUSES
    if line.act in _FORMAL and not is_user:
        return
    places = [place for place in clauses if 2 <= place <= len(heard) - 2]
    if len(heard) >= MIN_PAUSED and places and draws.chance(chance):
        place = draws.pick(places)
        beside = {word.lower() for word in heard[place - 1 : place + 1]}
        is_thinking = is_user and (line.act == "give" or beside & _HESITATIONS)
        yield Pause(after_word=place, kind="thinking" if is_thinking else "clause")


def _backchannels(
    blueprint: Blueprint,
    wording: Wording,
    line: Line,
    clauses: Sequence[int],
    num_heard: int,
    draws: Draws,
) -> Iterator[Turn]:
    """Yield at most one backchannel by the listener, where a clause ends."""
    listener: Speaker = "user" if line.speaker == "agent" else "agent"
    person: Persona = blueprint.user if listener == "user" else blueprint.agent
    places = [place for place in clauses if 3 <= place <= num_heard - 4]
    chance = BACKCHANNELS[listener] * num_heard * _LEVEL[person.behaviour.backchannels]
    is_heeded = num_heard >= MIN_LISTENED and line.act not in _FORMAL
    if is_heeded and places and draws.chance(chance):
        text = draws.pick(getattr(wording.backchannels, listener))
        yield Turn(
            speaker=listener,
            text=text,
            spoken=spoken_form(text, blueprint.facts),
            onset="backchannel",
            at_word=draws.pick(places),
            act="backchannel",
        )


def _probe(line: Line, turns: Sequence[Turn]) -> Probe:
    """Return the probe of an agent's answer that will be the next turn."""
    exchange = line.exchange
    assert exchange
    assert exchange.probe
    asked = max(place for place, turn in enumerate(turns) if turn.onset != "backchannel")
    return Probe(
        type=exchange.probe,
        act=exchange.act,
        user_turn=asked,
        agent_turn=len(turns),
        expects=exchange.expects,
        forbids=exchange.forbids,
    )
