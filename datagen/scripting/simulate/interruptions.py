"""Cut in and be cut in on: by whom, for what, how the other stops, and what becomes of the rest.

Talk, Telling --may_cut_in--> a draft that is cut, who interrupts, and the rest said later or left

A cut falls inside what is needed: mostly before a value is out. Then the agent goes on from the
phrase, says all of it again, says it in short or leaves it, by its manner.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from datagen.scripting.compose.grammar import about, about_once, continued, opened, slots
from datagen.scripting.plans.records import trusted
from datagen.scripting.simulate.cut_places import (
    ANSWERED,
    CutPlace,
    Doing,
    depends,
    draw_place,
    is_clause,
    is_over,
    last_value,
    value_end,
)
from datagen.scripting.simulate.realizer import Said
from datagen.scripting.simulate.talk import Talk
from datagen.types import Interruption, Uptake

INTERRUPTED, PLAIN = (0.26, 0.54, 0.9), 0.4
"""Chance that a caller cuts in on what is told, by its level of interruptions, and how much less
likely it does so where no value is told."""
ANGRY = 1.6
"""How much likelier an angry caller cuts in."""
HOLDS = {"friendly": 0.3, "brisk": 0.6, "formal": 0.55, "tired": 0.4}
OVERRIDES = 0.65
"""Chance that an agent of a manner finishes its clause first; of those who hear a protest, that it
finishes all. A question is answered first, so the rest is told after it."""
SUMS_UP = {"friendly": 0.5, "brisk": 0.9, "formal": 0.4, "tired": 0.6}
"""Chance that an agent of a manner says in short what was cut, where that says enough."""
UPTAKES: dict[str, tuple[Uptake, ...]] = {
    "friendly": ("repeat", "resume", "resume", "resume"),
    "brisk": ("resume", "resume", "drop"),
    "formal": ("repeat", "resume", "resume"),
    "tired": ("resume", "resume", "drop"),
}
"""What it does otherwise, each as likely as it is often."""
PAUSES = 0.12
"""Chance that a caller cuts in who has nothing to say to it: the agent waits until it is back."""
OCCASIONS = 2
"""How much likelier it cuts in for each of what it has to say than for nothing."""
NOTES = 0.4
"""Chance that a caller who stops the agent before a value is out wants to write that down."""
SAID_ALONE = frozenset(("money", "time", "date", "percent", "duration"))
"""Types of values that are said again without the sentence around them."""
_GOES_ON = re.compile(r"\b(?:is|are|was|were|has|have|can|may|will|must|goes|comes|belongs?|be)\b")
"""What follows a value of which something else is said: the value alone does not say it."""
HEARD = 2
"""Fewest words of a phrase that are heard before its value alone says what is left of it."""
_ENDS = re.compile(
    r"(?<!after )(?<!before )(?<!until )(?<!from )(?<!by )(?<!to )(?<!within )(?<!over )(?<!under )"
    r"(?<!instead of )(?<!than )(?<!not )"
    r"\{(\w+)\}(?: (?!more\b)\w+){0,2}\.$"
)
"""A value with which a line ends, but for a word or two: more would be lost with it alone, as would
what it bounds."""
_SECOND = re.compile(r",|\b(?:and|but|or|then|until|by|from|after|before|within|over|than|not)\b")
"""Between a cut and a value: something else begins, or it is bounded, of which the caller has heard
nothing."""
_DENIES = re.compile(
    r"\b(?:no|not|never|none|nothing|nobody|without|cannot|neither|nor)\b|n't\b", re.IGNORECASE
)
_BOUNDS = re.compile(r"(?:if|unless|only|until|except|but|as long)\b", re.IGNORECASE)
"""How a phrase begins without which the one before it is not so."""
_LINK = re.compile(r"^(?:and|but|so|though) (?:then )?", re.IGNORECASE)

Ask: TypeAlias = Callable[[], object]
"""Lets the caller bring up what it interrupts for."""
_interruption = trusted(Interruption)


class Telling(NamedTuple):
    """What the agent has just begun to tell: the lines that say it, and what they rest on."""

    lines: Sequence[str]
    iso: str
    licence: tuple[str, ...]
    is_needed: bool = True
    """The caller has to hear it: it is not left out, nor known."""
    is_asked: bool = False
    """The caller has asked for it."""
    is_bad: bool = False
    """The caller could object to it."""


def may_cut_in(talk: Talk, telling: Telling, ask: Ask | None = None) -> bool:
    """Perhaps let the caller cut in on the last line; return whether that was told in the end.

    ``ask`` brings up a question of the caller's, or what it had meant to ask.
    """
    level = talk.cast.user.behaviour.interruptions
    chance = INTERRUPTED[level] * (ANGRY if talk.mood.manner == "angry" else 1)
    if not slots(talk.words.chosen):
        chance *= PLAIN
    chance *= min(1.0, 0.7 + talk.leisure)
    if talk.is_interrupted or not talk.chance(chance):
        return True
    kind = _kind(talk, telling, ask)
    if kind is None or (place := draw_place(talk, kind)) is None:
        return True
    talk.is_interrupted = True
    cut = talk.floor.last
    draft = talk.floor.drafts[cut]
    value_at = last_value(talk, draft, talk.words.chosen)
    planned = _planned(talk, telling, place, kind, is_said=place.at_word >= value_at)
    said = talk.slots((talk.words.chosen,)) & talk.world.values.keys()
    has_value = any(talk.value(name).type != "text" for name in said)
    is_unsaid = place.at_word < (value_at or draft.num_words)
    draft.cut_at = place.at_word
    talk.floor.close()
    _interrupt(talk, planned, telling, ask, is_unsaid=is_unsaid, has_value=has_value)
    talk.floor.drafts[cut + 1].interruption = planned
    is_told = _take_up(talk, telling, place, planned)
    talk.is_interrupted = False
    return is_told


def knew_it(talk: Talk) -> bool:
    """Tell whether the caller has just cut in on what it knew or had heard enough of: it does not
    take that in once more, although the agent has finished it."""
    said = talk.floor.drafts[-2:-1]
    return any(one.interruption and one.interruption.kind == "known" for one in said)


def _kind(talk: Talk, telling: Telling, ask: Ask | None) -> Doing | None:
    """Draw what the caller interrupts for; None if for nothing."""
    kinds: list[Doing] = []
    if ask is not None:
        kinds += ["correction"] if telling.is_asked else ["question"] * 3
    said = next((one for one in reversed(talk.floor.drafts) if one.speaker == "user"), None)
    is_known = not telling.is_needed and not talk.has_known  # nobody knows all beforehand
    if is_known and (said is None or said.act != "declineOffer"):
        kinds += ["known"]  # who has wished for something else does not know that it cannot be
    if telling.is_bad and talk.mood.valence < 0 and talk.outcome != "solved":
        kinds += ["protest", "protest"]
    if not kinds and not talk.chance(PAUSES):
        return None
    return talk.draws.pick([*kinds * OCCASIONS, "pause"])


def _planned(
    talk: Talk, telling: Telling, place: CutPlace, kind: Doing, *, is_said: bool
) -> Interruption:
    """Draw how the agent stops, and what it does afterwards: who protests has not listened, so all
    values are said after that which have not been before."""
    if planned := _of_what_is_heard(talk, place, kind, is_said=is_said):
        return planned
    may_hold = kind == "question" or (kind == "protest" and is_said)
    if may_hold and talk.chance(HOLDS[talk.cast.manner]):
        if kind == "protest" and talk.chance(OVERRIDES):
            return _interruption(kind=kind, answer="override")
        is_last = place.phrase == len(place.phrases) - 1
        is_held = is_last or not depends(place.phrases[place.phrase + 1])
        # after an answer nobody knows what was told before
        if is_held and (kind == "protest" or not is_last):
            return _interruption(kind=kind, answer="hold", uptake=None if is_last else "resume")
    if kind != "question" and _summary(talk, place) and talk.chance(SUMS_UP[talk.cast.manner]):
        return _interruption(kind=kind, answer="yield", uptake="summarise")
    uptake = talk.draws.pick(UPTAKES[talk.cast.manner])
    if uptake == "drop" and (telling.is_needed or kind == "pause"):
        uptake = "resume"
    rest = place.phrases[place.phrase]
    if uptake == "resume" and (place.phrase == 0 or not is_clause(rest)):
        uptake = "repeat"
    return _interruption(kind=kind, answer="yield", uptake=uptake)


def _of_what_is_heard(
    talk: Talk, place: CutPlace, kind: Doing, *, is_said: bool
) -> Interruption | None:
    """Return how the agent stops for who has heard enough, or all; None if it has heard less."""
    if kind == "known" and _is_missed(place):
        return _interruption(kind=kind, answer="override")
    if kind in ("known", "correction"):
        return _interruption(kind=kind, answer="yield", uptake="drop")
    is_late = is_over(place.at_word, talk.floor.drafts[place.draft].num_words)
    if kind == "protest" and is_said and is_late:  # it need not ask to finish that
        return _interruption(kind=kind, answer="override")
    return None


def _is_missed(place: CutPlace) -> bool:
    """Tell whether a clause is cut inside, or what bounds it is lost."""
    if not place.left:
        return False
    is_last_begun = len(place.left) == len(place.phrases) - place.phrase
    is_cut = is_last_begun and place.at_word > place.phrase_at
    return is_cut or _BOUNDS.match(place.left[0]) is not None


def _summary(talk: Talk, place: CutPlace) -> str:
    """Return the value with which a cut line ends, as a template; empty if it says too little.

    Of what denies something a value alone would say the contrary, and of two values, or of one in a
    clause of which nothing has been heard, or of which more is lost than the value, nobody knows
    what they are of; nor is one of two prices the sum.
    """
    whole = " ".join(place.phrases)
    ends = _ENDS.search(whole)
    if _DENIES.search(whole) or _GOES_ON.search(whole, whole.rfind("{")) or not ends:
        return ""
    last = ends[1][0].lower() + ends[1][1:]
    value = talk.world.values.get(last)
    if value is None or value.type not in SAID_ALONE or place.phrase < len(place.phrases) - 1:
        return ""
    spoken = talk.floor.drafts[place.draft].spoken.lower()
    said_at = {
        name: value_end(spoken, talk.value(name).spoken.lower()) for name in talk.slots((whole,))
    }
    left = [name for name, end in said_at.items() if end > place.at_word]
    alike = [name for name in said_at if talk.value(name).type == value.type]
    if len(alike) > 1 or left != [last] or said_at[last] <= place.at_word + ANSWERED:
        return ""
    between = " ".join(spoken.split()[place.at_word : said_at[last]])
    is_heard = place.at_word - place.phrase_at >= HEARD and not _SECOND.search(between)
    is_alone = about_once(between) <= about(talk.value(last).spoken)  # and nothing else is lost
    return f"{{{last}}}." if is_heard and is_alone else ""


def _interrupt(
    talk: Talk,
    planned: Interruption,
    telling: Telling,
    ask: Ask | None,
    *,
    is_unsaid: bool,
    has_value: bool,
) -> None:
    """Let the caller say what it interrupts for, and the agent answer."""
    kind = planned.kind
    if kind in ("question", "correction"):
        assert ask is not None
        ask()
    elif kind == "pause":
        notes = has_value and is_unsaid and not talk.has_noted and talk.chance(NOTES)
        talk.has_noted = talk.has_noted or notes
        what = ".noted" if notes else ""
        talk.user(f"cut_in.wait{what}", "interactionStructuring")
        talk.agent("wait_for", "autoPositive").rote = True
        talk.user(f"cut_in.back{what}", "interactionStructuring")
    elif kind == "known":
        talk.has_known = True
        act = "cut_in.known" if is_unsaid else "cut_in.clear"  # what has been said needs no source
        if telling.is_asked:  # nobody has enough of an answer that it has not heard
            act = "cut_in.unheard" if is_unsaid else "cut_in.enough"
        talk.user(act, "autoPositive")
        talk.agent("ack_known", "autoPositive")
    else:
        talk.has_protested = True
        talk.user("cut_in.protest", "disagreement")
        talk.agent("hear_out" if planned.uptake else "hear.protest", "autoPositive")


def _take_up(talk: Talk, telling: Telling, place: CutPlace, planned: Interruption) -> bool:
    """Let the agent come back to what was cut, if it does; return whether all was told."""
    if planned.uptake == "drop":
        return False
    talk.num_asides = 0  # it has come back by itself
    if planned.uptake == "resume":
        first = place.phrase + (planned.answer == "hold")
        lead = "" if planned.kind == "protest" else "resume.on"  # it has said that it finishes
        _go_on(talk, lead, " ".join(place.phrases[first:]), telling.licence)
    elif planned.uptake == "summarise":
        _go_on(talk, "in_short", _summary(talk, place), telling.licence)
    elif planned.uptake == "repeat":
        wanted = talk.slots(place.phrases)
        fitting = [line for line in telling.lines if wanted <= talk.slots((line,))]
        if planned.kind != "protest":  # to which it has said already that it goes on
            talk.agent("resume", "interactionStructuring")
        talk.agent_line(fitting, "bridge", telling.licence)
    return True


def _go_on(talk: Talk, lead: str, template: str, licence: tuple[str, ...]) -> None:
    """Let the agent say the rest of a line, after a few words that lead back to it if it needs
    them."""
    rest = talk.words.fill(opened(_LINK.sub("", template)))
    if not lead:
        talk.say("agent", "bridge", rest, licence)
        return
    start = talk.words.act("agent", lead, talk.cast.manner)
    text, spoken = continued(rest.text, rest.spoken, talk.keeps_capital(rest.text))
    said = Said(f"{start.text} {text}", f"{start.spoken} {spoken}", rest.slots)
    talk.say("agent", "bridge", said, licence)
