"""What users ask and agents answer with a fact of their role, as tokens beside those of a corpus.

    turns, facts, role of shards or texts  --decode-->  arrays  --AnswerTable-->  FactAnswer
    FOLDER/answers.npz  <--cached_answers--  files

A fact is written in the role ("$58") and said in words ("fifty-eight dollars"): none of its tokens
stands in the prompt.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from train.config import UserError
from train.prompt import Tokens
from train.prompt_text import Encode, split_sentences, wrap
from train.shards import footer, made_once

FILE = "answers.npz"
VERSION = 2
"""Raised when a change here changes what is cached."""
COLUMNS = ("dialog_id", "role_prompt", "agent_text", "turns", "facts")
QUESTION = 40
"""Tokens of a question that are kept, its last."""
MARKS = ".,;:?!"

Ids = NDArray[np.int64]


@dataclass(frozen=True)
class SaidFact:
    """A fact of the role in an answer."""

    kind: str
    """`money`, `time`, `duration` ..."""
    start: int
    """Its first token, counted from the answer's."""
    tokens: Tokens
    others: tuple[Tokens, ...]
    """What else of the kind the role holds, as it is spoken."""
    is_told: bool
    """Whether it was said before, by the user or the agent."""


@dataclass(frozen=True)
class FactAnswer:
    """A turn of the agent up to the last fact in it, and what the user said before it."""

    question: Tokens
    """[Q]"""
    text: Tokens
    """[A]"""
    place: int
    """Which of the agent's spoken tokens is its first."""
    is_probe: bool
    """Whether a probe asked it."""
    facts: tuple[SaidFact, ...]


def find_tokens(text: Tokens, tokens: Tokens, first: int = 0) -> int | None:
    """Return where ``tokens`` [N] first begin in a text [T], from ``first`` on, if they do."""
    if not len(tokens) or len(text) - first < len(tokens):
        return None
    windows = np.lib.stride_tricks.sliding_window_view(text[first:], len(tokens))
    found = np.flatnonzero((windows == tokens).all(1))
    return first + int(found[0]) if len(found) else None


def mark(found: NDArray[np.bool_], text: Tokens, tokens: Tokens) -> None:
    """Set the flags [T] of all places where ``tokens`` [N] stand in a text [T]."""
    start = find_tokens(text, tokens)
    while start is not None:
        found[start : start + len(tokens)] = True
        start = find_tokens(text, tokens, start + len(tokens))


def _find(text: Sequence[Any], part: Sequence[Any], first: int = 0) -> int | None:
    """Return where one sequence first stands in another, in Python: both are short."""
    size = len(part)
    for start in range(first, len(text) - size + 1) if size else ():
        if text[start] == part[0] and text[start : start + size] == part:
            return start
    return None


