"""How a caller feels from turn to turn: events move valence and arousal, and these move the words.

event --Mood--> manner of the next turn, Emotion
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from datagen.types import Emotion

EVENTS: Final[dict[str, tuple[float, float]]] = {
    "grievance": (-0.4, 0.6),
    "soothed": (0.5, -0.6),
    "refused": (-0.3, 0.15),
    "unknown": (-0.06, 0.0),
    "wait": (-0.03, 0.02),
    "wait.impatient": (-0.12, 0.1),
    "misheard": (-0.07, 0.06),
    "doubted": (-0.15, 0.1),
    "helped": (0.3, -0.05),
    "answered": (0.08, -0.05),
    "solved": (0.5, -0.05),
    "partly": (0.1, -0.1),
    "failed": (-0.3, 0.05),
}
"""What an event adds to valence and arousal."""
START: Final[dict[str, tuple[float, float]]] = {
    "angry": (-0.7, 0.7),
    "annoyed": (-0.45, 0.35),
    "worried": (-0.35, 0.3),
    "tired": (-0.15, -0.4),
    "hurried": (-0.1, 0.4),
    "neutral": (0.0, 0.0),
    "curious": (0.15, 0.1),
    "friendly": (0.35, 0.05),
    "cheerful": (0.5, 0.3),
}
"""Where an emotion of a persona begins."""


RESIGNED = -0.3
"""Least valence of who takes it as it is."""


class Mood:
    """One person's mood during a call."""

    def __init__(self, emotion: str, *, is_impatient: bool, is_steady: bool = False) -> None:
        self.valence, self.arousal = START.get(emotion, (0.0, 0.0))
        self._is_impatient, self._is_steady = is_impatient, is_steady
        self._low = ("worried", "worried") if emotion == "worried" else ("annoyed", "disappointed")
        self._emotion: Emotion | None = None

    def feel(self, event: str) -> None:
        """Let something happen; an impatient person takes what is bad harder."""
        if self._is_steady:
            return
        valence, arousal = EVENTS[event]
        weight = 1.2 if self._is_impatient and valence < 0 else 1.0
        self.valence = max(-1.0, min(1.0, self.valence + weight * valence))
        self.arousal = max(-1.0, min(1.0, 0.9 * self.arousal + arousal))
        self._emotion = None

    def settle(self) -> None:
        """Take it as it is: nobody scolds in the same breath."""
        self.valence, self.arousal = max(self.valence, RESIGNED), min(self.arousal, 0.0)
        self._emotion = None

    @property
    def manner(self) -> str:
        """How the next turn is said: angry, curt, warm or plain."""
        if self.valence < -0.55 and self.arousal > 0.35:
            return "angry"
        if self.valence < -0.3:
            return "curt"
        return "warm" if self.valence > 0.25 else "plain"

    @property
    def emotion(self) -> Emotion:
        """The mood as a turn carries it, in tenths."""
        if self._emotion is None:
            valence, arousal = round(self.valence, 1) + 0.0, round(self.arousal, 1) + 0.0
            self._emotion = _emotion(valence, arousal, self._low)
        return self._emotion


@lru_cache(maxsize=512)
def _emotion(valence: float, arousal: float, low: tuple[str, str]) -> Emotion:
    return Emotion(label=_label(valence, arousal, low), valence=valence, arousal=arousal)


def _label(valence: float, arousal: float, low: tuple[str, str]) -> str:
    if valence <= -0.5:
        return "angry" if arousal > 0.4 else "annoyed"
    if valence <= -0.2:
        return low[0] if arousal > 0.1 else low[1]
    if valence < 0.2:
        return "tired" if arousal < -0.3 else "neutral"
    if valence < 0.45:
        return "calm" if arousal < -0.1 else "friendly"
    return "cheerful" if arousal > 0.1 else "relieved"
