"""Turn the written US English of a phone call into what is said, and find what of it was heard.

    "It's $9.50 at 4 PM." -> "It's nine dollars and fifty cents at four p.m."

Both read one list of pieces (written words, and what is said for them), so they cannot disagree.
Punctuation that shapes speech stays on its word; what nobody says (quotes, brackets) goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TypeAlias

from datagen.text.numbers import MONTHS
from datagen.text.rule import BLANK, JOIN
from datagen.text.rules import (
    ADDRESSES,
    DIGITS,
    SHORT_BEFORE_NUMBERS,
    SHORT_FORMS,
    WORDS,
)
from datagen.types import Fact

FactTable: TypeAlias = Sequence[tuple[str, str, str]]
"""Rows of (written, sign, said)."""
_FIRST_FACT = 0xE100
MOST_SMALL = 2
"""Most digits of a number that is left to the rules, although it is a fact."""
_AFTER_FACT = re.compile(r"\w|%|[.,:/-]?\d")
_BEFORE_FACT = re.compile(r"[\w$.,:/-]")
"""What makes a fact's characters part of something longer."""
_PRIVATE_USE = re.compile("[\ue000-\uf8ff]")
_TYPOGRAPHY = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u2026": "...", "\u2013": "-", "\u2212": "-", "\u00d7": "x"}
)
"""Curly quotes, ellipsis, en dash, minus and times sign, as a keyboard writes them."""
_MARKS = ".,?!;:"
_TWO_STOPS = re.compile(r"(?<!\.)\.\.(?!\.)")
_DIGIT = re.compile(r"[\d½⅓⅔¼¾]")
_PLAIN = re.compile(r"[A-Za-z]+(?:['-][A-Za-z]+)*[.,?!;:]?")
_EASY = re.compile(f"(?:[A-Za-z]+(?:['-][A-Za-z]+)*'?|{JOIN}*[\ue100-\uf8ff])[.,?!;:]?")
"""A word or a fact with at most one mark: no rule applies but those of what follows."""
_HYPHENATED = re.compile(f"(?:day|{'|'.join(MONTHS)})-|[A-Z]-[A-Z]\\b")
"""Of what is easy: a range of days, or "USB-C"."""
_SLOT = re.compile(r"\{\w+\}")
_known: set[str] = set()
"""Easy tokens met so far."""
MOST_KNOWN = 1 << 16
_APART = str.maketrans("'-.,?!;:", "        ")
_LATIN = r"A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
_LETTER = re.compile(f"[{_LATIN}]")
_UNSAID = re.compile(f"[^{_LATIN}'{_MARKS}-]")
_CROWDED = re.compile(f"(?<=[,?!;:])(?=[{_LATIN}])")
"""Where a blank was forgotten: "one,two"."""


def speak(text: str, facts: Iterable[Fact] = ()) -> str:
    """Return the spoken form of ``text``: facts as they say themselves, the rest by rule.

    It holds no digit, and its tokens between blanks are its words. Empty if nothing can be said.
    """
    stated = tuple([(fact.written, fact.spoken) for fact in facts])
    return _speak(text, _fact_table(stated)) if stated else _speak_alone(text)


def one_stop(said: str) -> str:
    """Leave one stop where a value that ends in one ("four p.m.") ends a sentence."""
    return _TWO_STOPS.sub(".", said) if ".." in said else said


def _are_easy(tokens: list[str]) -> bool:
    """Tell whether all tokens are said as they stand; those that are need no second look."""
    if _known.issuperset(tokens):
        return True
    fresh = [token for token in tokens if token not in _known]
    if not all(map(_is_easy, fresh)):
        return False
    if len(_known) > MOST_KNOWN:
        _known.clear()
    _known.update(fresh)
    return True


def _is_easy(token: str) -> bool:
    """Tell whether a token is said as it stands, whatever it stands beside."""
    if not _EASY.fullmatch(token) or not SHORT_FORMS.isdisjoint(token.translate(_APART).split()):
        return False
    return "-" not in token or not _HYPHENATED.search(token)


def spelling_problems(template: str) -> list[str]:
    """Say which tokens of a template are not said as they are written; a slot counts as a word."""
    return [
        f"{token!r} is not said as it is written: spell it out"
        for token in template.split()
        if not _is_easy(_SLOT.sub("slot", token))
    ]


def _speak(text: str, table: FactTable) -> str:
    if text.isascii():
        stated = [row for row in table if row[0] in text]
        signed = _sign(text, stated) if stated else text
        is_easy = _are_easy(signed.split(" "))
        if not is_easy and _DIGIT.search(signed):
            signed = _say_numbers(signed)
            tokens = signed.replace(BLANK, " ").split(" ")
            is_easy = _are_easy(tokens) and SHORT_BEFORE_NUMBERS.isdisjoint(tokens)
        if is_easy and signed is text:
            return text
        if is_easy:
            return one_stop(_tell(signed.replace(JOIN, ""), stated).replace(BLANK, " "))
    return " ".join(said for _, said in _pieces(text, table))