def role_facts(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the facts that stand in a role, written or as spoken, but for names."""
    role = record["role_prompt"]
    return [
        fact
        for fact in record["facts"] or ()
        if fact["type"] != "name" and (fact["written"] in role or fact["spoken"] in role)
    ]


def _words(text: str) -> list[str]:
    return [word.strip(MARKS).lower() for word in text.split()]


def decode(
    records: Iterable[Mapping[str, Any]], encode: Encode, silent: tuple[int, int]
) -> dict[str, NDArray[Any]]:
    """Return the arrays of an `AnswerTable` of dialogues with `COLUMNS`, and `probes` if any."""
    gathered = _Gathered(encode, silent)
    for record in records:
        gathered.add(record)
    return gathered.arrays()


class _Gathered:
    """The answers of the dialogues that were added."""

    _TYPES: ClassVar[Mapping[str, type[np.generic]]] = {
        **dict.fromkeys(("dialog_id", "fact_kinds"), np.str_),
        **dict.fromkeys(("answers", "facts", "brief_lengths"), np.int64),  # of each dialogue
        **dict.fromkeys(("asked", "said", "places", "mentions"), np.int64),  # of each answer
        **dict.fromkeys(("fact_lengths", "mention_fact", "mention_start"), np.int64),
        **dict.fromkeys(("probes", "mention_told"), np.bool_),
        **dict.fromkeys(("tokens", "fact_tokens", "brief_tokens"), np.int16),
    }

    def __init__(self, encode: Encode, silent: tuple[int, int]) -> None:
        self._encode, self._word, self._silent = encode, cache(encode), silent
        self._found: dict[str, list[Any]] = {name: [] for name in self._TYPES}

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what was found."""
        return {name: np.array(self._found[name], kind) for name, kind in self._TYPES.items()}

    def add(self, record: Mapping[str, Any]) -> None:
        """Look for the answers of a dialogue."""
        facts, found = role_facts(record), self._found
        spelled = [self._spell(fact["spoken"]) for fact in facts]
        found["dialog_id"].append(record["dialog_id"])
        found["facts"].append(len(facts))
        found["fact_kinds"] += [fact["type"] for fact in facts]
        found["fact_lengths"] += map(len, spelled)
        found["fact_tokens"] += [token for one in spelled for token in one]
        before = len(found["said"])
        said = self._answers(record, facts, spelled) if facts else set()
        found["answers"].append(len(found["said"]) - before)
        about = _brief(record["role_prompt"], [facts[index] for index in said])
        brief = self._encode(wrap(about)) if said else []
        found["brief_tokens"] += brief
        found["brief_lengths"].append(len(brief))

    def _answers(
        self,
        record: Mapping[str, Any],
        facts: Sequence[Mapping[str, Any]],
        spelled: Sequence[list[int]],
    ) -> set[int]:
        """Add the answers of a dialogue; return which facts they say."""
        found, said = self._found, set[int]()
        spoken = [token for token in record["agent_text"] if token not in self._silent]
        probed = {probe["agent_turn"] for probe in record.get("probes") or ()}
        for number, question, before, turn in _turns(record["turns"] or ()):
            text = self._spell(turn)
            places = _said(text, spelled)
            text = text[: max((start + len(spelled[index]) for index, start in places), default=0)]
            place = _find(spoken, text)
            if place is None:  # no fact, or broken off, or said otherwise than written
                continue
            asked = self._spell(question)[-QUESTION:]
            found["tokens"] += asked + text
            found["asked"].append(len(asked))
            found["said"].append(len(text))
            found["places"].append(place)
            found["probes"].append(number in probed)
            found["mentions"].append(len(places))
            for index, start in places:
                told = _find(before, _words(facts[index]["spoken"])) is not None
                found["mention_fact"].append(index)
                found["mention_start"].append(start)
                found["mention_told"].append(told)
                said.add(index)
        return said

    def _spell(self, text: str) -> list[int]:
        return [token for word in text.split() for token in self._word(word)]


def _brief(role: str, facts: Sequence[Mapping[str, Any]]) -> str:
    """Return the sentences of a role that hold some of its facts."""
    return " ".join(
        sentence
        for sentence in split_sentences(role)
        if any(fact["written"] in sentence or fact["spoken"] in sentence for fact in facts)
    )


def _turns(turns: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, str, list[str], str]]:
    """Yield each turn of the agent: its number, the question, all words before it, itself."""
    before: list[str] = []
    question = ""
    for number, turn in enumerate(turns):
        spoken, is_floor = turn["spoken"], turn["onset"] != "backchannel"
        if turn["speaker"] == "agent" and is_floor:
            yield number, question, before, spoken
            question = ""
        elif is_floor:
            question = f"{question} {spoken}"
        before += _words(spoken)


def _said(text: list[int], facts: Sequence[list[int]]) -> list[tuple[int, int]]:
    """Return which facts a turn has, and where, in order; of two that overlap the longer."""
    taken: list[tuple[int, int]] = []
    free = list(text)
    for index in sorted(range(len(facts)), key=lambda one: -len(facts[one])):
        start = _find(free, facts[index])
        if start is not None:
            taken.append((index, start))
            free[start : start + len(facts[index])] = [-1] * len(facts[index])
    return sorted(taken, key=lambda one: one[1])


