"""Hold that the scanner looks at the forms wherever a plain word may begin one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from re import _constants, _parser
from typing import Any

import pytest

from datagen.text.classes import forms
from datagen.text.classes.shorthand import COMMON
from datagen.text.locales import LOCALES
from datagen.text.opening import OPENING
from datagen.text.scanner import _NUMERAL
from datagen.text.words import is_said

MOST_LETTERS = 6
"""Most characters of a class that are tried one by one; a larger one stands for any word."""
_MARKS = ".,?!;:"
_PLAIN = re.compile(r"(?P<word>[A-Za-z]+)[.,?!;:]*(?:\0 .*)?")
"""A word as the scanner says it without a look: a blank follows it, perhaps after marks."""

Ends = Iterator[tuple[str, bool]]
"""Beginnings of what a pattern matches, each with whether a word may end there."""


def _items(items: Sequence[Any]) -> Ends:
    """Yield what a run of parsed items begins with, up to what ends a word."""
    if not items:
        yield "", True
        return
    (code, given), rest = items[0], items[1:]
    for word, is_open in _item(code, given):
        if not is_open:
            yield word, False
            continue
        for more, goes_on in _items(rest):
            yield word + more, goes_on


def _item(code: Any, given: Any) -> Ends:
    """Yield what one item matches; False where no word goes on after it."""
    return _KINDS.get(str(code), _anything)(given)


def _anything(given: Any) -> Ends:
    yield "\0", False


def _nothing(given: Any) -> Ends:
    yield "", True


def _literal(given: int) -> Ends:
    yield _character(chr(given))


def _branch(given: Any) -> Ends:
    for branch in given[1]:
        yield from _items(branch)


def _group(given: Any) -> Ends:
    yield from _items(given[-1])


def _look(given: Any) -> Ends:
    """Yield what a pattern looks back or ahead to leaves: a word begins after a blank."""
    direction, items = given
    if direction > 0:
        yield from _looks_ahead(items)
    elif items[-1] == (_constants.LITERAL, ord(" ")):
        yield "", True
    else:
        yield "\0", False


def _character(character: str) -> tuple[str, bool]:
    """Return a letter or a mark, or what ends a word."""
    goes_on = character.isalpha() or character in _MARKS
    return (character, True) if goes_on else (f"\0{character}", False)


def _looks_ahead(items: Sequence[Any]) -> Ends:
    """Yield whether a word may end where a pattern looks ahead to something."""
    for ahead, _ in _items(items):
        yield (ahead[:2], False) if ahead.startswith("\0") else ("", True)


def _repeat(given: Any) -> Ends:
    least, most, inside = given
    if least == 0:
        yield "", True
    if least > 1 or most == _constants.MAXREPEAT:
        yield "\0", False
        return
    yield from _items(inside)


def _class(given: Sequence[Any]) -> Ends:
    letters = [chr(value) for code, value in given if str(code) == "LITERAL"]
    is_small = len(letters) == len(given) <= MOST_LETTERS
    if not is_small:
        yield "\0", False
        return
    yield from map(_character, letters)


_KINDS: dict[str, Callable[[Any], Ends]] = {
    "LITERAL": _literal,
    "BRANCH": _branch,
    "SUBPATTERN": _group,
    "MAX_REPEAT": _repeat,
    "IN": _class,
    "AT": _nothing,
    "ASSERT_NOT": _nothing,
    "ASSERT": _look,
}
"""The kinds of items of a parsed pattern; another one matches what no list can hold."""


def _openings(pattern: str) -> set[str]:
    """Return the words that a pattern begins with, where a blank or a mark may follow."""
    begun = (_PLAIN.fullmatch(beginning) for beginning, _ in _items(list(_parser.parse(pattern))))
    return {found["word"] for found in begun if found}


def _is_looked_at(word: str) -> bool:
    """Tell whether the scanner tries the forms at a word, or never says it as it stands."""
    is_numeral = re.fullmatch(_NUMERAL.pattern, word) is not None
    return word in OPENING or word in COMMON or is_numeral or not is_said(word)


def test_the_words_of_a_pattern() -> None:
    assert _openings(r"Op\.(?= \d)") == {"Op"}
    assert _openings(r"[cC]hap\b\.?|rt") == {"chap", "Chap", "rt"}
    assert _openings(r"(?<!\w)(?:a|b)?c(?= d)") == {"ac", "bc", "c"}
    assert _openings(r"a\.k\.a\.|et al") == {"et"}
    assert _openings(r"\d+ ?kg|x-ray|(?<=\d)ish") == set()


@pytest.mark.slow
@pytest.mark.parametrize("locale", sorted(LOCALES))
def test_every_word_that_begins_a_form_is_looked_at(locale: str) -> None:
    missed = {
        word: form.kind
        for form in forms(locale)
        for word in _openings(form.pattern.pattern)
        if not _is_looked_at(word)
    }
    assert not missed
