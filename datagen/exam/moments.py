"""An exam's moments as TurnBench has them: when did the agent take a turn to be over, or itself
interrupted?

items, agent's channels --Moments.add--> moments, negative spans, predictions --scores--> figures

Its tasks ask for moments; an agent that talks shows them: by when it begins to speak (ends of
turns; pauses inside of them are negative) and when it stops (interruptions; nods, tics and speech
to others are negative). Only overlaps that find it speaking count.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from datagen.exam.items import ExamItem, UserTurn
from datagen.exam.rules import turnbench
from datagen.exam.rules.channel import Channel, TimeSpan, merged
from datagen.exam.rules.overlap import MODEL_GAP
from datagen.types import SAMPLE_RATE

APART = 10.0
"""Seconds between items, which follow one another on one clock."""


@dataclass
class MomentTask:
    """What there is to be found, and what was."""

    events: list[float] = field(default_factory=list)
    negatives: list[TimeSpan] = field(default_factory=list)
    predicted: list[float] = field(default_factory=list)

    def scores(self) -> dict[str, Any]:
        """Return the figures for scores.json, seconds and shares."""
        found = turnbench.match(self.predicted, self.events, self.negatives)
        return {
            "recall": found.recall,
            "false_rate": found.false_rate,
            "latency": found.percentiles(),
            "events": len(self.events),
            "negatives": len(self.negatives),
            "qualifies": found.qualifies,
        }


@dataclass
class Moments:
    """Both tasks over all items."""

    ends: MomentTask = field(default_factory=MomentTask)
    interruptions: MomentTask = field(default_factory=MomentTask)
    clock: float = 0.0
    """When the next item begins, in seconds."""

    def add(self, item: ExamItem, agent: Channel) -> None:
        """Add what an item asks, and what an agent did."""
        speech = merged(agent.speech, MODEL_GAP)
        self.ends.predicted += [self.clock + span.start for span in speech]
        self.interruptions.predicted += [self.clock + span.end for span in speech]
        seconds = item.num_samples / SAMPLE_RATE
        for number, turn in enumerate(item.turns):
            self._turn(turn, seconds)
            start = turn.start / SAMPLE_RATE
            if number and any(span.start < start < span.end for span in speech):
                self._overlap(turn)
        self.clock += max(seconds, agent.seconds) + APART

    def _turn(self, turn: UserTurn, seconds: float) -> None:
        """Add the end of a turn that can be answered, and its pauses."""
        if turn.part != "floor":
            return
        end = turn.end / SAMPLE_RATE
        if seconds - end >= turnbench.LATE:
            self.ends.events.append(self.clock + end)
        self.ends.negatives += [self._span(*pause) for pause in turn.pauses]

    def _overlap(self, turn: UserTurn) -> None:
        if turn.part == "floor":
            self.interruptions.events.append(self.clock + turn.start / SAMPLE_RATE)
        else:
            self.interruptions.negatives.append(self._span(turn.start, turn.end))

    def _span(self, start: int, end: int) -> TimeSpan:
        return TimeSpan(self.clock + start / SAMPLE_RATE, self.clock + end / SAMPLE_RATE)

    def scores(self) -> dict[str, Any]:
        """Return the figures of both tasks by their names there."""
        return {"EOT": self.ends.scores(), "INT": self.interruptions.scores()}
