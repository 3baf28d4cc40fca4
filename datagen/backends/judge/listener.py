"""T2 with two models: one recognises the words, one compares the voice with its recording.

    Audio [S] --Wav2Vec2ForCTC--> words heard      Audio, reference --WavLMForXVector--> likeness

Needs torch and transformers in the speech stage's environment. Not for espeak-ng, whose voices no
such model was trained on.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import soxr
from pydantic import Field

from datagen.backends.hub import find_model
from datagen.backends.speech.weights import weights_digest
from datagen.gates.judge import Judge
from datagen.gates.turn import Fault
from datagen.gates.words import error_rate, wrong_numbers
from datagen.types import SAMPLE_RATE, Audio, Line, Record

RATE = 16_000
"""Hz, of both models."""
WEIGHTS = ("config.json", "*.safetensors")
MIN_LIKENESS_SAMPLES = SAMPLE_RATE
"""A shorter clip says too little about its speaker."""


class Listener(Judge):
    """Recognises words and voices; either may be left out."""

    class Options(Record):
        """Which models, and how much they must agree."""

        recogniser: str | None = "facebook/wav2vec2-base-960h"
        """A folder, or the name of a downloaded model; null asks for no words."""
        recogniser_revision: str = "main"
        max_error: Annotated[float, Field(ge=0, le=1)] = 0.20
        """Share of words (of letters, in a short line) that may be heard differently."""
        exact_numbers: bool = True
        """Whether a number that is heard differently is a fault by itself."""
        speaker: str | None = "microsoft/wavlm-base-plus-sv"
        speaker_revision: str = "main"
        min_likeness: Annotated[float, Field(ge=-1, le=1)] = 0.5
        """Cosine of the clip's and the recording's x-vectors."""
        device: Annotated[str, Field(exclude=True)] = "cuda"

    def __init__(self, options: Options) -> None:
        """Load the models."""
        import torch

        self._torch = torch
        self._options = options
        self._recogniser: Any = None
        self._speaker: Any = None
        if options.recogniser:
            self._load_recogniser(_folder("recogniser", options))
        if options.speaker:
            self._load_speaker(_folder("speaker", options))
        self._known: dict[str, Any] = {}

    @classmethod
    def check(cls, options: Options) -> None:
        """Raise UserError if weights are not on this machine."""
        for name in ("recogniser", "speaker"):
            if getattr(options, name):
                _folder(name, options)

    @classmethod
    def identity(cls, options: Options) -> dict[str, str]:
        """Tell the weights apart."""
        return {
            name: weights_digest(_folder(name, options), *WEIGHTS)
            for name in ("recogniser", "speaker")
            if getattr(options, name)
        }

    def fault(self, audio: Audio, line: Line, reference: Audio | None) -> Fault | None:
        """Return what a listener would complain about."""
        if self._recogniser is not None:
            heard = self.transcribe(audio)
            numbers = wrong_numbers(line.spoken, heard)
            if self._options.exact_numbers and numbers is not None:
                said, recognised = (" ".join(words) or "none" for words in numbers)
                return Fault("heard_numbers", f"has the numbers {said}, heard as {recognised}")
            error = error_rate(line.spoken, heard)
            if error > self._options.max_error:
                return Fault("heard_words", f"is heard with {error:.0%} error as {heard[:200]!r}")
        if (
            self._speaker is not None
            and reference is not None
            and len(audio) >= MIN_LIKENESS_SAMPLES
        ):
            likeness = self.likeness(audio, reference, line.voice.id)
            if likeness < self._options.min_likeness:
                return Fault("heard_speaker", f"is only {likeness:.2f} like its recording")
        return None

    def transcribe(self, audio: Audio) -> str:
        """Return the words heard in a clip [S]: the likeliest letter of each frame."""
        with self._torch.inference_mode():
            logits = self._recogniser(self._input(audio)).logits[0]
        return str(self._letters.decode(logits.argmax(dim=-1).cpu().tolist()))

    def likeness(self, audio: Audio, reference: Audio, voice: str) -> float:
        """Return the cosine between two clips' speakers; a voice's recording is heard once."""
        if voice not in self._known:
            self._known[voice] = self._vector(reference)
        cosine = self._torch.nn.functional.cosine_similarity
        return float(cosine(self._vector(audio), self._known[voice], dim=0))

    def _vector(self, audio: Audio) -> Any:
        with self._torch.inference_mode():
            return self._speaker(self._input(audio)).embeddings[0]

    def _input(self, audio: Audio) -> Any:
        """Return a clip at 16 kHz with zero mean and unit variance, [1, S]."""
        sound = soxr.resample(audio, SAMPLE_RATE, RATE)
        sound = (sound - sound.mean()) / np.sqrt(sound.var() + 1e-7)
        return self._torch.from_numpy(sound[None]).to(self._options.device)

    def _load_recogniser(self, folder: Path) -> None:
        from transformers import Wav2Vec2CTCTokenizer, Wav2Vec2ForCTC

        self._letters: Any = Wav2Vec2CTCTokenizer.from_pretrained(folder)
        model: Any = Wav2Vec2ForCTC.from_pretrained(folder, local_files_only=True)
        self._recogniser = model.to(self._options.device).eval()

    def _load_speaker(self, folder: Path) -> None:
        from transformers import WavLMForXVector

        model: Any = WavLMForXVector.from_pretrained(folder, local_files_only=True)
        self._speaker = model.to(self._options.device).eval()


def _folder(name: str, options: Listener.Options) -> Path:
    model, revision = getattr(options, name), getattr(options, f"{name}_revision")
    return find_model(f"gates.judge.options.{name}", model, revision, *WEIGHTS)
