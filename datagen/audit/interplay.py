"""How the two speakers meet, beyond the floor: answers, waits, interruptions, sounds of a listener.

Row, Row, ... --Interplay.add--> counts --lines--> text

Times are those of the words; what an event is for comes from the ledger of newer shards.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import Any

from datagen.audit.rows import Row
from datagen.types import FRAME, SAMPLE_RATE

FAR = 10
"""Fewest words between a backchannel and the end of a question for it not to answer that."""
KINDS = ("answers", "statements", "after a lookup", "after an interruption")
"""What an agent's turn follows: a question, another turn, a tool's result, or a barge-in."""


@dataclass
class Interplay:
    """Counts over dialogues; times in samples."""

    offsets: dict[str, array[int]] = field(
        default_factory=lambda: {kind: array("i") for kind in KINDS}
    )
    """Samples from the end of what an agent's turn follows to its start, by what it follows."""
    waits: array[int] = field(default_factory=lambda: array("i"))
    """Samples from each call of a tool to its result."""
    actions: Counter[str] = field(default_factory=Counter)
    """Calls by how they ended."""
    held: int = 0
    """Samples of waits in which the agent speaks."""
    meanwhile: int = 0
    """Waits in which the caller says something."""
    nods: int = 0
    nods_to_questions: int = 0
    functions: Counter[str] = field(default_factory=Counter)
    sounds: Counter[str] = field(default_factory=Counter)
    barge_ins: Counter[str] = field(default_factory=Counter)
    """Barge-ins by how the interrupted speaker stops."""
    kinds: Counter[str] = field(default_factory=Counter)
    uptakes: Counter[str] = field(default_factory=Counter)
    fates: Counter[str] = field(default_factory=Counter)
    """Facts that a cut has left unsaid, by what becomes of them."""
    unsaying: int = 0
    """Barge-ins that leave a fact unsaid that had not been said before."""

    def add(self, row: Row) -> None:
        """Count one dialogue."""
        self._count_events(row.values["events"])
        self._count_offsets(row)
        self._count_nods(row)
        for action in row.values.get("actions", ()):
            self._count_wait(row, action)

    def _count_events(self, events: Sequence[Mapping[str, Any]]) -> None:
        for event in events:
            kind, cause = event["type"], event["cause"]
            if kind == "backchannel":
                self.functions[cause] += 1
            elif kind == "false_barge_in":
                self.sounds[cause] += 1
            elif kind == "barge_in":
                self.barge_ins[cause] += 1
            elif kind == "interruption":
                self.kinds[cause] += 1
                self.uptakes[event["text"] or "none"] += 1
            elif kind == "unsaid":
                self.fates[cause] += len(event["text"].split())
        self.unsaying += _num_unsaying(events)

    def _count_offsets(self, row: Row) -> None:
        """Count how long after the user's turn each turn of the agent starts."""
        turns = [turn for turn in row.values["turns"] if _takes_floor(turn)]
        waits = {event["end"] for event in row.values["events"] if event["type"] == "wait"}
        answered = [one["result_frame"] * FRAME for one in row.values.get("actions", ())]
        for before, turn in pairwise(turns):
            if turn["speaker"] != "agent" or turn["onset"] == "barge_in":
                continue
            if turn["start"] in waits:
                there = [sample for sample in answered if sample <= turn["start"]]
                if there:
                    self.offsets["after a lookup"].append(turn["start"] - there[-1])
            elif before["speaker"] == "user":
                kind = "answers" if before["text"].endswith("?") else "statements"
                if before["onset"] == "barge_in":
                    kind = "after an interruption"
                self.offsets[kind].append(turn["start"] - before["end"])

    def _count_nods(self, row: Row) -> None:
        floor: Mapping[str, Any] | None = None
        for turn in row.values["turns"]:
            if turn["onset"] != "backchannel":
                floor = turn
            elif turn["text"] and floor is not None and not _is_sound(row, turn):
                self.nods += 1
                self.nods_to_questions += _is_near_question(row, floor, turn["start"])

    def _count_wait(self, row: Row, action: Mapping[str, Any]) -> None:
        self.actions[action["status"]] += 1
        start, end = action["call_frame"] * FRAME, action["result_frame"] * FRAME
        self.waits.append(end - start)
        spoken = {"agent": 0, "user": 0}
        for word in row.values["words"]:
            spoken[word["speaker"]] += max(0, min(end, word["end"]) - max(start, word["start"]))
        self.held += spoken["agent"]
        self.meanwhile += spoken["user"] > 0

    def lines(self) -> list[str]:
        """Return all of it as text, one line a subject."""
        return [
            "agent's offset, s (median, 10 to 90 %)",
            *(_offset_line(kind, self.offsets[kind]) for kind in KINDS if self.offsets[kind]),
            *self._wait_lines(),
            _shares("backchannels by function", self.functions),
            f"  near the end of a question   {_share(self.nods_to_questions, self.nods)}",
            _shares("false barge-ins", self.sounds),
            _shares("barge-ins by kind", self._kinds()),
            _shares("  the other", self.barge_ins),
            _shares("  and afterwards", self.uptakes),
            f"  leave a fact unsaid          {self._unsaying()}",
            _shares("  such facts are", self.fates),
        ]

    def _unsaying(self) -> str:
        """Return the share of barge-ins that leave a fact unsaid; - if no ledger says."""
        return _share(self.unsaying, self.barge_ins.total() if self.kinds else 0)

    def _kinds(self) -> Counter[str]:
        """Return the barge-ins by kind; those of a script that does not say are ``unknown``."""
        unknown = self.barge_ins.total() - self.kinds.total()
        return self.kinds + Counter({"unknown": unknown})

    def _wait_lines(self) -> list[str]:
        if not self.waits:
            return []
        return [
            _offset_line("waits for tools", self.waits) + f", {len(self.waits):,} calls",
            _shares("  calls end", self.actions),
            f"  hold speech covers           {_share(self.held, sum(self.waits))}",
            f"  the caller speaks meanwhile  {_share(self.meanwhile, len(self.waits))}",
        ]


