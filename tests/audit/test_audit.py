from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from datagen.audit import Finding, audit, render
from datagen.types import UserError
from tests.fixtures.damages import DEEP, FILES, ID, OTHER, ROWS, SHARD, codes, flip, truncate
from tests.fixtures.run_folder import edit, edit_footer, footer, write_run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("pristine"))


@pytest.fixture
def run(pristine: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pristine, tmp_path / "run"))


@pytest.fixture(scope="module")
def one_block(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("one"), blocks=1)


def test_a_good_run_has_no_findings(pristine: Path) -> None:
    report = audit(pristine, deep=True)
    assert report.findings == ()
    assert "nothing wrong" in render(report)


@pytest.mark.parametrize("name", FILES)
def test_damage_to_a_file_is_found(name: str, run: Path) -> None:
    check_damage(run, *FILES[name], deep=False)


@pytest.mark.parametrize("name", ROWS)
def test_damage_to_a_row_is_found(name: str, one_block: Path, tmp_path: Path) -> None:
    run = Path(shutil.copytree(one_block, tmp_path / "run"))
    check_damage(run, *ROWS[name], deep=False)


@pytest.mark.parametrize("name", DEEP)
def test_deep_damage_is_found(name: str, run: Path) -> None:
    damage, *expected = DEEP[name]
    damage(run)
    shallow = audit(run).findings
    assert not [f for f in shallow if f.check in ("damaged", "content", "records")]
    check_damage(run, lambda run: None, *expected, deep=True)


def check_damage(
    run: Path,
    damage: Callable[[Path], None],
    check: str,
    file: str,
    dialog_id: str | None,
    deep: bool,
) -> None:
    damage(run)
    findings = audit(run, deep=deep).findings
    found = [f for f in findings if f.check == check and f.file.startswith(file)]
    assert found, findings
    assert dialog_id is None or dialog_id in found[0].dialogs, found


def test_a_damaged_file_comes_with_its_remedy(run: Path) -> None:
    truncate("script/000000.parquet")(run)
    flip("speech/000001.parquet")(run)
    found = {f.file: f.sentence for f in audit(run, deep=True).findings if f.check == "damaged"}
    assert "run the same command again: it is made anew" in found["script/000000.parquet"]
    assert "delete speech/000001.parquet and run again" in found["speech/000001.parquet"]


def test_a_secret_is_not_repeated(run: Path) -> None:
    FILES["secret"][0](run)
    assert "a1a1a1" not in render(audit(run))


def test_one_finding_names_all_dialogues_of_a_file(run: Path) -> None:
    edit(run, SHARD, lambda shard: [row.update(prompt_tokens=[]) for row in shard])
    (finding,) = [f for f in audit(run).findings if f.check == "roles"]
    assert len(finding.dialogs) == len(pq.read_table(run / SHARD))
    assert "and 3 more" in str(finding)


def test_silence_need_not_be_exact_for_a_real_codec(run: Path) -> None:
    """A codec that hears what came before has more than one row for silence."""

    def blur(ids: Any) -> Any:
        grid = np.array(ids).reshape(8, -1).copy()
        grid[0, ::3] = 77
        return grid.reshape(-1)

    codes("agent_codes", blur)(run)
    assert "sound" in {f.check for f in audit(run).findings}
    for file in (SHARD, OTHER, "tokens/000000.parquet", "tokens/000001.parquet"):
        edit_footer(run, file, lambda data: data.update(stand_ins=[]))
    assert "sound" not in {f.check for f in audit(run).findings}


def test_totals(pristine: Path) -> None:
    totals = audit(pristine).totals
    assert totals.dialogues == 13
    assert totals.hours == pytest.approx(13 * 12 / 3600)
    assert totals.splits == {"train": 11, "validation": 2}
    assert totals.rejects == {f"{stage}: too dull": 1 for stage in ("script", "speech", "tokens")}
    assert totals.domains == {"bank": 6, "hotel": 7}
    assert totals.probes == {"Q0 pass": 13}
    assert totals.rates() == {
        "wait": 0.0,
        "barge_in": 5.0,
        "backchannel": 5.0,
        "pause": 0.0,
        "overlap": 5.0,
    }
    # of 8.55 s from first to last word: IPUs of 5, 8, 1, 8, 4 and 3 words, 0.3 s a word less 0.05
    ipu = 29 * 0.3 - 6 * 0.05
    gap = (2.2 - 1.85) + (8.1 - 7.65)
    overlap = ipu + gap - 8.55
    floor = {"ipu": ipu, "pause": 0.0, "gap": gap, "overlap": overlap}
    assert totals.floor_seconds() == pytest.approx(
        {name: seconds * 60 / 8.55 for name, seconds in floor.items()}
    )


