"""When each word of a call is said: as the corpus says, else by an aligner, else by an ASR model.

    CorpusCall, CallSound --CallWords--> [Word] of each speaker, on the call's clock

A supervision that the aligner refuses is laid over its time by letters and counted; a call with
too many of them is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

import numpy as np

from datagen.annotate.call import CorpusCall, Side, Supervision
from datagen.annotate.clean import in_order
from datagen.annotate.snapping import snap
from datagen.annotate.sound import CallSound
from datagen.audio.vad import Spell, speech_over_noise
from datagen.backends.protocols import Aligner
from datagen.types import SAMPLE_RATE, Audio, Rejected, Speaker, Word

Span: TypeAlias = tuple[Side, float, float]
"""A side, and from when to when it speaks in seconds."""
PADDING = SAMPLE_RATE // 10
"""Samples (0.1 s) around a supervision that its aligner hears: stamps are rounded."""
MAX_REFUSED, FEW_REFUSED = 0.15, 3
"""Largest share of supervisions that an aligner may refuse, and a number that it always may."""
UTTERANCE_SILENCE = SAMPLE_RATE // 2
"""Samples of silence (0.5 s) that end an utterance which nobody transcribed."""
LONGEST_UTTERANCE = 20 * SAMPLE_RATE
"""Samples (20 s) of an utterance that an ASR model is given."""


class Transcriber(Protocol):
    """What writes down what is said (`Listener`, `WhisperEar`, or a class of one's own)."""

    def transcribe(self, audio: Audio) -> str:
        """Return the words heard in a clip [S]."""
        ...


@dataclass
class TimedCall:
    """The words of a call."""

    words: dict[Speaker, list[Word]]
    """Each speaker's words in order, on the call's clock; ``turn`` is the supervision."""
    source: str
    """Where the times are from: ``corpus``, ``aligner`` or ``asr``."""
    refused: list[str] = field(default_factory=list)
    """What the aligner refused, of which times are by letters alone."""


class WordFinder:
    """Finds word times with the models that a run has."""

    def __init__(self, aligner: Aligner, transcriber: Transcriber | None = None) -> None:
        self._aligner = aligner
        self._transcriber = transcriber

    def find(
        self, call: CorpusCall, sound: CallSound, speakers: Mapping[Side, Speaker]
    ) -> TimedCall:
        """Return the words of a call; Rejected if it has none, or they cannot be placed."""
        has_text = any(one.text for one in call.supervisions)
        spoken = [one for one in call.supervisions if one.text or one.words]
        source = "corpus"
        if not has_text and not any(one.words for one in call.supervisions):
            spoken, source = list(self._transcribed(call, sound)), "asr"
        if not spoken:
            raise Rejected("no words", "nothing is said in it, or nobody wrote it down")
        found = TimedCall({"agent": [], "user": []}, source)
        for index, one in enumerate(spoken):
            speaker = speakers[one.side]
            if one.words:
                found.words[speaker] += _given(one, speaker, index)
            else:
                found.source = "asr" if source == "asr" else "aligner"
                found.words[speaker] += self._aligned(one, sound, speaker, index, found.refused)
        if len(found.refused) > max(FEW_REFUSED, MAX_REFUSED * len(spoken)):
            raise Rejected(
                "alignment", f"{len(found.refused)} of {len(spoken)}: {found.refused[0]}"
            )
        for speaker, words in found.words.items():
            found.words[speaker] = in_order(words, sound.num_samples)
        return found

    def _aligned(
        self, one: Supervision, sound: CallSound, speaker: Speaker, index: int, refused: list[str]
    ) -> list[Word]:
        """Return the words of a supervision by the aligner, else by their letters."""
        start = max(0, round(one.start * SAMPLE_RATE) - PADDING)
        end = min(sound.num_samples, round(one.end * SAMPLE_RATE) + PADDING)
        if end <= start:
            return []
        clip = sound.read(one.side, start, end)
        try:
            words = snap(self._aligner.align(one.text, lambda: clip, None), clip)
        except Rejected as error:
            refused.append(f"{one.text!r} at {one.start:.2f} s: {error.evidence}")
            return by_letters(one, speaker, index)
        return [
            Word(speaker=speaker, text=w.text, start=start + w.start, end=start + w.end, turn=index)
            for w in words
        ]

    def _transcribed(self, call: CorpusCall, sound: CallSound) -> Iterator[Supervision]:
        """Yield what an ASR model hears where a channel has speech, or where the corpus says so."""
        if self._transcriber is None:
            raise Rejected("no transcript", "--asr whisper has one made")
        spans = _joined((one.side, one.start, one.end) for one in call.supervisions)
        for side, start, end in spans or _heard(call, sound):
            clip = sound.read(side, round(start * SAMPLE_RATE), round(end * SAMPLE_RATE))
            text = " ".join(self._transcriber.transcribe(clip).split())
            if text:
                yield Supervision(side, start, end, text)


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Join what overlaps of one side: the sound that both hold would be heard twice."""
    joined: list[Span] = []
    latest: dict[Side, int] = {}
    for side, start, end in sorted(spans, key=lambda span: span[1]):
        at = latest.get(side)
        if at is not None and start < joined[at][2]:
            joined[at] = side, joined[at][1], max(end, joined[at][2])
        else:
            latest[side] = len(joined)
            joined.append((side, start, end))
    return joined


def _given(one: Supervision, speaker: Speaker, index: int) -> Iterator[Word]:
    """Yield the words of a supervision as the corpus times them."""
    for word in one.words:
        start, end = round(word.start * SAMPLE_RATE), round(word.end * SAMPLE_RATE)
        for part in _parts(word.text, start, end):
            yield Word(speaker=speaker, text=part[0], start=part[1], end=part[2], turn=index)


def _parts(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Yield a timed word, or the words of one that holds blanks."""
    parts = text.split()
    edges = np.linspace(start, end, len(parts) + 1).astype(int)
    for part, first, last in zip(parts, edges[:-1], edges[1:], strict=True):
        yield part, int(first), int(last)


def by_letters(one: Supervision, speaker: Speaker, index: int) -> list[Word]:
    """Return the words of a supervision, each with as much of its time as it has letters."""
    tokens = one.text.split()
    sizes = np.cumsum([0, *map(len, tokens)]) / max(1, sum(map(len, tokens)))
    edges = np.rint((one.start + sizes * (one.end - one.start)) * SAMPLE_RATE).astype(int)
    return [
        Word(speaker=speaker, text=token, start=int(first), end=int(last), turn=index)
        for token, first, last in zip(tokens, edges[:-1], edges[1:], strict=True)
    ]


def _heard(call: CorpusCall, sound: CallSound) -> Iterator[tuple[Side, float, float]]:
    """Yield the utterances of each channel, by its energy over its noise."""
    for side in call.sound:
        try:
            spells = speech_over_noise(sound.read(side, 0, sound.num_samples), "agent")
        except ValueError as error:
            raise Rejected("sound", f"channel {side}: {error}") from error
        for spell in utterances(spells):
            yield side, spell.start / SAMPLE_RATE, spell.end / SAMPLE_RATE


def utterances(spells: list[Spell]) -> list[Spell]:
    """Join stretches of speech over silences of less than 0.5 s, up to 20 s."""
    joined: list[Spell] = []
    for spell in spells:
        last = joined[-1] if joined else None
        if (
            last is not None
            and spell.start - last.end < UTTERANCE_SILENCE
            and spell.end - last.start <= LONGEST_UTTERANCE
        ):
            joined[-1] = Spell(last.speaker, last.start, spell.end)
        else:
            joined.append(spell)
    return joined
