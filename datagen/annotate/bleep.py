"""Personal data is bleeped: numbers and names, in the sound and the words alike, before any codes.

    words --find_bleeps--> [Bleep] --bleep_words--> a placeholder for each
                                   --bleep_sound--> a tone in its channel, silence in the other

Names are those of a list or that the transcript marks: a name that neither knows stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from datagen.annotate.digits import bare_word, digits_of, is_joining, is_oh
from datagen.annotate.person_names import NameFinder
from datagen.config import Settings
from datagen.types import SAMPLE_RATE, Audio, Record, Speaker, Word

PLACEHOLDERS: Mapping[str, str] = {"number": "[number]", "name": "[name]"}
"""What stands in the text for what was bleeped, once for each run of words."""
FADE = SAMPLE_RATE // 200
"""Samples (5 ms) of fade, outside of what is bleeped: inside nothing of it is left."""
TONE = 1_000.0
"""Frequency of the tone, in Hz."""
FAINTEST, LOUDEST = 0.003, 0.25
"""Least and most RMS of the tone."""
LONGEST_GAP = 3 * SAMPLE_RATE
"""Samples (3 s) between two words of one number, at most."""


class BleepSettings(Settings):
    """What is bleeped, and how it sounds."""

    numbers: bool = False
    """Whether numbers of at least `digits` digits are bleeped, dates and amounts among them."""
    digits: Annotated[int, Field(ge=1)] = 4
    names: Literal["none", "listed", "marked"] = "none"
    """Names of people: those of prompts/names.yaml and what "my name is" introduces (`listed`), or
    also all words that the transcript writes large or marks (`marked`), places among them."""
    sound: Literal["tone", "silence"] = "tone"
    """A tone as loud as the words were keeps who speaks when as it was; silence is a pause."""
    margin: Annotated[float, Field(ge=0, le=0.5)] = 0.05
    """Seconds before and after the words that are bleeped too, up to the next word."""

    @property
    def is_on(self) -> bool:
        """Whether anything is bleeped."""
        return self.numbers or self.names != "none"


class Bleep(Record):
    """A stretch of one channel that is bleeped, in samples of the call."""

    speaker: Speaker
    kind: Literal["number", "name"]
    start: int
    end: int
    first: int
    """Index of the first word among the speaker's."""
    last: int
    """Index of the last word, inclusive."""


def find_bleeps(
    words: Mapping[Speaker, Sequence[Word]], settings: BleepSettings
) -> tuple[Bleep, ...]:
    """Return what is bleeped of a call, in order; ``words`` are each speaker's, in order."""
    found: list[Bleep] = []
    for speaker, own in words.items():
        spans: dict[tuple[int, int], Literal["number", "name"]] = {}
        if settings.numbers:
            spans |= {span: "number" for span in number_runs(own, settings.digits)}
        taken = {at for first, last in spans for at in range(first, last + 1)}
        if settings.names != "none":
            finder = NameFinder(is_marked=settings.names == "marked")
            spans |= {
                span: "name"
                for span in finder.find([word.text for word in own])
                if taken.isdisjoint(range(span[0], span[1] + 1))
            }
        for (first, last), kind in spans.items():
            start, end = _widened(own, first, last, round(settings.margin * SAMPLE_RATE))
            found.append(
                Bleep(speaker=speaker, kind=kind, start=start, end=end, first=first, last=last)
            )
    return tuple(sorted(found, key=lambda one: (one.start, one.end, one.speaker)))


def number_runs(words: Sequence[Word], digits: int) -> Iterator[tuple[int, int]]:
    """Yield the first and last index of each run of words that stands for so many digits."""
    at = 0
    while at < len(words):
        last, count = _run(words, at)
        if count >= digits:
            yield at, last
        at = last + 1


def _run(words: Sequence[Word], first: int) -> tuple[int, int]:
    """Return the last word of the number that begins at a word, and its digits; none is 0."""
    count, last = digits_of(words[first].text, ""), first
    if count is None:
        return first, 0
    before, pending = words[first].text, 0
    for at in range(first + 1, len(words)):
        word = words[at].text
        if words[at].start - words[at - 1].end > LONGEST_GAP:
            break
        more = digits_of(word, before)
        if more is not None:
            count, last, before, pending = count + pending + more, at, word, 0
        elif is_oh(word):
            pending, before = pending + 1, word
        elif not is_joining(word):
            break
    return last, count