def _num_unsaying(events: Sequence[Mapping[str, Any]]) -> int:
    """Count the cuts after which a fact is unsaid that had not been said before."""
    lost = [event for event in events if event["type"] == "unsaid" and event["cause"] != "known"]
    cuts = [event for event in events if event["type"] == "cut"]
    found = set()
    for event in lost:
        before = [
            cut
            for cut in cuts
            if cut["speaker"] == event["speaker"] and cut["start"] <= event["start"]
        ]
        names = event["text"].split()
        if before and names:
            found.add(before[-1]["start"])
    return len(found)


def _takes_floor(turn: Mapping[str, Any]) -> bool:
    return bool(turn["text"]) and turn["onset"] != "backchannel"


def _is_sound(row: Row, turn: Mapping[str, Any]) -> bool:
    """Say whether a listener's words are for somebody else."""
    return any(
        event["type"] == "false_barge_in" and event["start"] == turn["start"]
        for event in row.values["events"]
    )


def _is_near_question(row: Row, floor: Mapping[str, Any], start: int) -> bool:
    """Say whether a backchannel at ``start`` comes near the end of a question to its listener."""
    if floor["speaker"] not in ("agent", "user") or floor["unsaid"]:
        return False
    if not floor["text"].endswith("?"):
        return False
    words = row.words(floor["speaker"])
    inside = [word for word in words if floor["start"] <= word["start"] < floor["end"]]
    return sum(int(word["start"] >= start) for word in inside) < FAR


def _offset_line(what: str, values: Iterable[int]) -> str:
    seconds = sorted(value / SAMPLE_RATE for value in values)
    low, high = (seconds[round(share * (len(seconds) - 1))] for share in (0.1, 0.9))
    return f"  {what:<27}{median(seconds):>6.2f}  ({low:.2f} to {high:.2f})"


def _shares(what: str, counts: Counter[str]) -> str:
    total = max(1, counts.total())
    parts = ", ".join(f"{name} {count / total:.0%}" for name, count in counts.most_common())
    return f"{what}: {parts or 'none'}"


def _share(count: int, total: int) -> str:
    return f"{count / total:.1%}" if total else "-"
