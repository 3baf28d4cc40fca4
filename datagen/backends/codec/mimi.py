"""Mimi, the codec of Moshi and PersonaPlex: audio [S] <--> tokens [8, T] at 12.5 frames a second.

Through transformers' MimiModel, in float32 without TF32 or autocast: at bfloat16 only one token in
seven stays the same. A dialogue's channel is encoded whole, since chunks without their past share a
quarter of their tokens with it; a voice prompt frame by frame, as a model hears it when it runs.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from inspect import signature
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from datagen.backends.hub import files_hash, find_model
from datagen.backends.protocols import Codec
from datagen.types import (
    CARDINALITY,
    FRAME,
    NUM_CODEBOOKS,
    SAMPLE_RATE,
    Audio,
    Codes,
    Record,
    UserError,
)

SETTING = "codec.options.model"
FILES = ("config.json", "model*.safetensors")
PERSONAPLEX_SILENCE = (948, 243, 1178, 546, 1736, 1030, 1978, 2008)
"""[K], PersonaPlex's SILENCE_TOKENS (moshi/models/lm.py): Mimi's frame of digital silence."""
PERSONAPLEX_SINE = (430, 1268, 381, 1611, 1095, 1495, 56, 472)
"""[K], PersonaPlex's SINE_TOKENS: one of the frames of a 440 Hz sine of amplitude 0.5."""
PROBE = 4 * SAMPLE_RATE
"""Samples of silence, and of sine, that are encoded to find their frames."""

MIN_TRANSFORMERS = (5, 3)
"""First version whose tokens are those of kyutai's code: 5.0 to 5.2 ignore the window of 10 s and
the key-value cache while streaming, and give other tokens without a word."""

log = logging.getLogger(__name__)


def release(version: str) -> tuple[int, int]:
    """Return the first two numbers of a version.

    >>> release("5.3.0.dev0")
    (5, 3)
    """
    numbers = [int(number) for number in re.findall(r"\d+", version)[:2]]
    return (numbers[0], numbers[1]) if len(numbers) == 2 else (0, 0)


def _transformers() -> str | None:
    """Return the version of transformers that is installed here, None if it is not."""
    try:
        return version("transformers")
    except PackageNotFoundError:
        return None


class Mimi(Codec):
    """The first 8 codebooks of a Mimi checkpoint."""

    class Options(Record):
        """The weights and their device."""

        model: str = "kyutai/mimi"
        """A folder, or the id of a downloaded model."""
        revision: str = "main"
        device: str = "auto"
        """Torch device; ``auto`` is the GPU if there is one."""
        batch_seconds: Annotated[float, Field(ge=0)] = 0
        """Audio encoded at once by `encode_batch`, with padding, in seconds; 0 is clip by clip.
        It is part of what decides the bytes: a batch rounds otherwise than its clips alone."""
        constants: Literal["auto", "require"] = "auto"
        """The rows of silence and sine: PersonaPlex's if these weights give its silence, else what
        they give; ``require`` refuses other weights."""

    def __init__(self, options: Options) -> None:
        self.check(options)
        import torch
        from transformers import MimiModel
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()
        _exact_arithmetic(torch)
        folder = find_model(SETTING, options.model, options.revision, *FILES)
        has_gpu = options.device == "auto" and torch.cuda.is_available()
        self._device = "cuda" if has_gpu else options.device.replace("auto", "cpu")
        self._torch = torch
        self._model: Any = MimiModel.from_pretrained(folder, dtype=torch.float32)
        self._model.eval().to(self._device)
        _check_geometry(self._model.config, options.model)
        self._batch = round(options.batch_seconds * SAMPLE_RATE)
        self.id = "mimi"
        self.hash = files_hash(folder, *FILES)
        self.codebooks = NUM_CODEBOOKS
        self.cardinality = int(self._model.config.codebook_size)
        self.silence, self.sine = self._rows(options)

    @classmethod
    def check(cls, options: Options) -> None:
        """Raise UserError if the weights or the packages are not here."""
        find_model(SETTING, options.model, options.revision, *FILES)
        missing = [name for name in ("torch", "transformers") if find_spec(name) is None]
        if missing:
            raise UserError(
                f"codec.use: mimi needs {' and '.join(missing)} in the tokens stage's environment:"
                " pip install 'fullduplex-datagen[mimi]'"
            )
        found = _transformers()
        if found is not None and release(found) < MIN_TRANSFORMERS:
            raise UserError(
                "codec.use: mimi needs transformers 5.3 or newer in the tokens stage's environment;"
                f" {found} gives other tokens: pip install 'transformers>=5.3'"
            )

    @classmethod
    def identity(cls, options: Options) -> dict[str, str]:
        """Return the hash of the weights, and the version of transformers if it is here.

        Where only the workers have it, in an environment of their own, `check` refuses old ones.
        """
        folder = find_model(SETTING, options.model, options.revision, *FILES)
        found = _transformers()
        library = {} if found is None else {"transformers": found}
        return {"weights": files_hash(folder, *FILES), **library}

    def encode(self, audio: Audio) -> Codes:
        """Encode a whole channel [S] to [K, ceil(S / FRAME)]."""
        return self.encode_batch([audio])[0]

    def encode_batch(self, audios: Sequence[Audio]) -> list[Codes]:
        """Encode channels [S] of any lengths, in order, those of like length at once.

        Zeros on the right change nothing to their left: the codec is causal.
        """
        codes: list[Codes] = [np.zeros((NUM_CODEBOOKS, 0), np.int16)] * len(audios)
        for group in batches([num_frames(audio) * FRAME for audio in audios], self._batch):
            longest = max(num_frames(audios[index]) for index in group) * FRAME
            padded = [np.pad(audios[index], (0, longest - len(audios[index]))) for index in group]
            encoded = self._encode(np.stack(padded)[:, None])
            for index, found in zip(group, encoded, strict=True):
                codes[index] = np.ascontiguousarray(found[:, : num_frames(audios[index])])
        return codes

    def encode_prompt(self, audio: Audio) -> Codes:
        """Encode a voice reference [S] frame by frame, with the state carried, from a fresh one."""
        padded = np.pad(audio, (0, -len(audio) % FRAME)).astype(np.float32)
        # a name that `encode` does not know it takes without a word, and forgets the frames before
        known = signature(self._model.encode).parameters
        # the second name is transformers' before 5.24
        (cache,) = known.keys() & {"encoder_cache", "encoder_past_key_values"}
        state: dict[str, Any] = {cache: None, "padding_cache": None}
        frames: list[Codes] = []
        with self._torch.inference_mode():
            for frame in padded.reshape(-1, 1, 1, FRAME):
                made = self._model.encode(
                    self._torch.from_numpy(frame).to(self._device),
                    num_quantizers=NUM_CODEBOOKS,
                    use_streaming=True,
                    **state,
                )
                state = {name: getattr(made, name) for name in state}
                frames.append(_as_codes(made.audio_codes)[0])
        return np.concatenate(frames, axis=1)

    def decode(self, codes: Codes) -> Audio:
        """Decode [K, T] to [T * FRAME]."""
        assert codes.ndim == 2, codes.shape
        assert len(codes) == NUM_CODEBOOKS, codes.shape
        if not codes.size:
            return np.zeros(0, np.float32)
        assert codes.min() >= 0, "a token out of range"
        assert codes.max() < self.cardinality, "a token out of range"
        tokens = self._torch.from_numpy(codes.astype(np.int64))[None].to(self._device)
        with self._torch.inference_mode():
            audio = self._model.decode(tokens).audio_values[0, 0]
        return np.asarray(audio.float().cpu().numpy(), np.float32)

    def _encode(self, audio: NDArray[np.float32]) -> Codes:
        """Encode a batch [B, 1, S] of whole frames to [B, K, T]."""
        assert np.isfinite(audio).all(), "audio is not finite"
        values = self._torch.from_numpy(audio.astype(np.float32)).to(self._device)
        with (
            self._torch.inference_mode(),
            self._torch.autocast(values.device.type, enabled=False),
        ):
            made = self._model.encode(values, num_quantizers=NUM_CODEBOOKS)
        return _as_codes(made.audio_codes)

    def _rows(self, options: Options) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return the frames [K] of silence and of a 440 Hz sine, checked against PersonaPlex's."""
        silence = self._encode(np.zeros((1, 1, PROBE), np.float32))[0]
        seconds = np.arange(PROBE) / SAMPLE_RATE
        tone = np.asarray(0.5 * np.sin(2 * np.pi * 440 * seconds), np.float32)
        sine = self._encode(tone[None, None])[0]
        if _contains(silence, PERSONAPLEX_SILENCE):
            if not _contains(sine, PERSONAPLEX_SINE):
                log.warning("%s does not give PersonaPlex's sine frame, which is used", self.hash)
            return PERSONAPLEX_SILENCE, PERSONAPLEX_SINE
        if options.constants == "require":
            raise UserError(
                f"codec.options.model: {options.model} encodes silence as {commonest(silence)}, not"
                f" as PersonaPlex's Mimi does; use its weights, or codec.options.constants=auto"
            )
        return commonest(silence), commonest(sine)


