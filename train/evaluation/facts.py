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

from train.answers import AnswerTable, FactAnswer, find_tokens
from train.build import marked
from train.config import UserError
from train.delay import delay
from train.evaluation import Values
from train.evaluation.continuation import continue_all
from train.evaluation.held_out import HeldOutDialogs
from train.model import DuplexLM
from train.prompt import AGENT, NO_TOKEN, NUM_STREAMS, TEXT, Tokens
from train.prompt_text import Encode
from train.sample import TokenSampling

COMPANY, FIRST_NAME = "company", "first_name"
ASKED, ALL_ASKED = "asked_", "asked"
"""How kinds of facts begin that were asked and not yet said, and all of them together."""
MIN_MENTIONS = 10
"""Mentions of a type below which its share says nothing and is left out."""
BATCH = 64
"""Examples that are read at once."""

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
    others: tuple[Tokens, ...] = ()
    """What else of its kind the prompt holds."""

    @property
    def place(self) -> tuple[int, int]:
        """Which example it is in: row and first frame."""
        return self.row, self.first


def find_answers(
    held_out: HeldOutDialogs, rows: Sequence[int], table: AnswerTable
) -> list[Mention]:
    """Return the facts of the role in answers to probes: what was asked is the user's to say.

    Examples of a clock end with the fact. Kinds are `asked_TYPE`; `confirmed_TYPE` if somebody said
    it before, as one does who asks whether it is so.
    """
    found: list[Mention] = []
    for row in rows:
        answers = table.of(row)
        if not any(answer.is_probe for answer in answers):
            continue
        for answer, frames in zip(answers, _places(held_out, row, answers), strict=True):
            if answer.is_probe and len(frames):
                found += _asked(held_out, row, answer, frames)
    return sorted(found, key=lambda item: (*item.place, int(item.frames[0]), item.kind))


def _places(held_out: HeldOutDialogs, row: int, answers: Sequence[FactAnswer]) -> Iterator[Steps]:
    """Yield in which frames the tokens of each answer are; none if they are not shown."""
    parts = held_out.parts(row)
    if parts.heard is not None:
        stop = len(parts.text)
        for length in [len(a.question) + len(a.text) for a in answers]:
            stop -= length
        for answer in answers:
            start = stop + len(answer.question)
            stop = start + len(answer.text)
            yield np.arange(start, stop)
        return
    spoken = np.flatnonzero(~np.isin(parts.text, held_out.silent))
    for answer in answers:
        yield spoken[answer.place : answer.place + len(answer.text)]


def _asked(
    held_out: HeldOutDialogs, row: int, answer: FactAnswer, frames: Steps
) -> Iterator[Mention]:
    is_dense = held_out.parts(row).heard is not None
    for fact in answer.facts:
        at = frames[fact.start : fact.start + len(fact.tokens)]
        first = 0 if is_dense else max(0, int(at[-1]) + 1 - held_out.room)
        if at[-1] - first < held_out.room and at[0] >= first:
            kind = f"{'confirmed' if fact.is_told else 'asked'}_{fact.kind}"
            yield Mention(row, kind, at - first, fact.tokens, first, fact.others)


def find_mentions(
    held_out: HeldOutDialogs, rows: Sequence[int], files: Sequence[Path], encode: Encode
) -> list[Mention]:
    """Return the first mention of each fact within the room, of the dialogues ``rows``."""
    ids = {str(held_out.corpus.dialog_ids[row]): int(row) for row in rows}
    found = []
    for record in _read(files, set(ids), ("facts",)):
        row = ids[record["dialog_id"]]
        parts = held_out.parts(row)
        text = parts.text[: held_out.room]
        is_spoken = ~np.isin(text, held_out.silent)
        if parts.heard is not None:
            is_spoken &= ~parts.heard[: held_out.room]
        spoken = np.flatnonzero(is_spoken)
        for kind, words in _sayable(record["facts"]):
            tokens = np.asarray([token for word in words for token in encode(word)], np.int16)
            start = find_tokens(text[spoken], tokens)
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
        self._is_asked = any(mention.kind.startswith(ASKED) for mention in self.mentions)

    def teacher_forced(self, model: DuplexLM) -> Values:
        """Return the share of facts whose every token is the likeliest, with both prompts.

        That a fact comes now, and not another wording, is the wording's choice: the first token is
        compared with those that begin a fact of its kind. ``plain`` compares it with all. Of facts
        that are asked, ``chosen`` is the share likelier than all others of their kind in the
        prompt, judged where their tokens part, and ``chance`` what a draw among them has.
        """
        values: Values = {}
        for name, others in (("own", None), ("exchanged", self._others)):
            judged = self._exact(model, others)
            values |= self._shares(name, judged[0])
            if others is None:
                values |= self._shares("plain", judged[1])
            if self._is_asked:
                values |= self._shares(
                    "chosen" if others is None else "chosen_exchanged", judged[2]
                )
        if self._is_asked:
            chance = np.array([1 / (1 + len(mention.others)) for mention in self.mentions])
            values |= self._shares("chance", chance)
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

    def _shares(self, name: str, exact: NDArray[Any]) -> Values:
        values: Values = {}
        kinds = np.array([mention.kind for mention in self.mentions])
        parts = {kind: kinds == kind for kind in sorted(self._begin)}
        if self._is_asked:
            parts[ALL_ASKED] = np.char.startswith(kinds, ASKED)
        for kind, chosen in parts.items():
            of_kind = exact[chosen]
            if len(of_kind) >= MIN_MENTIONS:
                share = float(of_kind.mean())
                values[f"facts/{kind}/{name}"] = share
                error = math.sqrt(max(share * (1 - share), 0.25 / len(of_kind)) / len(of_kind))
                values[f"facts/{kind}/{name}_error"] = error
                values[f"facts/{kind}/mentions"] = float(len(of_kind))
        return values

    def _says(self, codes: Tokens, mention: Mention) -> bool:
        text = codes[TEXT]
        return find_tokens(text[~np.isin(text, self._held_out.silent)], mention.tokens) is not None

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
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
        """Say of each mention [M]: is it said exactly, given a fact comes; plainly; is it chosen
        among those of its kind."""
        inside: dict[tuple[int, int], list[Mention]] = {place: [] for place in self._places}
        for mention in self.mentions:
            inside[mention.place].append(mention)
        results: dict[int, tuple[bool, bool, bool]] = {}
        for first in range(0, len(self._places), BATCH):
            places = self._places[first : first + BATCH]
            examples = [self._example(place, others) for place in places]
            logits, found = self._read(model, examples, [inside[place] for place in places])
            for mention, at in found:
                chosen = all(_prefers(logits[at], mention.tokens, one) for one in mention.others)
                results[id(mention)] = (*self._judge(logits[at], mention), chosen)
        judged = np.array([results[id(mention)] for mention in self.mentions])
        return judged[:, 0], judged[:, 1], judged[:, 2]

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


def _prefers(logits: Tensor, tokens: Tokens, other: Tokens) -> bool:
    """Say whether ``tokens`` [N] are likelier than others where they part; logits [N, Vt]."""
    size = min(len(tokens), len(other))
    parted = np.flatnonzero(tokens[:size] != other[:size])
    if not len(parted):
        return True  # one goes on where the other ends
    place = int(parted[0])
    return bool(logits[place, int(tokens[place])] > logits[place, int(other[place])])
