"""What a question asks for, and which wordings of one ask for two things."""

from __future__ import annotations

import pytest

from datagen.scripting.content.questions import (
    asks_for_reason,
    asks_for_told,
    asks_what_to_do,
    content_stems,
    has_part_told,
    is_explained,
    is_told,
    question_kind,
    tells_a_need,
    wording_problems,
)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Are bats blind?", "polar"),
        ("Can you tell me why blood is red?", "why"),
        ("Can you explain DNA to me?", "what"),
        ("What makes the sky look blue?", "why"),
        ("How many minutes does an egg have to boil?", "measure"),
        ("How long do I boil an egg?", "measure"),
        ("How many planets are there?", "count"),
        ("I'm new in town, how do I meet people?", "how"),
        ("What's the best way to study?", "how"),
        ("What is the Milky Way?", "what"),
        ("How cold should it be?", "measure"),
        ("What's the difference between mean and median?", "difference"),
        ("In which year did women get the vote?", "when"),
        ("Do we know who invented the wheel?", "who"),
        ("Where does honey come from?", "where"),
        ("One goose, two?", ""),
        ("Then why are sunsets red?", "why"),
        ("Is ten items or less wrong, then?", "polar"),
        ("Didn't a ship block it?", "polar"),
    ],
)
def test_kinds(question: str, kind: str) -> None:
    assert question_kind(question) == kind


@pytest.mark.parametrize(
    ("question", "is_reason", "is_advice"),
    [
        ("Why is the sky blue?", True, False),
        ("How does a battery work?", True, False),
        ("What's the difference between mean and median?", True, False),
        ("How do I get up early?", False, True),
        ("What helps me to get up early?", False, True),
        ("How do I know I have bed bugs?", False, False),
        ("How can I tell that fish is fresh?", False, False),
        ("What keeps an inbox under control?", False, False),
        ("How many planets are there?", False, False),
        ("What is the Milky Way?", False, False),
    ],
)
def test_a_reason_is_seen_and_advice_is_taken(
    question: str, is_reason: bool, is_advice: bool
) -> None:
    assert asks_for_reason(question) == is_reason
    assert asks_what_to_do(question) == is_advice


@pytest.mark.parametrize(
    ("one", "other", "complaint"),
    [
        ("How do I make a budget?", "What's a good way to make a budget?", ""),
        ("How long should tea steep?", "How many minutes does tea need?", ""),
        ("What is blood made of?", "Why is blood red?", "they ask for what and why"),
        ("How should I study for a test?", "How do I sleep better?", "no word in common"),
        ("Which song do you like?", "Is there a song you like?", "they ask for what and polar"),
    ],
)
def test_two_wordings_of_one_question(one: str, other: str, complaint: str) -> None:
    found = list(wording_problems((one, other)))
    assert bool(found) == bool(complaint)
    assert all(complaint in problem for problem in found)


def test_talk_asks_one_thing_in_several_forms() -> None:
    asks = ("Which song do you like?", "Is there a song you like?")
    assert not list(wording_problems(asks, is_talk=True))
    assert list(wording_problems(("Do you decorate?", "Which dish do you cook?"), is_talk=True))


def test_forms_of_a_word_are_one() -> None:
    assert content_stems("My window is drafty.") & content_stems("How do I stop a draft?")
    assert not content_stems("How is it?")


@pytest.mark.parametrize(
    ("text", "said", "expected"),
    [
        (
            "That was for Black men, women had to wait until 1920.",
            "When did women vote? In 1920.",
            1,
        ),
        ("Russia sold it for a price.", "It was sold by Russia in 1867.", 1),
        ("It depends on the child.", "Many parents wait until eleven, and start with rules.", 0),
        ("About 38 plays.", "Some 38 plays and 154 sonnets.", 1),
        ("It is.", "It is so.", 0),
    ],
)
def test_what_is_told_again_is_noticed(text: str, said: str, expected: int) -> None:
    assert is_told(text, said) == expected


def test_a_name_is_not_explained() -> None:
    assert is_explained("How do vaccines work?")
    assert not is_explained("Which city is the capital of Brazil?")
    assert not is_explained("What's the capital of Canada?")
    assert not is_explained("How long is the Mississippi?")


def test_a_clause_that_was_said_is_told_again() -> None:
    said = "The earth is closest to the sun in January."
    assert has_part_told("We're closest in January, it's the tilt that counts.", said)
    assert not has_part_told("It's the tilt that counts.", said)
    assert not has_part_told("In January, it's the tilt that counts.", said)


def test_nobody_asks_for_what_was_just_set_right() -> None:
    said = "A phone can make a plane crash. It never has, but the buzz disturbs the pilots."
    answer = "No crash has been proven to come from a phone."
    assert asks_for_told("Has it ever caused a crash?", answer, said)
    assert not asks_for_told("Why does it matter at takeoff?", "Everybody should listen.", said)
    assert not asks_for_told("Has it ever caused a crash?", "Once, in 1998.", "A crash is rare.")


def test_who_says_what_is_wrong_first_tells_a_need() -> None:
    assert tells_a_need("My door squeaks, what helps?")
    assert tells_a_need("I've got a burn on my hand, what do I do?")
    assert not tells_a_need("How do I clean my oven?")
    assert not tells_a_need("Is it I lay down, or I laid down?")
