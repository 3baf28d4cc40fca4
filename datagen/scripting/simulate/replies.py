"""What callers make of what they are told, from their words: whether the agent has to meet it.

reply --objects, hears--> whether it is met, and how
"""

from __future__ import annotations

import re
from functools import lru_cache

_OBJECTS = re.compile(
    r"\b(?:but|not|no|nobody|never|gone|afraid|disgrace|supposed|come on|serious|kidding|worse"
    r"|charging|harsh|stupid|unfair|something else|pay|since when|(?<!that's )why|who says"
    r"|scares?|heart\w*)\b|n't\b",
    re.IGNORECASE,
)
_TAKES_IT = re.compile(
    r".*\bthank|.*\b(?:won't|doesn't) (?:matter|hurt)\b|.*\bi'm sorry\b"
    r"|.*\blet me (?:think|see|look|check)\b|.*\bnot the only one"
    r"|.*\b(?:now|then) i know\b|i see it\b|that's right\b"
    r"|(?:(?:oh, |ah, )?okay|alright|good|oh, so|(?:oh|well), good|at least|fine"
    r"|then (?:i'll|we'll)|yes|i knew|oh, thank|really\?|phew|finally|i'd never have)(?!\w)"
    r"|.*\b(?:okay|alright|fine|fair enough)\.$"
    r"|.*\bi'll (?:go|ask|try|call|do|take|get|see|wait|look|give)\b[^.?!]*\.$",
    re.I,
)
"""What a reply to news holds that the agent cannot pass over, and how one begins that it can."""
_UNTOLD = re.compile(r"\bnobody (?:ever )?(?:told|tells|said|mentioned)\b|\bnever told me\b", re.I)
_OTHERWISE = re.compile(r"\btold (?:me|us) (?:something (?:else|different)|they)\b", re.I)
"""What a reply to news holds that complains of not having been told it, or of having been told
something else."""
_WANTS = re.compile(
    r"\bplease\b|\b(?:just|then) (?:try|send|end|stop|take|put|do|start|close|cancel|let's)\b", re.I
)
"""What a reply holds that asks for what the agent does next."""


def asks_to_act(said: str) -> bool:
    """Tell whether a reply asks for something to be done."""
    return said[-1] != "?" and _WANTS.search(said) is not None


def takes_it(said: str) -> bool:
    """Tell whether a reply to news takes it as it is."""
    return _TAKES_IT.match(said) is not None


def hears(said: str) -> str:
    """Return how the agent meets what a caller makes of bad news: some complain that they were told
    nothing, or something else."""
    if _OTHERWISE.search(said):
        return "hear.otherwise"
    return "hear.untold" if _UNTOLD.search(said) else "hear"


@lru_cache(maxsize=16384)
def objects(said: str) -> bool:
    """Tell whether what a caller makes of news asks for understanding: good news does not."""
    return _OBJECTS.search(said) is not None and not takes_it(said)
