"""The embedded synthesizer: Line -> espeak-ng -> clip at 24 kHz with exact word times.

It takes a speech model's place where there is none: robotic, but any number of distinct speakers,
hundreds of times faster than real time on one core, and the same bytes everywhere.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from typing import ClassVar, NamedTuple

import numpy as np
import soxr
from numpy.typing import NDArray

from datagen.backends.protocols import Synthesizer
from datagen.backends.speech.espeak_library import (
    LIBRARY_RATE,
    REMEDY,
    Choice,
    Phoneme,
    Sound,
    open_library,
    voice_path,
)
from datagen.backends.speech.espeak_voice import ACCENTS, EspeakVoice, accent_path, make_voice
from datagen.backends.speech.nonverbal import ESPEAK, espeak_text, has_all
from datagen.seeds import seed_for
from datagen.types import (
    SAMPLE_RATE,
    Audio,
    Line,
    Record,
    Rejected,
    SpokenWord,
    UserError,
    Utterance,
    Voice,
)

LEAD = LIBRARY_RATE * 50 // 1_000
TAIL = LIBRARY_RATE * 150 // 1_000
"""Most samples of silence at 22.05 kHz kept before and after the speech."""
_BLOCK = LIBRARY_RATE * 5 // 1_000
_QUIET = 10_000
"""Ratio of powers: silence is 5 ms with less than 1 / 10,000 (-40 dB) of the loudest 5 ms."""
_OFFSET_HALF = LIBRARY_RATE * 25 // 1_000
"""Samples in half of the 50 ms over which the offset is averaged."""
_FADE = SAMPLE_RATE * 5 // 1_000
_RAMP = (0.5 - 0.5 * np.cos(np.pi * (np.arange(_FADE) + 0.5) / _FADE)).astype(np.float32)
"""[S], raised cosine from 0 to 1."""


_OF_A_CODE = r"(?:[A-Z]|zero|one|two|three|four|five|six|seven|eight|nine)"
_LETTER_A = re.compile(
    rf"(?<=[^.?!:] )A(?![\w'])|(?<!\S)A(?= [A-Z]\b| {_OF_A_CODE},? {_OF_A_CODE}\b)"
)


class Prosody(NamedTuple):
    """How an emotion changes a voice."""

    rate: int = 100
    """Percent of the voice's own speaking rate."""
    pitch_range: int = 50
    """Range of the pitch: 0 is monotone, 50 the voice's own range, 100 twice that."""


PROSODY = {
    "angry": Prosody(106, 70),
    "annoyed": Prosody(104, 60),
    "anxious": Prosody(105, 58),
    "calm": Prosody(97, 45),
    "cheerful": Prosody(103, 65),
    "confused": Prosody(96, 56),
    "excited": Prosody(106, 72),
    "frustrated": Prosody(104, 64),
    "happy": Prosody(103, 65),
    "impatient": Prosody(108, 58),
    "sad": Prosody(93, 36),
    "tired": Prosody(94, 40),
    "worried": Prosody(103, 56),
}
"""Prosody by emotion; any other emotion is spoken as neutral."""


class Espeak(Synthesizer):
    """espeak-ng with seeded speakers."""

    stand_in: ClassVar[bool] = True
    source: ClassVar[str] = "espeak"

    class Options(Record):
        """The espeak-ng to use."""

        library: Choice = "auto"
        """``loader`` is the espeakng-loader package, ``system`` libespeak-ng; auto tries both."""

    def __init__(self, options: Options) -> None:
        """Find the library; nothing stays loaded between utterances."""
        self._library = open_library(options.library)

    @classmethod
    def check(cls, options: Options) -> None:
        """Raise UserError if espeak-ng or one of the accents is missing."""
        library = open_library(options.library)
        missing = [name for name in ACCENTS if not accent_path(library.data, name).is_file()]
        if missing:
            raise UserError(
                f"espeak-ng's data in {library.data} lacks {', '.join(missing)}: {REMEDY}"
            )

    @classmethod
    def identity(cls, options: Options) -> dict[str, str]:
        """Name the library found, its version and a hash of its code and English data."""
        library = open_library(options.library)
        return {
            "library": f"espeak-ng {library.version}",
            "source": library.source,
            "digest": library.digest(),
        }

    def can_say(self, spoken: str) -> bool:
        """Return whether every sound of a line that is no word is in the table of phonemes."""
        return has_all(spoken, ESPEAK)

    def speak(self, lines: Sequence[Line], *, seed: int) -> list[Utterance]:
        """Voice each line; an utterance depends on its line and ``seed`` alone."""
        with self._library.workspace() as folder:
            voices: dict[Voice, tuple[EspeakVoice, Path]] = {}
            for line in lines:
                if line.voice not in voices:
                    path = voice_path(folder, len(voices))
                    voices[line.voice] = self._write_voice(line.voice, path), path
            return [self._utter(line, *voices[line.voice], seed) for line in lines]

    def _write_voice(self, voice: Voice, path: Path) -> EspeakVoice:
        """Make a speaker and write the voice file that the library reads."""
        if voice.path is not None:
            raise UserError(
                f"espeak cannot imitate the recording of voice {voice.id}:"
                " use voices.catalogue=synthetic, or another speech backend"
            )
        speaker = make_voice(voice)
        path.write_text(speaker.file_content(self._library.data), encoding="utf-8")
        return speaker

    def _utter(self, line: Line, voice: EspeakVoice, path: Path, seed: int) -> Utterance:
        """Speak one line and bring it to 24 kHz."""
        prosody = PROSODY.get(line.emotion, Prosody())
        text = espeak_text(with_letter_a(line.spoken))
        sound = self._library.say(
            text,
            path,
            rate=voice.rate * prosody.rate // 100,
            pitch_range=prosody.pitch_range,
            seed=seed_for(seed, line.voice.id, line.spoken),
        )
        spans = word_spans(text, sound.phonemes, len(sound.samples))
        if not spans:
            raise Rejected("unspeakable", f"{line.spoken!r} has no word that espeak-ng can say")
        return make_utterance(line.spoken.split(), spans, sound)


