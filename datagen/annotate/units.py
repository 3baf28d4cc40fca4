"""Stretches of one speaker's words, and which of them only say that somebody listens.

    [Word] of both --units--> [SpeechUnit] --mark--> [SpeechUnit], of which some are backchannels

A unit is an inter-pausal unit: words with silences under 0.2 s between them (dGSLM; Moshi). The
rule for backchannels is in docs/annotate.md, beside the rates that it finds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from datagen.annotate.wording import plain, wording
from datagen.audio.turn_taking import IPU_SILENCE
from datagen.timing.fit import LAPSE
from datagen.types import FRAME, SAMPLE_RATE, SPEAKERS, Speaker, Word

MAX_WORDS = 4
"""Most words of a backchannel."""
LONGEST = round(1.5 * SAMPLE_RATE)
"""Samples (1.5 s) of the longest backchannel."""
REACH = SAMPLE_RATE
"""Samples (1 s): the one who has the floor spoke, and speaks on, no further away than this."""
LONGEST_ASIDE = 3 * SAMPLE_RATE
"""Samples (3 s) of the longest words aside."""
COVERED = 0.75
"""Least share of words aside over which the other speaks."""
ATTACHED = round(0.6 * SAMPLE_RATE)
"""Samples (0.6 s) within which a short unit goes with its speaker's longer one."""
OVER = IPU_SILENCE
"""Samples (0.2 s) of common speech from which a sound is said over the other's words."""
PATIENCE = round(LAPSE * SAMPLE_RATE)
"""Samples (2.5 s) within which the other goes on after a sound that only listens."""
QUESTION_WORDS = 8
"""Last words of a stretch in which a question's opening makes it a question."""


@dataclass(frozen=True, slots=True)
class SpeechUnit:
    """One speaker's words without a silence of 0.2 s."""

    speaker: Speaker
    words: tuple[Word, ...]
    is_backchannel: bool = False
    is_aside: bool = False
    """Whether it is said inside the other's turn, and the other goes on: it takes no floor."""

    @property
    def takes_floor(self) -> bool:
        """Whether it is part of a turn that has the floor."""
        return not (self.is_backchannel or self.is_aside)

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
    """Return units with the backchannels and what is said aside marked."""
    short = _loose(stretches)
    heard = [
        replace(unit, is_backchannel=is_short and _only_listens(index, stretches, short))
        for index, (unit, is_short) in enumerate(zip(stretches, short, strict=True))
    ]
    aside = {index for group in _groups(heard) if _is_inside(group, heard) for index in group}
    return [
        replace(unit, is_aside=True) if index in aside else unit for index, unit in enumerate(heard)
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


def _only_listens(index: int, stretches: Sequence[SpeechUnit], short: Sequence[bool]) -> bool:
    """Say whether the other has the floor around a short unit, and keeps it."""
    unit = stretches[index]
    before = _last_floor(index, stretches, short)
    if before is None or before.speaker == unit.speaker or unit.start - before.end > REACH:
        return False
    if before.end > unit.end + IPU_SILENCE:
        return True
    after, listens = _next_floor(index, stretches, short), listens_only(unit)
    if after is None or after.speaker == unit.speaker:
        return False
    if after.start - unit.end > (PATIENCE if listens else REACH):
        return False
    if before.end - unit.start >= OVER:
        return True
    said = _said_before(index, stretches)
    if is_question(said) or opens_as_question(before.text):
        return False
    return listens or after.start < unit.end + FRAME or leads_on(said)


def listens_only(unit: SpeechUnit) -> bool:
    """Say whether a listener's words do not also answer or settle something, as okay does."""
    known, tokens = wording(), [plain(word.text) for word in unit.words]
    if tokens[0] == "oh" and len(tokens) > 1:  # oh okay, oh no: news, not an answer
        tokens = tokens[2:] if tokens[1] in known.news else tokens
    return " ".join(tokens) not in known.settles and known.settles.isdisjoint(tokens)


def leads_on(text: str) -> bool:
    """Say whether a stretch without marks ends in words that hardly end a sentence."""
    if text.rstrip().endswith(("?", ".", "!")):
        return False
    words = [plain(word) for word in text.split()]
    last = [" ".join(words[-count:]) for count in (1, 2, 3)]
    if not wording().ends.isdisjoint(last):
        return False
    return not wording().leads_on.isdisjoint(last)


def _groups(stretches: Sequence[SpeechUnit]) -> Iterator[list[int]]:
    """Yield the places of each speaker's units, those together that are less than 0.6 s apart."""
    for speaker in SPEAKERS:
        group: list[int] = []
        for index, unit in enumerate(stretches):
            if unit.speaker != speaker or unit.is_backchannel:
                continue
            if group and unit.start - stretches[group[-1]].end >= ATTACHED:
                yield group
                group = []
            group.append(index)
        if group:
            yield group


def _is_inside(group: Sequence[int], stretches: Sequence[SpeechUnit]) -> bool:
    """Say whether the other speaks as a group of units begins and ends, and mostly in between."""
    first, last = stretches[group[0]], stretches[group[-1]]
    length = last.end - first.start
    if length > LONGEST_ASIDE or leads_on(last.text):
        return False
    others = [
        unit
        for unit in stretches
        if unit.speaker != first.speaker
        and not unit.is_backchannel
        and unit.end > first.start
        and unit.start < last.end
    ]
    over = sum(min(one.end, last.end) - max(one.start, first.start) for one in others)
    return (
        over >= COVERED * length
        and others[0].start + OVER <= first.start
        and others[-1].end >= last.end + OVER
    )


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
    words, known = _asking(text).split(), wording()
    end = " ".join(words[-QUESTION_WORDS:])
    asks = known.question.search(end) or known.tag.search(" ".join(words))
    return asks is not None or not known.question_words.isdisjoint(words[:1])


def opens_as_question(text: str) -> bool:
    """Say whether a stretch without marks begins as a question does, however long it is."""
    if text.rstrip().endswith(("?", ".", "!")):
        return text.rstrip().endswith("?")
    return wording().opening.match(_asking(text)) is not None


def _asking(text: str) -> str:
    """Return words without marks, and without what only sounds like a question."""
    return wording().no_question.sub("", " ".join(plain(word) for word in text.split()))
