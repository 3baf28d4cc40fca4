"""Who speaks, by WavLM's x-vectors: the measure of likeness of PersonaPlex's paper.

Audio [S] --WavLM, 16 kHz--> unit vector

Microsoft's wavlm-base-plus-sv in transformers' form (MIT). Its own weights were never run here: the
class is checked with random ones.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from datagen.backends.hub import find_model
from datagen.backends.judge.ears import MIN_SPEAKER_SECONDS, RATE, need
from datagen.types import SAMPLE_RATE, Audio

MODEL = "microsoft/wavlm-base-plus-sv"
FILES = ("config.json", "preprocessor_config.json")


class WavLMEar:
    """A WavLM with a head that tells speakers apart (``WavLMForXVector``)."""

    def __init__(self, setting: str, model: str = MODEL, revision: str = "main") -> None:
        """Load a folder, or a downloaded model. Raises UserError if it or a package is not here."""
        for name in ("torch", "transformers"):
            need(name, name, setting, extra="mimi")
        from transformers import AutoFeatureExtractor, WavLMForXVector

        folder = find_model(setting, model, revision, *FILES)
        self._extract: Any = AutoFeatureExtractor.from_pretrained(folder)
        self._model: Any = WavLMForXVector.from_pretrained(folder).eval()

    def vector(self, audio: Audio) -> NDArray[np.float32] | None:
        """Return the unit vector of a clip's speaker; None if the clip [S] is too short to tell."""
        import torch

        if len(audio) < MIN_SPEAKER_SECONDS * SAMPLE_RATE:
            return None
        sound = soxr.resample(audio, SAMPLE_RATE, RATE)
        inputs = self._extract(sound, sampling_rate=RATE, return_tensors="pt")
        with torch.no_grad():
            vector = self._model(**inputs).embeddings[0]
        return np.asarray(torch.nn.functional.normalize(vector, dim=0), np.float32)
