"""Stretches of one speaker's words, and which of them only say that somebody listens.

    [Word] of both --units--> [SpeechUnit] --mark--> [SpeechUnit], of which some are backchannels

A unit is an inter-pausal unit: words with silences under 0.2 s between them (dGSLM; Moshi). The
rule for backchannels is in docs/annotate.md, beside the rates that it finds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from datagen.annotate.wording import plain, wording
from datagen.audio.turn_taking import IPU_SILENCE
from datagen.types import SAMPLE_RATE, SPEAKERS, Speaker, Word

MAX_WORDS = 4
"""Most words of a backchannel."""
LONGEST = round(1.5 * SAMPLE_RATE)
"""Samples (1.5 s) of the longest backchannel."""
REACH = SAMPLE_RATE
"""Samples (1 s): the one who has the floor spoke, and speaks on, no further away than this."""
ATTACHED = round(0.6 * SAMPLE_RATE)
"""Samples (0.6 s) within which a short unit goes with its speaker's longer one."""
QUESTION_WORDS = 8
"""Last words of a stretch in which a question's opening makes it a question."""


@dataclass(frozen=True, slots=True)
class SpeechUnit:
    """One speaker's words without a silence of 0.2 s."""

    speaker: Speaker
    words: tuple[Word, ...]
    is_backchannel: bool = False

    @property
    def start(self) -> int:
        """First sample."""
        return self.words[0].start

    @property
    def end(self) -> int:
        """Sample after the last."""
        return self.words[-1].end

    @property
    def text(self) -> str:
        """What is said."""
        return " ".join(word.text for word in self.words)


def units(words: Iterable[Word]) -> list[SpeechUnit]:
    """Return both speakers' words as units, sorted by start."""
    groups: dict[Speaker, list[list[Word]]] = {"agent": [], "user": []}
    for word in sorted(words, key=lambda word: word.start):
        own = groups[word.speaker]
        if own and word.start - own[-1][-1].end < IPU_SILENCE:
            own[-1].append(word)
        else:
            own.append([word])
    found = [SpeechUnit(speaker, tuple(group)) for speaker, own in groups.items() for group in own]
    return sorted(found, key=lambda unit: (unit.start, unit.end, unit.speaker))


def mark(stretches: Sequence[SpeechUnit]) -> list[SpeechUnit]:
    """Return units with the backchannels marked."""
    short = _loose(stretches)
    return [
        replace(unit, is_backchannel=is_short and _is_aside(index, stretches, short))
        for index, (unit, is_short) in enumerate(zip(stretches, short, strict=True))
    ]


def _loose(stretches: Sequence[SpeechUnit]) -> list[bool]:
    """Say which units are short and stand alone, not beside more of what their speaker says."""
    short = [is_acknowledgement(unit) for unit in stretches]
    for speaker in SPEAKERS:
        own = [index for index, unit in enumerate(stretches) if unit.speaker == speaker]
        for order in (own, own[::-1]):
            for one, next_ in pairwise(order):
                first, second = sorted((stretches[one], stretches[next_]), key=lambda u: u.start)
                if not short[one] and second.start - first.end < ATTACHED:
                    short[next_] = False
    return short


def is_acknowledgement(unit: SpeechUnit) -> bool:
    """Say whether a unit's words are such as a listener says, and few."""
    if len(unit.words) > MAX_WORDS or unit.end - unit.start > LONGEST:
        return False
    tokens = [plain(word.text) for word in unit.words]
    known = wording()
    return " ".join(tokens) in known.phrases or known.acknowledgements.issuperset(tokens)


def _is_aside(index: int, stretches: Sequence[SpeechUnit], short: Sequence[bool]) -> bool:
    """Say whether the other has the floor around a short unit, and keeps it."""
    unit = stretches[index]
    before = _last_floor(index, stretches, short)
    if before is None or before.speaker == unit.speaker or unit.start - before.end > REACH:
        return False
    if before.end <= unit.end + IPU_SILENCE:
        after = _next_floor(index, stretches, short)
        if after is None or after.speaker == unit.speaker or after.start - unit.end > REACH:
            return False
    return before.end > unit.start or not is_question(_said_before(index, stretches))


def _said_before(index: int, stretches: Sequence[SpeechUnit]) -> str:
    """Return what the other says in a row up to a unit, as far as a question may reach back."""
    speaker, words = stretches[index].speaker, list[str]()
    for unit in reversed(stretches[:index]):
        if unit.speaker != speaker:
            words = [*unit.text.split(), *words]
        if len(words) >= QUESTION_WORDS or (words and unit.speaker == speaker):
            break
    return " ".join(words)


def _last_floor(
    index: int, stretches: Sequence[SpeechUnit], short: Sequence[bool]
) -> SpeechUnit | None:
    """Return the last longer unit that begins before a unit."""
    return next((stretches[n] for n in range(index - 1, -1, -1) if not short[n]), None)


def _next_floor(
    index: int, stretches: Sequence[SpeechUnit], short: Sequence[bool]
) -> SpeechUnit | None:
    """Return the first longer unit that begins after a unit."""
    return next((stretches[n] for n in range(index + 1, len(stretches)) if not short[n]), None)


def is_question(text: str) -> bool:
    """Say whether a stretch ends as a question: by its mark, else by how its end is worded."""
    if text.rstrip().endswith(("?", ".", "!")):
        return text.rstrip().endswith("?")
    words = [plain(word) for word in text.split()]
    asks = wording().question.search(" ".join(words[-QUESTION_WORDS:]))
    return asks is not None or not wording().question_words.isdisjoint(words[:1])
