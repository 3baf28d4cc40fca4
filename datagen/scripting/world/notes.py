"""What a customer notes down for its assistant: answers, and what there is to say about the matter.

ProcedureStep --note_of--> Note, for the role and for the call
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import NamedTuple

from datagen.scripting.compose.grammar import capital, slots
from datagen.scripting.content.questions import question_kind
from datagen.scripting.world.absent import (
    asks_to_say,
    of_caller,
    to_assistant,
    to_assistant_all,
)
from datagen.scripting.world.pack import ProcedureStep

_SEEN = re.compile(
    r"\b(?:now|just|here|right there|i'm|listen|hear that|\w+ is \w+ing|i should(?: have|'ve)"
    r"|my (?:own )?fault|silly|stupid|embarrass\w*|promise|swear|i guess|to be honest|please"
    r"|by the way|be quick|i admit|i have to say|can't see|can hear|i know"
    r"|if (?:that|it)(?:'s| is) (?:okay|fine|alright|possible))\b",
    re.I,
)
"""What only somebody says who is there, or of itself."""
_DANGLES = re.compile(r"(?:it|that|this|these|those|he|she|they)\b", re.I)
"""How a line begins that points back to another."""
_POINTS_AT = re.compile(r"\b(?:that|this|it|one|then|either)(?:, too)?[.?!]$|\?$")
"""How a line ends that points at something, or asks: what everybody at work has, too."""
_OTHERS = re.compile(r"\b(?:they|them|their|he|him|half of|some of|rest of)\b", re.I)
"""Whom a line speaks of that nobody has named."""
_VAGUE = re.compile(
    r"\b(?:i guess|i think|i'd say|i swear|wait|thank\w*|let me|hold on|sorry|to be honest"
    r"|right now|just now|let's|maybe|(?:could|might) be)\b|\?$",
    re.I,
)
"""What an answer holds that is given while talking: what somebody has noted down does not."""
_STATES = re.compile(
    r"(?!(?:what|which|who|where|when|how|why|is|are|do|does|did|have|has|would|will|can|could|may"
    r"|should|was|were)\b)[^?]*, "
    r"((?:what|which|who|where|when|how|do|does|did|is|are|would|could|can)\b"
    r"(?![^?]*\b(?:that|this|it|there|theirs)\b)[^?]*\?)",
    re.I,
)
"""A question after what the business states, which its caller cannot have known."""
_STOP = re.compile(r"[.?!]")
_STARTS = ("Well, ", "Oh, ", "Hm, ", "Um, ", "Uh, ", "So, ", "Yeah, ", "Now that you ask, ")


_OF_WHOM = re.compile(r"\bof you\b", re.I)
"""What a question holds that is asked only of whom it is about."""
_SAYS_YES = re.compile(r"(?:yes|no|not)\b", re.I)
"""How an answer begins that answers no question but one for a yes or a no."""
_APART = frozenset(("when", "measure"))
"""Kinds of questions: two hours ago answers one of them, and for two hours the other."""
_ELSE = (re.compile(r"\blooks? like\b", re.I), re.compile(r"\byet\?$", re.I))
"""What asks how something looks, to which what it is is no answer, and what asks for an end, to
which a yes to its going on is none."""
_OTHER_THEY = re.compile(r"\b(?:they|them|theirs?)\b", re.I)
"""What a question to a caller holds that is about somebody or something else, and would be taken
for the customer."""
_IT = re.compile(r"\bit(?:'s)?\b", re.I)
"""What a question holds that leans on what its caller has just spoken of: its assistant may have
spoken of something else."""


_TO_IT = re.compile(r"\byour?s?\b", re.I)
"""What a line holds that speaks to the business."""


class Note(NamedTuple):
    """What the customer has noted for a question that the business may ask, with slots."""

    question: str
    answer: str


def note_of(step: ProcedureStep, own: Collection[str]) -> Note:
    """Return the note for a question of the business, which has values of its ``own``."""
    answer = answer_of(step)
    lines: Sequence[str] = step.say
    if answer.startswith("Since "):
        lines = sorted(lines, key=lambda line: question_kind(line) != "measure")
    if _SAYS_YES.match(answer):
        lines = _for_yes(lines)
    return Note(_asked(lines, own), answer)


def _for_yes(lines: Sequence[str]) -> tuple[str, ...]:
    """Return the questions that a yes or a no answers, if there are any."""
    asking = tuple(line for line in lines if question_kind(line) in ("polar", ""))
    return asking or tuple(lines)


@lru_cache(maxsize=4096)
def wordings(lines: tuple[str, ...], question: str, answer: str = "") -> tuple[str, ...]:
    """Return the wordings in which a business may ask somebody's assistant what was noted as the
    answer to a question, as they are said to it."""
    other = _APART - {question_kind(question)}
    if other != _APART:
        lines = tuple(line for line in lines if question_kind(line) not in other) or lines
    if _SAYS_YES.match(answer):
        lines = _for_yes(lines)
    if answer.startswith("For "):
        lines = tuple(line for line in lines if line.endswith(" for?")) or lines
    for form in (*(one for one in _ELSE if not one.search(question)), _OTHER_THEY):
        lines = tuple(line for line in lines if not form.search(line)) or lines
    named = tuple(line for line in lines if not _IT.search(line))
    lines = named if len(named) > 1 else lines
    fitting = tuple(line for line in lines if not _OF_WHOM.search(line)) or lines
    return to_assistant_all(fitting)


def _asked(lines: Sequence[str], own: Collection[str]) -> str:
    """Return a question as somebody notes it who does not know what the business does."""
    known: Sequence[str] = [line for line in lines if slots(line).isdisjoint(own)]
    known = known or [line for line in lines if _STATES.fullmatch(to_assistant(line))] or lines[:1]
    line = next((one for one in known if not asks_to_say(one)), known[0])
    line = to_assistant(line).removeprefix("And ")
    states = _STATES.fullmatch(line)
    return capital(states[1] if states else line)


@lru_cache(maxsize=4096)
def stands_alone(line: str) -> bool:
    """Tell whether a line can be told by somebody else, after no other line of the caller's."""
    dangles = _DANGLES.match(line) or _POINTS_AT.search(line) or _OTHERS.search(line)
    return not (_addresses(line) or _SEEN.search(line) or dangles)


def _addresses(line: str) -> bool:
    """Tell whether a line speaks to the business, which a role prompt does not."""
    return _TO_IT.search(line) is not None


def answer_of(step: ProcedureStep) -> str:
    """Return the shortest answer to a question, of one sentence if there is one: the value, and
    little else."""
    answer = min(
        step.reply or ("Yes.",),
        key=lambda line: (bool(_VAGUE.search(line)), len(_STOP.findall(line)), len(line)),
    )
    for start in _STARTS:  # a note does not hesitate
        if answer.startswith(start):
            answer = capital(answer.removeprefix(start))
    return of_caller(answer)


def capital_slot(line: str) -> str:
    """Begin a line with a capital, be it a slot's."""
    return "{" + capital(line[1:]) if line.startswith("{") else capital(line)
