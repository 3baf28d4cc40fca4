"""τ-voice's panel: latencies, rates and selectivity on ticks of 200 ms (sierra-research/tau2-bench,
docs/interaction-metrics.md and its code at a2c0247).

Each item's moments are known here, so events are counted as typed and not guessed from sound. As
published a turn that nobody answers is no event if the user says no more, nor is one answered in
the tick that it ends in; nor is going on over a tic or over speech to others. Corrected, all are.
A rate of fewer than 10 events is hidden, as on its leaderboard.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from datagen.exam.rules.channel import Channel, Mode, TimeSpan

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
Ticks = NDArray[np.bool_]


@dataclass
class Counts:
    """Events of all items so far."""

    mode: Mode = "corrected"
    responses: list[float] = field(default_factory=list)
    turns: int = 0
    yields: list[float] = field(default_factory=list)
    interruptions: int = 0
    agent_interruptions: int = 0
    correct: dict[str, int] = field(default_factory=dict)
    selective: dict[str, int] = field(default_factory=dict)

    def selected(self, name: str, *, right: bool) -> None:
        """Count what was no turn, and whether the agent took it for none."""
        self.selective[name] = self.selective.get(name, 0) + 1
        self.correct[name] = self.correct.get(name, 0) + right


@dataclass(frozen=True)
class LineEvent:
    """A stretch of the user's channel, and what it is (`items.Part`)."""

    span: TimeSpan
    part: str


@dataclass(frozen=True)
class TickRun:
    """Ticks that follow one another: first, and the one after the last."""

    start: int
    end: int
    nod: bool = False


def ticks(spans: Iterable[TimeSpan], seconds: float) -> Ticks:
    """Return in which ticks there is speech [n]: any of it."""
    found = np.zeros(max(1, int(np.ceil(seconds / TICK - 1e-9))), bool)
    for span in spans:
        found[_first(span) : _last(span)] = True
    return found


def count(agent: Channel, events: Sequence[LineEvent], counts: Counts) -> None:
    """Add what an agent did about the events of an item."""
    speech = ticks(agent.speech, agent.seconds)
    said = list(_user_runs(events, len(speech)))
    counts.agent_interruptions += sum(
        any(run.start <= start < run.end for run in said) for start, _ in _runs(speech)
    )
    _responses(speech, [run for run in said if not run.nod], counts)
    for run in said:
        if run.start < len(speech) and speech[run.start]:
            _yield(speech, run, counts)
    for event in events:
        if event.part not in ("floor", "backchannel"):
            _selectivity(speech, event, counts)


def _user_runs(events: Sequence[LineEvent], num_ticks: int) -> Iterator[TickRun]:
    """Yield the user's stretches of speech; one that begins with a nod is a nod."""
    said = [event for event in events if event.part in ("floor", "backchannel")]
    speech = ticks((event.span for event in said), num_ticks * TICK)
    for start, end in _runs(speech):
        first = next(e for e in said if _first(e.span) <= start < _last(e.span))
        yield TickRun(start, end, first.part == "backchannel")


def _runs(speech: Ticks) -> list[tuple[int, int]]:
    """Return the runs of ticks with speech."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], speech, [False]]).astype(np.int8)))
    return [(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def _responses(speech: Ticks, turns: Sequence[TickRun], counts: Counts) -> None:
    """Count the turns that are answered before the user goes on, and those that are not."""
    published = counts.mode == "as-published"
    waiting = [turn for turn in turns if not _still_speaks(speech, turn, published=published)]
    starts = [start for start, _ in _runs(speech)]
    for turn in waiting:
        answer = next((start for start in starts if start >= turn.end), None)
        follows = next((other.start for other in waiting if other.start >= turn.end), None)
        if answer is not None and (follows is None or answer <= follows):
            counts.turns += 1
            counts.responses.append((answer - turn.end) * TICK)
        elif follows is not None or not published:
            counts.turns += 1


def _still_speaks(speech: Ticks, turn: TickRun, *, published: bool) -> bool:
    """Tell whether the agent has the floor when a turn ends: nothing to answer yet."""
    if turn.end >= len(speech) or not speech[turn.end]:
        return False
    return published or bool(speech[turn.end - 1])


def _yield(speech: Ticks, run: TickRun, counts: Counts) -> None:
    """Count what the user said into the agent's speech, and whether the agent stopped."""
    window = YIELDS if run.nod else NO_YIELD
    silent = np.flatnonzero(~speech[run.start : run.start + round(window / TICK)])
    if run.nod:
        counts.selected("S_BC", right=not len(silent))
        return
    counts.interruptions += 1
    if len(silent):
        counts.yields.append(float(silent[0] * TICK))


def _selectivity(speech: Ticks, event: LineEvent, counts: Counts) -> None:
    """Count what was not said to the agent: going on is right, and so is silence."""
    name, start, end = SELECTIVE[event.part], _first(event.span), _last(event.span)
    runs = _runs(speech)
    stopped = next((stop for begin, stop in runs if begin <= start < stop), None)
    if stopped is None:
        latest = end + round(RESPONDS / TICK)
        counts.selected(name, right=not any(start <= begin <= latest for begin, _ in runs))
        return
    yielded = stopped - start <= round(YIELDS / TICK)
    if yielded or counts.mode == "corrected":
        counts.selected(name, right=not yielded)


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


def shown(counts: Counts) -> dict[str, dict[str, float | int | None]]:
    """Return the panel for scores.json: what rests on too few events has no value."""
    return {
        name: {"value": rate.value if rate.is_shown else None, "events": rate.events}
        for name, rate in panel(counts).items()
    }


def _share(part: int, whole: int) -> Rate:
    return Rate(part / whole if whole else None, whole)


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None
