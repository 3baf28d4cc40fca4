"""Words by which rules tell what is going on, of prompts/annotate/listening.yaml."""

from __future__ import annotations

import re
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
    question: re.Pattern[str]
    """How a clause begins that asks something."""
    question_words: frozenset[str]
    """Words with which a stretch begins that asks something."""
    leads_on: frozenset[str]
    """Words that hardly end a sentence."""
    cuts_in: frozenset[str]
    """First words of who cuts in."""


@cache
def wording() -> ListeningWords:
    """Return the words that ship."""
    data = read_yaml(assets.find("prompts/annotate", "listening"))
    asks = {name: "|".join(text.split()) for name, text in data["questions"].items()}
    return ListeningWords(
        acknowledgements=frozenset(data["acknowledgements"].split()),
        phrases=frozenset(phrase for line in data["phrases"] for phrase in line),
        question=_question(asks),
        question_words=frozenset(data["questions"]["words"].split()),
        leads_on=frozenset(data["leads_on"].split()),
        cuts_in=frozenset(data["cuts_in"].split()),
    )


def _question(asks: dict[str, str]) -> re.Pattern[str]:
    """Return what inverts (is it, what is), but not behind a subject: "i was there" does not."""
    verbs, subjects = asks["verbs"], asks["subjects"]
    behind = rf"(?:^|(?<!\S)(?!(?:{subjects}) )\S+ )"
    return re.compile(
        rf"{behind}(?:{verbs}) (?:{subjects})\b"
        rf"|\b(?:{asks['words']}) (?:{verbs})\b|\b(?:{asks['short']})\b"
    )


def plain(word: str) -> str:
    """Return a word in lower case without marks: ``Mm-hmm.`` is ``mmhmm``."""
    return re.sub(r"[^a-z0-9]", "", word.lower())
