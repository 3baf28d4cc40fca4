"""Numbers that are said, as digits: so that "one twelve", "one hundred and twelve" and "112" agree.

    "the fee is seven dollars and fifty cents" --canonical--> ["the", "fee", "is", "7", ...]

A run of number words becomes one string: cardinals by value, then put side by side.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from datagen.text import Unsayable, speak

_UNITS = "zero one two three four five six seven eight nine"
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_SMALL = {word: value for value, word in enumerate(f"{_UNITS} {_TEENS}".split())} | {"oh": 0}
_TENS = {
    word: 10 * value
    for value, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000}
_ORDINALS = {
    "first": "one", "second": "two", "third": "three", "fifth": "five", "eighth": "eight",
    "ninth": "nine", "twelfth": "twelve",
}  # fmt: skip
_WORD = re.compile(r"[a-z0-9']+|[,.;:?!]")
_SPELLED = re.compile(rf"(\b(?:[A-Z] )+(?:[A-Z]\b|(?=(?:oh|{_UNITS.replace(' ', '|')})\b)))")
"""Letters that are said one by one, of which some alone would be read as a word (K as okay)."""
_MARKS = frozenset(",.;:?!")
_SHORT_ZERO = "oh"


def canonical(text: str, *, across: bool = False) -> list[str]:
    """Return the words of a text in lower case, with every number in digits.

    What is written with digits is brought to words first, by the rules of `datagen.text`; what
    these do not read stays as it is. A number ends at a comma or stop, unless it may go ``across``.
    """
    words = _words(text)
    if across:
        words = [word for word in words if word not in _MARKS]
    return [word for word in _numbered(words) if word not in _MARKS]


def holds(words: Sequence[str], value: Sequence[str]) -> bool:
    """Tell whether a value's words stand in others, one after the other."""
    size = len(value)
    return size > 0 and any(
        list(words[at : at + size]) == list(value) for at in range(len(words) - size + 1)
    )


def _words(text: str) -> list[str]:
    said: list[str] = []
    for number, part in enumerate(_SPELLED.split(text)):
        said += [part] if number % 2 else _said(part)
    plain = " ".join(said).lower().replace("a.m.", "am").replace("p.m.", "pm")
    return _WORD.findall(plain.replace("-", " ").replace("\u2019", "'"))


def _said(text: str) -> Iterator[str]:
    """Yield a text as it is said; what cannot be said stays as it is."""
    for token in _phrases(text):
        try:
            yield speak(token)
        except Unsayable:
            yield token


def _phrases(text: str) -> list[str]:
    """Return a text whole if it can be said so, else sentence by sentence, else word by word."""
    for parts in ([text], re.split(r"(?<=[.?!]) ", text)):
        if all(_sayable(part) for part in parts):
            return parts
    return text.split()


def _sayable(text: str) -> bool:
    try:
        speak(text)
    except Unsayable:
        return False
    return True


def _numbered(words: Sequence[str]) -> Iterator[str]:
    """Put digits for runs of number words."""
    run: list[str] = []
    for index, word in enumerate(words):
        plain = _cardinal(word)
        follows = index + 1 < len(words) and _cardinal(words[index + 1]) is not None
        if plain is not None and not (plain == _SHORT_ZERO and not run):
            run.append(plain)
            if _is_ordinal(word):
                yield _joined(run)
                run = []
        elif word == "and" and run and run[-1] in _SCALES and follows:
            continue
        elif word == "a" and index + 1 < len(words) and words[index + 1] in _SCALES:
            run.append("one")
        else:
            if run:
                yield _joined(run)
                run = []
            yield word
    if run:
        yield _joined(run)


def _cardinal(word: str) -> str | None:
    """Return the cardinal's word of a number word or of digits, None for any other."""
    if word.isdecimal() or word in _SMALL or word in _TENS or word in _SCALES:
        return word
    if word in _ORDINALS:
        return _ORDINALS[word]
    stem = word.removesuffix("th")
    if stem != word:
        stem = f"{stem[:-2]}y" if stem.endswith("ie") else stem
        return stem if stem in _SMALL or stem in _TENS or stem in _SCALES else None
    digits = re.fullmatch(r"(\d+)(?:st|nd|rd|th)", word)
    return digits[1] if digits else None


def _is_ordinal(word: str) -> bool:
    """Tell whether a number word is the last of its number: "thirtieth", "30th"."""
    return not word.isdecimal() and _cardinal(word) != word


def _joined(run: Sequence[str]) -> str:
    """Return a run of number words as one string of digits."""
    chunks: list[str] = []
    value: int | None = None
    last = 0
    for word in run:
        if word in _SCALES:
            value = _scaled(value, _SCALES[word])
            last = _SCALES[word]
            continue
        number = int(word) if word.isdecimal() else _SMALL.get(word, _TENS.get(word, 0))
        if value is None or not _goes_on(value, last, number, word):
            if value is not None:
                chunks.append(str(value))
            value = number
        else:
            value += number
        last = number if not word.isdecimal() else -1
    return "".join(chunks) + (str(value) if value is not None else "")


def _scaled(value: int | None, scale: int) -> int:
    if value is None:
        return scale
    if scale == 100 and value > 100:  # "two thousand three hundred": of its last part only
        return value - value % 100 + (value % 100) * 100 if value % 100 else value * 100
    return value * scale


def _goes_on(value: int, last: int, number: int, word: str) -> bool:
    """Tell whether a number goes on a cardinal: after a scale, or a unit after its ten."""
    if word.isdecimal() or last < 0:
        return False
    if last in _SCALES.values():
        return 0 < number < last
    return last in _TENS.values() and 0 < number < 10 and value % 10 == 0
