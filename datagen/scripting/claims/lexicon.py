"""What words mean to the checker of claims: stems, words without content, words that are the same.

prompts/claims/plain.yaml, groups of a world's ``same`` --load_lexicon--> Lexicon
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from pydantic import BaseModel, ConfigDict

from datagen import assets
from datagen.config import read_yaml

_WORD = re.compile(r"[a-z0-9$%][a-z0-9'$%.,:-]*")
_PLURALS = ("ies", "es", "s")
_SUFFIXES = ("ation", "ment", "ing", "ied", "ely", "er", "ed", "ly", "en", "e", "y", "i")
"""Taken off the end of a word, the longest first, if three letters are left."""
_NUMBER_WORDS = frozenset((
    "zero", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred",
    "thousand", "million", "dozen",
))  # fmt: skip


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    grammar: str
    talk: str
    phrases: list[str]
    """Words that claim nothing beside one another, as patterns in lower case."""
    irregular: dict[str, str]
    same: list[list[str]]


class Lexicon:
    """Words without content, and which content words mean the same."""

    def __init__(self, file: _File, same: Iterable[Iterable[str]] = ()) -> None:
        self._irregular = file.irregular
        self._stems: dict[str, str] = {}
        self._phrases = re.compile(rf"\b(?:{'|'.join(file.phrases)})\b", re.IGNORECASE)
        self._plain = {self._bare(word) for word in f"{file.grammar} {file.talk}".split()}
        self._plain |= set(f"{file.grammar} {file.talk}".split())
        self._same: dict[str, str] = {}
        for group in (*file.same, *same):
            roots = [self._root(self._bare(word)) for phrase in group for word in phrase.split()]
            for root in roots:
                self._same[root] = roots[0]

    def _root(self, stem: str) -> str:
        while stem in self._same and self._same[stem] != stem:
            stem = self._same[stem]
        return stem

    def stem(self, word: str) -> str:
        """Return what stands for all forms of a word and for all words that mean the same."""
        found = self._stems.get(word)
        if found is None:
            if len(self._stems) > 1 << 17:
                self._stems.clear()
            found = self._stems[word] = self._root(self._bare(word))
        return found

    def _bare(self, word: str) -> str:
        word = word.removesuffix("'s").removesuffix("'")
        word = self._irregular.get(word, word)
        if not word.isalpha():
            return word
        for suffixes in (_PLURALS, _SUFFIXES):
            for suffix in suffixes:
                if word.endswith(suffix) and len(word) - len(suffix) >= 3:
                    word = word.removesuffix(suffix)
                    break
        if len(word) > 3 and word[-1] == word[-2]:
            word = word[:-1]
        return word

    def is_plain(self, word: str) -> bool:
        """Tell whether a word claims nothing."""
        return word in self._plain or self._bare(word) in self._plain

    def content(self, text: str) -> frozenset[str]:
        """Return the stems of a text's words that claim something, numbers among them."""
        said = words(self._phrases.sub(" ", text))
        return frozenset(
            self.stem(word) for word in said if is_number(word) or not self.is_plain(word)
        )


def words(text: str) -> list[str]:
    """Return the words of a text in lower case, without the stops around them."""
    lowered = text.lower().replace("\u2019", "'")
    return [word.rstrip(".,:-'") for word in _WORD.findall(lowered)]


def is_number(word: str) -> bool:
    """Tell whether a word is a number, in digits or in words."""
    return any(map(str.isdecimal, word)) or word in _NUMBER_WORDS


@lru_cache(maxsize=8)
def load_lexicon(*same: tuple[str, ...]) -> Lexicon:
    """Return the shipped lexicon with further groups of words that mean the same."""
    return Lexicon(_File.model_validate(read_yaml(assets.find("prompts/claims", "plain"))), same)
