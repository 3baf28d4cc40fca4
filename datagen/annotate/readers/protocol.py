"""What `annotate` needs of a corpus: the ids of its calls, and each call by its id.

    folders --CorpusReader--> ids --read--> CorpusCall

A reader only reads: words are kept as the corpus writes them, without its marks of noise. One that
also has ``unused()`` says there, in sentences, what lies in the folders and is of no call.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Protocol

from datagen.annotate.call import CorpusCall


class CorpusReader(Protocol):
    """Reads one corpus, or one layout of folders."""

    corpus: ClassVar[str]
    """Name of the corpus in `datagen.annotate.terms`."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """Find the calls under some folders; raise UserError if they do not hold this corpus."""
        ...

    def ids(self) -> Sequence[str]:
        """Return the ids of all calls, sorted; they are numbered in this order."""
        ...

    def read(self, call_id: str) -> CorpusCall:
        """Return a call; raise Rejected (reason, evidence) if it cannot be used."""
        ...
