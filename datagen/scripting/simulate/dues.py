"""What a caller has to know of the terms before it is bound by them: what it pays, brings, may not.

Talk, steps --with_dues--> the steps, and those that tell what none of them does
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain

from datagen.scripting.compose.grammar import about, slots
from datagen.scripting.simulate.talk import Talk
from datagen.scripting.world.pack import ProcedureStep, WorldFact

_ASKS_OF = re.compile(
    r"\b(?:needs?|ha(?:s|ve) to|must|required?|requires|brings?|shows?|deposit|ID|license|receipt"
    r"|signed|signature|photos?|proof|in advance|up front|on arrival|fee|[Ww]ear)\b"
)
"""What a term of the caller's matter holds that asks something of it."""
_BINDS = re.compile(
    r"\bmust be (?:home|there)\b|\bID is (?:checked|required)\b|\b(?:brings?|shows) an? \w+"
    r"|\bwithout (?:the|an?) (?:ticket|ID|license)\b|\bwithout proof\b"
    r"|\breplacement card comes\b|\bis due (?:once\b|a (?:day|week|month) before\b|in \{)"
)
"""What a term holds that binds whoever has something booked, done or set aside for it."""
_DUE = re.compile(r"\bis due\b")
"""What is paid, so that nobody agrees before it knows of it."""
_PRICE = re.compile(r"\bcosts?\b|\bfee of\b")
_OPENS = re.compile(r"\b(?:diagnosis|trial)\b")
"""What comes first, so that its price does."""
_ASKS = ("look", "ask", "check")
"""What rests on facts and need not tell them."""
MATTERS = 0.6
"""Chance of a step from which what it tells matters to any caller."""
STATED = 0.5
"""Share of its words of content that a line holds which states a rule, or a clause of it."""
_COSTLY = re.compile(
    r"\b(?:due|rest|deposit|refund\w*|returned|paid back|must|needs?|has to|have to)\b"
)
"""What a clause holds that nobody agrees to without having heard it."""
_CLAUSE = re.compile(r"(?<=[,.]) (?:and )?")


def asks_of(fact: WorldFact, types: frozenset[tuple[str, str]], *, takes: bool = False) -> bool:
    """Tell whether a term of the caller's matter costs it something or asks something of it, or
    ``takes`` time, where that counts; ``types`` are the values' by their names."""
    if fact.source != "prompt":
        return False
    needed = ("money", "duration") if takes else ("money",)
    kinds = [(name, kind) for name in slots(fact.says) for kind in needed]
    return not types.isdisjoint(kinds) or _ASKS_OF.search(fact.says) is not None


def is_kept(talk: Talk, step: ProcedureStep) -> bool:
    """Tell whether a step is never left out: it tells a term that asks something of the caller, or
    that matters to most, and that the caller does not wish away first."""
    if step.do != "tell" or (talk.world.wish and talk.world.wish.fact in step.facts):
        return False
    facts = [talk.world.fact(name) for name in step.facts]
    matters = step.chance >= MATTERS and any(fact.source == "prompt" for fact in facts)
    is_done = any(one.do == "act" for one in talk.world.steps)  # and takes as long as it takes
    return matters or any(asks_of(one, talk.types, takes=is_done) for one in facts)


@lru_cache(maxsize=4096)
def whole(lines: tuple[str, ...], says: tuple[str, ...]) -> tuple[str, ...]:
    """Return the lines of an offer that leave out nothing costly which others of them state of the
    facts that they rest on."""
    for clause in filter(_COSTLY.search, chain.from_iterable(map(_CLAUSE.split, says))):
        stating = tuple(line for line in lines if _states(line, clause))
        lines = stating or lines
    return lines


def _states(line: str, said: str) -> bool:
    """Tell whether a line says most of what a sentence or a clause does."""
    return len(about(line) & about(said)) >= STATED * len(about(said))


