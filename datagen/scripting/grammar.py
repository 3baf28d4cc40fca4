"""Small English: articles, number words, slots of a template, capitals at sentence starts."""

from __future__ import annotations

import re
from functools import lru_cache
from string import Formatter

_VOWEL_SOUND = re.compile(r"[aeiou]|hour|hones|hono|heir|8|1[18]\b", re.IGNORECASE)
_CONSONANT_SOUND = re.compile(r"eu|one\b|once\b|uni(?![dmn])|us[aeiu]|uti", re.IGNORECASE)
"""Begin with the letter of a vowel but not its sound: European, one-way, unit, use, utility."""
_SPELLED = re.compile(r"[A-Z](?:[A-Z0-9]*\b|(?=[^A-Za-z]|$))")
_SPELLED_VOWEL = frozenset("AEFHILMNORSX")
_ARTICLE = re.compile(r"\b(an?) ([A-Za-z0-9]+)")
_NUMBER_WORD = re.compile(
    r"\b(?:zero|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|"
    r"(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:-\w+)?|hundred|thousand|million)\b",
    re.IGNORECASE,
)
_PUNCTUATION = re.compile(r"[^\w\s'-]")
_SENTENCE_START = re.compile(r"(^|[.?!] )([a-z])")


@lru_cache(maxsize=4096)
def article(phrase: str) -> str:
    """Return "a" or "an" for a phrase, by its sound: an hour, a university, an FM radio."""
    if _SPELLED.match(phrase):
        return "an" if phrase[0] in _SPELLED_VOWEL else "a"
    return "an" if _VOWEL_SOUND.match(phrase) and not _CONSONANT_SOUND.match(phrase) else "a"


def article_problems(text: str) -> list[str]:
    """Say which articles of a text do not agree with the word after them."""
    return [
        f"{found[0]!r} should begin with {article(found[2])!r}"
        for found in _ARTICLE.finditer(text)
        if found[1] != article(found[2])
    ]


def number_words(text: str) -> list[str]:
    """Return the number words of a text; "one", "first" and "second" are too common to count."""
    return _NUMBER_WORD.findall(text)


@lru_cache(maxsize=16384)
def slots(template: str) -> frozenset[str]:
    """Return the names of a template's slots."""
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name is not None)


def sentence_case(text: str) -> str:
    """Begin every sentence with a capital."""
    return _SENTENCE_START.sub(lambda found: found[1] + found[2].upper(), text)


def capital(text: str) -> str:
    """Begin with a capital."""
    return text[:1].upper() + text[1:]


def plain(text: str) -> str:
    """Return lowercase words between blanks, without punctuation, to search in word by word."""
    return f" {' '.join(_PUNCTUATION.sub('', text.lower()).split())} "
