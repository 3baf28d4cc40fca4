"""What a customer may have its assistant ask a business: what no call tells by itself.

World --first_asks--> facts with what to ask, those first that an offer is weighed by
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice

from datagen.scripting.compose.grammar import filled_by
from datagen.scripting.content.questions import asks_for_known, content_stems
from datagen.scripting.content.verdicts import plainly
from datagen.scripting.world.absent import of_caller
from datagen.scripting.world.compiled import fact_slots
from datagen.scripting.world.draw import World
from datagen.scripting.world.pack import ProcedureStep

_SLOT = re.compile(r"\{\w+\}")
ENDING = re.compile(r"\b(?:cancel|close|end|end date|quit|give up)\b")
"""What a tool does that puts an end to what somebody has, and why somebody calls for that."""
_TERMS = re.compile(
    r"\b(?:cancel|mov(?:e|ed)|change|reschedul|call (?:off|(?:it|that|them) off)|back out|return"
    r"|refund|how (?:long|much)|costs?|cheap|deposit|in advance|up front|includ|cover|warrant"
    r"|guarant)",
    re.I,
)
"""What asks how long something takes, what it costs, or whether it can be undone."""
_UNDECIDED = re.compile(r"\bnot sure if\b|\bworth\b")
"""Why somebody calls who has to make up its mind: on that an offer rests."""
_ANY_OFFER = content_stems(
    "cost charge pay price open free hour day time shop long week month go back"
)
"""Stems that an offer and a question have in common whatever they are about."""
_ANY_TERM = content_stems(
    "cancel move moved change reschedule call off back out return refund money deposit advance up"
    " front include included cover covered warranty guarantee cost charge pay price fee long late"
    " early soon still people somebody take go happen any no need they them good cheap cheaper"
    " several new one"
)
"""Stems of a question about an offer that do not say which."""
_PRICES = re.compile(r"\b(?:prices|rates)\b|\bhow much (?:is it|do you charge)\b", re.I)
"""What asks for the price of whatever a call is about."""
_ANEW = re.compile(r"\ba new one\b")
"""What an offer to mend something is weighed against, whatever it is called."""
_BOOKED = content_stems("book rent reserve enroll")
_UNBOOKED = re.compile(r"\b(?:walk-ins?|walk in|come by|need an? (?:appointment|reservation))\b")
"""What nobody asks who has just been given a time."""
_REPORTS = re.compile(r"\b(?:report|let you know|tell you|complain)\b", re.I)
"""What asks about the very thing that a call does."""
_TWO = re.compile(
    r"(?:how|what|when|where|who|which|do|does|can|is|are)\b.*\b(?:and|or)"
    r" (?:how|what|when|where|who|which)\b",
    re.I,
)
"""Two questions in one, of which an answer may answer one."""
_OTHERS = re.compile(r"\b(?:they|them)\b|\bbetween (?:you and me|us)\b", re.I)
"""What would be taken for the customer where it is of somebody or something else, and what only who
is there says."""


def first_asks(world: World, count: int, *, weighs: bool) -> dict[str, list[str]]:
    """Return what is to be asked: so much, and first what an offer means, if one is weighed."""
    found = dict(_open_asks(world))
    offers = [step for step in world.steps if step.do in ("offer", "act") and weighs]
    about = frozenset(chain.from_iterable(offered(world, step) for step in offers))
    terms = {
        name: meant
        for name, lines in found.items()
        if (meant := [line for line in lines if concerns(line, about)])
    }
    rest = {name: lines for name, lines in found.items() if name not in terms}
    return dict(islice((terms | rest).items(), max(count, bool(terms))))


def offered(world: World, step: ProcedureStep) -> frozenset[str]:
    """Return the stems of what a step is about that offers or does something: its words, and those
    of what is then done."""
    at = world.steps.index(step)
    done = next((one.tool for one in world.steps[at:] if one.do == "act"), "")
    lines = step.say if step.do == "offer" else ()
    lines += (world.pack.tools[done].does,) if done else ()
    lines += (world.story.because,) if is_undecided(world) else ()
    return _stems(tuple(_SLOT.sub("", line) for line in lines)) - _ANY_OFFER


def is_undecided(world: World) -> bool:
    """Tell whether somebody calls to make up its mind."""
    return _UNDECIDED.search(world.story.because) is not None


def concerns(ask: str, about: frozenset[str]) -> bool:
    """Tell whether a question is what somebody asks about an offer before agreeing to it: about
    nothing else. What it is about need not be said of prices, where something is booked."""
    subject = content_stems(ask) - _ANY_TERM
    if not subject:
        is_booked = not _BOOKED.isdisjoint(about)
        return bool(_ANEW.search(ask) or (is_booked and _PRICES.search(ask)))
    return subject <= about and _TERMS.search(ask) is not None


def is_ending(world: World) -> bool:
    """Tell whether nothing is left afterwards that its customer could want to know more about."""
    done = (world.pack.tools[step.tool].does for step in world.steps if step.do == "act")
    return any(map(ENDING.search, (*done, world.story.because)))


@lru_cache(maxsize=4096)
def _stems(lines: tuple[str, ...]) -> frozenset[str]:
    return frozenset(chain.from_iterable(map(content_stems, lines)))


@lru_cache(maxsize=4096)
def _slots(lines: tuple[str, ...]) -> frozenset[str]:
    return frozenset(chain.from_iterable(map(filled_by, lines)))


def _open_asks(world: World) -> Iterator[tuple[str, list[str]]]:
    """Yield the facts that somebody may ask for, with the wordings in which it may: neither their
    values nor what they say come up in a call, whatever is asked."""
    if is_ending(world):
        return
    said = _said(world)
    stated = _slots(said) & world.pack.values.keys()
    known = _stems(said)
    is_booked = any(step.do == "act" for step in world.steps)
    for name in world.asides:
        fact = world.fact(name)
        is_settled = is_booked and any(map(_UNBOOKED.search, fact.ask))
        if is_settled or not stated.isdisjoint(fact_slots(fact)):
            continue
        says = _SLOT.sub("", fact.says)
        asks = (
            ask
            for ask in without_others(fact.ask)
            if not (_is_known(ask, says, known) or _is_done_by_calling(ask, world))
            and not _TWO.match(ask)
        )
        if open_asks := [ask for ask in asks if _is_answered(ask, fact.tell)]:
            yield name, open_asks


def _is_done_by_calling(ask: str, world: World) -> bool:
    """Tell whether it asks how long somebody may report what this call reports."""
    because = content_stems(world.story.because)
    return _REPORTS.search(ask) is not None and not content_stems(ask).isdisjoint(because)


def _is_known(ask: str, says: str, known: frozenset[str]) -> bool:
    """Tell whether a call tells what is asked for: what a late train was paid answers what one
    gets for a late train."""
    asked = content_stems(ask)
    return asks_for_known(ask, says, known) or (len(asked) > 1 and asked <= known)


@lru_cache(maxsize=16384)
def _is_answered(ask: str, lines: tuple[str, ...]) -> bool:
    """Tell whether there are lines that say at once what is asked, and plainly if it is yes or
    no."""
    asked = of_caller(ask)
    told = answered_first(asked, lines)
    return bool(told and plainly(asked, told)[1])


@lru_cache(maxsize=16384)
def answered_first(ask: str, lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return the lines that say at once what is asked, and not after what is not asked."""
    asked = content_stems(ask)
    found = []
    for line in lines:
        held = [len(asked & content_stems(clause)) for clause in line.split(", ")]
        if held[0] == max(held):
            found.append((held[0], line))
    most = max((one for one, _ in found), default=0)
    return tuple(line for one, line in found if one == most)


def without_others(lines: Sequence[str]) -> list[str]:
    """Return the lines in which nobody else is they and nobody speaks of itself to the other, if
    there are any."""
    return [line for line in lines if not _OTHERS.search(line)] or list(lines)


def _said(world: World) -> tuple[str, ...]:
    """Return all that a business may say in a call, whatever is asked."""
    told = (
        world.fact(name).tell for step in world.steps if step.do != "look" for name in step.facts
    )
    return (*chain.from_iterable(told), *chain.from_iterable(step.say for step in world.steps))
