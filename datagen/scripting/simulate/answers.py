"""What of a fact answers a question: lines that begin with what was asked for, and no more of them.

question, lines, types --answering--> lines whose earliest clause is about it, without the others

"What does an exam cost?" is answered by "An exam costs $64", and not by what an urgent one costs.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

from datagen.scripting.compose.grammar import about

_STEM = 4
_CLAUSE = re.compile(r"(?<=[,.]) ")
_SLOT = re.compile(r"\{\w+\}")
_LISTS = re.compile(
    r"\b(?:what are|your \w+s\b|prices|plans|tiers|each)\b|^(?:and )?where\b|\bget\?$",
    re.IGNORECASE,
)
"""What asks for all there is, or for a place or a benefit, which is said in any clause."""
_WANTED: tuple[tuple[re.Pattern[str], frozenset[str]], ...] = (
    (re.compile(r"\bhow much (?:notice|time)\b", re.IGNORECASE), frozenset(("duration",))),
    (
        re.compile(r"\bhow (?:much|expensive)\b|\bwhat (?:does|do|is|'s|would|will)\b.*\b(?:cost|"
                   r"fee|price|pay|charge)|\bwhat do you charge\b", re.IGNORECASE),
        frozenset(("money", "percent", "sum")),
    ),
    (
        re.compile(r"\bhow (?:long|fast|soon|many (?:days|weeks|months|hours))\b", re.IGNORECASE),
        frozenset(("duration",)),
    ),
    (
        re.compile(r"^(?:and |until |so )?when (?:do|are) you (?:open|close)|\bwhat time (?:do|are)"
                   r" you (?:open|close)|\bhow late are you\b", re.IGNORECASE),
        frozenset(("time",)),
    ),
    (
        re.compile(r"^(?:and |until |so )?when\b|\bwhat time\b|\bhow (?:late|early)\b",
                   re.IGNORECASE),
        frozenset(("time", "date", "duration")),
    ),
    (re.compile(r"\bhow often\b", re.IGNORECASE), frozenset(("count", "duration"))),
    (re.compile(r"\bhow many\b", re.IGNORECASE), frozenset(("count",))),
)  # fmt: skip
"""Questions, and the types of values of which one answers them."""
_PIECE = re.compile(r"(?<=[.?!]) |, ")
_BOUNDS = re.compile(
    r"\b(?:no(?! charge| cost)|not|never|none|nobody|only|neither|nor|closed|cannot|(?:is|are) lost"
    r"|(?<!cost )(?<!costs )(?<!for )(?<!pay )(?<!pays )nothing)\b|n't\b",
    re.IGNORECASE,
)
"""What denies or bounds something."""
_MEASURES = re.compile(
    r"\b(?:next|later|tomorrow|years?|months?|weeks?|wait|until|free|charge|cheaper|more)\b", re.I
)
"""What a wish holds that a time or a price denies."""
_HANGS_ON = re.compile(
    r"(?:and )?(?:if|unless|except|because|since|when|while|which|who|that|until|after|before|for"
    r"|with|without|as|though|although|only|in|at|on|by|from|not|never|or|plus|so|even|above|below"
    r"|beyond|starting|but (?:not|never|only|with|without|for|no|none|if|that))\b",
    re.IGNORECASE,
)
"""How a piece begins that says nothing without the one before it."""
_OPENS = re.compile(
    r"(?:if|unless|because|since|when|while|until|once|after|before|as|though|although"
    r"|starting)\b",
    re.IGNORECASE,
)
"""How a piece begins that says nothing without the one after it."""
_ENDS_ON = re.compile(r"(?:\b(?:is|are|do|does|has|have|can) not|n't)[.?!]?$", re.IGNORECASE)
"""How a clause ends that leaves out what the one before it says."""
_AWAITS = re.compile(
    r"(?:^|, )(?:(?:and |but |so )?(?:after|before|beyond|until"
    r"|(?:later|earlier|sooner|more|less) than|over|above|past|below|under) (?:that|then)"
    r"|(?:and|but|so) (?:if|when|once|because|since)\b[^,]*)$",
    re.IGNORECASE,
)
"""How a clause ends that says nothing without the piece after it."""
_BOUNDS_IT = re.compile(r"\bup to (?:that|then)\b", re.IGNORECASE)
"""What a clause holds that says what is so up to the value which another states."""
_BEGINS = re.compile(r"(?:and|but|so) (?:after|before|for|in|on|at|with)\b", re.IGNORECASE)
"""How a piece begins that says nothing alone if it has no verb."""
_YES_OR_NO = re.compile(
    r"(?:can|could|do|does|is|are|will|would|should|may)\b(?!.*\b(?:if|when|more|cost|pay|or)\b)",
    re.IGNORECASE,
)
"""What asks whether something is so, and for no more."""
_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|can|cannot|may|must|will|do|does|go|goes|come|comes|pay"
    r"|pays|need|needs|costs?|takes?|gets?|closes?|opens?|starts?|stays?|fits?|runs?|ends?|works?"
    r"|waits?|stands?|keeps?|holds?|counts?|adds?|asks?|stops?|makes?|gives?|fades?|sends?|accepts?"
    r"|delivers?|allows?|brings?|reads?)\b|'(?:s|re|ll|ve)\b|n't\b",
    re.IGNORECASE,
)
_TIER = re.compile(
    r"(?:and |but )?(?:an?|the|each|every|another|later|older|further) .*\{\w+\}", re.IGNORECASE
)
"""A piece that leaves out a verb, as the one before has it."""
_NO_SUBJECT = re.compile(r"(?:(?:and|but|so) )?(?:(?:can|will) not|cannot|\w+n't)\b", re.IGNORECASE)
"""How a clause begins that denies something of what the one before it names."""
_LISTED = re.compile(r"and [\w ]+$")
_POINTS = re.compile(
    r"(?:that|this|those|these|both|then|later|otherwise|else"
    r"|the (?:rest|others?|second|same|next|latter)|others?|another|afterward)\b"
    r"|.*\b(?:its?|they|them|their|ones?|second|none|then|also|too|there(?!'s| is| are))\b",
    re.IGNORECASE,
)
"""How a clause begins, or what it holds, that does not stand alone."""
_LINK = re.compile(r"^(?:and|but|so) ", re.IGNORECASE)
_ADDS = re.compile(r"and (?!get\b)")


@lru_cache(maxsize=65536)
def answering(
    question: str, lines: tuple[str, ...], types: frozenset[tuple[str, str]] = frozenset()
) -> tuple[str, ...]:
    """Return what of some lines answers a question: of those whose first clause is about it, the
    clauses that hold the value which is asked for. ``types`` are the values' by their names.

    "How much is a suite?" is not answered by "A second pet is half, a kennel costs ..., a suite".
    """
    asked, kinds = about(question), _wanted(question)
    fitting = _fitting(question, lines)
    if _LISTS.search(question) or not (kinds or _YES_OR_NO.match(question)):
        return fitting
    if not kinds:
        return tuple(dict.fromkeys(_about_all(asked, line) for line in fitting))
    words, typed = _words(question), dict(types)
    if not any(asked & about(line) for line in lines):  # it is in other words
        fitting = _first(lines, lambda clause: bool(kinds & _types(clause, typed)))

    def part(line: str) -> str:
        hits = asked & about(line)

        def says_it(said: str) -> bool:
            is_whole = hits <= about(said) and bool(kinds & _types(said, typed))
            left = _types(line, typed, said)
            if not hits:
                return is_whole and not left
            is_other = _is_left_out(line, said, asked)
            return is_whole and (is_other or _subject(said) <= words or not kinds & left)

        return _shortest(line, says_it) if kinds & _types(line, typed) else line

    return tuple(dict.fromkeys(map(part, fitting)))


@lru_cache(maxsize=65536)
def to_the_point(question: str, lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return lines without what is added to them that is about nothing that was asked.

    "What is on your kids menu?" is not answered by what high chairs cost. Where a value is asked
    for, `answering` has left the others out.
    """
    if _LISTS.search(question) or _wanted(question):
        return lines
    asked = about(question)
    return tuple(dict.fromkeys(_without_additions(line, asked) for line in lines))


