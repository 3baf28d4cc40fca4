"""Numbers as they are said, and values as they are meant."""

from __future__ import annotations

import pytest

from datagen.exam.figures import canonical, holds


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("It's $7.50.", ["it's", "7", "dollars", "and", "50", "cents"]),
        ("section one twelve", ["section", "112"]),
        ("one hundred and twelve", ["112"]),
        ("one hundred twelve", ["112"]),
        ("two thousand three hundred", ["2300"]),
        ("six thousand six hundred twenty", ["6620"]),
        ("six six two oh", ["6620"]),
        ("K R zero five one eight", ["k", "r", "0518"]),
        ("KR-0518", ["k", "r", "0518"]),
        ("May 28th", ["may", "28"]),
        ("the twenty-eighth of May", ["the", "28", "of", "may"]),
        ("seven forty", ["740"]),
        ("twenty twenty four", ["2024"]),
        ("a hundred nights", ["100", "nights"]),
        ("nine oh two", ["902"]),
        ("five and six", ["5", "and", "6"]),
        ("the 30th, three zero, at 1", ["the", "30", "30", "at", "1"]),
        ("oh, well", ["oh", "well"]),
        ("", []),
    ],
)
def test_one_form_of_a_number(said: str, words: list[str]) -> None:
    assert canonical(said) == words


def test_a_number_may_go_on_across_a_comma() -> None:
    assert canonical("nine zero, four four one seven", across=True) == ["904417"]


def test_a_value_stands_as_a_whole() -> None:
    assert holds(["it", "is", "112"], ["112"])
    assert not holds(["it", "is", "1120"], ["112"])
    assert not holds(["it"], [])
