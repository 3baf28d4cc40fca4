"""Stage 2: Script + two voices -> Speech, one mono clip a turn and a reference of each voice.

A speaker's clips never share a waveform, so the two channels are apart by construction. Every take
is listened to; one that no listener would accept is said again, and at last rejects the dialogue.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import pyarrow as pa

from datagen.audio.loudness import loudness, peak
from datagen.backends.protocols import Synthesizer
from datagen.config import VoicesSpec
from datagen.gates.reject_rate import RejectRate
from datagen.seeds import seed_for
from datagen.shards.footer import TokenFacts
from datagen.stages import nods
from datagen.stages.artifacts import CLIPS, read_records, speech_table
from datagen.stages.base import DialogKeeper, Outcome, each
from datagen.stages.retakes import (
    Recorded,
    Session,
    Studio,
    TakeRequest,
    record_together,
)
from datagen.stages.voice_prompts import (
    REFERENCE_MIN,
    cut_reference,
    recorded_reference,
    reference_lines,
)
from datagen.types import (
    SPEAKERS,
    Audio,
    Clip,
    Job,
    Line,
    Reject,
    Rejected,
    Script,
    Speaker,
    Speech,
    Turn,
    Utterance,
    Voice,
    take_name,
)
from datagen.voices.casting import NOBODY, cast
from datagen.voices.named import Speakers

VERSION = 7
"""Version of the stage; raised when a change here changes bytes."""


Voiced = tuple[list[tuple[Script, Speech]], tuple[Reject, ...]]
"""The dialogues of a block that were voiced, and why the others were not."""


class SpeechStage:
    """Voices the dialogues of a block, each with a cast of its own."""

    name = "speech"
    reads: Mapping[str, Sequence[str] | None] = {"script": None}
    facts: TokenFacts | None = None

    def __init__(
        self, studio: Studio | Synthesizer, voices: VoicesSpec, speakers: Speakers = NOBODY
    ) -> None:
        self._studio = studio if isinstance(studio, Studio) else Studio.of(studio)
        self._speakers = speakers
        self._voices = voices
        self._reject_rate = RejectRate(self.name)
        self.keeper: DialogKeeper | None = None

    def run(self, jobs: Sequence[Job], upstream: Mapping[str, pa.Table]) -> Outcome:
        """Voice one block."""
        scripts = read_records(upstream["script"], Script)
        synthesizer = self._studio.synthesizer
        if self.keeper is not None and not (synthesizer.batches or synthesizer.stand_in):
            return self._voice_kept(scripts, jobs[0].seed, self.keeper)
        if synthesizer.batches:
            synthesizer.keeper = self.keeper
        voice = self._voice_together if synthesizer.batches else self._voice_each
        made, rejects = voice(scripts, jobs[0].seed)
        self._reject_rate.add(len(made), rejects)
        return Outcome(speech_table(made), rejects)

    def _voice_kept(
        self, scripts: Mapping[str, Script], run_seed: int, keeper: DialogKeeper
    ) -> Outcome:
        """Voice one dialogue after the other, and keep each: models take a minute for one."""
        tables: list[pa.Table] = [CLIPS.empty_table()]
        rejects: list[Reject] = []
        for dialog_id, script in scripts.items():
            found = keeper.get(dialog_id)
            if found is None:
                made, refused = self._voice_each({dialog_id: script}, run_seed)
                found = refused[0] if refused else speech_table(made)
                keeper.put(dialog_id, found)
            if isinstance(found, Reject):
                rejects.append(found)
            else:
                tables.append(found)
        self._reject_rate.add(len(tables) - 1, rejects)
        return Outcome(pa.concat_tables(tables).combine_chunks(), tuple(rejects))

    def _voice_each(self, scripts: Mapping[str, Script], run_seed: int) -> Voiced:
        """Voice one dialogue after the other."""

        def voice(script: Script) -> tuple[Script, Speech]:
            return script, voice_script(
                script, self._cast(script, run_seed), self._studio, run_seed=run_seed
            )

        return each(self.name, scripts.items(), voice)

    def _voice_together(self, scripts: Mapping[str, Script], run_seed: int) -> Voiced:
        """Voice all dialogues at once: what is said together is decided by the block."""

        def prepare(script: Script) -> Prepared:
            return Prepared(script, self._cast(script, run_seed), self._studio, run_seed)

        def finish(one: tuple[Prepared, Recorded | Rejected]) -> tuple[Script, Speech]:
            return one[0].script, one[0].speech(one[1])

        prepared, early = each(self.name, scripts.items(), prepare)
        answers = record_together([one.session for one in prepared])
        ids = [one.script.dialog_id for one in prepared]
        both = zip(prepared, answers, strict=True)
        made, late = each(self.name, zip(ids, both, strict=True), finish)
        places = {dialog_id: place for place, dialog_id in enumerate(scripts)}
        return made, tuple(sorted(early + late, key=lambda reject: places[reject.dialog_id]))

    def _cast(self, script: Script, run_seed: int) -> dict[Speaker, Voice]:
        source = self._studio.synthesizer.source
        return cast(
            script,
            self._voices,
            run_seed,
            source=source,
            speakers=self._speakers,
            license=self._studio.synthesizer.license,
        )

    def close(self) -> None:
        """Free the models."""
        self._studio.close()


def voice_script(
    script: Script, voices: dict[Speaker, Voice], studio: Studio, *, run_seed: int
) -> Speech:
    """Speak every turn, and one sentence of each voice that is not in the dialogue.

    Raises Rejected if a line cannot be said well enough.
    """
    prepared = Prepared(script, voices, studio, run_seed)
    (answer,) = record_together([prepared.session])
    return prepared.speech(answer)


class Prepared:
    """What is to be said for one dialogue, and by whom."""

    def __init__(
        self, script: Script, voices: dict[Speaker, Voice], studio: Studio, run_seed: int
    ) -> None:
        seed = partial(seed_for, run_seed, script.dialog_id, "speech")
        self._said = said = nods.replaced(script, studio.can_say, run_seed)
        turns = [
            TakeRequest(
                take_name(index, turn.speaker),
                Line(
                    said.get(index, turn.spoken),
                    voices[turn.speaker],
                    turn.speaker,
                    _emotion(script, turn),
                ),
                seed(),
            )
            for index, turn in enumerate(script.turns)
        ]
        self._asked = [
            TakeRequest(take_name(None, speaker), line, seed("reference"), REFERENCE_MIN)
            for speaker, line in reference_lines(script, voices, run_seed).items()
        ]
        self._recorded = {
            voice: recorded_reference(voice) for voice in voices.values() if voice.path is not None
        }
        self._voices = voices
        self.script = script
        self.session = Session(studio, [*turns, *self._asked], self._recorded)

    def speech(self, answer: Recorded | Rejected) -> Speech:
        """Return the dialogue as it was said; raises Rejected if it could not be."""
        if isinstance(answer, Rejected):
            raise answer
        takes, attempts = answer
        num_turns = len(self.script.turns)
        clips = tuple(
            make_clip(turn, take, self._said.get(turn))
            for turn, take in enumerate(takes[:num_turns])
        )
        spoken = {
            request.line.speaker: cut_reference(take)
            for request, take in zip(self._asked, takes[num_turns:], strict=True)
        }
        references: dict[Speaker, Audio | None] = {
            speaker: spoken[speaker] if speaker in spoken else self._recorded[self._voices[speaker]]
            for speaker in SPEAKERS
        }
        return Speech(self.script.dialog_id, self._voices, clips, references, attempts)


def make_clip(turn: int, utterance: Utterance, said: str | None = None) -> Clip:
    """Measure one turn's sound; ``said`` is what was said in place of its line, if not that."""
    return Clip(
        turn=turn,
        num_samples=len(utterance.audio),
        words=utterance.words,
        loudness=loudness(utterance.audio),
        peak=peak(utterance.audio),
        audio=utterance.audio,
        said=said,
    )


def _emotion(script: Script, turn: Turn) -> str:
    """Return what a speaker feels in this turn, or, if that is not said, in this dialogue."""
    if turn.emotion is not None:
        return turn.emotion.label
    return (script.agent if turn.speaker == "agent" else script.user).emotion
