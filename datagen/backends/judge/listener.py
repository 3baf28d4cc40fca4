"""T2 with up to three models: for the words, for the voice, and for how good it sounds.

    Audio [S] --Wav2Vec2ForCTC--> words heard      Audio, reference --WavLMForXVector--> likeness
    Audio [S] --UTMOS--> mean opinion score

Needs torch and transformers in the speech stage's environment. Not for espeak-ng, whose voices no
such model was trained on.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import soxr
from pydantic import Field

from datagen.backends.hub import find_file, find_model
from datagen.backends.protocols import Judge
from datagen.backends.speech.weights import weights_digest
from datagen.gates.words import error_rate, wrong_numbers
from datagen.types import SAMPLE_RATE, Audio, Fault, Line, Record, UserError

RATE = 16_000
"""Sample rate of both models, in Hz."""
WEIGHTS = ("config.json", "*.safetensors")
MIN_JUDGED_SAMPLES = SAMPLE_RATE
"""Fewest samples that are judged: a shorter clip says too little about speaker and sound."""


class Listener(Judge):
    """Recognises words and voices, and rates; each may be left out."""

    class Options(Record):
        """The models, and how much they must agree."""

        recogniser: str | None = "facebook/wav2vec2-base-960h"
        """A folder, or the name of a downloaded model; null asks for no words."""
        recogniser_revision: str = "main"
        max_error: Annotated[float, Field(ge=0)] = 0.20
        """Share of words (of letters, in a short line) that may be heard differently; what is heard
        and was not said counts too, so that it can be over 1."""
        exact_numbers: bool = True
        """Whether a number that is heard differently is a fault by itself."""
        speaker: str | None = "microsoft/wavlm-base-plus-sv"
        speaker_revision: str = "main"
        min_likeness: Annotated[float, Field(ge=-1, le=1)] = 0.5
        """Least cosine of the clip's and the recording's x-vectors."""
        quality: str | None = None
        """A TorchScript model that rates [1, S] at 16 kHz from 1 to 5: its file, or a downloaded
        model such as Blinorot/UTMOS-PyTorch (UTMOS of the VoiceMOS Challenge 2022, MIT)."""
        quality_revision: str = "main"
        quality_file: str = "utmos_scripted.pt"
        min_quality: Annotated[float, Field(ge=1, le=5)] = 3.5
        """Least opinion score. NeMo Curator has 3.5 for any speech and 4.0 for synthetic speech."""
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
        self._quality: Any = _load_quality(options) if options.quality else None
        self._known: dict[str, Any] = {}

    @classmethod
    def check(cls, options: Options) -> None:
        """Raise UserError if weights are not on this machine."""
        for name in ("recogniser", "speaker"):
            if getattr(options, name):
                _folder(name, options)
        if options.quality:
            _quality_file(options)

    @classmethod
    def identity(cls, options: Options) -> dict[str, str]:
        """Tell the weights apart."""
        found = {
            name: weights_digest(_folder(name, options), *WEIGHTS)
            for name in ("recogniser", "speaker")
            if getattr(options, name)
        }
        if options.quality:
            path = _quality_file(options)
            found["quality"] = weights_digest(path.parent, path.name)
        return found

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
        if self._speaker is not None and reference is not None and len(audio) >= MIN_JUDGED_SAMPLES:
            likeness = self.likeness(audio, reference, line.voice.id)
            if likeness < self._options.min_likeness:
                return Fault("heard_speaker", f"is only {likeness:.2f} like its recording")
        if self._quality is not None and len(audio) >= MIN_JUDGED_SAMPLES:
            score = self.rate(audio)
            if score < self._options.min_quality:
                return Fault("heard_quality", f"is rated {score:.2f} of 5")
        return None

    def rate(self, audio: Audio) -> float:
        """Return the mean opinion score of a clip [S], 1 to 5."""
        sound = soxr.resample(audio, SAMPLE_RATE, RATE)[None]
        with self._torch.inference_mode():
            scores = self._quality(self._torch.from_numpy(sound).to(self._options.device))
        return float(scores.reshape(-1)[0])

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


def _load_quality(options: Listener.Options) -> Any:
    """Load a TorchScript file, or say what is wrong with it."""
    import torch

    path = _quality_file(options)
    try:
        return torch.jit.load(str(path), map_location=options.device).eval()
    except (RuntimeError, ValueError) as error:
        reason = str(error).strip().splitlines()[0]
        raise UserError(
            f"gates.judge.options.quality: {path} is not a TorchScript model ({reason})"
        ) from error


def _quality_file(options: Listener.Options) -> Path:
    assert options.quality is not None
    setting, revision = "gates.judge.options.quality", options.quality_revision
    return find_file(setting, options.quality, revision, options.quality_file)


def _folder(name: str, options: Listener.Options) -> Path:
    model, revision = getattr(options, name), getattr(options, f"{name}_revision")
    return find_model(f"gates.judge.options.{name}", model, revision, *WEIGHTS)
