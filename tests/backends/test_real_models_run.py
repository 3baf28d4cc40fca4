"""Whole runs with the real classes of transformers and tiny random weights from local folders.

Random weights make noise, so the gates' limits are lifted where they speak: what is shown is that
each adapter goes all the way, from its options in a recipe to what a shard says of it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from datagen.backends.codec.mimi import Mimi
from datagen.backends.speech.chatterbox import WEIGHTS
from datagen.backends.tokenizer.shipped import MODEL
from datagen.gates.limits import Limits
from datagen.stages.artifacts import read_speeches
from datagen.types import SAMPLE_RATE, Speech
from tests.backends import tiny_ctc, tiny_dia, tiny_judge, tiny_mimi
from tests.fixtures import corpora
from tests.fixtures.few_calls import KEPT, TWO_CALLS

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
PEOPLE = {"ann": "female", "eve": "female", "bob": "male", "dan": "male"}
NO_LIMITS = {
    name: -1e9 if name.startswith("min_") else 1e9
    for name, field in Limits.model_fields.items()
    if isinstance(field.default, float)
}
"""For speech that is none."""


def run(out: Path, settings: Sequence[str], *options: str, **variables: str) -> Path:
    """Make dialogues with the command line; return the run folder."""
    command = [sys.executable, "-m", "datagen", "run", "service", "--out", str(out), *options]
    command += [part for setting in (*TWO_CALLS, *settings) for part in ("--set", setting)]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, timeout=300, env=os.environ | variables
    )
    assert done.returncode == 0, done.stderr
    return out


def as_settings(sections: dict[str, Any]) -> list[str]:
    return [f"{section}={json.dumps(value)}" for section, value in sections.items()]


def shard_of(folder: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return what a run's shard says of itself, and its rows."""
    shard = pq.ParquetFile(folder / "shards" / "service-00000.parquet")
    return json.loads(shard.schema_arrow.metadata[b"datagen"]), shard.read().to_pylist()


def speeches_of(folder: Path) -> dict[str, Speech]:
    return read_speeches(pq.read_table(folder / "speech" / "000000.parquet"))


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two women and two men with recordings and their words, imported as a user would."""
    root = tmp_path_factory.mktemp("bank")
    corpus, out = corpora.folder(root / "corpus", PEOPLE), root / "bank.yaml"
    command = [sys.executable, "-m", "datagen", "voices", "import", "folder", str(corpus)]
    command += ["--out", str(out), "--license", "CC0-1.0", "--consent", "signed release"]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    return out


def test_mimi_helium_and_ctc_make_shards(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    mimi = tiny_mimi.save(tmp_path / "mimi")
    ctc = {
        "model": str(tiny_ctc.save(tmp_path / "ctc")),
        "min_confidence": -100,
        "max_unsaid": 1_000,
    }
    sections = {
        "codec": {"use": "mimi", "options": {"model": str(mimi), "device": "cpu"}},
        "tokenizer": {"use": "helium", "options": {"model": str(MODEL)}},
        "align": {"use": "ctc", "options": ctc},
    }
    folder = run(tmp_path / "run", as_settings(sections), "--dialogs", "16")
    meta, rows = shard_of(folder)
    assert meta["codec"]["id"] == "mimi"
    assert meta["tokenizer"]["id"] == "helium"
    assert not {"codec", "tokenizer", "align"} & {name.split("=")[0] for name in meta["stand_ins"]}
    codec = Mimi(Mimi.Options(model=str(mimi), device="cpu"))
    assert meta["codec"]["hash"] == codec.hash
    assert meta["codec"]["silence"] == list(codec.silence)
    reference = speeches_of(folder)[rows[0]["dialog_id"]].references["agent"]
    assert reference is not None
    stored = np.array(rows[0]["agent_voice_codes"]).reshape(8, -1)
    assert stored.shape[1] == -(-len(reference) // 1_920)
    assert len({*rows[0]["agent_codes"]}) > 50


def test_dia_is_cut_by_ctc_and_heard_by_judges_in_an_environment_of_its_own(
    tmp_path: Path, bank: Path
) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    dia, dac = tiny_dia.save(tmp_path)
    recogniser, speaker = tiny_judge.save(tmp_path)
    aligner = {
        "use": "ctc",
        "options": {"model": str(recogniser), "min_confidence": -100, "max_unsaid": 1_000},
    }
    speech = {"model": str(dia), "codec": str(dac), "aligner": aligner, "device": "cpu"}
    judge = {"recogniser": str(recogniser), "speaker": str(speaker), "device": "cpu"}
    judge |= {"max_error": 1e3, "exact_numbers": False, "min_likeness": -1.0}  # type: ignore[dict-item]
    sections = {
        "speech": {"use": "dia", "options": {**speech, "precision": "float32"}},
        "gates": {"limits": NO_LIMITS, "judge": {"use": "listener", "options": judge}},
        "align": {"use": "native"},
        "voices": {"catalogue": str(bank), "held_out": 0},
    }
    host = tmp_path / "host.yaml"
    host.write_text(f"speech: {{workers: 1, py_executable: '{sys.executable}'}}\n")
    folder = run(tmp_path / "run", as_settings(sections), "--dialogs", "16", "--host", str(host))
    meta, (row, *_) = shard_of(folder)  # random sound: a line of the other may not be heard in it
    assert not {"speech", "align", "judge"} & {name.split("=")[0] for name in meta["stand_ins"]}
    assert row["provenance"]["speech"].startswith("dia")
    assert (row["agent_voice"]["source"], row["agent_voice"]["license"]) == ("folder", "CC0-1.0")
    speech_made = speeches_of(folder)[row["dialog_id"]]
    for clip in speech_made.clips:
        assert clip.words is not None
        assert clip.num_samples > 0.1 * SAMPLE_RATE


@pytest.mark.long
def test_chatterbox_speaks_through_its_double(tmp_path: Path, bank: Path) -> None:
    weights = tmp_path / "weights"
    weights.mkdir()
    for name in WEIGHTS["english"]:
        (weights / name).write_bytes(name.encode())
    options = {"model": str(weights), "device": "cpu"}
    sections = {
        "speech": {"use": "tests.doubles.chatterbox:Doubled", "options": options},
        "align": {"use": "proportional"},
        "voices": {"catalogue": str(bank), "held_out": 0},
    }
    folder = run(tmp_path / "run", as_settings(sections), "--dialogs", "16", PYTHONPATH=str(ROOT))
    meta, rows = shard_of(folder)
    assert "speech" not in {name.split("=")[0] for name in meta["stand_ins"]}
    assert len(rows) == KEPT
    for row in rows:
        assert row["agent_voice"]["id"] != row["user_voice"]["id"]
