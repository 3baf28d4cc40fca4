"""Chatterbox with its weights: texts, each in a voice -> 24 kHz sound, a batch at a time.

    pieces --T3, by length--> speech tokens --S3Gen, by length--> sound --Perth--> watermarked sound

The classes are chatterbox-tts's own; only their loops are replaced, since the package says one text
at a time. A batch of one is what the package makes with the same seed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from datagen.backends.speech.chatterbox_batch import T3Sampling, TokenRow
from datagen.backends.speech.chatterbox_noise import RowNoise
from datagen.backends.speech.chatterbox_sound import SoundDecoder, SoundRow
from datagen.backends.speech.chatterbox_tokens import TokenDecoder
from datagen.backends.speech.finish import to_24_khz
from datagen.types import Audio, UserError

MAX_KEPT_VOICES = 64
"""How many recordings' conditionals are kept at hand."""
TOKENS_A_SECOND = 25
MAX_TOKENS = 1_000
"""Most speech tokens of a text: 40 s, as in the package."""
MIN_LETTERS_A_SECOND, MARGIN_SECONDS = 4.0, 4.0
"""A text that takes longer than this has gone astray: no gate would let it pass."""
TURBO_SAMPLING = T3Sampling(cfg_weight=0.0, min_p=0.0, top_p=0.95, top_k=1_000)
TURBO_SILENCE = 3
"""Tokens of silence that Turbo's package adds at the end."""

Item = TypeVar("Item")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class SpokenPiece:
    """What is said in one go."""

    text: str
    voice: str
    """Path of a recording of the voice."""
    exaggeration: float
    cfg_weight: float
    temperature: float
    seed: int


class ChatterboxModel:
    """One variant as chatterbox-tts has loaded it, and what it made of each recording."""

    def __init__(self, model: Any, precision: str = "float32") -> None:
        self._model = model
        self._turbo = bool(model.t3.is_gpt)
        self._device = str(model.device)
        self._tokens = TokenDecoder(self._model.t3)
        self._sounds = SoundDecoder(self._model.s3gen, precision)
        self._conditionals: dict[str, Any] = {}

    def say(self, pieces: Sequence[SpokenPiece], batch: int) -> list[Audio]:
        """Return the sound [S] of each piece; which are said together depends on the pieces only.

        None is heard that T3 ends before its first token: its sound is empty.
        """
        voices = {path: self._condition(path) for path in dict.fromkeys(p.voice for p in pieces)}
        conds: dict[tuple[str, float], Any] = {}
        rows = [self._row(piece, voices[piece.voice], conds) for piece in pieces]
        tokens = in_batches(rows, batch, lambda row: len(row.text), self._tokens.decode)
        sounds = [
            SoundRow(self._ended(made), voices[piece.voice].gen, row.noise)
            for made, piece, row in zip(tokens, pieces, rows, strict=True)
        ]
        heard = [index for index, made in enumerate(tokens) if len(made)]
        waves = in_batches([sounds[index] for index in heard], batch, _frames, self._sounds.decode)
        made: list[Audio] = [np.zeros(0, np.float32)] * len(pieces)
        for index, wave in zip(heard, waves, strict=True):
            made[index] = self._watermarked(wave)
        return made

    def _condition(self, path: str) -> Any:
        """Return what the model makes of a recording; it is kept."""
        if path not in self._conditionals:
            if len(self._conditionals) >= MAX_KEPT_VOICES:
                del self._conditionals[next(iter(self._conditionals))]
            self._model.prepare_conditionals(path)
            self._conditionals[path] = self._model.conds
        return self._conditionals[path]

    def _row(self, piece: SpokenPiece, voice: Any, conds: dict[tuple[str, float], Any]) -> TokenRow:
        key = piece.voice, piece.exaggeration
        if key not in conds:
            conds[key] = self._exaggerated(voice.t3, piece.exaggeration)
        sampling = TURBO_SAMPLING if self._turbo else T3Sampling(cfg_weight=piece.cfg_weight)
        return TokenRow(
            text=self._ids(piece.text),
            voice=conds[key],
            sampling=replace(sampling, temperature=piece.temperature),
            noise=RowNoise(piece.seed, self._device),
            max_tokens=max_tokens(piece.text),
        )

    def _exaggerated(self, voice: Any, exaggeration: float) -> Any:
        """Return T3's conditioning of a voice as lively as asked for."""
        import torch

        return type(voice)(
            speaker_emb=voice.speaker_emb,
            cond_prompt_speech_tokens=voice.cond_prompt_speech_tokens,
            emotion_adv=exaggeration * torch.ones(1, 1, 1),
        ).to(device=self._device)

    def _ids(self, text: str) -> Any:
        """Return a text's ids [L] as the package makes them."""
        import torch

        normal = _module(self._model).punc_norm(text)
        if self._turbo:
            ids = self._model.tokenizer(normal, return_tensors="pt", truncation=True).input_ids
            return ids[0]
        hp = self._model.t3.hp
        ids = self._model.tokenizer.text_to_tokens(normal)[0]
        start, stop = (torch.tensor([mark]) for mark in (hp.start_text_token, hp.stop_text_token))
        return torch.cat([start, ids.cpu(), stop])

    def _ended(self, tokens: Any) -> Any:
        """Return speech tokens with the silence that Turbo's package adds."""
        if not self._turbo:
            return tokens
        import torch
        from chatterbox.models.s3gen.const import S3GEN_SIL

        return torch.cat([tokens, tokens.new_full((TURBO_SILENCE,), S3GEN_SIL)])

    def _watermarked(self, wave: Any) -> Audio:
        """Mark a clip [S] as synthetic."""
        samples = wave.cpu().numpy()
        marked = self._model.watermarker.apply_watermark(samples, sample_rate=self._model.sr)
        return to_24_khz(np.asarray(marked, dtype=np.float32).reshape(-1), self._model.sr)