def read_records(files: Sequence[Path], columns: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of Parquet files, some columns of them."""
    for file in files:
        try:
            with pq.ParquetFile(file) as parquet:
                missing = set(columns) - set(parquet.schema_arrow.names)
                if missing:
                    raise UserError(
                        f"{file} has no column {sorted(missing)[0]}, which tells what is asked and"
                        " answered: make it anew"
                    )
                for batch in parquet.iter_batches(256, columns=list(columns), use_threads=False):
                    yield from batch.to_pylist()
        except (OSError, UnicodeDecodeError, pa.ArrowException) as error:
            raise UserError(f"{file} cannot be read ({error}): make it anew") from error


def cached_answers(
    files: Sequence[Path], cache_folder: Path, encode: Encode, silent: tuple[int, int], named: str
) -> Path:
    """Return the folder of the answers in files, making it unless it is there.

    ``named`` tells the files and the tokenizer apart from others.
    """

    def make(folder: Path) -> None:
        about = footer(files[0])
        columns = COLUMNS if "texts" in about else (*COLUMNS, "probes")
        arrays = decode(read_records(files, columns), encode, silent)
        np.savez(folder / FILE, allow_pickle=False, **arrays)

    name = blake2b(f"answers {VERSION}/{named}".encode(), digest_size=12).hexdigest()
    return made_once(cache_folder / f"answers-{name}", make)


class AnswerTable:
    """The answers of a corpus, by the rows of its own order; a row that it lacks has none."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]], dialog_ids: NDArray[Any]) -> None:
        self._found = dict(arrays)
        order = np.argsort(arrays["dialog_id"])
        known = arrays["dialog_id"][order]
        places = np.minimum(np.searchsorted(known, dialog_ids), len(known) - 1)
        self._rows = np.where(known[places] == dialog_ids, order[places], -1)
        self._answers = _starts(arrays["answers"])
        self._facts = _starts(arrays["facts"])
        self._fact_tokens = _starts(arrays["fact_lengths"])
        self._mentions = _starts(arrays["mentions"])
        self._tokens = _starts(arrays["asked"] + arrays["said"])
        counts = np.append(arrays["answers"], 0)
        self.num_answers: Ids = counts[self._rows]
        """Answers of each row [N]."""
        ends = self._tokens[self._answers]
        self.num_tokens: Ids = np.append(np.diff(ends), 0)[self._rows]
        """Tokens of the questions and answers of each row [N]."""
        self._briefs = _starts(arrays["brief_lengths"])
        self.num_brief: Ids = np.append(arrays["brief_lengths"], 0)[self._rows]
        """Tokens of the sentences of each row's role that its answers are about [N]."""

    @classmethod
    def load(cls, folder: Path, dialog_ids: NDArray[Any]) -> AnswerTable:
        """Read what `cached_answers` made."""
        with np.load(folder / FILE) as arrays:
            return cls({name: arrays[name] for name in arrays.files}, dialog_ids)

    def brief(self, row: int) -> Tokens:
        """Return the sentences of a role that its answers are about, as a prompt."""
        return self._found["brief_tokens"][slice(*self._span(self._briefs, self._rows[row]))]

    def facts(self, row: int) -> list[Tokens]:
        """Return the facts of a row's role, as they are spoken."""
        place = self._rows[row]
        return [] if place < 0 else [self._fact(f) for f in range(*self._span(self._facts, place))]

    def of(self, row: int) -> list[FactAnswer]:
        """Return the answers of a row, in order."""
        place = self._rows[row]
        return (
            []
            if place < 0
            else [self._answer(place, one) for one in range(*self._span(self._answers, place))]
        )

    @staticmethod
    def _span(starts: Ids, index: int) -> tuple[int, int]:
        return int(starts[index]), int(starts[index + 1])

    def _fact(self, fact: int) -> Tokens:
        return self._found["fact_tokens"][slice(*self._span(self._fact_tokens, fact))]

    def _answer(self, place: int, one: int) -> FactAnswer:
        found = self._found
        start, stop = self._span(self._tokens, one)
        asked = start + int(found["asked"][one])
        first, last = self._span(self._facts, place)
        kinds = found["fact_kinds"]
        facts = []
        for mention in range(*self._span(self._mentions, one)):
            fact = first + int(found["mention_fact"][mention])
            tokens = self._fact(fact)
            rivals = {
                self._fact(other).tobytes(): self._fact(other)
                for other in range(first, last)
                if kinds[other] == kinds[fact]
            }
            rivals.pop(tokens.tobytes())
            facts.append(
                SaidFact(
                    kind=str(kinds[fact]),
                    start=int(found["mention_start"][mention]),
                    tokens=tokens,
                    others=tuple(rivals.values()),
                    is_told=bool(found["mention_told"][mention]),
                )
            )
        return FactAnswer(
            question=found["tokens"][start:asked],
            text=found["tokens"][asked:stop],
            place=int(found["places"][one]),
            is_probe=bool(found["probes"][one]),
            facts=tuple(facts),
        )


def _starts(counts: NDArray[np.int64]) -> Ids:
    """Return where each piece of a flat array begins, and where the last ends."""
    return np.concatenate(([0], np.cumsum(counts)))
