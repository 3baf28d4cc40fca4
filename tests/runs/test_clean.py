from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from datagen.audit import audit
from datagen.cli import main
from datagen.storage.run_folder import RunFolder
from tests.fixtures.dummy_runs import rehearse
from tests.fixtures.run_folder import edit_footer, edit_json

SHARD = "shards/service-00000.parquet"
STALE = ("timeline/000000.parquet", "timeline/000007.parquet", "shards/service-00004.parquet")
TEMPORARY = ("speech/.000000.parquet.x1y2.tmp", ".plan.json.ab.tmp")


def clean(run: Path, *flags: str, answer: str = "") -> Result:
    return CliRunner().invoke(main, ["clean", str(run), *flags], input=answer)


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rehearse(tmp_path_factory.mktemp("clean") / "run")


@pytest.fixture
def run(pristine: Path, tmp_path: Path) -> Path:
    """A run with files of another recipe, and half-written ones."""
    run = Path(shutil.copytree(pristine, tmp_path / "run"))
    shutil.copy(run / SHARD, run / STALE[2])
    shutil.copy(run / STALE[0], run / STALE[1])
    for name in STALE[1:]:
        edit_footer(run, name, lambda data: data["receipt"].update(fingerprint="0123456789abcdef"))
    for name in TEMPORARY:
        (run / name).write_bytes(b"half")
    return run


def files(run: Path) -> set[str]:
    return {
        path.relative_to(run).as_posix()
        for path in run.rglob("*")
        if path.is_file() and not path.name.startswith(".lock")
    }


@pytest.mark.slow
def test_only_what_is_superseded_goes(run: Path) -> None:
    before = files(run)
    answer = clean(run, "--yes")
    assert answer.exit_code == 0, answer.output
    assert before - files(run) == {*STALE[1:], *TEMPORARY}
    assert "timeline/000007.parquet" in answer.output
    assert "made by recipe 0123456789abcdef" in answer.output
    assert "deleted 4 files" in answer.output
    assert not audit(run, deep=True).findings
    assert "nothing to delete" in clean(run, "--yes").output


@pytest.mark.parametrize("answer", ["n\n", "", "\n"])
def test_nothing_goes_unless_the_user_says_so(answer: str, run: Path) -> None:
    before = files(run)
    assert clean(run, answer=answer).exit_code == 1
    assert files(run) == before
    assert clean(run, answer="y\n").exit_code == 0
    assert before - files(run) == {*STALE[1:], *TEMPORARY}


def test_stems_of_packed_tokens_go_when_asked(run: Path) -> None:
    speech = "speech/000000.parquet"
    assert speech in files(run)
    assert f"{speech}  " in clean(run, "--stems", "--yes").output
    assert speech not in files(run)
    assert SHARD in files(run)


def test_stems_stay_if_the_shard_is_not_of_these_tokens(run: Path) -> None:
    edit_footer(run, "tokens/000000.parquet", lambda data: data["receipt"].update(content="f" * 32))
    clean(run, "--stems", "--yes")
    assert "speech/000000.parquet" in files(run)


def test_what_is_not_proven_stays(run: Path) -> None:
    (run / "script/000003.parquet").write_bytes(b"PAR1 damaged PAR1")
    (run / "shards/notes.parquet").write_bytes(b"mine")
    shutil.copy(run / STALE[1], run / "timeline/mine.parquet")
    (run / "listen").mkdir()
    (run / "listen/.mine.tmp").write_bytes(b"mine")
    clean(run, "--stems", "--yes")
    left = {"script/000003.parquet", "shards/notes.parquet", "timeline/mine.parquet"}
    assert left | {"listen/.mine.tmp"} <= files(run)


def test_links_are_left_alone(run: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(run, tmp_path / "other"))
    shutil.rmtree(run / "timeline")
    (run / "timeline").symlink_to(other / "timeline")
    (run / STALE[2]).unlink()
    (run / STALE[2]).symlink_to(other / STALE[2])
    before = files(other)
    assert clean(run, "--stems", "--yes").exit_code == 0
    assert files(other) == before
    assert (run / STALE[2]).is_symlink()


def test_a_folder_at_work_is_refused(run: Path) -> None:
    before = files(run)
    with RunFolder(run).lock():
        answer = clean(run, "--yes")
    assert answer.exit_code == 2
    assert "is being written by another run" in answer.output
    assert files(run) == before


def test_other_code_proves_nothing(run: Path) -> None:
    edit_json(run, "run.json", lambda data: data.update(fingerprint="feed"))
    before = files(run)
    answer = clean(run, "--yes")
    assert answer.exit_code == 2
    assert "nothing of it can be proven superseded" in answer.output
    assert files(run) == before


def test_no_run_is_one_sentence_and_makes_no_folder(tmp_path: Path) -> None:
    answer = clean(tmp_path / "nowhere", "--yes")
    assert answer.exit_code == 2
    assert "is not a run folder" in answer.output
    assert not list(tmp_path.iterdir())
