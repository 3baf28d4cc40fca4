"""Texts on their way through T3: prompts computed once, then a token of each at every step.

    columns: | voice, left-padded | text, right-padded | start | speech so far ... |

Rows share the columns; what is padding in one is masked, and its positions are counted without it.
What a voice begins with is computed once for all of its rows, and so is the text-free prompt that
guidance compares with, since texts of one voice differ there in length only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from datagen.backends.speech.chatterbox_cache import KeyValueCache
from datagen.backends.speech.chatterbox_noise import RowNoise


@dataclass(frozen=True, slots=True)
class T3Sampling:
    """How tokens are drawn; the defaults are those of chatterbox-tts 0.1.7 for English."""

    temperature: float = 0.8
    cfg_weight: float = 0.5
    """Weight of guidance; 0 for none."""
    repetition_penalty: float = 1.2
    min_p: float = 0.05
    top_p: float = 1.0
    top_k: int = 0


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One text to be said."""

    text: Any
    """Ids [L], with the marks that the model wants around them."""
    voice: Any
    """`T3Cond`; rows with the same object share what is computed of it."""
    sampling: T3Sampling
    noise: RowNoise
    max_tokens: int


class TokenBatch:
    """The sequences of a batch: one a row, or two where rows are guided (S = rows x width)."""

    def __init__(self, t3: Any, rows: Sequence[TokenRow]) -> None:
        import torch

        self._torch = torch
        self._t3 = t3
        self._device = t3.device
        self._positioned = t3.hp.input_pos_emb == "learned"
        guided = any(row.sampling.cfg_weight > 0 for row in rows)
        self.width = 2 if guided and not t3.is_gpt else 1
        """Sequences a row: with its text, and without."""
        self.alive = list(range(len(rows)))
        """Number of the row in each place; a row that has ended is in none."""
        self.steps = 0
        """Tokens that each row has got."""
        self._num_start = 1 if t3.is_gpt else 2
        self._texts = [row.text.to(self._device) for row in rows]
        voices = list({id(row.voice): row.voice for row in rows}.values())
        number = {id(voice): index for index, voice in enumerate(voices)}
        self._voices = [t3.prepare_conditioning(voice)[0] for voice in voices]
        self._voice_of = [number[id(row.voice)] for row in rows]
        self._longest = max(len(text) for text in self._texts)
        self._lead = max(len(voice) for voice in self._voices)
        self._end = self._lead + self._longest
        lengths = [len(self._voices[v]) for v in self._voice_of for _ in range(self.width)]
        texts = [len(text) for text in self._texts for _ in range(self.width)]
        self._lengths = torch.tensor([lengths, texts], device=self._device)
        most = self._end + 2 + max(row.max_tokens for row in rows)
        self._valid = torch.ones((len(texts), most), dtype=torch.bool, device=self._device)
        column = torch.arange(self._end, device=self._device)
        self._valid[:, : self._end] = (column >= self._lead - self._lengths[0][:, None]) & (
            column < self._lead + self._lengths[1][:, None]
        )
        self._cache = KeyValueCache(len(texts))

    def prompt(self) -> Any:
        """Read all prompts; return the logits [S, V] of the first token."""
        torch, t3 = self._torch, self._t3
        prefix = self._read_voices()
        self._cache.take(prefix, [v for v in self._voice_of for _ in range(self.width)])
        texts = [
            t3.text_emb(text) + (self._text_positions(len(text)) if self._positioned else 0)
            for text in self._texts
        ]
        embedded = torch.nn.utils.rnn.pad_sequence(texts, batch_first=True)
        with_text = slice(0, None, self.width)
        valid = self._valid[with_text, : self._end]
        voice = self._lengths[0][with_text, None]
        places = voice + torch.arange(self._longest, device=self._device)
        self._forward(embedded, self._cache.at(self._lead, with_text), valid, places)
        return self._read_start()

    def step(self, tokens: Any) -> Any:
        """Read the last token [n] of each row that is alive; return the next one's logits."""
        embedded = self._t3.speech_emb(tokens)[:, None]
        if self._positioned:
            embedded = embedded + self._t3.speech_pos_emb.get_fixed_embedding(self.steps)
        places = self._lengths.sum(0)[:, None] + self._num_start + self.steps - 1
        return self._read(embedded.repeat_interleave(self.width, 0), places)

    def leave(self, ended: Sequence[bool]) -> list[int]:
        """Take ended rows out; return the place that each of those left had before, in order."""
        left = [place for place, over in enumerate(ended) if not over]
        order = list(range(len(left)))
        free = [place for place in order if ended[place]]
        for place, source in zip(free, [p for p in left if p >= len(left)], strict=True):
            order[place] = source
        if len(left) == len(ended):
            return order
        self.alive = [self.alive[place] for place in order]
        width = self.width
        moves = [
            (source * width + one, place * width + one)
            for place, source in enumerate(order)
            if source != place
            for one in range(width)
        ]
        self._cache.keep(moves, len(order) * width)
        sequences = [place * width + one for place in order for one in range(width)]
        self._valid, self._lengths = self._valid[sequences], self._lengths[:, sequences]
        return order

    def _read_voices(self) -> KeyValueCache:
        """Read what each voice begins with, and after it, if guided, the longest text-free text."""
        torch = self._torch
        blank = self._text_positions(self._longest) if self.width == 2 else None
        rows, valid = [], []
        for voice in self._voices:
            missing = self._lead - len(voice)
            row = torch.nn.functional.pad(voice, (0, 0, missing, 0))
            rows.append(row if blank is None else torch.cat([row, blank]))
            valid.append(torch.arange(len(rows[-1]), device=self._device) >= missing)
        embedded, mask = torch.stack(rows), torch.stack(valid)
        places = (mask.cumsum(1) - 1).clamp(min=0)
        prefix = KeyValueCache(len(rows))
        self._forward(embedded, prefix.at(0), mask, places)
        return prefix

    def _read_start(self) -> Any:
        """Read the start of speech, which the English model is given twice."""
        hp, t3 = self._t3.hp, self._t3
        start = t3.speech_emb(self._torch.tensor([[hp.start_speech_token]], device=self._device))
        if self._positioned:
            start = start + t3.speech_pos_emb.get_fixed_embedding(0)
        embedded = start.expand(len(self._valid), self._num_start, -1)
        places = self._lengths.sum(0)[:, None] + self._torch.arange(
            self._num_start, device=self._device
        )
        return self._read(embedded, places)

    def _read(self, embedded: Any, places: Any) -> Any:
        """Read [S, t, D] in the next columns; return the logits [S, V] after them."""
        start, self._end = self._end, self._end + embedded.shape[1]
        valid = self._valid[:, : self._end]
        hidden = self._forward(embedded, self._cache.at(start), valid, places)
        self.steps += 1
        return self._t3.speech_head(hidden[:, -1])

    def _forward(self, embedded: Any, cache: KeyValueCache, valid: Any, places: Any) -> Any:
        """Return hidden states [S, t, D] of [S, t, D], of which the last columns are new."""
        torch = self._torch
        new, columns = embedded.shape[1], valid.shape[1]
        mask = valid[:, None]
        if new > 1:
            rows = torch.arange(columns - new, columns, device=self._device)[:, None]
            column = torch.arange(columns, device=self._device)
            # padding sees itself, or it would see nothing and become not a number
            mask = (mask & (column <= rows)) | (column == rows)
        return self._t3.tfmr(
            inputs_embeds=embedded,
            attention_mask=mask[:, None],
            position_ids=places,
            past_key_values=cache,
            use_cache=True,
        ).last_hidden_state

    def _text_positions(self, length: int) -> Any:
        """Return the embeddings [L, D] of a text's positions."""
        return self._t3.text_pos_emb.emb.weight[:length]
