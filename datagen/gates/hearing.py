"""What a recogniser heard, held against what was to be said: errors, and entities that differ.

    spoken, heard --canonical--> words, numbers as digits --compare--> Heard words, wrong entities

A recogniser writes "$2,360" and "T833". Its text goes through the written-to-spoken rules, then the
number words of both sides become digits, so that a number is one string on either side. Names are
matched by their sound, nods by their sense; an entity must be exact.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from datagen.gates.words import distance, normalise
from datagen.text import Unsayable, speak
from datagen.text.nonverbal import SOUNDS, bare, sound_of
from datagen.text.sounds_like import pronounce

MIN_WORDS = 4
"""Fewest words of a line that is judged: a recogniser takes "Oh." for "Low."."""
NAME_ERROR = 0.5
"""Largest share of a name's phones that may differ: there are many ways to write one."""
_UNITS = {
    word: number
    for number, word in enumerate(
        (
            *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
            *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen"),
            *("seventeen", "eighteen", "nineteen"),
        )
    )
}
_TENS = {
    word: 10 * number
    for number, word in enumerate(
        ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), start=2
    )
}
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_OF_A_SCALE = re.compile(r"(\d{1,3})(?:0{6}|0{9})")
"""What stands behind "point" where a scale follows, "five million": its digits are of the scale."""
_ORDINALS = {
    "third": "three", "fourth": "four", "fifth": "five", "sixth": "six", "seventh": "seven",
    "eighth": "eight", "ninth": "nine", "tenth": "ten", "eleventh": "eleven", "twelfth": "twelve",
    "twentieth": "twenty", "thirtieth": "thirty", "fortieth": "forty", "fiftieth": "fifty",
}  # fmt: skip
_SAME = {
    "okay": "ok", "ok": "ok", "alright": "alright", "yep": "yeah", "yup": "yeah", "mister": "mr",
    "missus": "mrs", "doctor": "dr", "till": "until", "cause": "because", "cannot": "can't",
    "gonna": "going", "oclock": "o'clock", "percent": "percent", "grey": "gray",
}  # fmt: skip
_CONTRACTED = (
    (re.compile(r"\b(it|that|what|there|here|he|she|who|where|how)'s\b"), r"\1 is"),
    (re.compile(r"\bi'm\b"), "i am"),
    (re.compile(r"\b(you|we|they)'re\b"), r"\1 are"),
    (re.compile(r"\b(\w+)'ll\b"), r"\1 will"),
    (re.compile(r"\b(i|you|we|they)'ve\b"), r"\1 have"),
)
_SPLIT_CODE = re.compile(r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])")
_HYPHENS = re.compile(r"(?<=\d)-(?=\d)")
_LIKE_NAMES = ("bcdegptvz", "ahjk", "mn", "fsx", "iy", "qu")
"""Letters whose names a recogniser takes for each other: "Z U X" is heard as "the UX"."""
_KEPT_SOUNDS = frozenset(("oh",))
"""Sounds that are words as well: "oh" is a digit."""


@dataclass(frozen=True, slots=True)
class HeardLine:
    """A line as it was heard."""

    num_words: int
    """Words of the line in their canonical form, a number counting as one."""
    num_errors: int
    """Words that were replaced, left out or added."""
    entities: tuple[str, ...]
    """Numbers and codes of the line, as strings of digits and letters."""
    wrong_entities: tuple[tuple[str, str], ...]
    """Those that were heard otherwise, and as what; ("", X) was heard and not said."""

    @property
    def error_rate(self) -> float:
        """Errors for each word of the line."""
        return self.num_errors / max(1, self.num_words)


def compare(spoken: str, heard: str) -> HeardLine:
    """Hold what was heard against a line.

    >>> compare("It costs two thousand three hundred sixty dollars.", "It costs $2,360.").num_errors
    0
    >>> compare("Your code is T eight three three.", "Your code is T832.").wrong_entities
    (('t833', 't832'),)
    >>> compare("It's C A C zero five one two.", "Its CAC 0512.").wrong_entities
    ()
    """
    said, names = canonical(spoken), _names(spoken)
    found = [_held(said, canonical(as_spoken(text)), names) for text in _readings(heard)]
    return min(found, key=lambda line: (len(line.wrong_entities), line.num_errors))


def _readings(heard: str) -> Iterator[str]:
    """Yield what was heard, and with digits joined: "8-3-1968" is a date, or six digits."""
    yield heard
    if _HYPHENS.search(heard):
        yield _HYPHENS.sub("", heard)


