import pytest

from datagen.text.classes import forms
from datagen.text.leading import begins_with_digit


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
