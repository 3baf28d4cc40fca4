"""Does the model say what its role prompt holds, and not what another's holds?

    role prompts, the agent's text  --tokens quoted from the one, not from the other-->  scores

A quote is two neighbouring tokens of the text that neighbour in the prompt: names, prices, dates.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from train.evaluation import Values
from train.evaluation.held_out import HeldOutDialogs
from train.prompt import TEXT, Tokens

Mask = NDArray[np.bool_]


def quoted(text: NDArray[np.int16], prompt: NDArray[np.int16], other: NDArray[np.int16]) -> Mask:
    """Mark the tokens [N] of a text that neighbour in a prompt as they do here, and not in another.

    >>> said = np.array([8, 5, 6, 9, 1, 2])
    >>> quoted(said, np.array([5, 6, 1, 2]), np.array([1, 2])).tolist()
    [False, True, True, False, False, False]
    """
    own = _pairs(prompt) - _pairs(other)
    found = [pair in own for pair in zip(text.tolist(), text[1:].tolist(), strict=False)]
    pairs = np.array([False, *found, False])
    return np.asarray(pairs[:-1] | pairs[1:])[: len(text)]


def _pairs(tokens: NDArray[np.int16]) -> set[tuple[int, int]]:
    return set(zip(tokens.tolist(), tokens[1:].tolist(), strict=False))


def quotes(held_out: HeldOutDialogs, text: NDArray[np.int16], role: int, other: int) -> Mask:
    """Mark the frames [T] of a text row whose token is quoted from the prompt of row ``role``."""
    frames = np.flatnonzero(~np.isin(text, held_out.silent))
    marked = np.zeros(len(text), np.bool_)
    prompts = (held_out.parts(row).prompt for row in (role, other))
    marked[frames] = quoted(text[frames], *prompts)
    return marked


def spoken(held_out: HeldOutDialogs, said: Sequence[Tokens]) -> Values:
    """Return how much of its role an agent says: of each token that the dialogues quote.

    ``said`` are codes [17, T] of the dialogues' beginnings.
    """
    own = other = expected = 0
    pairs = zip(held_out.rows, held_out.others(), said, strict=True)
    for row, stranger, codes in pairs:
        expected += int(quotes(held_out, _text(held_out, row), row, stranger).sum())
        own += int(quotes(held_out, codes[TEXT], row, stranger).sum())
        other += int(quotes(held_out, codes[TEXT], stranger, row).sum())
    if not expected:
        return dict.fromkeys(("role/spoken", "role/strange", "role/spoken_margin"))
    return {
        "role/spoken": own / expected,
        "role/strange": other / expected,
        "role/spoken_margin": (own - other) / expected,
    }


def _text(held_out: HeldOutDialogs, row: int) -> NDArray[np.int16]:
    return np.asarray(held_out.parts(row).text[: held_out.room])
