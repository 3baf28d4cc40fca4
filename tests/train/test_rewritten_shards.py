"""Shards as other programs filter and write them: other lists, other integers, no metadata."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

pytest.importorskip("torch")

from train import shards as shard_files
from train.config import DataSpec, UserError
from train.data import Corpus
from train.examples import Epoch
from train.prompt import PromptPolicy

FORMS = {
    "polars": pa.large_list(pa.int16()),
    "duckdb": pa.list_(pa.int16()),
    "datasets' map": pa.list_(pa.int64()),
    "pandas": pa.list_(pa.int32()),
    "unsigned": pa.large_list(pa.uint16()),
}


def rewritten(source: Path, target: Path, form: pa.DataType, *, keep: bool, rows: int = 5) -> Path:
    """Write some rows of a shard as another program would."""
    table = pq.read_table(source).slice(0, rows)
    for index, field in enumerate(table.schema):
        if field.type == pa.list_(pa.int16()):
            table = table.set_column(index, field.name, table.column(index).cast(form))
        elif field.type == pa.string() and form == FORMS["polars"]:
            column = table.column(index).cast(pa.large_string())
            table = table.set_column(index, field.name, column)
    metadata = pq.read_schema(source).metadata if keep else None
    target.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table.replace_schema_metadata(metadata), target)
    return target


def corpus(shards: Path, cache: Path) -> Corpus:
    return Corpus.open(DataSpec(shards=(str(shards),)), cache)


@pytest.mark.parametrize("name", FORMS)
def test_other_lists_of_integers_are_the_same_tokens(
    name: str, shards: Path, tmp_path: Path
) -> None:
    (source, *_) = sorted(shards.glob("*.parquet"))
    mine = rewritten(source, tmp_path / "mine" / "a.parquet", FORMS["duckdb"], keep=True)
    other = rewritten(source, tmp_path / "other" / "a.parquet", FORMS[name], keep=True)
    batches = [
        Epoch(corpus(path.parent, tmp_path / f"cache-{path.parent.name}"), PromptPolicy(), 0, 0)
        for path in (mine, other)
    ]
    one, two = (epoch.batch(range(5)) for epoch in batches)
    assert np.array_equal(one.codes, two.codes)


@pytest.mark.parametrize("texts", [pa.dictionary(pa.int32(), pa.string()), pa.string_view()])
def test_texts_may_be_categories_or_views(texts: pa.DataType, shards: Path, tmp_path: Path) -> None:
    """As polars writes them (pola-rs/polars#21143, #26427)."""
    (source, *_) = sorted(shards.glob("*.parquet"))
    path = rewritten(source, tmp_path / "mine" / "a.parquet", FORMS["polars"], keep=True)
    table = pq.read_table(path)
    for index, field in enumerate(table.schema):
        if field.type == pa.large_string():
            table = table.set_column(index, field.name, table.column(index).cast(texts))
    other = tmp_path / "other" / "a.parquet"
    other.parent.mkdir()
    pq.write_table(table, other)
    assert texts in pq.read_schema(other).types
    batches = [
        Epoch(corpus(one.parent, tmp_path / f"cache-{one.parent.name}"), PromptPolicy(), 0, 0)
        for one in (path, other)
    ]
    one, two = (epoch.batch(range(5)) for epoch in batches)
    assert np.array_equal(one.codes, two.codes)


def test_metadata_that_is_lost_may_stand_beside(shards: Path, tmp_path: Path) -> None:
    (source, *_) = sorted(shards.glob("*.parquet"))
    path = rewritten(source, tmp_path / "mine" / "a.parquet", FORMS["polars"], keep=False)
    with pytest.raises(UserError, match="has lost its metadata, as files that polars, duckdb"):
        corpus(path.parent, tmp_path / "cache")
    said = pq.read_schema(source).metadata[shard_files.METADATA_KEY]
    (path.parent / "metadata.json").write_bytes(said)
    Epoch(corpus(path.parent, tmp_path / "cache"), PromptPolicy(), 0, 0)
    (path.parent / "metadata.json").write_text(json.dumps([1]))
    with pytest.raises(UserError, match="is not a token shard"):
        corpus(path.parent, tmp_path / "cache")


def test_a_filter_that_leaves_no_row_is_said(shards: Path, tmp_path: Path) -> None:
    (source, *_) = sorted(shards.glob("*.parquet"))
    target = tmp_path / "mine" / "a.parquet"
    path = rewritten(source, target, FORMS["polars"], keep=True, rows=0)
    with pytest.raises(UserError, match="no shard has a row left"):
        corpus(path.parent, tmp_path / "cache")


def test_numbers_that_are_no_tokens_are_said(shards: Path, tmp_path: Path) -> None:
    (source, *_) = sorted(shards.glob("*.parquet"))
    path = rewritten(source, tmp_path / "mine" / "a.parquet", pa.list_(pa.int64()), keep=True)
    table = pq.read_table(path)
    index = table.schema.get_field_index("agent_text")
    huge = [[value + 70_000 for value in row] for row in table.column(index).to_pylist()]
    pq.write_table(table.set_column(index, "agent_text", pa.array(huge)), path)
    with pytest.raises(UserError, match="agent_text holds no tokens"):
        corpus(path.parent, tmp_path / "cache")


def test_nulls_among_tokens_are_said(shards: Path, tmp_path: Path) -> None:
    (source, *_) = sorted(shards.glob("*.parquet"))
    path = rewritten(source, tmp_path / "mine" / "a.parquet", FORMS["polars"], keep=True)
    table = pq.read_table(path)
    index = table.schema.get_field_index("agent_text")
    holes = [[None, *row[1:]] for row in table.column(index).to_pylist()]
    column = pa.array(holes, FORMS["polars"])
    pq.write_table(table.set_column(index, "agent_text", column), path)
    with pytest.raises(UserError, match="agent_text has lists with nulls"):
        corpus(path.parent, tmp_path / "cache")


def test_files_of_several_writers_go_together(shards: Path, tmp_path: Path) -> None:
    """Some of a set were filtered elsewhere (dlt-hub/dlt#4398)."""
    (source, *_) = sorted(shards.glob("*.parquet"))
    table, folder = pq.read_table(source), tmp_path / "mixed"
    rewritten(source, folder / "a.parquet", FORMS["polars"], keep=True)
    pq.write_table(table.slice(5), folder / "b.parquet")
    mixed = Epoch(corpus(folder, tmp_path / "cache"), PromptPolicy(), 0, 0)
    whole = Epoch(corpus(shards, tmp_path / "whole"), PromptPolicy(), 0, 0)
    assert np.array_equal(mixed.batch(range(8)).codes, whole.batch(range(8)).codes)


def test_shadows_that_macos_leaves_beside_files_are_no_shards(shards: Path, tmp_path: Path) -> None:
    """duckdb/duckdb#16466, unslothai/unsloth#8566."""
    (source, *_) = sorted(shards.glob("*.parquet"))
    path = rewritten(source, tmp_path / "mine" / "a.parquet", FORMS["duckdb"], keep=True)
    (path.parent / "._a.parquet").write_bytes(b"\0\5\x16\7")
    assert shard_files.find([str(path.parent)]) == [path]