def max_tokens(text: str) -> int:
    """Return after how many speech tokens a text has gone astray.

    >>> max_tokens("Good morning.")
    168
    """
    letters = sum(map(str.isalnum, text))
    seconds = MARGIN_SECONDS + letters / MIN_LETTERS_A_SECOND
    return min(MAX_TOKENS, int(TOKENS_A_SECOND * seconds))


def in_batches(
    items: Sequence[Item],
    size: int,
    length: Callable[[Item], int],
    make: Callable[[list[Item]], list[Made]],
) -> list[Made]:
    """Make items of like lengths together, and return what was made in the items' order."""
    order = sorted(range(len(items)), key=lambda index: (length(items[index]), index))
    made: dict[int, Made] = {}
    for first in range(0, len(order), size):
        batch = order[first : first + size]
        made |= zip(batch, make([items[index] for index in batch]), strict=True)
    return [made[index] for index in range(len(items))]


def _frames(row: SoundRow) -> int:
    return len(row.tokens) + int(row.voice["prompt_token"].shape[1])


def _module(model: Any) -> Any:
    """Return the module of the package that a model comes from."""
    import sys

    return sys.modules[type(model).__module__]


def load(folder: Path, variant: str, device: str) -> Any:
    """Build chatterbox-tts's own class with its weights."""
    try:
        if variant == "turbo":
            from chatterbox.tts_turbo import ChatterboxTurboTTS as Model
        else:
            from chatterbox.tts import ChatterboxTTS as Model
    except ImportError as error:
        raise UserError(
            f"speech.use: chatterbox cannot be imported ({error}); datagen env create chatterbox,"
            " and name its python in the host's speech.py_executable"
        ) from error
    try:
        return Model.from_local(folder, device)
    except TypeError as error:  # perth is None where setuptools has lost pkg_resources
        if "NoneType" not in str(error):
            raise
        raise UserError(
            f"chatterbox cannot load its watermarker ({error}): its environment needs"
            " 'setuptools<81' (datagen env create chatterbox)"
        ) from error
