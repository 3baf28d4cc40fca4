"""Dia by Nari Labs: a dialogue in chunks of both speakers -> one clip a turn.

    lines --plan--> chunks --DiaModel--> mixed sound --Aligner, cut--> a clip for each line

The paper's service dialogues were voiced with it. Speakers answer each other in one go, so they
sound like a conversation; each piece is checked against its speaker, and said alone if it fails.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import numpy as np
import soundfile
from pydantic import Field

from datagen.audio.timbre import Timbre, distance, timbre
from datagen.backends.hub import find_model
from datagen.backends.protocols import Synthesizer
from datagen.backends.speech import dia_chunks
from datagen.backends.speech.dia_model import DiaModel
from datagen.backends.speech.finish import finish, to_24_khz
from datagen.backends.speech.nonverbal import DIA, has_tags
from datagen.backends.speech.texts import num_words
from datagen.backends.speech.weights import weights_digest
from datagen.config import BackendSpec
from datagen.gates.limits import limits_for
from datagen.gates.turn import listen
from datagen.seeds import seed_for
from datagen.types import SAMPLE_RATE, Audio, Line, Record, Rejected, UserError, Utterance, Voice

CALM = "calm"
PROMPT_PAUSE = SAMPLE_RATE * 300 // 1_000
"""Samples of silence between the two voices of a prompt."""
MIN_CHUNK_SECONDS = 4.0
SLACK = 1.8
"""Times the foreseen length that a chunk may reach before it is stopped."""
WEIGHTS = ("config.json", "*.safetensors")


class DiaSampling(Record):
    """How freely the model speaks; temperatures under 1 count as 1."""

    temperature: Annotated[float, Field(ge=1.0, le=2.5)] = 1.8
    top_p: Annotated[float, Field(gt=0.0, le=1.0)] = 0.9
    top_k: Annotated[int, Field(ge=1)] = 45
    guidance_scale: Annotated[float, Field(ge=1.0)] = 3.0


class Dia(Synthesizer):
    """Says chunks of dialogue and cuts them into turns."""

    source: ClassVar[str] = "dia"

    class Options(Record):
        """The weights, how freely they speak, and the aligner that finds the words."""

        model: str = "nari-labs/Dia-1.6B-0626"
        """A folder, or the name of a downloaded model."""
        revision: str = "main"
        codec: str = "descript/dac_44khz"
        codec_revision: str = "main"
        sampling: DiaSampling = DiaSampling()
        calm: DiaSampling = DiaSampling(temperature=1.2)
        aligner: BackendSpec = BackendSpec(use="sphinx")
        precision: Literal["float32", "bfloat16", "float16"] = "bfloat16"
        batch: Annotated[int, Field(ge=1, le=64)] = 8
        """Chunks said at once. It decides what is drawn, so it is part of the recipe."""
        device: Annotated[str, Field(exclude=True)] = "cuda"

    def __init__(self, options: Options) -> None:
        """Load the weights and the aligner."""
        from datagen.backends.registry import ALIGNERS

        self._options = options
        self._aligner = ALIGNERS.load(options.aligner)
        try:
            self._model = DiaModel(*_folders(options), options.device, options.precision)
        except ImportError as error:
            raise UserError(
                f"speech.use: dia cannot import its model ({error}); datagen env create"
                " transformers, and name its python in the host's speech.py_executable"
            ) from error
        self._limits = limits_for(self.source)

    @classmethod
    def check(cls, options: Options) -> None:
        """Raise UserError if weights or the aligner are not on this machine."""
        from datagen.backends.registry import ALIGNERS

        _folders(options)
        ALIGNERS.check(options.aligner)

    @classmethod
    def identity(cls, options: Options) -> dict[str, str]:
        """Tell the weights apart, and the aligner that cuts."""
        from datagen.backends.registry import ALIGNERS

        model, codec = _folders(options)
        aligner = ALIGNERS.identity(options.aligner)
        return {
            "weights": weights_digest(model, *WEIGHTS),
            "codec": weights_digest(codec, *WEIGHTS),
            "aligner": repr(sorted(aligner.items())),
        }

    def can_say(self, spoken: str) -> bool:
        """Return whether the model was trained with every tag of a line."""
        return has_tags(spoken, DIA)

    def speak(self, lines: Sequence[Line], *, seed: int) -> list[Utterance]:
        """Voice the lines of one dialogue; they depend on all lines and ``seed`` alone."""
        for line in lines:
            if not num_words(line.spoken):
                raise Rejected("unspeakable", f"{line.spoken!r} has no word to say")
        prompt = Prompt.of([line.voice for line in lines if line.speaker == "agent"], lines)
        chunks = self._say(lines, prompt, seed)
        takes: list[Utterance] = []
        for chunk, sound in chunks:
            part = lines[chunk.start : chunk.stop]
            for line, take in zip(part, self._pieces(part, sound), strict=True):
                good = take is not None and self._is_fit(take, line, prompt)
                takes.append(take if good and take else self._alone(line, prompt, seed))
        return takes

    def close(self) -> None:
        """Free the aligner."""
        self._aligner.close()

    def _say(self, lines: Sequence[Line], prompt: Prompt, seed: int) -> list[tuple[range, Audio]]:
        """Return the sound of each chunk; chunks of one batch are said at once."""
        room = self._model.seconds() - prompt.seconds
        longest = min(dia_chunks.MAX_SECONDS, room / SLACK)
        if longest < MIN_CHUNK_SECONDS:
            raise UserError(
                f"the recordings of {prompt.names} last {prompt.seconds:.1f} s together, which"
                " leaves dia no room to speak; 5 to 10 s each are best"
            )
        chunks = dia_chunks.plan(lines, len(prompt.text.encode()), longest)
        calm = all(line.emotion == CALM for line in lines)
        sampling = self._options.calm if calm else self._options.sampling
        said: list[tuple[range, Audio]] = []
        for first in range(0, len(chunks), self._options.batch):
            batch = chunks[first : first + self._options.batch]
            parts = [lines[chunk.start : chunk.stop] for chunk in batch]
            foreseen = max(sum(dia_chunks.seconds(x.spoken) for x in part) for part in parts)
            sounds = self._model.say(
                [prompt.transcript(part) for part in parts],
                prompt.audio,
                max_seconds=min(room, SLACK * foreseen),
                seed=seed_for(seed, prompt.names, lines[batch[0].start].spoken, first),
                sampling=sampling.model_dump(),
            )
            said += zip(batch, sounds, strict=True)
        return said

    def _pieces(self, lines: Sequence[Line], sound: Audio) -> list[Utterance | None]:
        """Cut a chunk [S] into its lines; Nones if its words cannot be found."""
        if not len(sound) or not np.isfinite(sound).all():
            return [None] * len(lines)
        try:
            spoken = " ".join(line.spoken for line in lines)
            words = self._aligner.align(spoken, lambda: sound, None)
        except Rejected:
            return [None] * len(lines)
        return [finish(piece.audio, piece.words) for piece in dia_chunks.cut(sound, words, lines)]

    def _is_fit(self, take: Utterance, line: Line, prompt: Prompt) -> bool:
        """Return whether a piece is its line, and nearer to its own speaker than to the other."""
        heard = listen(take.audio, line.spoken, self._limits)
        if heard.fault:
            return False
        own, others = (
            prompt.timbres.get(line.voice.id),
            [known for name, known in prompt.timbres.items() if name != line.voice.id],
        )
        if own is None or heard.timbre is None:
            return True
        return all(
            distance(heard.timbre, other) - distance(heard.timbre, own) > self._limits.min_own_voice
            for other in others
        )

    def _alone(self, line: Line, prompt: Prompt, seed: int) -> Utterance:
        """Say one line by itself; whether that is good enough is for the gates."""
        ((_, sound),) = self._say([line], prompt, seed_for(seed, "alone", line.spoken))
        take = self._pieces([line], sound)[0]
        if take is None:
            raise Rejected("alignment", f"{line.spoken!r} is not heard in what dia said")
        return take


class Prompt:
    """The recordings of a dialogue's voices, which come before every chunk, and their words."""

    def __init__(self, voices: Sequence[Voice]) -> None:
        self.names = " and ".join(voice.id for voice in voices)
        self._tags = {voice.id: tag for tag, voice in enumerate(voices, start=1)}
        recordings = [_recording(voice) for voice in voices]
        pause = np.zeros(PROMPT_PAUSE, np.float32)
        joined = [part for recording in recordings for part in (recording, pause)]
        self.audio: Audio = np.concatenate(joined)
        self.seconds = len(self.audio) / SAMPLE_RATE
        self._said = [(self._tags[voice.id], _words_of(voice)) for voice in voices]
        self.text = dia_chunks.transcript(self._said)
        heard = {voice.id: timbre(sound) for voice, sound in zip(voices, recordings, strict=True)}
        self.timbres: dict[str, Timbre] = {name: known for name, known in heard.items() if known}

    @classmethod
    def of(cls, agents: Sequence[Voice], lines: Sequence[Line]) -> Prompt:
        """Return the prompt of a dialogue's lines: the agent first, if it speaks."""
        ordered = [*agents, *(line.voice for line in lines)]
        voices = list({voice.id: voice for voice in ordered}.values())
        assert 1 <= len(voices) <= 2, "a dialogue has two voices"
        return cls(voices)

    def transcript(self, lines: Sequence[Line]) -> str:
        """Return the prompt's words and then the lines, tagged."""
        return dia_chunks.transcript(
            [*self._said, *((self._tags[line.voice.id], line.spoken) for line in lines)]
        )