def _held(said: Sequence[str], recognised: Sequence[str], names: frozenset[str]) -> HeardLine:
    """Hold the canonical words of two lines against each other."""
    errors, wrong = 0, list[tuple[str, str]]()
    said, recognised = _opened(said, recognised), _opened(recognised, said)
    for ours, theirs in _differences(said, recognised):
        errors += _errors(ours, theirs, names)
        if not _same_entity(ours, theirs):
            wrong.append((_entity(ours), _entity(theirs)))
    entities = tuple(word for word in said if _is_entity(word))
    return HeardLine(len(said), errors, entities, tuple(wrong))


def _opened(words: Sequence[str], others: Sequence[str]) -> list[str]:
    """Write "name's" as the other line does, if that has "name is" or "name has"."""
    pairs = set(pairwise(others))
    found: list[str] = []
    for word in words:
        name = word.removesuffix("'s")
        verbs = [verb for verb in ("is", "has") if name != word and (name, verb) in pairs]
        found += [name, verbs[0]] if verbs else [word]
    return found


def judged(spoken: str) -> bool:
    """Return whether a line has enough words to be judged by them."""
    return sum(sound_of(token) is None for token in spoken.split()) >= MIN_WORDS


def canonical(spoken: str) -> list[str]:
    """Return the words of a spoken text: numbers as digits, codes in one, sounds left out.

    >>> canonical("Um, that's T eight three three for twenty-four hours, okay?")
    ['that', 'is', 't833', 'for', '24', 'hours', 'ok']
    """
    kept = [token for token in spoken.split() if _is_word(token)]
    text = (
        " ".join(kept).casefold().replace("a.m.", "am").replace("p.m.", "pm").replace("\u2019", "'")
    )
    for pattern, full in _CONTRACTED:
        text = pattern.sub(full, text)
    words = normalise(text)
    words = [_SAME.get(word, word) for word in words]
    numbers = list(_numbers([_ORDINALS.get(word, word) for word in words]))
    return list(_codes(list(_scaled(numbers))))


def same_sense(spoken: str, heard: str) -> bool:
    """Return whether two backchannels mean the same: "Mm-hmm." is "Uh-huh.", and no "Uh-uh."."""
    return _senses(spoken) == _senses(heard)


def _senses(spoken: str) -> list[str]:
    found = [sound_of(token) for token in spoken.split()]
    return [
        SOUNDS[sound].sense if sound else word
        for sound, token in zip(found, spoken.split(), strict=True)
        for word in ([""] if sound else normalise(token))
    ]


def _is_word(token: str) -> bool:
    sound = sound_of(token)
    return sound is None or sound in _KEPT_SOUNDS


def as_spoken(heard: str) -> str:
    """Return what was heard as it is said; a token that no rule reads stays as it is."""
    try:
        return speak(heard)
    except Unsayable:
        return " ".join(_spoken_token(token) for token in heard.split())


def _spoken_token(token: str) -> str:
    try:
        return speak(token)
    except Unsayable:
        return _SPLIT_CODE.sub(" ", bare(token)[1].replace(",", "").replace("-", " "))


def _numbers(words: Sequence[str]) -> Iterator[str]:
    """Yield words, each number as one string of digits; groups that follow each other are joined.

    "nineteen eighty four" is 1984, "five five five" 555, "four hundred and fifty" 450.
    """
    group = _NumberReader()
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else ""
        if group.takes(word, following):
            continue
        yield from group.flush()
        if not group.takes(word, following):
            yield word
    yield from group.flush()


class _NumberReader:
    """The number words read since the last other word."""

    def __init__(self) -> None:
        self._digits = ""
        self._value: int | None = None
        self._thousands = 0

    def takes(self, word: str, following: str) -> bool:
        """Read a number word; return False for any other."""
        if word.isdigit():
            self._close()
            self._digits += word
        elif word == "oh" and (self._digits or self._value is not None or following in _UNITS):
            self._unit(0)
        elif word in _UNITS:
            self._unit(_UNITS[word])
        elif word in _TENS:
            self._ten(_TENS[word])
        elif word in _SCALES:
            return self._scale(_SCALES[word])
        else:
            return word == "and" and self._may_go_on() and _is_number(following)
        return True

    def flush(self) -> Iterator[str]:
        """Yield what was read, and begin anew."""
        self._close()
        if self._digits:
            yield self._digits
        self._digits = ""

    def _unit(self, unit: int) -> None:
        value = self._value
        room = (
            value is not None
            and value
            and (
                (value % 100 == 0 and unit)
                or (value % 10 == 0 and value % 100 >= 20 and 0 < unit < 10)
            )
        )
        if room:
            self._value = (value or 0) + unit
        else:
            self._close(keep_thousands=value is None)
            self._value = unit

    def _ten(self, ten: int) -> None:
        if self._value and self._value % 100 == 0:
            self._value += ten
        else:
            self._close(keep_thousands=self._value is None)
            self._value = ten

    def _scale(self, scale: int) -> bool:
        if self._value is None:
            return False
        if scale == _SCALES["hundred"]:
            self._value *= scale
        else:
            self._thousands += self._value * scale
            self._value = None
        return True

    def _may_go_on(self) -> bool:
        """Return whether "and" may follow: after hundreds and thousands."""
        whole = self._value is not None and self._value and self._value % 100 == 0
        return bool(whole or (self._value is None and self._thousands))

    def _close(self, *, keep_thousands: bool = False) -> None:
        """Write the number that was read behind the digits before it."""
        if keep_thousands:
            return
        if self._value is not None or self._thousands:
            self._digits += str(self._thousands + (self._value or 0))
        self._value, self._thousands = None, 0


