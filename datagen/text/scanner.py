"""Walk a text from left to right; at each place, the longest and surest reading of all is said.

    "At 4 PM, Dr. Lee." --scan--> [ScannedSpan(0, 1, "At"), ScannedSpan(1, 3, "four p.m.,"), ...]

What has no reading, or two that say different things and are as long and as sure, is unsayable.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from datagen.text.classes import forms
from datagen.text.classes.code import say as say_code
from datagen.text.classes.shorthand import BESIDE
from datagen.text.form import Reading, Sure, Unsayable
from datagen.text.leading import first_characters
from datagen.text.locales import LOCALES
from datagen.text.opening import OPENING
from datagen.text.quantity import VULGAR
from datagen.text.words import ENDS_SENTENCES, LATIN, WORD, is_said, is_word

FactTable: TypeAlias = Sequence[tuple[str, str]]
"""Facts as (written, said), the longest first."""
_MARKS = ".,?!;:"
_OPENERS = "\"'(`\u00bf\u00a1"
_CLOSERS = "\"')`"
_MARK = re.compile(rf"[{re.escape(_MARKS)}]+(?!\d)")
_PAUSE = re.compile(r"(?:(?:—[-—]*|[-—]{2,})|(?<= )-(?= |$))(?: [-—]+(?= |$))*")
_JOINT = re.compile(rf"(?<=[\w.'%°])(?!(?<=\d)-\d)[-](?=[{LATIN}\d.])")
_MINUS_OR_JOINT = re.compile(rf"(?<![{LATIN}'-])[{LATIN}]{{1,2}}\Z")
"""A letter or two, which a hyphen and a digit follow: "n-1"."""
_EMPHASIS = re.compile(r"\*\*")
_EMOTICON = re.compile(r"(?<!\S)[:;=]['-]?[()DPp](?=[ .,!?]|$)")
_DIRECTION = re.compile(
    r"\((?:laugh|sigh|chuckl|cough|paus|silen|typing|inaudible|crosstalk|beat\b|smil|clears"
    r"|giggl|gasp|whisper|sob|cry)"
    r"[a-z ]*\)"
)
_BULLET = re.compile(r"[-*\u2022](?= [A-Za-z])")
_CUT_OFF = re.compile(rf"(?:(?<=[{LATIN}])(?<![A-Z])|(?<=\bI))-(?=[ ,.?!\"]|$)")
_LETTER = re.compile(rf"[{LATIN}]")
_POSSESSIVE = re.compile(r"[']s?(?!\w)")
_OPENED = re.compile(r"(?:^|(?<=[ (-]))'(?=\w)")
_CLOSED = re.compile(r"(?<=\w)'(?= |$)")
_AFTER_WORD = re.compile(
    r"(?![\w&@_/\\+=<>^~|]|[.:]\w|'\w)|(?=/(?! )[^\w])|(?=/\d)|(?=\+(?!\w))|(?=&\w)"
)
_AFTER_FACT = re.compile(r"\w|%|[.,:/-]?\d")
_BEFORE_FACT = re.compile(r"[\w$.,:/-]")
"""What makes a fact's characters part of something longer."""
_TOKEN = re.compile(r"\S+")
_ADDRESS = re.compile(r"\b(?:dot|underscore|slash|dash|hashtag)\b")
"""A word of a spoken address, whose parts need be in no dictionary."""
_ASIDE = re.compile(r"\((?=[^()]*[ \d])[^()]{2,}\)")
_ASIDE_BEFORE = re.compile(r" \((?=[^()]*[ \d])[^()]{2,}\Z")
"""Brackets about several words or a number, which a voice sets apart."""
_AMOUNT = re.compile(rf"[\d{VULGAR}]\Z")
_GOES_ON = re.compile(r" [\w$€£#]")
_NUMERAL = re.compile(
    r"(?:(?=[IVXLC]{2})|(?=[IVXLCDM]{4})M{1,3}(?:CM|CD|D?C{0,3}))"
    r"(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"
)
_CAN_STOP = frozenset((
    "ok", "okay", "yes", "yeah", "yep", "no", "nope", "it", "that", "this", "me", "you", "him",
    "her", "them", "us", "so", "then", "now", "there", "here", "sure", "fine", "well", "right",
    "good", "great", "done", "down", "up", "out", "in", "on", "off", "too", "soon", "later",
    "today", "hi", "hey", "bye", "wow", "oh", "ah", "um", "uh", "lol", "haha", "cool", "nice",
    "thing", "do", "did", "is", "was", "are", "have", "had", "all", "one", "two", "free",
    "call", "bill", "card", "work", "home", "time", "year", "week", "month", "day", "hours",
    "back", "wait", "see", "know", "think", "name", "email", "phone", "again",
))  # fmt: skip
"""Short words after which people type on in small letters: "ok. thanks"."""
_SHORTENED = re.compile(rf"(?:[{LATIN}]{{2,5}}|[a-z])\.(?= [a-z\d$£€¥#]|[,;:?!]|'s)")
"""A short word whose stop ends no sentence: what follows is small, a number or a mark."""


