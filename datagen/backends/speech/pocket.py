"""Pocket TTS by Kyutai: Line + recording of a voice -> clip at 24 kHz, on a CPU.

pocket-tts 4 runs it (``pip install pocket-tts``). Its weights are on a hub only, so it was never
heard here: the calls below are checked against the installed package (tests/golden/pocket_contract
.yaml), what the model makes of a text is not. Nothing is downloaded: its configuration is rewritten
to name files that are here.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, ClassVar

import numpy as np
import yaml
from pydantic import Field

from datagen.backends.hub import files_hash, find_model
from datagen.backends.protocols import Synthesizer
from datagen.backends.speech.finish import finish, to_24_khz
from datagen.backends.speech.nonverbal import has_tags
from datagen.backends.speech.texts import num_words
from datagen.seeds import seed_for
from datagen.types import Audio, Line, Record, Rejected, UserError, Utterance, Voice

WEIGHTS, TOKENIZER = "model.safetensors", "tokenizer.json"
MIN_VERSION = 4
MAX_KEPT_VOICES = 64
"""How many recordings' states are kept at hand."""


class Pocket(Synthesizer):
    """Says one line after another in the voice of a recording."""

    source: ClassVar[str] = "pocket"

    class Options(Record):
        """The weights, and how freely they speak."""

        model: Annotated[str, Field(exclude=True)] = "kyutai/pocket-tts"
        """A folder with languages/LANGUAGE/model.safetensors (or it alone), or a downloaded id."""
        tokenizer: Annotated[str, Field(exclude=True)] = "kyutai/pocket-tts-without-voice-cloning"
        """A folder with tokenizer.json in the same place, or a downloaded model's id."""
        revision: Annotated[str, Field(exclude=True)] = "main"
        language: str = "english"
        temperature: Annotated[float, Field(ge=0, le=2)] | None = None
        """Temperature of the sampling; null is the model's own."""
        quantize: bool = False
        """Whether matrices are int8: half the memory, and faster on most processors."""

    def __init__(self, options: Options) -> None:
        """Load the weights."""
        self.check(options)
        self._model = _load(options)
        self._states: dict[str, Any] = {}

    @classmethod
    def check(cls, options: Options) -> None:
        """Raise UserError if the package or the weights are not on this machine."""
        if find_spec("pocket_tts") is None:
            raise UserError("speech.use: pocket needs its package: pip install 'pocket-tts>=4'")
        found = version("pocket-tts")
        if int(found.partition(".")[0]) < MIN_VERSION:
            raise UserError(f"speech.use: pocket needs pocket-tts 4 or newer, and {found} is here")
        _files(options)

    @classmethod
    def identity(cls, options: Options) -> dict[str, str]:
        """Tell the weights and the package apart."""
        weights, tokenizer = _files(options)
        try:
            package = version("pocket-tts")
        except PackageNotFoundError:
            package = "in the workers' environment"
        return {
            "package": package,
            "weights": files_hash(weights.parent, weights.name),
            "tokenizer": files_hash(tokenizer.parent, tokenizer.name),
        }

    def can_say(self, spoken: str) -> bool:
        """Return False for lines with tags such as [laughs]: the model knows none."""
        return has_tags(spoken, {})

    def speak(self, lines: Sequence[Line], *, seed: int) -> list[Utterance]:
        """Voice each line; an utterance depends on its line and ``seed`` alone."""
        return [self._utter(line, seed) for line in lines]

    def _utter(self, line: Line, seed: int) -> Utterance:
        import torch

        if not num_words(line.spoken):
            raise Rejected("unspeakable", f"{line.spoken!r} has no word to say")
        state = self._state(line.voice)
        torch.manual_seed(seed_for(seed, line.voice.id, line.spoken))
        wave = self._model.generate_audio(state, line.spoken, copy_state=True)
        samples: Audio = np.asarray(wave.detach().cpu(), dtype=np.float32).reshape(-1)
        return finish(to_24_khz(samples, int(self._model.sample_rate)))

    def _state(self, voice: Voice) -> Any:
        """Return what the model makes of a recording, which is kept."""
        if voice.path is None:
            raise UserError(
                f"pocket needs a recording of each voice and {voice.id} has none: set"
                " voices.catalogue to a bank of recorded voices (datagen voices import)"
            )
        path = Path(voice.path)
        if not path.is_file():
            raise UserError(f"voice {voice.id}: there is no recording {path}")
        if voice.path not in self._states:
            if len(self._states) >= MAX_KEPT_VOICES:
                del self._states[next(iter(self._states))]
            self._states[voice.path] = self._model.get_state_for_audio_prompt(path, truncate=True)
        return self._states[voice.path]


def _files(options: Pocket.Options) -> tuple[Path, Path]:
    """Return the files of the weights and of the tokenizer. Raises UserError."""
    return (
        _file("model", options.model, options, WEIGHTS),
        _file("tokenizer", options.tokenizer, options, TOKENIZER),
    )


def _file(name: str, model: str, options: Pocket.Options, file: str) -> Path:
    setting = f"speech.options.{name}"
    folder = find_model(setting, model, options.revision)
    inside = folder / "languages" / options.language / file
    path = inside if inside.is_file() else folder / file
    if not path.is_file():
        raise UserError(f"{setting}: {folder} has no {file} of {options.language}")
    return path


def local_config(config: dict[str, Any], weights: Path, tokenizer: Path) -> dict[str, Any]:
    """Return the package's configuration of a language with files in place of addresses."""
    flow = config["flow_lm"]
    table = {**flow["lookup_table"], "tokenizer_path": str(tokenizer)}
    return {
        **config,
        "weights_path": str(weights),
        "weights_path_without_voice_cloning": str(weights),
        "flow_lm": {**flow, "lookup_table": table},
    }


def _load(options: Pocket.Options) -> Any:
    """Build pocket-tts's own class."""
    import pocket_tts

    source = Path(pocket_tts.__file__).parent / "config" / f"{options.language}.yaml"
    if not source.is_file():
        raise UserError(f"speech.options.language: pocket-tts has no {options.language}")
    weights, tokenizer = _files(options)
    config = local_config(yaml.safe_load(source.read_text(encoding="utf-8")), weights, tokenizer)
    with TemporaryDirectory(prefix="datagen-pocket-") as folder:
        path = Path(folder) / f"{options.language}.yaml"
        path.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
        return pocket_tts.TTSModel.load_model(
            config=str(path), temp=options.temperature, quantize=options.quantize
        )
