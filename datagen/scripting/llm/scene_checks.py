"""What is wrong with a call that a model has written: claims, coherence, phrases, length.

    Brief, Scene, Script --check_scene--> nothing, or BadScript with one reason and its faults

Every fault names the turn and quotes it, so that the model can mend it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from datagen.scripting.checks import holds
from datagen.scripting.claims import Lexicon, unlicensed
from datagen.scripting.claims.check import sources, unlicensed_line
from datagen.scripting.compose.grammar import plain
from datagen.scripting.llm import checks
from datagen.scripting.llm.assemble import BadScript
from datagen.scripting.llm.brief import Brief
from datagen.scripting.llm.scene import Scene
from datagen.types import Script

CLAIMS = "claims without a licence"
COHERENCE = "the call does not hold together"
PHRASES = "stock phrases"
LENGTH = "too short or too long"
ROLE = "the role is not of this world"
SHORTEST, LONGEST = 0.5, 1.8
"""Of the words that were asked for, the fewest and the most."""
CONSENT = ("sure", "of course", "certainly", "absolutely", "yes", "no problem")
"""How no refusal begins."""


def check_scene(
    brief: Brief, scene: Scene, script: Script, lexicon: Lexicon, stock: Sequence[str]
) -> None:
    """Raise BadScript with all faults of a call; its reason is that of the first kind found."""
    given = [script.role_prompt, *brief.results.values(), *(must.what for must in brief.musts)]
    kinds = (
        (CLAIMS, list(_claims(script, lexicon))),
        (PHRASES, list(_phrases(script, stock))),
        (COHERENCE, [*checks.problems_of(checks.CALLS, script, given), *_refusals(script)]),
        (LENGTH, list(_length(brief, script))),
        (ROLE, list(_own_words(brief, scene, lexicon))),
    )
    found = [(reason, faults) for reason, faults in kinds if faults]
    if found:
        raise BadScript([fault for _, faults in found for fault in faults], found[0][0])


def _claims(script: Script, lexicon: Lexicon) -> Iterator[str]:
    for one in unlicensed(script, lexicon):
        words = ", ".join(one.words)
        yield f"{one.clause!r} (agent): nothing licenses this {one.kind}: {words}"


def _refusals(script: Script) -> Iterator[str]:
    for probe in script.probes:
        answer = script.turns[probe.agent_turn].text
        if probe.act == "decline" and answer.lower().startswith(CONSENT):
            yield f"{answer[:60]!r} (agent): a refusal does not begin with consent"
        if probe.verdict == "fail":
            asked = script.turns[probe.user_turn].text
            yield f"{answer[:80]!r} (agent) does not {probe.act} as it must, to {asked[:60]!r}"


def _phrases(script: Script, stock: Sequence[str]) -> Iterator[str]:
    for turn in script.turns:
        said = plain(turn.spoken)
        for phrase in stock:
            if holds(said, phrase):
                yield f"{turn.text[:80]!r} ({turn.speaker}): nobody says {phrase!r}"


def _length(brief: Brief, script: Script) -> Iterator[str]:
    num_words = sum(len(turn.spoken.split()) for turn in script.turns)
    asked = brief.words
    if not SHORTEST * asked <= num_words <= LONGEST * asked:
        yield f"the call has {num_words} words, and about {asked:.0f} were asked for"


def _own_words(brief: Brief, scene: Scene, lexicon: Lexicon) -> Iterator[str]:
    """Say what a role or a description of the model's states that the world does not."""
    if brief.order != "paper":
        return
    drawn = brief.drawn
    cast = drawn.cast
    for what, name in (("agent", cast.agent.name), ("company", cast.company)):
        if name not in scene.role:
            yield f"the role does not name the {what}, {name}"
    items = " ".join(item.text for item in drawn.roles.items)
    known = sources(f"{drawn.roles.agent} {items} {' '.join(brief.results.values())}", lexicon)
    for line in scene.role.split(". "):
        for left in unlicensed_line(line, known, lexicon):
            yield f"{line[:80]!r} (role): the world does not have {', '.join(sorted(left))}"
