"""Shards that polars, duckdb and pandas have filtered, sorted and written are trained on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

pytest.importorskip("torch")
polars = pytest.importorskip("polars")
duckdb = pytest.importorskip("duckdb")
pandas = pytest.importorskip("pandas")

from train import shards as shard_files
from train.config import DataSpec, UserError
from train.data import Corpus
from train.examples import Epoch
from train.prompt import PromptPolicy

FEW = 16
"""Frames from which on a dialogue is kept."""
KEPT = f"num_frames >= {FEW}"


def with_polars(source: Path, target: Path) -> None:
    kept = polars.read_parquet(source).filter(polars.col("num_frames") >= FEW)
    kept.with_columns(polars.col("kind").cast(polars.Categorical)).write_parquet(target)


def with_polars_that_streams(source: Path, target: Path) -> None:
    polars.scan_parquet(source).filter(polars.col("num_frames") >= FEW).sink_parquet(target)


def with_polars_wider(source: Path, target: Path) -> None:
    kept = polars.read_parquet(source).filter(polars.col("num_frames") >= FEW)
    codes = polars.col("agent_codes").cast(polars.List(polars.Int64))
    kept.with_columns(codes).write_parquet(target)


def with_duckdb(source: Path, target: Path) -> None:
    select = f"select * from '{source}' where {KEPT} order by num_frames desc"
    duckdb.sql(f"copy ({select}) to '{target}' (format parquet)")


def with_pandas(source: Path, target: Path) -> None:
    pandas.read_parquet(source).query(KEPT).to_parquet(target)


def with_pandas_of_objects(source: Path, target: Path) -> None:
    frame = pandas.read_parquet(source).query(KEPT)
    frame.assign(user_codes=frame.user_codes.map(list)).to_parquet(target, index=False)


WRITERS = (
    with_polars,
    with_polars_that_streams,
    with_polars_wider,
    with_duckdb,
    with_pandas,
    with_pandas_of_objects,
)


def opened(folder: Path, cache: Path) -> Corpus:
    return Corpus.open(DataSpec(shards=(str(folder),)), cache)


@pytest.mark.parametrize("write", WRITERS, ids=lambda write: write.__name__)
def test_what_another_program_kept_is_trained_on(
    write: Callable[[Path, Path], None], shards: Path, tmp_path: Path
) -> None:
    (source, *_) = sorted(shards.glob("*.parquet"))
    table = pq.read_table(source)
    kept = [length >= FEW for length in table["num_frames"].to_pylist()]
    assert 0 < sum(kept) < len(kept), "the filter leaves some out"
    mine, other = tmp_path / "mine", tmp_path / "other"
    mine.mkdir()
    other.mkdir()
    pq.write_table(table.filter(kept), mine / "a.parquet")
    write(source, other / "a.parquet")
    said = table.schema.metadata[shard_files.METADATA_KEY]
    if shard_files.METADATA_KEY not in (pq.read_schema(other / "a.parquet").metadata or {}):
        with pytest.raises(UserError, match="has lost its metadata"):
            opened(other, tmp_path / "refused")
        (other / shard_files.BESIDE).write_bytes(said)
    one, two = (
        Epoch(opened(folder, tmp_path / f"cache-{folder.name}"), PromptPolicy(), 0, 0)
        for folder in (mine, other)
    )
    size = min(sum(kept), 4)
    assert np.array_equal(one.batch(range(size)).codes, two.batch(range(size)).codes)
