"""What a run's Parquet files say of themselves, as JSON under the metadata key ``datagen``."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from datagen.backends.protocols import Codec, Tokenizer
from datagen.storage.run_folder import Receipt
from datagen.terms import Terms
from datagen.types import CARDINALITY, FRAME_RATE, NUM_CODEBOOKS, Record

VERSION: Literal[2] = 2
"""Version of the shards' schema; raised with a migration note in CHANGELOG.md."""
LEDGER: Literal[2] = 2
"""Version of the events in shards that are made now."""
_Count = Annotated[int, Field(ge=0)]
_CodebookRow = Annotated[tuple[int, ...], Field(min_length=NUM_CODEBOOKS, max_length=NUM_CODEBOOKS)]


class CodecFacts(Record):
    """What a reader must know of the codec."""

    id: str
    hash: str
    codebooks: Literal[8]
    cardinality: Annotated[int, Field(ge=1, le=CARDINALITY)]
    silence: _CodebookRow
    """[K], one frame of digital silence."""
    sine: _CodebookRow
    """[K], one frame of 440 Hz."""


class TokenizerFacts(Record):
    """What a reader must know of the tokenizer."""

    id: str
    hash: str
    size: Annotated[int, Field(ge=1, le=2**15)]
    pad: _Count
    epad: _Count
    bos: _Count
    eos: _Count


class TokenFacts(Record):
    """What a reader must know of the tokens in a file."""

    model_config = ConfigDict(validate_by_name=True)

    version: Literal[1, 2] = Field(default=VERSION, alias="schema")
    sample_rate: Literal[24_000] = 24_000
    frame_rate: Annotated[float, Field(ge=FRAME_RATE, le=FRAME_RATE)] = FRAME_RATE
    codec: CodecFacts
    tokenizer: TokenizerFacts
    delays_applied: Literal[False] = False
    ledger: Literal[1, 2] = 1
    """Version of the events: from 2 on, what each barge-in is for, and what becomes of each fact
    that it leaves unsaid."""

    @classmethod
    def of(cls, codec: Codec, tokenizer: Tokenizer) -> TokenFacts:
        """Return what is so of the tokens of a codec and a tokenizer."""
        return cls(
            ledger=LEDGER,
            codec=CodecFacts(**_attributes(CodecFacts, codec)),
            tokenizer=TokenizerFacts(**_attributes(TokenizerFacts, tokenizer)),
        )


class Footer(Record):
    """The metadata of script/, speech/ and timeline/ files."""

    receipt: Receipt

    def to_json(self) -> dict[str, Any]:
        """Return what the file holds."""
        return self.model_dump(mode="json", by_alias=True)


class ShardFooter(TokenFacts, Footer):
    """The metadata of tokens/ and shards/ files."""

    stand_ins: tuple[str, ...]
    """Sections of the recipe where a stand-in took a model's place."""
    recipe: str
    """The recipe's fingerprint."""
    terms: tuple[Terms, ...] = ()
    """Terms of the corpora that rows are made of; left out if all rows are synthetic."""

    def to_json(self) -> dict[str, Any]:
        """Return what the file holds."""
        data = super().to_json()
        return data if self.terms else {key: data[key] for key in data if key != "terms"}


def _attributes(model: type[Record], thing: object) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in model.model_fields}
