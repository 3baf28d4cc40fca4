"""Examples: what of the dialogues a model sees in one epoch, put together for a batch.

    Corpus, rolls of an epoch  ->  Epoch --rows--> Batch [B, 17, T]

Prompts are put together here, at load time, so that voice, level and role can be drawn anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from train import prompt
from train.actions import ON_CLOCK, RESULT
from train.answers import mark
from train.config import DataSpec, UserError
from train.data import Corpus
from train.prompt import NO_TOKEN, NUM_CODEBOOKS, NUM_STREAMS, ExampleParts, PromptPolicy, Tokens
from train.prompt_text import NUM_LEVELS

AFTER = 25
"""Frames (2 s) at most, and a fourth of what is shown, that follow an answer with which an example
ends."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Examples of unequal length, filled up with -1 on the right. Undelayed."""

    codes: Tokens
    """[B, 17, T]"""
    prompt_frames: NDArray[np.int64]
    """Frames at the beginning of each row that carry no loss [B]."""
    num_frames: NDArray[np.int64]
    """Frames of each row that are there [B], prompt included."""
    dialog_ids: tuple[str, ...]
    kinds: tuple[str, ...]
    quoted: NDArray[np.bool_] | None = None
    """Which text is quoted from the example's prompt [B, T], if that was asked for."""
    off_clock: NDArray[np.int8] | None = None
    """Which frames hold a tool's call or its result [B, T], if those are in the text row."""
    heard: NDArray[np.bool_] | None = None
    """Which text is the user's [B, T], if it is in the text row."""

    def loss_mask(self) -> NDArray[np.bool_]:
        """Return which frames train [B, T]: neither prompt nor filling, nor what is given."""
        frames = np.arange(self.codes.shape[2])
        trained = (frames >= self.prompt_frames[:, None]) & (frames < self.num_frames[:, None])
        trained = trained if self.heard is None else trained & ~self.heard
        return trained if self.off_clock is None else trained & (self.off_clock != RESULT)

    def stream_mask(self) -> NDArray[np.bool_]:
        """Return which codes train [B, 17, T]: where a tool is called, the text alone."""
        mask = np.repeat(self.loss_mask()[:, None], NUM_STREAMS, axis=1)
        if self.off_clock is not None:
            mask[:, 1:] &= (self.off_clock == ON_CLOCK)[:, None]
        return mask


@dataclass(frozen=True, kw_only=True)
class View:
    """What of the dialogues an example holds; see `DataSpec.view`."""

    name: str = "all"
    opening_tokens: int = 26
    dialogue_frames: int = 0
    answers: float = 0.0
    quoted: bool = False
    """Whether batches mark what is quoted from prompts."""
    renamed: float = 0.0
    """Share of the examples in which that stands for other names."""

    @classmethod
    def of(cls, spec: DataSpec, quoted: float = 1.0) -> View:
        """Return the view of a config; ``quoted`` is the weight of quoted text."""
        return cls(
            name=spec.view,
            opening_tokens=spec.opening_tokens,
            dialogue_frames=spec.dialogue_frames,
            answers=spec.answers,
            quoted=quoted != 1.0,
        )

    @property
    def is_dense(self) -> bool:
        """Whether the text has no padding, and no voice before it."""
        return self.name in ("openings", "answers")


EVERYTHING = View()


