"""A clock for texts that have none: words come as far apart as in the shards.

    text rows of shards  --TextPace.of-->  lengths of silences     words  --lay-->  text row [T]

So a model can learn the text row on its clock from many more calls than have been voiced.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from train.config import UserError
from train.prompt import Tokens

TURN = 12
"""Frames of silence (about 1 s) from which on it lies between two turns."""
SEEN = 2_000
"""Dialogues that are looked at."""

Lengths = NDArray[np.int64]


@dataclass(frozen=True)
class TextPace:
    """How long an agent is silent between words, in frames of 80 ms, as found in text rows."""

    before: Lengths
    """Silences before the first word [D]."""
    within: Lengths
    """Silences inside of turns [N]."""
    between: Lengths
    """Silences between turns [M]."""
    run_tokens: float
    """Mean number of tokens between two silences."""

    @classmethod
    def of(cls, rows: Iterable[Tokens], silent: tuple[int, int]) -> TextPace:
        """Measure the first text rows [T]; ``silent`` are PAD and EPAD."""
        lead, silences, speech = [], [], []
        for row in islice(rows, SEEN):
            edges = np.flatnonzero(np.diff(~np.isin(row, silent), prepend=False))
            lead.append(edges[:1])
            runs = np.diff(edges)
            speech.append(runs[::2])
            silences.append(runs[1::2])
        before, gaps, runs = map(np.concatenate, (lead, silences, speech))
        if not len(gaps):
            raise UserError("data.texts: no agent of the shards says two words, to pace texts by")
        within, between = gaps[gaps < TURN], gaps[gaps >= TURN]
        return cls(
            before=before,
            within=within if len(within) else between,
            between=between if len(between) else within,
            run_tokens=float(runs.mean()),
        )

    def lay(
        self,
        text: Tokens,
        word_tokens: Lengths,
        turn_words: Lengths,
        silent: tuple[int, int],
        rng: np.random.Generator,
    ) -> Tokens:
        """Return a text row [T] of words with their silences, as `TextPace.of` found them.

        ``word_tokens`` [W] are the tokens of each word, ``turn_words`` the words of each turn. EPAD
        ends a silence, as in shards.
        """
        adjoin = 1.0 - word_tokens.mean() / self.run_tokens
        before = np.where(
            rng.random(len(word_tokens)) < adjoin, 0, rng.choice(self.within, len(word_tokens))
        )
        first = np.cumsum(turn_words) - turn_words
        before[first] = rng.choice(self.between, len(first))
        before[0] = rng.choice(self.before)
        pad, epad = silent
        row = np.full(int(before.sum()) + len(text), pad, np.int16)
        starts = np.cumsum(before) + np.cumsum(word_tokens) - word_tokens
        row[starts[before > 0] - 1] = epad
        row[np.arange(len(text)) + np.repeat(np.cumsum(before), word_tokens)] = text
        return row
