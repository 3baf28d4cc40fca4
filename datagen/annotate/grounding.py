"""Is all that a role says of a person said in the call? Facts, names, numbers, long quotations.

    CorpusCall --CallGrounds--> is a sentence licensed by what is said around its evidence?

Words are compared by the claim checker's stems: what is not said in the turn that a fact rests on,
or beside it, is invented.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from datagen.annotate.call import CorpusCall, Side
from datagen.annotate.role_texts import RoleTexts
from datagen.scripting.claims.lexicon import Lexicon, is_number, load_lexicon
from datagen.scripting.claims.lexicon import words as claim_words
from datagen.text import Unsayable, speak

NEAR = 2
"""Turns before and after the evidence of a fact that may say the rest of it."""
MOST_QUOTED = 6
"""Most words in a row that a role may share with a turn."""
SPARE = 1 / 3
"""Most of a topic's words that are its writer's own."""
_WORD = re.compile(r"[a-z0-9']+")
_CAPITAL = re.compile(r"(?<![.?!] )(?<!^)\b[A-Z][\w']*")
_NEGATIVE = re.compile(r"\b(?:no|not|never|none|nothing|nobody|without|cannot)\b|n't\b")
_ANSWER = re.compile(r"^\W*(?:(?:no|nope|oh|well|uh|um|yeah|so)\b[ ,]*)+")
"""What an answer begins with, which denies what was asked and not what follows."""
_DISLIKES = re.compile(
    r"\b(?:dislike|hate|can't stand|cannot stand|can't take|don't get me started on"
    r"|drives me (?:crazy|mad|nuts|up the wall))\b",
    re.IGNORECASE,
)


def tokens(text: str) -> list[str]:
    """Return the words of a text in small letters, without hyphens."""
    return _WORD.findall(text.lower().replace("-", " "))


def capitals(sentence: str) -> list[str]:
    """Return the words of a sentence that are written large inside it, but for I."""
    words = [found.removesuffix("'s") for found in _CAPITAL.findall(sentence)]
    return [word for word in words if word.partition("'")[0] != "I"]


class CallGrounds:
    """What is said in a call, to hold sentences against."""

    def __init__(self, call: CorpusCall, texts: RoleTexts) -> None:
        self._call, self._texts = call, texts
        self._lexicon: Lexicon = load_lexicon()
        self._grammar = frozenset(texts.grammar.split())
        self._frame = {self._lexicon.stem(word) for word in texts.frame.split()}
        self._turns = [turn for turn in call.supervisions if turn.text]
        self._said = [tokens(turn.text) for turn in self._turns]

    @cached_property
    def _stems(self) -> list[frozenset[str]]:
        return [self._content(turn.text) for turn in self._turns]

    def _content(self, text: str) -> frozenset[str]:
        """Return the stems of the words of a text that are not grammar."""
        words = claim_words(_plain(text))
        return frozenset(self._lexicon.stem(word) for word in words if word not in self._grammar)

    @cached_property
    def all_words(self) -> frozenset[str]:
        """All words that are said, and those of the topic."""
        said = {word for words in self._said for word in words}
        return frozenset(said.union(tokens(self._call.topic)))

    def problems(self, side: Side, says: str, evidence: str) -> Iterator[str]:
        """Yield what is wrong with a fact about one side, and the evidence for it."""
        places = self._places(side, evidence)
        if not places:
            yield f"{evidence!r} is not said by {side.upper()}: copy words that are"
            return
        if not self._claims(says):
            yield f"{says!r} says nothing that could be told from what was said: be exact"
        missing = min((self._missing(at, says) for at in places), key=len)
        if missing:
            yield f"{says!r} says what is not said there: {self._named(missing, says)}"
        elif _denies(_plain(says)) != _denies(_plain(evidence)):
            yield f"{says!r} says the opposite of {evidence!r}"
        yield from self.quoted(says)

    def _named(self, stems: frozenset[str], text: str) -> str:
        """Return the words of a text that have these stems."""
        words = [w for w in claim_words(_plain(text)) if self._lexicon.stem(w) in stems]
        return ", ".join(dict.fromkeys(words))

    def _places(self, side: Side, evidence: str) -> list[int]:
        wanted = tokens(evidence)
        return [
            at
            for at, turn in enumerate(self._turns)
            if wanted and turn.side == side and _holds(self._said[at], wanted)
        ]

    def _missing(self, at: int, says: str) -> frozenset[str]:
        """Return the stems of a sentence that no turn around a place holds."""
        around = self._stems[max(0, at - NEAR) : at + NEAR + 1]
        return self._claims(says).difference(*around)

    def _claims(self, says: str) -> frozenset[str]:
        """Return the stems of what a sentence claims, without what all roles are made of."""
        return self._content(says) - self._frame

    def topic_problems(self, about: str) -> Iterator[str]:
        """Yield what is wrong with what a call is said to be about."""
        content = self._claims(about)
        missing = content.difference(self._content(self._call.topic), *self._stems)
        words = {w for w in capitals(f"about {about}") if w.lower() not in self.all_words}
        sure = frozenset(self._lexicon.stem(word) for word in _numbers(about)) & missing
        if words or sure or len(missing) > SPARE * len(content):
            names = ", ".join(sorted(words)) if words else self._named(sure or missing, about)
            yield f"nobody speaks of {names}: say what they do speak of"
        yield from self.quoted(about)

    def quoted(self, text: str) -> Iterator[str]:
        """Yield a text's words if too many of them in a row are those of a turn."""
        words, size = tokens(text), MOST_QUOTED + 1
        for start in range(len(words) - size + 1):
            piece = words[start : start + size]
            if any(_holds(said, piece) for said in self._said):
                yield f"{' '.join(piece)!r} is quoted: say it in other words"
                return

    def names(self, text: str) -> list[str]:
        """Return the words of a text that are names of people, as far as one can tell.

        These are listed first and last names, and what the call introduces as a name. A rarer name
        that nobody introduces is not told from a place.
        """
        return [
            word
            for sentence in re.split(r"(?<=[.?!])\s+", text)
            for word in capitals(sentence)
            if word.lower() in self._texts.names or word.lower() in self._introduced
        ]

    @cached_property
    def _introduced(self) -> frozenset[str]:
        opening = "|".join(map(re.escape, self._texts.introduces))
        found = re.compile(rf"\b(?:{opening})\s+([a-z][a-z']+)(?:\s+([a-z][a-z']+))?")
        pairs = [pair for said in self._said for pair in found.findall(" ".join(said))]
        is_plain = self._lexicon.is_plain
        known = (pair for pair in pairs if not is_plain(pair[0]))
        return frozenset(word for pair in known for word in pair if word and not is_plain(word))


def _holds(said: Sequence[str], piece: Sequence[str]) -> bool:
    return f" {' '.join(piece)} " in f" {' '.join(said)} "


def _denies(text: str) -> bool:
    return bool(_NEGATIVE.search(_ANSWER.sub("", text.lower(), count=1)))


def _numbers(text: str) -> list[str]:
    return [word for word in claim_words(_plain(text)) if is_number(word)]


def _plain(text: str) -> str:
    """Return a text as it is said, without hyphens, and dislikes as what is not liked."""
    try:
        said = speak(text)
    except Unsayable:
        said = text
    return _DISLIKES.sub("do not like", said.replace("-", " "))