class Epoch:
    """The dialogues with the prompts drawn for one epoch."""

    def __init__(
        self,
        corpus: Corpus,
        policy: PromptPolicy,
        seed: int,
        epoch: int,
        max_frames: int = prompt.MAX_FRAMES,
        view: View = EVERYTHING,
    ) -> None:
        if (policy.swap_roles or policy.shorten) and not corpus.prompt_lengths[:, 1].any():
            raise UserError(
                "prompt.swap_roles and prompt.shorten write prompts that the shards do not hold:"
                " give data.tokenizer, the SentencePiece model of the shards"
            )
        self._corpus, self._view = corpus, view
        self.number, self._seed = epoch, seed
        everyone = np.arange(len(corpus))
        lengths = corpus.prompt_lengths
        self._roll = prompt.roll(
            prompt.draw(seed, epoch, corpus.dialog_ids.tolist()),
            policy,
            swappable=lengths[:, NUM_LEVELS] > 0,
            shortenable=np.isin(corpus.kinds, policy.shorten_kinds) & (lengths[:, 1] > 0),
            voice_frames=corpus.voice_frames,
        )
        forms = self._roll.swapped * NUM_LEVELS + self._roll.level
        tokens = lengths[everyone, forms]
        frames, voice_frames = corpus.num_frames, self._roll.voice_frames
        if corpus.actions is not None:
            frames = frames + np.where(self._roll.swapped, 0, corpus.actions.num_frames)
        if view.is_dense:
            said = corpus.spoken_tokens[everyone, self._roll.swapped.astype(np.int64)]
            frames, voice_frames = np.minimum(said, view.opening_tokens), 0 * voice_frames
        if view.name == "answers":
            assert corpus.answers is not None
            frames = frames + np.where(self._roll.swapped, 0, corpus.answers.num_tokens)
            self._is_brief = (self._roll.level > 0) & ~self._roll.swapped & corpus.has_answers()
            tokens = np.where(self._is_brief, corpus.answers.num_brief, tokens)
            frames = np.where(self._is_brief, corpus.answers.num_tokens, frames)
        self.prompt_frames: NDArray[np.int64] = prompt.prompt_frames(voice_frames, tokens)
        whole = self.prompt_frames + frames
        most = self.prompt_frames + view.dialogue_frames if view.dialogue_frames else max_frames
        self.lengths: NDArray[np.int64] = np.minimum(whole, np.minimum(most, max_frames))
        """Frames of each example [N]."""
        self.cut_frames: NDArray[np.int64] = whole - self.lengths
        """Frames of each example that do not fit [N]."""
        self._begin = (self._roll.begin * (self.cut_frames + 1)).astype(np.int64)

    def dialogue(self, row: int) -> ExampleParts:
        """Return the parts of one example; its tail may not fit."""
        parts = self._corpus.dialogue(
            row,
            first=self._first(row),
            swapped=bool(self._roll.swapped[row]),
            level=int(self._roll.level[row]),
            voice_frames=int(self._roll.voice_frames[row]),
        )
        if not self._view.is_dense:
            return parts
        opening = self._opening(parts)
        is_answered = self._view.name == "answers" and not self._roll.swapped[row]
        return self._answered(opening, row) if is_answered else opening

    def _first(self, row: int) -> int:
        """Return the frame with which an example begins."""
        table, share = self._corpus.answers, self._view.answers
        drawn = 1.0 - float(self._roll.uniform[row])
        if not share or drawn > share or table is None or self._roll.swapped[row]:
            return int(self._begin[row])
        answers = table.of(row)
        if not answers:
            return int(self._begin[row])
        which, after = divmod(min(drawn / share, 1.0 - 1e-9) * len(answers), 1.0)
        answer = answers[int(which)]
        spoken = self._corpus.spoken_frames(row)
        shown = int(self.lengths[row] - self.prompt_frames[row])
        last = int(spoken[answer.place + len(answer.text) - 1])
        stop = last + 1 + int(after * min(AFTER, shown / 4))
        return max(0, min(stop - shown, int(self.cut_frames[row])))

    def _answered(self, opening: ExampleParts, row: int) -> ExampleParts:
        """Return an opening with the answers of its call after it, each with its question.

        Where the prompt is shortened, it is the sentences that the answers are about, and the
        opening, which says what those do not hold, is left out.
        """
        assert self._corpus.answers is not None
        if self._is_brief[row]:
            opening = replace(
                opening, text=opening.text[:0], prompt=self._corpus.answers.brief(row)
            )
        text, heard = [opening.text], [np.zeros(len(opening.text), np.bool_)]
        for answer in self._corpus.answers.of(row):
            for tokens, is_heard in ((answer.question, True), (answer.text, False)):
                text.append(tokens)
                heard.append(np.full(len(tokens), is_heard))
        whole = np.concatenate(text)
        nothing = np.full((NUM_CODEBOOKS, len(whole)), NO_TOKEN, np.int16)
        return replace(
            opening, text=whole, agent=nothing, user=nothing, heard=np.concatenate(heard)
        )

    def _opening(self, parts: ExampleParts) -> ExampleParts:
        """Return the first words of an example, without padding, voice and audio."""
        metadata = self._corpus.metadata
        is_spoken = (parts.text != metadata.pad) & (parts.text != metadata.epad)
        if parts.off_clock is not None:
            is_spoken &= parts.off_clock == ON_CLOCK
        spoken = parts.text[is_spoken]
        text = spoken[: self._view.opening_tokens]
        nothing = np.full((NUM_CODEBOOKS, len(text)), NO_TOKEN, np.int16)
        return replace(
            parts, text=text, agent=nothing, user=nothing, voice=nothing[:, :0], off_clock=None
        )

    def batch(self, rows: Sequence[int] | NDArray[np.int64]) -> Batch:
        """Put together the examples of some rows."""
        rows = np.asarray(rows)
        num_frames = self.lengths[rows]
        codes = np.empty((len(rows), NUM_STREAMS, int(num_frames.max())), np.int16)
        shape = len(rows), codes.shape[2]
        quoted = np.zeros(shape, np.bool_) if self._view.quoted else None
        off_clock = np.zeros(shape, np.int8) if self._corpus.actions is not None else None
        heard = np.zeros(shape, np.bool_) if self._view.name == "answers" else None
        for position, row in enumerate(rows.tolist()):
            length = int(num_frames[position])
            one = codes[position]
            one[:, length:] = NO_TOKEN
            parts = self.dialogue(row)
            start, _ = prompt.write_example(one[:, :length], parts, self._corpus.marks)
            if off_clock is not None and parts.off_clock is not None:
                off_clock[position, start:length] = parts.off_clock[: length - start]
            if heard is not None and parts.heard is not None:
                heard[position, start:length] = parts.heard[: length - start]
            if quoted is not None:
                text, table = one[prompt.TEXT, start:length], self._corpus.answers
                facts = table.facts(row) if table is not None else ()
                quoted[position, start:length] = self.quotes(text, parts, facts)
                self._rename(one[prompt.TEXT, :length], quoted[position, :length], row)
        if self._view.name != "all":
            codes[:, 1:] = NO_TOKEN
        return Batch(
            codes=codes,
            prompt_frames=self.prompt_frames[rows],
            num_frames=num_frames,
            dialog_ids=tuple(self._corpus.dialog_ids[rows].tolist()),
            kinds=tuple(self._corpus.kinds[rows].tolist()),
            quoted=quoted,
            off_clock=off_clock,
            heard=heard,
        )

    def _rename(self, text: Tokens, quoted: NDArray[np.bool_], row: int) -> None:
        """Have what a text row [T] quotes stand for other names, in some examples."""
        name = f"{self._seed}/{self.number}/{self._corpus.dialog_ids[row]}/renamed"
        seed = np.frombuffer(blake2b(name.encode(), digest_size=16).digest(), np.uint32)
        if self._corpus.names is not None and seed[0] < self._view.renamed * 2.0**32:
            self._corpus.names.rename(text, quoted, self._corpus.common[0], seed)

    def quotes(
        self, text: Tokens, parts: ExampleParts, facts: Sequence[Tokens] = ()
    ) -> NDArray[np.bool_]:
        """Mark the tokens [T] that stand in the example's prompt and in few others'.

        So does one that is common, if it follows the same token there: the end of a name. And so
        do ``facts`` of the role, which are written otherwise there than they are spoken.
        """
        corpus = self._corpus
        tokens, pairs = corpus.common
        silent = (corpus.metadata.pad, corpus.metadata.epad)
        spoken = np.flatnonzero(~np.isin(text, silent))
        said = text[spoken]
        found = np.isin(said, parts.prompt) & ~np.isin(said, tokens)
        after = corpus.pairs(said)
        found[1:] |= np.isin(after, corpus.pairs(parts.prompt)) & ~np.isin(after, pairs)
        for fact in facts:
            mark(found, said, fact)
        quoted = np.zeros(len(text), np.bool_)
        quoted[spoken] = found
        return quoted
