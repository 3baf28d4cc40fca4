"""Begin before the other is done, or with it, with nothing against what is said.

Talk --early, break_in, collide, give_way--> a draft that is cut, and what it is cut for

A caller answers before a question ends or sets right at once what was misheard, both begin at the
same time, an agent stops who rambles. Who cuts in on what is told: `interruptions`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeVar

from datagen.scripting.plans.interplay import cuts
from datagen.scripting.plans.records import trusted
from datagen.scripting.simulate.cut_places import (
    ANSWERED,
    is_asked,
    last_value,
    num_words,
    value_end,
)
from datagen.scripting.simulate.readiness import is_answered
from datagen.scripting.simulate.talk import Talk
from datagen.types import Interruption, InterruptionKind, Uptake

EARLY, COLLIDES, STOPPED = (0.08, 0.18, 0.32), 0.3, 0.3
"""Chances that a caller answers before a question ends, by its level of interruptions; that both
begin at once; and that an agent stops a caller who rambles."""
AT_ONCE, MIN_HEARD = (0.2, 0.5, 0.8), 2
"""Chances that a caller corrects what was misheard before the agent has said all of it, by its
level of interruptions, and fewest words that it hears first."""

R = TypeVar("R")
_interruption = trusted(Interruption)


def early(talk: Talk, answer: Callable[[], object]) -> None:
    """Let the caller answer, now and then before the question ends: all that it asks is out."""
    draft = talk.floor.drafts[-1]
    level = talk.cast.user.behaviour.interruptions
    cut = talk.floor.last
    if draft.speaker == "agent" and not draft.is_closed and talk.chance(EARLY[level]):
        open_to = cuts(draft.num_words, last_value(talk, draft, talk.words.chosen))
        if places := [place for place in open_to if is_asked(draft.spoken, place)]:
            draft.cut_at = places[-1]
            talk.floor.close()
    answer()
    if draft.cut_at is not None:
        mark(talk, cut + 1, "early")


def correct_at_once(talk: Talk, heard: str, right: str) -> bool:
    """Perhaps let the caller cut a question short in which something was misheard.

    ``heard`` and ``right`` are spoken. Return whether it does: what it says next barges in.
    """
    draft = talk.floor.drafts[-1]
    if not talk.chance(AT_ONCE[talk.cast.user.behaviour.interruptions]):
        return False
    pairs = zip(heard.lower().split(), right.lower().split(), strict=False)
    differing = next((at for at, (one, other) in enumerate(pairs) if one != other), 0)
    at_word = value_end(draft.spoken.lower(), heard.lower()) - num_words(heard) + differing + 1
    if not MIN_HEARD <= at_word <= draft.num_words - ANSWERED:
        return False
    draft.cut_at = at_word
    talk.floor.close()
    return True


def break_in(talk: Talk, kind: InterruptionKind, say: Callable[[], R], chance: float) -> R:
    """Let the caller say something, perhaps before the agent has announced that it looks.

    The call of a tool begins with the last sentence of its turn, so that is where it is cut.
    """
    draft, cut = talk.floor.drafts[-1], talk.floor.last
    if draft.speaker == "agent" and talk.chance(chance):
        words = draft.spoken.split()
        ends = [place for place, word in enumerate(words[:-1], start=1) if word[-1] in ".?!"]
        places = cuts(draft.num_words, ends[-1] if ends else 0)
        if places:
            draft.cut_at = talk.draws.pick(places)
    said = say()
    if draft.cut_at is not None:
        mark(talk, cut + 1, kind)
    return said


def stop_rambling(talk: Talk) -> None:
    """Let a talkative caller ramble, now and then, and the agent stop it to ask for a slot; who is
    pressed for time speaks of nothing else."""
    if talk.cast.user.behaviour.length < 2 or not talk.chance(STOPPED * talk.leisure):
        return
    draft = talk.floor.drafts[-1]
    if draft.speaker != "user" or draft.is_closed or draft.rote:
        return
    needed = draft.num_words
    draft = talk.user("ramble.pressed" if talk.is_pressed else "ramble", "inform")
    places = [place for place in cuts(draft.num_words, needed) if place > needed + ANSWERED]
    if not places:
        return
    draft.cut_at = talk.draws.pick(places)
    talk.floor.close()
    answer: Literal["yield", "hold"] = "hold" if talk.chance(0.15) else "yield"
    opening = talk.agent("jump_in", "interactionStructuring")
    opening.interruption = _interruption(kind="slot", answer=answer)


def collide(talk: Talk) -> bool:
    """Let both begin at once: now and then the agent begins its next question, and stops.

    Return whether it has: what the caller says next then comes at the same time.
    """
    step = talk.steps[0] if talk.steps else None
    last = talk.floor.drafts[-1]
    if step is None or step.do != "ask" or not step.say or step.facts or is_answered(talk, step):
        return False
    if last.is_closed or last.speaker != "user" or not talk.chance(COLLIDES * talk.slips):
        return False
    talk.agent_line(step.say, "setQuestion").cut_at = 1
    talk.floor.close()
    return True


def give_way(talk: Talk, take_step: Callable[[], object]) -> None:
    """Let the agent take a step; now and then the caller begins at once with it, and stops."""
    last = talk.floor.drafts[-1]
    if last.is_closed or last.speaker != "agent" or not talk.chance(COLLIDES * talk.slips):
        take_step()
        return
    draft = talk.user("link", "interactionStructuring", (",",))  # a sentence that could be all
    draft.cut_at = 1
    talk.floor.close()
    begun = talk.floor.last
    take_step()
    following = talk.floor.drafts[begun + 1 : begun + 2]
    if following and following[0].speaker == "agent":
        mark(talk, begun + 1, "collision")
        talk.is_held_back = True
    elif following:
        draft.cut_at = None
    else:  # the step was left out, so the agent has said nothing
        talk.floor.drafts.pop()
        talk.floor.num_words -= draft.num_words


def mark(talk: Talk, index: int, kind: InterruptionKind, uptake: Uptake | None = None) -> None:
    """Note what the turn at ``index`` interrupts for; the other yields at once."""
    planned = _interruption(kind=kind, answer="yield", uptake=uptake)
    talk.floor.drafts[index].interruption = planned
