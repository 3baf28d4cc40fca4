from __future__ import annotations

import pytest

from datagen.gates.hearing import canonical, compare, judged, same_sense

SAME = [
    ("It costs two thousand three hundred sixty dollars.", "It costs $2,360."),
    ("My number is five five five, zero one six one.", "My number is 555-0161."),
    ("My number is five five five, oh one six one.", "My number is 555-0161."),
    ("The code is six four eight five one.", "The code is 64851."),
    ("Um, one second, please.", "1 second, please."),
    ("A zero zero five one, got it.", "A0051, got it."),
    ("It is twenty-four hours, and four hundred and fifty dollars.", "It's 24 hours and $450."),
    ("We open at nine thirty a.m. on May fifth.", "We open at 9:30 AM on May 5th."),
    ("That is twelve dollars and fifty cents a month.", "That's $12.50 a month."),
    ("That's four dollars and eighty-five cents.", "That's $4.85."),
    ("It's two point five million dollars now.", "It's $2,500,000 now."),
    ("It's two point oh five million now.", "It's 2.05 million now."),
    ("In nineteen eighty-four and two thousand twenty-six.", "In 1984 and 2026."),
    ("That's R, O, W, E.", "That's R-O-W-E."),
    ("Okay, that's R, O, W, E.", "Okay, that's our OWE."),
    ("Mm-hmm, okay. I would like to know.", "OK, I would like to know."),
    ("Asa Kinney, yes, that is me.", "Asa Kinny, yes, that's me."),
    ("This is Myrna Silva from Cedardale.", "This is Murna Sylva from Cedar Dale."),
    ("It went up three point five percent.", "It went up 3.5%."),
]


@pytest.mark.parametrize(("spoken", "heard"), SAME)
def test_what_a_recogniser_writes_is_what_was_said(spoken: str, heard: str) -> None:
    found = compare(spoken, heard)
    assert found.wrong_entities == ()
    assert found.num_errors == 0, (canonical(spoken), canonical(heard))


@pytest.mark.parametrize(
    ("spoken", "heard", "wrong"),
    [
        ("It costs fifteen dollars a month.", "It costs $50 a month.", ("15", "50")),
        ("The code is six four eight five one.", "The code is 64857.", ("64851", "64857")),
        ("Your gate code is T eight three three.", "Your gate code is T832.", ("t833", "t832")),
        ("Please wait for me there.", "Please wait 10 for me there.", ("", "10")),
        ("It is open for nine hours.", "It is open for hours.", ("9", "")),
        ("It's two point five million now.", "It's 250,000 now.", ("2500000", "250000")),
        ("The zip is zero nine three one.", "The zip is 931.", ("0931", "931")),
    ],
)
def test_a_wrong_number_is_named(spoken: str, heard: str, wrong: tuple[str, str]) -> None:
    assert compare(spoken, heard).wrong_entities == (wrong,)


def test_words_that_are_not_there_count() -> None:
    found = compare("I would like to move my appointment.", "I would like to move.")
    assert (found.num_errors, found.num_words) == (2, 7)
    babbled = compare("Hello there, my friend.", "Hello there, my friend. And the weather is nice.")
    assert babbled.error_rate > 1


def test_another_name_is_an_error() -> None:
    assert compare("My name is Myrna Silva, hello.", "My name is Robert Jones, hello.").num_errors


def test_sounds_count_by_their_sense() -> None:
    assert same_sense("Mm-hmm.", "Uh-huh.")
    assert same_sense("Mhm, right.", "Mm-hmm. Right.")
    assert not same_sense("Mm-hmm.", "Uh-uh.")


def test_a_few_words_are_not_judged() -> None:
    assert not judged("Mm-hmm, okay, right.")
    assert judged("I see what you mean.")


def test_one_is_no_number_and_makes_no_code_with_the_word_after_it() -> None:
    said = "I'm sorry, that's not one I can find."
    assert canonical(said)[5:8] == ["not", "1", "i"]
    assert compare(said, "I'm sorry, that's not when I can find.").wrong_entities == ()
    assert compare("We have one room.", "We have two rooms.").wrong_entities == (("", "2"),)
    assert compare("We have nine rooms.", "We have one rooms.").wrong_entities == (("9", ""),)
    assert canonical("Take one a day.") == ["take", "1", "a", "day"]
    assert canonical("Room one A B.") == ["room", "1ab"]


def test_digits_written_like_a_date_are_read_as_digits_too() -> None:
    said = "I have it right here, eight three, one nine six eight."
    assert compare(said, "I have it right here 8-3-1968.").wrong_entities == ()
    assert compare(said, "I have it right here 8-3-1969.").wrong_entities == (("831968", "831969"),)
    assert compare("August third, nineteen sixty-eight.", "8-3-1968.").wrong_entities == ()


def test_a_code_beside_a_word_that_is_written_otherwise() -> None:
    said = "Let me see, it's C A C, zero five one two."
    assert compare(said, "Let me see its CAC 0512.").wrong_entities == ()
    assert compare(said, "Let me see its CAC 0513.").wrong_entities
    assert compare(said, "Let me see its CAK 0512.").wrong_entities


def test_a_letter_may_be_another_whose_name_sounds_like_it() -> None:
    said = "Yes, that's Z U X, eight five three one."
    assert compare(said, "Yes, that's the UX 8531.").wrong_entities == ()
    assert compare(said, "Yes, that's ZUX 8531.").wrong_entities == ()
    assert compare(said, "Yes, that's the UX 8532.").wrong_entities
    assert compare(said, "Yes, that's MUX 8531.").wrong_entities
    assert compare(said, "Yes, that's 8531.").wrong_entities


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("Yes, my name's Emilia Morrison.", "Yes, my name is Amelia Morrison."),
        (
            "The card's expired, and Ann's car is red.",
            "The card has expired, and Anne's car is red.",
        ),
        ("The card is here now.", "The card's here now."),
    ],
)
def test_a_short_is_or_has_is_heard_in_full(said: str, heard: str) -> None:
    assert compare(said, heard).num_errors == 0
