"""Which dialogues of a shard need a close look: cheap tests of all its rows at once.

    pa.Table --suspects--> positions of rows that a check of `streams` or `dialogue` may refuse

The checks then judge these rows and word what is wrong. What is not tested here (text under words,
sound under words, cuts) is checked on a sample and by a deep audit.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from datagen.audit import held_out
from datagen.audit.dialogue import ONSETS, SPLITS, VERDICTS
from datagen.audit.streams import REFERENCE_FRAMES
from datagen.types import FRAME, NUM_CODEBOOKS, SPEAKERS

Table: TypeAlias = Any
"""A pa.Table of a shard's columns."""
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]


class _Lists:
    """A column of lists: its items side by side, and the row of each."""

    def __init__(self, table: Table, name: str) -> None:
        column = table.column(name).combine_chunks()
        self.items = column.flatten()
        self.lengths: Ints = pc.list_value_length(column).to_numpy().astype(np.int64)
        self.firsts: Ints = np.cumsum(self.lengths) - self.lengths

    @property
    def rows(self) -> Ints:
        """The row of each item."""
        return np.repeat(np.arange(len(self.lengths)), self.lengths)

    def numbers(self, field: str) -> Ints:
        """Return a field of all items."""
        numbers: Ints = self.items.field(field).to_numpy().astype(np.int64)
        return numbers

    def unknown(self, field: str, known: tuple[str, ...]) -> Flags:
        """Return which items' field is none of the known names."""
        return _flags(pc.invert(pc.is_in(self.items.field(field), value_set=pa.array(known))))

    def any(self, flags: Flags) -> Flags:
        """Return which rows have a flagged item."""
        return np.bincount(self.rows[flags], minlength=len(self.lengths)) > 0


def suspects(table: Table, footer: dict[str, Any]) -> set[int]:
    """Return the positions of rows to look at closely; no value may be null."""
    found = np.zeros(table.num_rows, np.bool_)
    for test in (_lengths, _words, _probes, _roles, _held_out):
        found |= test(table)
    return set(np.flatnonzero(found | _ranges(table, footer)).tolist())


def _lengths(table: Table) -> Flags:
    """Flag rows unless streams fit the dialogue, references last 3-5 s, and the split is known."""
    frames = _numbers(table, "num_frames")
    found: Flags = (_numbers(table, "num_samples") != frames * FRAME) | (frames < 1)
    low, high = REFERENCE_FRAMES
    for speaker in SPEAKERS:
        found |= _Lists(table, f"{speaker}_codes").lengths != NUM_CODEBOOKS * frames
        found |= _Lists(table, f"{speaker}_text").lengths != frames
        voice = _Lists(table, f"{speaker}_voice_codes").lengths
        found |= (voice % NUM_CODEBOOKS != 0) | (voice < low * NUM_CODEBOOKS)
        found |= voice > high * NUM_CODEBOOKS
    known = pc.is_in(table["split"].combine_chunks(), value_set=pa.array(SPLITS))
    return found | ~_flags(known)


def _ranges(table: Table, footer: dict[str, Any]) -> Flags:
    """Flag rows with ids that do not exist in their codec or tokenizer."""
    found = np.zeros(table.num_rows, np.bool_)
    for name in ("codes", "voice_codes", "text", "prompt_tokens"):
        codes = name.endswith("codes")
        size = footer["codec"]["cardinality"] if codes else footer["tokenizer"]["size"]
        for column in [name] if name == "prompt_tokens" else [f"{s}_{name}" for s in SPEAKERS]:
            lists = _Lists(table, column)
            ids = lists.items.to_numpy()
            if len(ids) and not 0 <= ids.min() <= ids.max() < size:
                found |= lists.any((ids < 0) | (ids >= size))
    return found


