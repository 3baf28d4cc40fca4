"""Stage 2: Script + two voices -> Speech, one mono clip a turn and a reference of each voice.

A speaker's clips never share a waveform, so the two channels are apart by construction. Every clip
is measured, and one that no listener would accept rejects the dialogue.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from datagen.backends.protocols import Synthesizer
from datagen.config import VoicesSpec
from datagen.seeds import rng_for, seed_for
from datagen.stages.artifacts import read_records, speech_table
from datagen.stages.base import Outcome, each
from datagen.timing.loudness import loudness, peak
from datagen.types import (
    SAMPLE_RATE,
    SPEAKERS,
    Audio,
    Clip,
    Job,
    Line,
    Rejected,
    Script,
    Speaker,
    Speech,
    Utterance,
    Voice,
)
from datagen.voices import cast

MIN_SECONDS, MAX_SECONDS = 0.2, 40.0
"""Of a clip. Chatterbox stops at 40 s."""
MIN_PEAK = -40.0
"""dBFS. A clip that never gets louder counts as silent."""
CLIPPED, MAX_CLIPPED = 0.999, 1e-4
"""Magnitude from which a sample is clipped, and the fraction of a clip that may be."""
MIN_RATE, MAX_RATE = 7.0, 24.0
"""Letters and digits a second of speech; clean speech keeps between 9 and 17."""
MIN_RATE_WORDS = 3
"""Shorter clips are all onset and end, so their rate says nothing."""
SPEECH_STEP = SAMPLE_RATE * 20 // 1_000
SPEECH_RANGE = 35.0
"""Samples of a step, and dB under the 95th percentile of steps at which speech ends."""

REFERENCE_MIN, REFERENCE_MAX = 3 * SAMPLE_RATE, 5 * SAMPLE_RATE
"""Samples of a voice reference (PersonaPlex: 3-5 s)."""
REFERENCE_FADE = SAMPLE_RATE * 5 // 1_000
REFERENCE_SENTENCES = (
    "The path along the river is quiet, and most of the boats are still asleep.",
    "My neighbour keeps a small garden with tomatoes, beans, and a few tall roses.",
    "We took the early train and spent the whole afternoon walking on the sand.",
    "The old library has wide windows and long wooden tables under green lamps.",
    "In autumn the leaves turn yellow first, and one windy night they are gone.",
    "She painted the kitchen door pale blue, like the sky just after the rain.",
    "The bakery near the station opens early and smells of bread and butter.",
    "The mountain looks close, but the walk to the top takes most of a day.",
    "He keeps his tools in neat rows, each one in the place where it belongs.",
    "A light snow fell in the night, and the fields were white and silent.",
    "The children built a raft from planks, and it floated across the pond.",
    "On the shelf stood a clock, two candles, and a picture of a sailing ship.",
    "The market is busy before noon, when farmers bring fruit from the hills.",
    "Every summer the swallows return to the barn and nest under the same beam.",
    "It rained for most of the week, so we stayed inside and read old novels.",
    "The bridge is made of steel and glass, and at night it glows over the water.",
    "Our dog sleeps in the hallway, where the stone floor stays cool all day.",
    "The teacher drew a large map and asked us to name the rivers and lakes.",
    "From the roof you can see the harbour, the lighthouse, and a few islands.",
    "They planted apple trees along the fence, and each spring the lane is in bloom.",
)
"""Neutral, without names or numbers, long enough for three seconds of a fast speaker."""


VERSION = 1
"""Raised when a change here changes bytes."""


class SpeechStage:
    """Voices dialogues one at a time, each with a cast of its own."""

    name = "speech"
    reads: Mapping[str, Sequence[str] | None] = {"script": None}
    metadata: Mapping[str, Any] = {}

    def __init__(self, synthesizer: Synthesizer, voices: VoicesSpec) -> None:
        self._synthesizer = synthesizer
        self._voices = voices

    def run(self, jobs: Sequence[Job], upstream: Mapping[str, pa.Table]) -> Outcome:
        """Voice one block."""
        scripts = read_records(upstream["script"], Script)
        made, rejects = each(self.name, scripts.items(), partial(self._voice, jobs[0].seed))
        return Outcome(speech_table(made), rejects)

    def _voice(self, run_seed: int, script: Script) -> tuple[Script, Speech]:
        voices = cast(script, self._voices, run_seed, source=self._synthesizer.source)
        return script, voice_script(script, voices, self._synthesizer, run_seed=run_seed)

    def close(self) -> None:
        """Free the synthesizer."""
        self._synthesizer.close()


def voice_script(
    script: Script, voices: dict[Speaker, Voice], synthesizer: Synthesizer, *, run_seed: int
) -> Speech:
    """Speak every turn, and one sentence of each voice that is not in the dialogue.

    Raises Rejected if a clip is not fit to be heard.
    """
    lines = [
        Line(turn.spoken, voices[turn.speaker], turn.speaker, _emotion(script, turn.speaker))
        for turn in script.turns
    ]
    utterances = _speak(synthesizer, lines, seed_for(run_seed, script.dialog_id, "speech"))
    clips = tuple(
        make_clip(turn, line, utterance)
        for turn, (line, utterance) in enumerate(zip(lines, utterances, strict=True))
    )
    references = _references(script, voices, synthesizer, run_seed)
    return Speech(script.dialog_id, voices, clips, references)


def _speak(synthesizer: Synthesizer, lines: list[Line], seed: int) -> list[Utterance]:
    """Speak the lines; a backend that skips one must not shift the others."""
    utterances = synthesizer.speak(lines, seed=seed)
    if len(utterances) != len(lines):
        name = type(synthesizer).__qualname__
        raise RuntimeError(f"{name}.speak made {len(utterances)} clips of {len(lines)} lines")
    return utterances


def make_clip(turn: int, line: Line, utterance: Utterance) -> Clip:
    """Check and measure one turn's sound."""
    check_audio(utterance.audio, line.spoken, f"turn {turn} ({line.speaker})")
    return Clip(
        turn=turn,
        num_samples=len(utterance.audio),
        words=utterance.words,
        loudness=loudness(utterance.audio),
        peak=peak(utterance.audio),
        audio=utterance.audio,
    )


