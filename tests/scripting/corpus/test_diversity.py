"""Figures of variety on texts whose figures are known."""

from __future__ import annotations

import math

import pytest

from datagen.scripting.corpus.diversity import distinct, self_bleu, words_of


def test_distinct_counts_over_all_dialogues() -> None:
    dialogues = [["a", "b", "a"], ["a", "b"]]
    assert distinct(dialogues, 1) == pytest.approx(2 / 5)
    assert distinct(dialogues, 2) == pytest.approx(2 / 3)
    assert distinct([], 1) == 0.0


def test_self_bleu_is_one_for_copies_and_none_for_strangers() -> None:
    words = words_of(["Thank you for calling.", "How can I help you today?"])
    assert self_bleu([words, words]) == pytest.approx(1.0)
    assert self_bleu([words, ["x", "y", "z", "u", "v"]]) == 0.0
    assert self_bleu([words]) == 0.0


def test_self_bleu_by_hand() -> None:
    one, other = [*"abcdef"], [*"abcdex"]
    precisions = (5 / 6, 4 / 5, 3 / 4, 2 / 3)
    expected = math.exp(sum(map(math.log, precisions)) / 4)
    assert self_bleu([one, other]) == pytest.approx(expected)


def test_a_short_one_is_held_against_its_brevity() -> None:
    long, short = [*"abcdefgh"], [*"abcde"]
    assert self_bleu([short, long]) == pytest.approx(
        (math.exp(1 - 8 / 5) + math.exp(sum(map(math.log, (5 / 8, 4 / 7, 3 / 6, 2 / 5))) / 4)) / 2
    )