def _without_additions(line: str, asked: frozenset[str]) -> str:
    clauses = list(_clauses(line))
    while (at := _added_from(clauses, asked)) < len(clauses):
        if asked.isdisjoint(about(_joined(clauses[:at]))):
            break  # what is left would be about nothing that was asked
        del clauses[at:]
    said = _joined(clauses)
    return said if said[-1] in ".?!" else f"{said}."


def _added_from(clauses: Sequence[str], asked: frozenset[str]) -> int:
    """Return from which clause on something is added: a clause that leaves out what the one before
    it says goes with that."""
    at = len(clauses) - 1
    is_short = at > 1 and _ENDS_ON.search(clauses[at]) and asked.isdisjoint(about(clauses[at]))
    at -= 1 if is_short else 0
    return at if at and _is_added(clauses[at], asked) else len(clauses)


def _is_added(clause: str, asked: frozenset[str]) -> bool:
    """Tell whether a clause adds something of its own to the one before it."""
    said = _ADDS.sub("", clause, count=1)
    has_subject = bool(_subject(said)) and not _NO_SUBJECT.match(said)
    return said != clause and has_subject and _is_other(said, asked)


@lru_cache(maxsize=65536)
def denying(question: str, lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return what of some lines says no to a wish: of those whose first clause is about it, all
    that denies or bounds something."""
    asked, is_measured = about(question), _MEASURES.search(question) is not None

    def part(line: str) -> str:
        hits, bounds = asked & about(line), len(_BOUNDS.findall(line))

        def says_it(said: str) -> bool:
            is_denied = hits <= about(said) and len(_BOUNDS.findall(said)) == bounds
            left = " ".join(_left(line, said))
            return is_denied and not (is_measured and "{" in left)

        return _shortest(line, says_it) if hits and bounds else line

    return tuple(dict.fromkeys(map(part, _fitting(question, lines))))


@lru_cache(maxsize=65536)
def stating(slot: str, lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return what of some lines states a value, of those that do so in the earliest clause."""
    names = (f"{{{slot}}}", f"{{{slot[0].upper()}{slot[1:]}}}")

    def states(said: str) -> bool:
        return any(name in said for name in names)

    def part(line: str) -> str:
        said = _shortest(line, states)
        return line if any(map(_BOUNDS_IT.search, _left(line, said))) else said

    fitting = _first(tuple(filter(states, lines)), states)
    return tuple(dict.fromkeys(map(part, fitting)))


def _fitting(question: str, lines: tuple[str, ...]) -> tuple[str, ...]:
    asked = about(question)
    return _first(lines, lambda clause: not asked.isdisjoint(about(clause)))


def _about_all(asked: frozenset[str], line: str) -> str:
    """Return what of a line is about all that was asked for, without the clauses of their own."""

    def says_it(said: str) -> bool:
        return asked <= about(said) and _is_left_out(line, said, asked)

    return _shortest(line, says_it) if asked and asked <= about(line) else line


def _wanted(question: str) -> frozenset[str]:
    """Return the types of values of which one answers a question; empty if it asks for none."""
    return next((types for asks, types in _WANTED if asks.search(question)), frozenset())


def _shortest(line: str, says_it: Callable[[str], bool]) -> str:
    """Return the fewest clauses of a line, in a row, that say something and stand alone."""
    clauses = _clauses(line)
    for size in range(1, len(clauses)):
        for said in _rows(clauses, size):
            if says_it(said):
                return said
    return line


def _rows(clauses: Sequence[str], size: int) -> Iterator[str]:
    """Yield each row of so many clauses that stands alone, as a sentence."""
    for at in range(len(clauses) - size + 1):
        first = clauses[at]
        if at and (_NO_SUBJECT.match(first) or (_TIER.match(first) and not _VERB.search(first))):
            continue
        first = _LINK.sub("", first, count=1) if at else first
        if at and (_POINTS.match(first) or _ENDS_ON.search(first)):
            continue
        said = _joined([first, *clauses[at + 1 : at + size]])
        yield said if said[-1] in ".?!" else f"{said}."


def _joined(clauses: Sequence[str]) -> str:
    said = clauses[0][0].upper() + clauses[0][1:]
    for clause in clauses[1:]:
        said += f" {clause}" if said[-1] in ".?!" else f", {clause}"
    return said


@lru_cache(maxsize=65536)
def _clauses(line: str) -> tuple[str, ...]:
    """Return the clauses of a line, each with what hangs on it."""
    clauses: list[str] = []
    pieces = _PIECE.split(line)
    for at, piece in enumerate(pieces, start=1):
        is_listed = at < len(pieces) and _LISTED.match(piece) and not _VERB.search(piece)
        is_open = bool(clauses) and clauses[-1][-1] not in ".?!"
        if is_open and not is_listed and _belongs(clauses[-1], piece):
            clauses[-1] += f", {piece}"
        else:
            clauses.append(piece)
    return tuple(clauses)


def _belongs(before: str, piece: str) -> bool:
    """Tell whether a piece goes with what is before it, as one of the two does not stand alone."""
    if not (_VERB.search(before) or _TIER.match(before)):
        return True
    if (_OPENS.match(before) and "," not in before) or _AWAITS.search(before):
        return True
    last = before.rsplit(", ", 1)[-1]
    if _BEGINS.match(last) and not _VERB.search(last):
        return True
    if _HANGS_ON.match(piece) or piece.split(" ", 1)[0].endswith("ing"):
        return True
    return not (_VERB.search(piece) or _TIER.match(piece))


def _is_other(clause: str, asked: frozenset[str]) -> bool:
    """Tell whether a clause is of its own, and about something else than was asked for."""
    is_whole = _VERB.search(clause) is not None and not _POINTS.match(clause)
    return is_whole and asked.isdisjoint(about(clause))


def _is_left_out(line: str, said: str, asked: frozenset[str]) -> bool:
    """Tell whether all that is not said of a line is about something else: what comes after that
    may point to it."""
    left = _left(line, said)
    if not line.startswith(said.rstrip(".?!")):
        return all(_is_other(clause, asked) for clause in left)
    follow = all(asked.isdisjoint(about(clause)) for clause in left[1:])
    return not left or (_is_other(left[0], asked) and follow)


def _left(line: str, said: str) -> list[str]:
    """Return the clauses of a line that are not said."""
    clauses = (_LINK.sub("", clause, count=1).rstrip(".") for clause in _clauses(line))
    return [clause for clause in clauses if clause.lower() not in said.lower()]


def _types(text: str, types: Mapping[str, str], without: str = "") -> set[str]:
    """Return the types of a text's values; of those that another text does not hold."""
    names = {name[1].lower() + name[2:-1] for name in _SLOT.findall(text)}
    names -= {name[1].lower() + name[2:-1] for name in _SLOT.findall(without)}
    return {types.get(name, "") for name in names}


def _subject(said: str) -> frozenset[str]:
    """Return the words before the verb of a clause."""
    verb = _VERB.search(said)
    return _words(said[: verb.start()] if verb else said)


def _words(text: str) -> frozenset[str]:
    """Return the beginnings of all words of a text, but for the shortest."""
    words = re.findall(r"[a-z]{3,}", _SLOT.sub(" ", text.lower()))
    return frozenset(word[:_STEM] for word in words) - {"the"}


def _first(lines: tuple[str, ...], fits: Callable[[str], bool]) -> tuple[str, ...]:
    """Return the lines that have a clause that fits before the others have; all, if none has."""
    places: list[float] = []
    for line in lines:
        clauses = enumerate(_CLAUSE.split(line))
        places.append(next((at for at, clause in clauses if fits(clause)), math.inf))
    earliest = min(places, default=math.inf)
    return tuple(line for line, place in zip(lines, places, strict=True) if place == earliest)
