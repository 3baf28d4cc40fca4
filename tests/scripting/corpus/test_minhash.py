"""Near-duplicates: what is masked, how well J is estimated, and that only smaller ids decide."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen.scripting.corpus.minhash import (
    NUM_HASHES,
    SHINGLE,
    SKETCH_BYTES,
    THRESHOLD,
    Index,
    likeness,
    masked,
    sketch,
)
from datagen.seeds import rng_for

WORDS = [f"{a}{b}{c}" for a in "bcdfglmnprst" for b in "aeiou" for c in "bdgklmnprt"]


def text(seed: int, num_words: int = 200) -> list[str]:
    return [WORDS[at] for at in rng_for(seed, "words").integers(0, len(WORDS), num_words)]


def changed(words: list[str], num_changes: int, seed: int) -> list[str]:
    """Replace words far enough apart that each breaks SHINGLE shingles."""
    rng = rng_for(seed, "changes")
    places = rng.permutation(len(words) // (2 * SHINGLE))[:num_changes] * 2 * SHINGLE + SHINGLE
    return [("zz" + word if at in places else word) for at, word in enumerate(words)]


def jaccard(one: list[str], other: list[str]) -> float:
    first, second = (
        {tuple(words[at : at + SHINGLE]) for at in range(len(words) - SHINGLE + 1)}
        for words in (one, other)
    )
    return len(first & second) / len(first | second)


def test_names_values_and_numbers_are_masked() -> None:
    entities = ("Alderbrook Air", "Maria Lopez", "$9.50", "14 business days", "AC-1234")
    said = ["Hi, Maria, this is Alderbrook Air.", "It's $9.50 for 14 business days, or 3 PM."]
    assert len(masked(said, entities)) == 13  # hi @ this is @ it 's @ for @ or @ pm
    other = ("Birch Lane Air", "Tom Reyes", "$12", "3 weeks", "X-1")
    same = ["Hi, Tom, this is Birch Lane Air.", "It's $12 for 3 weeks, or 11 PM."]
    assert sketch(said, entities) == sketch(same, other)
    assert len(sketch(said, entities)) == SKETCH_BYTES


def test_masking_leaves_words_that_hold_a_name_alone() -> None:
    mask, *words = masked(["Al, always, also"], ("Al",)).tolist()
    assert words == masked(["always also"], ()).tolist()
    assert mask not in words


@pytest.mark.parametrize("num_changes", [0, 2, 5, 8, 12])
def test_j_is_estimated_within_its_error(num_changes: int) -> None:
    errors = []
    for seed in range(20):
        one = text(seed)
        other = changed(one, num_changes, seed)
        estimate = likeness(sketch([" ".join(one)], ()), sketch([" ".join(other)], ()))
        errors.append(estimate - jaccard(one, other))
    assert abs(np.mean(errors)) < 0.03
    assert max(map(abs, errors)) < 4 * 0.5 / NUM_HASHES**0.5


def test_a_near_duplicate_is_found_among_a_thousand_others() -> None:
    sketches = [sketch([" ".join(text(seed))], ()) for seed in range(1000)]
    near = [sketch([" ".join(changed(text(seed), 2, seed))], ()) for seed in range(0, 1000, 50)]
    index = Index()
    assert index.add(sketches) == [None] * 1000
    assert index.add(near) == list(range(0, 1000, 50))
    assert len(index) == 1020


def family(seed: int) -> bytes:
    """Return a sketch of one of a few texts that are more or less alike."""
    return sketch([" ".join(changed(text(seed % 3, 80), seed % 7, seed))], ())


@settings(max_examples=25)
@given(st.lists(st.integers(0, 60), max_size=30), st.lists(st.integers(0, 30), max_size=4))
def test_a_verdict_depends_on_smaller_indices_only(seeds: list[int], cuts: list[int]) -> None:
    sketches = [family(seed) for seed in seeds]
    whole = Index().add(sketches)
    index, parts, start = Index(), [], 0
    for end in [*sorted(cuts), len(sketches)]:
        parts += index.add(sketches[start:end])
        start = max(start, min(end, len(sketches)))
    assert parts == whole
    expected = [
        next((j for j in range(i) if likeness(sketches[j], sketches[i]) >= THRESHOLD), None)
        for i in range(len(sketches))
    ]
    assert whole == expected


def test_an_empty_text_is_like_no_other_but_an_empty_one() -> None:
    index = Index()
    assert index.add([sketch([""], ()), sketch(["Hello there"], ()), sketch(["..."], ())]) == [
        None,
        None,
        0,
    ]
