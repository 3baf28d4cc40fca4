import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.text import numbers


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "zero"),
        (13, "thirteen"),
        (40, "forty"),
        (99, "ninety-nine"),
        (100, "one hundred"),
        (1_450, "one thousand four hundred fifty"),
        (1_000_001, "one million one"),
        (2_000_000_000, "two billion"),
        (-7, "minus seven"),
    ],
)
def test_cardinal(number: int, said: str) -> None:
    assert numbers.cardinal(number) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "first"),
        (12, "twelfth"),
        (20, "twentieth"),
        (23, "twenty-third"),
        (100, "one hundredth"),
        (111, "one hundred eleventh"),
    ],
)
def test_ordinal(number: int, said: str) -> None:
    assert numbers.ordinal(number) == said


@pytest.mark.parametrize(
    ("cents", "said"),
    [
        (45_000, "four hundred fifty dollars"),
        (950, "nine dollars and fifty cents"),
        (100, "one dollar"),
        (101, "one dollar and one cent"),
        (99, "ninety-nine cents"),
        (0, "zero dollars"),
    ],
)
def test_money(cents: int, said: str) -> None:
    assert numbers.money(cents) == said


@pytest.mark.parametrize(
    ("hour", "minute", "said"),
    [
        (16, 0, "four p.m."),
        (16, 30, "four thirty p.m."),
        (9, 5, "nine oh five a.m."),
        (0, 0, "twelve a.m."),
        (12, 0, "twelve p.m."),
        (23, 59, "eleven fifty-nine p.m."),
    ],
)
def test_time_of_day(hour: int, minute: int, said: str) -> None:
    assert numbers.time_of_day(hour, minute) == said


def test_dates_and_years() -> None:
    assert numbers.date(4, 12) == "April twelfth"
    assert numbers.date(11, 22, 2026) == "November twenty-second, twenty twenty-six"
    assert [numbers.year(y) for y in (1900, 1905, 1999, 2000, 2005, 2010)] == [
        "nineteen hundred",
        "nineteen oh five",
        "nineteen ninety-nine",
        "two thousand",
        "two thousand five",
        "twenty ten",
    ]


def test_what_is_read_by_character() -> None:
    assert numbers.digits("0542") == "zero five four two"
    assert numbers.grouped_digits("512-30-9981") == "five one two, three zero, nine nine eight one"
    assert numbers.phone("555-0142") == "five five five, zero one four two"
    assert numbers.phone("1-800-555-0199").startswith("one, eight hundred, five")
    assert numbers.letters_and_digits("QX71B") == "Q X seven one B"
    assert numbers.letters_and_digits("ab-12") == "A B, one two"


def test_pairs() -> None:
    said = {
        405: "four oh five",
        320: "three twenty",
        1742: "seventeen forty-two",
        77: "seventy-seven",
    }
    said |= {1400: "fourteen hundred", 2000: "two thousand", 94103: "nine four one zero three"}
    assert {number: numbers.pairs(number) for number in said} == said


def test_percent_and_decimal() -> None:
    assert numbers.percent(15) == "fifteen percent"
    assert numbers.percent(4.5) == "four point five percent"
    assert numbers.decimal("1,200.05") == "one thousand two hundred point zero five"
    assert numbers.decimal("9" * 22) == " ".join(["nine"] * 22)


@given(st.integers(0, 10**15), st.integers(0, 10**15))
def test_two_numbers_never_sound_alike(first: int, second: int) -> None:
    assert (numbers.cardinal(first) == numbers.cardinal(second)) == (first == second)


@given(st.integers(1, 10**9))
def test_an_ordinal_differs_from_its_cardinal_in_the_last_word_alone(number: int) -> None:
    cardinal = numbers.cardinal(number).replace("-", " ").split()
    ordinal = numbers.ordinal(number).replace("-", " ").split()
    assert cardinal[:-1] == ordinal[:-1]
    assert cardinal[-1] != ordinal[-1]
