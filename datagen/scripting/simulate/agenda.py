"""What a caller will bring up by itself: the probes that it was dealt, and what each is about.

Talk --draw_agenda--> AgendaItem, ...   (when: `readiness`; how: `asides`)
"""

from __future__ import annotations

from collections.abc import Collection

from datagen.scripting.simulate.call_state import AgendaItem
from datagen.scripting.simulate.talk import Talk
from datagen.scripting.world.draw import World

SUPPOSED = 0.5
"""Chance that a caller says what it takes a term for, and does not ask for it."""
VENTS = 0.8
"""Chance that what a caller is angry about comes first."""
_UNSURE = (("agent", "company"), ("agent", "company", "both"))
"""Whose name somebody has not caught: who calls, and who is called."""


def draw_agenda(talk: Talk) -> list[AgendaItem]:
    """Return what the caller will bring up: the probes, and a second outburst."""
    events: list[AgendaItem] = []
    # the last is brought up first: what is of the caller's matter
    spare = sorted(talk.world.asides, key=lambda name: bool(talk.world.fact(name).stories))
    for kind in talk.cast.probes:
        what: str | None = ""
        if kind == "Q2":
            what = spare.pop() if spare else None
        elif kind == "Q1":
            what = _believed(talk, {event.what for event in events})
            spare = [name for name in spare if name != what]
        if what is None:
            continue
        if kind == "Q0":
            what = talk.draws.pick(_UNSURE[talk.cast.direction == "outbound"])
        supposes = kind == "Q1" or (
            kind == "Q2" and bool(talk.world.fact(what).claim) and talk.chance(SUPPOSED)
        )
        events.append(AgendaItem(kind, what, supposes))
        if kind == "Q4":
            talk.calm = talk.draws.pick((1.0, 1.0, 0.4, 0.0))
            if talk.calm < 1:
                events.append(AgendaItem("grievance"))
    talk.spare = spare
    events = talk.draws.shuffled(events)
    return sorted(events, key=lambda event: event.kind != "Q4") if talk.chance(VENTS) else events


def _believed(talk: Talk, taken: Collection[str]) -> str | None:
    """Return a fact that the caller says once more, or may be wrong about; empty for a number on
    file.

    What the procedure tells comes first; nobody is wrong about what it turns down, or confirms.
    """
    world = talk.world
    known = [step for step in world.steps if step.declines or step.do == "check"]
    declined = {name for step in known for name in step.facts}
    told = {name for step in world.steps for name in step.facts}
    facts = [name for name in (*world.records, *world.terms) if name in told - declined]
    facts = [name for name in facts if world.fact(name).claim]
    if facts:
        return talk.draws.pick(facts)
    terms = [name for name in world.terms if world.fact(name).claim and name not in taken]
    terms = [name for name in terms if name not in declined]
    terms = [name for name in terms if world.fact(name).stories] or terms
    if has_detail(talk) and (not terms or (_is_reached(talk) and talk.chance(0.5))):
        return ""
    return talk.draws.pick(terms) if terms else None


def _is_reached(talk: Talk) -> bool:
    """Tell whether the number on file is the telephone's: there is reason to make sure of that."""
    return talk.world.other.identity.value.type == "phone"


def may_check(talk: Talk) -> bool:
    """Tell whether the caller has kept a number on file to itself that it could check: with a
    reason, or as it has begun to ask."""
    return talk.verified_by == "identity_value" and (_is_reached(talk) or talk.is_held_back)


def has_detail(talk: Talk) -> bool:
    """Tell whether there is a number on file that the caller may suppose."""
    world = talk.world
    is_called = talk.cast.direction == "outbound" and world.other.identity.value.type == "phone"
    return world.story.verify and not is_called and (not world.is_lookup or _opens(world))


def _opens(world: World) -> bool:
    return any(
        step.do == "look" and "identity" in world.pack.tools[step.tool].args for step in world.steps
    )
