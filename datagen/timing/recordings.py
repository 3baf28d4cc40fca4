"""Who speaks when in recorded conversations: from RTTM, CTM, or the sound of two channels.

    FILE --read--> {conversation: [Spell]}

The speaker whose name sorts first (or channel 0) is called the agent, unless a name is given.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import soundfile
import soxr

from datagen.audio import vad
from datagen.audio.vad import Spell
from datagen.types import SAMPLE_RATE, Speaker, UserError

_COLUMNS = {".rttm": (3, 4, 7, 1), ".ctm": (2, 3, 1, 0)}
"""Columns of start, length, speaker, conversation; a CTM's speaker is its channel (A, B; 1, 2)."""
_SOUND = (".wav", ".flac", ".ogg")
_SHORTEST_LINE = {".rttm": 8, ".ctm": 5}


def read(path: Path, agent: str | None = None) -> dict[str, list[Spell]]:
    """Return the speech of each conversation of a file."""
    suffix = path.suffix.lower()
    if suffix in _SOUND:
        return {path.stem: _listen(path)}
    if suffix not in _COLUMNS:
        known = ", ".join([*_COLUMNS, *_SOUND])
        raise UserError(f"{path} is not a recording or transcript that can be read: give {known}")
    conversations: dict[str, list[tuple[str, float, float]]] = {}
    for name, speaker, start, length in _lines(path, suffix):
        conversations.setdefault(name, []).append((speaker, start, length))
    if not conversations:
        raise UserError(f"{path} holds no speech; give a file with SPEAKER lines or words")
    return {name: _spells(path, name, found, agent) for name, found in conversations.items()}


def _lines(path: Path, suffix: str) -> Iterator[tuple[str, str, float, float]]:
    """Yield conversation, speaker, start and length in seconds of each line that is speech."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read as text") from error
    at = _COLUMNS[suffix]
    for number, line in enumerate(text.splitlines(), 1):
        fields = line.split()
        if not fields or line.startswith(";;") or (suffix == ".rttm" and fields[0] != "SPEAKER"):
            continue
        try:
            if len(fields) < _SHORTEST_LINE[suffix]:
                raise ValueError
            start, length = float(fields[at[0]]), float(fields[at[1]])
        except ValueError as error:
            raise UserError(f"{path}, line {number}, is no line of {suffix[1:].upper()}") from error
        yield fields[at[3]], fields[at[2]], start, length


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
    try:
        sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, soundfile.LibsndfileError) as error:
        raise UserError(f"{path} cannot be read as sound") from error
    if sound.shape[1] != 2:
        raise UserError(f"{path} has {sound.shape[1]} channels; it takes one for each speaker")
    channels = [soxr.resample(sound[:, index].copy(), rate, SAMPLE_RATE) for index in (0, 1)]
    speakers: tuple[Speaker, Speaker] = ("agent", "user")
    return list(chain.from_iterable(map(vad.speech, channels, speakers)))
