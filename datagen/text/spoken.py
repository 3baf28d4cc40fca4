"""Turn the written English of a phone call into what is said, and find what of it was heard.

    "It's $9.50 at 4 PM." -> "It's nine dollars and fifty cents at four p.m."

Both read one list of pieces (written words, and what is said for them), so they cannot disagree.
Punctuation that shapes speech stays on its word; what nobody says (quotes, brackets) goes. What
cannot be said for certain is Unsayable, with the word that holds it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from datagen.text.classes.shorthand import BESIDE, WORDS
from datagen.text.doubtful import refuse_doubtful
from datagen.text.form import Unsayable
from datagen.text.grouping import by_commas
from datagen.text.lexicon import (
    ABBREVIATIONS,
    BATTERIES,
    CHORDS,
    DAYS,
    DOSES,
    DOTTED,
    FORMS,
    INSTITUTIONS,
    LEFT_SHORT,
    MONTHS,
    PHRASES,
    SIZES,
    SYMBOLS,
    TITLES,
)
from datagen.text.names import MONARCHS, NUMBERED_BY_ONE, ROMANS
from datagen.text.nouns import DOES
from datagen.text.places import (
    CORNERS,
    DOTTED_STATES,
    STATES,
    STATES_OR_WORDS,
    STREETS,
    TYPES_IN_CAPITALS,
)
from datagen.text.scanner import FactTable, ScannedSpan, scanner
from datagen.text.typography import typed_on_keyboard
from datagen.text.words import LATIN, is_said
from datagen.types import Fact

LOCALE = "en-US"
"""The locale of a text, if nothing else is said."""
MOST_SMALL = 2
"""Most digits of a number that is left to the rules, although it is a fact."""
MOST_KNOWN = 1 << 16
MOST_CHARACTERS = 200
"""Most characters of a word between blanks that is looked at."""
_MARKS = ".,?!;:"
_TWO_STOPS = re.compile(r"(?<!\.)\.\.(?!\.)")
_UNSAID = re.compile(f"[^{LATIN}'{_MARKS} -]")
_LETTER = re.compile(f"[{LATIN}]")
_EASY = re.compile(r"(?P<word>[A-Za-z]+(?:['-][A-Za-z]+)*'?)[.,?!;:]?")
_HYPHENATED = re.compile(
    r"(?:day|January|February|March|April|May|June|July|August|September|October|November"
    r"|December)-|\b[Mm]ed-|-med\b|[A-Z]-[A-Z]\b|\bYX{0,3}[SML]-|\b(?:M|Tu?|W|Th)-(?:Th|Sa|Su|Fri)|-(?:Jan|Feb|Mar"
    r"|Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)\b"
)
"""What a hyphen joins to more than a word: a range of days, or letters one by one."""
_LONG_ROMAN = re.compile(
    r"(?:(?=[IVXLC]{3})|(?=[IVXLCDM]{4})M{1,3}(?:CM|CD|D?C{0,3}))"
    r"(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})[.,?!;:]*"
)
_REGARDING = re.compile(r"[Rr][Ee]:")
_TOKEN = re.compile(r"\S+")
_SLOT = re.compile(r"\{\w+\}")
_SHORT = frozenset(
    (
        *ABBREVIATIONS,
        *BATTERIES,
        *CHORDS,
        *CORNERS,
        *DAYS,
        *FORMS,
        *INSTITUTIONS,
        *MONTHS,
        *ROMANS,
        *STATES,
        *STREETS,
        *TITLES,
        *DOTTED,
        *LEFT_SHORT,
        *DOTTED_STATES,
        *SIZES,
        *SYMBOLS,
        *TYPES_IN_CAPITALS,
        *WORDS,
        "Penn",
        "Esc",
        "Term",
        "ATTN",
        "War",
        "U",
        "DR",
        "PL",
        "MK",
        *DOSES,
    )
) - {"No", "min", "Art"}
"""What a rule may change in a text of nothing but letters, single blanks and marks."""
_ALONE = re.compile(
    r"(?<![\w'.-])(?:[bcknruvy]|[KLNRSEW]|(?<=[Ss]cene )[ix]"
    r"|(?<=(?:sin|tan|log) )[axtz])(?![\w'-])"
)
"""Letters by themselves, which may stand for words ("call u back", "N. Dakota")."""
_CITY = re.compile(rf", (?:{'|'.join(STATES_OR_WORDS)})(?=[ .,;]|$)")
_NUMERAL = re.compile(
    rf"\b(?:{'|'.join((*MONARCHS, *NUMBERED_BY_ONE))}) I(?![\w'])"
    rf"|[A-Z][a-z]+ I (?:{DOES})\b|\b(?:chapter|act|book|volume|article) I(?:[.,?!;:]|$)"
)
_PASSWORD = re.compile(r"pass(?:word|phrase)(?:'s| is| was| to|:)? (?:now |just )?[\"']?[A-Za-z]+-")
"""A hyphen that is typed, and so is said."""
_STOP_INSIDE = re.compile(rf"(?<![.{LATIN}])[{LATIN}]{{1,5}}\. (?=[a-z])")
"""A stop that ends no sentence: what follows is small."""
_OF_A_PART = frozenset(("a", "another", "each", "every", "first", "last", "next"))
"""What stands before a part that is said without its "one"."""
_A_PART = re.compile(r"one (?:half|quarter|third)\b")
_PART = re.compile(r"[\u00bd\u00bc\u2153]|1/[234](?!\d)")
_TWO_ENDS = re.compile(r"\d\S* ?[-\u2013\u2014] ?[$]?\d")
_APART = str.maketrans("'-.,?!;:", "        ")
_known: set[str] = set()
"""Easy tokens met so far."""


def speak(text: str, facts: Iterable[Fact] = (), locale: str = LOCALE) -> str:
    """Return the spoken form of ``text``: facts as they say themselves, the rest by class.

    It holds no digit and no sign, and its tokens between blanks are its words. Empty if there is
    nothing to say. Raises Unsayable with the first word that cannot be said for certain.
    """
    stated = tuple([(fact.written, fact.spoken) for fact in facts])
    if stated:
        return _speak(text, _fact_table(stated, locale), locale)
    return _speak_alone(text, locale)


def one_stop(said: str) -> str:
    """Leave one stop where a value that ends in one ("four p.m.") ends a sentence."""
    return _TWO_STOPS.sub(".", said) if ".." in said else said


def spelling_problems(template: str) -> list[str]:
    """Say which tokens of a template are not said as they are written; a slot counts as a word.

    A word that is a short form, too ("sun"), is none if the words beside it say so.
    """
    hard = [token for token in template.split() if not _is_easy(_SLOT.sub("slot", token))]
    if hard and _is_said_as_written(_SLOT.sub("slot", template)):
        hard = [token for token in hard if WORDS.isdisjoint(token.translate(_APART).split())]
    return [f"{token!r} is not said as it is written: spell it out" for token in hard]


def _is_said_as_written(text: str) -> bool:
    try:
        return speak(text) == " ".join(text.split())
    except Unsayable:
        return False


def unsayable(text: str, facts: Iterable[Fact] = ()) -> Unsayable | None:
    """Return what cannot be said of a text, or None."""
    try:
        speak(text, facts)
    except Unsayable as problem:
        return problem
    return None


def heard(text: str, facts: Iterable[Fact], num_words: int) -> str:
    """Return the longest start of ``text`` whose spoken form is within ``num_words`` words."""
    end = 0
    for written, said in pieces(text, facts):
        num_words -= len(said.split())
        if num_words < 0:
            break
        end = text.index(written, end) + len(written)
    return text[:end].strip()


def pieces(text: str, facts: Iterable[Fact] = (), locale: str = LOCALE) -> list[tuple[str, str]]:
    """Cut ``text`` into written pieces of one or more whole tokens, each with what is said."""
    table = _fact_table(tuple((fact.written, fact.spoken) for fact in facts), locale)
    return _pieces(text, table, locale)


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
    """Tell whether a token is said as it stands, whatever words it stands beside."""
    found = _EASY.fullmatch(token)
    if (
        not found
        or _REGARDING.fullmatch(token)
        or _LONG_ROMAN.fullmatch(token)
        or found["word"] in PHRASES
        or not _SHORT.isdisjoint(token.translate(_APART).split())
    ):
        return False
    return is_said(found["word"]) and not ("-" in token and _HYPHENATED.search(token))


def _needs_a_look(text: str) -> bool:
    """Tell whether easy words hold a numeral ("Elizabeth I") or a short form ("the no. is")."""
    if _ALONE.search(text) or _CITY.search(text) or (" I" in text and _NUMERAL.search(text)):
        return True
    is_near = "the " in text or "it " in text or " am" in text or text[:2] == "am"
    if is_near and BESIDE.search(text):
        return True
    if (
        " no." in text
        or " No." in text
        or ("-" in text and "pass" in text and _PASSWORD.search(text))
    ):
        return True
    return ". " in text and _STOP_INSIDE.search(text) is not None


def _speak(text: str, table: FactTable, locale: str) -> str:
    is_easy = text.isascii() and _are_easy(text.split(" ")) and not _needs_a_look(text)
    if is_easy and not any(written in text for written, _ in table):
        return text
    return " ".join(said for _, said in _pieces(text, table, locale))


def _pieces(text: str, table: FactTable, locale: str) -> list[tuple[str, str]]:
    grouped = by_commas(text)
    tokens = [(match.span(), typed_on_keyboard(match[0])) for match in _TOKEN.finditer(grouped)]
    bounds = [bound for bound, typed in tokens if typed]
    for bound, typed in tokens:
        if len(typed) > MOST_CHARACTERS:
            raise Unsayable(text[bound[0] : bound[0] + 20] + "...", "nobody says so long a word")
    line = " ".join(typed for _, typed in tokens if typed)
    spans = scanner(locale).scan(line, table)
    found = [
        (text[bounds[span.first][0] : bounds[span.end - 1][1]], one_stop(span.said))
        for span in _with_words(spans)
    ]
    found = _without_one(found)
    if "etween" in line:
        found = _between(found)
    refuse_doubtful(found, line, states_facts=bool(table))
    for written, said in found:
        if left := _UNSAID.search(said):
            raise Unsayable(written, f"it leaves {left[0]!r}")
        bare = said.strip(_MARKS)
        if bare in LEFT_SHORT or ("-" in bare and not LEFT_SHORT.isdisjoint(bare.split("-"))):
            raise Unsayable(written, "it is short for something")
    return found


def _without_one(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Leave out the "one" of a part after "a": "a 1/2 sheet" is "a half sheet"."""
    if not any(_A_PART.match(said) for _, said in found):
        return found
    before = ["", *(written.lower() for written, _ in found)]
    return [
        (
            written,
            said[4:]
            if article in _OF_A_PART and _A_PART.match(said) and _PART.match(written)
            else said,
        )
        for article, (written, said) in zip(before, found, strict=False)
    ]


