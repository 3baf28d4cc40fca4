"""Keep the books of an author: tokens, cost, what was refused and why; stop when too much is.

    Entry --Ledger--> RECORDS/calls-HOST-PID.jsonl, RECORDS/quarantine-HOST-PID.jsonl

The files are for people and for `summarise`; nothing that is made depends on them. A line is
written whole by one process, so any number of workers may share a folder.
"""

from __future__ import annotations

import json
import os
import socket
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from datagen.scripting.llm.completion import NOTHING, Usage
from datagen.types import Record, UserError

MILLION = 1_000_000


class Price(Record):
    """US dollars for a million tokens."""

    prompt: float = 0.0
    cached: float = 0.0
    completion: float = 0.0

    def of(self, usage: Usage) -> float:
        """Return what tokens cost, in US dollars."""
        fresh = usage.prompt - usage.cached
        total = (
            fresh * self.prompt + usage.cached * self.cached + usage.completion * self.completion
        )
        return total / MILLION


@dataclass
class Entry:
    """One dialogue's way through an author."""

    dialog_id: str
    model: str
    usage: Usage = NOTHING
    attempts: int = 0
    reason: str = ""
    """Why the last attempt was refused; empty if it was accepted."""
    evidence: str = ""
    scores: dict[str, int] = field(default_factory=dict)
    """The judge's, of the last attempt that was judged."""
    judge: str = ""
    judge_usage: Usage = NOTHING


class Ledger:
    """The books of one worker; threads may share it."""

    def __init__(self, folder: Path | None, *, limit: float, window: int) -> None:
        self._limit, self._recent = limit, deque[str](maxlen=window)
        self._lock = Lock()
        self._name = f"{socket.gethostname()}-{os.getpid()}.jsonl"
        self._folder = folder
        if folder:
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise UserError(
                    f"script.options.records: cannot make the folder {folder} ({error.strerror})"
                ) from error

    def refused(self, entry: Entry, reply: str) -> None:
        """Keep a reply that could not be used, as it came."""
        self._append("quarantine", {**asdict(entry), "reply": reply})

    def close_entry(self, entry: Entry) -> None:
        """Book a dialogue. Raises UserError if too many of the last ones were rejected."""
        self._append("calls", asdict(entry))
        with self._lock:
            self._recent.append(entry.reason)
            recent = list(self._recent)
        rejected = Counter(reason for reason in recent if reason)
        is_full = len(recent) == self._recent.maxlen
        if is_full and rejected.total() > self._limit * len(recent):
            where = f" (replies are in {self._folder})" if self._folder else ""
            raise UserError(
                f"script: {rejected.total()} of the last {len(recent)} dialogues were rejected,"
                f" most often because {rejected.most_common(1)[0][0]!r}, the last by {entry.model}:"
                f" {entry.evidence[:200]}{where}; try another model or sampling, or raise"
                " script.options.reject_limit"
            )

    def _append(self, name: str, line: Mapping[str, Any]) -> None:
        if self._folder:
            path = self._folder / f"{name}-{self._name}"
            with self._lock, path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")


@dataclass
class Account:
    """What one model has come to."""

    dialogues: int = 0
    accepted: int = 0
    attempts: int = 0
    usage: Usage = NOTHING
    reasons: Counter[str] = field(default_factory=Counter)


def summarise(folder: Path) -> dict[str, Account]:
    """Return an account for each model from all the books in a folder."""
    accounts: dict[str, Account] = {}
    for path in sorted(folder.glob("calls-*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            account = accounts.setdefault(entry["model"], Account())
            account.dialogues += 1
            account.accepted += not entry["reason"]
            account.attempts += entry["attempts"]
            account.usage += Usage(**entry["usage"])
            account.reasons.update([entry["reason"]] if entry["reason"] else [])
            if entry["judge"]:
                judge = accounts.setdefault(entry["judge"], Account())
                judge.usage += Usage(**entry["judge_usage"])
    return accounts


def table(accounts: Mapping[str, Account], prices: Mapping[str, Price]) -> Sequence[str]:
    """Return a line for each model: dialogues, attempts, tokens, and what they cost."""
    lines = []
    for model, account in sorted(accounts.items()):
        usage = account.usage
        cost = prices.get(model, Price()).of(usage)
        lines.append(
            f"{model}: {account.accepted:,} of {account.dialogues:,} dialogues accepted in"
            f" {account.attempts:,} attempts; {usage.prompt:,} tokens read ({usage.cached:,} from"
            f" cache), {usage.completion:,} written" + (f"; ${cost:,.2f}" if cost else "")
        )
    return lines
