from __future__ import annotations

import pytest

from datagen.formats.shared_times import Times, share


@pytest.mark.parametrize(
    ("words", "times", "shared"),
    [
        ("a b", [(0, 5), (5, 9)], [(0, 5), (5, 9)]),
        ("a b", [(0, 5), (3, 9)], [(0, 5), (3, 9)]),
        ("going to", [(10, 17), (10, 17)], [(10, 15), (15, 17)]),
        ("going to", [(10, 10), (10, 17)], [(10, 15), (15, 17)]),
        ("going to", [(10, 17), (10, 12)], [(10, 15), (15, 17)]),
        ("I'm going to be", [(0, 4), (4, 8), (4, 8), (4, 8)], [(0, 4), (4, 6), (6, 7), (7, 8)]),
        ("\u2014 a", [(0, 4), (0, 4)], [(0, 2), (2, 4)]),
        ("a b a", [(0, 2), (4, 6), (0, 2)], [(0, 2), (4, 6), (0, 2)]),
        ("", [], []),
    ],
)
def test_words_in_a_row_that_begin_together_share_by_letters(
    words: str, times: list[Times], shared: list[Times]
) -> None:
    assert share(words.split(), times) == shared
