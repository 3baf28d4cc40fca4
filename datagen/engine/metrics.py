"""A run's figures for Prometheus, through Ray's own metrics: on a cluster whose dashboard is on.

    RunEvent --Metrics.take--> ray.util.metrics --node's agent--> Prometheus

Ray makes ``ray_datagen_dialogues_total`` and so on of the names.
"""

from __future__ import annotations

from datagen.engine.events import (
    Emit,
    RunEvent,
    UnitFailed,
    UnitMade,
    WorkerFailed,
    WorkerLost,
)
from datagen.types import SAMPLE_RATE

SECONDS = [1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0]
"""Boundaries of the histogram of unit seconds."""


class Metrics:
    """Counts what the engine tells of."""

    def __init__(self) -> None:
        from ray.util.metrics import Counter, Histogram

        self._dialogs = Counter("datagen_dialogues", "Dialogues encoded as tokens.")
        self._audio = Counter("datagen_audio_seconds", "Dialogue encoded as tokens, in seconds.")
        self._rejects = Counter(
            "datagen_rejects", "Dialogues that a stage refused.", tag_keys=("stage", "reason")
        )
        self._failures = Counter(
            "datagen_failures", "Units and workers that failed or were lost.", tag_keys=("event",)
        )
        self._seconds = Histogram(
            "datagen_unit_seconds",
            "Wall time of a unit of 16 dialogues.",
            boundaries=SECONDS,
            tag_keys=("stage",),
        )

    def take(self, event: RunEvent) -> None:
        """Count one event."""
        if isinstance(event, UnitFailed | WorkerLost | WorkerFailed):
            self._failures.inc(1, tags={"event": event.event})
        elif isinstance(event, UnitMade):
            self._take_unit(event)

    def _take_unit(self, event: UnitMade) -> None:
        self._seconds.observe(event.seconds, tags={"stage": event.stage})
        if event.stage == "tokens" and event.rows:  # Ray refuses to count nothing
            self._dialogs.inc(event.rows)
            self._audio.inc(event.audio_samples / SAMPLE_RATE)
        for reject in event.rejects:
            self._rejects.inc(1, tags={"stage": event.stage, "reason": reject.reason})


def metered(emit: Emit) -> Emit:
    """Return a listener that also counts; call it once Ray is joined."""
    metrics = Metrics()

    def take(event: RunEvent) -> None:
        emit(event)
        metrics.take(event)

    return take
