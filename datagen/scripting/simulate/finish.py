"""Make turns of drafts: hesitations, pauses, what a listener says, and where all of it is.

Talk --finish--> Turn, Turn, ..., Action, ..., Probe, ...
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from datagen.scripting.compose.grammar import continued
from datagen.scripting.plans.draws import Draws
from datagen.scripting.plans.interplay import boundaries
from datagen.scripting.plans.records import changed, trusted
from datagen.scripting.simulate.acts import Acts
from datagen.scripting.simulate.floor import Draft
from datagen.scripting.simulate.listening import MIN_LISTENED, backchannel, sound
from datagen.scripting.simulate.talk import Talk
from datagen.types import Action, Pause, Probe, Speaker, Turn

STARTS, MIDDLES, RESTARTS = (0.04, 0.2, 0.42), (0.02, 0.12, 0.25), (0.0, 0.05, 0.12)
"""Chances of a hesitation before a caller's turn, after a comma and of a restart, by the level."""
AGENT_STARTS = 0.05
_AGENT_STARTS = ("Um,", "Uh,", "So,")
_SMOOTH = frozenset((
    "apology", "stalling", "greeting", "interactionStructuring", "bridge", "declineRequest",
))  # fmt: skip
"""Acts of an agent that have no hesitation before them."""
_INTERJECTIONS = frozenset((
    "Um", "Uh", "Well", "So", "Hm", "Hmm", "Oh", "Ah", "Okay", "Yeah", "Hello", "Hi", "Let's",
    "Ha", "Ugh", "Hey", "Huh",
    "And", "Also", "Another", "Next", "Mm-hmm", "Mm",
))  # fmt: skip
"""First words of turns that need no hesitation before them."""
_ANSWERS = frozenset((
    "Yes", "No", "Yep", "Nope", "Sure", "Right", "Fine", "Good", "Not", "Alright", "Sorry", "Wait",
    "Hey", "Thanks", "Actually", "Understood", "Got", "Thank", "Great", "Perfect", "Almost",
    "Wrong", "Exactly", "Correct", "Nah",
))  # fmt: skip
"""First words of turns that have no more than an um before them."""
_BARE = ("Um,", "Uh,")
_ROTE = frozenset(("autoPositive", "interactionStructuring", "thanking", "declineOffer"))
"""Acts with which a turn of a caller begins that is not begun twice."""
MIN_MIDDLE = 2
"""Fewest words, less one, before a comma after which somebody says more than um, and after one
after which somebody hesitates at all."""
_STOP = re.compile(r"[,.?!]")
_REPLIES = frozenset((
    "answer", "acceptOffer", "declineOffer", "agreement", "autoPositive", "disagreement",
    "confirm", "correction",
))  # fmt: skip
"""Acts of a caller that begin nothing, so that no "so" is before them."""
_WEIGHS = ("Hmm,", "Well,", "Let's see,", "Um, well,")
_DEED = re.compile(r"(?:I've|We've|I have|We have|Their|They're|It's|There's)\b[^?]*(?:ed|en|ut)\b")
"""What a business says it has done, before which it need not think."""
_BEGINS = ("So,", "Um, so,", "Okay, so,", "Yeah, so,", "Let's see,")
_POLITE = frozenset(("thanking", "declineOffer", "goodbye", "autoPositive", "greeting"))
MIN_PAUSED = 8
"""Fewest words of a turn that is given a pause."""
PAUSES, AGENT_PAUSES = (0.2, 0.36, 0.52), 0.08
"""Chances of a pause inside a turn: of a caller by its level of fillers, and of an agent."""
_DETERMINERS = frozenset(("a", "an", "the", "my", "your", "our", "their", "this", "that"))
_HESITATIONS = frozenset(("um,", "uh,", "know,", "see,", "think,", "well,", "so,"))
_NOES = frozenset(("declineOffer", "disagreement"))
_ASKS_AGAIN = frozenset(("requestRepeat", "setQuestion"))

_made = trusted(Turn)


