"""Chatterbox by Resemble AI: Line + recording of a voice -> clip, one turn at a time.

The released PersonaPlex was voiced with it. chatterbox-tts 0.1.7 needs an environment of its own
(`datagen env create chatterbox`). Its watermark is kept: every clip says that it is synthetic.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import soundfile
from pydantic import Field

from datagen.backends.hub import find_model
from datagen.backends.protocols import Synthesizer
from datagen.backends.speech.finish import finish, to_24_khz
from datagen.backends.speech.nonverbal import CHATTERBOX_TURBO, has_tags, with_tags
from datagen.backends.speech.texts import chunks, num_words
from datagen.backends.speech.weights import weights_digest
from datagen.gates.limits import limits_for
from datagen.gates.turn import listen
from datagen.seeds import seed_for
from datagen.types import (
    SAMPLE_RATE,
    Audio,
    Line,
    Record,
    Rejected,
    UserError,
    Utterance,
    Voice,
)

PACKAGE = "chatterbox-tts 0.1.7"
WEIGHTS = {
    "english": ("ve.safetensors", "t3_cfg.safetensors", "s3gen.safetensors", "tokenizer.json"),
    "turbo": ("ve.safetensors", "t3_turbo_v1.safetensors", "s3gen_meanflow.safetensors"),
}
"""Files that chatterbox-tts 0.1.7 loads."""
REPOSITORIES = {"english": "ResembleAI/chatterbox", "turbo": "ResembleAI/chatterbox-turbo"}
MIN_TURBO_SECONDS = 5.0
"""Length in seconds that a recording for Turbo must exceed, or Turbo refuses it."""
SHORT_WORDS = 3
"""Number of words under which lines come out as gibberish often enough to be tried out first."""
SHORT_TAKES, SHORT_VARIANTS = 6, 4
"""How often a short line is tried, and how many ways a voice has of saying it."""
MAX_SHORT_SECONDS = 0.6
"""Base of a short line's longest time, in seconds."""
MAX_LETTER_SECONDS = 0.14
"""Seconds that each of its letters adds to a short line's longest time."""
MAX_KEPT_VOICES, MAX_KEPT_SHORT = 64, 4_096
"""How many recordings' conditionals, and short clips, are kept at hand."""
PAUSE = SAMPLE_RATE * 120 // 1_000
"""Samples of silence between the parts of a long line."""
LIVELY = frozenset(
    ("angry", "annoyed", "cheerful", "excited", "frustrated", "happy", "impatient", "surprised")
)
CALM = frozenset(("calm", "sad", "tired"))


class Delivery(Record):
    """How freely the model speaks."""

    exaggeration: Annotated[float, Field(ge=0.0, le=2.0)] = 0.5
    cfg_weight: Annotated[float, Field(ge=0.0, le=1.0)] = 0.5
    temperature: Annotated[float, Field(gt=0.0, le=2.0)] = 0.8


