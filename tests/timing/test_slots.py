from __future__ import annotations

import pytest

from datagen.timing.backchannels import false_barge_in, function_of
from datagen.timing.slots import candidates
from datagen.types import Turn


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("i was at home, and nobody came", [(4, "clause")]),
        ("is it open? i was told it is. thanks", [(3, "question"), (8, "sentence")]),
        ("it is four two seven one okay", [(6, "number")]),
        ("it is four two in all", []),  # two digits are no spelled number
        ("my code is x k four seven um that is all", [(7, "number")]),
        ("i want to um change it", [(3, "filler")]),
        ("we came at nine a.m. on a monday because it was late", [(8, "clause")]),
        ("so what and so", []),
        ("hello.", []),
        ("one", []),
    ],
)
def test_candidates(text: str, expected: list[tuple[int, str]]) -> None:
    assert [(slot.after_word, slot.kind) for slot in candidates(text.split())] == expected


def test_a_slot_knows_what_is_around_it() -> None:
    first, second = candidates(["well,", "i", "was", "at", "home,", "of", "course"], turn=3)
    assert (first.since, first.left, second.since, second.left) == (1, 6, 4, 2)
    assert second.turn == 3


def sound(spoken: str, act: str = "backchannel") -> Turn:
    return Turn(speaker="user", text=spoken, spoken=spoken, onset="backchannel", at_word=1, act=act)


@pytest.mark.parametrize(
    ("spoken", "function"),
    [
        ("Mm-hmm.", "continue"),
        ("uh-huh", "continue"),
        ("Right.", "agree"),
        ("okay, great", "agree"),
        ("oh, really?", "surprise"),
        ("Oh no.", "sympathy"),
        ("bananas", "continue"),
    ],
)
def test_functions_of_backchannels_by_their_words(spoken: str, function: str) -> None:
    assert function_of(sound(spoken)) == function


def test_a_script_knows_best_what_a_backchannel_is_for() -> None:
    assert function_of(sound("I see.", "sympathy")) == "sympathy"
    assert function_of(sound("Oh no.", "continue")) == "continue"


@pytest.mark.parametrize("act", ["cough", "side_talk", "backchannel", "agree"])
def test_sounds_that_are_for_nobody(act: str) -> None:
    assert false_barge_in(sound("Ahem.", act)) == (act if act in ("cough", "side_talk") else None)
