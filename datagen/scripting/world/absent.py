"""Speak of somebody who is not there: lines of a caller or to a caller, said by or to an assistant.

"I lost my bag." --of_caller--> "They lost their bag."
"I've booked you a seat." --to_assistant--> "I've booked them a seat."
"""

from __future__ import annotations

import re
from functools import lru_cache

from datagen.scripting.compose.grammar import third_person

_OBJECT = re.compile(
    r"\b((?:for|to|with|of|at|from|about|under|by|near|behind|on|than|like"
    r"|tell|give|gave|given|book|booked|put|get|got|call|send|sent|let|help|helped|transfer"
    r"|connect|change|changed|changing|putting|moving|sending|giving|booking|adding|calling"
    r"|swap|swapped|charge|charged|offer|offered|show|move|moved|rebook|rebooked|keep|cost|costs|sign"
    r"|signed|switch|switched|owe|refund|refunded|credit|credited|find|found|take|bring|pass"
    r"|(?:I|we|I'd|we'd|can|could) have|reach|place|placed|ask|remind|bill|billed|save|saves"
    r"|wish|see|add|added|squeeze|fit|schedule|scheduled|email|text|meet|pick|drop|drive|cover"
    r"|covers|covered|mail|mailed|ship|shipped|reserve|reserved|seat|seated|register"
    r"|registered|enroll|enrolled|thank|allow|allows|lend|loan|pay|(?:I've|we've) (?:\w+ed|paid)"
    r"|asks|asked|suits?|lets|scares?|bothers?|writes?|wrote|calls|called|unlock|unlocks|gives"
    r"|tells|told|sends|sent|helps|takes|brings|meets|reaches|keeps|sees|picks|books|moves|puts))"
    r" you\b(?!'|(?: (?:can|could|may|might|must|will|would|have|had|need|want|paid|get|got)\b))",
    re.IGNORECASE,
)
_AT_END = re.compile(r"(?<!\bare)(?<!\bdo)(?<!\bdid)(?<!\bwould)(?<!\bcan) you(?=[,.!]|$)")
"""Ends a clause that asks nothing: will that work for you."""
_IS_YOU = re.compile(r"\b((?:been|was|is|be)(?: that| it)?) you\b(?=[?,.])", re.IGNORECASE)


_ORDER = re.compile(
    r"^(?:please )?(do not|don't|never|turn|go|come|bring|keep|eat|stay|close|press|leave|put|call"
    r"|try|hand|cut|wear|give|take|use|look|wait) (?!in,)",
    re.IGNORECASE,
)
"""How a line begins that tells somebody what to do; what is proposed begins with no capital."""
_PLEADED = re.compile(r", please\b")
_NOR = re.compile(r"\band (?:don't|do not) ")


_CAUSED = re.compile(r"\b(makes?|made) you\b", re.IGNORECASE)
"""Has a verb after it, which is no sign of a subject: what makes you want to leave."""


@lru_cache(maxsize=16384)
def of_caller(line: str) -> str:
    """Return what a caller says of itself as said by somebody else; its case is kept."""
    text = third_person(line, first=True)
    return text[0].lower() + text[1:] if line[:1].islower() else text


def value_of_caller(text: str) -> str:
    """Return a value in a caller's words, as somebody else says it inside a sentence."""
    said = of_caller(text)
    return said[0].lower() + said[1:] if text.startswith(("I ", "I'")) else said


@lru_cache(maxsize=16384)
def to_assistant(line: str) -> str:
    """Return what is said to a caller as said to somebody who calls for it."""
    if line[:1].isupper() and (order := _ORDER.match(line)):
        line = f"They should{_ordered(order[1])} {_NOR.sub('and not ', line[order.end() :])}"
        line = _PLEADED.sub("", line, count=1)
    for pattern in (_CAUSED, _OBJECT, _IS_YOU):
        line = pattern.sub(r"\1 them", line)
    return third_person(_AT_END.sub(" them", line))


def _ordered(verb: str) -> str:
    verb = verb.lower()
    return "n't" if verb in ("don't", "do not") else f" {verb}"
