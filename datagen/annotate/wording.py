"""Words by which rules tell what is going on, of prompts/annotate/listening.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from datagen import assets
from datagen.config import read_yaml


@dataclass(frozen=True)
class ListeningWords:
    """Words in lower case and without marks, as `plain` writes them."""

    acknowledgements: frozenset[str]
    """Words of which a listener's sound may consist."""
    phrases: frozenset[str]
    """Several words that are one such sound."""
    settles: frozenset[str]
    """Those of them that also answer or settle something."""
    news: frozenset[str]
    """Those of them that settle nothing behind an *oh*."""
    question: re.Pattern[str]
    """How a clause begins that asks something."""
    opening: re.Pattern[str]
    """How a stretch begins that asks something."""
    tag: re.Pattern[str]
    """How a stretch ends that asks for a yes."""
    no_question: re.Pattern[str]
    """What is worded as a question and asks nothing."""
    question_words: frozenset[str]
    """Words with which a stretch begins that asks something."""
    leads_on: frozenset[str]
    """Words, alone or in a row, that hardly end a sentence."""
    ends: frozenset[str]
    """Words in a row that end one all the same."""
    ends_no_question: frozenset[str]
    """Those that hardly end a question either."""
    cuts_in: re.Pattern[str]
    """First words of who cuts in."""


@cache
def wording() -> ListeningWords:
    """Return the words that ship."""
    data = read_yaml(assets.find("prompts/annotate", "listening"))
    asks = {name: "|".join(text.split()) for name, text in data["questions"].items()}
    return ListeningWords(
        acknowledgements=frozenset(data["acknowledgements"].split()),
        phrases=_lines(data["phrases"]),
        settles=_lines(data["settles"]),
        news=_lines(data["news"]),
        question=_question(asks),
        opening=re.compile(
            rf"(?:(?:{asks['openers']}) )*(?:(?:{asks['words']})\b|{_inverted(asks)}\b)"
        ),
        tag=re.compile(rf"\S+ (?!(?:{asks['no_tag']}) )\S+ (?:{asks['tags']})$"),
        no_question=_any(data["no_questions"]),
        question_words=frozenset(data["questions"]["words"].split()),
        leads_on=_lines(data["leads_on"]) | _lines(data["ends_no_question"]),
        ends=_lines(data["ends"]),
        ends_no_question=_lines(data["ends_no_question"]),
        cuts_in=re.compile(
            rf"(?:(?:um|uh|oh|hmm|okay|well) )?{_any(data['cuts_in']).pattern}(?!\S)"
        ),
    )


def _lines(lines: Iterable[Iterable[str]]) -> frozenset[str]:
    return frozenset(phrase for line in lines for phrase in line)


def _any(lines: Iterable[Iterable[str]]) -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(map(re.escape, sorted(_lines(lines))))})")


def _inverted(asks: Mapping[str, str]) -> str:
    return rf"(?:{asks['verbs']}) (?:{asks['subjects']}|{asks['things']})"


def _question(asks: Mapping[str, str]) -> re.Pattern[str]:
    """Return what inverts (is it, what is), but not behind a subject: "i was there" does not."""
    verbs, subjects = asks["verbs"], asks["subjects"]
    behind = rf"(?:^|(?<!\S)(?!(?:{subjects}|{asks['things']}|{asks['helpers']}) )\S+ )"
    return re.compile(
        rf"{behind}(?:{verbs}) (?:{subjects})\b"
        rf"|(?:^|(?<!\S)(?:{asks['openers']}|{asks['words']}) )(?:{verbs}) (?:{asks['things']})\b"
        rf"|\b(?:{asks['words']}) (?:{verbs})\b|\b(?:{asks['short']})\b"
    )


def plain(word: str) -> str:
    """Return a word in lower case without marks: ``Mm-hmm.`` is ``mmhmm``."""
    return re.sub(r"[^a-z0-9]", "", word.lower())
