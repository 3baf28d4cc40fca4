"""The hash that stands for all scripts of a run up to a block, computed as a stranger would.

A shard leaves out what is like a dialogue of any smaller id, so its receipt cites every script
below its last block: one blake2b chain over the content hashes of script/000000, script/000001 ...
The rule is part of the contract; what writes shards has code of its own for it.
"""

from __future__ import annotations

from hashlib import blake2b

RULE = "near duplicates 1, 256 bytes, J 0.7"
"""What the chain begins with: the version of the rule, a sketch's size, the Jaccard threshold."""


def _hash(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()


START = _hash(RULE)
"""The hash of no scripts at all."""


def follow(chain: str, content: str) -> str:
    """Return the chain with one more block, whose table has this content hash."""
    return _hash(f"{chain} {content}")


def key(blocks: int) -> str:
    """Return what a receipt calls the scripts of the first ``blocks`` blocks."""
    return f"script/000000-{blocks - 1:06d}"
