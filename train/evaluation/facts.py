"""Does the agent say the company, the name and the prices of its own prompt, exactly?

    facts of shards, text rows  ->  Mention: where a fact is first said  --own, exchanged prompt-->
    share said exactly: teacher-forced, token by token, and free-running from the prompt on

A fact is looked for as it is spoken: "$58" in the prompt is "fifty-eight dollars" in the text.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from numpy.typing import NDArray
from torch import Tensor

from train.build import marked
from train.config import UserError
from train.delay import delay
from train.evaluation import Values
from train.evaluation.continuation import continue_all
from train.evaluation.held_out import HeldOutDialogs
from train.model import DuplexLM
from train.prompt import AGENT, FRAME_RATE, NO_TOKEN, NUM_STREAMS, TEXT, Tokens
from train.prompt_text import Encode
from train.sample import TokenSampling
from train.shards import SAMPLE_RATE

COMPANY, FIRST_NAME = "company", "first_name"
MIN_MENTIONS = 10
"""Mentions of a type below which its share says nothing and is left out."""
LATE = 10
"""Frames after a turn's end in which its last tokens may still come."""
BATCH = 64
"""Examples that are read at once."""

FRAME = int(SAMPLE_RATE / FRAME_RATE)
"""Samples of a frame."""

Steps = NDArray[np.int64]


@dataclass(frozen=True)
class Mention:
    """The first time an agent says a fact."""

    row: int
    kind: str
    """`company`, `first_name`, or the fact's type: `money`, `time`, `code` ..."""
    frames: Steps
    """Frames of its tokens in the dialogue's text row, as the view shows it [N]."""
    tokens: Tokens
    """[N]"""
    first: int = 0
    """The frame of the dialogue with which its example begins; `frames` count from it."""

    @property
    def place(self) -> tuple[int, int]:
        """Which example it is in: row and first frame."""
        return self.row, self.first


def find_answers(
    held_out: HeldOutDialogs, rows: Sequence[int], files: Sequence[Path], encode: Encode
) -> list[Mention]:
    """Return facts that agents say in answer to a probe: what was asked is the user's to say.

    Examples begin as late as they can with the whole answer in them. Kinds are `asked_TYPE`.
    """
    ids = {str(held_out.corpus.dialog_ids[row]): int(row) for row in rows}
    found: list[Mention] = []
    for record in _read(files, set(ids), ("facts", "probes", "turns")):
        row = ids[record["dialog_id"]]
        for turn in _answers(record):
            found += _asked(held_out, row, turn, record["facts"], encode)
    return sorted(found, key=lambda item: (*item.place, int(item.frames[0]), item.kind))


def _answers(record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for probe in record["probes"]:
        index = probe["agent_turn"]
        if 0 <= index < len(record["turns"]) and record["turns"][index]["speaker"] == "agent":
            yield record["turns"][index]


def _asked(
    held_out: HeldOutDialogs,
    row: int,
    turn: Mapping[str, Any],
    facts: Sequence[Mapping[str, Any]],
    encode: Encode,
) -> Iterator[Mention]:
    """Yield the facts of an answer, one of a kind."""
    text = held_out.parts(row).text
    start, stop = turn["start"] // FRAME, min(-(-turn["end"] // FRAME) + LATE, len(text))
    first = max(0, stop - held_out.room)
    spoken = start + np.flatnonzero(~np.isin(text[start:stop], held_out.silent))
    seen: set[str] = set()
    for fact in facts:
        tokens = np.asarray([t for w in fact["spoken"].split() for t in encode(w)], np.int16)
        place = _find(text[spoken], tokens)
        if place is not None and fact["type"] != "name" and fact["type"] not in seen:
            seen.add(fact["type"])
            frames = spoken[place : place + len(tokens)] - first
            yield Mention(row, f"asked_{fact['type']}", frames, tokens, first)


def find_mentions(
    held_out: HeldOutDialogs, rows: Sequence[int], files: Sequence[Path], encode: Encode
) -> list[Mention]:
    """Return the first mention of each fact within the room, of the dialogues ``rows``."""
    ids = {str(held_out.corpus.dialog_ids[row]): int(row) for row in rows}
    found = []
    for record in _read(files, set(ids), ("facts",)):
        row = ids[record["dialog_id"]]
        text = held_out.parts(row).text[: held_out.room]
        spoken = np.flatnonzero(~np.isin(text, held_out.silent))
        for kind, words in _sayable(record["facts"]):
            tokens = np.asarray([token for word in words for token in encode(word)], np.int16)
            start = _find(text[spoken], tokens)
            if start is not None:
                frames = spoken[start : start + len(tokens)]
                found.append(Mention(row, kind, frames, tokens))
    return sorted(found, key=lambda item: (item.row, int(item.frames[0]), item.kind))


def _sayable(facts: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, list[str]]]:
    """Yield each fact as words of the text row: they are tokenised one by one there."""
    for fact in facts:
        words = fact["spoken"].split()
        if fact["id"] == "agent":
            yield FIRST_NAME, words[:1]
        elif fact["id"] == "company":
            yield COMPANY, words
        else:
            yield fact["type"], words


