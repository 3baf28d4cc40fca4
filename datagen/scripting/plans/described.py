"""Who the two people of a chat are: traits that are dealt, and which of them come up.

Job, Theme, SmallTalk --describe--> traits --selves--> SelfPart, SelfPart, ...
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from datagen.scripting.content.casual_pack import TRAITS, Goal, SmallTalk, Theme, Trait, TraitKind
from datagen.scripting.plans.draws import Draws, stratified
from datagen.scripting.plans.records import trusted
from datagen.types import SPEAKERS, Fact, Job, Speaker

DESCRIBED = {"work": 0.75, "place": 0.5, "past": 0.5}
"""Chances of what a description has beside likes, possessions and dislikes."""
LATE: tuple[TraitKind, ...] = ("owns", "dislikes")
"""What nobody asks who has just said hello: it comes up once, after the theme."""
YIELDS = 0.6
"""Chance that one of these, where it is drawn, leaves its turn to what people sooner ask."""
_fact = trusted(Fact)
_SENTENCES: dict[TraitKind, str] = {
    "place": "You live {}.",
    "past": "You {}.",
    "likes": "You like to {}.",
    "owns": "You have {}.",
    "dislikes": "You dislike {}.",
}


@dataclass(frozen=True)
class SelfPart:
    """Something that one of the two says of itself."""

    speaker: Speaker
    kind: TraitKind
    trait: Trait


def describe(
    job: Job,
    theme: Theme,
    smalltalk: SmallTalk,
    other: dict[TraitKind, Trait],
    draws: Draws,
) -> dict[TraitKind, Trait]:
    """Deal who somebody is, but for what the theme, the rest or the other says otherwise, or too.

    Who comes second, after the other was described, gets the next of what is dealt.
    """
    found: dict[TraitKind, Trait] = {}
    for kind in TRAITS:
        if kind in theme.skips or not draws.chance(DESCRIBED.get(kind, 1.0)):
            continue
        traits = smalltalk.traits[kind]
        turn = 2 * job.index + bool(other)
        first = stratified(job.seed, f"{job.kind}/{kind}", turn, len(traits))
        so_far = [one.what for one in found.values()]
        fits = (
            trait
            for trait in chain(traits[first : first + 1], _shuffled(traits, draws))
            if trait is not other.get(kind)
            and trait.what not in theme.without
            and smalltalk.goes_with(trait.what, so_far)
        )
        if trait := next(fits, None):
            found[kind] = trait
    return found


def _shuffled(traits: Sequence[Trait], draws: Draws) -> Iterator[Trait]:
    """Yield traits in another order each time, drawn only if any is wanted."""
    yield from draws.shuffled(traits)


def selves(
    described: tuple[dict[TraitKind, Trait], dict[TraitKind, Trait]],
    count: int,
    level: str,
    draws: Draws,
) -> tuple[SelfPart, ...]:
    """Return what comes up of both people; in a described chat mostly of the agent.

    What is asked first is what strangers ask first; who has answered asks the same back if it can.
    """
    kinds = sorted(draws.shuffled(TRAITS), key=lambda kind: kind in LATE and draws.chance(YIELDS))
    parts: list[SelfPart] = []
    for place in range(count):
        is_agents = level == "detailed" and (place == 0 or draws.chance(0.7))
        who: Speaker = "agent" if is_agents else draws.pick(SPEAKERS)
        traits = described[SPEAKERS.index(who)]
        before = [part.kind for part in parts if part.speaker != who and part.kind in traits]
        free = [kind for kind in (*before, *kinds) if kind in traits]
        free = [kind for kind in free if not any(_is_it(part, who, kind) for part in parts)]
        if free and not _is_too_odd(free[0], parts):
            parts.append(SelfPart(who, free[0], traits[free[0]]))
    return tuple(sorted(parts, key=lambda part: TRAITS.index(part.kind)))


def _is_it(part: SelfPart, who: Speaker, kind: TraitKind) -> bool:
    return (part.speaker, part.kind) == (who, kind)


def _is_too_odd(kind: TraitKind, parts: Sequence[SelfPart]) -> bool:
    """Tell whether a second question out of the blue would follow a first."""
    return kind in LATE and any(part.kind in LATE for part in parts)


def description(name: str, described: dict[TraitKind, Trait], goal: Goal | None) -> str:
    """Return the sentences of a prompt that say who somebody is."""
    work = f", {described['work'].what}" if "work" in described else ""
    said = [f"You are {name}{work}."]
    said += [
        form.format(described[kind].what) for kind, form in _SENTENCES.items() if kind in described
    ]
    if goal:
        said.append(f"You want to {goal.want}.")
    return " ".join(said)


def facts(name: str, described: dict[TraitKind, Trait], goal: Goal | None) -> tuple[Fact, ...]:
    """Return what a described agent is to say of itself."""
    found: dict[str, str] = {"name": name}
    found |= {kind: trait.what for kind, trait in described.items()}
    if goal:
        found["goal"] = goal.want
    return tuple(
        _fact(id=one, type="name" if one == "name" else "text", written=text, spoken=text)
        for one, text in found.items()
    )
