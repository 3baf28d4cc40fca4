"""Calls are cut at silences, into pieces that fit, with references that are not in them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.annotate import people
from datagen.annotate.clean import in_order
from datagen.annotate.cutting import (
    MAX_FRAMES,
    REFERENCE,
    Cut,
    cut,
    references,
    spare,
)
from datagen.annotate.snapping import snap, sounding
from datagen.annotate.units import SpeechUnit, units
from datagen.annotate.unused import LONG_PAUSE, OTHERS, SHORT, SILENCE, pauses, unused_of
from datagen.types import FRAME, SAMPLE_RATE, SPEAKERS, Speaker, SpokenWord, Word
from tests.fixtures.speech_like import voiced


def word(speaker: Speaker, start: float, end: float) -> Word:
    return Word(
        speaker=speaker,
        text="w",
        start=round(start * SAMPLE_RATE),
        end=round(end * SAMPLE_RATE),
        turn=0,
    )


def talk(seconds: float, turn: float = 2.0, gap: float = 0.4) -> list[SpeechUnit]:
    """Two people who take turns of so many seconds."""
    starts = np.arange(0.5, seconds, turn + gap)
    return units([word(SPEAKERS[n % 2], at, at + turn) for n, at in enumerate(starts)])


def check(pieces: list[Cut], stretches: list[SpeechUnit]) -> None:
    for piece in pieces:
        assert (piece.end - piece.start) % FRAME == 0
        assert 0 < (piece.end - piece.start) // FRAME <= MAX_FRAMES
        assert all(piece.start <= unit.start for unit in piece.units)
        assert all(unit.end <= piece.end for unit in piece.units)
    ours = [unit for piece in pieces for unit in piece.units]
    assert ours == sorted(ours, key=lambda unit: (unit.start, unit.end, unit.speaker))
    for piece in pieces:
        inside = [u for u in stretches if u.start < piece.end and piece.start < u.end]
        assert inside == list(piece.units), "nothing of another piece is heard in one"


def test_a_long_call_becomes_pieces_of_about_one_length() -> None:
    stretches = talk(600)
    pieces = cut(stretches, [], 602 * SAMPLE_RATE)
    check(pieces, stretches)
    assert sum(len(piece.units) for piece in pieces) == len(stretches)
    lengths = [(piece.end - piece.start) / SAMPLE_RATE for piece in pieces]
    assert len(pieces) == 4
    assert min(lengths) > 0.8 * max(lengths)


def test_nothing_of_others_is_used() -> None:
    stretches = talk(120)
    blocked = [(40 * SAMPLE_RATE, 44 * SAMPLE_RATE)]
    pieces = cut(stretches, blocked, 120 * SAMPLE_RATE)
    assert len(pieces) == 2
    for piece in pieces:
        assert piece.end <= blocked[0][0] or piece.start >= blocked[0][1]


def test_a_long_silence_ends_a_piece() -> None:
    stretches = units(
        [word("agent", 1, 3), word("user", 4, 6), word("agent", 30, 32), word("user", 33, 35)]
    )
    pieces = cut(stretches, [], 60 * SAMPLE_RATE)
    assert [(piece.start, piece.end > 7.2 * SAMPLE_RATE) for piece in pieces] == [
        (SAMPLE_RATE // 2, False),
        (round(29.5 * SAMPLE_RATE), True),
    ]


def test_who_never_stops_is_left_out_up_to_a_silence() -> None:
    stretches = units([word("agent", 0.5, 200), word("user", 201, 203), word("agent", 204, 206)])
    pieces = cut(stretches, [], 210 * SAMPLE_RATE)
    assert [unit.speaker for piece in pieces for unit in piece.units] == ["user", "agent"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(SPEAKERS), st.floats(0.01, 30), st.floats(0.05, 12), st.booleans()
        ),
        min_size=1,
        max_size=80,
    )
)
def test_pieces_of_any_call_hold(parts: list[tuple[Speaker, float, float, bool]]) -> None:
    ends: dict[Speaker, float] = {"agent": 0.0, "user": 0.0}
    said: list[Word] = []
    now = 0.0
    for speaker, wait, long, overlaps in parts:
        now = max(ends[speaker], now if overlaps else max(ends.values())) + wait
        ends[speaker] = now + long
        said.append(word(speaker, now, now + long))
    stretches = units(said)
    size = round((max(ends.values()) + 2) * SAMPLE_RATE)
    check(cut(stretches, [], size), stretches)


def test_references_are_elsewhere_and_long_enough() -> None:
    stretches = talk(300)
    pieces = cut(stretches, [], 300 * SAMPLE_RATE)
    for piece in pieces:
        found = references(stretches, piece)
        assert found is not None
        for speaker, spans in found.items():
            total = sum(end - start for start, end in spans) / SAMPLE_RATE
            assert REFERENCE[0] <= total <= REFERENCE[1]
            for start, end in spans:
                assert end <= piece.start or start >= piece.end
                assert all(
                    unit.speaker == speaker
                    for unit in stretches
                    if unit.start < end and start < unit.end
                )


def test_a_short_call_leaves_its_end_for_references() -> None:
    stretches = talk(60)
    (whole,) = cut(stretches, [], 62 * SAMPLE_RATE)
    assert references(stretches, whole) is None
    shorter = spare(stretches, whole, 62 * SAMPLE_RATE)
    assert shorter is not None
    assert references(stretches, shorter) is not None
    assert (shorter.end - shorter.start) / SAMPLE_RATE > 45
    check([shorter], [unit for unit in stretches if unit.start < shorter.end])


def test_words_are_put_in_order() -> None:
    said = [word("agent", 1.0, 1.5), word("agent", 1.2, 1.3), word("agent", 1.2, 1.6)]
    found = in_order([*said, word("agent", 9.9, 10.5)], 10 * SAMPLE_RATE)
    assert len(found) == 3
    for one, next_ in itertools.pairwise(found):
        assert one.start < one.end <= next_.start


def test_words_that_start_together_share_their_time_in_the_order_of_the_text() -> None:
    said = [
        word("agent", 1.0, 1.4).model_copy(update={"text": "going"}),
        word("agent", 1.0, 1.0).model_copy(update={"text": "to"}),
        word("agent", 1.4, 1.6).model_copy(update={"text": "be"}),
    ]
    found = in_order(said, 10 * SAMPLE_RATE)
    assert [one.text for one in found] == ["going", "to", "be"]
    for one, next_ in itertools.pairwise(found):
        assert one.start + SAMPLE_RATE // 10 < one.end == next_.start


def test_a_word_that_ends_after_its_call_ends_with_it() -> None:
    """Clocks of texts and recordings differ by milliseconds."""
    (last,) = in_order([word("agent", 9.5, 10.001)], 10 * SAMPLE_RATE)
    assert last.end == 10 * SAMPLE_RATE


def test_edges_snap_to_sound() -> None:
    clip = np.random.default_rng(0).standard_normal(2 * SAMPLE_RATE).astype(np.float32) * 1e-3
    clip[12_000:24_000] += voiced(12_000)
    clip[30_000:40_800] += voiced(10_800)
    assert len(sounding(clip)) == 2
    words = [
        SpokenWord(text="one", start=13_900, end=17_000),
        SpokenWord(text="two", start=17_000, end=23_000),
        SpokenWord(text="three", start=25_500, end=40_000),
    ]
    first, second, third = snap(words, clip)
    assert abs(first.start - 12_000) <= 480
    assert first.end == second.start == 17_000
    assert 0 <= 24_000 - second.end <= 2_400  # the voice fades out
    assert abs(third.start - 30_000) <= 480
    assert 0 <= 40_800 - third.end <= 2_400


def test_people_are_in_one_split() -> None:
    calls = {f"c{n:03d}": (f"p{n}", f"q{n}") for n in range(200)}
    splits = people.part(calls, 0.1, 0)
    assert 15 <= sum(split == "validation" for split in splits.values()) <= 20
    assert None not in splits.values()
    assert set(people.part(calls, 0.0, 0).values()) == {"train"}


@pytest.mark.parametrize("calls_each", [1, 3])
def test_people_of_many_calls_are_in_one_split(calls_each: int) -> None:
    rng = np.random.default_rng(0)
    num = 400 * calls_each // 2
    ends = rng.permutation(np.repeat(np.arange(400), calls_each))
    calls = {f"c{n:04d}": (f"p{ends[2 * n]}", f"p{ends[2 * n + 1]}") for n in range(num)}
    splits = people.part(calls, 0.05, 0)
    heard: dict[str, set[str]] = {"train": set(), "validation": set()}
    for call, split in splits.items():
        if split is not None:
            heard[split].update(calls[call])
    assert not heard["train"] & heard["validation"]
    left_out = sum(split is None for split in splits.values())
    kept = sum(split == "validation" for split in splits.values())
    assert kept >= 0.025 * num
    assert left_out <= 0.3 * num


def test_what_is_in_no_piece_has_a_reason_and_adds_up() -> None:
    spans = {OTHERS: [(0, 48_000)], SHORT: [(24_000, 96_000)], LONG_PAUSE: [(240_000, 720_000)]}
    found = unused_of(1_200_000, [(96_000, 240_000), (700_000, 900_050)], spans)
    assert found == {OTHERS: 2.0, SHORT: 2.0, LONG_PAUSE: 19.16, SILENCE: 12.49}
    assert list(found) == [OTHERS, SHORT, LONG_PAUSE, SILENCE]
    assert sum(found.values()) == pytest.approx(50 - 6 - 8.35)
    assert unused_of(48_000, [(0, 49_920)], {}) == {}


def test_a_pause_is_long_wherever_it_is() -> None:
    stretches = units([word("agent", 11, 12), word("user", 11.5, 15), word("agent", 20, 21)])
    assert pauses(stretches, 40 * SAMPLE_RATE) == [
        (0, 11 * SAMPLE_RATE),
        (21 * SAMPLE_RATE, 40 * SAMPLE_RATE),
    ]