_CODE = re.compile(r"(?=[A-Z-]*\d)(?=[\d-]*[A-Z])[A-Z\d]+(?:-[A-Z\d]+)*(?![\w-])")
"""Capitals and digits."""


class ScannedSpan(NamedTuple):
    """Some whole words between blanks, and what is said for them."""

    first: int
    """The first of the words, counted from 0."""
    end: int
    """The one after the last."""
    said: str


class Scanner:
    """Reads texts with the forms of one locale."""

    def __init__(self, locale: str) -> None:
        self._locale = LOCALES[locale]
        self._forms = forms(locale)
        firsts = [first_characters(form.pattern.pattern) for form in self._forms]
        self._tried = {
            character: tuple(
                (form.pattern.match, form)
                for form, first in zip(self._forms, firsts, strict=True)
                if first is None or character in first
            )
            for character in map(chr, range(128))
        }
        """The forms that may begin with a character, each with what finds it."""
        self._any = tuple((form.pattern.match, form) for form in self._forms)

    def scan(self, text: str, facts: FactTable = ()) -> list[ScannedSpan]:
        """Read a text of single blanks. Raises Unsayable."""
        return _Scan(self, text, facts).spans()

    def best(self, text: str, at: int) -> Reading | None:
        """Return the reading at a place. Raises Unsayable if two are as good."""
        tried = self._tried.get(text[at], self._any)
        found = [
            reading
            for find, form in tried
            if (match := find(text, at)) and (reading := form.read(match))
        ]
        if not found:
            return None
        best = max((reading.end, reading.sure) for reading in found)
        winners = [reading for reading in found if (reading.end, reading.sure) == best]
        if winners[0].problem:
            raise winners[0].problem
        if winners[0].sure is Sure.DOUBT:
            raise Unsayable(word_at(text, at), winners[0].said)
        if len({reading.said for reading in winners}) > 1:
            kinds = sorted({reading.kind for reading in winners})
            what = " or a ".join(kinds) if len(kinds) > 1 else f"{kinds[0]} read in two ways"
            raise Unsayable(word_at(text, at), f"it may be a {what}")
        return winners[0]

    def finish(self, said: str) -> str:
        """Return a reading as this locale says it."""
        return self._locale.finish(said)


def _shape(code: str) -> str:
    """Return a code with one letter and one digit for all."""
    return re.sub("[A-Z]", "A", re.sub(r"\d", "0", code))


@lru_cache(maxsize=len(LOCALES))
def scanner(locale: str) -> Scanner:
    """Return the scanner of a locale, made once."""
    return Scanner(locale)


def word_at(text: str, at: int) -> str:
    """Return the word between blanks that holds a place, without quotes and marks around it."""
    start, end = text.rfind(" ", 0, at) + 1, text.find(" ", at)
    word = text[start : end if end >= 0 else len(text)]
    closers = _CLOSERS if "(" not in word[1:] else _CLOSERS.replace(")", "")
    return word.lstrip(_OPENERS).rstrip(closers + _MARKS) or word


