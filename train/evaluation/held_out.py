"""Dialogues kept out of training to be scored on, and examples of them with exchanged prompts.

    Corpus, config  ->  HeldOutDialogs  --example(row, role, voice)-->  codes [17, T], prompt frames

No fraction of a rehearsal reaches the last dialogues of each kind by id, or the validation split.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from train import prompt
from train.batches import Rows, population
from train.config import Config, UserError
from train.data import Corpus
from train.examples import Epoch, View
from train.prompt import AGENT, NO_TOKEN, NUM_STREAMS, TEXT, USER, ExampleParts, Tokens

TRAINED = 0.85
"""Share of the train split that 100 % of a rehearsal's data means."""
MIN_ROOM = 100
"""Frames that must be left beside the longest prompt (8 s)."""


class HeldOutDialogs:
    """What no fraction trains on, from its first frame; prompts as drawn, never swapped or cut."""

    def __init__(self, config: Config, corpus: Corpus, count: int) -> None:
        self.corpus = corpus
        policy = replace(config.prompt, swap_roles=0.0, shorten=0.0, begin_later=0.0)
        frames = config.data.max_frames
        view = replace(View.of(config.data), answers=0.0)
        self._epoch = Epoch(corpus, policy, config.seed, 0, frames, view)
        self.text_alone = config.text_alone
        """Whether all audio rows are empty."""
        trained, _ = population(corpus.kinds, corpus.splits, "train", TRAINED)
        unseen = np.setdiff1d(np.arange(len(corpus)), trained)
        if len(unseen) < 2:
            raise UserError(
                f"{len(unseen)} dialogues are left to score a rehearsal on, and roles and voices"
                " must be exchanged between two: give the shards of a longer run"
            )
        self.unseen: Rows = unseen
        self.rows: Rows = spread(unseen, count)
        """Those that are scored whole, evenly spread."""
        self.room = config.data.max_frames - int(self._epoch.prompt_frames[unseen].max())
        if config.data.dialogue_frames:
            self.room = min(self.room, config.data.dialogue_frames)
        """Frames of dialogue that fit beside the prompt of any other."""
        if self.room < MIN_ROOM and not config.text_alone:
            raise UserError(
                f"data.max_frames {config.data.max_frames} leaves {self.room} frames beside the"
                f" longest prompt, and turn-taking needs {MIN_ROOM}: raise it"
            )

    def others(self) -> Rows:
        """Return for each row the one whose role or voice it is given in exchange."""
        return np.roll(self.rows, 1)

    @property
    def silent(self) -> tuple[int, int]:
        """Ids of the text row that say nothing."""
        return self.corpus.metadata.pad, self.corpus.metadata.epad

    def parts(self, row: int) -> ExampleParts:
        """Return prompt and streams of a dialogue, whole, without calls of tools."""
        return self._epoch.dialogue(row).on_clock()

    def num_frames(self, row: int) -> int:
        """Return how long a dialogue is, without prompt."""
        return len(self.parts(row).text)

    def example(
        self,
        row: int,
        first: int,
        stop: int,
        *,
        role: int | None = None,
        voice: int | None = None,
    ) -> tuple[Tokens, int]:
        """Return a prompt and frames [first, stop) of a dialogue, and the prompt's frames.

        ``role`` and ``voice`` are the rows whose prompt is taken instead of its own.
        """
        dialogue = self.parts(row)
        tokens = dialogue.prompt if role is None else self.parts(role).prompt
        sample = dialogue.voice if voice is None else self.parts(voice).voice
        start = int(prompt.prompt_frames(sample.shape[1], len(tokens)))
        codes = np.empty((NUM_STREAMS, start + stop - first), np.int16)
        prompt.write_prompt(codes, sample, tokens, self.corpus.marks)
        codes[TEXT, start:] = dialogue.text[first:stop]
        codes[AGENT, start:] = dialogue.agent[:, first:stop]
        codes[USER, start:] = dialogue.user[:, first:stop]
        if self.text_alone:
            codes[1:] = NO_TOKEN
        return codes, start


def spread(rows: Rows, count: int) -> Rows:
    """Return at most ``count`` rows, evenly spread."""
    if len(rows) <= count:
        return rows
    return rows[np.linspace(0, len(rows) - 1, count).astype(np.int64)]
