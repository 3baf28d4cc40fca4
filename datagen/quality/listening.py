"""Ears on a run: a sample of its dialogues is heard, one file of findings each, so it can go on.

    RUN --listen_to--> RUN/quality/ID.json, ...  --figures.gather--> RUN/quality.json

What was heard before with the same ears, of the same tokens, is not heard again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from datagen.audio.loudness import loudness
from datagen.backends.judge.whisper import Whisper
from datagen.config import digest
from datagen.engine.run_files import read_run
from datagen.gates.hearing import HeardLine, as_spoken, compare, judged
from datagen.gates.words import distance, normalise
from datagen.quality.figures import FILE, HeardTurn, QualityFile, gather
from datagen.quality.stretches import WHATS, Stretch, What, stretches
from datagen.show.lookup import RunDialogue
from datagen.storage import Where
from datagen.storage.run_folder import RunFolder
from datagen.types import SPEAKERS, Audio, Record, Speaker, UserError

FOLDER = "quality"
"""Folder of a run with the findings of each dialogue."""
AGAIN = ((5, False), (5, True))
"""Width of the search, and whether times are asked for, where a number was heard otherwise."""


class WordListener(Protocol):
    """Hears words."""

    def transcribe(
        self, audio: Audio, beam: int = 1, *, short: bool = False, timed: bool = False
    ) -> str:
        """Return what is heard in a clip [S]."""
        ...


class SpeakerTeller(Protocol):
    """Tells speakers apart."""

    def vector(self, audio: Audio) -> NDArray[np.float32] | None:
        """Return the unit vector of a clip's speaker, None if it is too short."""
        ...


class SoundRater(Protocol):
    """Rates sound."""

    def rate(self, audio: Audio) -> tuple[float, float] | None:
        """Return the overall rating and P.808's, None if the clip is too short."""
        ...


class EarOptions(Record):
    """Which ears listen: Whisper for words, and those that need no choice."""

    model: str = Whisper.Options().model
    """Folder of a CTranslate2 model of Whisper, a downloaded one's id, or package:NAME,NAME."""
    revision: str = "main"

    def check(self) -> None:
        """Raise UserError if an ear is not here."""
        from datagen.backends.judge.ears import QualityEar, SpeakerEar, WhisperEar

        WhisperEar.find("--model", self.model, self.revision)
        SpeakerEar.check("datagen quality")
        QualityEar.check("datagen quality")

    def identity(self) -> dict[str, str]:
        """Tell the ears apart."""
        return Whisper.identity(self._judge())

    def _judge(self) -> Whisper.Options:
        return Whisper.Options(
            model=self.model, revision=self.revision, speaker="resemblyzer", quality="dnsmos"
        )

    def load(self) -> Ears:
        """Load the models."""
        from datagen.backends.judge.ears import QualityEar, SpeakerEar, WhisperEar

        folder = WhisperEar.find("--model", self.model, self.revision)
        return Ears(WhisperEar(folder), SpeakerEar(), QualityEar())