class _Scan:
    """One walk over one text."""

    def __init__(self, scanner: Scanner, text: str, facts: FactTable) -> None:
        self._scanner, self._text, self._facts = scanner, text, facts
        self._said: list[str] = []
        self._spans: list[ScannedSpan] = []
        self._first = self._blanks = 0
        self._is_said = is_word if _ADDRESS.search(text) else is_said

    def spans(self) -> list[ScannedSpan]:
        """Read it all."""
        at, text = 0, self._text
        while at < len(text):
            if text[at] == " ":
                self._blanks += 1
                self._close()
                at += 1
            else:
                at = self._step(at)
        if text:
            self._blanks += 1
            self._close()
        return self._spans

    def _close(self) -> None:
        """End a span at a blank."""
        self._spans.append(ScannedSpan(self._first, self._blanks, "".join(self._said)))
        self._said, self._first = [], self._blanks

    def _say(self, start: int, end: int, said: str) -> int:
        """Take in a stretch of text; return where the next begins."""
        before = next((said for said in reversed(self._said) if said), "")
        if before[-1:].isalnum() and said[:1].isalnum():
            raise Unsayable(word_at(self._text, start), "two words of it would run together")
        self._said.append(said)
        self._blanks += self._text.count(" ", start, end)
        return end

    def _step(self, at: int) -> int:
        for take in (self._fact, self._plain, self._reading, self._word, self._sign):
            end = take(at)
            if end > at:
                return end
        raise Unsayable(word_at(self._text, at), "no rule reads it")

    def _fact(self, at: int) -> int:
        """Say a fact as it says itself."""
        for written, said in self._facts:
            if self._text.startswith(written, at) and self._is_whole(at, at + len(written)):
                return self._say(at, at + len(written), said)
        return at

    def _is_whole(self, start: int, end: int) -> bool:
        """Tell whether a fact's characters are not part of something longer."""
        text = self._text
        if text[end : end + 1] != " " and _AFTER_FACT.match(text, end):
            return False
        return not start or text[start - 1] == " " or not _BEFORE_FACT.match(text, start - 1)

    def _plain(self, at: int) -> int:
        """Say a word that no form begins with, if a blank or a mark follows."""
        if at and self._text[at - 1] not in " -":
            return at
        if self._is_shortened(at) and self._scanner.best(self._text, at) is None:
            raise Unsayable(word_at(self._text, at), "it may be short for something")
        if at and self._text[at - 1] != " ":
            return at
        found = _SIMPLE.match(self._text, at)
        if found is None or _NUMERAL.fullmatch(found[0]) or _is_side(self._text, at):
            return at
        if found[0].removesuffix("'s") in OPENING or not self._is_said(found[0]):
            return at
        if len(found[0]) == 2 and BESIDE.match(self._text, at):
            return at
        return self._say(at, found.end(), found[0])

    def _is_shortened(self, at: int) -> bool:
        """Tell whether a word may be the beginning of a longer one: "approx. 5"."""
        short = _SHORTENED.match(self._text, at)
        if short is None:
            return False
        word = short[0][:-1].lower()
        if self._text[short.end()] != " ":
            return True
        goes_on = self._text[short.end() + 1].islower() and word not in _CAN_STOP
        return goes_on or word not in ENDS_SENTENCES

    def _reading(self, at: int) -> int:
        if at and self._text[at] in "$£€" and self._text[at - 1].islower():
            raise Unsayable(word_at(self._text, at), "it may be money or a sign of a word")
        try:
            reading = self._scanner.best(self._text, at)
        except Unsayable:
            if end := self._like_a_fact(at):
                return end
            raise
        if reading is None:
            return at
        said = self._scanner.finish(reading.said)
        is_stuck = at and self._text[at - 1].isalnum() and said[:1].isalpha()
        return self._say(at, reading.end, f" {said}" if is_stuck else said)

    def _like_a_fact(self, at: int) -> int:
        """Say a code of the shape of a fact that is said by character: it was heard or read wrong.

        Return where it ends, or 0 if there is none.
        """
        found = _CODE.match(self._text, at)
        if not found or not any(
            _shape(written) == _shape(found[0]) and said == say_code(written)
            for written, said in self._facts
        ):
            return 0
        return self._say(at, found.end(), say_code(found[0]))

    def _word(self, at: int) -> int:
        """Say a word as it is written, with what joins it to the next."""
        found = WORD.match(self._text, at)
        if found is None or not self._is_said(found[0]):
            return at
        if not _AFTER_WORD.match(self._text, found.end()):
            return at
        said = found[0]
        if said[-1] == "'" and self._closes(at + len(said) - 1, "'"):
            return self._say(at, at + len(said), said[:-1])
        if "-" in said and any(map(_is_own, said.split("-")[1:])):
            said = said[: said.index("-")]  # the next part may be a form: "mid-Jan."
        return self._say(at, at + len(said), said)

    def _sign(self, at: int) -> int:
        """Take in marks, pauses and joints."""
        text = self._text
        if not at and (found := _BULLET.match(text)):
            return self._say(at, found.end(), "")
        if _DIRECTION.match(text, at):
            raise Unsayable(word_at(text, at), "a stage direction is not said")
        if found := _PAUSE.match(text, at):
            return self._pause(at, found.end())
        if found := _MARK.match(text, at):
            return self._say(at, found.end(), found[0] + self._blank(found.end()))
        if found := _POSSESSIVE.match(text, at):
            is_kept = at and text[at - 1] != " " and not self._closes(at, found[0])
            return self._say(at, found.end(), found[0] if is_kept else "")
        if _JOINT.match(text, at) and not _CUT_OFF.match(text, at):
            if _MINUS_OR_JOINT.search(text, 0, at) and text[at + 1].isdigit():
                raise Unsayable(word_at(text, at), "its hyphen may be a minus")
            return self._say(at, at + 1, "-")
        return self._silent(at)

    def _closes(self, at: int, mark: str) -> bool:
        """Tell whether an apostrophe closes what one has opened: "Text 'HELP' to us"."""
        opened = [found.end() for found in _OPENED.finditer(self._text, 0, at)]
        return mark == "'" and bool(opened) and not _CLOSED.search(self._text, opened[-1], at)

    def _silent(self, at: int) -> int:
        """Take in what nobody says: quotes and brackets, emphasis, faces, the dash of a stop."""
        text = self._text
        for pattern in (_EMOTICON, _CUT_OFF, _EMPHASIS):
            if found := pattern.match(text, at):
                return self._say(at, found.end(), "")
        if text[at] in _OPENERS and (not at or text[at - 1] in " -\u2014" + _OPENERS):
            if _ASIDE.match(text, at):
                self._pause_before()
            return self._say(at, at + 1, "")
        if text[at] == '"' and _AMOUNT.search(text, 0, at) and text.count('"', 0, at) % 2 == 0:
            raise Unsayable(word_at(text, at), "its mark may be inches")
        if text[at] in _CLOSERS and at and text[at - 1] != " ":
            is_aside = text[at] == ")" and _ASIDE_BEFORE.search(text, 0, at)
            pause = "," if is_aside and _GOES_ON.match(text, at + 1) else ""
            return self._say(at, at + 1, pause + self._blank(at + 1))
        return at

    def _pause_before(self) -> None:
        """Put a comma on the word before, if it has no mark."""
        if self._spans and self._spans[-1].said[-1:].isalpha():
            last = self._spans.pop()
            self._spans.append(last._replace(said=f"{last.said},"))

    def _blank(self, at: int) -> str:
        """Return a blank where one was forgotten: "one,two"."""
        return " " if _LETTER.match(self._text, at) else ""

    def _pause(self, start: int, end: int) -> int:
        """Say a dash between words as a comma."""
        text = self._text
        before = text[:start].rstrip()
        is_marked = not before or before[-1] in _MARKS or text[end : end + 1] in tuple(_MARKS)
        follows = end < len(text) and text[end] not in (" ", *_MARKS)
        joined = follows and start and text[start - 1] != " "
        self._say(start, end, ("" if is_marked else ",") + (" " if joined else ""))
        return end


def _is_side(text: str, at: int) -> bool:
    """Tell whether what stands at a place is one side of an equation."""
    return text[at - 2 : at] == "= "


def _is_own(part: str) -> bool:
    """Tell whether what follows a hyphen may be more than a part of a word."""
    return part in OPENING or (len(part) == 1 and part.isupper())


_SIMPLE = re.compile(rf"[{LATIN}]+(?:'[{LATIN}]+)?(?=[.,?!;:]*(?: |$))")
