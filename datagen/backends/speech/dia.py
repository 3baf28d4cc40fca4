"""Dia by Nari Labs: a dialogue in chunks of both speakers -> one clip a turn.

    lines --plan--> chunks --DiaModel--> mixed sound --Aligner, cut--> a clip for each line

The paper's service dialogues were voiced with it. Speakers answer each other in one go, so they
sound like a conversation; each piece is checked against its speaker, and said alone if it fails.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from itertools import groupby
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from datagen.audio.timbre import distance
from datagen.backends.hub import find_model
from datagen.backends.protocols import DialogLines, Synthesizer
from datagen.backends.speech import dia_chunks
from datagen.backends.speech.dia_model import DiaModel
from datagen.backends.speech.dia_scene import SLACK, DiaScene, Prompt
from datagen.backends.speech.finish import finish
from datagen.backends.speech.nonverbal import DIA, has_tags
from datagen.backends.speech.weights import weights_digest
from datagen.config import BackendSpec
from datagen.gates.limits import limits_for
from datagen.gates.turn import listen
from datagen.types import Audio, Line, Record, Rejected, UserError, Utterance

WEIGHTS = ("config.json", "*.safetensors")
DECODING = "rows 1"
"""Name of how rows draw their tokens; it changes when the same seed gives other sound."""


class DiaSampling(Record):
    """How freely the model speaks; temperatures under 1 count as 1."""

    temperature: Annotated[float, Field(ge=1.0, le=2.5)] = 1.8
    top_p: Annotated[float, Field(gt=0.0, le=1.0)] = 0.9
    top_k: Annotated[int, Field(ge=1)] = 45
    guidance_scale: Annotated[float, Field(ge=1.0)] = 3.0


class Dia(Synthesizer):
    """Says chunks of dialogue and cuts them into turns."""

    source: ClassVar[str] = "dia"
    batches: ClassVar[bool] = True

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
        batch: Annotated[int, Field(ge=1, le=64)] = 16
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
            "decoding": DECODING,
        }

    def can_say(self, spoken: str) -> bool:
        """Return whether the model was trained with every tag of a line."""
        return has_tags(spoken, DIA)

    def speak(self, lines: Sequence[Line], *, seed: int) -> list[Utterance]:
        """Voice the lines of one dialogue; they depend on all lines and ``seed`` alone."""
        (answer,) = self.speak_batch([DialogLines(lines, seed)])
        if isinstance(answer, Rejected):
            raise answer
        return answer

    def speak_batch(self, requests: Sequence[DialogLines]) -> list[list[Utterance] | Rejected]:
        """Voice the lines of several dialogues, which depend on these requests alone.

        Chunks of all are said together; then, together, the lines that were no good in one.
        """
        scenes = [DiaScene(request) for request in requests]
        wanted = [chunk for scene in scenes for chunk in scene.chunks(self._model.seconds())]
        for (scene, chunk), sound in zip(wanted, self._say(wanted), strict=True):
            part = scene.lines[chunk.start : chunk.stop]
            for at, line, take in zip(chunk, part, self._pieces(part, sound), strict=True):
                if take is not None and self._is_fit(take, line, scene.prompt):
                    scene.takes[at] = take
        missing = [(scene, range(n, n + 1)) for scene in scenes for n in scene.missing()]
        for (scene, place), sound in zip(missing, self._say(missing, alone=True), strict=True):
            line = scene.lines[place.start]
            take = self._pieces([line], sound)[0]
            if take is None:
                scene.reject("alignment", f"{line.spoken!r} is not heard in what dia said")
            else:  # whether that is good enough is for the gates
                scene.takes[place.start] = take
        return [scene.answer() for scene in scenes]

    def close(self) -> None:
        """Free the aligner."""
        self._aligner.close()

    def _say(self, wanted: Sequence[tuple[DiaScene, range]], *, alone: bool = False) -> list[Audio]:
        """Return the sound of each chunk; those of like length are said at once."""
        rooms = [self._model.seconds() - scene.prompt.seconds for scene, _ in wanted]
        foreseen = [scene.foreseen(chunk) for scene, chunk in wanted]
        calm = [scene.calm for scene, _ in wanted]
        order = sorted(range(len(wanted)), key=lambda n: (calm[n], foreseen[n], n))
        sounds: dict[int, Audio] = {}
        for _, alike in groupby(order, key=lambda n: calm[n]):
            ordered = list(alike)
            for first in range(0, len(ordered), self._options.batch):
                batch = ordered[first : first + self._options.batch]
                sampling = self._options.calm if calm[batch[0]] else self._options.sampling
                seconds = [min(rooms[n], SLACK * foreseen[n]) for n in batch]
                said = self._say_batch([wanted[n] for n in batch], seconds, sampling, alone)
                sounds |= zip(batch, said, strict=True)
        return [sounds[n] for n in range(len(wanted))]

    def _say_batch(
        self,
        chunks: Sequence[tuple[DiaScene, range]],
        seconds: Sequence[float],
        sampling: DiaSampling,
        alone: bool,
    ) -> list[Audio]:
        """Return the sound of each chunk, as it was kept or said now."""
        texts = [scene.transcript(chunk) for scene, chunk in chunks]
        prompts = [scene.prompt.audio for scene, _ in chunks]
        seeds = [scene.seed_of(chunk, alone) for scene, chunk in chunks]
        heard = [blake2b(prompt.tobytes(), digest_size=16).hexdigest() for prompt in prompts]
        return self.kept(
            (texts, heard, seconds, seeds, sampling),
            lambda: self._model.say(
                texts, prompts, seconds=seconds, seeds=seeds, sampling=sampling.model_dump()
            ),
        )

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


def _folders(options: Dia.Options) -> tuple[Path, Path]:
    """Return where the weights of the model and of its codec are."""
    return (
        find_model("speech.options.model", options.model, options.revision, *WEIGHTS),
        find_model("speech.options.codec", options.codec, options.codec_revision, *WEIGHTS),
    )
