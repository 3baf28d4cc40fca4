"""Which words of a person are names of people: listed ones, introduced ones, marked ones.

    [word] --NameFinder--> (first, last), ...

Where a transcript writes names large, a listed name counts only if it is; where all of it is small,
only first names that are no other word, and what "my name is" introduces.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from datagen.annotate.digits import bare_word
from datagen.annotate.name_lists import all_names, sure_first_names
from datagen.scripting.claims.lexicon import load_lexicon
from datagen.text.lexicon import DAYS, MONTHS
from datagen.text.nonverbal import sound_of
from datagen.text.numbers import MONTHS as MONTH_NAMES

MARKS = ("&", "^")
"""Signs before proper names in LDC's transcripts (CALLHOME's ``&Ann``)."""
_TITLES = frozenset(("mr", "mrs", "ms", "miss", "dr", "doctor", "professor", "reverend"))
_INTRODUCING = (("name", "is"), ("name's",), ("call", "me"), ("named",))
"""Words after which a name stands, whatever it is."""
_TIMES = frozenset(
    name.lower()
    for name in (*DAYS, *MONTHS, *MONTH_NAMES, "Monday", "Tuesday", "Wednesday", "Thursday",
                 "Friday", "Saturday", "Sunday")
)  # fmt: skip


class NameFinder:
    """Finds names in one speaker's words."""

    def __init__(self, *, is_marked: bool = False) -> None:
        self._is_marked = is_marked
        self._lexicon = load_lexicon()

    def find(self, words: Sequence[str]) -> Iterator[tuple[int, int]]:
        """Yield the first and last index of each name, its parts in a row together."""
        has_capitals = any(_is_large(word) and not _is_i(word) for word in words)
        names = [self._is_name(words, at, has_capitals) for at in range(len(words))]
        at = 0
        while at < len(words):
            last = at
            while names[at] and last + 1 < len(words) and names[last + 1] and _goes_on(words[last]):
                last += 1
            if names[at]:
                yield at, last
            at = last + 1

    def _is_name(self, words: Sequence[str], at: int, has_capitals: bool) -> bool:
        word = words[at]
        bare = bare_word(word).lstrip("".join(MARKS)).removesuffix("'s")
        if not bare.replace("-", "").replace("'", "").isalpha() or sound_of(word) or _is_i(word):
            return False
        if self._is_marked and word.startswith(MARKS):
            return True
        if has_capitals:
            return _is_large(word) and self._is_large_name(words, at, bare)
        return self._is_small_name(words, at, bare)

    def _is_large_name(self, words: Sequence[str], at: int, bare: str) -> bool:
        if _is_introduced(words, at) or bare in all_names():
            return True
        begins = at == 0 or words[at - 1].endswith((".", "?", "!"))
        return self._is_marked and not begins and bare not in _TIMES

    def _is_small_name(self, words: Sequence[str], at: int, bare: str) -> bool:
        if bare in sure_first_names():
            return True
        if _is_introduced(words, at):
            return not self._lexicon.is_plain(bare)
        before = bare_word(words[at - 1]) if at else ""
        is_first = before in sure_first_names() or (at > 1 and _is_introduced(words, at - 1))
        return is_first and bare in all_names()


def _is_introduced(words: Sequence[str], at: int) -> bool:
    """Return whether the words before say that a name follows."""
    before = [bare_word(word) for word in words[max(0, at - 2) : at]]
    if before and before[-1] in _TITLES:
        return True
    return any(tuple(before[-len(opening) :]) == opening for opening in _INTRODUCING)


def _goes_on(word: str) -> bool:
    return not word.endswith((".", ",", "?", "!", ";"))


def _is_large(word: str) -> bool:
    return word.strip("\"'([&^")[:1].isupper()


def _is_i(word: str) -> bool:
    return bare_word(word).partition("'")[0] == "i"
