from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from datagen import assets
from datagen.runs import schemas
from datagen.shards import layout
from tests.fixtures.run_folder import (
    dialogue_of,
    footer,
    run_json,
    script_of,
    voices_of,
    write_run,
)

CHECKED_IN = assets.root() / "manifests" / "schema"


def test_what_is_checked_in_is_what_is_generated() -> None:
    assert {path.name: path.read_text() for path in CHECKED_IN.iterdir()} == schemas.files()


def test_write(tmp_path: Path) -> None:
    schemas.write(tmp_path / "new")
    assert {path.name: path.read_text() for path in (tmp_path / "new").iterdir()} == schemas.files()


def test_columns_are_the_shards_columns_in_order() -> None:
    columns = json.loads(schemas.files()["columns.json"])
    assert list(columns["tokens"]) == layout.SCHEMA.names
    assert columns["tokens"]["agent_codes"] == "list<element: int16>"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("run"), blocks=1)


def test_schemas_accept_what_is_written(run: Path) -> None:
    script = script_of(0)
    values = {
        "run": run_json(),
        "plan": json.loads((run / "plan.json").read_text()),
        "footer": footer(run, "speech/000000.parquet"),
        "shard_footer": footer(run, "shards/service-00000.parquet"),
        "script": json.loads(script.model_dump_json()),
        "voice": json.loads(voices_of(0)["user"].model_dump_json()),
        "timeline": json.loads(dialogue_of(script).model_dump_json()),
    }
    assert values.keys() == schemas.MODELS.keys()
    for name, value in values.items():
        validator(name).validate(value)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("plan", {"schema": 2}),
        ("plan", {"blocks": -1}),
        ("plan", {"extra": 1}),
        ("shard_footer", {"delays_applied": True}),
        ("shard_footer", {"frame_rate": 12}),
        ("shard_footer", {"codec": {"id": "mimi"}}),
        ("footer", {"receipt": {}}),
    ],
)
def test_schemas_refuse_what_is_wrong(run: Path, name: str, change: dict[str, object]) -> None:
    values = {
        "plan": json.loads((run / "plan.json").read_text()),
        "footer": footer(run, "speech/000000.parquet"),
        "shard_footer": footer(run, "shards/service-00000.parquet"),
    }
    assert not validator(name).is_valid(values[name] | change)


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads((CHECKED_IN / f"{name}.json").read_text()))
