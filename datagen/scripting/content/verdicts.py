"""Whether a line plainly says yes or no to a question that asks for one of them.

question, lines --plainly--> "yes", "no" or "", and the lines that say it

"Do you refund tickets?" is answered by "No, we don't refund used tickets", and with neither word by
a rule that has more than one side.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, TypeAlias

from datagen.scripting.content.questions import content_stems, question_kind

Verdict: TypeAlias = Literal["yes", "no", ""]
_CLAUSE_ENDS = re.compile(r", |(?<=[.?!]) ")
_DENIES = re.compile(
    r"\b(?:no(?! charge| cost| later| more| sooner)|not|never|none|nobody|neither|nothing|cannot"
    r"|less)\b|n't\b",
    re.IGNORECASE,
)
_NO = re.compile(
    r"(?:I'm afraid |I'm sorry, |unfortunately,? )?(?:nobody|none|no \w+|there's nobody"
    r"|(?:(?!\b(?:that|which|who|if|when|once|just)\b)[^,{}])*?(?:n't|\bnever|\bcannot|\bnot|\bno))"
    r"\b[^{}]*$",
    re.IGNORECASE,
)
"""How a clause goes that denies what it is about, and not something about that."""
_BOUNDED = re.compile(
    r"\b(?:only|nothing|closed|lost|until|unless|if|instead|or|but|except|though|depends|otherwise"
    r"|at least|free|usually|sometimes|most|some|first|just|without|there's no \w+(?: \w+)? (?:to"
    r"|for))\b|%",
    re.IGNORECASE,
)
"""What makes of a yes or a no something else."""
_TWO_SIDED = re.compile(
    r"n't\b|\b(?:or|only|still|just|any(?:where|body|thing)?|else)\b", re.IGNORECASE
)
"""What a question holds to which neither yes nor no is plain."""


@lru_cache(maxsize=65536)
def verdict(question: str, line: str) -> Verdict:
    """Return what a line plainly says to a question; empty if it does not.

    It does if its first clause holds all that the question is about, and bounds no part of that.
    """
    if question_kind(question) != "polar" or _TWO_SIDED.search(question):
        return ""
    asked, said = content_stems(question), _CLAUSE_ENDS.split(line, maxsplit=1)[0]
    if not asked or not asked <= content_stems(said) or _BOUNDED.search(said):
        return ""
    if _DENIES.search(said):
        return "no" if _NO.match(said) else ""
    return "yes"


@lru_cache(maxsize=65536)
def plainly(question: str, lines: tuple[str, ...]) -> tuple[Verdict, tuple[str, ...]]:
    """Return what lines plainly say to a question for yes or no, and those that do: none if some
    disagree. To any other question all lines are an answer."""
    if question_kind(question) != "polar":
        return "", lines
    said = {line: found for line in lines if (found := verdict(question, line))}
    if len(set(said.values())) != 1:
        return "", ()
    return next(iter(said.values())), tuple(said)
