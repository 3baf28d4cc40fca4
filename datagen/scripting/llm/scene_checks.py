"""What is wrong with a dialogue that a model has written: claims, coherence, phrases, length.

    Brief, Scene, Script --check_scene--> nothing, or BadScript with one reason and its faults

Every fault names the turn and quotes it, so that the model can mend it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from datagen.scripting.checks import holds
from datagen.scripting.claims import Lexicon, unlicensed
from datagen.scripting.claims.lexicon import is_number
from datagen.scripting.compose.grammar import plain
from datagen.scripting.llm import checks
from datagen.scripting.llm.brief import Brief
from datagen.scripting.llm.faults import BadScript
from datagen.scripting.llm.prose_checks import check_prose
from datagen.scripting.llm.scene import Scene
from datagen.types import Script

CLAIMS = "claims without a licence"
COHERENCE = "the dialogue does not hold together"
PHRASES = "stock phrases"
LENGTH = "too short or too long"
ROLE = "the prose is not of this world"
SHORTEST, LONGEST = 0.5, 1.8
"""Of the words that were asked for, the fewest and the most."""
CONSENT = ("sure", "of course", "certainly", "absolutely", "yes", "no problem")
"""How no refusal begins."""
COHERENT = {"service": checks.CALLS, "qa": checks.LESSONS, "casual": checks.CHATS}
"""What is checked of each kind."""
_QUESTION = re.compile(r"[^.?!]*\?")
_POLARITY = ("(polarity)",)
_LACKS = re.compile(r"\b(?:i|we) (?:don't|do not|didn't) (?:have|know|see|get)\b", re.IGNORECASE)
"""Says what the agent lacks, which denies nothing that is so."""
SHORT_QUESTION = 3
"""Words of a question that is none: really? you know?"""


def check_scene(brief: Brief, scene: Scene, script: Script, stock: Sequence[str]) -> None:
    """Raise BadScript with all faults of a dialogue; its reason is that of the first kind found."""
    told = [must.what for must in brief.musts] if brief.job.kind == "service" else []
    given = [script.role_prompt, *brief.results.values(), *brief.ground.given, *told]
    coherence = checks.problems_of(COHERENT[brief.job.kind], script, given)
    kinds = (
        (CLAIMS, list(_claims(brief, script))),
        (PHRASES, list(_phrases(script, stock))),
        (COHERENCE, [*coherence, *_refusals(script), *_questions(brief, script)]),
        (LENGTH, list(_length(brief, script))),
        (ROLE, list(check_prose(brief, scene))),
    )
    found = [(reason, faults) for reason, faults in kinds if faults]
    if found:
        raise BadScript([fault for _, faults in found for fault in faults], found[0][0])


def _claims(brief: Brief, script: Script) -> Iterator[str]:
    if brief.ground.lexicon is None:
        return
    for one in unlicensed(script, brief.ground.lexicon):
        if one.words == _POLARITY and _says_neither(one.clause, brief.ground.lexicon):
            continue
        words = ", ".join(one.words)
        yield f"{one.clause!r} (agent): nothing licenses this {one.kind}: {words}"


def _says_neither(clause: str, lexicon: Lexicon) -> bool:
    """Tell whether a clause neither states nor denies: a bare number, or what the agent lacks."""
    return bool(_LACKS.search(clause)) or all(map(is_number, lexicon.content(clause)))


def _refusals(script: Script) -> Iterator[str]:
    for probe in script.probes:
        answer = script.turns[probe.agent_turn].text
        if probe.act == "decline" and answer.lower().startswith(CONSENT):
            yield f"{answer[:60]!r} (agent): a refusal does not begin with consent"
        if probe.verdict == "fail":
            asked = script.turns[probe.user_turn].text
            yield f"{answer[:80]!r} (agent) does not {probe.act} as it must, to {asked[:60]!r}"


def _questions(brief: Brief, script: Script) -> Iterator[str]:
    """Say who asks two things at once: an agent of any kind, and nobody in small talk."""
    for turn in script.turns:
        if turn.speaker == "user" and brief.job.kind != "casual":
            continue
        asked = [one for one in _QUESTION.findall(turn.text) if len(one.split()) > SHORT_QUESTION]
        if len(asked) > 1:
            yield f"{turn.text[:80]!r} ({turn.speaker}): one question at a time"


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
        yield f"the dialogue has {num_words} words, and about {asked:.0f} were asked for"
