from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.backends.aligner.tokens import ROOM, Alignment, Span, divide, fill, gate, parts
from datagen.text.sounds_like import RULES, pronounce
from datagen.types import Rejected


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("Twenty-five,", ["twenty", "five"]),
        ("don\u2019t", ["don't"]),
        ("'quoted'", ["quoted"]),
        ("\u2014", []),
        ("A.B.", ["a", "b"]),
        ("Jos\u00e9!", ["jos\u00e9"]),
    ],
)
def test_the_words_of_a_token(token: str, words: list[str]) -> None:
    assert parts(token) == words


def times(tokens: list[str], spans: list[Span | None], num_samples: int) -> list[tuple[int, int]]:
    filled = fill(tokens, spans, num_samples)
    assert [word.text for word in filled] == tokens
    return [(word.start, word.end) for word in filled]


def test_tokens_without_a_time_share_the_gap_by_letters() -> None:
    spans = [Span(0, 4_000), None, None, Span(16_000, 20_000)]
    assert times(["hi", "Ada", "Lovelaces", "yes"], spans, 20_000) == [
        (0, 4_000),
        (4_000, 7_000),
        (7_000, 16_000),
        (16_000, 20_000),
    ]


def test_without_a_gap_they_share_the_word_before_or_after() -> None:
    assert times(["of", "the"], [Span(100, 200), None], 200) == [(100, 140), (140, 200)]
    assert times(["of", "the"], [None, Span(0, 100)], 200) == [(0, 40), (40, 100)]


def test_with_no_times_at_all_the_clip_is_divided() -> None:
    assert times(["a", "bbb"], [None, None], 400) == [(0, 100), (100, 400)]


@given(data=st.data(), num_tokens=st.integers(1, 8))
def test_every_token_gets_a_time_in_order(data: st.DataObject, num_tokens: int) -> None:
    edges = data.draw(
        st.lists(
            st.integers(0, 40_000), min_size=2 * num_tokens, max_size=2 * num_tokens, unique=True
        ).map(sorted)
    )
    has_time = data.draw(st.lists(st.booleans(), min_size=num_tokens, max_size=num_tokens))
    spans = [
        Span(edges[2 * n], edges[2 * n + 1]) if known else None for n, known in enumerate(has_time)
    ]
    filled = fill(["word"] * num_tokens, spans, 40_001)
    before = 0
    for word in filled:
        assert before <= word.start <= word.end <= 40_001
        before = word.end
    if all(has_time):
        assert [Span(word.start, word.end) for word in filled] == spans


def test_a_gap_must_be_long_enough() -> None:
    room = [Span(0, 1_000), None, Span(1_000 + ROOM, 5_000)]
    assert times(["a", "b", "c"], room, 5_000)[1] == (1_000, 1_000 + ROOM)
    tight = [Span(0, 1_000), None, Span(1_000 + ROOM - 1, 5_000)]
    assert times(["a", "b", "c"], tight, 5_000)[0] == (0, 1_099)


def test_nothing_divides_into_nothing() -> None:
    assert divide(Span(0, 9), []) == []


def test_the_gate_lets_the_confident_through() -> None:
    alignment = Alignment(fill(["hi"], [None], 10), confidence=-2.5)
    assert gate(alignment, -2.5, "hi") == alignment.words
    with pytest.raises(Rejected) as rejected:
        gate(alignment, -2.0, "hi")
    assert rejected.value.reason == "alignment_confidence"
    assert "-2.50" in rejected.value.evidence


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("Ayelen", "EY EH L EH N"),
        ("Blake", "B L AE K"),
        ("Jos\u00e9", "JH OW S"),
        ("Nguyen", "NG AH IY EH N"),
        ("Fisch", "F IH SH"),
        ("42", ""),
    ],
)
def test_a_pronunciation_is_guessed(word: str, phones: str) -> None:
    assert " ".join(pronounce(word)) == phones


def test_every_letter_has_a_rule() -> None:
    assert set("abcdefghijklmnopqrstuvwxyz") <= set(RULES)