def _scaled(words: Sequence[str]) -> Iterator[str]:
    """Yield words, "two point five million" as 2500000: a recogniser may write it so.

    >>> list(_scaled(["it", "2", "point", "5000000"]))
    ['it', '2500000']
    """
    at = 0
    while at < len(words):
        whole, point, part = [*words[at : at + 3], "", ""][:3]
        found = _OF_A_SCALE.fullmatch(part) if whole.isdigit() and point == "point" else None
        yield str(int(f"{whole}{part[: len(part) - len(found[1])]}")) if found else words[at]
        at += 3 if found else 1


def _is_number(word: str) -> bool:
    return word in _UNITS or word in _TENS or word.isdigit()


def _codes(words: Sequence[str]) -> Iterator[str]:
    """Yield words, single letters and digits that stand together as one: "t 833" is t833."""
    run: list[str] = []
    for word in [*words, ""]:
        if len(word) == 1 or (word.isdigit() and run and run[-1].isalpha() and len(run[-1]) == 1):
            run.append(word)
            continue
        if run:
            # "not one I can find" has no code, and "one a day" has none
            after = (
                [run.pop()] if run[-1] in ("a", "i") and run[-2:-1] and run[-2].isdigit() else []
            )
            yield from ["".join(run)] if len(run) > 1 and run != ["a", "i"] else run
            yield from after
            run = []
        if word:
            yield word


def _differences(
    said: Sequence[str], heard: Sequence[str]
) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Yield the stretches in which two lines differ."""
    for kind, a, b, c, d in SequenceMatcher(None, said, heard, autojunk=False).get_opcodes():
        if kind != "equal":
            yield said[a:b], heard[c:d]


def _errors(ours: Sequence[str], theirs: Sequence[str], names: frozenset[str]) -> int:
    """Count the words that differ in a stretch; what sounds the same does not."""
    one, other = "".join(ours), "".join(theirs)
    if one == other or (one and other and _sounds(one) == _sounds(other)):
        return 0
    is_name = all(word in names or _is_spelled(word, names) for word in ours)
    if ours and theirs and is_name and _alike(one, other):
        return 0
    return min(distance(ours, theirs), max(len(ours), len(theirs)))


def _is_spelled(word: str, names: frozenset[str]) -> bool:
    """Return whether a word is letters said one by one ("R, O, W, E"): heard as "our OWE"."""
    return word.isalpha() and all(letter in names for letter in word)


def _sounds(word: str) -> tuple[str, ...]:
    return tuple(word) if any(map(str.isdigit, word)) else pronounce(word)


def _alike(one: str, other: str) -> bool:
    """Return whether two names may be one."""
    ours, theirs = _sounds(one), _sounds(other)
    return distance(ours, theirs) <= NAME_ERROR * max(len(ours), len(theirs))


def _names(spoken: str) -> frozenset[str]:
    """Return the words of a line that begin with a capital."""
    return frozenset(
        word
        for token in spoken.split()
        if bare(token)[1][:1].isupper()
        for word in normalise(token)
    )


def _is_entity(word: str) -> bool:
    """Return whether a word is a number or code; "1" alone is "one", mostly no number."""
    return any(map(str.isdigit, word)) and word != "1"


def _same_entity(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Return whether two stretches have one number: "it's C A C zero five" is "its CAC 05"."""
    said, heard = _entity(ours), "".join(theirs)
    if not said or not said[0].isalpha():
        return said == _entity(theirs)
    if _digits(said) != _digits(heard):
        return False
    places = range(len(heard) - len(said) + 1)
    return any(_sounds_like_code(said, heard[place : place + len(said)]) for place in places)


def _sounds_like_code(said: str, heard: str) -> bool:
    """Return whether two codes are one, or one letter is another with a name like its own."""
    other = [pair for pair in zip(said, heard, strict=True) if pair[0] != pair[1]]
    return not other or (
        len(other) == 1 and any(set(other[0]) <= set(names) for names in _LIKE_NAMES)
    )


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _entity(words: Sequence[str]) -> str:
    """Return the numbers of a stretch as one string: "one hundred | twelve" is no other number."""
    return "".join(word for word in words if _is_entity(word))