def _between(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Join two ends as "between" does: "between 2-3" is "between two and three"."""
    before = ["", *(written.lower() for written, _ in found)]
    return [
        (
            written,
            said.replace(" to ", " and ")
            if word == "between" and said.count(" to ") == 1 and _TWO_ENDS.search(written)
            else said,
        )
        for word, (written, said) in zip(before, found, strict=False)
    ]


def _with_words(spans: list[ScannedSpan]) -> Iterator[ScannedSpan]:
    """Join what only points ("Well ...") to the word before it, or the one after."""
    held: ScannedSpan | None = None
    first = 0
    for span in spans:
        said = _joined(span.said)
        if _LETTER.search(said):
            if held:
                yield held
                first = held.end
            held = ScannedSpan(first, span.end, said.lstrip(_MARKS + "- "))
        elif held:
            held = ScannedSpan(held.first, span.end, _mark(held.said, said))
    if held:
        yield held


def _joined(said: str) -> str:
    """Join marks to the word before them: a form may have said the sign between ("= .")."""
    words: list[str] = []
    for token in said.split():
        if token == "'":
            continue
        if words and not _LETTER.search(token):
            words[-1] = _mark(words[-1], token)
        else:
            words.append(token)
    return " ".join(words)


def _mark(word: str, token: str) -> str:
    """Put the marks of a token that only points on the word before it."""
    marks = "".join(character for character in token if character in _MARKS)
    return word if word[-1] in _MARKS else word + marks


def _speak_alone(text: str, locale: str) -> str:
    """Return the spoken form of a text that states no fact; most are said as they stand."""
    if text.isascii() and _known.issuperset(text.split(" ")) and not _needs_a_look(text):
        return text
    return _speak_anew(text, locale)


@lru_cache(maxsize=4096)
def _speak_anew(text: str, locale: str) -> str:
    return _speak(text, (), locale)


@lru_cache(maxsize=16)
def _fact_table(facts: tuple[tuple[str, str], ...], locale: str) -> FactTable:
    """Return the written form and the words of each fact, the longest first.

    A bare number of `MOST_SMALL` digits is left to the other rules: 12 is no count in "April 12".
    """
    spoken = {
        typed: _speak_alone(said, locale)
        for written, said in facts
        if len(typed := _as_typed(written)) > MOST_SMALL or not typed.isdecimal()
    }
    table = [(written, said) for written, said in spoken.items() if written]
    return tuple(sorted(table, key=lambda row: -len(row[0])))


def _as_typed(written: str) -> str:
    """Return what a keyboard writes, with single blanks."""
    return " ".join(typed_on_keyboard(written).split())
