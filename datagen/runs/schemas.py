"""Writes manifests/schema/*.json: what a run folder's files hold, for readers in any language.

pydantic types, Arrow schemas --python -m datagen.runs.schemas--> JSON Schemas, columns.json
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from datagen import assets
from datagen.config import Recipe
from datagen.shards import layout
from datagen.stages import artifacts
from datagen.storage.run_folder import Receipt
from datagen.types import (
    CARDINALITY,
    FRAME_RATE,
    NUM_CODEBOOKS,
    Dialogue,
    Record,
    Script,
    Voice,
)

_Count = Annotated[int, Field(ge=0)]
_CodebookRow = Annotated[list[int], Field(min_length=NUM_CODEBOOKS, max_length=NUM_CODEBOOKS)]


class RunFile(BaseModel):
    """run.json: what is made, and by which versions. It may grow, and never holds a secret."""

    model_config = ConfigDict(extra="allow")

    version: Literal[1] = Field(alias="schema")
    recipe: Recipe
    fingerprint: str
    seed: _Count
    stand_ins: list[str]
    versions: dict[str, str]
    git: str | None


class PlanFile(Record):
    """plan.json: how much is made."""

    version: Literal[1] = Field(alias="schema")
    kind: str
    hours: float | None
    """Hours of audio asked for."""
    dialogs: _Count
    """Dialogues asked for, or that the hours come to."""
    dialogs_per_block: Annotated[int, Field(ge=1)]
    blocks_per_shard: Annotated[int, Field(ge=1)]
    blocks: _Count
    shards: _Count


class Footer(Record):
    """Metadata key ``datagen`` of script/, speech/ and timeline/ files."""

    receipt: Receipt


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


class ShardFooter(Footer):
    """Metadata key ``datagen`` of tokens/ and shards/ files."""

    version: Literal[1] = Field(alias="schema")
    stand_ins: list[str]
    sample_rate: Literal[24_000]
    frame_rate: Annotated[float, Field(ge=FRAME_RATE, le=FRAME_RATE)]
    codec: CodecFacts
    tokenizer: TokenizerFacts
    delays_applied: Literal[False]
    recipe: str


MODELS: dict[str, type[BaseModel]] = {
    "run": RunFile,
    "plan": PlanFile,
    "footer": Footer,
    "shard_footer": ShardFooter,
    "script": Script,
    "voice": Voice,
    "timeline": Dialogue,
}
"""File name in manifests/schema, and what it describes."""
COLUMNS: dict[str, pa.Schema] = {
    "script": artifacts.SCRIPTS,
    "speech": artifacts.CLIPS,
    "timeline": artifacts.RECORDS,
    "tokens": layout.SCHEMA,
}
"""Columns of each stage's files; shards have those of tokens."""


def files() -> dict[str, str]:
    """Return the name and the text of each schema file."""
    schemas: dict[str, Any] = {name: _json_schema(model) for name, model in MODELS.items()}
    schemas["columns"] = {
        stage: {column.name: str(column.type) for column in schema}
        for stage, schema in COLUMNS.items()
    }
    return {f"{name}.json": _text(schema) for name, schema in schemas.items()}


def write(folder: Path) -> None:
    """Write all schema files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files().items():
        (folder / name).write_text(text, encoding="utf-8")


def _json_schema(model: type[BaseModel]) -> dict[str, Any]:
    draft = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return draft | model.model_json_schema(by_alias=True)


def _text(schema: Any) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    write(assets.root() / "manifests" / "schema")
