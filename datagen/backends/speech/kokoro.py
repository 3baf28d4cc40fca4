"""Kokoro-82M: Line -> phonemes -> clip at 24 kHz; neural speech on one core of a laptop.

kokoro-onnx runs the model (extra ``kokoro``); its weights and voices are files of the user's: a
folder, a downloaded model, or installed packages (``package:NAME,...``). A person is a style vector
by name, so voices are cast like a bank's. It draws nothing: a new seed gives the same take.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from datagen.backends.hub import files_of, find_model
from datagen.backends.protocols import Synthesizer
from datagen.backends.speech.espeak import PROSODY, Prosody, with_letter_a
from datagen.backends.speech.finish import finish, to_24_khz, without_rumble
from datagen.backends.speech.kokoro_voices import ENGLISH, VoiceFiles, blended
from datagen.backends.speech.nonverbal import KOKORO, has_all
from datagen.backends.speech.texts import num_words
from datagen.backends.speech.weights import weights_digest
from datagen.text.nonverbal import bare, sound_of
from datagen.types import Audio, Line, Record, Rejected, UserError, Utterance

MODELS = ("*.int8.onnx", "*quantized.onnx", "*.onnx", "onnx/model_quantized.onnx", "onnx/*.onnx")
"""Where a folder may have the model, the small one first."""
PARTS = "part.bin"
"""Name of a model that was joined from packages."""
LOUDEST = 0.95
"""Largest sample of a clip: the model goes over 1.0, and a louder clip is turned down."""
LANGUAGES = {"a": "en-us", "b": "en-gb"}
"""Language of a voice by the first letter of its name."""


class Kokoro(Synthesizer):
    """Says one line after another, on one thread."""

    source: ClassVar[str] = "kokoro"
    license: ClassVar[str] = "Apache-2.0"
    random: ClassVar[bool] = False

    class Options(Record):
        """The weights and the voices to use."""

        model: Annotated[str, Field(exclude=True)] = "onnx-community/Kokoro-82M-v1.0-ONNX"
        """Folder with the ONNX file, id of a downloaded model, or package:NAME,NAME."""
        revision: Annotated[str, Field(exclude=True)] = "main"
        voices: Annotated[str | None, Field(exclude=True)] = None
        """Folder of NAME.bin (float32 [510, 1, 256]), or kokoro-onnx's voices file; null looks in
        the model's folder."""
        names: tuple[str, ...] = ENGLISH
        """Voices that may be cast: language a or b, gender f or m, then a name."""
        blends: Annotated[int, Field(ge=0, le=64)] = 0
        """Further voices of each gender, each the mean of two of the same accent."""
        speed: Annotated[float, Field(ge=0.5, le=2.0)] = 1.0

    def __init__(self, options: Options) -> None:
        """Load the weights (0.7 GB of memory) and the voices."""
        self.check(options)
        self._options = options
        self._voices = VoiceFiles(_voices_path(options))
        self._model = _load(_model_file(options))
        self._styles: dict[str, NDArray[np.float32]] = {}

    @classmethod
    def check(cls, options: Options) -> None:
        """Raise UserError if the package, the weights or a voice is not here."""
        if find_spec("kokoro_onnx") is None:
            raise UserError(
                "speech.use: kokoro needs kokoro-onnx: pip install 'fullduplex-datagen[kokoro]'"
            )
        _model_file(options)
        voices = VoiceFiles(_voices_path(options))
        if missing := [name for name in options.names if name not in voices.names]:
            raise UserError(
                f"speech.options.voices: {voices.path} has no voice {', '.join(missing[:3])};"
                " name those it has in speech.options.names"
            )

    @classmethod
    def identity(cls, options: Options) -> dict[str, str]:
        """Tell the weights, the voices, the phonemiser and the runtime apart.

        Bytes are the same on processors with the same vector instructions; an int8 product may
        round otherwise on another kind.
        """
        path = _model_file(options)
        voices = VoiceFiles(_voices_path(options))
        packages = ("kokoro-onnx", "onnxruntime", "espeakng-loader")
        return {
            "weights": weights_digest(path.parent, path.name),
            "voices": voices.digest(options.names),
            "sound": "over 65 Hz",
            **{name: version(name) for name in packages},
        }

    @classmethod
    def speakers(cls, options: Options) -> Mapping[str, Sequence[str]]:
        """Return the voices by gender, blends last."""
        found: dict[str, Sequence[str]] = {}
        for gender, letter in (("female", "f"), ("male", "m")):
            names = [name for name in options.names if name[1:2] == letter]
            found[gender] = [*names, *blended(names, options.blends)]
        return found

    def can_say(self, spoken: str) -> bool:
        """Return whether every sound of a line that is no word is in the table of phonemes."""
        return has_all(spoken, KOKORO)

    def speak(self, lines: Sequence[Line], *, seed: int) -> list[Utterance]:
        """Voice each line; an utterance depends on its line alone."""
        return [self._utter(line) for line in lines]

    def phonemes(self, spoken: str, language: str) -> str:
        """Return a line in the model's alphabet: words by the phonemiser, other sounds by table."""
        parts = [
            KOKORO[sound] + after if sound else self._model.tokenizer.phonemize(text, language)
            for sound, text, after in _runs(with_letter_a(spoken))
        ]
        return " ".join(part for part in parts if part)

    def _utter(self, line: Line) -> Utterance:
        if line.voice.path is not None:
            raise UserError(
                f"kokoro cannot imitate the recording of voice {line.voice.id}:"
                " use voices.catalogue=synthetic, or another speech backend"
            )
        name = line.voice.id
        phonemes = self.phonemes(line.spoken, LANGUAGES[name[0]]) if num_words(line.spoken) else ""
        if not phonemes:
            raise Rejected("unspeakable", f"{line.spoken!r} has no word that kokoro can say")
        pace = PROSODY.get(line.emotion, Prosody()).rate / 100 * line.speed
        samples, rate = self._model.create(
            phonemes,
            self._style(name),
            speed=min(2.0, max(0.5, self._options.speed * pace)),
            is_phonemes=True,
            trim=False,
        )
        return finish(levelled(to_24_khz(np.asarray(samples, np.float32).reshape(-1), int(rate))))

    def _style(self, name: str) -> NDArray[np.float32]:
        """Return a voice's style vectors [510, 1, 256]; a blend's are the mean of its two."""
        if name not in self._styles:
            styles = [self._voices.load(part) for part in name.split("+")]
            self._styles[name] = np.mean(styles, axis=0, dtype=np.float32)
        return self._styles[name]


