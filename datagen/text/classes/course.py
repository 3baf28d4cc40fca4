"""Courses of a school, by pairs of figures: "CS50", "CS 61A", "MATH 101", "Biology 101"."""

from __future__ import annotations

import re

from datagen.text import numbers
from datagen.text.form import Form, FormMaker, Match, Sure, any_of, is_near
from datagen.text.locales import Locale
from datagen.text.nouns import NO_PLURAL

TOLD = (
    "The short name of a subject before two or three figures, where a word near it tells of"
    " classes; two figures joined to it are refused without one."
)
EXAMPLES = (
    ("Is CS50 hard?", "Is C S fifty hard?"),
    ("I'm taking CS 61A this semester.", "I'm taking CS sixty-one A this semester."),
    ("The prerequisite is MATH 220.", "The prerequisite is MATH two twenty."),
    ("It's Biology 101.", "It's Biology one oh one."),
)
_SPELLED = ("CS", "CSE", "CSC", "EE", "ECE", "EECS", "ME", "MSE", "IS", "IT", "PE")
_SAID = (
    "ENG", "ENGL", "MATH", "BIO", "BIOL", "CHEM", "HIST", "PSY", "PSYC", "PHYS", "ECON", "ART",
    "STAT", "STATS", "PHIL", "SOC", "MUS", "COMP",
)  # fmt: skip
"""Subjects whose short names are left to the voice."""
_TAUGHT = re.compile(
    r"\b(?:class(?:es)?|courses?|tak(?:e|es|en|ing)|took|enroll?\w*|professors?|lectures?|syllabus"
    r"|harvard|stanford|berkeley|MIT|credits?|semesters?|prereq\w*|exams?|midterms?|finals?|pass\w*"
    r"|fail\w*|drop\w*|hard|easy|easier|harder|coded|students?|homework|problem sets?|majors?"
    r"|teach\w*|taught|TA|college|grades?|electives?|regist\w+|quarter|study\w*|textbooks?|lab|intro"
    r"|waitlist\w*)\b",
    re.IGNORECASE,
)


def _course(match: Match) -> str | None:
    """Say "CS50" and "EECS16B"."""
    said, subject = _number(match), match["subject"]
    return said and f"{' '.join(subject) if subject in _SPELLED else subject} {said}"


def _number(match: Match) -> str | None:
    """Say the "220" and "61A" of a course."""
    if not is_near(match, _TAUGHT, 64, 64):
        return None
    letter = f" {match['letter']}" if match["letter"] else ""
    return numbers.pairs(int(match["number"])) + letter


def _doubted(match: Match) -> str | None:
    return None if is_near(match, _NAMED) else "it may be a course or a code"


_NAMED = re.compile(
    r"\b(?:codes?|order|ticket|case|confirmation|model|part|plate|serial|account|booking|reference"
    r"|seat|gate|room|flight|ID|sku|lot|batch|item|unit|row|bay)\b",
    re.IGNORECASE,
)


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write a course."""
    make = FormMaker("course")
    subjects = any_of((*_SPELLED, *_SAID))
    end = r"(?![\w-]|[.,:/]\d)"
    number = r"(?P<number>[1-9]\d{1,2})(?P<letter>[A-C]?)"
    return (
        make(rf"(?P<subject>{subjects})-?{number}{end}", _course),
        make(number + end, _number, before=re.compile(rf"\b(?:{subjects}) \Z")),
        make(r"(?:CS|EE|ME)[1-9]\d" + end, _doubted, Sure.DOUBT),
        make(
            rf"(?P<number>[1-4]\d\d){end}{NO_PLURAL}",
            lambda m: numbers.pairs(int(m["number"])),
            before=re.compile(
                r"\b(?:Bio|Psych|Econ|Chem|Physics|Biology|Chemistry|English|Spanish|French|German"
                r"|History|Math|Calc|Stats|Soc|Sociology|Psychology|Philosophy|Accounting"
                r"|Economics|Anatomy|Algebra|Poli Sci) \Z"
            ),
        ),
        make(r"101(?=[.,?!]|$)", "one oh one", before=re.compile(r"[A-Z][A-Za-z]+ \Z")),
        make(
            r"(?P<number>[1-4]0\d)(?![\w-]|[.,]\d)",
            lambda m: numbers.pairs(int(m["number"])),
            before=re.compile(rf"\b(?:{'|'.join((*_SAID, 'CS'))}) \Z"),
        ),
    )