def _recording(voice: Voice) -> Audio:
    """Return a voice's recording [S]."""
    if voice.path is None:
        raise UserError(
            f"dia needs a recording of each voice and {voice.id} has none: set voices.catalogue to"
            " a bank of recorded voices (datagen voices import)"
        )
    try:
        samples, rate = soundfile.read(voice.path, dtype="float32", always_2d=True)
    except (OSError, soundfile.LibsndfileError) as error:
        raise UserError(f"voice {voice.id}: {voice.path} cannot be read ({error})") from error
    return to_24_khz(samples, int(rate))


def _words_of(voice: Voice) -> str:
    """Return what is said in a voice's recording: NAME.txt beside NAME.wav."""
    assert voice.path is not None
    path = Path(voice.path).with_suffix(".txt")
    try:
        words = path.read_text(encoding="utf-8").strip()
    except OSError:
        words = ""
    if not words:
        raise UserError(
            f"dia must know the words of each recording, and those of voice {voice.id} are not in"
            f" {path}; write them there"
        )
    return words


def _folders(options: Dia.Options) -> tuple[Path, Path]:
    """Return where the weights of the model and of its codec are."""
    return (
        find_model("speech.options.model", options.model, options.revision, *WEIGHTS),
        find_model("speech.options.codec", options.codec, options.codec_revision, *WEIGHTS),
    )
