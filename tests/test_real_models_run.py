"""A whole run with the real classes of transformers and tiny random weights from local folders."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from datagen.backends.codec.mimi import Mimi
from datagen.backends.tokenizer.shipped import MODEL
from datagen.stages.artifacts import read_speeches
from tests.backends import tiny_ctc, tiny_mimi
from tests.small import SMALL

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parent.parent


def test_mimi_helium_and_ctc_make_shards(tmp_path: Path) -> None:
    mimi = tiny_mimi.save(tmp_path / "mimi")
    settings = [
        *SMALL,
        "codec.use=mimi",
        f"codec.options.model={mimi}",
        "codec.options.device=cpu",
        "tokenizer.use=helium",
        f"tokenizer.options.model={MODEL}",
        "align.use=ctc",
        f"align.options.model={tiny_ctc.save(tmp_path / 'ctc')}",
        "align.options.min_confidence=-100",
    ]
    command = [sys.executable, "-m", "datagen", "run", "service", "--dialogs", "4"]
    command += ["--out", str(tmp_path / "run")]
    command += [part for setting in settings for part in ("--set", setting)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=300)
    assert done.returncode == 0, done.stderr
    shard = pq.ParquetFile(tmp_path / "run" / "shards" / "service-00000.parquet")
    meta = json.loads(shard.schema_arrow.metadata[b"datagen"])
    assert meta["codec"]["id"] == "mimi"
    assert meta["tokenizer"]["id"] == "helium"
    assert not {"codec", "tokenizer", "align"} & {name.split("=")[0] for name in meta["stand_ins"]}
    row = shard.read().slice(0, 1).to_pylist()[0]
    codec = Mimi(Mimi.Options(model=str(mimi), device="cpu"))
    assert meta["codec"]["hash"] == codec.hash
    assert meta["codec"]["silence"] == list(codec.silence)
    speeches = read_speeches(pq.read_table(tmp_path / "run" / "speech" / "000000.parquet"))
    reference = speeches[row["dialog_id"]].references["agent"]
    assert reference is not None
    stored = np.array(row["agent_voice_codes"]).reshape(8, -1)
    assert stored.shape[1] == -(-len(reference) // 1_920)
    assert len({*row["agent_codes"]}) > 50