def check_audio(audio: Audio, spoken: str, name: str) -> None:
    """Raise Rejected if [S] cannot be somebody saying ``spoken``: the checks that need no model."""
    seconds = len(audio) / SAMPLE_RATE
    if not MIN_SECONDS <= seconds <= MAX_SECONDS:
        evidence = f"{name} lasts {seconds:.2f} s, not {MIN_SECONDS} to {MAX_SECONDS}"
        raise Rejected("clip_duration", evidence)
    if not np.isfinite(audio).all():
        raise Rejected("clip_not_finite", f"{name} has samples that are not numbers")
    if peak(audio) < MIN_PEAK:
        raise Rejected("clip_silent", f"{name} peaks at {peak(audio):.1f} dBFS")
    clipped = float((np.abs(audio) >= CLIPPED).mean())
    if clipped > MAX_CLIPPED:
        raise Rejected("clip_clipped", f"{name} has {clipped:.2%} of its samples at full scale")
    rate = sum(map(str.isalnum, spoken)) / speech_seconds(audio)
    if len(spoken.split()) >= MIN_RATE_WORDS and not MIN_RATE <= rate <= MAX_RATE:
        evidence = f"{name} has {rate:.1f} letters a second, not {MIN_RATE} to {MAX_RATE}"
        raise Rejected("clip_rate", evidence)


def speech_seconds(audio: Audio) -> float:
    """Return how many seconds of [S] (at least one step long) are speech, by energy."""
    steps = audio[: len(audio) // SPEECH_STEP * SPEECH_STEP].reshape(-1, SPEECH_STEP)
    level = 10 * np.log10(np.square(steps).mean(axis=1) + 1e-10)
    is_speech = level >= np.percentile(level, 95) - SPEECH_RANGE
    return float(is_speech.sum()) * SPEECH_STEP / SAMPLE_RATE


def _references(
    script: Script, voices: dict[Speaker, Voice], synthesizer: Synthesizer, run_seed: int
) -> dict[Speaker, Audio | None]:
    """Let each voice say a sentence of its own that is not in the dialogue."""
    path = (run_seed, script.dialog_id, "speech", "reference")
    sentences = _sentences_not_in(script)
    order = rng_for(*path).permutation(len(sentences))
    lines = [
        Line(sentences[index], voices[speaker], speaker)
        for speaker, index in zip(SPEAKERS, order[: len(SPEAKERS)], strict=True)
    ]
    references: dict[Speaker, Audio | None] = {}
    for line, utterance in zip(lines, _speak(synthesizer, lines, seed_for(*path)), strict=True):
        name = f"reference ({line.speaker})"
        check_audio(utterance.audio, line.spoken, name)
        references[line.speaker] = cut_reference(utterance, name)
    return references


def cut_reference(utterance: Utterance, name: str = "reference") -> Audio:
    """Cut to at most 5 s, after a whole word where that is known; reject less than 3 s."""
    audio = utterance.audio
    if len(audio) > REFERENCE_MAX:
        ends = [word.end for word in utterance.words or () if word.end <= REFERENCE_MAX]
        audio = audio[: max(ends, default=REFERENCE_MAX)].copy()
        audio[-REFERENCE_FADE:] *= np.linspace(1, 0, REFERENCE_FADE, dtype=np.float32)
    if len(audio) < REFERENCE_MIN:
        evidence = f"{name} lasts {len(audio) / SAMPLE_RATE:.2f} s, not 3 to 5"
        raise Rejected("reference_short", evidence)
    return audio


def _sentences_not_in(script: Script) -> Sequence[str]:
    """Return the reference sentences that nobody says in the dialogue."""
    said = " ".join(_bare(turn.spoken) for turn in script.turns)
    return [sentence for sentence in REFERENCE_SENTENCES if _bare(sentence) not in said]


def _bare(text: str) -> str:
    """Return the words of a text without case and punctuation."""
    kept = "".join(letter for letter in text.casefold() if letter.isalnum() or letter.isspace())
    return " ".join(kept.split())


def _emotion(script: Script, speaker: Speaker) -> str:
    """Return what a speaker feels in this dialogue."""
    return (script.agent if speaker == "agent" else script.user).emotion