def _read(files: Sequence[Path], ids: set[str], columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield columns of the dialogues ``ids``; lists that are null are empty."""
    for file in files:
        try:
            table = pq.read_table(file, columns=["dialog_id", *columns])
        except (OSError, UnicodeDecodeError, pa.ArrowException) as error:
            names = ", ".join(columns)
            raise UserError(f"{file}: schema 1 has columns {names} ({error})") from error
        for row in table.to_pylist():
            if row["dialog_id"] in ids:
                yield {name: value or [] for name, value in row.items()}


def _find(text: Tokens, tokens: Tokens) -> int | None:
    """Return where ``tokens`` [N] begin in a text [T], if they are there."""
    if not len(tokens) or len(text) < len(tokens):
        return None
    windows = np.lib.stride_tricks.sliding_window_view(text, len(tokens))
    found = np.flatnonzero((windows == tokens).all(1))
    return int(found[0]) if len(found) else None


class FactScores:
    """Measures, for held-out dialogues, how much of their own prompt a model says."""

    def __init__(self, held_out: HeldOutDialogs, mentions: Sequence[Mention]) -> None:
        self._held_out = held_out
        self.mentions = list(mentions)
        if not self.mentions:
            raise UserError(
                "no fact of the held-out dialogues is said within"
                f" {held_out.room} frames: give the tokenizer the shards were made with, or raise"
                " data.max_frames"
            )
        rows = sorted({mention.row for mention in self.mentions})
        self._places = sorted({mention.place for mention in self.mentions})
        self._others = dict(zip(rows, np.roll(rows, 1).tolist(), strict=True))
        self._begin = {
            kind: np.unique([m.tokens[0] for m in self.mentions if m.kind == kind])
            for kind in {mention.kind for mention in self.mentions}
        }
        """With which tokens a fact of a kind may begin: those that one of the dialogues has."""

    def teacher_forced(self, model: DuplexLM) -> Values:
        """Return the share of facts whose every token is the likeliest, with both prompts.

        That a fact comes now, and not another wording, is the wording's choice: the first token is
        compared with those that begin a fact of its kind. ``plain`` compares it with all.
        """
        values: Values = {}
        for name, others in (("own", None), ("exchanged", self._others)):
            exact, plain = self._exact(model, others)
            values |= self._shares(name, exact)
            if others is None:
                values |= self._shares("plain", plain)
        return values

    def free_running(self, model: DuplexLM, sampling: TokenSampling, text_alone: bool) -> Values:
        """Return the share of facts that the model says by itself, where the recording says them.

        It is given the prompt, the user's side, and nothing of what the agent said.
        """
        values: Values = {}
        for name, others in (("said", None), ("said_exchanged", self._others)):
            silenced = [self._silenced(place, others, text_alone) for place in self._places]
            known = [codes for codes, _ in silenced]
            spoken = continue_all(model, known, sampling, "facts", text_alone=text_alone)
            texts = {
                place: codes[:, start:]  # what the prompt says is not said by the agent
                for place, codes, (_, start) in zip(self._places, spoken, silenced, strict=True)
            }
            said = [self._says(texts[mention.place], mention) for mention in self.mentions]
            values |= self._shares(name, np.array(said))
        return values

    def _shares(self, name: str, exact: NDArray[np.bool_]) -> Values:
        values: Values = {}
        kinds = np.array([mention.kind for mention in self.mentions])
        for kind in sorted(self._begin):
            of_kind = exact[kinds == kind]
            if len(of_kind) >= MIN_MENTIONS:
                share = float(of_kind.mean())
                values[f"facts/{kind}/{name}"] = share
                error = math.sqrt(max(share * (1 - share), 0.25 / len(of_kind)) / len(of_kind))
                values[f"facts/{kind}/{name}_error"] = error
                values[f"facts/{kind}/mentions"] = float(len(of_kind))
        return values

    def _says(self, codes: Tokens, mention: Mention) -> bool:
        text = codes[TEXT]
        return _find(text[~np.isin(text, self._held_out.silent)], mention.tokens) is not None

    def _silenced(
        self, place: tuple[int, int], others: Mapping[int, int] | None, text_alone: bool
    ) -> tuple[Tokens, int]:
        """Return a dialogue's prompt and user, the agent's part to be spoken, and its start."""
        codes, start = self._example(place, others)
        codes[TEXT, start:] = NO_TOKEN
        if not text_alone:
            codes[AGENT, start:] = NO_TOKEN
        return codes, start

    def _example(
        self, place: tuple[int, int], others: Mapping[int, int] | None
    ) -> tuple[Tokens, int]:
        held_out, (row, first) = self._held_out, place
        stop = min(first + held_out.room, held_out.num_frames(row))
        return held_out.example(row, first, stop, role=None if others is None else others[row])

    @torch.no_grad()
    def _exact(
        self, model: DuplexLM, others: Mapping[int, int] | None
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return for each mention whether it is said exactly, given a fact comes, and plainly."""
        inside: dict[tuple[int, int], list[Mention]] = {place: [] for place in self._places}
        for mention in self.mentions:
            inside[mention.place].append(mention)
        results: dict[int, tuple[bool, bool]] = {}
        for first in range(0, len(self._places), BATCH):
            places = self._places[first : first + BATCH]
            examples = [self._example(place, others) for place in places]
            logits, found = self._read(model, examples, [inside[place] for place in places])
            for mention, at in found:
                results[id(mention)] = self._judge(logits[at], mention)
        judged = [results[id(mention)] for mention in self.mentions]
        return np.array([one for one, _ in judged]), np.array([two for _, two in judged])

    def _read(
        self,
        model: DuplexLM,
        examples: Sequence[tuple[Tokens, int]],
        mentions: Sequence[Sequence[Mention]],
    ) -> tuple[Tensor, list[tuple[Mention, Tensor]]]:
        """Return logits [N, Vt] of all tokens of mentions, and which of them are of which."""
        longest = max(codes.shape[1] for codes, _ in examples)
        stacked = np.full((len(examples), NUM_STREAMS, longest), NO_TOKEN, np.int64)
        index = torch.full((len(examples), longest), -1)
        for line, (codes, start) in enumerate(examples):
            stacked[line, :, : codes.shape[1]] = codes
            for mention in mentions[line]:
                index[line, torch.from_numpy(mention.frames) + start] = 0
        device = next(model.parameters()).device
        wanted = index >= 0
        index[wanted] = torch.arange(int(wanted.sum()))
        whole = torch.from_numpy(stacked).to(device)
        everything = torch.ones_like(whole, dtype=torch.bool)
        steps = delay(whole, everything, model.config.initial.to(device))
        text_steps = wanted.to(device)
        if self._held_out.text_alone:
            logits, _ = model(steps.inputs, text_steps=text_steps)
        else:
            nothing = marked(torch.zeros_like(text_steps))
            logits, _ = model(steps.inputs, steps.targets, None, nothing, text_steps)
        places = [
            (mention, index[line, torch.from_numpy(mention.frames) + start])
            for line, (_, start) in enumerate(examples)
            for mention in mentions[line]
        ]
        return logits[0].float().cpu(), places

    def _judge(self, logits: Tensor, mention: Mention) -> tuple[bool, bool]:
        likeliest = logits.argmax(-1).numpy() == mention.tokens
        begin = self._begin[mention.kind]
        first = begin[int(logits[0, torch.from_numpy(begin).long()].argmax())]
        rest = bool(likeliest[1:].all())
        return bool(first == mention.tokens[0]) and rest, bool(likeliest[0]) and rest
