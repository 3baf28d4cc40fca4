"""One unit at a time, in this process: the whole line, damage, and a disk that refuses."""

from __future__ import annotations

import errno
import shutil
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from datagen.config import Recipe, load_recipe
from datagen.engine import pipeline, run_files
from datagen.engine.packing import Packer
from datagen.engine.pipeline import ResolvedRecipe
from datagen.engine.run_files import RUN
from datagen.engine.worker import Done, Failure, UnitRunner, _CpuClock, main
from datagen.runs.make import describe
from datagen.storage.run_folder import Damaged, RunFolder
from tests.fixtures.short_calls import SMALL

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    return load_recipe("service", overrides=SMALL)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, recipe: Recipe) -> Path:
    """Blocks 0 and 1 of every stage, made the other way round."""
    root = tmp_path_factory.mktemp("run")
    for step in pipeline.LINE:
        runner = UnitRunner(root, ResolvedRecipe(recipe), step.name)
        for block in (1, 0):
            answer = runner.make(block)
            assert isinstance(answer, Done), answer
        runner.close()
    run_files.write(RunFolder(root), RUN, describe(ResolvedRecipe(recipe)))
    return root


def test_receipts_chain_the_stages(made: Path, recipe: Recipe) -> None:
    folder = RunFolder(made)
    prints = ResolvedRecipe(recipe).fingerprints
    for step in pipeline.LINE:
        receipt = folder.receipt(folder.unit(step.name, 1))
        assert receipt is not None
        assert receipt.fingerprint == prints[step.name]
        assert receipt.reads == {
            f"{name}/000001": upstream.content
            for name in step.reads
            if (upstream := folder.receipt(folder.unit(name, 1))) is not None
        }
    assert receipt.rows == 15, "dialogue 25 is rejected"
    assert receipt.num_samples > 15 * 24_000


def test_a_unit_made_alone_again_has_the_same_bytes(made: Path, tmp_path: Path) -> None:
    folder = RunFolder(made)
    for step in pipeline.LINE:
        path = made / folder.unit(step.name, 1)
        before = path.read_bytes()
        path.unlink()
        assert main([str(made), step.name, "1"]) == 0
        assert path.read_bytes() == before


def test_damage_upstream_is_reported_as_such(made: Path, recipe: Recipe) -> None:
    folder = RunFolder(made)
    path = made / folder.unit("timeline", 0)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    runner = UnitRunner(made, ResolvedRecipe(recipe), "tokens")
    answer = runner.make(0)
    path.write_bytes(whole)
    assert isinstance(answer, Failure)
    assert (answer.kind, answer.where) == ("damaged", "timeline/000000.parquet")


@pytest.mark.parametrize(
    ("number", "kind"), [(errno.ENOSPC, "storage"), (errno.EROFS, "storage"), (errno.EIO, "error")]
)
def test_a_disk_that_refuses(
    made: Path, recipe: Recipe, monkeypatch: pytest.MonkeyPatch, number: int, kind: str
) -> None:
    def refuse(*arguments: object) -> None:
        raise OSError(number, "refused", "somewhere")

    monkeypatch.setattr(RunFolder, "commit", refuse)
    answer = UnitRunner(made, ResolvedRecipe(recipe), "script").make(0)
    assert isinstance(answer, Failure)
    assert answer.kind == kind
    assert ("same command" in answer.reason) == (kind == "storage")


def test_an_unexpected_error_names_the_dialogue(
    made: Path, recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("datagen.stages.speech.voice_script", lambda *a, **k: 1 / 0)
    answer = UnitRunner(made, ResolvedRecipe(recipe), "speech").make(0)
    assert isinstance(answer, Failure)
    assert answer.kind == "error"
    assert "service-0000000: ZeroDivisionError" in answer.reason


def test_a_shard_is_its_blocks_in_order(made: Path) -> None:
    folder = RunFolder(made)
    packer = Packer(folder, "service", "tokens")
    receipt = packer.pack(0, [0, 1])
    shard = folder.read(folder.shard("service", 0))
    parts = [folder.read(folder.unit("tokens", block)) for block in (0, 1)]
    assert shard.equals(pa.concat_tables(parts))
    kept = [f"service-{index:07d}" for index in range(32) if index not in (12, 25)]
    assert shard["dialog_id"].to_pylist() == kept
    assert receipt.rows == 30
    with pytest.raises(Damaged, match="tokens/000007"):
        packer.pack(0, [0, 7])


def test_a_trial_makes_one_dialogue_and_commits_nothing(made: Path, recipe: Recipe) -> None:
    before = {path: path.read_bytes() for path in made.glob("*/*.parquet")}
    for step in pipeline.LINE:
        runner = UnitRunner(made, ResolvedRecipe(recipe), step.name)
        for place, rows in ((3, 1), (12, 0)):
            answer = runner.make(0, only=place)
            assert isinstance(answer, Done), answer
            assert (answer.receipt.rows > 0) == bool(rows)
    assert {path: path.read_bytes() for path in made.glob("*/*.parquet")} == before


def test_a_culprit_is_left_out_and_all_else_is_as_it_was(
    tmp_path: Path, made: Path, recipe: Recipe
) -> None:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    folder = RunFolder(tmp_path)
    for step in pipeline.LINE:
        name = folder.unit(step.name, 1)
        whole = folder.read(name)
        without = {4: "it ended"} if step.name == "speech" else {}
        answer = UnitRunner(tmp_path, ResolvedRecipe(recipe), step.name).make(1, without=without)
        assert isinstance(answer, Done), answer
        ids = pa.array(["service-0000020"] if step.name != "script" else [], pa.string())
        expected = whole.filter(pc.invert(pc.is_in(whole["dialog_id"], ids)))
        assert folder.read(name).equals(expected)
        receipt = folder.receipt(name)
        assert receipt is not None
        assert [(r.dialog_id, r.stage, r.reason) for r in receipt.rejects if r.evidence] == (
            [("service-0000020", "speech", "kills_worker")] if without else []
        )


def test_units_that_overlap_share_the_time_of_their_process() -> None:
    clock = _CpuClock()
    start = time.process_time()
    clock.begin()
    clock.begin()
    spent = clock.end()
    while time.process_time() - start < 0.05:
        pass
    spent += clock.end()
    assert 0.03 < spent <= time.process_time() - start
