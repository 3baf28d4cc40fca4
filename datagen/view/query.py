"""What somebody looks for in a run, and the SQL that finds it; values never become SQL text.

{"q": "refund", "event": "barge_in", ...} --Query--> where, order
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from datagen.config import describe
from datagen.types import SAMPLE_RATE, Record, UserError

_EQUAL = ("state", "split", "domain", "direction", "level", "outcome", "reason", "stage", "writer")
_LABELS = ("event", "probe", "effect", "voice")
_ORDERS = {"id": "number", "length": "num_samples", "domain": "domain", "outcome": "outcome"}
SORTED_EVENTS = ("barge_in", "backchannel", "overlap", "pause")
_MOST_WORDS = 24


class Query(Record):
    """A search: empty settings ask for nothing."""

    q: str = ""
    """Words that are all said or in the prompt; "in quotes" next to each other; an id goes too."""
    state: Literal["", "made", "rejected"] = ""
    split: str = ""
    domain: str = ""
    direction: str = ""
    level: str = ""
    outcome: str = ""
    reason: str = ""
    stage: str = ""
    writer: str = ""
    event: str = ""
    probe: str = ""
    """A type such as Q3, or type and verdict: Q3 fail."""
    effect: str = ""
    voice: str = ""
    min_seconds: Annotated[float, Field(ge=0)] | None = None
    max_seconds: Annotated[float, Field(ge=0)] | None = None
    only: tuple[int, ...] | None = None
    """Numbers of dialogues that are in question, of those that people marked."""
    without: tuple[int, ...] = ()
    sort: str = "id"
    """One of id, length, domain, outcome, barge_in, backchannel, overlap, pause; "-" falls."""
    page: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    size: Annotated[int, Field(ge=1, le=200)] = 50

    @classmethod
    def read(cls, settings: Mapping[str, Any]) -> Query:
        """Return the query of an address's settings. Raises UserError."""
        try:
            return cls.model_validate({k: v for k, v in settings.items() if v != ""})
        except ValidationError as error:
            raise UserError(f"search: {describe(error, cls)}") from error

    def order(self) -> str:
        """Return the ORDER BY."""
        name, falling = self.sort.lstrip("-"), self.sort.startswith("-")
        way = "DESC" if falling else "ASC"
        if name in SORTED_EVENTS:
            return f"{number_of(name)} {way}, number"
        if name not in _ORDERS:
            raise UserError(f"sort: {name} is none of {', '.join((*_ORDERS, *SORTED_EVENTS))}")
        return f"{_ORDERS[name]} {way}, number"


def number_of(event: str) -> str:
    """Return the SQL of how many events of a type a dialogue has; indexes hold the same."""
    return f"ifnull(json_extract(events, '$.{event}'), 0)"


def where(query: Query) -> tuple[str, list[Any]]:
    """Return the condition and its values."""
    parts: list[str] = []
    values: list[Any] = []
    for name in _EQUAL:
        if value := getattr(query, name):
            parts.append(f"dialogues.{name} = ?")
            values.append(value)
    for name in _LABELS:
        if value := getattr(query, name):
            parts.append(
                "dialogues.number IN (SELECT number FROM labels WHERE label ="
                " (SELECT id FROM names WHERE label = ?))"
            )
            values.append(f"{name}:{value}")
    _add_lengths(query, parts, values)
    _add_marked(query, parts, values)
    _add_words(query, parts, values)
    return " AND ".join(parts) or "1", values


def _add_lengths(query: Query, parts: list[str], values: list[Any]) -> None:
    for sign, seconds in ((">=", query.min_seconds), ("<=", query.max_seconds)):
        if seconds is not None:
            parts.append(f"dialogues.num_samples {sign} ?")
            values.append(int(seconds * SAMPLE_RATE))


def _add_marked(query: Query, parts: list[str], values: list[Any]) -> None:
    chosen: tuple[tuple[str, Sequence[int] | None], ...] = (
        ("IN", query.only),
        ("NOT IN", query.without or None),
    )
    for sign, numbers in chosen:
        if numbers is not None:
            parts.append(f"dialogues.number {sign} (SELECT value FROM json_each(?))")
            values.append(json.dumps(list(numbers)))


def _add_words(query: Query, parts: list[str], values: list[Any]) -> None:
    if number := re.fullmatch(r"\s*(?:[a-z_]+-|#)(\d{1,9})\s*", query.q):
        parts.append("dialogues.number = ?")
        values.append(int(number[1]))
    elif words := match(query.q):
        parts.append("dialogues.number IN (SELECT rowid FROM texts WHERE texts MATCH ?)")
        values.append(words)


def match(text: str) -> str:
    """Return a search as FTS5 reads it: every word is quoted, so none is taken for an operator.

    >>> match('refund "thanks for calling" can\\'t')
    '"refund"* "thanks for calling" "can\\'t"*'
    """
    found = re.findall(r'"([^"]*)"|(\S+)', text.replace("\0", " "))[:_MOST_WORDS]
    terms = []
    for phrase, word in found:
        said = (phrase or word).replace('"', "")
        if re.search(r"\w", said):
            terms.append(f'"{said}"' if phrase else f'"{said}"*')
    return " ".join(terms)
