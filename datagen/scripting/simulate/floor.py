"""Gather what is said into turns: pieces of one speaker in a row are one turn, unless kept apart.

piece, piece, ... --Floor--> Draft, Draft, ...
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from datagen.scripting.compose.grammar import about_once
from datagen.scripting.content.labels import Label
from datagen.scripting.simulate.realizer import Said
from datagen.types import Emotion, Interruption, Speaker

FEEDBACK = frozenset(("autoPositive", "thanking", "stalling", "apology"))
"""Acts that leave a turn's act to the other pieces of the turn."""


@dataclass(slots=True)
class Draft:
    """A turn of the floor as it grows."""

    speaker: Speaker
    act: str
    text: str
    spoken: str
    values: set[str]
    """Names of the values it states."""
    licence: list[str]
    emotion: Emotion
    calls: tuple[str, ...] = ()
    repairs: int | None = None
    cut_at: int | None = None
    """After how many spoken words the next turn barges in."""
    news_at: int = 0
    """After how many spoken words the first news in it is out; 0 without any."""
    interruption: Interruption | None = None
    """What it barges in for, if it does."""
    meanwhile: bool = False
    """The agent says it while a tool works, and rests it on no result."""
    is_closed: bool = False
    rote: bool = False
    """Said by rote: no hesitation, no backchannel, no pause of an agent."""
    begins: str = ""
    """The act with which it begins, which its own need not be."""
    label: Label | None = None
    """How the agent has to take it, if it says a line that has a label."""
    _about: tuple[str, frozenset[str]] = ("", frozenset())
    """What its text was when it was last asked what it is about, and that."""

    @property
    def about(self) -> frozenset[str]:
        """The beginnings of the words that say what it is about."""
        if self._about[0] != self.text:
            self._about = self.text, about_once(self.text)
        return self._about[1]

    def breaks_news(self) -> None:
        """Note that what was said last is news to who listens."""
        self.news_at = self.news_at or self.num_words

    @property
    def num_words(self) -> int:
        """How many spoken words it has: one blank is between two."""
        return self.spoken.count(" ") + 1


@dataclass(slots=True)
class Floor:
    """The turns of a call so far."""

    drafts: list[Draft] = field(default_factory=list)
    num_words: int = 0

    def say(
        self,
        speaker: Speaker,
        act: str,
        said: Said,
        emotion: Emotion,
        licence: tuple[str, ...] = (),
        *,
        apart: bool = False,
    ) -> Draft:
        """Add a piece to the speaker's turn, or begin one; ``apart`` begins one anyway."""
        self.num_words += said.spoken.count(" ") + 1
        last = self.drafts[-1] if self.drafts else None
        if last is None or last.speaker != speaker or last.is_closed or apart:
            values, rests_on = set(said.slots), list(licence)
            last = Draft(speaker, act, said.text, said.spoken, values, rests_on, emotion)
            last.begins = act
            self.drafts.append(last)
            return last
        text, spoken = _without_second_start(last, said)
        last.text = f"{last.text} {text}"
        last.spoken = f"{last.spoken} {spoken}"
        last.values |= said.slots
        last.licence += [one for one in licence if one not in last.licence]
        last.emotion = emotion
        if act not in FEEDBACK and last.act != "bridge":
            last.act = act
        return last

    def goes_on(self, speaker: Speaker, *, apart: bool = False) -> bool:
        """Tell whether the speaker is in the middle of a sentence: By the way, ..."""
        last = self.drafts[-1] if self.drafts else None
        if last is None or last.speaker != speaker or last.is_closed or apart:
            return False
        return last.text[-1] not in ".?!"

    def close(self) -> None:
        """End the last turn: what its speaker says next is a turn of its own."""
        if self.drafts:
            self.drafts[-1].is_closed = True

    @property
    def last(self) -> int:
        """Index of the last turn."""
        return len(self.drafts) - 1


_SENTENCE = re.compile(r"(?<=[.?!]) ")
_STARTS = ("Okay, ", "Sure, ", "Alright, ", "Right, ", "So, ", "Well, ", "Oh, ", "Good, ")


def _without_second_start(last: Draft, said: Said) -> tuple[str, str]:
    """Return a piece without the word that its turn, or the sentence before, has begun with."""
    text, spoken = said.text, said.spoken
    if not text.startswith(_STARTS):
        return text, spoken
    sentence = _SENTENCE.split(last.text[:-1])[-1]
    is_start = f"{sentence}, " in _STARTS
    for start in _STARTS:
        word = start[:-2]
        is_second = is_start or last.text.startswith(word) or sentence.startswith(start)
        is_second = is_second or sentence.endswith(f", {word.lower()}")
        if text.startswith(start) and is_second:
            size = len(start)
            begins_alike = text[size] == spoken[size]  # a number is digits, and small in words
            text = text[size].upper() + text[size + 1 :]
            spoken = (spoken[size].upper() if begins_alike else spoken[size]) + spoken[size + 1 :]
    return text, spoken
