"""Rows of recorded calls against the terms that their file states: corpus, licence, leave to train.

Row, footer --terms_of_rows--> what is wrong; terms are read as JSON, as a stranger would
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from datagen.audit.rows import Row
from datagen.types import SPEAKERS

RECORDED_KIND = "annotated"
"""Kind of the dialogues that are pieces of recorded calls; their scenario is the call's id."""
ANEW = "annotate it anew with --terms"


def terms_of_rows(row: Row) -> Iterator[str]:
    """A recorded call's corpus has terms, its voices their licence, and they let it be trained on.

    A synthetic dialogue names nobody's recording as its voice.
    """
    stated = {one["corpus"]: one for one in row.footer.get("terms", ())}
    if row.values["kind"] == RECORDED_KIND:
        yield from _recorded(row, stated)
        return
    for speaker in SPEAKERS:
        if (source := row.values[f"{speaker}_voice"]["source"]) in stated:
            yield f"{speaker}_voice is of {source}, a corpus of recorded calls, in a synthetic one"


def _recorded(row: Row, stated: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    corpus = row.values["domain"]
    if len(stated) != 1 and corpus not in stated:
        known = ", ".join(sorted(stated)) or "no terms at all"
        yield f"it is of {corpus}, and its file states {known}; {ANEW}"
        return
    terms = stated.get(corpus) or next(iter(stated.values()))  # of one's own: any name
    train = terms["clauses"]["train"]["answer"]
    if train != "allowed":
        yield f"training on {corpus} is {train} by its terms; keep it out of training"
    for speaker in SPEAKERS:
        voice = row.values[f"{speaker}_voice"]
        if voice["license"] != terms["license"]:
            yield (
                f"{speaker}_voice has the licence {voice['license']!r}, the terms of {corpus} say"
                f" {terms['license']!r}; {ANEW}"
            )
        if voice["source"] != corpus:
            yield f"{speaker}_voice is of {voice['source']!r}, not of {corpus}"
        if voice["synthetic"]:
            yield f"{speaker}_voice is called synthetic, and is a person's of {corpus}"
