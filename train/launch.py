"""Start training where it should run: the command for a finished run's shards, or Ray Train.

RUN/run.json, config, launcher  ->  argv of python, torchrun or ray  (printed, or run)
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from train import build, loop
from train import config as configs
from train.config import Config, UserError
from train.remote import local
from train.shards import find, footer, read_metadata

LAUNCHERS = ("none", "torchrun", "ray")


@dataclass(frozen=True, kw_only=True)
class LaunchJob:
    """What to train, and on how many processes."""

    config: str
    overrides: tuple[str, ...] = ()
    launcher: str = "torchrun"
    processes: int = 1
    """On each node."""
    nodes: int = 1
    address: str | None = None
    """Of the first node (torchrun, HOST:PORT) or of the Ray cluster."""


def data_of(manifest: Path) -> str:
    """Return the folder of the shards of a run, from its run.json or its folder."""
    folder = manifest if manifest.is_dir() else manifest.parent
    if not (folder / "run.json").is_file():
        raise UserError(f"--manifest {manifest}: give the run.json of a finished run")
    shards = folder / "shards"
    if not shards.is_dir():
        raise UserError(f"--manifest {manifest}: {shards} is not there; finish the run first")
    _check_finished(folder, manifest)
    return shards.resolve().as_posix()


def _check_finished(folder: Path, manifest: Path) -> None:
    """Refuse a run whose shards hold fewer blocks than its plan: the job would miss the rest."""
    try:
        planned = json.loads((folder / "plan.json").read_text(encoding="utf-8"))["blocks"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"--manifest {manifest}: {folder}/plan.json cannot be read") from error
    reads = [footer(file).get("receipt", {}).get("reads", {}) for file in find([str(folder)])]
    packed = {name for names in reads for name in names if name.startswith("tokens/")}
    if len(packed) < planned:
        raise UserError(
            f"--manifest {manifest}: the run is not finished, {len(packed)} of {planned} blocks"
            " are in its shards; finish it with `datagen run`, or train on what is there with"
            f" `python -m train CONFIG --set data.shards={folder}`"
        )


def check(job: LaunchJob) -> Config:
    """Find now what would stop the job on the cluster: its config, its shards, its tokens."""
    if min(job.processes, job.nodes) < 1:
        raise UserError("launch: --processes and --nodes must be at least 1")
    if job.launcher == "none" and job.processes * job.nodes > 1:
        raise UserError("launch: --launcher none starts one process; use torchrun or ray for more")
    config = configs.load(job.config, job.overrides)
    cache = Path(config.data.cache or Path(config.out) / "cache")
    build.sizes(config, read_metadata(find(local(config.data.shards, cache))))
    size, micro = job.processes * job.nodes, config.optim.micro_batch
    if config.optim.batch_size % (size * micro):
        raise UserError(
            f"optim.batch_size {config.optim.batch_size} does not divide among {size} processes of"
            f" optim.micro_batch {micro}: change one of them"
        )
    return config


def command(job: LaunchJob) -> list[str]:
    """Return the command that trains."""
    arguments = [job.config, *(part for item in job.overrides for part in ("--set", item))]
    if job.launcher == "none":
        return [Path(sys.executable).name, "-m", "train", *arguments]
    if job.launcher == "ray":
        # a Ray job runs in a copy of this folder: what it writes must lie elsewhere
        out = Path(configs.load(job.config, job.overrides).out).resolve()
        arguments += ["--set", f"out={out}"]
        address = ["--address", job.address] if job.address else []
        workers = ["--workers", str(job.processes * job.nodes)]
        submit = ["ray", "job", "submit", *address, "--working-dir", ".", "--"]
        return [*submit, "python", "-m", "train", "ray", *arguments, *workers]
    meet = ["--standalone"]
    if job.nodes > 1:
        if job.address is None:
            raise UserError("--nodes: several nodes need --address HOST:PORT of the first one")
        meet = [
            *("--nnodes", str(job.nodes)),
            *("--rdzv-backend", "c10d", "--rdzv-endpoint", job.address),
        ]
    return ["torchrun", *meet, "--nproc-per-node", str(job.processes), "-m", "train", *arguments]


def submit(argv: Sequence[str]) -> int:
    """Run a command; return its exit status."""
    try:
        return subprocess.run(argv, check=False).returncode
    except FileNotFoundError as error:
        raise UserError(f"--submit: there is no program {argv[0]} here") from error


def show(argv: Sequence[str]) -> str:
    """Return a command as one would type it."""
    return shlex.join(argv)


def fit(config: Config, workers: int, storage: str | None = None) -> None:
    """Train on a Ray cluster with Ray Train; a worker that dies is replaced and the run resumed."""
    if workers < 1:
        raise UserError("ray: --workers must be at least 1")
    try:
        from ray.train import FailureConfig, RunConfig, ScalingConfig
        from ray.train.torch import TorchTrainer
    except ImportError as error:
        raise UserError("python -m train ray needs Ray: pip install 'ray[train]'") from error
    out = Path(config.out).resolve()
    settings = config.to_dict() | {"out": out.as_posix()}
    settings["data"]["shards"] = [
        path if "://" in path else str(Path(path).resolve()) for path in config.data.shards
    ]
    trainer = TorchTrainer(
        work,
        train_loop_config=settings,
        scaling_config=ScalingConfig(num_workers=workers, use_gpu=_wants_gpu(config)),
        run_config=RunConfig(
            name="train",
            storage_path=storage or (out / "ray").as_posix(),
            failure_config=FailureConfig(max_failures=3),
        ),
    )
    trainer.fit()


def _wants_gpu(config: Config) -> bool:
    """Return whether workers take a GPU each: auto does where the cluster has any."""
    import ray

    if config.run.device != "auto":
        return config.run.device == "cuda"
    ray.init(address=os.environ.get("RAY_ADDRESS"), ignore_reinit_error=True)
    return float(ray.cluster_resources().get("GPU", 0)) > 0


def work(settings: dict[str, Any]) -> None:
    """Do one Ray worker's part: Ray Train has made the process group."""
    loop.train(configs.parse(settings, "the config sent by Ray"))