def levelled(audio: Audio) -> Audio:
    """Return the model's sound [S] without its rumble, turned down if it is over LOUDEST.

    bm_fable hums under 50 Hz, 16 dB under its speech and half a second beyond it.
    """
    audio = without_rumble(audio)
    peak = float(np.abs(audio).max(initial=0.0))
    return audio * np.float32(LOUDEST / peak) if peak > LOUDEST else audio


def _runs(text: str) -> Iterator[tuple[str | None, str, str]]:
    """Yield (None, words, "") and (sound, "", punctuation after it) in their order."""
    words: list[str] = []
    for token in text.split():
        sound = sound_of(token)
        if sound is None or sound not in KOKORO:
            words.append(token)
            continue
        if words:
            yield None, " ".join(words), ""
            words = []
        yield sound, "", bare(token)[2]
    if words:
        yield None, " ".join(words), ""


def _model_file(options: Kokoro.Options) -> Path:
    """Return the ONNX file. Raises UserError."""
    setting = "speech.options.model"
    path = Path(options.model).expanduser()
    if path.is_file():
        return path
    folder = find_model(setting, options.model, options.revision)
    found = next((f for glob in (*MODELS, PARTS) for f in files_of(folder, glob)), None)
    if found is None:
        raise UserError(f"{setting}: {folder} has no ONNX file of Kokoro")
    return found


def _voices_path(options: Kokoro.Options) -> Path:
    """Return the folder or file of the voices. Raises UserError."""
    if options.voices is None:
        path = find_model("speech.options.model", options.model, options.revision)
    else:
        path = Path(options.voices).expanduser()
    if not path.exists():
        raise UserError(
            f"speech.options.voices: there is no {path}; `npm pack kokoro-js@1.2.1`, unpacked, has"
            " the voices in package/voices (and the model's page of the hub in voices/)"
        )
    return path


def _load(path: Path) -> Any:
    """Build kokoro-onnx's own class on one thread, so that sums have one order."""
    import onnxruntime
    from kokoro_onnx import Kokoro as Model

    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), settings, providers=["CPUExecutionProvider"])
    with TemporaryDirectory(prefix="datagen-kokoro-") as folder:
        # the library wants a file of voices; ours are given to it as style vectors
        none = Path(folder) / "none.npz"
        np.savez(none)
        return Model.from_session(session, str(none))
