"""One name for all scripts of a run up to a block, so that a reader of all of them can cite them.

content of script/000000, script/000001 ... --follow, in order--> hash

A shard leaves out what is like a dialogue of any smaller id, so all scripts below it decide its
rows; a chain tells in one hash whether they are still the same.
"""

from __future__ import annotations

from hashlib import blake2b

from datagen.scripting.corpus.minhash import SKETCH_BYTES, THRESHOLD

VERSION = 1
"""Raised when the rule by which duplicates are found changes: shards are then packed anew."""


def _hash(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()


START = _hash(f"near duplicates {VERSION}, {SKETCH_BYTES} bytes, J {THRESHOLD}")
"""The name of no scripts at all: the rule alone."""


def follow(name: str, content: str) -> str:
    """Return the name of the scripts called ``name`` and one more block with this content."""
    return _hash(f"{name} {content}")


def key(blocks: int) -> str:
    """Return what a receipt calls the scripts of the first ``blocks`` blocks."""
    return f"script/000000-{blocks - 1:06d}"
