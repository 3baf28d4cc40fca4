"""The audit holds rows of recorded calls against the terms that their file states."""

from __future__ import annotations

from typing import Any

import pytest

from datagen.audit.rows import Row
from datagen.audit.terms import terms_of_rows
from datagen.terms import Terms, load

AMI, FISHER, OWN = load("ami"), load("fisher"), load("recordings")


def row(terms: tuple[Terms, ...], kind: str = "annotated", **changes: Any) -> Row:
    voice = {"id": "ami-1", "source": "ami", "license": AMI.license, "synthetic": False} | changes
    values = {"kind": kind, "domain": "ami", "agent_voice": voice, "user_voice": voice}
    return Row(values, {}, {"terms": [one.model_dump(mode="json") for one in terms]})


def test_a_row_that_keeps_to_its_terms_passes() -> None:
    assert list(terms_of_rows(row((AMI,)))) == []
    assert list(terms_of_rows(row((AMI, FISHER)))) == []
    assert list(terms_of_rows(row((), "service", source="espeak"))) == []


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (row(()), "it is of ami, and its file states no terms at all"),
        (row((FISHER, OWN)), "it is of ami, and its file states fisher, recordings"),
        (row((AMI,), license="CC0"), "the licence 'CC0', the terms of ami say 'CC-BY-4.0'"),
        (row((AMI,), source="fisher"), "agent_voice is of 'fisher', not of ami"),
        (row((AMI,), synthetic=True), "agent_voice is called synthetic"),
        (row((AMI,), "service"), "agent_voice is of ami, a corpus of recorded calls"),
    ],
)
def test_what_breaks_terms_is_found(found: Row, sentence: str) -> None:
    assert any(sentence in one for one in terms_of_rows(found))


@pytest.mark.parametrize("answer", ["refused", "unknown"])
def test_what_may_not_be_trained_on_is_found(answer: str) -> None:
    clause = AMI.clauses["train"].model_copy(update={"answer": answer})
    terms = AMI.model_copy(update={"clauses": {**AMI.clauses, "train": clause}})
    assert list(terms_of_rows(row((terms,)))) == [
        f"training on ami is {answer} by its terms; keep it out of training"
    ]
