"""Chatterbox by Resemble AI: Lines + recordings of voices -> clips, the turns of a block together.

The released PersonaPlex was voiced with it. chatterbox-tts 0.1.7 needs an environment of its own
(`datagen env create chatterbox`). Its watermark is kept: every clip says that it is synthetic.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, ClassVar, Literal, NamedTuple

import numpy as np
import soundfile
from pydantic import Field

from datagen.backends.hub import find_model
from datagen.backends.protocols import DialogLines, Synthesizer
from datagen.backends.speech.chatterbox_model import (
    ChatterboxModel,
    SpokenPiece,
    in_batches,
    load,
)
from datagen.backends.speech.finish import finish
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
DECODING = "batched 2"
"""Name of how tokens and noise are drawn; it changes when the same seed gives other sound."""
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


class ShortLine(NamedTuple):
    """A line of few words, as one of the few ways in which a voice says it."""

    voice: str
    path: str
    spoken: str
    emotion: str
    variant: int


class Chatterbox(Synthesizer):
    """Voices the lines of several dialogues at once with one model.

    Its weights have not been had: the package's own classes were run with random ones.
    """

    source: ClassVar[str] = "chatterbox"
    batches: ClassVar[bool] = True

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
        batch: Annotated[int, Field(ge=1, le=128)] = 32
        """Texts said at once. It rounds sums otherwise, so it is part of the recipe."""
        precision: Literal["float32", "bfloat16"] = "float32"
        """Arithmetic of the flow that makes sound of tokens; bfloat16 takes half the time or less,
        and its sound is not the package's to the last bit."""
        device: Annotated[str, Field(exclude=True)] = "cuda"

    def __init__(self, options: Options) -> None:
        """Load the weights."""
        self._options = options
        self._turbo = options.variant == "turbo"
        self._model = self._load(options)

    @classmethod
    def check(cls, options: Options) -> None:
        """Raise UserError if the weights are not on this machine."""
        _folder(options)

    @classmethod
    def identity(cls, options: Options) -> dict[str, str]:
        """Name the package's version, the weights, and how they are decoded."""
        digest = weights_digest(_folder(options), *WEIGHTS[options.variant])
        return {"package": PACKAGE, "weights": digest, "watermark": "perth", "decoding": DECODING}

    @classmethod
    def _load(cls, options: Options) -> ChatterboxModel:
        model = load(_folder(options), options.variant, options.device)
        return ChatterboxModel(model, options.precision)

    def can_say(self, spoken: str) -> bool:
        """Return whether the model knows every tag of a line; the English one knows none.

        Sounds that are spelled, as nods are, come from the pool of short lines that were tried.
        """
        return has_tags(spoken, CHATTERBOX_TURBO if self._turbo else {})

    def speak(self, lines: Sequence[Line], *, seed: int) -> list[Utterance]:
        """Voice each line; the utterances depend on these lines and ``seed`` alone."""
        (answer,) = self.speak_batch([DialogLines(lines, seed)])
        if isinstance(answer, Rejected):
            raise answer
        return answer

    def speak_batch(self, requests: Sequence[DialogLines]) -> list[list[Utterance] | Rejected]:
        """Voice the lines of several dialogues, which depend on these requests alone."""
        verdicts = [_unspeakable(request.lines) for request in requests]
        going = [
            (line, request.seed)
            for request, verdict in zip(requests, verdicts, strict=True)
            if verdict is None
            for line in request.lines
        ]
        for voice in {line.voice.id: line.voice for line, _ in going}.values():
            self._check_recording(voice)
        pieces = [piece for line, seed in going for piece in self._pieces(line, seed)]
        shorts = [_short_line(line, seed) for line, seed in going if _is_short(line)]
        clips, good = self._say_all(list(dict.fromkeys(pieces)), list(dict.fromkeys(shorts)))
        return [
            verdict or self._answer(request, clips, good)
            for request, verdict in zip(requests, verdicts, strict=True)
        ]

    def _say(self, pieces: list[SpokenPiece]) -> list[Audio]:
        """Return the sound of each piece; those of like length are said at once, and kept."""
        size = self._options.batch
        return in_batches(
            pieces,
            size,
            lambda piece: len(piece.text),
            lambda group: self.kept(group, lambda: self._model.say(group, size)),
        )

    def _say_all(
        self, pieces: list[SpokenPiece], shorts: list[ShortLine]
    ) -> tuple[dict[SpokenPiece, Audio], dict[ShortLine, Audio | str]]:
        """Say everything; short lines again until they are fit, or what is wrong with them."""
        clips: dict[SpokenPiece, Audio] = {}
        good: dict[ShortLine, Audio | str] = {}
        pending = shorts
        for number in range(SHORT_TAKES):
            takes = [self._short_piece(short, number) for short in pending]
            asked = [*(pieces if number == 0 else ()), *takes]
            clips |= zip(asked, self._say(asked), strict=True)
            for short, take in zip(pending, takes, strict=True):
                good[short] = self._fit(short, clips[take])
            pending = [short for short in pending if isinstance(good[short], str)]
            if not pending:
                break
        return clips, good

    def _answer(
        self,
        request: DialogLines,
        clips: dict[SpokenPiece, Audio],
        good: dict[ShortLine, Audio | str],
    ) -> list[Utterance] | Rejected:
        """Put the lines of one dialogue together."""
        utterances: list[Utterance] = []
        for line in request.lines:
            if not _is_short(line):
                parts = [clips[piece] for piece in self._pieces(line, request.seed)]
                utterances.append(finish(_joined(parts)))
                continue
            audio = good[_short_line(line, request.seed)]
            if isinstance(audio, str):
                said = f"{line.spoken!r} failed {SHORT_TAKES} times; the last one {audio}"
                return Rejected("short_line", said)
            utterances.append(Utterance(audio, None))
        return utterances

    def _pieces(self, line: Line, seed: int) -> list[SpokenPiece]:
        """Return the parts of a line, each said in one go; none if it is short."""
        if _is_short(line):
            return []
        own = seed_for(seed, line.voice.id, line.spoken)
        return [
            self._piece(part, str(line.voice.path), line.emotion, own + number)
            for number, part in enumerate(chunks(line.spoken, self._options.max_letters))
        ]

    def _short_piece(self, short: ShortLine, number: int) -> SpokenPiece:
        key = (short.voice, short.spoken, short.emotion, str(short.variant))
        seed = seed_for(0, *key, number)
        return self._piece(short.spoken, short.path, short.emotion, seed)

    def _piece(self, text: str, path: str, emotion: str, seed: int) -> SpokenPiece:
        options = self._options
        delivery = options.neutral
        if emotion in LIVELY:
            delivery = options.lively
        elif emotion in CALM:
            delivery = options.calm
        if self._turbo:  # which has neither exaggeration nor guidance
            delivery = Delivery(exaggeration=0.0, cfg_weight=0.0, temperature=delivery.temperature)
        said = with_tags(text, CHATTERBOX_TURBO) if self._turbo else text
        return SpokenPiece(said, path, seed=seed, **delivery.model_dump())

    def _fit(self, short: ShortLine, audio: Audio) -> Audio | str:
        """Return a short line's clip, or what is wrong with it."""
        letters = sum(map(str.isalnum, short.spoken))
        longest = MAX_SHORT_SECONDS + MAX_LETTER_SECONDS * letters
        limits = limits_for(self.source).model_copy(update={"max_seconds": longest})
        clip = finish(audio).audio
        fault = listen(clip, short.spoken, limits).fault
        return clip if fault is None else fault.evidence

    def _check_recording(self, voice: Voice) -> None:
        """Raise UserError if a voice has no recording that the model can imitate."""
        if voice.path is None:
            raise UserError(
                f"chatterbox needs a recording of each voice and {voice.id} has none: set"
                " voices.catalogue to a bank of recorded voices (datagen voices import)"
            )
        if not Path(voice.path).is_file():
            raise UserError(f"voice {voice.id}: there is no recording {voice.path}")
        if self._turbo and soundfile.info(voice.path).duration <= MIN_TURBO_SECONDS:
            raise UserError(
                f"voice {voice.id}: chatterbox turbo needs a recording of more than"
                f" {MIN_TURBO_SECONDS:g} s; leave the voice out, or use variant: english"
            )


def _unspeakable(lines: Sequence[Line]) -> Rejected | None:
    """Return why lines cannot be said: of one without words the model says that it needs text."""
    for line in lines:
        if not num_words(line.spoken):
            return Rejected("unspeakable", f"{line.spoken!r} has no word to say")
    return None


def _is_short(line: Line) -> bool:
    return num_words(line.spoken) < SHORT_WORDS


def _short_line(line: Line, seed: int) -> ShortLine:
    path = str(line.voice.path)
    return ShortLine(line.voice.id, path, line.spoken, line.emotion, seed % SHORT_VARIANTS)


def _joined(parts: Sequence[Audio]) -> Audio:
    """Put the parts of a line together, with a short silence between them."""
    pause = np.zeros(PAUSE, np.float32)
    return np.concatenate([piece for part in parts for piece in (part, pause)][:-1])


def _folder(options: Chatterbox.Options) -> Path:
    model = options.model or REPOSITORIES[options.variant]
    needs = WEIGHTS[options.variant]
    return find_model("speech.options.model", model, options.revision, *needs)
