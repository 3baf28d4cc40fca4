"""What a run shows while it works: bars on a terminal, JSON lines anywhere else.

RunEvent, from the engine --> Progress --> terminal or stderr; and always the journal
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import IO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from datagen.engine.events import Emit, Extended, Failed, Kept, RunEvent, UnitMade, WorkerFailed
from datagen.storage import Lines
from datagen.storage.run_folder import SHARDS
from datagen.types import SAMPLE_RATE
from datagen.visible import visible_line

LINE_EVERY = 5.0
"""Seconds between lines when there is no terminal."""


class Tally:
    """What a run has done so far, as people count it."""

    def __init__(self, stages: dict[str, int], totals: dict[str, int], seconds: float) -> None:
        self.done = Counter(stages)
        self.totals = totals
        """Units that each stage has to make in all."""
        self.seconds_before = seconds
        """Audio that was there when the run began."""
        self.seconds = 0.0
        self.retries = 0
        self._rejects = 0
        self._twins: dict[str, int] = {}
        """Near-duplicates by shard: the last one is packed again when a run is extended."""
        self._blocks_before = stages["tokens"]
        self._start = time.monotonic()
        self._kept: Kept | None = None
        """What a slow stage has kept, and when it will be done, before a block is encoded."""

    def take(self, event: RunEvent) -> None:
        """Count one event."""
        if isinstance(event, UnitMade):
            self._take_unit(event)
        elif isinstance(event, Extended):
            self.totals = event.totals
            self.done = Counter(event.done)
        elif isinstance(event, Kept):
            self._kept = event
        elif isinstance(event, Failed):
            self.retries += 1

    def _take_unit(self, event: UnitMade) -> None:
        self.done[event.stage] += 1
        if event.stage == SHARDS:
            self._twins[event.unit] = len(event.rejects)
        else:
            self._rejects += len(event.rejects)
        if event.stage == "tokens":
            self.seconds += event.audio_samples / SAMPLE_RATE

    @property
    def rejects(self) -> int:
        """Dialogues rejected since the run began."""
        return self._rejects + sum(self._twins.values())

    @property
    def wall(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self._start

    @property
    def rate(self) -> float:
        """Seconds of audio made per second of work."""
        return self.seconds / max(self.wall, 1e-9)

    @property
    def eta(self) -> float | None:
        """Seconds to go, at this run's pace of encoded blocks; before the first, at the pace of
        the dialogues that a slow stage has kept, None if none is."""
        made = self.done["tokens"] - self._blocks_before
        if not made:
            return None if self._kept is None else self._kept.seconds_left
        return (self.totals["tokens"] - self.done["tokens"]) * self.wall / made

    def line(self) -> str:
        """Return rate, time to go and rejects in a few words."""
        if not self.seconds:
            return "starting" if self._kept is None else self._first_lines(self._kept)
        eta = "" if self.eta is None else f" · {_clock(self.eta)} to go"
        hours = (self.seconds_before + self.seconds) / 3600
        rejects = f" · {self.rejects} rejected" if self.rejects else ""
        retries = f" · {self.retries} retried" if self.retries else ""
        return f"{hours:.2f} h made · {self.rate:,.0f}x realtime{eta}{rejects}{retries}"

    @staticmethod
    def _first_lines(kept: Kept) -> str:
        """Say what is there before anything is encoded."""
        noun = "dialogue" if kept.dialogs == 1 else "dialogues"
        return f"{kept.dialogs} {noun} through {kept.stage} · {_clock(kept.seconds_left)} to go"


@contextmanager
def listener(tally: Tally, journal: Lines, check: Callable[[], None]) -> Iterator[Emit]:
    """Yield the function that takes the engine's events: it counts, journals and draws.

    ``check`` is called with each event, and may stop the run by raising.
    """
    with _display(tally) as draw:

        def take(event: RunEvent) -> None:
            check()
            event = event.model_copy(update={"time": datetime.now(UTC).replace(microsecond=0)})
            journal.write(json.dumps(event.to_json()) + "\n")
            journal.flush()
            tally.take(event)
            draw(event)

        yield take


@contextmanager
def _display(tally: Tally, stream: IO[str] | None = None) -> Iterator[Emit]:
    console = Console(file=stream or sys.stderr)
    if not console.is_terminal:
        yield _Lines(tally, console.file)
        return
    bars = Progress(
        TextColumn("{task.description:>9}"),
        BarColumn(bar_width=32),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}"),
        console=console,
        transient=True,
    )
    with bars:
        yield _Bars(tally, bars)


class _Bars:
    def __init__(self, tally: Tally, bars: Progress) -> None:
        self._tally, self._bars = tally, bars
        self._tasks = {
            stage: bars.add_task(stage, total=total, completed=tally.done[stage], note="")
            for stage, total in tally.totals.items()
        }

    def __call__(self, event: RunEvent) -> None:
        for stage, task in self._tasks.items():
            note = self._tally.line() if stage == "tokens" else ""
            self._bars.update(
                task,
                total=self._tally.totals[stage],
                completed=self._tally.done[stage],
                note=note,
            )
        if isinstance(event, Failed):
            where = event.stage if isinstance(event, WorkerFailed) else event.unit
            said = visible_line(f"{where}: {event.reason}; trying again")
            self._bars.console.print(said, style="yellow", markup=False)


class _Lines:
    def __init__(self, tally: Tally, file: IO[str]) -> None:
        self._tally, self._file, self._last = tally, file, 0.0

    def __call__(self, event: RunEvent) -> None:
        ordinary = isinstance(event, UnitMade)
        if ordinary and time.monotonic() - self._last < LINE_EVERY:
            return
        self._last = time.monotonic()
        shown = event.to_json()
        shown.pop("trace", None)
        if ordinary:
            shown = {"event": "progress"}
        tally = self._tally
        shown |= {
            "done": dict(tally.done),
            "of": tally.totals,
            "hours": round((tally.seconds_before + tally.seconds) / 3600, 4),
            "realtime": round(tally.rate, 1),
            "eta_seconds": None if tally.eta is None else round(tally.eta),
            "rejects": tally.rejects,
        }
        print(json.dumps(shown), file=self._file, flush=True)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
