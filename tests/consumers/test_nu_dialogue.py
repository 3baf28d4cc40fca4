"""nu-dialogue's Parquet through `datasets`, as its trainer loads it, and its rules for streams."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.consumers.conftest import Truth

datasets = pytest.importorskip("datasets")


def test_rows_are_ours(
    exported: Callable[[str], Path], truth: dict[str, Truth], tmp_path: Path
) -> None:
    files = sorted(map(str, exported("nu-dialogue").glob("*.parquet")))
    rows = datasets.load_dataset(
        "parquet", data_files=files, split="train", cache_dir=str(tmp_path)
    )
    assert rows.column_names == ["dialogue_id", "A", "B"]
    assert sorted(rows["dialogue_id"]) == sorted(truth)
    for row in rows:
        one = truth[row["dialogue_id"]]
        for side, speaker in (("A", "agent"), ("B", "user")):
            stream = np.array(row[side])
            assert (stream[0] == one.text(speaker)).all()
            assert (stream[1:] == one.codes(speaker)).all()
        # utils/data.py, main_speaker_streams: one text row, the main speaker's codes, the other's
        streams = np.concatenate([np.array(row["A"]), np.array(row["B"])[1:]])
        assert streams.shape == (17, one.row["num_frames"])
