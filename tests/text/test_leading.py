import pytest

from datagen.text.classes import forms
from datagen.text.leading import first_characters
from datagen.text.locales import LOCALES
from tests.text.readings import fresh, table

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("pattern", "characters"),
    [
        (r"\d+x", "0123456789"),
        (r"[1-3]\d?", "123"),
        (r"(?P<n>\d+|[ab]) kg", "0123456789ab"),
        (r"(?<![a|b])(?:1|[2-4])a", "1234"),
        (r"(?=[(])\(?x", "(x"),
        (r"\d{0,1}y", "0123456789y"),
        (r"(?:a|b)?c|\$", "abc$"),
        (r"a*?b", "ab"),
        (r"\bMon|\u00b1 ?\d", "M\u00b1"),
        (r"[\u00bc-\u00be\]]", "\u00bc\u00bd\u00be]"),
        (r"[a-]b", "a-"),
    ],
)
def test_what_a_pattern_begins_with(pattern: str, characters: str) -> None:
    assert first_characters(pattern) == frozenset(characters)


@pytest.mark.parametrize(
    "pattern", [r"\w+", r".a", r"[^a]b", r"a?", r"(?:a|)", r"(?i:a)", r"[a\w]b", r"$", r"(?P<a>x)?"]
)
def test_a_pattern_that_may_begin_with_anything(pattern: str) -> None:
    assert first_characters(pattern) is None


@pytest.mark.parametrize("locale", sorted(LOCALES))
def test_no_form_matches_where_it_is_not_tried(locale: str) -> None:
    texts = [written for written, _ in (*fresh(), *table("cases"), *table("doubts"))]
    limited = [
        (form.pattern, first)
        for form in forms(locale)
        if (first := first_characters(form.pattern.pattern)) is not None
    ]
    assert len(limited) > 500
    for text in texts[::15]:
        for place, character in enumerate(text):
            for pattern, first in limited:
                assert character in first or not pattern.match(text, place), (pattern, text)
