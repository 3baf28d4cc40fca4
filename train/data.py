"""Dialogues as tokens, in flat files that are mapped.

    shards --decoded once--> Corpus --a row--> ExampleParts

What an epoch shows of them is `train.examples`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from train import prompt
from train.action_shards import ActionTable, cached_actions
from train.actions import insert
from train.answers import AnswerTable, cached_answers
from train.config import DataSpec, UserError
from train.marks import taken
from train.prompt import NUM_CODEBOOKS, ExampleParts, Marks, Tokens
from train.prompt_text import NUM_LEVELS, load_tokenizer
from train.remote import local
from train.renaming import NamePieces
from train.shards import ROWS, Metadata, bare_ids, cached, find, fingerprint, read_metadata

SIDES = ("agent", "user")
COMMON = 0.1
"""Share of the role prompts from which a token that stands in them is wording, not a quote."""
SAMPLED = 4_096
"""Role prompts that are looked at for that, evenly spread."""


class Corpus:
    """All dialogues of a set of shards, in the order of their ids."""

    actions: ActionTable | None = None
    """Tool calls of the agents, if they are to be in the text row."""
    answers: AnswerTable | None = None
    """Answers with facts of the role, if they are looked for."""
    names: NamePieces | None = None
    """Of what other names are made, if prompts are renamed."""

    def __init__(self, folder: Path, metadata: Metadata) -> None:
        self.metadata = metadata
        self.marks = Marks(silence=metadata.silence, sine=metadata.sine, pad=metadata.pad)
        with np.load(folder / ROWS) as rows:
            order = np.lexsort((rows["dialog_id"], rows["kind"]))
            self.dialog_ids: NDArray[Any] = rows["dialog_id"][order]
            self.kinds: NDArray[Any] = rows["kind"][order]
            self.splits: NDArray[Any] = rows["split"][order]
            self.num_frames: NDArray[np.int64] = rows["num_frames"][order].astype(np.int64)
            voices = [rows[f"{side}_voice_codes"] for side in SIDES]
            self.voice_frames = np.stack(voices, 1)[order] // NUM_CODEBOOKS
            forms = rows["prompt_tokens"]
            self.prompt_lengths: NDArray[np.int64] = forms[order]
            self._offsets = {
                name: _offsets(rows[name])[order]
                for name in rows.files
                if name.endswith(("_codes", "_text"))
            }
            starts = _offsets(forms.reshape(-1)).reshape(forms.shape)
            self._prompt_offsets = starts[order]
        names = (*self._offsets, "prompt_tokens")
        self._tokens = {name: _map(folder / f"{name}.bin") for name in names}

    @classmethod
    def open(cls, spec: DataSpec, cache: Path) -> Corpus:
        """Open the shards of a config, decoding them into ``cache`` if that was not done yet."""
        folder = Path(spec.cache) if spec.cache else cache
        files = find(local(spec.shards, folder))
        metadata = read_metadata(files)
        corpus = cls(cached(files, folder, spec.tokenizer), metadata)
        marks = spec.marks_in_text
        if marks is not None and spec.tokenizer is not None:
            made = cached_actions(files, folder, spec.tokenizer, marks, metadata)
            corpus.actions = ActionTable(made, bare_ids(corpus.dialog_ids))
        if spec.renamed and spec.tokenizer is not None:
            corpus.names = NamePieces.load(spec.tokenizer)
        if spec.needs_answers and spec.tokenizer is not None:
            corpus.find_answers(files, folder, spec.tokenizer, bare_ids(corpus.dialog_ids))
        corpus.select(spec)
        return corpus

    def find_answers(
        self, files: Sequence[Path], cache: Path, tokenizer: str, ids: NDArray[Any]
    ) -> None:
        """Look for answers in the files that the corpus was made of; ``ids`` are its rows'."""
        made = cached_answers(
            files, cache, load_tokenizer(tokenizer), self.silent, fingerprint(files, tokenizer)
        )
        self.answers = AnswerTable.load(made, ids)

    @property
    def silent(self) -> tuple[int, int]:
        """Ids of the text row that say nothing."""
        return self.metadata.pad, self.metadata.epad

    def has_answers(self) -> NDArray[np.bool_]:
        """Return which dialogues have an answer with a fact of the role [N]."""
        assert self.answers is not None
        return self.answers.num_answers > 0

    def select(self, spec: DataSpec) -> None:
        """Take the dialogues that are not taken, by people's marks, out of every split."""
        if not (spec.keep or spec.leave_out):
            return
        if spec.marks is None:
            raise UserError("data.keep and data.leave_out need data.marks, the file of marks")
        chosen = taken(
            bare_ids(self.dialog_ids).tolist(), Path(spec.marks), spec.keep, spec.leave_out
        )
        self.splits = np.where(chosen, self.splits, "")

    def __len__(self) -> int:
        return len(self.dialog_ids)

    def fits(self, max_frames: int) -> NDArray[np.bool_]:
        """Return for whom something is left to learn after the longest prompt [N]."""
        longest = prompt.prompt_frames(self.voice_frames.max(1), self.prompt_lengths.max(1))
        return np.asarray(longest < max_frames)

    def row_of(self, dialog_id: str) -> int:
        """Return the row of a dialogue."""
        found = np.flatnonzero(self.dialog_ids == dialog_id)
        if not len(found):
            raise UserError(f"there is no dialogue {dialog_id!r} in the shards")
        return int(found[0])

    def dialogue(
        self, row: int, *, swapped: bool, level: int, voice_frames: int, first: int = 0
    ) -> ExampleParts:
        """Return the parts of one example from frame ``first`` on, as views of the mapped files.

        Tool calls are the agent's, so that who plays the user has none.
        """
        agent, user = SIDES[::-1] if swapped else SIDES
        frames = int(self.num_frames[row])
        form = swapped * NUM_LEVELS + level
        start = self._prompt_offsets[row, form]
        tokens = self._tokens["prompt_tokens"]
        whole_voice = int(self.voice_frames[row, int(swapped)])
        voice = self._codes(f"{agent}_voice_codes", row, whole_voice)
        parts = ExampleParts(
            text=self._slice(f"{agent}_text", row, frames),
            agent=self._codes(f"{agent}_codes", row, frames),
            user=self._codes(f"{user}_codes", row, frames),
            voice=voice[:, :voice_frames],
            prompt=tokens[start : start + self.prompt_lengths[row, form]],
        )
        if self.actions is not None and not swapped:
            parts = insert(parts, self.actions.of(row), self.marks)
        return parts.later(first)

    @cached_property
    def common(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Tokens, and pairs of tokens, that stand in many of the agents' prompts: wording.

        A pair is its first token times the size of the vocabulary, plus its second.
        """
        rows = np.unique(np.linspace(0, len(self) - 1, min(len(self), SAMPLED)).astype(np.int64))
        prompts = [self._prompt_of(row) for row in rows.tolist()]
        found = []
        for forms in (prompts, [self.pairs(one) for one in prompts]):
            values, counts = np.unique(
                np.concatenate(list(map(np.unique, forms))), return_counts=True
            )
            found.append(values[counts >= COMMON * len(rows)])
        return found[0], found[1]

    def pairs(self, tokens: Tokens) -> NDArray[np.int64]:
        """Return each token [N] with the one before it, as `common` has pairs [N - 1]."""
        wide = tokens.astype(np.int64)
        return wide[:-1] * self.metadata.vocabulary + wide[1:]

    def _prompt_of(self, row: int) -> Tokens:
        start = self._prompt_offsets[row, 0]
        return self._tokens["prompt_tokens"][start : start + self.prompt_lengths[row, 0]]

    @cached_property
    def spoken_tokens(self) -> NDArray[np.int64]:
        """How many tokens of text each side says [N, 2]."""
        return np.stack([self.count_spoken(side) for side in SIDES], axis=1)

    def count_spoken(self, side: str) -> NDArray[np.int64]:
        """Return how many tokens of text a side says [N]."""
        row = self._tokens[f"{side}_text"]
        silent = (self.metadata.pad, self.metadata.epad)
        before = np.concatenate(([0], np.cumsum(~np.isin(row, silent))))
        start = self._offsets[f"{side}_text"]
        return np.asarray(before[start + self.num_frames] - before[start])

    def text_rows(self, side: str) -> Iterator[Tokens]:
        """Yield the text row [T] of a side of each dialogue."""
        for row, frames in enumerate(self.num_frames.tolist()):
            yield self._slice(f"{side}_text", row, frames)

    def spoken_frames(self, row: int, side: str = "agent") -> NDArray[np.int64]:
        """Return the frames of a dialogue in which a side's text row has a word's token."""
        text = self._slice(f"{side}_text", row, int(self.num_frames[row]))
        return np.flatnonzero(~np.isin(text, self.silent))

    def _slice(self, name: str, row: int, count: int) -> Tokens:
        start = self._offsets[name][row]
        return self._tokens[name][start : start + count]

    def _codes(self, name: str, row: int, frames: int) -> Tokens:
        return self._slice(name, row, NUM_CODEBOOKS * frames).reshape(NUM_CODEBOOKS, frames)


def _offsets(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where each piece begins in a flat file."""
    return np.cumsum(lengths) - lengths


def _map(path: Path) -> Tokens:
    """Map a flat file of int16; an empty one, which cannot be mapped, holds nothing."""
    if not path.stat().st_size:
        return np.empty(0, np.int16)
    return np.asarray(np.memmap(path, np.int16, mode="r"))
