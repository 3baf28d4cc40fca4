from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.backends.protocols import Tokenizer
from datagen.backends.registry import TOKENIZERS
from datagen.config import BackendSpec
from datagen.shards.text_stream import shifts, text_of, text_row
from datagen.types import FRAME, Rejected, Word

EPAD, PAD = 0, 3


class Letters(Tokenizer):
    """One token for each character."""

    id, hash, size = "letters", "", 4_000
    epad, bos, eos, pad = EPAD, 1, 2, PAD

    def __init__(self, options: Any = None) -> None:
        pass

    def encode(self, text: str) -> list[int]:
        return [ord(character) for character in text]

    def decode(self, ids: Sequence[int]) -> str:
        return "".join(chr(token) for token in ids)


LETTERS = Letters()


def words(*said: tuple[str, int]) -> list[Word]:
    """Return words from (text, start in samples)."""
    return [
        Word(speaker="agent", text=text, start=start, end=start + 1, turn=0) for text, start in said
    ]


def row(*said: tuple[str, int], num_frames: int = 10) -> str:
    """Return a row as text: ``_`` is PAD, ``|`` is EPAD."""
    tokens = text_row(words(*said), num_frames, LETTERS)
    return "".join({PAD: "_", EPAD: "|"}.get(int(token), chr(token)) for token in tokens)


@st.composite
def sayings(draw: st.DrawFn) -> list[Word]:
    starts = draw(st.lists(st.integers(0, 40 * FRAME), max_size=12))
    return words(*((draw(st.text("abc", max_size=6)), start) for start in sorted(starts)))


def test_a_word_starts_in_the_frame_it_is_said_in() -> None:
    assert row(("ab", 3 * FRAME), ("c", 8 * FRAME - 1)) == "__|ab_|c__"


def test_nothing_said_is_all_padding() -> None:
    assert row() == "_" * 10


def test_a_word_in_the_first_frame_has_no_room_for_epad() -> None:
    assert row(("ab", 0)) == "ab________"


def test_a_quick_word_waits_for_the_one_before() -> None:
    assert row(("abcd", 2 * FRAME), ("e", 3 * FRAME), ("f", 9 * FRAME)) == "_|abcde_|f"
    said = words(("abcd", 2 * FRAME), ("e", 3 * FRAME), ("f", 9 * FRAME))
    assert shifts(said, LETTERS) == [0, 3, 0]


def test_text_that_ends_with_the_dialogue_fits_and_more_does_not() -> None:
    assert row(("abc", 7 * FRAME)) == "______|abc"
    with pytest.raises(Rejected, match="text does not fit") as caught:
        row(("abcd", 7 * FRAME))
    assert "'abcd' has 4 tokens from frame 7 of 10" in caught.value.evidence


def test_words_out_of_order_are_our_mistake() -> None:
    with pytest.raises(AssertionError, match="out of order"):
        row(("a", FRAME), ("b", 0))


@given(sayings())
def test_every_token_comes_once_in_order_and_not_before_its_word(said: list[Word]) -> None:
    tokens = text_row(said, 120, LETTERS)
    spoken = [frame for frame, token in enumerate(tokens) if token not in (PAD, EPAD)]
    expected = [(token, word) for word in said for token in LETTERS.encode(word.text)]
    assert [int(tokens[frame]) for frame in spoken] == [token for token, _ in expected]
    for frame, (_, word) in zip(spoken, expected, strict=True):
        assert frame >= word.start // FRAME


@given(sayings())
def test_a_word_is_late_only_while_others_are_in_its_way(said: list[Word]) -> None:
    tokens = text_row(said, 120, LETTERS)
    heard = [word for word in said if word.text]
    for word, shift in zip(heard, shifts(said, LETTERS), strict=True):
        frame = word.start // FRAME
        assert all(token not in (PAD, EPAD) for token in tokens[frame : frame + shift + 1])


@given(sayings())
def test_epad_stands_right_before_a_run_and_only_there(said: list[Word]) -> None:
    tokens = [int(token) for token in text_row(said, 120, LETTERS)]
    for before, token in pairwise(tokens):
        assert (before == EPAD) == (before in (PAD, EPAD) and token not in (PAD, EPAD))
    assert tokens[-1] != EPAD


def test_a_row_says_its_words_again() -> None:
    tokenizer = TOKENIZERS.load(BackendSpec(use="shipped"))
    text = "You'll pay nine dollars and fifty cents at four p.m. tomorrow, Omar."
    said = words(*((word, place * 4_000) for place, word in enumerate(text.split())))
    tokens = text_row(said, 200, tokenizer)
    assert text_of(tokens, tokenizer) == text
    assert tokens.dtype == "int16"
    assert tokens.shape == (200,)