def heard(text: str, facts: Iterable[Fact], num_words: int) -> str:
    """Return the longest start of ``text`` whose spoken form is within ``num_words`` words."""
    end = 0
    for written, said in pieces(text, facts):
        num_words -= len(said.split())
        if num_words < 0:
            break
        end = text.index(written, end) + len(written)
    return text[:end].strip()


def pieces(text: str, facts: Iterable[Fact] = ()) -> list[tuple[str, str]]:
    """Cut ``text`` into written pieces of one or more whole tokens, each with what is said."""
    return _pieces(text, _fact_table(tuple((fact.written, fact.spoken) for fact in facts)))


def _pieces(text: str, table: FactTable) -> list[tuple[str, str]]:
    spans = [match.span() for match in re.finditer(r"\S+", text)]
    groups = _say(" ".join(text[start:end] for start, end in spans), table).split(" ")
    found: list[tuple[int, int, str]] = []
    first = next_token = 0
    for group in groups if spans else ():
        next_token += 1 + group.count(JOIN)
        said = _clean(group)
        if _LETTER.search(said):
            found.append((first, next_token, said))
            first = next_token
        elif found:  # a token that only points: "Well ..."
            start, _, before = found[-1]
            found[-1] = (start, next_token, _mark(before, said))
            first = next_token
    assert next_token == len(spans), (text, groups)
    return [(text[spans[start][0] : spans[end - 1][1]], said) for start, end, said in found]


def _say(text: str, table: FactTable) -> str:
    """Apply every rule to single-blank ``text``; each group between blanks is still one piece."""
    text = _sign(_PRIVATE_USE.sub("*", text.translate(_TYPOGRAPHY)), table)
    text = _say_numbers(text)
    for rule in WORDS:
        text = rule.apply(text)
    return one_stop(_tell(text, table)) if table else text


def _say_numbers(text: str) -> str:
    """Apply the rules of addresses, and those of digits where there is one."""
    for rule in ADDRESSES:
        text = rule.apply(text)
    has_digit = _DIGIT.search(text) is not None
    for rule in DIGITS if has_digit else ():
        if has_digit or rule.digitless:
            said = rule.apply(text)
            if said is not text:
                text, has_digit = said, _DIGIT.search(said) is not None
    return text


def _sign(text: str, table: FactTable) -> str:
    """Put the sign of each fact in its place, and a JOIN for every blank it takes in."""
    for written, sign, _ in table:
        at = text.find(written)
        while at >= 0:
            end = at + len(written)
            if not _is_whole(text, at, end):
                at = text.find(written, at + 1)
                continue
            sign_and_joins = JOIN * written.count(" ") + sign
            text = text[:at] + sign_and_joins + text[end:]
            at = text.find(written, at + len(sign_and_joins))
    return text


def _is_whole(text: str, start: int, end: int) -> bool:
    """Tell whether a fact's characters are not part of something longer."""
    if text[end : end + 1] != " " and _AFTER_FACT.match(text, end):
        return False
    return not start or text[start - 1] == " " or not _BEFORE_FACT.match(text, start - 1)


def _tell(text: str, table: FactTable) -> str:
    """Put what each fact says in place of its sign."""
    for _, sign, said in table:
        text = text.replace(sign, said)
    return text


def _speak_alone(text: str) -> str:
    """Return the spoken form of a text that states no fact; most are said as they stand."""
    if text.isascii() and _known.issuperset(text.split(" ")):
        return text
    return _speak_anew(text)


@lru_cache(maxsize=4096)
def _speak_anew(text: str) -> str:
    return _speak(text, ())


@lru_cache(maxsize=16)
def _fact_table(facts: tuple[tuple[str, str], ...]) -> FactTable:
    """Return the written form, the sign and the words of each fact, the longest first.

    A bare number of `MOST_SMALL` digits is left to the other rules: 12 is no count in "April 12".
    """
    spoken = {
        typed: _speak_alone(said).replace(" ", BLANK)
        for written, said in facts
        if len(typed := _as_typed(written)) > MOST_SMALL or not typed.isdecimal()
    }
    signs = enumerate(spoken.items(), start=_FIRST_FACT)
    table = [(written, chr(sign), said) for sign, (written, said) in signs if written]
    return tuple(sorted(table, key=lambda row: -len(row[0])))


def _as_typed(written: str) -> str:
    """Return what a keyboard writes, with single blanks."""
    return " ".join((written if written.isascii() else written.translate(_TYPOGRAPHY)).split())


def _clean(group: str) -> str:
    """Return the words of one group, without what nobody says; only its marks if it has none."""
    if _PLAIN.fullmatch(group):
        return group
    words: list[str] = []
    group = _UNSAID.sub(" ", group.replace(JOIN, ""))
    for token in _CROWDED.sub(" ", group).split():
        if _LETTER.search(token):
            words.append(token.lstrip(f"{_MARKS}-").rstrip("-"))
        elif words:
            words[-1] = _mark(words[-1], token)
    return " ".join(words) if words else _mark("", group)


def _mark(word: str, token: str) -> str:
    """Put the marks of a token that only points ("Well ...") on the word before it."""
    marks = "".join(character for character in token if character in _MARKS)
    return word if word and word[-1] in _MARKS else word + marks
