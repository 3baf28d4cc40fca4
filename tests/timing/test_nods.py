"""Nobody nods to what asks them something."""

from __future__ import annotations

import pytest

from datagen.timing.slot_choice import is_for_nods, nods_to_questions
from datagen.types import Turn

STATEMENT = "The fee is ten dollars, and it is due on Monday."
QUESTION = (
    "The fee is ten dollars, and it is due on the first Monday of each month,"
    " so would you like to pay it by card or by check this time?"
)


def floor(text: str) -> Turn:
    return Turn(speaker="agent", text=text, spoken=text)


@pytest.mark.parametrize(
    ("text", "at_word", "good"),
    [
        (STATEMENT, 5, True),
        ("Is it you? I have the file here.", 3, False),
        ("Is it you? I have the file here.", 6, True),
        ("It is ten dollars, is that okay?", 4, False),
        (QUESTION, 5, True),
        (QUESTION, 20, True),
        (QUESTION, 21, False),
    ],
)
def test_a_question_must_be_far(text: str, at_word: int, good: bool) -> None:
    assert is_for_nods(floor(text), at_word) is good


def test_all_of_a_dialogue_are_found() -> None:
    def nod(at_word: int) -> Turn:
        return Turn(
            speaker="user", text="Okay.", spoken="Okay.", onset="backchannel", at_word=at_word
        )

    turns = [floor(STATEMENT), nod(5), floor("It is ten dollars, is that okay?"), nod(4)]
    assert nods_to_questions(turns) == {3}
