"""Keep the books of an author: tokens, cost, what was refused and why; stop when too much is.

    AccountEntry --Accounts--> RECORDS/calls-HOST-PID.jsonl, RECORDS/quarantine-HOST-PID.jsonl

The files are for people; nothing that is made depends on them. A line is written whole by one
process, so any number of workers may share a folder. Accounts go into the run's journal.
"""

from __future__ import annotations

import json
import os
import socket
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from threading import Lock
from typing import Any

from datagen.scripting.llm.agreement import pair_name
from datagen.scripting.llm.completion import NOTHING, Usage
from datagen.types import AllRejected, Record, UserError

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


FREE = Price()


HOPELESS = 8
"""Dialogues of a worker that are all rejected, until a model counts as hopeless."""


@dataclass
class AccountEntry:
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
    pairs: list[tuple[str, int, int]] = field(default_factory=list)
    """Of attempts that the writing model scored, too: the score's name, the judge's, its own."""
    own_usage: Usage = NOTHING
    """Tokens of the writing model as a second judge."""


@dataclass
class Account:
    """What one model has come to."""

    dialogues: int = 0
    accepted: int = 0
    attempts: int = 0
    prompt: int = 0
    cached: int = 0
    completion: int = 0
    """Tokens, as in `Usage`."""
    dollars: float = 0.0
    pairs: Counter[str] = field(default_factory=Counter)
    """How often each pair of scores came up, see `agreement`."""

    def take(self, usage: Usage, price: Price) -> None:
        """Add tokens and what they cost."""
        self.prompt += usage.prompt
        self.cached += usage.cached
        self.completion += usage.completion
        self.dollars += price.of(usage)


FIGURES = tuple(one.name for one in fields(Account) if one.name != "pairs")
"""What is counted of a model beside its pairs of scores."""


class Accounts:
    """The books of one worker; threads may share it."""

    def __init__(
        self, folder: Path | None, *, limit: float, window: int, prices: Mapping[str, Price]
    ) -> None:
        self._limit, self._recent = limit, deque[str](maxlen=window)
        self._closed, self._accepted = 0, 0
        self._prices, self._accounts = prices, dict[str, Account]()
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

    def spent(self) -> dict[str, dict[str, float]]:
        """Return the accounts of all entries closed since this was last asked, and forget them."""
        with self._lock:
            accounts, self._accounts = self._accounts, {}
        return {
            model: {**_figures(account), **account.pairs}
            for model, account in sorted(accounts.items())
        }

    def take(self, model: str, usage: Usage) -> None:
        """Book tokens that belong to no dialogue."""
        with self._lock:
            self._accounts.setdefault(model, Account()).take(usage, self._prices[model])

    def refused(self, entry: AccountEntry, reply: str) -> None:
        """Keep a reply that could not be used, as it came."""
        self._append("quarantine", {**asdict(entry), "reply": reply})

    def close_entry(self, entry: AccountEntry) -> None:
        """Book a dialogue. Raises as `close_entries` does."""
        self.close_entries([entry])

    def close_entries(self, entries: Sequence[AccountEntry]) -> None:
        """Book dialogues, all of them. Raises UserError if too many of the last ones were rejected,
        and AllRejected if the first ones all were.
        """
        for entry in entries:
            self._append("calls", asdict(entry))
            with self._lock:
                self._book(entry)
                self._recent.append(entry.reason)
                self._closed += 1
                self._accepted += not entry.reason
        with self._lock:
            recent = list(self._recent)
            is_hopeless = self._closed >= HOPELESS and not self._accepted
        rejected = Counter(reason for reason in recent if reason)
        if not entries or not rejected:
            return
        last = next((entry for entry in reversed(entries) if entry.reason), entries[-1])
        reasons = ", ".join(f"{reason!r} {count}" for reason, count in rejected.most_common())
        where = f"; replies are in {self._folder}" if self._folder else ""
        said = f"the last ({last.dialog_id}, by {last.model}): {last.evidence[:300]}{where}"
        if len(recent) == self._recent.maxlen and rejected.total() > self._limit * len(recent):
            raise UserError(
                f"script: {rejected.total()} of the last {len(recent)} dialogues were rejected,"
                f" because {reasons}; {said}; try another model or sampling, or raise"
                " script.options.reject_limit"
            )
        if is_hopeless:
            raise AllRejected(
                f"script: all of the first {len(recent)} dialogues were rejected, because"
                f" {reasons}; {said}; try another model or sampling"
            )

    def _book(self, entry: AccountEntry) -> None:
        account = self._accounts.setdefault(entry.model, Account())
        account.dialogues += 1
        account.accepted += not entry.reason
        account.attempts += entry.attempts
        account.take(entry.usage, self._prices[entry.model])
        account.take(entry.own_usage, self._prices[entry.model])
        account.pairs.update(pair_name(*pair) for pair in entry.pairs)
        if entry.judge:
            judge = self._accounts.setdefault(entry.judge, Account())
            judge.take(entry.judge_usage, self._prices[entry.judge])

    def _append(self, name: str, line: Mapping[str, Any]) -> None:
        if self._folder:
            path = self._folder / f"{name}-{self._name}"
            with self._lock, path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")


def _figures(account: Account) -> dict[str, float]:
    return {one: getattr(account, one) for one in FIGURES}


def total(spent: Iterable[Mapping[str, Mapping[str, float]]]) -> dict[str, Account]:
    """Add up what `Accounts.spent` returned, by model, in order of their names."""
    accounts: dict[str, Account] = {}
    for each in spent:
        for model, figures in each.items():
            account = accounts.setdefault(model, Account())
            for one in FIGURES:
                setattr(account, one, getattr(account, one) + figures.get(one, 0))
    return dict(sorted(accounts.items()))


def lines(accounts: Mapping[str, Account]) -> list[str]:
    """Say in a line for each model: dialogues, attempts, tokens, and what they cost."""
    return [
        f"{model}: {account.accepted:,} of {account.dialogues:,} dialogues accepted in"
        f" {account.attempts:,} attempts; {account.prompt:,} tokens read ({account.cached:,} from"
        f" cache), {account.completion:,} written"
        + (f"; ${account.dollars:,.2f}" if account.dollars else "")
        for model, account in accounts.items()
    ]
