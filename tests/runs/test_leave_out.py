"""Dialogues that people marked stay out of shards; marks that change repack what they are about."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from datagen.audit import audit
from datagen.engine import left_out
from datagen.storage.marks import MarkFile, MarkLine, beside
from datagen.types import UserError
from tests.fixtures.runs import hashes, run


def ids(out: Path) -> set[str]:
    table = pq.read_table(out / "shards" / "service-00000.parquet", columns=["dialog_id"])
    return set(table["dialog_id"].to_pylist())


@pytest.mark.slow
@pytest.mark.long
def test_a_run_leaves_out_what_is_marked_and_takes_it_back(tmp_path: Path) -> None:
    out = tmp_path / "run"
    assert run(out, 32).returncode == 0
    before, everything = hashes(out), ids(out)
    marks = MarkFile(beside(str(out)))
    marks.add(MarkLine(dialog_id="service-0000003", who="ada", verdict="reject"))
    marks.add(MarkLine(dialog_id="service-0000005", who="ada", add=("noisy",)))
    marks.add(MarkLine(dialog_id="service-0000007", who="ada", add=("warm",)))
    answer = run(out, 32, "--leave-out", "reject", "--leave-out", "noisy")
    assert answer.returncode == 0, answer.stderr
    gone = {"service-0000003", "service-0000005"}
    assert ids(out) == everything - gone
    after = hashes(out)
    assert {name for name in before if before[name] != after[name]} == {
        "shards/service-00000.parquet"
    }
    report = audit(out, deep=True)
    assert report.ok, report.findings
    assert report.totals.rejects["shards: marked"] == 2
    again = run(out, 32, "--leave-out", "reject", "--leave-out", "noisy")
    assert again.returncode == 0
    assert hashes(out) == after
    assert run(out, 32).returncode == 0
    assert hashes(out) == before


def test_numbers_of_marked_dialogues(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    with pytest.raises(UserError, match="datagen view"):
        left_out.read(path, ["noisy"], "qa")
    assert left_out.read(path, [], "qa") == {}
    marks = MarkFile(path)
    marks.add(MarkLine(dialog_id="qa-0001030", who="ada", verdict="reject", add=("noisy", "odd")))
    marks.add(MarkLine(dialog_id="casual-0000001", add=("noisy",)))
    marks.add(MarkLine(dialog_id="qa-0000002", add=("odd",)))
    found = left_out.read(path, ["noisy", "reject"], "qa")
    assert found == {1030: "noisy, reject"}
    assert left_out.of_shard(found, range(64)) == {}
    assert left_out.of_shard(found, range(64, 128)) == found
    assert left_out.digest({2: "a", 1: "b"}) == left_out.digest({1: "c", 2: "d"})
    assert left_out.digest({1: "a"}) != left_out.digest({2: "a"})
