"""How a run is doing, told from its folder alone: from another terminal, or another machine.

RUN (plan.json, names of files, journals) --status--> Status --render--> lines for people
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from datagen.engine.events import (
    Failed,
    Finished,
    Kept,
    RunEvent,
    Started,
    UnitMade,
    read_events,
)
from datagen.engine.run_files import PlanFile, read_plan
from datagen.storage import Where
from datagen.storage.run_folder import SHARDS, UNIT_STAGES, RunFolder
from datagen.types import SAMPLE_RATE

WINDOW = 600.0
"""Seconds of the journal's end that rates are taken from."""
NEVER = datetime.min.replace(tzinfo=UTC)
"""Time of an event that has none."""


@dataclass(frozen=True)
class StageStatus:
    """The state of one stage."""

    done: int
    """Number of files that are there."""
    planned: int
    busy: float
    """Workers at work, in the mean over the window."""
    units_per_hour: float


@dataclass(frozen=True)
class Status:
    """The state of a run when its folder was read."""

    where: str
    state: str
    """Name of the journal's last event."""
    last_event_seconds: float | None
    """Seconds since the last event, by this machine's clock; None without a journal."""
    stages: dict[str, StageStatus]
    hours: float
    """Hours of audio encoded, as far as the journals know."""
    realtime: float
    """Seconds of audio made a second, over the window."""
    eta_seconds: float | None
    """Seconds to go at the pace of the stage furthest from its end; None if nothing moves."""
    rejects: dict[str, int]
    """Rejected dialogues by stage and reason, most frequent first."""
    failures: dict[str, int]
    """Units and workers that failed since the run was last started."""

    def to_json(self) -> dict[str, Any]:
        """Return the state as plain values."""
        return asdict(self)


def status(where: Where, now: datetime | None = None) -> Status:
    """Read how a run is doing; ``now`` is for tests."""
    folder, now = RunFolder(where), now or datetime.now(UTC)
    plan = read_plan(folder)
    events = sorted(read_events(folder), key=lambda event: event.time or NEVER)
    units = {event.unit: event for event in events if isinstance(event, UnitMade)}
    recent, seconds = _recent(events, now)
    stages = {
        stage: _stage(folder, stage, plan, recent, seconds) for stage in (*UNIT_STAGES, SHARDS)
    }
    return Status(
        where=folder.where,
        state=events[-1].event if events else "no journal",
        last_event_seconds=_age(events[-1], now) if events else None,
        stages=stages,
        hours=_audio(_of("tokens", units.values())) / 3600,
        realtime=_audio(_of("tokens", recent)) / seconds if seconds else 0.0,
        eta_seconds=_eta(list(stages.values()), _kept(events, now)),
        rejects=_rejects(units.values()),
        failures=dict(Counter(e.event for e in _session(events) if isinstance(e, Failed))),
    )


def _session(events: Sequence[RunEvent]) -> Sequence[RunEvent]:
    """Return the events since the run was last started."""
    starts = [index for index, event in enumerate(events) if isinstance(event, Started)]
    return events[starts[-1] :] if starts else events


def _recent(events: Sequence[RunEvent], now: datetime) -> tuple[list[UnitMade], float]:
    """Return the units of the window, and the seconds it has lasted until now (or the end)."""
    session = _session(events)
    if not session:
        return [], 0.0
    until = _age(session[-1], now) if isinstance(session[-1], Finished) else 0.0
    seconds = min(WINDOW, _age(session[0], now) - until)
    units = [event for event in session if isinstance(event, UnitMade)]
    return [event for event in units if _age(event, now) - until <= seconds], max(seconds, 1e-9)


def _stage(
    folder: RunFolder, stage: str, plan: PlanFile, recent: Sequence[UnitMade], seconds: float
) -> StageStatus:
    files = [name for name in folder.storage.names(stage) if name.endswith(".parquet")]
    made = _of(stage, recent)
    worked = sum(min(event.seconds, seconds) for event in made)
    return StageStatus(
        done=len(files),
        planned=plan.shards if stage == SHARDS else plan.blocks,
        busy=worked / seconds if seconds else 0.0,
        units_per_hour=3600 * len(made) / seconds if seconds else 0.0,
    )


def _kept(events: Sequence[RunEvent], now: datetime) -> float | None:
    """Return when a slow stage whose first units are being made will be done; None if none is."""
    told = [event for event in _session(events) if isinstance(event, Kept)]
    return max(0.0, told[-1].seconds_left - _age(told[-1], now)) if told else None


def _eta(stages: Sequence[StageStatus], kept: float | None) -> float | None:
    """Return the longest time that a stage still needs, shards left aside while none is packed.

    A stage that has made nothing yet needs what its kept dialogues promise.
    """
    left = [(stage.planned - stage.done, stage.units_per_hour) for stage in stages[:-1]]
    if all(units <= 0 for units, _ in left):
        return 0.0 if stages[-1].done >= stages[-1].planned else None
    if any(units > 0 and not pace for units, pace in left):
        return kept
    return max(units / pace * 3600 for units, pace in left if units > 0)


def _of(stage: str, units: Iterable[UnitMade]) -> list[UnitMade]:
    return [event for event in units if event.stage == stage]


def _audio(units: Iterable[UnitMade]) -> float:
    """Return the seconds of audio in encoded blocks."""
    return sum(event.audio_samples for event in units) / SAMPLE_RATE


def _rejects(units: Iterable[UnitMade]) -> dict[str, int]:
    counts = Counter(
        f"{reject.stage}: {reject.reason}" for event in units for reject in event.rejects
    )
    return dict(counts.most_common())


def _age(event: RunEvent, now: datetime) -> float:
    """Return how many seconds ago an event was written."""
    return 0.0 if event.time is None else max(0.0, (now - event.time).total_seconds())


def render(found: Status) -> str:
    """Write a status for people."""
    from datagen.costs.table import clock

    age = found.last_event_seconds
    ago = "" if age is None else f", {clock(age)} ago"
    lines = [f"{found.where}: {found.state}{ago}", ""]
    lines.append(f"{'':10}{'done':>9}{'of':>9}{'busy workers':>14}{'units an hour':>15}")
    for stage, one in found.stages.items():
        lines.append(
            f"{stage:10}{one.done:>9,}{one.planned:>9,}{one.busy:>14.1f}{one.units_per_hour:>15,.0f}"
        )
    eta = "nothing moves" if found.eta_seconds is None else f"{clock(found.eta_seconds)} to go"
    lines += ["", f"{found.hours:,.2f} h made, {found.realtime:,.1f}x realtime, {eta}"]
    rejects = ", ".join(f"{count:,} {reason}" for reason, count in found.rejects.items())
    lines.append(f"rejected: {rejects or 'none'}")
    if found.failures:
        failures = ", ".join(f"{count:,} x {kind}" for kind, count in found.failures.items())
        lines.append(f"tried again: {failures}")
    return "\n".join(lines)