def num_frames(audio: Audio) -> int:
    """Return how many codec frames hold [S]."""
    return -(-len(audio) // FRAME)


def batches(lengths: Sequence[int], limit: int) -> Iterator[list[int]]:
    """Yield groups of indices, shortest first; padded, a group has ``limit`` samples at most.

    A length over the limit is a group of its own, and empty clips are in none.
    """
    group: list[int] = []
    for index in sorted(range(len(lengths)), key=lambda index: lengths[index]):
        if group and (len(group) + 1) * lengths[index] > limit:
            yield group
            group = []
        if lengths[index]:
            group.append(index)
    if group:
        yield group


def commonest(codes: Codes) -> tuple[int, ...]:
    """Return the frame [K] that most of the second half of [K, T] is, once the state is steady."""
    rows, counts = np.unique(codes[:, codes.shape[1] // 2 :], axis=1, return_counts=True)
    return tuple(map(int, rows[:, counts.argmax()]))


def _contains(codes: Codes, row: tuple[int, ...]) -> bool:
    """Return whether one of the frames of [K, T] is ``row``."""
    return bool((codes == np.array(row)[:, None]).all(axis=0).any())


def _as_codes(tokens: Any) -> Codes:
    """Bring tokens [B, K, T] to this machine."""
    return np.asarray(tokens.cpu().numpy(), np.int16)


def _exact_arithmetic(torch: Any) -> None:
    """Keep this process's GPU to float32 and to algorithms that always add in the same order."""
    torch.backends.cuda.matmul.fp32_precision = "ieee"
    torch.backends.cudnn.conv.fp32_precision = "ieee"
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.deterministic = True


def _check_geometry(config: Any, model: str) -> None:
    """Raise UserError unless a checkpoint has Mimi's frames and enough codebooks."""
    found = (config.sampling_rate, config.frame_size, config.num_quantizers >= NUM_CODEBOOKS)
    if found != (SAMPLE_RATE, FRAME, True) or config.codebook_size > CARDINALITY:
        raise UserError(
            f"codec.options.model: {model} is not a Mimi of {SAMPLE_RATE} Hz, {FRAME} samples a"
            f" frame and at least {NUM_CODEBOOKS} codebooks of at most {CARDINALITY} entries"
        )
