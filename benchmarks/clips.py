"""Speech to measure with: espeak-ng, each text in a voice of its own, with exact word times."""

from __future__ import annotations

from collections.abc import Sequence

from datagen.backends.registry import VOICES
from datagen.config import BackendSpec
from datagen.types import Line, Utterance, Voice


def speak(texts: Sequence[str]) -> list[Utterance]:
    """Return each text in a voice of its own."""
    lines = [
        Line(
            text,
            Voice(
                id=f"espeak-clip-{number}",
                source="espeak",
                license="synthetic",
                synthetic=True,
                gender="female" if number % 2 else "male",
            ),
            "user",
        )
        for number, text in enumerate(texts)
    ]
    return VOICES.load(BackendSpec(use="espeak")).speak(lines, seed=0)
