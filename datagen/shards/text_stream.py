"""The text stream of one speaker: words on the clock -> one token a frame.

    words  |hello|     |there|        row  PAD EPAD _hello PAD EPAD _the re PAD

As Moshi's interleaver lays it out (kyutai-labs/moshi-finetune, finetune/data/interleaver.py): each
word is tokenised alone and its tokens follow from the frame it starts in. But where that one drops
what a quick speaker's last word still had to say, here the next word waits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from datagen.backends.protocols import Tokenizer
from datagen.types import FRAME, Rejected, Word


def text_row(words: Sequence[Word], num_frames: int, tokenizer: Tokenizer) -> NDArray[np.int16]:
    """Return the text tokens [T] of one speaker's ``words``, which are in order of start.

    Raises Rejected if the last tokens would come after the dialogue.
    """
    row = np.full(num_frames, tokenizer.pad, np.int16)
    for word, ids, frame in _placed(words, tokenizer):
        if frame + len(ids) > num_frames:
            raise Rejected(
                "text does not fit",
                f"{word.text!r} has {len(ids)} tokens from frame {frame} of {num_frames}",
            )
        if frame and row[frame - 1] == tokenizer.pad:
            row[frame - 1] = tokenizer.epad
        row[frame : frame + len(ids)] = ids
    return row


def shifts(words: Sequence[Word], tokenizer: Tokenizer) -> list[int]:
    """Return how many frames (80 ms) after it starts each word's first token comes."""
    return [frame - word.start // FRAME for word, _, frame in _placed(words, tokenizer)]


def text_of(row: NDArray[np.int16], tokenizer: Tokenizer) -> str:
    """Return what a row [T] says."""
    silent = (tokenizer.pad, tokenizer.epad)
    return tokenizer.decode([int(token) for token in row if token not in silent])


def _placed(words: Sequence[Word], tokenizer: Tokenizer) -> Iterator[tuple[Word, list[int], int]]:
    """Yield each word with its tokens and the frame of the first."""
    free = last = 0
    for word in words:
        assert word.start >= last, f"{word.text!r} is out of order"
        last = word.start
        ids = tokenizer.encode(word.text)
        if ids:
            frame = max(word.start // FRAME, free)
            free = frame + len(ids)
            yield word, ids, frame
