"""T1: whether the turns of a dialogue fit together. Each is compared with its speaker's others.

    {turn: Heard}, {turn: Speaker} --faults--> {turn: Fault}

A turn that says its text twice, or in another's voice, is found by what its speaker usually does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import sqrt
from statistics import median

import numpy as np

from datagen.audio.timbre import Timbre, distance
from datagen.gates.limits import Limits
from datagen.gates.pace import weight, weights
from datagen.gates.turn import Heard, is_hummed
from datagen.types import SPEAKERS, Fault, Speaker

MIN_OTHERS = 2
"""Fewest other turns of a speaker that tell their habits."""
MIN_WORDS = 4
"""Fewest words of a line that tells its speaker's pace and voice."""
ONE_WORD = 1.5
"""Distance by which a single word may sound nearer to the other speaker than other lines may."""
STEADY = 45.0
"""Weight (`pace`) of a line from which pace and level are steady, some ten words. A shorter
one may deviate more, by the root of how much shorter it is: half the weight, 1.4 times as much."""


def faults(
    heard: Mapping[int, Heard], speakers: Mapping[int, Speaker], limits: Limits
) -> dict[int, Fault]:
    """Return the turns that do not fit, each with its first fault."""
    groups = {
        speaker: {turn: heard[turn] for turn in heard if speakers[turn] == speaker}
        for speaker in SPEAKERS
    }
    found: dict[int, Fault] = {}
    for speaker, other in zip(SPEAKERS, SPEAKERS[::-1], strict=True):
        others_voice = centre(list(groups[other].values()))
        for turn, take in groups[speaker].items():
            rest = [heard for index, heard in groups[speaker].items() if index != turn]
            fault = next(_turn_faults(take, rest, others_voice, limits), None)
            if fault:
                found[turn] = fault
    return found


def alike(
    heard: Mapping[int, Heard], speakers: Mapping[int, Speaker], limits: Limits
) -> Fault | None:
    """Return a fault if nobody could tell the two speakers apart."""
    agent, user = (
        centre([take for turn, take in heard.items() if speakers[turn] == speaker])
        for speaker in SPEAKERS
    )
    if agent is None or user is None or distance(agent, user) >= limits.min_voice_distance:
        return None
    return Fault("voices_alike", f"the speakers are only {distance(agent, user):.1f} apart")


def centre(group: Sequence[Heard]) -> Timbre | None:
    """Return what a speaker usually sounds like; None if too little is known."""
    known = [take.timbre for take in group if take.timbre]
    if len(known) < MIN_OTHERS:
        return None
    return Timbre(
        pitch=float(median(timbre.pitch for timbre in known)),
        shape=np.median([timbre.shape for timbre in known], axis=0),
    )


def _turn_faults(
    take: Heard, rest: Sequence[Heard], others_voice: Timbre | None, limits: Limits
) -> Iterator[Fault]:
    """Yield what sets a turn apart from its speaker's others."""
    if take.measures is None:
        return
    yield from _pace(take, rest, limits)
    yield from _voice(take, rest, others_voice, limits)
    if is_hummed(take.spoken):
        return  # a nod is quieter than words
    known = [
        other.measures.level for other in rest if other.measures and not is_hummed(other.spoken)
    ]
    if len(known) >= MIN_OTHERS:
        change = take.measures.level - median(known)
        if abs(change) > limits.max_level_change * _slack(take.spoken):
            yield Fault("turn_level", f"is {change:+.1f} dB from its speaker's other turns")


def _pace(take: Heard, rest: Sequence[Heard], limits: Limits) -> Iterator[Fault]:
    """Yield a fault if a turn takes much more or less time than its speaker's others."""
    known = [other for other in rest if len(other.spoken.split()) >= MIN_WORDS]
    known = [other for other in known if other.measures]
    if len(known) < MIN_OTHERS or len(take.spoken.split()) < MIN_WORDS:
        return
    usual = median(weight(o.spoken) / o.measures.speech for o in known if o.measures)
    assert take.measures
    paces = [each / take.measures.speech / usual for each in weights(take.spoken)]
    pace = min(paces)
    slack = _slack(take.spoken)
    slowest, fastest = 1 - slack * (1 - limits.min_pace), 1 + slack * (limits.max_pace - 1)
    if not any(slowest <= each <= fastest for each in paces):
        yield Fault("turn_pace", f"is said at {pace:.2f} times its speaker's usual pace")
    drop = take.measures.end
    is_letter = len(take.spoken.split()[-1].strip(".,?!")) == 1  # whose name may end without decay
    least = limits.min_end_drop if is_letter else limits.min_quick_drop
    if pace > limits.quick_pace and drop < least:
        yield Fault("turn_cut_off", f"ends early, only {drop:.0f} dB under its speech")


def _slack(spoken: str) -> float:
    """Return how much more a line may deviate than a long one."""
    return max(1.0, sqrt(STEADY / weight(spoken)))


def _voice(
    take: Heard, rest: Sequence[Heard], others_voice: Timbre | None, limits: Limits
) -> Iterator[Fault]:
    """Yield a fault if a turn sounds like somebody else."""
    usual = centre(rest)
    if take.timbre is None or usual is None:
        return
    change = take.timbre.pitch - usual.pitch
    if abs(change) > limits.max_pitch_change:
        yield Fault("turn_pitch", f"is {change:+.1f} semitones from its speaker's other turns")
    away = distance(take.timbre, usual)
    if away > limits.max_voice_change and len(take.spoken.split()) >= MIN_WORDS:
        yield Fault("turn_voice", f"sounds {away:.1f} unlike its speaker's other turns")
    if others_voice is not None:
        nearer = distance(take.timbre, others_voice) - away
        is_word = len(take.spoken.split()) == 1
        if nearer < limits.min_own_voice - (ONE_WORD if is_word else 0):
            yield Fault("turn_speaker", f"sounds {-nearer:.1f} nearer to the other speaker")
