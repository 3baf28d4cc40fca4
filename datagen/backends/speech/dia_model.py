"""Dia as transformers has it: texts and voice prompts -> 44.1 kHz sound, a batch at a time.

    transcripts, recordings [S] --DiaForConditionalGeneration, DacModel--> [S] each, at 24 kHz

Nari Labs' own package is not on the index and cannot live with Ray; the weights are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soxr

from datagen.backends.speech.dia_rows import RowDraws, RowEnds, processing
from datagen.backends.speech.finish import to_24_khz
from datagen.types import SAMPLE_RATE, Audio

MAX_STEPS = 3_072
"""Decoder steps, the prompt's included."""
MAX_BYTES = 1_024
"""Most bytes of text, the prompt's included; `dia_chunks.plan` stays under it."""


class DiaModel:
    """The model, its codec and its byte tokenizer."""

    def __init__(self, model: Path, codec: Path, device: str, precision: str) -> None:
        import torch
        from transformers import (
            DacModel,
            DiaFeatureExtractor,
            DiaForConditionalGeneration,
            DiaProcessor,
            DiaTokenizer,
        )

        self._torch = torch
        self._device = device
        dac = DacModel.from_pretrained(codec, local_files_only=True).to(device).eval()
        self._rate = int(dac.config.sampling_rate)
        self._hop = int(dac.config.hop_length)
        extractor = DiaFeatureExtractor(sampling_rate=self._rate, hop_length=self._hop)
        self._processor: Any = DiaProcessor(extractor, DiaTokenizer(), dac)
        self._model: Any = DiaForConditionalGeneration.from_pretrained(
            model, local_files_only=True, dtype=getattr(torch, precision)
        )
        self._model.to(device).eval()
        config = self._model.config
        self._max_steps = min(MAX_STEPS, config.decoder_config.max_position_embeddings)
        self._delay = max(config.delay_pattern)
        self._pad = config.decoder_config.pad_token_id

    def seconds(self) -> float:
        """Return how much sound one call can hold, its prompt included."""
        return float(self._max_steps * self._hop / self._rate)

    def say(
        self,
        texts: Sequence[str],
        prompts: Sequence[Audio],
        *,
        seconds: Sequence[float],
        seeds: Sequence[int],
        sampling: dict[str, float],
    ) -> list[Audio]:
        """Return the sound of each text after its prompt [S], whose transcript begins the text.

        ``seconds`` are the longest that each may last. A row draws from its own seed.
        """
        recordings = {id(prompt): prompt for prompt in prompts}
        heard = {
            key: soxr.resample(prompt, SAMPLE_RATE, self._rate)
            for key, prompt in recordings.items()
        }
        inputs = self._processor(
            text=list(texts),
            audio=[heard[id(prompt)] for prompt in prompts],
            text_kwargs={"padding": True, "truncation": True, "max_length": MAX_BYTES},
            audio_kwargs={"padding": True, "sampling_rate": self._rate},
            return_tensors="pt",
        ).to(self._device)
        prompt_steps = self._processor.get_audio_prompt_len(inputs["decoder_attention_mask"])
        room = self._max_steps - inputs["decoder_attention_mask"].shape[1]
        steps = [min(room, int(length * self._rate / self._hop)) for length in seconds]
        config = self._model.config
        codebooks = len(config.delay_pattern)
        limits = RowEnds(steps, codebooks, config.decoder_config.eos_token_id)
        draws = RowDraws(seeds, codebooks, self._device)
        with self._torch.inference_mode(), processing(self._model, limits, draws):
            tokens = self._model.generate(
                **inputs,
                do_sample=True,
                max_new_tokens=min(room, 2 * self._delay + max(steps)),
                **sampling,
            )
            return [self._decode(row[None], prompt_steps) for row in tokens]

    def _decode(self, tokens: Any, prompt_steps: int) -> Audio:
        """Return the sound [S] of one sequence [1, T, K] after its prompt; none if it has none.

        Codebook k is written k's delay late. A sequence that came to the limit before its end lacks
        the late ones of its last frames, which transformers' decoder would look up as entry -1.
        """
        first = tokens[0, :, 0]
        ended = int((first == self._pad).sum()) >= self._delay
        if not ended:
            first[-self._delay :] = self._pad
        if len(first) - int((first == self._pad).sum()) - 1 <= prompt_steps:
            return np.zeros(0, np.float32)
        (sound,) = self._processor.batch_decode(tokens, audio_prompt_len=prompt_steps)
        return to_24_khz(np.atleast_1d(np.asarray(sound.float().cpu())), self._rate)
