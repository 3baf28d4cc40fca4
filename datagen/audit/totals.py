"""What a run contains, counted from the rows of its shards.

Times are pooled: seconds of all dialogues over minutes of all, not a mean of ratios.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from datagen.audit.rows import Row
from datagen.timing.metrics import Spell, turn_taking
from datagen.types import SAMPLE_RATE

FISHER = {"ipu": 53.5, "pause": 5.5, "gap": 4.4, "overlap": 3.6}
"""Seconds a minute in Fisher, people on the telephone (Moshi, table 9; from dGSLM, n = 50)."""
PER_MINUTE = ("barge_in", "backchannel", "pause", "overlap")
"""Events that are reported a minute."""


@dataclass
class Totals:
    """Counts of everything, and the floor measures in samples."""

    dialogues: int = 0
    num_samples: int = 0
    splits: Counter[str] = field(default_factory=Counter)
    domains: Counter[str] = field(default_factory=Counter)
    rejects: Counter[str] = field(default_factory=Counter)
    """By ``stage: reason``."""
    probes: Counter[str] = field(default_factory=Counter)
    """By ``type verdict``."""
    events: Counter[str] = field(default_factory=Counter)
    floor: Counter[str] = field(default_factory=Counter)
    """Samples of ipu, pause, gap and overlap, and of the span from first to last word."""

    @property
    def hours(self) -> float:
        """Hours of two-channel audio."""
        return self.num_samples / SAMPLE_RATE / 3600

    def add(self, row: Row) -> None:
        """Count one dialogue."""
        values = row.values
        self.dialogues += 1
        self.num_samples += values["num_samples"]
        self.splits[values["split"]] += 1
        self.domains[values["domain"]] += 1
        self.probes.update(f"{probe['type']} {probe['verdict']}" for probe in values["probes"])
        self.events.update(event["type"] for event in values["events"])
        spells = [Spell(word["speaker"], word["start"], word["end"]) for word in values["words"]]
        floor = turn_taking(spells)
        self.floor.update({name: getattr(floor, name) for name in ("span", *FISHER)})

    def per_minute(self, amount: float) -> float:
        """Return an amount for each minute of dialogue."""
        return amount * SAMPLE_RATE * 60 / self.num_samples if self.num_samples else 0.0

    def rates(self) -> dict[str, float]:
        """Return events a minute."""
        return {name: self.per_minute(self.events[name]) for name in PER_MINUTE}

    def floor_seconds(self) -> dict[str, float]:
        """Return seconds a minute of IPU, pause, gap and overlap; edges do not count."""
        return {name: 60 * self.floor[name] / max(1, self.floor["span"]) for name in FISHER}

    def headline(self) -> str:
        """Say in a line how much there is."""
        return (
            f"{self.dialogues:,} dialogues, {self.hours:,.2f} h ({listed(self.splits) or 'none'});"
            f" {self.rejects.total():,} rejected"
        )

    def lines(self) -> list[str]:
        """Say the rest, a line a subject."""
        subjects = {
            "rejects": listed(self.rejects),
            "domains": listed(self.domains),
            "probes": listed(self.probes),
            "events a minute": figures(self.rates(), ".2f"),
            "floor, s a minute": figures(self.floor_seconds(), ".1f"),
            "  people (Fisher)": figures(FISHER, ".1f"),
        }
        return [f"{subject}: {text}" for subject, text in subjects.items() if text]

    def as_json(self) -> dict[str, Any]:
        """Return everything as plain values."""
        counts = ("splits", "domains", "rejects", "probes", "events")
        return {
            "dialogues": self.dialogues,
            "hours": self.hours,
            **{name: dict(getattr(self, name)) for name in counts},
            "events_per_minute": self.rates(),
            "floor_seconds_per_minute": self.floor_seconds(),
        }


def listed(counts: Counter[str]) -> str:
    """Return counts as text, by falling count, equal ones by name."""
    pairs = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{name} {count:,}" for name, count in pairs)


def figures(values: Mapping[str, float], form: str) -> str:
    """Return figures as text, each in a format such as ``.1f``."""
    return ", ".join(f"{name} {value:{form}}" for name, value in values.items())
