"""Backchannels told from turns, turns and events from words, by the rules of docs/annotate.md."""

from __future__ import annotations

import pytest

from datagen.annotate.turns import TurnTakingOfPiece, breaks_off, turns
from datagen.annotate.units import is_acknowledgement, is_question, mark, units
from datagen.types import SAMPLE_RATE, Speaker, Word

WORD, STEP = 0.25, 0.3


def say(speaker: Speaker, start: float, text: str) -> list[Word]:
    """Words of 0.25 s, one every 0.3 s from a start in seconds on."""
    return [
        Word(
            speaker=speaker,
            text=word,
            start=round((start + STEP * n) * SAMPLE_RATE),
            end=round((start + STEP * n + WORD) * SAMPLE_RATE),
            turn=0,
        )
        for n, word in enumerate(text.split())
    ]


def found(*parts: list[Word]) -> TurnTakingOfPiece:
    return turns(mark(units([word for part in parts for word in part])))


def heard(what: TurnTakingOfPiece) -> list[tuple[str, str, float, float]]:
    return [
        (e.type, e.speaker, round(e.start / SAMPLE_RATE, 2), round(e.end / SAMPLE_RATE, 2))
        for e in what.events
    ]


def test_one_after_the_other_is_two_turns_and_a_gap() -> None:
    what = found(say("agent", 0, "it is open till nine"), say("user", 2, "then i come later"))
    assert [(t.speaker, t.onset) for t in what.turns] == [("agent", "after"), ("user", "after")]
    assert heard(what) == [("gap", "user", 1.45, 2.0)]
    assert [w.turn for w in what.words] == [0] * 5 + [1] * 4


def test_a_long_gap_is_a_lapse() -> None:
    what = found(say("agent", 0, "it is open"), say("user", 4, "i come later"))
    assert heard(what) == [("lapse", "user", 0.85, 4.0)]


def test_a_pause_is_within_a_turn() -> None:
    what = found(say("agent", 0, "it is open"), say("agent", 1.5, "till nine today"))
    (turn,) = what.turns
    assert turn.text == "it is open till nine today"
    assert heard(what) == [("pause", "agent", 0.85, 1.5)]


def test_a_listener_does_not_take_the_floor() -> None:
    what = found(
        say("agent", 0, "so i went to the shop in the old town"),
        say("user", 1.4, "mm-hmm"),
        say("agent", 3.2, "and bought some bread for all of us"),
    )
    assert [(t.speaker, t.onset) for t in what.turns] == [
        ("agent", "after"),
        ("user", "backchannel"),
    ]
    assert heard(what) == [("backchannel", "user", 1.4, 1.65), ("pause", "agent", 2.95, 3.2)]
    assert [e.cause for e in what.events] == ["continue", "recorded"]


def test_a_sound_in_a_pause_is_a_backchannel_too() -> None:
    what = found(
        say("agent", 0, "so i went to the shop"),
        say("user", 2.0, "oh really"),
        say("agent", 2.8, "and bought some bread"),
    )
    assert [t.onset for t in what.turns] == ["after", "backchannel"]


@pytest.mark.parametrize(
    ("asked", "text"),
    [("what is your number is it this one", "yeah"), ("do you live in this town", "yes")],
)
def test_an_answer_is_no_backchannel(asked: str, text: str) -> None:
    what = found(
        say("agent", 0, asked), say("user", 2.9, text), say("agent", 3.6, "then i will send it")
    )
    assert [t.onset for t in what.turns] == ["after", "after", "after"]


def test_what_begins_a_turn_is_no_backchannel() -> None:
    what = found(
        say("agent", 0, "so i went to the shop"),
        say("user", 2.0, "yeah"),
        say("user", 2.6, "i was there on monday"),
        say("agent", 4.4, "were you now"),
    )
    assert [(t.speaker, t.text.split()[0]) for t in what.turns] == [
        ("agent", "so"),
        ("user", "yeah"),
        ("agent", "were"),
    ]


def test_a_short_answer_before_silence_is_a_turn() -> None:
    what = found(say("agent", 0, "so i went to the shop"), say("user", 2.0, "okay"))
    assert [t.onset for t in what.turns] == ["after", "after"]


def test_a_late_end_overlaps() -> None:
    what = found(
        say("agent", 0, "we are open until nine"), say("user", 1.2, "then i will come at eight")
    )
    assert [t.onset for t in what.turns] == ["after", "overlap"]
    assert heard(what) == [("overlap", "user", 1.2, 1.45)]


def test_who_breaks_off_was_interrupted() -> None:
    what = found(
        say("agent", 0, "we are open until nine and we have the"),
        say("user", 2.3, "do you have bread"),
    )
    assert [t.onset for t in what.turns] == ["after", "barge_in"]
    assert heard(what) == [("barge_in", "user", 2.3, 2.65), ("cut", "agent", 2.65, 2.65)]
    assert what.events[0].text == "do you have bread"


def test_what_is_said_while_the_other_goes_on_takes_no_floor() -> None:
    what = found(
        say("agent", 0, "we are open until nine and we have the finest bread in the old town"),
        say("user", 1.0, "do you sell milk"),
        say("agent", 6.0, "what was that"),
    )
    assert [t.onset for t in what.turns] == ["after", "backchannel"]
    assert ("false_barge_in", "user", 1.0, 2.15) in heard(what)


def test_words_aside_and_a_later_turn_are_two() -> None:
    what = found(
        say("agent", 0, "we are open until nine and we have the finest bread in the old town now"),
        say("user", 1.0, "leave it there please"),
        say("user", 5.2, "do you sell milk"),
    )
    assert [(t.speaker, t.onset) for t in what.turns] == [
        ("agent", "after"),
        ("user", "backchannel"),
        ("user", "after"),
    ]


@pytest.mark.parametrize(
    ("text", "punctuated", "broken"),
    [
        ("we have the", False, True),
        ("we have it-", False, True),
        ("we have it ...", False, True),
        ("we have it", False, False),
        ("we have it", True, True),
        ("we have it.", True, False),
    ],
)
def test_what_breaks_off(text: str, punctuated: bool, broken: bool) -> None:
    assert breaks_off(text, punctuated) is broken


def test_what_is_a_question() -> None:
    assert is_question("you mean the big one?")
    assert is_question("so what is your name")
    assert is_question("where to")
    assert is_question("and is that so")
    assert not is_question("well i was there")
    assert not is_question("and we have the")
    assert not is_question("what you are is tired.")
    assert not is_question("i know where it lies")


def test_what_a_listener_says() -> None:
    for text in ("Mm-hmm.", "oh really", "I see.", "that's right", "uh-huh yeah"):
        assert is_acknowledgement(units(say("user", 0, text))[0]), text
    for text in ("bread", "yeah bread", "yeah yeah yeah yeah yeah"):
        assert not is_acknowledgement(units(say("user", 0, text))[0]), text
