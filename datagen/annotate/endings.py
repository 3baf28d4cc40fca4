"""Does a speaker who is talked over stop at the end of what it says, or before? By the sound.

    CallSound, [Word] --TurnEndings.cut_off--> whether a turn breaks off where it ends

In a transcript without marks words alone cannot tell a sentence that is cut at a word's end. Two
cues can: a pitch that has not come down (speakers of English yield with a fall or a high rise, and
level pitch holds a turn: Gravano and Hirschberg 2011), and how long the two spoke at once (turns
that end by themselves are rarely overlapped for more than half a second: Heldner and Edlund 2010).

The weights are a logistic fit to service calls of espeak-ng at 8 kHz: seeds 901, 902, 903 and 905,
80 overlaps of 0.2 s and more, of which 14 are interruptions, most of them told by words, too. They
are careful: with each seed left out in turn 1 of the 66 others was taken for one, and 4 of the 14
were missed. Questions, which end high, are not asked about. How well this tells people apart was
not measured: their pitch varies more than a synthesizer's, so expect less.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np

from datagen.annotate.call import Side
from datagen.annotate.sound import CallSound
from datagen.annotate.units import SpeechUnit
from datagen.types import SAMPLE_RATE, Speaker, Word
from datagen.voices.features import pitch_track

END = SAMPLE_RATE // 4
"""Samples (0.25 s) of a turn's end whose pitch is compared with its speaker's."""
HEARD = 10 * SAMPLE_RATE
"""Samples (10 s) of a speaker's words that its own pitch is measured on."""
FEWEST = 3
"""Fewest voiced windows of 10 ms whose pitch counts."""
FALL, RISE = -4.0, 3.0
"""Semitones beyond which a fall tells no more, and from which a rise ends a question."""
BIAS, PER_SEMITONE, PER_SECOND = -2.1, 1.35, 4.4
"""Weights of nothing, of a semitone over the speaker's median, and of a second of overlap."""


class TurnEndings:
    """The sound of both sides of a call where turns end."""

    def __init__(
        self,
        sound: CallSound,
        sides: Mapping[Speaker, Side],
        words: Mapping[Speaker, Sequence[Word]],
    ) -> None:
        self._sound, self._sides, self._words = sound, sides, words
        self._usual = cache(self._measured)

    def cut_off(self, unit: SpeechUnit, overlap: int) -> bool:
        """Say whether a unit, which ends after so many samples of overlap, breaks off.

        One that ends without a pitch is not said to.
        """
        usual = self._usual(unit.speaker)
        pitch = self._pitch(unit.speaker, [(max(0, unit.end - END), unit.end)])
        if not usual or not pitch:
            return False
        return is_cut_off(12 * float(np.log2(pitch / usual)), overlap / SAMPLE_RATE)

    def _measured(self, speaker: Speaker) -> float:
        """Return a speaker's pitch in Hz, by some 10 s of words from all over the call."""
        words = self._words[speaker]
        every = 1 + sum(word.end - word.start for word in words) // HEARD
        return self._pitch(speaker, [(word.start, word.end) for word in words[::every]])

    def _pitch(self, speaker: Speaker, spans: Sequence[tuple[int, int]]) -> float:
        """Return the median pitch of some spans in Hz; 0 if hardly anything is voiced."""
        heard = [self._sound.read(self._sides[speaker], start, end) for start, end in spans]
        track = pitch_track(np.concatenate(heard))
        return float(np.median(track)) if len(track) >= FEWEST else 0.0


def is_cut_off(semitones: float, seconds: float) -> bool:
    """Say whether a turn breaks off, by its end's pitch over its speaker's and the overlap."""
    if semitones >= RISE:
        return False
    return BIAS + PER_SEMITONE * max(semitones, FALL) + PER_SECOND * seconds > 0