class Ears:
    """The three ears, and what they make of a dialogue."""

    def __init__(self, words: WordListener, people: SpeakerTeller, ratings: SoundRater) -> None:
        self._words = words
        self._people = people
        self._ratings = ratings

    def hear(self, found: RunDialogue, whats: Sequence[What]) -> list[HeardTurn]:
        """Hear all turns of a dialogue."""
        references = {
            speaker: self._people.vector(audio)
            for speaker, audio in found.references().items()
            if audio is not None
        }
        return [self._hear(found, part, references) for part in stretches(found, whats)]

    def _hear(
        self,
        found: RunDialogue,
        part: Stretch,
        references: Mapping[Speaker, NDArray[np.float32] | None],
    ) -> HeardTurn:
        heard, line = self._heard(part)
        said = normalise(part.spoken)
        own, other = self._likeness(part, references)
        rated = self._ratings.rate(part.audio)
        voice = found.voices[part.speaker]
        return HeardTurn(
            what=part.what,
            turn=part.turn,
            speaker=part.speaker,
            voice=voice.id,
            source=voice.source,
            onset=part.onset,
            heard=heard,
            judged=judged(part.spoken),
            raw_words=len(said),
            raw_errors=distance(said, normalise(as_spoken(heard))),
            words=line.num_words,
            errors=line.num_errors,
            entities=len(line.entities),
            wrong_entities=len(line.wrong_entities),
            own=own,
            other=other,
            overall=rated and round(rated[0], 3),
            p808=rated and round(rated[1], 3),
            loudness=round(loudness(part.audio), 2),
        )

    def _heard(self, part: Stretch) -> tuple[str, HeardLine]:
        """Return what is heard, and its errors.

        What a short window hears without an error is taken; else a whole window counts. A number
        is wrong if nobody hears it: one letter of a code read out is soon misheard.
        """
        heard = self._words.transcribe(part.audio, short=True)
        line = compare(part.spoken, heard)
        if not line.num_errors and not line.wrong_entities:
            return heard, line
        heard = self._words.transcribe(part.audio)
        line = compare(part.spoken, heard)
        for beam, timed in AGAIN:
            if not line.wrong_entities:
                break
            again = self._words.transcribe(part.audio, beam, timed=timed)
            if not compare(part.spoken, again).wrong_entities:
                line = replace(line, wrong_entities=())
        return heard, line

    def _likeness(
        self, part: Stretch, references: Mapping[Speaker, NDArray[np.float32] | None]
    ) -> tuple[float | None, float | None]:
        """Return how like a turn is to its own voice's reference, and to the other's."""
        vector = self._people.vector(part.audio)
        cosines: list[float | None] = []
        for speaker in sorted(SPEAKERS, key=lambda name: name != part.speaker):
            reference = references.get(speaker)
            known = vector is not None and reference is not None
            cosines.append(round(float(vector @ reference), 4) if known else None)  # type: ignore[operator]
        return cosines[0], cosines[1]


def listen_to(
    run: Where,
    ears: EarOptions,
    ids: Iterable[str],
    whats: Sequence[str] = WHATS,
    tell: Callable[[int, int], None] = lambda done, of: None,
    load: Callable[[], Ears] | None = None,
) -> QualityFile:
    """Hear dialogues that were not heard before, and sum up; RUN/quality.json has the figures."""
    if unknown := set(whats) - set(WHATS):
        raise UserError(f"--what {', '.join(sorted(unknown))}: choose of {', '.join(WHATS)}")
    folder = RunFolder(run)
    identity = ears.identity() if load is None else {"ears": "given"}
    chosen = [what for what in WHATS if what in whats]
    key = digest([read_run(folder).fingerprint, identity, chosen])
    ready: Ears | None = None
    found: dict[str, list[HeardTurn]] = {}
    names = list(ids)
    for number, dialog_id in enumerate(names):
        tell(number, len(names))
        known = _known(folder, dialog_id, key)
        if known is None:
            ready = ready or (load or ears.load)()
            known = ready.hear(RunDialogue(run, dialog_id), chosen)
            turns = [turn.model_dump(mode="json") for turn in known]
            folder.write_json(f"{FOLDER}/{dialog_id}.json", {"key": key, "turns": turns})
        found[dialog_id] = known
    tell(len(names), len(names))
    result = gather(found, identity)
    folder.write_json(FILE, result.model_dump(mode="json"))
    return result


def sample(ids: Sequence[str], count: int | None) -> list[str]:
    """Return so many ids, evenly spaced; all of them if ``count`` is None."""
    if count is None or count >= len(ids):
        return list(ids)
    return [ids[place * len(ids) // count] for place in range(count)]


def _known(folder: RunFolder, dialog_id: str, key: str) -> list[HeardTurn] | None:
    """Return what was heard of a dialogue before, if the same ears heard the same."""
    data: dict[str, Any] | None = folder.read_json(f"{FOLDER}/{dialog_id}.json")
    if data is None or data.get("key") != key:
        return None
    return [HeardTurn.model_validate(turn) for turn in data["turns"]]
