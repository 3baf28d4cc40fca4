"""What is wrong with the prose that a model writes in the paper's order: it belies the world.

Brief, Scene --check_prose--> faults to mend

A scenario and a description may tell of moods and scenes in any words, but their numbers and names
are the world's, they deny nothing that is so, and a role states nothing that the world does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from datagen.scripting.claims import Lexicon, load_lexicon
from datagen.scripting.claims.check import Evidence, clauses, sources, unlicensed_line, unsupported
from datagen.scripting.claims.lexicon import is_number, words
from datagen.scripting.llm.brief import Brief
from datagen.scripting.llm.scene import Scene

LENGTHS = {"scenario": (5, 60), "description": (20, 180)}
"""Fewest and most words."""
_NAME = re.compile(r"(?<![.?!] )(?<!^)(?<=\s)[A-Z][\w'-]+")
_SENTENCE = re.compile(r"(?<=[.?!])\s+")
_POLARITY = frozenset({"(polarity)"})
_COMMON = frozenset((
    "i", "a", "an", "the", "he", "she", "they", "it", "monday", "tuesday", "wednesday", "thursday",
    "friday", "saturday", "sunday", "january", "february", "march", "april", "may", "june", "july",
    "august", "september", "october", "november", "december", "am", "pm",
))  # fmt: skip


def check_prose(brief: Brief, scene: Scene) -> Iterator[str]:
    """Say what a scenario, a description or a role states that the world does not."""
    if brief.order != "paper":
        return
    lexicon = brief.ground.lexicon or load_lexicon()
    for what, (fewest, most) in LENGTHS.items():
        text = scene.scenario if what == "scenario" else scene.description
        num_words = len(text.split())
        if not fewest <= num_words <= most:
            yield f"the {what} has {num_words} words, and {fewest} to {most} were asked for"
        yield from _contradictions(brief, what, text, lexicon)
    if brief.ground.named:
        yield from _role(brief, scene, lexicon)


def _known(brief: Brief) -> str:
    """Return all that is so in a dialogue, one sentence after another."""
    ground = brief.ground
    items = [item.text for item in ground.items]
    people = f"{ground.agent.name} {ground.user.name} {' '.join(ground.named.values())}."
    facts = [f"{fact.written}." for fact in ground.facts]
    told = [*items, *brief.results.values(), *ground.given, *facts]
    return " ".join([ground.role, people, *(_ended(one) for one in told if one)])


def _ended(text: str) -> str:
    return text if text[-1] in ".?!" else f"{text}."


def _contradictions(brief: Brief, what: str, text: str, lexicon: Lexicon) -> Iterator[str]:
    levers = " ".join((*brief.slots.values(), *(must.what for must in brief.musts)))
    known = _known(brief)
    said = {word.strip(".,?!:;'") for word in words(f"{known} {levers}")}
    said |= {word.removesuffix("'s") for word in said}
    evidence = sources(known, lexicon)
    for sentence in _SENTENCE.split(text):
        quoted = f"{sentence[:80]!r} ({what})"
        numbers = [word.strip(".,?!:;") for word in words(sentence) if is_number(word)]
        names = [name.lower().removesuffix("'s") for name in _NAME.findall(sentence)]
        made_up = [one for one in (*numbers, *names) if one not in said | _COMMON]
        if made_up:
            yield f"{quoted}: the world does not have {', '.join(sorted(set(made_up)))}"
        elif any(_is_denied(clause, evidence, lexicon) for clause, _ in clauses(sentence)):
            yield f"{quoted}: the world says the opposite"


def _is_denied(clause: str, evidence: list[Evidence], lexicon: Lexicon) -> bool:
    """Tell whether the world has every word of a clause, and denies it."""
    return len(lexicon.content(clause)) > 1 and unsupported(clause, evidence, lexicon) == _POLARITY


def _role(brief: Brief, scene: Scene, lexicon: Lexicon) -> Iterator[str]:
    """Say what a role of the model's states that the world does not."""
    for what, name in brief.ground.named.items():
        if name not in scene.role:
            yield f"the role does not name the {what}, {name}"
    known = sources(_known(brief), lexicon)
    for line in scene.role.split(". "):
        for left in unlicensed_line(line, known, lexicon):
            yield f"{line[:80]!r} (role): the world does not have {', '.join(sorted(left))}"
