"""What a run contains, counted from the rows of its shards: all of them, a shard at a time.

Times are pooled: seconds of all dialogues over minutes of all, not a mean of ratios. Who holds the
floor is measured on the dialogues that are looked at closely.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datagen.audio.turn_taking import TurnTaking, turn_taking
from datagen.audio.vad import Spell
from datagen.audit.interplay import Interplay
from datagen.audit.rows import Row
from datagen.types import NUM_CODEBOOKS, SAMPLE_RATE, SPEAKERS

MOST_CODED = 2_048
"""Dialogues whose rows of codes are counted: 26 MB of them."""
_MIX = np.random.default_rng(0).integers(1, 2**62, NUM_CODEBOOKS, dtype=np.int64)
"""Factors of the codes in a row's hash, [K]."""
FISHER = {"ipu": 53.5, "pause": 5.5, "gap": 4.4, "overlap": 3.6}
"""Seconds a minute in Fisher, people on the telephone (Moshi, table 9; from dGSLM, n = 50)."""
PER_MINUTE = ("wait", "barge_in", "backchannel", "pause", "overlap")
"""Events that are reported a minute."""


def waits(events: Iterable[Mapping[str, Any]]) -> list[tuple[int, int]]:
    """Return the spans of samples in which the agent waits for a tool."""
    return [(event["start"], event["end"]) for event in events if event["type"] == "wait"]


