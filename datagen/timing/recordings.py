"""Who speaks when in recorded conversations: from RTTM, CTM, or the sound of two channels.

    FILE --read--> {conversation: [Spell]}, and what was left out and why

The speaker whose name sorts first (or channel 0) is called the agent, unless a name is given.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile
import soxr

from datagen.audio.headers import require_whole
from datagen.audio.unreadable import why_unreadable
from datagen.audio.vad import Spell, speech_over_noise
from datagen.formats.ctm import read_ctm
from datagen.formats.rttm import read_rttm
from datagen.formats.text import read_text
from datagen.types import SAMPLE_RATE, SPEAKERS, Speaker, UserError

SOUND = (".wav", ".flac", ".ogg", ".opus", ".mp3", ".sph", ".nist")
"""Suffixes of recordings; SPHERE's are those of LDC's telephone corpora."""
TEXT = (".rttm", ".ctm")
MAX_HOURS = 4
"""Longest recording that is listened to."""


@dataclass
class Recorded:
    """What a file holds."""

    conversations: dict[str, list[Spell]] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    """Conversations that cannot be used, each with the reason."""


def read(path: Path, agent: str | None = None) -> Recorded:
    """Return the speech of each conversation of a file; UserError if none can be used."""
    suffix = path.suffix.lower()
    if suffix in SOUND:
        return Recorded({path.stem: _listen(path)})
    if suffix not in TEXT:
        known = ", ".join([*TEXT, *SOUND])
        raise UserError(f"{path} is not a recording or transcript that can be read: give {known}")
    found: dict[str, list[tuple[str, float, float]]] = {}
    for name, speaker, start, length in _lines(path, suffix):
        found.setdefault(name, []).append((speaker, start, length))
    if not found:
        raise UserError(f"{path} holds no speech; give a file with SPEAKER lines or words")
    recorded = Recorded()
    for name, lines in found.items():
        try:
            recorded.conversations[name] = _spells(path, name, lines, agent)
        except UserError as error:
            recorded.left_out.append(str(error))
    if not recorded.conversations:
        raise UserError(recorded.left_out[0])
    return recorded


def _lines(path: Path, suffix: str) -> Iterator[tuple[str, str, float, float]]:
    """Yield conversation, speaker, start and length in seconds of each line that is speech.

    A CTM's speaker is the one it names, else its channel (A, B; 1, 2).
    """
    text = read_text(path)
    try:
        if suffix == ".rttm":
            for turn in read_rttm(text):
                yield sys.intern(turn.file), sys.intern(turn.speaker), turn.start, turn.length
        else:
            for word in read_ctm(text):
                speaker = sys.intern(word.speaker or word.channel)
                if word.length:
                    yield sys.intern(word.file), speaker, word.start, word.length
    except ValueError as error:
        raise UserError(f"{path} cannot be read as {suffix[1:].upper()}: {error}") from error


def _spells(
    path: Path, name: str, found: list[tuple[str, float, float]], agent: str | None
) -> list[Spell]:
    speakers = sorted({speaker for speaker, _, _ in found})
    if len(speakers) != 2:
        raise UserError(f"{path}: {name} has {len(speakers)} speakers, not 2; leave it out")
    first = agent or speakers[0]
    if first not in speakers:
        raise UserError(f"{path}: {name} has no speaker {first!r}, only {', '.join(speakers)}")
    return [_spell("agent" if who == first else "user", *span) for who, *span in found]


def _spell(speaker: Speaker, start: float, length: float) -> Spell:
    return Spell(speaker, round(start * SAMPLE_RATE), round((start + length) * SAMPLE_RATE))


def _listen(path: Path) -> list[Spell]:
    """Return the speech of a recording with one speaker on each channel."""
    spells: list[Spell] = []
    sound, rate = _sound(path)
    for index, speaker in enumerate(SPEAKERS):
        channel = soxr.resample(sound[:, index].copy(), rate, SAMPLE_RATE)
        try:
            spells += speech_over_noise(channel, speaker)
        except ValueError as error:
            raise UserError(f"{path}, channel {index + 1}: {error}") from error
    return spells


def _sound(path: Path) -> tuple[np.ndarray, int]:
    """Read a recording [S, 2] and its rate."""
    try:
        require_whole(path)
        with soundfile.SoundFile(path) as file:
            if file.channels != 2:
                raise UserError(
                    f"{path} has {file.channels} channels; it takes one for each speaker"
                )
            rate = int(file.samplerate)
            most = MAX_HOURS * 3600 * rate
            sound = file.read(most + 1, dtype="float32", always_2d=True)
    except (OSError, soundfile.SoundFileError) as error:
        raise UserError(
            f"{path} cannot be read as sound ({why_unreadable(path, error)})"
        ) from error
    if len(sound) > most:
        raise UserError(f"{path} is longer than {MAX_HOURS} hours; split it")
    if not np.isfinite(sound).all():
        raise UserError(f"{path} has samples that are not numbers; export it anew")
    return sound, rate