class Chatterbox(Synthesizer):
    """Voices one clip at a time with one model, which takes no batches."""

    source: ClassVar[str] = "chatterbox"

    class Options(Record):
        """The model, and how it speaks."""

        variant: Literal["english", "turbo"] = "english"
        """Model family; turbo has half the parameters, and neither exaggeration nor guidance."""
        model: str | None = None
        """A folder, or the name of a downloaded model; null is Resemble AI's own."""
        revision: str = "main"
        neutral: Delivery = Delivery()
        lively: Delivery = Delivery(exaggeration=0.7, cfg_weight=0.3)
        calm: Delivery = Delivery(exaggeration=0.4, cfg_weight=0.3, temperature=0.6)
        max_letters: Annotated[int, Field(ge=40, le=350)] = 250
        """Characters said in one go; over some 350 the model begins to make things up."""
        device: Annotated[str, Field(exclude=True)] = "cuda"

    def __init__(self, options: Options) -> None:
        """Load the weights."""
        self._options = options
        self._turbo = options.variant == "turbo"
        self._model = _load(options)
        self._conditionals: dict[str, Any] = {}
        self._short: dict[tuple[str, str, str, int], Audio] = {}

    @classmethod
    def check(cls, options: Options) -> None:
        """Raise UserError if the weights are not on this machine."""
        _folder(options)

    @classmethod
    def identity(cls, options: Options) -> dict[str, str]:
        """Name the package's version and the weights."""
        digest = weights_digest(_folder(options), *WEIGHTS[options.variant])
        return {"package": PACKAGE, "weights": digest, "watermark": "perth"}

    def can_say(self, spoken: str) -> bool:
        """Return whether the model knows every tag of a line; the English one knows none.

        Sounds that are spelled, as nods are, come from the pool of short lines that were tried.
        """
        return has_tags(spoken, CHATTERBOX_TURBO if self._turbo else {})

    def speak(self, lines: Sequence[Line], *, seed: int) -> list[Utterance]:
        """Voice each line; an utterance depends on its line and ``seed`` alone."""
        return [self._utter(line, seed) for line in lines]

    def _utter(self, line: Line, seed: int) -> Utterance:
        if not num_words(line.spoken):
            # the model would say that it needs some text
            raise Rejected("unspeakable", f"{line.spoken!r} has no word to say")
        self._condition(line.voice)
        if num_words(line.spoken) < SHORT_WORDS:
            return Utterance(self._say_short(line, seed), None)
        own = seed_for(seed, line.voice.id, line.spoken)
        pieces: list[Audio] = []
        for number, part in enumerate(chunks(line.spoken, self._options.max_letters)):
            pieces += [
                self._generate(part, line.emotion, own + number),
                np.zeros(PAUSE, np.float32),
            ]
        return finish(np.concatenate(pieces[:-1]))

    def _say_short(self, line: Line, seed: int) -> Audio:
        """Return one of a voice's few verified ways of saying a short line."""
        key = (line.voice.id, line.spoken, line.emotion, seed % SHORT_VARIANTS)
        if key not in self._short:
            _drop_oldest(self._short, MAX_KEPT_SHORT)
            self._short[key] = self._find_short(line, key)
        return self._short[key]

    def _find_short(self, line: Line, key: tuple[str, str, str, int]) -> Audio:
        letters = sum(map(str.isalnum, line.spoken))
        longest = MAX_SHORT_SECONDS + MAX_LETTER_SECONDS * letters
        limits = limits_for(self.source).model_copy(update={"max_seconds": longest})
        problem = ""
        for number in range(SHORT_TAKES):
            take_seed = seed_for(0, *map(str, key), number)
            audio = finish(self._generate(line.spoken, line.emotion, take_seed)).audio
            fault = listen(audio, line.spoken, limits).fault
            if fault is None:
                return audio
            problem = fault.evidence
        raise Rejected(
            "short_line", f"{line.spoken!r} failed {SHORT_TAKES} times; the last one {problem}"
        )

    def _condition(self, voice: Voice) -> None:
        """Let the model imitate a recording; what it makes of one is kept."""
        if voice.path is None:
            raise UserError(
                f"chatterbox needs a recording of each voice and {voice.id} has none: set"
                " voices.catalogue to a bank of recorded voices (datagen voices import)"
            )
        if voice.path not in self._conditionals:
            if not Path(voice.path).is_file():
                raise UserError(f"voice {voice.id}: there is no recording {voice.path}")
            if self._turbo and soundfile.info(voice.path).duration <= MIN_TURBO_SECONDS:
                raise UserError(
                    f"voice {voice.id}: chatterbox turbo needs a recording of more than"
                    f" {MIN_TURBO_SECONDS:g} s; leave the voice out, or use variant: english"
                )
            _drop_oldest(self._conditionals, MAX_KEPT_VOICES)
            self._model.prepare_conditionals(voice.path)
            self._conditionals[voice.path] = self._model.conds
        self._model.conds = self._conditionals[voice.path]

    def _generate(self, text: str, emotion: str, seed: int) -> Audio:
        """Return what the model says, [S] at 24 kHz."""
        import torch

        torch.manual_seed(seed)  # of all devices
        text = with_tags(text, CHATTERBOX_TURBO)
        wave = self._model.generate(text, **self._manner(emotion))
        samples = np.asarray(wave.detach().cpu(), dtype=np.float32).reshape(-1)
        return to_24_khz(samples, self._model.sr)

    def _manner(self, emotion: str) -> dict[str, float]:
        options = self._options
        manner = options.neutral
        if emotion in LIVELY:
            manner = options.lively
        elif emotion in CALM:
            manner = options.calm
        return manner.model_dump(include={"temperature"} if self._turbo else None)


def _drop_oldest(kept: dict[Any, Any], limit: int) -> None:
    """Make room for one more."""
    if len(kept) >= limit:
        del kept[next(iter(kept))]


def _folder(options: Chatterbox.Options) -> Path:
    model = options.model or REPOSITORIES[options.variant]
    needs = WEIGHTS[options.variant]
    return find_model("speech.options.model", model, options.revision, *needs)


def _load(options: Chatterbox.Options) -> Any:
    """Build chatterbox-tts's own class."""
    try:
        if options.variant == "turbo":
            from chatterbox.tts_turbo import ChatterboxTurboTTS as Model
        else:
            from chatterbox.tts import ChatterboxTTS as Model
    except ImportError as error:
        raise UserError(
            f"speech.use: chatterbox cannot be imported ({error}); datagen env create chatterbox,"
            " and name its python in the host's speech.py_executable"
        ) from error
    try:
        return Model.from_local(_folder(options), options.device)
    except TypeError as error:  # perth is None where setuptools has lost pkg_resources
        if "NoneType" not in str(error):
            raise
        raise UserError(
            f"chatterbox cannot load its watermarker ({error}): its environment needs"
            " 'setuptools<81' (datagen env create chatterbox)"
        ) from error
