"""Speech to measure with: espeak-ng, each text in a voice of its own, or the clips of a run."""

from __future__ import annotations

from collections.abc import Sequence

from datagen.backends.registry import VOICES
from datagen.config import BackendSpec
from datagen.runs.open import open_run
from datagen.types import Audio, Line, Utterance, Voice


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


def of_run(run: str, most: int | None = None) -> list[tuple[list[Line], list[Audio]]]:
    """Return the lines and clips [S] of a run, of its first ``most`` dialogues, each by itself."""
    opened, found = open_run(run), list[tuple[list[Line], list[Audio]]]()
    for dialog_id in list(opened)[:most]:
        one = opened[dialog_id]
        clips = one.clips()
        turns = [
            (n, turn)
            for n, turn in enumerate(one.dialogue.turns)
            if n in clips and turn.spoken  # one that was given up has a clip and no words
        ]
        lines = [
            Line(f"{turn.spoken} {turn.unsaid}".strip(), one.voices[turn.speaker], turn.speaker)
            for _, turn in turns
        ]
        found.append((lines, [clips[n] for n, _ in turns]))
    return found
