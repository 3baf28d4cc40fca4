"""T0: whether a clip can be somebody saying its line. Numpy alone, always on, one turn at a time.

Audio [S], its line --listen--> Heard, with the first Fault found or none
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from datagen.audio.loudness import peak
from datagen.audio.timbre import Timbre, timbre
from datagen.gates.limits import Limits
from datagen.gates.signal import WINDOW, Measures, measure
from datagen.text.nonverbal import sound_of
from datagen.types import SAMPLE_RATE, Audio, Fault

MIN_RATE_WORDS = 4
"""Fewest words of a line, nods aside, whose rate is judged: shorter clips are all onset and end."""
MIN_RANGE_SECONDS = 2.0
"""Shortest clip in seconds whose range is judged: a read-out code may have no quiet window."""


HUMS = frozenset(("mm-hmm", "mm", "hmm", "shh", "psst", "pff", "tsk"))
"""Sounds (`text.nonverbal`) that are nasal or noise from end to end."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A take as the gates know it. Without measures it is too broken to be measured."""

    spoken: str
    fault: Fault | None
    measures: Measures | None = None
    timbre: Timbre | None = None


def listen(audio: Audio, spoken: str, limits: Limits) -> Heard:
    """Measure and judge one clip [S]."""
    if not limits.listen:
        return Heard(spoken, None)
    broken = _broken(audio, limits)
    if broken:
        return Heard(spoken, broken)
    measures = measure(audio, spoken)
    fault = next(_faults(measures, spoken, len(audio) / SAMPLE_RATE, limits), None)
    tells_voice = fault is None and not is_hummed(spoken)
    return Heard(spoken, fault, measures, timbre(audio) if tells_voice else None)


def is_hummed(spoken: str) -> bool:
    """Return whether a line is said without a vowel ("Mm-hmm."): quieter, and unlike its voice."""
    return all(sound_of(token) in HUMS for token in spoken.split())


def _broken(audio: Audio, limits: Limits) -> Fault | None:
    """Return what keeps a clip from being measured at all."""
    seconds = len(audio) / SAMPLE_RATE
    if len(audio) < WINDOW or not limits.min_seconds <= seconds <= limits.max_seconds:
        wanted = f"{limits.min_seconds} to {limits.max_seconds}"
        return Fault("clip_duration", f"lasts {seconds:.2f} s, not {wanted}")
    if not np.isfinite(audio).all():
        return Fault("clip_not_finite", "has samples that are not numbers")
    if peak(audio) < limits.min_peak:
        return Fault("clip_silent", f"peaks at {peak(audio):.1f} dBFS")
    return None


def _faults(measures: Measures, spoken: str, seconds: float, limits: Limits) -> Iterator[Fault]:
    """Yield every fault, in the order that tells most."""
    m = measures
    if m.clipped > limits.max_clipped:
        yield Fault("clip_clipped", f"has {m.clipped:.2%} of its samples at full scale")
    if m.noise > limits.max_noise:
        yield Fault("clip_noise", f"has {m.noise:.2f} s of noise as loud as speech")
    yield from _silences(m, limits)
    words = sum(sound_of(token) is None for token in spoken.split())
    if words >= MIN_RATE_WORDS and not limits.min_rate <= m.rate <= limits.max_rate:
        wanted = f"{limits.min_rate} to {limits.max_rate}"
        yield Fault("clip_rate", f"has {m.rate:.1f} letters a second, not {wanted}")
    if not limits.min_level <= m.level <= limits.max_level:
        wanted = f"{limits.min_level} to {limits.max_level}"
        yield Fault("clip_level", f"has speech at {m.level:.1f} dBFS, not {wanted}")
    if seconds >= MIN_RANGE_SECONDS and m.level - m.floor < limits.min_range:
        yield Fault("clip_floor", f"is only {m.level - m.floor:.0f} dB louder than its noise")
    if abs(m.offset) > limits.max_offset:
        yield Fault("clip_offset", f"is {m.offset:+.3f} off centre")


def _silences(m: Measures, limits: Limits) -> Iterator[Fault]:
    """Yield what is wrong with the silence before, in and after the speech."""
    if m.end < limits.min_end_drop:
        yield Fault("clip_cut_off", f"ends only {m.end:.0f} dB under its speech")
    for place, length, limit in (
        ("before", m.lead, limits.max_lead),
        ("after", m.tail, limits.max_tail),
        ("inside", m.gap, limits.max_gap),
    ):
        if length > limit:
            yield Fault("clip_silence", f"has {length:.2f} s of silence {place} its speech")
