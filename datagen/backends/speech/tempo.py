"""Whether a server's sound is as fast as people speak: a header may give another rate than it has.

    lines and sound of the first ones --Tempo.hear--> UserError, if they cannot be speech

At half or twice its rate all of it is wrong, and no clip of it stands out; at one and a half times
it may still be as fast as a quick speaker, but not with a quick speaker's pitch.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from statistics import median

import numpy as np

from datagen.audio.timbre import timbre
from datagen.types import SAMPLE_RATE, Audio, Line, UserError

LINES = 8
"""Lines that are listened to."""
LEAST_LETTERS = 30
"""Letters of a line from which on the silence around it counts for little."""
SLOWEST, FASTEST = 8.5, 19.0
"""Letters a second of clips, their silence included: people and voices speak 10 to 18."""
SLOW, QUICK = 9.5, 17.0
"""Letters a second beyond which pitch tells whether it is speech."""
SHIFT = 5.0
"""Semitones from the usual pitch of a gender: a sound that is played half as fast again has 7."""
_PITCH = {"female": float(12 * np.log2(205)), "male": float(12 * np.log2(118))}
"""Usual pitch in semitones over 1 Hz: means of women's and men's voices."""
_ALIKE, _UNLIKE = 1.05, 1.25
"""Ratio up to which lengths are the same, and from which on texts are not."""


@dataclass(frozen=True, slots=True)
class _Clip:
    """A line that was spoken."""

    letters: int
    seconds: float
    gender: str
    shift: float | None
    """Semitones over the usual pitch of its gender; None if that cannot be told."""


class Tempo:
    """Hears a server's first lines; threads may share it."""

    def __init__(self, name: str) -> None:
        """Take what messages call the server."""
        self._name = name
        self._clips: list[_Clip] = []
        self._lock = threading.Lock()

    def hear(self, line: Line, audio: Audio, rate: int) -> None:
        """Note a line whose sound came at ``rate`` Hz. Raises UserError once it is no speech."""
        letters = sum(map(str.isalnum, line.spoken))
        if letters < LEAST_LETTERS or not len(audio) or len(self._clips) > LINES:
            return
        clip = _Clip(letters, len(audio) / SAMPLE_RATE, line.voice.gender, _shift(line, audio))
        with self._lock:
            self._clips.append(clip)
            clips = tuple(self._clips)
        if len(clips) >= LINES and (fault := _fault(clips, rate)):
            raise UserError(f"{self._name} {fault}")


def _shift(line: Line, audio: Audio) -> float | None:
    usual = _PITCH.get(line.voice.gender)
    found = timbre(audio) if usual is not None else None
    return None if usual is None or found is None else found.pitch - usual


def _fault(clips: tuple[_Clip, ...], rate: int) -> str:
    """Return why the sound of some lines cannot be speech, "" if it may be."""
    usual = median(clip.letters / clip.seconds for clip in clips)
    shifts = _shifts(clips)
    is_quick = usual > FASTEST or (usual > QUICK and bool(shifts) and min(shifts) > SHIFT)
    is_slow = usual < SLOWEST or (usual < SLOW and bool(shifts) and max(shifts) < -SHIFT)
    if not (is_quick or is_slow):
        return ""
    lengths = [clip.seconds for clip in clips]
    texts = [clip.letters for clip in clips]
    if is_quick and max(lengths) <= _ALIKE * min(lengths) and max(texts) >= _UNLIKE * min(texts):
        return (
            f"sends {median(lengths):.1f} s of sound for each of {len(clips)} lines, of"
            f" {min(texts)} to {max(texts)} letters: their ends are missing (does it send pieces"
            " of which only the first arrives?); have it send each line whole"
        )
    other = "be cut short" if is_quick else "have long silence around it"
    return (
        f"speaks {usual:.1f} letters a second (of {len(clips)} lines), where people speak 10 to 18:"
        f" its sound may have another rate than the {rate:,} Hz of its header, or {other}; mend"
        " the server, or its speed in speech.options.extra_body"
    )


def _shifts(clips: tuple[_Clip, ...]) -> list[float]:
    """Return how far the pitch is from the usual one, by gender: a voice may be of the other."""
    known: dict[str, list[float]] = {}
    for clip in clips:
        if clip.shift is not None:
            known.setdefault(clip.gender, []).append(clip.shift)
    return [median(shifts) for shifts in known.values()]
