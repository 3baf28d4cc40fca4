"""Turn the written US English of a phone call into what is said, and find what of it was heard.

    "It's $9.50 at 4 PM." -> "It's nine dollars and fifty cents at four p.m."

Both read one list of pieces (written words, and what is said for them), so they cannot disagree.
Punctuation that shapes speech stays on its word; what nobody says (quotes, brackets) goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from datagen.scripting.spoken_rules import ADDRESSES, BLANK, DIGITS, JOIN, WORDS, Rule
from datagen.types import Fact

_FIRST_FACT = 0xE100
_PRIVATE_USE = re.compile("[\ue000-\uf8ff]")
_TYPOGRAPHY = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u2026": "...", "\u2013": "-", "\u2212": "-", "\u00d7": "x"}
)
"""Curly quotes, ellipsis, en dash, minus and times sign, as a keyboard writes them."""
_MARKS = ".,?!;:"
_TWO_STOPS = re.compile(r"(?<!\.)\.\.(?!\.)")
"""What a fact that ends in a dot ("four p.m.") leaves at the end of a sentence."""
_DIGIT = re.compile(r"[\d½⅓⅔¼¾]")
_PLAIN = re.compile(r"[A-Za-z]+(?:['-][A-Za-z]+)*[.,?!;:]?")
_LATIN = r"A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
_LETTER = re.compile(f"[{_LATIN}]")
_UNSAID = re.compile(f"[^{_LATIN}'{_MARKS}-]")
_CROWDED = re.compile(f"(?<=[,?!;:])(?=[{_LATIN}])")
"""Where a blank was forgotten: "one,two"."""


def speak(text: str, facts: Iterable[Fact] = ()) -> str:
    """Return the spoken form of ``text``: facts as they say themselves, the rest by rule.

    It holds no digit, and its tokens between blanks are its words. Empty if nothing can be said.
    """
    return " ".join(said for _, said in pieces(text, facts))


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
    spans = [match.span() for match in re.finditer(r"\S+", text)]
    groups = _say(" ".join(text[start:end] for start, end in spans), facts).split(" ")
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


def _say(text: str, facts: Iterable[Fact]) -> str:
    """Apply every rule to single-blank ``text``; each group between blanks is still one piece."""
    text = _PRIVATE_USE.sub("*", text.translate(_TYPOGRAPHY))
    table = _fact_table(tuple((fact.written, fact.spoken) for fact in facts))
    if table:
        text = _apply(table[0], text)
    for rules in (ADDRESSES, DIGITS if _DIGIT.search(text) else (), WORDS):
        for rule in rules:
            text = _apply(rule, text)
    return _TWO_STOPS.sub(".", text.translate(table[1])) if table else text


def _apply(rule: Rule, text: str) -> str:
    """Replace what ``rule`` matches; one JOIN for every written blank taken in."""

    def replace(match: re.Match[str]) -> str:
        keep = (match["keep"] or "") if has_keep else ""
        written = match[0][len(keep) :]
        said = rule.say(match).replace(JOIN, "").replace(" ", BLANK)
        return keep + JOIN * (written.count(" ") + written.count(JOIN)) + said

    has_keep = "keep" in rule.pattern.groupindex
    return rule.pattern.sub(replace, text)


@lru_cache(maxsize=256)
def _fact_table(facts: tuple[tuple[str, str], ...]) -> tuple[Rule, dict[int, str]] | None:
    """Return a rule that puts a sign in place of each fact, and what the signs say.

    A bare number of one or two digits is left to the other rules: 12 is no count in "April 12".
    """
    spoken = {
        " ".join(written.translate(_TYPOGRAPHY).split()): speak(said).replace(" ", BLANK)
        for written, said in facts
        if not re.fullmatch(r"\s*\d{0,2}\s*", written)
    }
    if not spoken:
        return None
    signs = {written: chr(_FIRST_FACT + index) for index, written in enumerate(spoken)}
    longest_first = "|".join(map(re.escape, sorted(spoken, key=len, reverse=True)))
    pattern = rf"(?<![\w$.,:/-])(?:{longest_first})(?!\w|%|[.,:/-]?\d)"
    rule = Rule(re.compile(pattern), lambda match: signs[match[0]])
    return rule, {ord(signs[written]): said for written, said in spoken.items()}


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