class FinishedCall(NamedTuple):
    """What a script holds of a call."""

    turns: tuple[Turn, ...]
    probes: tuple[Probe, ...]
    actions: tuple[Action, ...]


def finish(talk: Talk, acts: Acts, draws: Draws) -> FinishedCall:
    """Return the turns of a call with all that happens inside them."""
    turns: list[Turn] = []
    places: list[int] = []
    at_word: int | None = None
    sounds: set[str] = set()
    level = talk.cast.user.behaviour.fillers
    missed = _missed(talk)
    for at, draft in enumerate(talk.floor.drafts):
        _hesitate(talk, draft, acts, draws)
        num_heard = draft.cut_at or draft.num_words
        places.append(len(turns))
        pauses: tuple[Pause, ...] = ()
        if num_heard >= MIN_PAUSED and not (draft.rote and draft.speaker == "agent"):
            pauses = pauses_in(draft.speaker, draft.spoken, draft.act, level, num_heard, draws)
        turns.append(_turn(talk, draft, at_word, pauses, places))
        at_word = draft.cut_at
        if num_heard < MIN_LISTENED:
            continue
        listens = backchannel(talk, at, acts, num_heard, draws)
        if listens and (at in missed or _is_turned_down(talk, at)):
            listens = None  # nobody nods to what it has not caught, or does not want
        if (turn := listens or sound(talk, draft, acts, num_heard, draws)) is not None:
            if listens or turn.text not in sounds:  # nobody says the same to somebody else again
                turns.append(turn)
            sounds.add(turn.text)
    probes = tuple(_moved(probe, places) for probe in talk.probes)
    actions = tuple(changed(one, turn=places[one.turn]) for one in talk.actions)
    return FinishedCall(tuple(turns), probes, actions)


def _missed(talk: Talk) -> set[int]:
    """Return the turns of which the other asks to hear something again, or by whom they are."""
    drafts = talk.floor.drafts
    asks = ((one, one.repairs) for one in drafts if one.act in _ASKS_AGAIN)
    return {at for one, at in asks if at is not None and drafts[at].speaker != one.speaker}


def _is_turned_down(talk: Talk, at: int) -> bool:
    """Tell whether what a turn offers is not wanted."""
    following = talk.floor.drafts[at + 1 : at + 2]
    return bool(following) and _NOES.issuperset((following[0].act, following[0].begins))


def _moved(probe: Probe, places: list[int]) -> Probe:
    user_turn, agent_turn = places[probe.user_turn], places[probe.agent_turn]
    return changed(probe, user_turn=user_turn, agent_turn=agent_turn)


def _turn(
    talk: Talk, draft: Draft, at_word: int | None, pauses: tuple[Pause, ...], places: list[int]
) -> Turn:
    values, text = talk.world.values, draft.text
    stated: Sequence[str] = ()
    if draft.values:
        stated = sorted(
            name for name in draft.values & values.keys() if values[name].written in text
        )
    return _made(
        speaker=draft.speaker,
        text=text,
        spoken=draft.spoken,
        onset="barge_in" if at_word else "after",
        at_word=at_word,
        pauses=pauses,
        act=draft.act,
        fact_ids=tuple(stated),
        licence=tuple(draft.licence),
        emotion=draft.emotion,
        calls=draft.calls,
        repairs=None if draft.repairs is None else places[draft.repairs],
        interruption=draft.interruption if at_word else None,
        meanwhile=draft.meanwhile,
    )


def _hesitate(talk: Talk, draft: Draft, bank: Acts, draws: Draws) -> None:
    """Put hesitations into what somebody says, by the level of fillers."""
    if draft.speaker == "agent":
        acts = (draft.act, draft.begins)
        is_free = _SMOOTH.isdisjoint(acts) and draft.cut_at is None and not draft.rote
        is_free = is_free and talk.cast.manner != "formal"
        if is_free and draft.num_words > 5 and draws.chance(AGENT_STARTS):
            is_feedback = draft.text[-1] == "?" or "autoPositive" in acts
            starts = _BARE if is_feedback else _AGENT_STARTS
            _start(talk, draft, draws.pick(starts))
        return
    level = talk.cast.user.behaviour.fillers
    if draft.num_words < 4 or draft.rote or draft.act == "interactionStructuring" or draft.cut_at:
        return
    if draws.chance(MIDDLES[level]):
        _middle(draft, draws.pick(bank.middles))
    if draft.begins not in _ROTE and draws.chance(RESTARTS[level]):
        _restart(talk, draft)
    elif draws.chance(STARTS[level]):
        said = draws.pick(bank.starts)
        if said not in _BEGINS or _may_begin(talk, draft, said):
            _start(talk, draft, said)


