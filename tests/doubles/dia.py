"""Dia with espeak-ng inside: it says tagged transcripts, and an aligner knows when it said what."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from datagen.backends.protocols import Aligner
from datagen.backends.speech.espeak import Espeak
from datagen.types import SAMPLE_RATE, Audio, Line, Record, Rejected, SpokenWord, Voice

GAP = SAMPLE_RATE // 8
KNOWN: dict[int, tuple[SpokenWord, ...]] = {}
"""When the words of a sound are said, by its length."""


class Exact(Aligner):
    """Knows the words of what `DiaDouble` said."""

    class Options(Record):
        """None."""

    def __init__(self, options: Any) -> None:
        pass

    def align(
        self, spoken: str, audio: Callable[[], Audio], words: Sequence[SpokenWord] | None
    ) -> tuple[SpokenWord, ...]:
        known = KNOWN.get(len(audio()), ())
        if len(known) != len(spoken.split()):
            raise Rejected("alignment", "not known")
        return tuple(
            word.model_copy(update={"text": text})
            for word, text in zip(known, spoken.split(), strict=True)
        )


class Even(Aligner):
    """Gives every word the same time, whatever the sound."""

    class Options(Record):
        """None."""

    def __init__(self, options: Any) -> None:
        pass

    def align(
        self, spoken: str, audio: Callable[[], Audio], words: Sequence[SpokenWord] | None
    ) -> tuple[SpokenWord, ...]:
        tokens, step = spoken.split(), len(audio()) // len(spoken.split())
        return tuple(
            SpokenWord(text=token, start=place * step, end=(place + 1) * step)
            for place, token in enumerate(tokens)
        )


class DiaDouble:
    """Stands in for `DiaModel`: tag 1 is a woman, tag 2 a man."""

    made: ClassVar[list[DiaDouble]] = []

    def __init__(self, model: Path, codec: Path, device: str, precision: str) -> None:
        self.calls: list[dict[str, Any]] = []
        self.confused: set[str] = set()
        """Runs that are said in the other's voice when they come with others."""
        self.lost: set[str] = set()
        """Runs whose chunk no aligner understands."""
        self._espeak = Espeak(Espeak.Options())
        self.made.append(self)

    def seconds(self) -> float:
        return 35.7

    def say(
        self,
        texts: Sequence[str],
        prompts: Sequence[Audio],
        *,
        seconds: Sequence[float],
        seeds: Sequence[int],
        sampling: Any,
    ) -> list[Audio]:
        self.calls.append({"texts": list(texts), "seeds": list(seeds), **sampling})
        assert len(texts) == len(prompts) == len(seconds)
        return [self._say(text, seed) for text, seed in zip(texts, seeds, strict=True)]

    def _say(self, text: str, seed: int) -> Audio:
        runs = re.findall(r"\[S([12])\] ([^\[]+)", text)
        said = [(tag, re.sub(r"^.*these are my words\. ?", "", run.strip())) for tag, run in runs]
        said = [(tag, run) for tag, run in said if run]
        pieces: list[Audio] = []
        words: list[SpokenWord] = []
        at = 0
        for tag, run in said:
            other = run in self.confused and len(said) > 1
            audio, times = self._run(tag, run, other, seed)
            words += [
                w.model_copy(update={"start": w.start + at, "end": w.end + at}) for w in times
            ]
            pieces += [audio, np.zeros(GAP, np.float32)]
            at += len(audio) + GAP
        sound = np.concatenate(pieces)
        if any(run in self.lost for _, run in said) and len(said) > 1:
            return sound[:-7]
        KNOWN[len(sound)] = tuple(words)
        return sound

    def _run(
        self, tag: str, run: str, other: bool, seed: int
    ) -> tuple[Audio, tuple[SpokenWord, ...]]:
        woman = (tag == "1") != other
        voice = Voice(
            id="woman" if woman else "man",
            source="espeak",
            license="",
            synthetic=True,
            gender="female" if woman else "male",
        )
        (utterance,) = self._espeak.speak([Line(run, voice, "agent")], seed=seed)
        assert utterance.words is not None
        return utterance.audio, utterance.words