def _widened(words: Sequence[Word], first: int, last: int, margin: int) -> tuple[int, int]:
    """Return where a run of words begins and ends, with a margin up to the words around it."""
    start, end = words[first].start, words[last].end
    earliest = words[first - 1].end if first else 0
    latest = words[last + 1].start if last + 1 < len(words) else end + margin
    return max(start - margin, min(start, earliest), 0), min(end + margin, max(end, latest))


def bleep_words(
    words: Mapping[Speaker, Sequence[Word]], bleeps: Sequence[Bleep]
) -> dict[Speaker, list[Word]]:
    """Return each speaker's words with one placeholder, of the run's time, for each bleep."""
    return {
        speaker: list(_replaced(own, [one for one in bleeps if one.speaker == speaker]))
        for speaker, own in words.items()
    }


def _replaced(words: Sequence[Word], bleeps: Sequence[Bleep]) -> Iterator[Word]:
    begins = {one.first: one for one in bleeps}
    inside = {at for one in bleeps for at in range(one.first + 1, one.last + 1)}
    for at, word in enumerate(words):
        if at in inside:
            continue
        one = begins.get(at)
        if one is None:
            yield word
        else:
            text = PLACEHOLDERS[one.kind] + _mark(words[one.last].text)
            yield word.model_copy(update={"text": text, "end": words[one.last].end})


def _mark(text: str) -> str:
    """Return the mark that a word ends in, which shapes the sentence."""
    return text[-1] if text and text[-1] in ".,?!" and bare_word(text) else ""


def bleep_sound(
    audio: Audio,
    speaker: Speaker,
    bleeps: Sequence[Bleep],
    words: Sequence[Word],
    settings: BleepSettings,
    *,
    at: int = 0,
) -> Audio:
    """Return a channel [S] that begins at sample ``at`` of the call, without what is bleeped.

    Where the other speaker is bleeped it is silent, too, lest it leak, but not while ``words`` of
    its own are said.
    """
    out = audio.copy()
    for one in bleeps:
        is_own = one.speaker == speaker
        spans = [(one.start, one.end)] if is_own else _free(one.start, one.end, words)
        for start, end in spans:
            _cover(out, start - at, end - at, with_tone=is_own and settings.sound == "tone")
    return out


def _free(start: int, end: int, words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Yield the parts of a stretch in which no word is said."""
    for word in words:
        if word.end > start and word.start < end:
            if word.start > start:
                yield start, word.start
            start = max(start, word.end)
    if start < end:
        yield start, end


def _cover(audio: Audio, start: int, end: int, *, with_tone: bool) -> None:
    """Put a tone or silence in place of samples [start, end), with fades outside of them."""
    first, last = max(0, start), min(len(audio), end)
    if first >= last:
        return
    level = float(np.sqrt(np.mean(np.square(audio[first:last], dtype=np.float64))))
    before, after = max(0, first - FADE), min(len(audio), last + FADE)
    fall = (0.5 + 0.5 * np.cos(np.pi * (np.arange(FADE) + 0.5) / FADE)).astype(np.float32)
    audio[before:first] *= fall[FADE - (first - before) :]
    audio[last:after] *= fall[::-1][: after - last]
    audio[first:last] = 0.0
    if with_tone:
        audio[first:last] = _tone(last - first, float(np.clip(level, FAINTEST, LOUDEST)), fall)


def _tone(size: int, level: float, fall: Audio) -> Audio:
    """Return a tone [S] of an RMS, faded at its ends."""
    phase = 2 * np.pi * TONE / SAMPLE_RATE * np.arange(size)
    tone: Audio = (level * np.sqrt(2) * np.sin(phase)).astype(np.float32)
    edge = min(FADE, size // 2)
    tone[:edge] *= fall[::-1][FADE - edge :]
    tone[size - edge :] *= fall[:edge]
    return tone
