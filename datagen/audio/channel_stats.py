"""Measure a rendered dialogue: is each channel clean, loud enough, and its own speaker's alone?

    Stereo [C, S], Dialogue --measure--> {measure: value} for the keys in shards.layout.HYGIENE

Who should speak comes from the timeline; what is heard comes from the energy of 10 ms windows.
Behind a speaker may be a room: speech is what is louder, where the timeline has some.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from datagen.audio.loudness import SILENT_PEAK, magnitude, peak, powers
from datagen.types import FRAME, SPEAKERS, Audio, Dialogue, Speaker, Stereo

WINDOW = FRAME // 8
"""Samples in a window: 10 ms."""
RECORDING = "recording"
"""Cause of the event (an effect) of a channel that was recorded and not put together."""
_SPEECH_FLOOR = -45.0
"""Level in dBFS under which a window is not speech."""
_SPEECH_RANGE = 45.0
"""Range in dB under the loudest window; a window below it is not speech."""
_OVER_ROOM = 6.0
"""Range in dB over the channel where nobody speaks; a window below it is not speech."""


def measure(stereo: Stereo, dialogue: Dialogue) -> dict[str, float]:
    """Return the measures of both channels; levels are in dBFS, -120.0 where there is nothing."""
    power = {s: powers(channel, WINDOW) for s, channel in zip(SPEAKERS, stereo, strict=True)}
    placed = {speaker: _placed(dialogue, speaker) for speaker in SPEAKERS}
    nobody = ~(placed["agent"] | placed["user"])
    speech = {s: placed[s] & _loud(power[s], power[s][nobody]) for s in SPEAKERS}
    measures: dict[str, float] = {}
    for speaker, other, channel in zip(SPEAKERS, SPEAKERS[::-1], stereo, strict=True):
        only_other = speech[other] & ~placed[speaker]
        measures |= {
            f"{speaker}_level": _level(power[speaker][speech[speaker]]),
            f"{speaker}_peak": peak(channel),
            f"{speaker}_clipped": _clipped(channel),
            f"{speaker}_floor": _level(power[speaker][nobody]),
            f"{speaker}_leakage": _level(power[speaker][only_other]),
            f"{speaker}_speech": float(speech[speaker].mean()),
        }
    return measures


def _clipped(channel: Audio) -> float:
    """Return how many samples of a channel [S] are at full scale or beyond."""
    return float(np.count_nonzero(np.abs(channel) >= 1)) if magnitude(channel) >= 1 else 0.0


def _placed(dialogue: Dialogue, speaker: Speaker) -> NDArray[np.bool_]:
    """Return in which windows the timeline has sound of a speaker.

    A recorded channel always has some: there it is the words that count.
    """
    windows = np.zeros(dialogue.num_samples // WINDOW, np.bool_)
    for start, end in _spans(dialogue, speaker):
        windows[start // WINDOW : -(-end // WINDOW)] = True
    return windows


def _spans(dialogue: Dialogue, speaker: Speaker) -> Iterator[tuple[int, int]]:
    if any(event.type == "effect" and event.cause == RECORDING for event in dialogue.events):
        yield from ((w.start, w.end) for w in dialogue.words if w.speaker == speaker)
        return
    for segment in dialogue.segments:
        if dialogue.turns[segment.turn].speaker == speaker:
            yield segment.at, segment.at + segment.end - segment.start


def _loud(power: NDArray[np.float32], room: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which windows are loud enough to be speech, over those of the ``room`` alone."""
    loudest = 10 * np.log10(max(float(power.max(initial=0.0)), 1e-12))
    behind = 10 * np.log10(max(float(np.median(room)) if len(room) else 0.0, 1e-12))
    gate = max(_SPEECH_FLOOR, loudest - _SPEECH_RANGE, behind + _OVER_ROOM)
    return np.asarray(power > 10 ** (gate / 10), np.bool_)


def _level(power: NDArray[np.float32]) -> float:
    """Return the mean of windows' powers in dBFS."""
    mean = float(power.mean(dtype=np.float64)) if len(power) else 0.0
    return max(SILENT_PEAK, 10 * float(np.log10(max(mean, 1e-12))))
