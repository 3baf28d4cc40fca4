"""τ-voice's panel: latencies, rates and selectivity on ticks of 200 ms (sierra-research/tau2-bench,
docs/interaction-metrics.md at 2b80cb1).

Each item's moments are known here, so that events are scored as typed and not guessed from sound.
A rate of fewer than 10 events is hidden, as on its leaderboard.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from datagen.exam.rules.channel import Channel, TimeSpan

TICK = 0.2
NO_YIELD = 2.0
"""Seconds within which an agent must stop for an interruption."""
YIELDS = 1.0
"""Seconds within which stopping for what is no turn is an error."""
RESPONDS = 2.0
"""Seconds within which answering what was not said to it is an error."""
FEWEST = 10
"""Fewest events of a rate that is shown."""
SELECTIVE = {"backchannel": "S_BC", "tic": "S_VT", "aside": "S_ND", "background": "S_ND"}


@dataclass
class Counts:
    """Events of all items so far."""

    responses: list[float] = field(default_factory=list)
    turns: int = 0
    yields: list[float] = field(default_factory=list)
    interruptions: int = 0
    agent_interruptions: int = 0
    correct: dict[str, int] = field(default_factory=dict)
    selective: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class LineEvent:
    """A stretch of the user's channel, and what it is (`items.Part`)."""

    span: TimeSpan
    part: str


def ticks(spans: Iterable[TimeSpan], seconds: float) -> NDArray[np.bool_]:
    """Return in which ticks there is speech [n]: any of it."""
    found = np.zeros(max(1, int(np.ceil(seconds / TICK - 1e-9))), bool)
    for span in spans:
        first, last = int(span.start / TICK + 1e-9), int(np.ceil(span.end / TICK - 1e-9))
        found[first:last] = True
    return found


def count(agent: Channel, events: Sequence[LineEvent], counts: Counts) -> None:
    """Add what an agent did about the events of an item."""
    speech = ticks(agent.speech, agent.seconds)
    turns = [event for event in events if event.part == "floor"]
    counts.agent_interruptions += _incursions(speech, turns)
    for number, event in enumerate(turns):
        follows = turns[number + 1].span.start if number + 1 < len(turns) else agent.seconds
        _turn(speech, event.span, follows, counts)
    for event in events:
        if event.part != "floor":
            _selectivity(speech, event, counts)


def _incursions(speech: NDArray[np.bool_], turns: Sequence[LineEvent]) -> int:
    """Count the stretches of the agent's that begin inside a turn of the user's."""
    starts = np.flatnonzero(speech & ~np.concatenate([[False], speech[:-1]]))
    inside = [
        start for start in starts if any(_first(t.span) < start < _last(t.span) for t in turns)
    ]
    return len(inside)


def _turn(speech: NDArray[np.bool_], span: TimeSpan, follows: float, counts: Counts) -> None:
    """Score a turn of the user's: was it an interruption that the agent yielded to, an answer?"""
    start, end = _first(span), _last(span)
    if start < len(speech) and start > 0 and speech[start - 1] and speech[start]:
        counts.interruptions += 1
        silent = np.flatnonzero(~speech[start:])
        if len(silent) and silent[0] * TICK <= NO_YIELD:
            counts.yields.append(float(silent[0] * TICK))
    if end < len(speech) and end > 0 and speech[end - 1] and speech[min(end, len(speech) - 1)]:
        return  # still unresolved: the agent has the floor at the turn's end
    counts.turns += 1
    stop = min(len(speech), int(follows / TICK + 1e-9))
    answer = np.flatnonzero(speech[end:stop])
    if len(answer):
        counts.responses.append(float(answer[0] * TICK))


def _selectivity(speech: NDArray[np.bool_], event: LineEvent, counts: Counts) -> None:
    name, start = SELECTIVE[event.part], _first(event.span)
    speaking = 0 < start < len(speech) and bool(speech[start - 1])
    if not speaking and event.part == "backchannel":
        return
    if speaking:
        window = speech[start : start + round(YIELDS / TICK)]
        wrong = bool(len(window)) and not window.all()
    else:
        end = _last(event.span)
        wrong = bool(speech[start : end + round(RESPONDS / TICK)].any())
    counts.selective[name] = counts.selective.get(name, 0) + 1
    counts.correct[name] = counts.correct.get(name, 0) + (not wrong)


def _first(span: TimeSpan) -> int:
    return int(span.start / TICK + 1e-9)


def _last(span: TimeSpan) -> int:
    return int(np.ceil(span.end / TICK - 1e-9))


@dataclass(frozen=True)
class Rate:
    """A figure, and how many events it rests on."""

    value: float | None
    events: int

    @property
    def is_shown(self) -> bool:
        """It rests on enough events."""
        return self.value is not None and self.events >= FEWEST


def panel(counts: Counts) -> dict[str, Rate]:
    """Return the panel's figures by their names there; latencies in seconds."""
    selective = {
        name: Rate(counts.correct.get(name, 0) / events, events)
        for name, events in counts.selective.items()
    }
    return {
        "L_R": Rate(_mean(counts.responses), len(counts.responses)),
        "L_Y": Rate(_mean(counts.yields), len(counts.yields)),
        "R_R": _share(len(counts.responses), counts.turns),
        "R_Y": _share(len(counts.yields), counts.interruptions),
        "I_A": _share(counts.agent_interruptions, counts.turns),
        **{name: selective.get(name, Rate(None, 0)) for name in ("S_BC", "S_VT", "S_ND")},
    }


def _share(part: int, whole: int) -> Rate:
    return Rate(part / whole if whole else None, whole)


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None
