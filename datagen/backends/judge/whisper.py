"""T2 on a CPU: Whisper for the words, Resemblyzer for the voice, DNSMOS for the sound.

    Audio [S], its line --hearing.compare--> Fault or None

A number that is heard otherwise is a fault, other words are if they are many; lines of a few words
are not judged by them. A fault is heard again, in a whole window, by a wider beam and with times,
before it counts.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from datagen.backends.hub import files_hash
from datagen.backends.judge.ears import WHISPER_FILES, QualityEar, SpeakerEar, WhisperEar
from datagen.backends.protocols import Judge
from datagen.gates.hearing import compare, judged
from datagen.types import Audio, Fault, Line, Record

SETTING = "gates.judge.options"
MIN_ERRORS = 3
"""Fewest words heard differently that are a fault: Whisper makes two errors in good short lines."""
TRIES = ((1, True, False), (1, False, False), (5, False, False), (5, False, True))
"""Width of the search, whether the window is short, and whether times are asked for: the next is
used if one hears a fault. Without times the model left out a first sentence ("Um, the card is
blocked now.") in each of the first three."""


class Whisper(Judge):
    """Recognises words and voices, and rates; all but the words may be left out."""

    class Options(Record):
        """The models, and how much they must agree."""

        model: Annotated[str, Field(exclude=True)] = "Systran/faster-whisper-base"
        """Folder of a CTranslate2 model, id of a downloaded one, or package:NAME,NAME."""
        revision: Annotated[str, Field(exclude=True)] = "main"
        max_error: Annotated[float, Field(ge=0)] = 0.25
        """Share of words that may be heard differently in a line of four words or more."""
        exact_entities: bool = True
        """Whether a number or code that is heard differently is a fault by itself."""
        speaker: Literal["resemblyzer"] | None = None
        min_likeness: Annotated[float, Field(ge=-1, le=1)] = 0.7
        """Least cosine of a clip's speaker and its recording's; different people have .55 to .8."""
        quality: Literal["dnsmos"] | None = None
        min_quality: Annotated[float, Field(ge=1, le=5)] = 2.0
        """Least overall rating (P.835) of a clip of three seconds or more."""

    def __init__(self, options: Options) -> None:
        """Load the models."""
        self._options = options
        self._words = WhisperEar(
            WhisperEar.find(f"{SETTING}.model", options.model, options.revision)
        )
        self._speaker = SpeakerEar() if options.speaker else None
        self._quality = QualityEar() if options.quality else None
        self._known: dict[str, NDArray[np.float32] | None] = {}

    @classmethod
    def check(cls, options: Options) -> None:
        """Raise UserError if a package or the weights are not here."""
        WhisperEar.find(f"{SETTING}.model", options.model, options.revision)
        if options.speaker:
            SpeakerEar.check(f"{SETTING}.speaker")
        if options.quality:
            QualityEar.check(f"{SETTING}.quality")

    @classmethod
    def identity(cls, options: Options) -> dict[str, str]:
        """Tell the weights and the libraries apart."""
        folder = WhisperEar.find(f"{SETTING}.model", options.model, options.revision)
        names = ["faster-whisper", "ctranslate2"]
        names += ["resemblyzer"] if options.speaker else []
        names += ["speechmos"] if options.quality else []
        return {
            "weights": files_hash(folder, *WHISPER_FILES),
            "tries": str(TRIES),
            **{name: version(name) for name in names},
        }

    def fault(self, audio: Audio, line: Line, reference: Audio | None) -> Fault | None:
        """Return what a listener would complain about."""
        return (
            self._words_fault(audio, line)
            or self._speaker_fault(audio, line, reference)
            or self._quality_fault(audio)
        )

    def _words_fault(self, audio: Audio, line: Line) -> Fault | None:
        if not judged(line.spoken):
            return None
        fault = None
        for beam, short, timed in TRIES:
            heard = self._words.transcribe(audio, beam, short=short, timed=timed)
            fault = self._heard_fault(line.spoken, heard)
            if fault is None:
                return None
        return fault

    def _heard_fault(self, spoken: str, heard: str) -> Fault | None:
        found = compare(spoken, heard)
        if self._options.exact_entities and found.wrong_entities:
            said, other = found.wrong_entities[0]
            return Fault("heard_numbers", f"has {said or 'no number'}, heard as {other or 'none'}")
        if found.num_errors >= MIN_ERRORS and found.error_rate > self._options.max_error:
            return Fault(
                "heard_words", f"is heard with {found.error_rate:.0%} error as {heard[:200]!r}"
            )
        return None

    def _speaker_fault(self, audio: Audio, line: Line, reference: Audio | None) -> Fault | None:
        if self._speaker is None or reference is None:
            return None
        if line.voice.id not in self._known:
            self._known[line.voice.id] = self._speaker.vector(reference)
        own, heard = self._known[line.voice.id], self._speaker.vector(audio)
        if own is None or heard is None or own @ heard >= self._options.min_likeness:
            return None
        return Fault("heard_speaker", f"is only {own @ heard:.2f} like its recording")

    def _quality_fault(self, audio: Audio) -> Fault | None:
        rated = None if self._quality is None else self._quality.rate(audio)
        if rated is None or rated[0] >= self._options.min_quality:
            return None
        return Fault("heard_quality", f"is rated {rated[0]:.2f} of 5")