@dataclass
class Totals:
    """Counts of everything, and the floor measures in samples."""

    dialogues: int = 0
    num_samples: int = 0
    splits: Counter[str] = field(default_factory=Counter)
    domains: Counter[str] = field(default_factory=Counter)
    rejects: Counter[str] = field(default_factory=Counter)
    """Rejected dialogues by ``stage: reason``."""
    probes: Counter[str] = field(default_factory=Counter)
    """Probes by ``type verdict``."""
    events: Counter[str] = field(default_factory=Counter)
    measured: int = 0
    """Dialogues whose floor was measured."""
    floor: Counter[str] = field(default_factory=Counter)
    """Samples of ipu, pause, gap and overlap, and of the span from first to last word."""
    offsets: array[int] = field(default_factory=lambda: array("i"))
    """Floor-transfer offsets in samples, by the words; negative where speakers overlap."""
    interplay: Interplay = field(default_factory=Interplay)
    """Interruptions, waits and sounds of the dialogues that were measured."""
    heard: Counter[str] = field(default_factory=Counter)
    """Samples as in ``floor``, measured in the sound; empty if it was not listened to."""
    heard_offsets: array[int] = field(default_factory=lambda: array("i"))
    code_rows: dict[str, array[int]] = field(
        default_factory=lambda: {speaker: array("q") for speaker in SPEAKERS}
    )
    """Hashes of the codes [K] of each frame, by channel, of `MOST_CODED` dialogues."""
    disagreements: array[float] = field(default_factory=lambda: array("d"))
    """Share of each dialogue listened to in which words and sound differ."""

    @property
    def hours(self) -> float:
        """Hours of two-channel audio."""
        return self.num_samples / SAMPLE_RATE / 3600

    def count(self, table: pa.Table) -> None:
        """Count a shard's dialogues; no value may be null."""
        self.dialogues += table.num_rows
        self.num_samples += pc.sum(table["num_samples"]).as_py() or 0
        self.splits.update(_counted(table["split"]))
        self.domains.update(_counted(table["domain"]))
        self.events.update(_counted(pc.struct_field(pc.list_flatten(table["events"]), "type")))
        probes = pc.list_flatten(table["probes"])
        names = (pc.struct_field(probes, name) for name in ("type", "verdict"))
        self.probes.update(_counted(pc.binary_join_element_wise(*names, " ")))

    def measure(self, row: Row) -> None:
        """Measure who holds the floor in one dialogue."""
        words = row.values["words"]
        spells = [Spell(word["speaker"], word["start"], word["end"]) for word in words]
        floor = turn_taking(spells, waits(row.values["events"]))
        self.measured += 1
        self.interplay.add(row)
        self.floor.update(_sums(floor))
        self.offsets.extend(floor.offsets)
        if self.measured <= MOST_CODED:
            self._count_codes(row)

    def _count_codes(self, row: Row) -> None:
        """Keep the hash of each frame's codes, if they are there and whole."""
        for speaker in SPEAKERS:
            codes = row.tokens.get(f"{speaker}_codes")
            if codes is not None and codes.size == NUM_CODEBOOKS * row.num_frames:
                hashes = _MIX @ row.codes(speaker).astype(np.int64)
                self.code_rows[speaker].frombytes(hashes.tobytes())

    def commonest_code_row(self) -> dict[str, float]:
        """Return the share of a channel's frames that have its commonest codes, by channel."""
        found = {}
        for speaker, hashes in self.code_rows.items():
            counts = np.unique(np.frombuffer(hashes, np.int64), return_counts=True)[1]
            found[speaker] = float(counts.max() / len(hashes)) if len(hashes) else 0.0
        return found

    def listen(self, floor: TurnTaking, disagreement: float) -> None:
        """Count one dialogue as it sounds."""
        self.heard.update(_sums(floor))
        self.heard_offsets.extend(floor.offsets)
        self.disagreements.append(disagreement)

    def per_minute(self, amount: float) -> float:
        """Return an amount for each minute of dialogue."""
        return amount * SAMPLE_RATE * 60 / self.num_samples if self.num_samples else 0.0

    def rates(self) -> dict[str, float]:
        """Return events a minute."""
        return {name: self.per_minute(self.events[name]) for name in PER_MINUTE}

    def floor_seconds(self) -> dict[str, float]:
        """Return seconds a minute of IPU, pause, gap and overlap; edges do not count."""
        return _a_minute(self.floor)

    def heard_or_planned(self) -> tuple[dict[str, float], array[int]]:
        """Return seconds a minute and offsets: from the sound if there are any, else the words."""
        if self.heard["span"]:
            return _a_minute(self.heard), self.heard_offsets
        return self.floor_seconds(), self.offsets

    def headline(self) -> str:
        """Return one line that says how much there is."""
        return (
            f"{self.dialogues:,} dialogues, {self.hours:,.2f} h ({listed(self.splits) or 'none'});"
            f" {self.rejects.total():,} rejected"
        )

    def lines(self) -> list[str]:
        """Return the other totals as lines, one a subject."""
        subjects = {
            "rejects": listed(self.rejects),
            "domains": listed(self.domains),
            "probes": listed(self.probes),
            "events a minute": figures(self.rates(), ".2f"),
            "floor, s a minute": figures(self.floor_seconds(), ".1f"),
            "  people (Fisher)": figures(FISHER, ".1f"),
            "  as it sounds": figures(_a_minute(self.heard), ".1f") if self.disagreements else "",
            "  words and sound differ in": self._differences(),
        }
        return [f"{subject}: {text}" for subject, text in subjects.items() if text]

    def _differences(self) -> str:
        if not self.disagreements:
            return ""
        return f"{fmean(self.disagreements):.2%} of the time, {max(self.disagreements):.2%} at most"

    def as_json(self) -> dict[str, Any]:
        """Return everything as plain values."""
        counts = ("splits", "domains", "rejects", "probes", "events")
        return {
            "dialogues": self.dialogues,
            "hours": self.hours,
            "measured": self.measured,
            **{name: dict(getattr(self, name)) for name in counts},
            "events_per_minute": self.rates(),
            "floor_seconds_per_minute": self.floor_seconds(),
            "heard_seconds_per_minute": _a_minute(self.heard) if self.disagreements else None,
            "commonest_code_row": self.commonest_code_row(),
            "disagreement": fmean(self.disagreements) if self.disagreements else None,
        }


def _counted(names: Any) -> dict[str, int]:
    counts = pc.value_counts(names)
    return dict(
        zip(counts.field("values").to_pylist(), counts.field("counts").to_pylist(), strict=True)
    )


def _sums(floor: TurnTaking) -> dict[str, int]:
    return {name: getattr(floor, name) for name in ("span", *FISHER)}


def _a_minute(floor: Counter[str]) -> dict[str, float]:
    return {name: 60 * floor[name] / max(1, floor["span"]) for name in FISHER}


def listed(counts: Counter[str]) -> str:
    """Return counts as text, by falling count, equal ones by name."""
    pairs = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{name} {count:,}" for name, count in pairs)


def figures(values: Mapping[str, float], form: str) -> str:
    """Return figures as text, each in a format such as ``.1f``."""
    return ", ".join(f"{name} {value:{form}}" for name, value in values.items())
