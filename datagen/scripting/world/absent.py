"""Speak of somebody who is not there: lines of a caller or to a caller, said by or to an assistant.

"I lost my bag." --of_caller--> "They lost their bag."
"I've booked you a seat." --to_assistant--> "I've booked them a seat."
"""

from __future__ import annotations

import re
from functools import lru_cache

from datagen.scripting.compose.grammar import third_person

_OBJECT = re.compile(
    r"\b((?:for|to|with|of|at|from|about|under|by|near|behind|on|than|telling|like(?= you to\b)"
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
_AS_OBJECT = re.compile(
    r"\b(?!(?:are|were|do|did|have|can|could|will|would|if|when|and|that|what) )(\w+) you"
    r"(?= (?:an?|the|first|back|on|in|with|about|from|up|over)\b)",
    re.IGNORECASE,
)
"""What follows no subject: they phone you first, we ordered you a cab."""
_AT_END = re.compile(r"(?<!\bare)(?<!\bdo)(?<!\bdid)(?<!\bwould)(?<!\bcan) you(?=[,.!]|$)")
"""Ends a clause that asks nothing: will that work for you."""
_IS_YOU = re.compile(r"\b((?:been|was|is|be)(?: that| it)?) you\b(?=[?,.])", re.IGNORECASE)


_ORDER = re.compile(
    r"^(?:please (do not|don't|[a-z]+)|(?:just )?(do not|don't|never|turn|go|come|bring|keep|eat"
    r"|stay|close|press|leave|put|call|try|hand|cut|wear|give|take|use|look|wait|switch|unplug"
    r"|lock)) (?!in,)",
    re.IGNORECASE,
)
"""How a line begins that tells somebody what to do; what is proposed begins with no capital."""
_PLEADED = re.compile(r", please\b(?=[,.])")
_NOR = re.compile(r"(?:,| and) (?:don't|do not) ")
_ASIDE = re.compile(r"((?:,|\band|\bbut|\bso)) please (do not |don't )?(?=[a-z]+ )")
"""How an order goes on after something else: and please keep the piece."""


_SPOKEN_TO = re.compile(
    r"(?:and |so |okay, |sorry, )?(?:can|could|would|will) you (?:please )?"
    r"(?:tell me|give me|read me|describe|spell|say)\b",
    re.IGNORECASE,
)
"""How a line begins that asks for words: whoever is on the line says them, whosever they are."""
_OF_MANY = re.compile(r"\b(how many of) you\b", re.IGNORECASE)
_EVERY_ONE = re.compile(r"\b(you're) all (?=booked\b)", re.IGNORECASE)
"""Would say of several people what is meant of a visit: they're all booked."""
_BOOKED = re.compile(
    r"(?<!\bI've)(?<!\bhave)((?:'s|'re|\bis|\bare|\bbeen|\bgot (?:\w+ )?\w+) booked"
    r"|\bI've booked (?:the|an?|that|it|you|your)\b(?:(?! with\b)[^,{?])*(?<! for)(?<! at)(?<! on))"
    r" (?=\{\w*(?:day|slot|exam)\w*\}|(?:tomorrow|today|next)\b)"
)
"""What is booked before its day, which may be tomorrow: they're booked, tomorrow at four."""
_HAVE = re.compile(r"\b(I(?: have|'ve got)) (?=\{\w*day\w*\} at \{)")
"""What has a day that may be "on Tuesday"."""
_CAUSED = re.compile(r"\b(makes?|made) you\b", re.IGNORECASE)
"""Has a verb after it, which is no sign of a subject: what makes you want to leave."""
_OF_OTHERS = re.compile(
    r"(?:^|[.,;] (?:and |but |so |since |because |if |when )?|because |since )(?:(?:the|our|most"
    r"|all|no|new|old|other|these|those|any|both|two|three) )?(?:[a-z-]+ )?"
    r"(?:[a-z]+[^s\W]s|children|people|men|women)"
    r"(?: (?:to|for|from|with|of|on|in|at|over|under) [\w{} ]{1,25}?)? "
    r"(?:don't|aren't|are|do|can|can't|have|will|won't|never|may|must|go|need|get|come|cost|take"
    r"|start|pay|ride|run|stay|sell|work)\b[^?]*?"
    r"(?:[.,] (?:and |but |so |then )?|\b(?:before|when|if|once|unless|until) )"
    r"(?:you|you're|you'll|you've|your)\b"
    r"|\b(?:they|them|their|they're)\b[^?]*\b(?:you|your)\b"
    r"|\b(?:you|your)\b[^?]*\b(?:they|them|their|they're)\b",
    re.IGNORECASE,
)
"""A line that speaks of several, who would be taken for its caller or its caller for them."""


@lru_cache(maxsize=16384)
def to_assistant_all(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return lines as said to who calls for somebody: those in which nobody else is they, if there
    are any."""
    clear = tuple(line for line in lines if not _OF_OTHERS.search(line))
    return tuple(map(to_assistant, clear or lines))


@lru_cache(maxsize=16384)
def of_caller(line: str) -> str:
    """Return what a caller says of itself as said by somebody else; its case is kept."""
    text = third_person(line, first=True)
    return text[0].lower() + text[1:] if line[:1].islower() else text


def value_of_caller(text: str) -> str:
    """Return a value in a caller's words, as somebody else says it inside a sentence."""
    said = of_caller(text)
    return said[0].lower() + said[1:] if text.startswith(("I ", "I'")) else said


def asks_to_say(line: str) -> bool:
    """Tell whether a line asks whoever is on the line to say something."""
    return _SPOKEN_TO.match(line) is not None


@lru_cache(maxsize=16384)
def to_assistant(line: str) -> str:
    """Return what is said to a caller as said to somebody who calls for it."""
    if asked := _SPOKEN_TO.match(line):
        return asked[0] + to_assistant(line[asked.end() :])
    line = _BOOKED.sub(r"\1, ", _EVERY_ONE.sub(r"\1 ", line))
    line = _HAVE.sub(r"\1 time ", line)
    if line[:1].isupper() and (order := _ORDER.match(line)):
        rest = _NOR.sub(" and not ", line[order.end() :])
        line = _PLEADED.sub("", f"They should{_ordered(order[1] or order[2])} {rest}", count=1)
    line = _ASIDE.sub(lambda found: f"{found[1]} they should{_not(found[2])} ", line)
    for pattern in (_OF_MANY, _CAUSED, _OBJECT, _AS_OBJECT, _IS_YOU):
        line = pattern.sub(r"\1 them", line)
    return third_person(_AT_END.sub(" them", line))


def _ordered(verb: str) -> str:
    return _not(verb) or f" {verb.lower()}"


def _not(verb: str | None) -> str:
    is_denied = (verb or "").strip().lower() in ("don't", "do not")
    return "n't" if is_denied else ""
