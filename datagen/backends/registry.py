"""Short names of the backends that ship with datagen; anything else is ``package.module:Class``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Generic, TypeVar, cast

from pydantic import ValidationError

from datagen.backends.protocols import (
    Aligner,
    Backend,
    Codec,
    FloorPredictor,
    Judge,
    ScriptWriter,
    Synthesizer,
    Tokenizer,
)
from datagen.config import BackendSpec, describe
from datagen.settings_text import shortened
from datagen.types import UserError
from datagen.visible import visible_line

T = TypeVar("T", bound=Backend)


FINGERPRINT_NAMES = {
    "script.composer": "datagen.backends.writer.composer:Composer",
    "script.openai": "datagen.backends.writer.openai:OpenAI",
    "script.vllm": "datagen.backends.writer.vllm:VLLM",
    "speech.espeak": "datagen.backends.speech.espeak:Espeak",
    "speech.http": "datagen.backends.speech.http:Http",
    "speech.chatterbox": "datagen.backends.speech.chatterbox:Chatterbox",
    "speech.dia": "datagen.backends.speech.dia:Dia",
    "speech.dummy": "datagen.backends.speech.dummy:Dummy",
    "align.native": "datagen.backends.aligner.native:Native",
    "align.ctc": "datagen.backends.aligner.ctc:Ctc",
    "align.sphinx": "datagen.backends.aligner.sphinx:Sphinx",
    "align.ctm": "datagen.backends.aligner.ctm:Ctm",
    "align.proportional": "datagen.backends.aligner.proportional:Proportional",
    "gates.judge.listener": "datagen.backends.judge.listener:Listener",
    "codec.vocoder": "datagen.backends.codec.vocoder:Vocoder",
    "codec.mimi": "datagen.backends.codec.mimi:Mimi",
    "codec.dummy": "datagen.backends.codec.dummy:Dummy",
    "tokenizer.shipped": "datagen.backends.tokenizer.shipped:Shipped",
    "tokenizer.helium": "datagen.backends.tokenizer.helium:Helium",
    "floor.rules": "datagen.backends.floor.rules:Rules",
    "floor.llm": "datagen.backends.floor.llm:Llm",
}
"""What fingerprints call backends of before 0.2: where their class was then. It stays when a class
moves, or every run made with it would refuse to go on. Later backends go by their short names."""

_MODULE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


@dataclass(frozen=True)
class Table(Generic[T]):
    """Names of one kind of backend, each with the ``module:Class`` it stands for."""

    section: str
    names: dict[str, str]
    protocol: Any = Backend
    """What a class of this kind inherits."""

    def resolve(self, spec: BackendSpec) -> type[T]:
        """Return the class that ``spec.use`` names, without loading weights."""
        module, _, attribute = self.names.get(spec.use, spec.use).partition(":")
        if not _MODULE.fullmatch(module) or not attribute.isidentifier():
            raise UserError(
                f"{self.section}.use: there is no backend {shortened(spec.use)}; known are"
                f" {', '.join(sorted(self.names))}, or give package.module:Class"
            )
        try:
            found = getattr(import_module(module), attribute)
        except (Exception, SystemExit) as error:  # of whatever module was named
            reason = visible_line(f"{type(error).__name__}: {error}")[:300]
            raise UserError(
                f"{self.section}.use: cannot load {shortened(spec.use)} ({reason})"
            ) from error
        if not isinstance(found, type) or self.protocol not in found.__mro__:
            raise UserError(
                f"{self.section}.use: {shortened(spec.use)} is no backend of this kind; known are"
                f" {', '.join(sorted(self.names))}, or a class that inherits"
                f" datagen.backends.protocols.{self.protocol.__name__}"
            )
        return cast("type[T]", found)

    def options(self, spec: BackendSpec) -> Any:
        """Return the validated options of ``spec``."""
        known = self.resolve(spec).Options
        try:
            return known.model_validate(spec.options)
        except ValidationError as error:
            raise UserError(f"{self.section}.options: {describe(error, known)}") from error

    def check(self, spec: BackendSpec) -> None:
        """Raise UserError if the backend or its options cannot work here."""
        self.resolve(spec).check(self.options(spec))

    def identity(self, spec: BackendSpec) -> dict[str, Any]:
        """Return everything that decides what the backend makes."""
        options = self.options(spec)
        return {
            "use": FINGERPRINT_NAMES.get(f"{self.section}.{spec.use}", spec.use),
            "options": options.model_dump(mode="json"),
            **self.resolve(spec).identity(options),
        }

    def load(self, spec: BackendSpec) -> T:
        """Build the backend: this is where weights are loaded."""
        return self.resolve(spec)(self.options(spec))


WRITERS = Table[ScriptWriter](
    "script",
    {
        "composer": "datagen.backends.writer.composer:Composer",
        "openai": "datagen.backends.writer.openai:OpenAI",
        "vllm": "datagen.backends.writer.vllm:VLLM",
    },
    ScriptWriter,
)


class VoiceTable(Table[Synthesizer]):
    """The table of speech backends, which may have speakers of their own."""

    def speakers(self, spec: BackendSpec) -> Mapping[str, Sequence[str]]:
        """Return the speakers that a backend has by name, by gender."""
        return self.resolve(spec).speakers(self.options(spec))


VOICES = VoiceTable(
    "speech",
    {
        "espeak": "datagen.backends.speech.espeak:Espeak",
        "http": "datagen.backends.speech.http:Http",
        "chatterbox": "datagen.backends.speech.chatterbox:Chatterbox",
        "dia": "datagen.backends.speech.dia:Dia",
        "kokoro": "datagen.backends.speech.kokoro:Kokoro",
        "pocket": "datagen.backends.speech.pocket:Pocket",
        "dummy": "datagen.backends.speech.dummy:DummyVoice",
        "chords": "datagen.backends.speech.chords:ChordVoice",
    },
    Synthesizer,
)
ALIGNERS = Table[Aligner](
    "align",
    {
        "native": "datagen.backends.aligner.native:Native",
        "ctc": "datagen.backends.aligner.ctc:Ctc",
        "sphinx": "datagen.backends.aligner.sphinx:Sphinx",
        "ctm": "datagen.backends.aligner.ctm:Ctm",
        "proportional": "datagen.backends.aligner.proportional:Proportional",
    },
    Aligner,
)
JUDGES = Table[Judge](
    "gates.judge",
    {
        "listener": "datagen.backends.judge.listener:Listener",
        "whisper": "datagen.backends.judge.whisper:Whisper",
    },
    Judge,
)
CODECS = Table[Codec](
    "codec",
    {
        "vocoder": "datagen.backends.codec.vocoder:Vocoder",
        "mimi": "datagen.backends.codec.mimi:Mimi",
        "dummy": "datagen.backends.codec.dummy:DummyCodec",
        "chords": "datagen.backends.codec.chords:ChordCodec",
    },
    Codec,
)
TOKENIZERS = Table[Tokenizer](
    "tokenizer",
    {
        "shipped": "datagen.backends.tokenizer.shipped:Shipped",
        "helium": "datagen.backends.tokenizer.helium:Helium",
    },
    Tokenizer,
)
FLOORS = Table[FloorPredictor](
    "floor",
    {"rules": "datagen.backends.floor.rules:Rules", "llm": "datagen.backends.floor.llm:Llm"},
    FloorPredictor,
)
"""Predictors; a timeline preset chooses one (``timeline.overrides.floor``), not the recipe."""
TABLES: tuple[Table[Any], ...] = (WRITERS, VOICES, ALIGNERS, CODECS, TOKENIZERS)
