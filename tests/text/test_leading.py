import pytest

from datagen.text.classes import forms
from datagen.text.leading import begins_with_digit, begins_with_letter


@pytest.mark.parametrize(
    "pattern",
    [r"\d+x", r"[1-9]\d?", r"(?P<n>\d+|[01]) kg", r"(?<![a|b])(?:\d|[2-4])a", r"(?=[(])\d{2}"],
)
def test_a_pattern_that_needs_a_digit_first(pattern: str) -> None:
    assert begins_with_digit(pattern)


@pytest.mark.parametrize(
    "pattern",
    [r"\d*x", r"\d?", r"a|\d", r"(?:\d|x)y", r"(?:\d)?y", r"[1-9a]", r"\.\d", r"\d{0,2}x"],
)
def test_a_pattern_that_may_begin_otherwise(pattern: str) -> None:
    assert not begins_with_digit(pattern)


def test_the_forms_of_digits_match_nothing_else() -> None:
    tails = ["", "5", "5 kg", "-5", "/5", " in.", "x5", "0%"]
    wordless = [form for form in forms("en-US") if begins_with_digit(form.pattern.pattern)]
    assert len(wordless) > 50
    for form in wordless:
        for first in "aMx.,$-+#'(~ /:&\u00bd":
            assert not any(form.pattern.match(first + tail) for tail in tails), form


@pytest.mark.parametrize(
    "pattern", [r"[Ee]xt\.?", r"(?:Mon|Tue)\b", r"(?P<a>[A-Z])-?b", r"(?<!\w)x"]
)
def test_a_pattern_that_needs_a_letter_first(pattern: str) -> None:
    assert begins_with_letter(pattern)


@pytest.mark.parametrize(
    "pattern", [r"[a-z-]b", r"a?\d", r"\bMon", r"[A-Z0-9]x", r"(?:a)?-", "a|-"]
)
def test_a_pattern_that_may_begin_with_no_letter(pattern: str) -> None:
    assert not begins_with_letter(pattern)


def test_the_forms_of_letters_match_nothing_else() -> None:
    tails = ["", "a", "Mon", "-b", ". 5", "x 3", " AM"]
    wordy = [form for form in forms("en-US") if begins_with_letter(form.pattern.pattern)]
    assert len(wordy) > 50
    for form in wordy:
        for first in "5.,$-+#'(~ /:&\u00bd":
            assert not any(form.pattern.match(first + tail) for tail in tails), form