def _words(table: Table) -> Flags:
    """Flag rows with times outside or out of order, unknown speakers, or words outside turns."""
    turns, words = _Lists(table, "turns"), _Lists(table, "words")
    found = turns.any(turns.unknown("onset", ONSETS)) | _spans(table, turns)
    for lists in (words, _Lists(table, "events")):
        found |= _spans(table, lists) | _unsorted(lists)
    number, rows = words.numbers("turn"), words.rows
    lost = (number < 0) | (number >= turns.lengths[rows])
    empty = words.numbers("start") == words.numbers("end")
    empty |= _is_empty(words.items.field("text"))
    found |= words.any(lost | empty)
    if lost.any() or not len(turns.items):
        return found
    place = turns.firsts[rows] + number
    outside = words.numbers("start") < turns.numbers("start")[place]
    outside |= words.numbers("end") > turns.numbers("end")[place]
    spoken = pc.utf8_split_whitespace(pc.utf8_trim_whitespace(turns.items.field("spoken")))
    counts = np.bincount(place, minlength=len(turns.items))
    uneven = counts != pc.list_value_length(spoken).to_numpy()
    return found | words.any(outside) | turns.any(uneven)


def _spans(table: Table, lists: _Lists) -> Flags:
    """Flag rows with items outside the dialogue, with end before start, or of unknown speakers."""
    start, end = lists.numbers("start"), lists.numbers("end")
    limit = _numbers(table, "num_samples")[lists.rows]
    wrong = (start < 0) | (start > end) | (end > limit)
    return lists.any(wrong | lists.unknown("speaker", SPEAKERS))


def _unsorted(lists: _Lists) -> Flags:
    start, rows = lists.numbers("start"), lists.rows
    back = np.zeros(len(start), np.bool_)
    back[1:] = (np.diff(start) < 0) & (np.diff(rows) == 0)
    return lists.any(back)


def _probes(table: Table) -> Flags:
    """Flag rows unless probes passed, each a turn of the user and one of the agent."""
    turns, probes = _Lists(table, "turns"), _Lists(table, "probes")
    wrong = probes.unknown("verdict", VERDICTS)
    speakers = np.array([*turns.items.field("speaker").to_pylist(), ""])
    for speaker in SPEAKERS:
        number, rows = probes.numbers(f"{speaker}_turn"), probes.rows
        lost = (number < 0) | (number >= turns.lengths[rows])
        place = np.where(lost, -1, turns.firsts[rows] + number)
        wrong |= speakers[place] != speaker
    return probes.any(wrong)


def _roles(table: Table) -> Flags:
    """Flag rows unless there is a role prompt without tags, its tokens, and two voices."""
    prompt = table["role_prompt"].combine_chunks()
    found = _is_empty(pc.utf8_trim_whitespace(prompt))
    found |= _flags(pc.match_substring(prompt, "<system>"))
    found |= _Lists(table, "prompt_tokens").lengths == 0
    agent, user = (table[f"{s}_voice"].combine_chunks().field("id") for s in SPEAKERS)
    return found | _flags(pc.equal(agent, user))


def _held_out(table: Table) -> Flags:
    """Flag rows with anything kept for the benchmark."""
    pairs = zip(table["domain"].to_pylist(), table["scenario"].to_pylist(), strict=True)
    found = np.array([held_out.is_scenario(*pair) for pair in pairs], np.bool_)
    for name in ("role_prompt", "user_role_prompt"):
        found |= _flags(pc.fill_null(_names_in(table[name].combine_chunks()), False))
    facts = _Lists(table, "facts")
    return found | facts.any(_flags(_names_in(facts.items.field("written"))))


def _names_in(text: Any) -> Any:
    return pc.match_substring_regex(text, held_out.pattern())


def _is_empty(text: Any) -> Flags:
    empty: Flags = pc.utf8_length(text).to_numpy() == 0
    return empty


def _numbers(table: Table, name: str) -> Ints:
    numbers: Ints = table[name].to_numpy().astype(np.int64)
    return numbers


def _flags(array: Any) -> Flags:
    flags: Flags = array.to_numpy(zero_copy_only=False).astype(np.bool_)
    return flags