def with_letter_a(spoken: str) -> str:
    """Write the letter A as "eh", its name to the library, which says "A" as the article.

    A capital that opens a sentence is the article, unless more of a code follows.
    """
    return _LETTER_A.sub("eh", spoken)


class TextSpan(NamedTuple):
    """Samples [start, end) of one word, at 22.05 kHz."""

    start: int
    end: int


def word_spans(spoken: str, phonemes: Sequence[Phoneme], num_samples: int) -> list[TextSpan]:
    """Return when each whitespace-separated token of ``spoken`` is said; [] if nothing is.

    A word lasts from its first phoneme to the next word's or pause's. (The library's own word
    events come up to 90 ms early before a vowel.) Tokens it says as one word ("of the") share that
    word's time by their letters.
    """
    tokens = [match.span() for match in re.finditer(r"\S+", spoken)]
    said = _said_spans([first for first, _ in tokens], phonemes, num_samples)
    if not said:
        return []
    # a word owns the unsaid tokens after it, the first word also those before it
    owners = [0, *list(said)[1:], len(tokens)]
    spans: list[TextSpan] = []
    for span, (first, last) in zip(said.values(), pairwise(owners), strict=True):
        spans += _split(span, [spoken[slice(*token)] for token in tokens[first:last]])
    return spans


def _said_spans(
    first_characters: list[int], phonemes: Sequence[Phoneme], num_samples: int
) -> dict[int, TextSpan]:
    """Return the spans of the tokens that have phonemes of their own, by token, in order."""
    said: dict[int, TextSpan] = {}
    token = 0
    ends = [*(phoneme.sample for phoneme in phonemes[1:]), num_samples]
    for phoneme, end in zip(phonemes, ends, strict=True):
        if not phoneme.pause:
            # never back: in "$5 million" the library says the sign last
            token = max(token, bisect_right(first_characters, phoneme.character) - 1)
            start = said[token].start if token in said else phoneme.sample
            said[token] = TextSpan(start, end)
    return said


def _split(span: TextSpan, tokens: Sequence[str]) -> Iterator[TextSpan]:
    """Divide a span among tokens in proportion to their letters."""
    shares = [max(1, sum(map(str.isalnum, token))) for token in tokens]
    length, whole = span.end - span.start, sum(shares)
    edges = [span.start + length * part // whole for part in accumulate(shares, initial=0)]
    return (TextSpan(start, end) for start, end in pairwise(edges))


def make_utterance(tokens: Sequence[str], spans: Sequence[TextSpan], sound: Sound) -> Utterance:
    """Trim, centre, resample to 24 kHz and fade; the words' times follow."""
    start, end = audible(sound.samples)
    centred = remove_offset(sound.samples[start:end]).astype(np.float32) / 32_768
    audio: Audio = soxr.resample(centred, LIBRARY_RATE, SAMPLE_RATE)
    fade = min(_FADE, len(audio) // 2)
    audio[:fade] *= _RAMP[:fade]
    audio[len(audio) - fade :] *= _RAMP[:fade][::-1]

    def at_24_khz(sample: int) -> int:
        return min(len(audio), (max(0, sample - start) * SAMPLE_RATE) // LIBRARY_RATE)

    words = (
        SpokenWord(text=token, start=at_24_khz(span.start), end=at_24_khz(span.end))
        for token, span in zip(tokens, spans, strict=True)
    )
    return Utterance(audio, tuple(words))


def audible(samples: NDArray[np.int16]) -> tuple[int, int]:
    """Return the part [start, end) of [S] with sound in it, and LEAD and TAIL around it."""
    blocks = samples[: len(samples) // _BLOCK * _BLOCK].reshape(-1, _BLOCK).astype(np.int64)
    power = np.square(blocks).sum(axis=1)
    loud = np.flatnonzero(power * _QUIET >= power.max(initial=0))
    if not len(loud):
        return 0, len(samples)
    start, end = int(loud[0]) * _BLOCK, (int(loud[-1]) + 1) * _BLOCK
    return max(0, start - LEAD), min(len(samples), end + TAIL)


def remove_offset(samples: NDArray[np.int16]) -> NDArray[np.float64]:
    """Subtract from each sample of [S] the mean of the 50 ms around it.

    The library's voiced sounds sit up to 1 % of full scale off centre while its pauses are exact
    zeros, so taking one mean from the clip would put an offset into the pauses. Whole numbers make
    the sums exact on any machine.
    """
    width = 2 * _OFFSET_HALF + 1
    total = np.cumsum(np.pad(samples, (_OFFSET_HALF + 1, _OFFSET_HALF)), dtype=np.int64)
    centred: NDArray[np.float64] = samples - (total[width:] - total[:-width]) / width
    return centred
