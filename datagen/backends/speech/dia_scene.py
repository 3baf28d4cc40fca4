"""A dialogue on its way through Dia: its lines, what is said before each chunk, and takes so far.

lines --chunks, transcripts--> DiaModel --cut--> a take of each line, or why there is none
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile

from datagen.audio.timbre import Timbre, timbre
from datagen.backends.protocols import DialogLines
from datagen.backends.speech import dia_chunks
from datagen.backends.speech.finish import to_24_khz
from datagen.backends.speech.texts import num_words
from datagen.seeds import seed_for
from datagen.types import SAMPLE_RATE, Audio, Line, Rejected, UserError, Utterance, Voice

CALM = "calm"
PROMPT_PAUSE = SAMPLE_RATE * 300 // 1_000
"""Samples of silence between the two voices of a prompt."""
MIN_CHUNK_SECONDS = 4.0
"""Seconds that the recordings must leave for speech."""
SLACK = 1.8
"""Times the foreseen length that a chunk may reach before it is stopped."""


class DiaScene:
    """The lines of one dialogue that are to be said, and their takes so far."""

    def __init__(self, request: DialogLines) -> None:
        self.lines = request.lines
        self._seed = request.seed
        self._verdict: Rejected | None = None
        self.takes: dict[int, Utterance] = {}
        """A good take of each line, by its place."""
        for line in self.lines:
            if not num_words(line.spoken):
                self.reject("unspeakable", f"{line.spoken!r} has no word to say")
        agents = [line.voice for line in self.lines if line.speaker == "agent"]
        self.prompt = Prompt.of(agents, self.lines)
        self.calm = all(line.emotion == CALM for line in self.lines)

    def chunks(self, seconds: float) -> list[tuple[DiaScene, range]]:
        """Group the lines into chunks that a call of so many seconds can hold."""
        if self._verdict:
            return []
        longest = min(dia_chunks.MAX_SECONDS, (seconds - self.prompt.seconds) / SLACK)
        if longest < MIN_CHUNK_SECONDS:
            raise UserError(
                f"the recordings of {self.prompt.names} last {self.prompt.seconds:.1f} s together,"
                " which leaves dia no room to speak; 5 to 10 s each are best"
            )
        size = len(self.prompt.text.encode())
        return [(self, chunk) for chunk in dia_chunks.plan(self.lines, size, longest)]

    def missing(self) -> list[int]:
        """Return the places of the lines that have no good take yet."""
        if self._verdict:
            return []
        return [place for place in range(len(self.lines)) if place not in self.takes]

    def foreseen(self, chunk: range) -> float:
        """Return how many seconds a chunk will take."""
        return sum(dia_chunks.seconds(self.lines[place].spoken) for place in chunk)

    def transcript(self, chunk: range) -> str:
        """Return the prompt's words and a chunk's, tagged."""
        return self.prompt.transcript([self.lines[place] for place in chunk])

    def seed_of(self, chunk: range, alone: bool) -> int:
        """Return the seed of a chunk, which is another one when a line is said by itself."""
        said = self.lines[chunk.start].spoken
        key = (self.prompt.names, said, chunk.start)
        return seed_for(self._seed, "alone", *key) if alone else seed_for(self._seed, *key)

    def reject(self, reason: str, evidence: str) -> None:
        """Give the dialogue up."""
        self._verdict = self._verdict or Rejected(reason, evidence)

    def answer(self) -> list[Utterance] | Rejected:
        """Return a take of each line, or why there is none."""
        return self._verdict or [self.takes[place] for place in range(len(self.lines))]


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
