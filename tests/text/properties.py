"""What holds for any text whatever, for hypothesis and for `tests.fuzz`."""

from __future__ import annotations

import re

from datagen.text import LOCALES, Unsayable, pieces, speak

_SAID = re.compile(r"[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f',.?!;: -]*")
_LETTER = re.compile(r"[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]")


def check_spoken(text: str) -> str | None:
    """Return what is said of a text, or None if it is refused with a word of its own."""
    for locale in sorted(LOCALES):
        said = _said(text, locale)
        if said is None:
            continue
        assert _SAID.fullmatch(said), said
        assert all(map(_LETTER.search, said.split())), said
        assert said == " ".join(said.split())
        _check_pieces(text, said, locale)
    return _said(text, "en-US")


def _said(text: str, locale: str) -> str | None:
    try:
        return speak(text, locale=locale)
    except Unsayable as problem:
        refused = problem.word
    assert refused
    assert not re.search(r"^\s|\s$", refused)
    return None


def _check_pieces(text: str, said: str, locale: str) -> None:
    found = pieces(text, locale=locale)
    assert " ".join(part for _, part in found).split() == said.split()
    at = 0
    for written, _ in found:
        at = text.index(written, at) + len(written)
