"""Turn-taking as it is heard: clips are put together again and listened to, to check the ledger.

    timeline and speech tables of a block --heard--> (dialogue id, HeardDialogue), ...

The edit list is read as a stranger would: JSON, FLAC, gains and fades by what the columns mean.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import soundfile
from numpy.typing import NDArray

from datagen.audio import vad
from datagen.audio.turn_taking import TurnTaking, turn_taking, units
from datagen.audio.vad import Spell
from datagen.audit.totals import waits
from datagen.types import SAMPLE_RATE, SPEAKERS, Audio, Stereo

STEP = SAMPLE_RATE // 100
"""Samples in a step (10 ms), in which two accounts of who speaks are compared."""
MAX_DISAGREEMENT = 0.05
"""Largest share of a dialogue in which sound and words may say different things of a speaker.

espeak's voices disagree in 0.2 % on average and 0.9 % at most (96 dialogues): sound starts a little
after a word does, and stops before it ends.
"""
MAX_RECORDED = 0.5
"""The same of a recorded dialogue, where breaths and noises sound too: each run has a stricter gate
of its own, by which `annotate` left pieces out."""


@dataclass(frozen=True, slots=True)
class HeardDialogue:
    """One dialogue as it sounds."""

    floor: TurnTaking
    disagreement: float
    """Share of the dialogue's 10 ms steps, of both channels, in which words and sound differ."""
    most: float
    """Largest share that is allowed."""


def heard(timeline: pa.Table, speech: pa.Table) -> Iterator[tuple[str, HeardDialogue]]:
    """Yield what each dialogue of a block sounds like."""
    sounds: dict[str, dict[int, bytes]] = {}
    for row in speech.select(["dialog_id", "turn", "flac"]).to_pylist():
        if row["turn"] is not None:
            sounds.setdefault(row["dialog_id"], {})[row["turn"]] = row["flac"]
    for row in timeline.to_pylist():
        dialogue = json.loads(row["record"])
        stereo = assemble(dialogue, sounds[row["dialog_id"]])
        spells = _spells(stereo, is_recorded(dialogue))
        words = [Spell(w["speaker"], w["start"], w["end"]) for w in dialogue["words"]]
        yield (
            row["dialog_id"],
            HeardDialogue(
                turn_taking(spells, waits(dialogue["events"])),
                disagreement(words, spells, dialogue["num_samples"]),
                MAX_RECORDED if is_recorded(dialogue) else MAX_DISAGREEMENT,
            ),
        )


def is_recorded(dialogue: Mapping[str, Any]) -> bool:
    """Say whether a dialogue's channels were recorded, and not put together."""
    events = dialogue["events"]
    return any(event["type"] == "effect" and event["cause"] == "recording" for event in events)


def _spells(stereo: Stereo, recorded: bool) -> list[Spell]:
    """Return the speech of both channels, over the noise of recorded ones."""
    if not recorded:
        return vad.both(stereo)
    found: list[Spell] = []
    for speaker, channel in zip(SPEAKERS, stereo, strict=True):
        try:
            found += vad.speech_over_noise(channel, speaker)
        except ValueError:  # all noise: then nothing is heard to be compared
            found += vad.speech(channel, speaker)
    return found


def assemble(dialogue: Mapping[str, Any], clips: Mapping[int, bytes]) -> Stereo:
    """Put clips (FLAC) together as the edit list says: [C, S]."""
    stereo = np.zeros((len(SPEAKERS), dialogue["num_samples"]), np.float32)
    decoded = {
        turn: soundfile.read(io.BytesIO(clip), dtype="float32")[0] for turn, clip in clips.items()
    }
    for segment in dialogue["segments"]:
        sound = decoded[segment["turn"]][segment["start"] : segment["end"]]
        sound = sound * np.float32(10 ** (segment["gain"] / 20))
        _fade(sound, segment["fade_in"])
        _fade(sound[::-1], segment["fade_out"])
        channel = SPEAKERS.index(dialogue["turns"][segment["turn"]]["speaker"])
        stereo[channel, segment["at"] : segment["at"] + len(sound)] += sound
    return stereo


def _fade(sound: Audio, num_samples: int) -> None:
    """Let a sound rise over its first samples, as a raised cosine, in place."""
    count = min(num_samples, len(sound))
    phase = (np.arange(count) + 0.5) * np.pi / max(1, num_samples)
    sound[:count] *= (0.5 - 0.5 * np.cos(phase)).astype(np.float32)


def disagreement(words: Sequence[Spell], spells: Sequence[Spell], num_samples: int) -> float:
    """Return the share of steps in which two accounts differ; silences under 0.2 s are speech."""
    different = _steps(words, num_samples) != _steps(spells, num_samples)
    return float(different.mean()) if different.size else 0.0


def _steps(spells: Sequence[Spell], num_samples: int) -> NDArray[np.bool_]:
    """Return in which steps each speaker speaks [C, steps]."""
    speaks = np.zeros((len(SPEAKERS), -(-num_samples // STEP)), np.bool_)
    for unit in units(spells):
        speaks[SPEAKERS.index(unit.speaker), unit.start // STEP : -(-unit.end // STEP)] = True
    return speaks
