"""Writes manifests/schema/*.json: what a run folder's files hold, for readers in any language.

pydantic types, Arrow schemas --python -m datagen.runs.schemas--> JSON Schemas, columns.json
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import BaseModel

from datagen import assets
from datagen.engine.run_files import PlanFile, RunFile
from datagen.shards import layout
from datagen.shards.footer import Footer, ShardFooter
from datagen.stages import artifacts
from datagen.types import Dialogue, Script, Voice

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
    "tokens of schema 1": layout.SCHEMA_1,
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