def with_dues(
    talk: Talk, points_back: Callable[[Talk, ProcedureStep], bool]
) -> list[ProcedureStep]:
    """Return the steps of a call with those that tell the terms that bind the caller and that no
    step tells: what is to be paid, or what it costs, comes before it agrees, and before all that
    ``points_back``; all else when it is done. What the caller brings up itself waits until then."""
    steps = talk.steps
    if talk.is_refused or not any(map(_settles, steps)):
        return steps
    costs = _late_costs(talk, steps)
    steps = [step for step in steps if step not in costs]
    asked = {event.what for event in talk.agenda}
    untold = _untold(talk, steps)
    dues = [name for name in untold if name not in asked]
    talk.owed = [name for name in untold if name in asked]
    talk.spare = [name for name in talk.spare if name not in dues]
    first = next(at for at, step in enumerate(steps) if step.do in ("offer", "act"))
    while first and points_back(talk, steps[first]):
        first -= 1
    last = max(at for at, step in enumerate(steps) if _settles(step))
    paid = [name for name in dues if _DUE.search(talk.world.fact(name).says)]
    later = [name for name in dues if name not in paid]
    return [
        *steps[:first],
        *map(_telling, paid),
        *costs,
        *steps[first : last + 1],
        *map(_telling, later),
        *steps[last + 1 :],
    ]


def _late_costs(talk: Talk, steps: Sequence[ProcedureStep]) -> list[ProcedureStep]:
    """Return the steps that would tell only after all is done what that costs, or may cost."""
    settling = [at for at, step in enumerate(steps) if _settles(step)]
    done = frozenset().union(*(_content(talk, steps[at]) for at in settling))
    return [step for step in steps[settling[-1] + 1 :] if _costs(talk, step, done)]


def _content(talk: Talk, step: ProcedureStep) -> frozenset[str]:
    """Return what a step that settles something is about."""
    tool = (talk.world.pack.tools[step.tool].does,) if step.tool else ()
    return frozenset().union(*map(about, (*step.say, *tool)))


def _costs(talk: Talk, step: ProcedureStep, done: frozenset[str]) -> bool:
    """Tell whether a step tells a price of what is done, by a rule that asks for no reply."""
    if step.do != "tell" or step.reply or step.say or len(step.facts) != 1:
        return False
    says = talk.world.fact(step.facts[0]).says
    is_own = _OPENS.search(says) is not None or not done.isdisjoint(about(says))
    return is_own and _PRICE.search(says) is not None and step.facts[0] not in talk.world.records


def left(talk: Talk) -> list[ProcedureStep]:
    """Return the steps that tell what binds the caller, at the end of a call in which something was
    done for it, of what it was to bring up itself and has not."""
    if not talk.is_helped or talk.is_handed_on:
        return []
    return [_telling(name) for name in talk.owed if name not in talk.told]


def _settles(step: ProcedureStep) -> bool:
    """Tell whether something is done or agreed to with a step."""
    return step.do == "act" or (step.do == "offer" and not step.declines)


def _untold(talk: Talk, steps: Sequence[ProcedureStep]) -> list[str]:
    """Return the terms of the role that bind the caller, and that no step tells."""
    world = talk.world
    told = {
        name
        for step in steps
        for name in step.facts
        if step.do == "tell" or (step.do not in _ASKS and _tells(step, world.fact(name)))
    }
    wished = {world.wish.fact, world.wish.instead} if world.wish else set()
    return [
        name
        for name in world.terms
        if name not in told and name not in wished and _is_binding(talk, name)
    ]


def _tells(step: ProcedureStep, fact: WorldFact) -> bool:
    return not step.say or any(_states(line, fact.says) for line in step.say)


def _is_binding(talk: Talk, name: str) -> bool:
    is_bound = _BINDS.search(talk.world.fact(name).says) is not None
    return is_bound and (name not in talk.world.asides or bool(talk.world.fact(name).stories))


def _telling(name: str) -> ProcedureStep:
    return ProcedureStep(do="tell", facts=(name,))