def test_report_as_json(run: Path) -> None:
    ROWS["probe failed"][0](run)
    report = json.loads(audit(run).to_json())
    assert report["ok"] is False
    assert report["stand_ins"] == ["codec=fake"]
    assert report["totals"]["dialogues"] == 13
    assert [f["dialogs"] for f in report["findings"] if f["check"] == "probes"] == [[ID]]


def test_a_run_of_several_blocks_a_shard(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", blocks=3, blocks_per_shard=2)
    assert audit(run).findings == ()
    assert footer(run, OTHER)["receipt"]["reads"].keys() == {
        "tokens/000002",
        "script/000000-000002",
    }


def test_rows_are_the_same_in_batches(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ROWS["channels swapped"][0](run)
    whole = audit(run)
    monkeypatch.setattr("datagen.audit.rows.BATCH", 2)
    assert audit(run) == whole
    assert [f.dialogs for f in whole.findings if f.check == "text"] == [(ID,)]


CLOSE = {"text late", "text without EPAD", "text empty", "channels swapped", "codes swapped"}
CLOSE |= {"channel silent", "words overlap", "goes on after the cut", "unsaid without a cut"}
CLOSE |= {"the other leaks in", "a floor louder than drawn", "a room that is not there"}
CLOSE |= {"a room louder than drawn", "clipped", "too quiet without a gain"}
"""Damages that only a close look finds."""
WHOLE = {"row lost", "row twice", "all rows lost", "rejected row kept", "id of another shard"}
"""Damages that are no row's own."""


@pytest.mark.parametrize("name", sorted(ROWS.keys() - CLOSE - WHOLE))
def test_a_large_run_has_all_rows_screened(
    name: str, one_block: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not one dialogue is in the sample, and yet the damaged one is found, with its sentence."""
    monkeypatch.setattr("datagen.audit.shard_rows.SAMPLE", 0)
    run = Path(shutil.copytree(one_block, tmp_path / "run"))
    check_damage(run, *ROWS[name], deep=False)


def test_a_sample_is_chosen_by_id(
    pristine: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("datagen.audit.shard_rows.SAMPLE", 6)
    report = audit(pristine)
    some = report.totals
    monkeypatch.undo()
    whole = audit(pristine).totals
    assert 0 < some.measured < whole.measured == 13
    assert f"{some.measured} of 13 dialogues word by word" in render(report)
    counted = {"floor", "offsets", "measured", "code_rows", "interplay"}
    for name in vars(whole).keys() - counted:
        assert getattr(some, name) == getattr(whole, name), name
    assert audit(pristine, deep=True).totals.measured == 13


def test_shards_are_read_ahead_in_order(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", blocks=5)
    for shard in (1, 3):
        (run / f"shards/service-0000{shard}.parquet").unlink()
    found = [f.file for f in audit(run).findings if f.check == "missing"]
    assert found == ["shards/service-00001.parquet", "shards/service-00003.parquet"]


def test_no_run(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"is not a run folder.*--out"):
        audit(tmp_path)
    with pytest.raises(UserError, match="is not a run folder"):
        audit(tmp_path / "nowhere")


def test_an_unfinished_run_says_what_is_missing(run: Path) -> None:
    shutil.rmtree(run / "shards")
    assert {f.check for f in audit(run).findings} == {"missing"}


def test_findings_are_lines() -> None:
    finding = Finding("words", "shards/a.parquet", "one word too many", ("a-1", "a-2"))
    assert str(finding) == "words: shards/a.parquet: one word too many (a-1, a-2)"
