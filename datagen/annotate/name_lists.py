"""Names of people in small letters, of files that ship with datagen."""

from __future__ import annotations

from functools import lru_cache

from datagen import assets
from datagen.config import read_yaml
from datagen.text.names import FIRST_NAMES


def _read(folder: str, *groups: str) -> frozenset[str]:
    found = read_yaml(assets.find(folder, "names"))
    return frozenset(str(name).lower() for group in groups for name in found[group])


@lru_cache(maxsize=1)
def names_and_words() -> frozenset[str]:
    """Return first names that are common words, too (prompts/annotate/names.yaml)."""
    return _read("prompts/annotate", "also_words")


@lru_cache(maxsize=1)
def sure_first_names() -> frozenset[str]:
    """Return first names that are no common word."""
    listed = _read("prompts", "female", "male").union(name.lower() for name in FIRST_NAMES)
    return listed - names_and_words()


@lru_cache(maxsize=1)
def all_names() -> frozenset[str]:
    """Return first and last names, those that are words among them."""
    return sure_first_names() | names_and_words() | _read("prompts", "last")