def _may_begin(talk: Talk, draft: Draft, said: str) -> bool:
    """Tell whether a turn may open like one that begins something."""
    if "autoPositive" in (draft.act, draft.begins):
        return False
    if draft.act in _REPLIES or draft.begins in _REPLIES:
        return not draft.values.isdisjoint(talk.world.values)
    return said != "Let's see,"


def _start(talk: Talk, draft: Draft, said: str) -> None:
    first = draft.text.split(" ", 1)[0].rstrip(",.?!")
    if talk.cast.principal and said in _WEIGHS and _DEED.match(draft.text):
        return
    if first in _INTERJECTIONS or (first in _ANSWERS and said not in _BARE):
        return
    text, spoken = continued(draft.text, draft.spoken, talk.keeps_capital(draft.text))
    draft.text, draft.spoken = f"{said} {text}", f"{said} {spoken}"


def _middle(draft: Draft, said: str) -> None:
    at = draft.text.find(", ")
    is_brief = draft.text.count(" ", 0, max(at, 0)) < MIN_MIDDLE or draft.act in _POLITE
    if is_brief and said not in ("um,", "uh,"):
        return
    rest = _STOP.split(draft.text[at + 2 :], maxsplit=1)[0]
    if rest.count(" ") < MIN_MIDDLE:
        return  # "then" or "please" alone ends a sentence
    if said == "like," and rest.startswith("by the way"):
        return
    if said == "I mean," and rest.startswith(("and ", "but ", "it's ", "so ", "I ")):
        return  # it would take back what goes before
    if at > 1 and draft.text[at - 2 : at].islower() and draft.text[:at] == draft.spoken[:at]:
        draft.text = f"{draft.text[: at + 2]}{said} {draft.text[at + 2 :]}"
        draft.spoken = f"{draft.spoken[: at + 2]}{said} {draft.spoken[at + 2 :]}"


def _restart(talk: Talk, draft: Draft) -> None:
    """Begin, break off and begin again: I need to, I need to cancel."""
    words = draft.text.split(" ")[:3]
    head = " ".join(words[:2] if words[0].lower() in _DETERMINERS else words)  # not a whole subject
    if not draft.spoken.startswith(f"{head} ") or any(mark in head for mark in ",.?!"):
        return
    again, _ = continued(head, head, talk.keeps_capital(head))
    draft.text = f"{head}, {again}{draft.text[len(head) :]}"
    draft.spoken = f"{head}, {again}{draft.spoken[len(head) :]}"


def pauses_in(
    speaker: Speaker, spoken: str, act: str, level: int, num_heard: int, draws: Draws
) -> tuple[Pause, ...]:
    """Draw at most one pause, where a clause ends or a filler stands; ``level`` is of fillers."""
    is_user = speaker == "user"
    if num_heard < MIN_PAUSED or not draws.chance(PAUSES[level] if is_user else AGENT_PAUSES):
        return ()
    places = [place for place in boundaries(spoken) if 2 <= place <= num_heard - 2]
    if not places:
        return ()
    place = draws.pick(places)
    beside = {word.lower() for word in spoken.split()[place - 1 : place + 1]}
    is_thinking = is_user and (act == "answer" or beside & _HESITATIONS)
    return (_pause(place, "thinking" if is_thinking else "clause"),)


@lru_cache(maxsize=512)
def _pause(after_word: int, kind: Literal["thinking", "clause"]) -> Pause:
    return Pause(after_word=after_word, kind=kind)
