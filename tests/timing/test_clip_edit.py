from __future__ import annotations

from datagen.timing.clip_edit import SPLIT_FADE, Hold, Piece, stretch
from datagen.types import SpokenWord


def words(*spans: tuple[int, int]) -> tuple[SpokenWord, ...]:
    return tuple(SpokenWord(text="w", start=start, end=end) for start, end in spans)


SAID = words((100, 1000), (1000, 2000), (2400, 3000), (3000, 4000))


def test_without_pauses_the_clip_is_one_piece() -> None:
    take = stretch(4200, SAID, [])
    assert take.pieces == (Piece(0, 4200, 0),)
    assert take.words == SAID
    assert (take.start, take.end, take.num_spoken, take.num_samples) == (100, 4000, 3900, 4200)


def test_pauses_split_between_words_and_delay_what_follows() -> None:
    take = stretch(4200, SAID, [Hold(1, "clause", 500), Hold(2, "thinking", 7000)])
    assert take.pieces == (
        Piece(0, 1000, 0, 0, SPLIT_FADE),
        Piece(1000, 2200, 1500, SPLIT_FADE, SPLIT_FADE),
        Piece(2200, 4200, 9700, SPLIT_FADE, 0),
    )
    assert [word.start for word in take.words] == [100, 1500, 9900, 10500]
    assert take.num_samples == 4200 + 7500


def test_a_cut_keeps_whole_words_and_fades_what_follows() -> None:
    take = stretch(4200, SAID, []).cut(3, 300)
    assert take.words == SAID[:3]
    assert take.pieces == (Piece(0, 3300, 0, 0, 300),)


def test_a_cut_before_a_pause_drops_the_pause() -> None:
    whole = stretch(4200, SAID, [Hold(2, "clause", 100)])
    take = whole.cut(2, 1000)
    assert take.pieces == whole.pieces[:1]
    assert take.holds == ()
    assert whole.cut(3, 300).holds == whole.holds


def test_a_cut_near_the_end_cannot_go_past_the_clip() -> None:
    take = stretch(4200, SAID, []).cut(4, 500)
    assert take.pieces == (Piece(0, 4200, 0),)
