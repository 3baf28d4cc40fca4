"""Whether a turn tells what it should, and from which word on it has told it."""

from __future__ import annotations

import pytest

from datagen.scripting.llm.gist import gist, missing, number_runs
from datagen.text import speak

STUDY = "Test yourself instead of rereading, and spread it over several days."


@pytest.mark.parametrize(
    "said",
    [
        STUDY,
        "Quiz yourself rather than just reread it, and spread that out over a few days.",
        "Don't reread. Test what you know, spread over days.",
    ],
)
def test_other_words_tell_it_too(said: str) -> None:
    assert missing(speak(said), STUDY) == []


@pytest.mark.parametrize("said", ["Just work hard and you'll be fine.", "Good question.", ""])
def test_what_says_something_else_does_not(said: str) -> None:
    assert {"test", "yourself", "rereading", "spread"} <= set(missing(said, STUDY))


def test_numbers_must_be_said_in_digits_or_words() -> None:
    told = "About 25 to 50 minutes, then a real break without the phone."
    assert missing(speak("Take 25 to fifty minutes, then a real break."), told) == []
    assert missing(speak("Take 20 to 50 minutes, then a real break."), told) == ["twenty five"]


def test_numbers_are_told_apart() -> None:
    assert number_runs("twenty-five to fifty minutes, or one hundred.") == [
        "twenty five",
        "fifty",
        "hundred",
    ]


def test_function_words_have_no_gist() -> None:
    assert gist("How do I make it, and what would they say about that?") == ()
    assert gist("It's the Sun's gravity.") == ("gravity",)
