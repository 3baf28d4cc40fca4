"""T3, Chatterbox's language model, in batches: texts in voices -> speech tokens.

    rows --TokenBatch--> logits --guidance, penalty, filters--> a draw from each row's own generator

A row that ends leaves the batch. Each row draws what chatterbox-tts draws with its seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from datagen.backends.speech.chatterbox_batch import TokenBatch, TokenRow

NUM_SPEECH_TOKENS = 6_561
"""Number of ids that are sound; the start and the end of speech come next."""


class TokenDecoder:
    """T3 with its weights: the English model (Llama, guided) or Turbo (GPT-2, not guided)."""

    def __init__(self, t3: Any) -> None:
        import torch

        self._torch = torch
        self._t3 = t3
        self._stop = int(t3.hp.stop_speech_token)

    def decode(self, rows: Sequence[TokenRow]) -> list[Any]:
        """Return the speech tokens [N] of each row."""
        with self._torch.inference_mode():
            batch = TokenBatch(self._t3, rows)
            draws = _Draws(self._t3, rows, batch.width)
            logits = batch.prompt()
            made: list[list[int]] = [[] for _ in rows]
            while batch.alive:
                tokens = draws.next(logits)
                for index, token in zip(batch.alive, tokens.tolist(), strict=True):
                    made[index].append(token)
                ended = [
                    made[index][-1] == self._stop or len(made[index]) >= rows[index].max_tokens
                    for index in batch.alive
                ]
                order = batch.leave(ended)
                draws.keep(order)
                if order:
                    logits = batch.step(tokens[order])
        return [self._sound_of(tokens) for tokens in made]

    def _sound_of(self, tokens: Sequence[int]) -> Any:
        """Return what is sound in a row: nothing before a new start, and no marks."""
        for start, token in enumerate(tokens):
            if token == NUM_SPEECH_TOKENS:
                tokens = tokens[start + 1 :]
                break
        sound = [token for token in tokens if token < NUM_SPEECH_TOKENS]
        return self._torch.tensor(sound, dtype=self._torch.long, device=self._t3.device)


class _Draws:
    """What decides the next token of each row."""

    def __init__(self, t3: Any, rows: Sequence[TokenRow], width: int) -> None:
        import torch
        from transformers.generation import logits_process as processors

        self._torch = torch
        self._width = width
        self._turbo = bool(t3.is_gpt)
        self._noises = [row.noise for row in rows]
        sampling = [row.sampling for row in rows]
        device = t3.device
        self._cfg, self._temperature = (
            torch.tensor([[getattr(one, name)] for one in sampling], device=device)
            for name in ("cfg_weight", "temperature")
        )
        common = sampling[0]
        self._penalty = processors.RepetitionPenaltyLogitsProcessor(common.repetition_penalty)
        filters = [
            (common.min_p > 0, processors.MinPLogitsWarper, common.min_p),
            (common.top_k > 0, processors.TopKLogitsWarper, common.top_k),
            (common.top_p < 1, processors.TopPLogitsWarper, common.top_p),
        ]
        self._filters = [kind(value) for wanted, kind, value in filters if wanted]
        start = torch.full((len(rows), 1), t3.hp.start_speech_token, device=device)
        self._said = start
        """Ids [n, t] of each row that are penalised."""

    def next(self, logits: Any) -> Any:
        """Draw a token [n] of each row from logits [n x width, V]."""
        if self._width == 2:
            text, blank = logits[0::2], logits[1::2]
            logits = text + self._cfg * (text - blank)
        logits = self._turbo_order(logits) if self._turbo else self._english_order(logits)
        weights = self._torch.softmax(logits, dim=-1)
        noise = self._torch.empty_like(weights)
        for row, one in zip(noise, self._noises, strict=True):
            row.exponential_(generator=one.generator)  # as `torch.multinomial` does
        tokens = (weights / noise).argmax(-1)
        said = self._said[:, 1:] if self._turbo and self._said.shape[1] == 1 else self._said
        self._said = self._torch.cat([said, tokens[:, None]], dim=1)
        return tokens

    def keep(self, order: Sequence[int]) -> None:
        """Keep the rows at these places, in this order."""
        if len(order) == len(self._noises):
            return
        places = list(order)
        self._noises = [self._noises[place] for place in places]
        self._said, self._cfg = self._said[places], self._cfg[places]
        self._temperature = self._temperature[places]

    def _english_order(self, logits: Any) -> Any:
        logits = self._penalty(self._said, logits) / self._temperature
        for one in self._filters:
            logits = one(self._said, logits)
        return logits

    def _turbo_order(self, logits: Any) -> Any:
        logits = logits / self._temperature
        for one in self._filters:
            logits = one(self._said, logits)
        return self._penalty(self._said, logits)
