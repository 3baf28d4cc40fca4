"""Where a line is cut: mostly before a value is out, but a protest comes after the news.

Talk whose last draft is told, what the caller cuts in for --draw_place--> CutPlace
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias

from datagen.scripting.compose.grammar import about_once, slots
from datagen.scripting.plans.interplay import cuts
from datagen.scripting.simulate.floor import Draft
from datagen.scripting.simulate.talk import Talk

UNSAYING = 0.95
"""Chance that a cut falls before a value is out, where that can be."""
ANSWERED = 2
"""Words that an interrupted speaker goes on for."""
_STARTS = (
    r"(?:the|a|an|it|it's|they|they're|you|you're|your|we|we're|our|i|i'll|there|there's|that|that's"
    r"|this|if|nobody)\b|\{\w+\}(?!,)"
)
_PHRASE = re.compile(
    rf"(?<=[.?!]) |(?<=,) (?=(?:(?:and|but|so|though|then|otherwise) )?(?:{_STARTS}))", re.I
)
"""Where a phrase begins with which somebody may go on: a sentence, or after a comma a clause with a
subject of its own; what stands for choice with the clause before it is no such phrase."""
_CLAUSE = re.compile(
    r"[^,]*(?:\b(?:is|are|was|were|has|have|had|can|cannot|may|must|will|do|does|go|goes|come|comes"
    r"|pay|pays|need|needs|cost|costs|take|takes|gets?|close|closes|\w+ed)\b|'(?:s|re|ll|ve)\b|n't\b)",
    re.IGNORECASE,
)
"""A phrase with a verb before its first comma."""
_EMPTY = re.compile(
    r"(?:i'm (?:so |very |really )?(?:sorry|afraid)|i see|you see|i know)[,.]?", re.IGNORECASE
)
"""A phrase that says nothing by itself."""

_DEPENDS = re.compile(r"(?:and |but )?that (?:you|we|they|it|he|she|the|your|our)\b", re.IGNORECASE)
"""How a phrase begins that goes on with another's "it says"."""

_ASKS_FOR_YES = re.compile(
    r"(?:so |okay, )?(?:should|shall|would|do|does|can|could|may|is|are)"
    r" (?:i|we|you|it|that)\b[^,]*$",
    re.IGNORECASE,
)
"""How a question ends that has said all before it asks."""

Doing: TypeAlias = Literal["question", "correction", "pause", "known", "protest"]
"""What a caller cuts in for."""


class CutPlace(NamedTuple):
    """A cut: in which draft, after how many of its words, and in which phrase of the line."""

    draft: int
    at_word: int
    phrases: tuple[str, ...]
    phrase: int
    phrase_at: int
    """After how many words of the draft that phrase begins."""
    left: tuple[str, ...]
    """The phrases of which some is lost if who is cut in on stops."""


def draw_place(talk: Talk, kind: Doing) -> CutPlace | None:
    """Draw where the last line is cut, if it is long enough: a protest comes after the news."""
    draft, template = talk.floor.drafts[-1], talk.words.chosen
    phrases = tuple(_PHRASE.split(template))
    lengths = [num_words(talk.words.fill(phrase).spoken) for phrase in phrases]
    before = draft.num_words - sum(lengths)
    ends = [before + sum(lengths[: index + 1]) for index in range(len(lengths))]
    places: Sequence[int] = cuts(draft.num_words, max(0, before))
    last = last_value(talk, draft, template)
    if kind in ("protest", "known"):
        news = _news(talk, draft, phrases, ends)
        begun = next((end for end in ends if end >= news), news)
        # nobody has anything against what has begun, and has not come out yet
        places = [place for place in places if news <= place <= begun or place >= max(news, last)]
        # nobody asks to finish what is over
        places = [one for one in places if one >= last or not is_over(one, draft.num_words)]
        if kind == "known":  # who has heard a clause
            places = [one for one in places if _is_between(one, ends)] or places
    else:
        early = [place for place in places if place + ANSWERED < last]
        if early and talk.chance(UNSAYING):
            places = early
    if not places:
        return None
    at_word = talk.draws.pick(places)
    phrase = next((index for index, end in enumerate(ends) if at_word < end), len(ends) - 1)
    begins = ends[phrase] - lengths[phrase]
    left = phrases[phrase + (ends[phrase] <= at_word + ANSWERED) :]
    return CutPlace(talk.floor.last, at_word, phrases, phrase, begins, left)


def is_over(at_word: int, num_words: int) -> bool:
    """Tell whether all but a word is said by the time that who is cut in on would stop."""
    return num_words - at_word <= ANSWERED + 1


def _is_between(at_word: int, ends: Sequence[int]) -> bool:
    """Tell whether a phrase ends as who is cut in on stops, so that it was heard whole."""
    return any(at_word <= end <= at_word + ANSWERED for end in ends)


def is_clause(phrase: str) -> bool:
    """Tell whether a phrase has a verb before its first comma, and says something by itself."""
    is_whole = not (_EMPTY.fullmatch(phrase) or depends(phrase))
    return is_whole and _CLAUSE.match(phrase) is not None


def is_asked(spoken: str, at_word: int) -> bool:
    """Tell whether a question can be answered after so many of its words: what is left has no word
    of content, or only asks for a yes to what has been said, of which there are no two."""
    words = spoken.split()
    heard, left = " ".join(words[:at_word]), " ".join(words[at_word:])
    if heard[-1] == "," and _ASKS_FOR_YES.match(left):
        return " or " not in heard
    return not about_once(left)


def depends(phrase: str) -> bool:
    """Tell whether nobody begins with a phrase: "that you were warned"."""
    return _DEPENDS.match(phrase) is not None


def _news(talk: Talk, draft: Draft, phrases: Sequence[str], ends: Sequence[int]) -> int:
    """Return after how many words of a draft the caller has heard what it could protest against, or
    knows: its first value, or its first clause: all of it but a word, if nothing comes after it."""
    clauses = (end for phrase, end in zip(phrases[:-1], ends, strict=False) if is_clause(phrase))
    clause = next(clauses, ends[-1] - 1)
    value = min(_value_ends(talk, draft, " ".join(phrases)), default=clause)
    return min(clause, value)


def last_value(talk: Talk, draft: Draft, template: str) -> int:
    """Return after how many words of a draft the last value of a line is out; 0 without one."""
    return max(_value_ends(talk, draft, template), default=0)


def _value_ends(talk: Talk, draft: Draft, template: str) -> list[int]:
    """Return after how many words of a draft each value of a line is out."""
    spoken = draft.spoken.lower()
    names = {name[0].lower() + name[1:] for name in slots(template)} & talk.world.values.keys()
    return [value_end(spoken, talk.value(name).spoken.lower()) for name in names]


def value_end(spoken: str, value: str) -> int:
    """Return after how many words a value has been said; 0 if it is not said."""
    at = spoken.rfind(value)
    return 0 if at < 0 else num_words(spoken[: at + len(value)])


def num_words(spoken: str) -> int:
    """Return how many words are said."""
    return spoken.count(" ") + 1
