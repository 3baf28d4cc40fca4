"""A reference of each voice for the voice prompt: 3-5 s that are not audio of the dialogue.

A synthetic speaker says a neutral sentence; a recorded voice has its recording.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile
import soxr

from datagen.seeds import rng_for
from datagen.types import (
    SAMPLE_RATE,
    SPEAKERS,
    Audio,
    Line,
    Rejected,
    Script,
    Speaker,
    UserError,
    Utterance,
    Voice,
)

REFERENCE_MIN, REFERENCE_MAX = 3 * SAMPLE_RATE, 5 * SAMPLE_RATE
"""Fewest and most samples of a voice reference (PersonaPlex: 3-5 s)."""
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
"""Sentences without names, numbers or emotion, long enough for three seconds of a fast speaker."""


def reference_lines(
    script: Script, voices: dict[Speaker, Voice], run_seed: int
) -> dict[Speaker, Line]:
    """Return what each voice without a recording says: a sentence that is not in the dialogue."""
    sentences = _sentences_not_in(script)
    order = rng_for(run_seed, script.dialog_id, "speech", "reference").permutation(len(sentences))
    return {
        speaker: Line(sentences[index], voices[speaker], speaker)
        for speaker, index in zip(SPEAKERS, order[: len(SPEAKERS)], strict=True)
        if voices[speaker].path is None
    }


def recorded_reference(voice: Voice) -> Audio:
    """Return the recording of a voice at 24 kHz, cut to at most 5 s."""
    assert voice.path is not None, voice.id
    try:
        audio, rate = soundfile.read(Path(voice.path), dtype="float32", always_2d=True)
    except (OSError, soundfile.LibsndfileError) as error:
        raise UserError(f"voice {voice.id}: {voice.path} cannot be read ({error})") from error
    mono = np.ascontiguousarray(audio.mean(axis=1), dtype=np.float32)
    return cut_reference(
        Utterance(soxr.resample(mono, rate, SAMPLE_RATE), None), f"recording of voice {voice.id}"
    )


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
    return [sentence for sentence, bare in _BARE_SENTENCES if bare not in said]


def _bare(text: str) -> str:
    """Return the words of a text without case and punctuation."""
    kept = "".join(letter for letter in text.casefold() if letter.isalnum() or letter.isspace())
    return " ".join(kept.split())


_BARE_SENTENCES = tuple((sentence, _bare(sentence)) for sentence in REFERENCE_SENTENCES)
