import json
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("torch")

from train import config, launch
from train.__main__ import main
from train.config import UserError
from train.launch import LaunchJob


@pytest.fixture
def run(
    tmp_path: Path,
    shard_metadata: dict,
    shard_factory: tuple[Callable[..., dict], Callable[..., Path]],
) -> Path:
    make_row, write_shard = shard_factory
    metadata = shard_metadata | {"receipt": {"reads": {"tokens/000000": "h", "script/0": "h"}}}
    rows = [make_row(i) for i in range(8)]
    write_shard(tmp_path / "RUN" / "shards" / "a.parquet", rows, metadata)
    (tmp_path / "RUN" / "run.json").write_text(json.dumps({}))
    (tmp_path / "RUN" / "plan.json").write_text(json.dumps({"blocks": 1}))
    return tmp_path / "RUN"


def test_the_command_for_one_machine(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["launch", "--manifest", f"{run}/run.json", "--config", "tiny"]
    assert main([*arguments, "--processes", "2", "--set", "optim.micro_batch=1"]) == 0
    assert capsys.readouterr().out.split() == [
        *("torchrun", "--standalone", "--nproc-per-node", "2", "-m", "train", "tiny"),
        *("--set", f"'data.shards=[{run}/shards]'", "--set", "optim.micro_batch=1"),
    ]


def test_a_run_may_be_called_anything(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd = run.rename(run.parent / "a, [b]: #c")
    assert main(["launch", "--manifest", str(odd), "--config", "tiny"]) == 0
    override = shlex.split(capsys.readouterr().out)[-1]
    assert config.load("tiny", [override]).data.shards == (f"{odd}/shards",)


def test_the_command_for_many_machines_and_for_ray() -> None:
    many = LaunchJob(config="paper", processes=8, nodes=2, address="head:29500")
    assert launch.command(many)[:9] == [
        *("torchrun", "--nnodes", "2", "--rdzv-backend", "c10d"),
        *("--rdzv-endpoint", "head:29500", "--nproc-per-node", "8"),
    ]
    ray = LaunchJob(config="paper", overrides=("seed=1",), launcher="ray", processes=8, nodes=2)
    assert launch.command(ray) == [
        *("ray", "job", "submit", "--working-dir", ".", "--"),
        *("python", "-m", "train", "ray", "paper", "--set", "seed=1"),
        *("--set", f"out={Path('runs/paper').resolve()}", "--workers", "16"),
    ]
    with pytest.raises(UserError, match="--address"):
        launch.command(LaunchJob(config="paper", nodes=2))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--config", "paper"], "tokens of stand-ins"),
        (["--config", "tiny", "--processes", "3"], "does not divide among 3"),
        (["--config", "none"], "there is no config"),
        (["--config", "tiny", "--processes", "0"], "must be at least 1"),
        (["--config", "tiny", "--launcher", "none", "--processes", "2"], "starts one process"),
    ],
)
def test_what_would_fail_on_the_cluster_fails_here(
    arguments: list[str], message: str, run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["launch", "--manifest", str(run), *arguments]) == 2
    assert message in capsys.readouterr().err


def test_a_manifest_must_be_of_a_finished_run(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"run\.json of a finished run"):
        launch.data_of(tmp_path / "run.json")
    (tmp_path / "run.json").write_text("{}")
    with pytest.raises(UserError, match="finish the run first"):
        launch.data_of(tmp_path / "run.json")


def test_a_run_that_goes_on_is_no_data_yet(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (run / "plan.json").write_text(json.dumps({"blocks": 3}))
    assert main(["launch", "--manifest", str(run), "--config", "tiny"]) == 2
    assert "not finished, 1 of 3 blocks" in capsys.readouterr().err
    (run / "plan.json").write_text("{")
    with pytest.raises(UserError, match=r"plan\.json cannot be read"):
        launch.data_of(run)


def test_submitting_runs_the_command(run: Path, tmp_path: Path) -> None:
    assert launch.submit([sys.executable, "-c", "raise SystemExit(3)"]) == 3
    with pytest.raises(UserError, match="no program"):
        launch.submit([f"{tmp_path}/missing"])
