from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from datagen.assets import root
from datagen.backends.aligner import sphinx
from datagen.backends.registry import TABLES
from datagen.cli.env import env
from datagen.config import Host, RuntimeEnv, StageHost, load_host, load_recipe, validate
from datagen.doctor import environments
from datagen.doctor.checks import SECTIONS, missing
from datagen.doctor.environments import Environment
from datagen.engine.pipeline import ResolvedRecipe
from datagen.types import RunFailed, UserError

SHIPPED = environments.shipped()


def test_the_shipped_environments_are_locked() -> None:
    assert {"chatterbox", "transformers", "vllm"} <= {found.name for found in SHIPPED}
    for found in SHIPPED:
        lines = found.requirements.read_text().splitlines()
        packages = [line for line in lines if line and not line.startswith("#")]
        assert all("==" in line for line in packages)
        names = [line.partition("==")[0].partition("[")[0] for line in packages]
        assert {"ray", "numpy", "pyarrow", "pydantic", "soundfile", "soxr"} <= set(names)
        assert len(set(names)) == len(names)
        assert found.purpose.endswith((".", ")"))
        assert found.imports


def test_every_backend_they_are_for_exists() -> None:
    known = {f"{table.section}.{name}" for table in TABLES for name in table.names}
    for found in SHIPPED:
        assert set(found.backends) <= known, found.name
    served = [backend for found in SHIPPED for backend in found.backends]
    assert len(set(served)) == len(served)
    assert {section for names in SECTIONS.values() for section in names} == {
        table.section for table in TABLES
    }


def test_chatterbox_and_the_others_really_conflict() -> None:
    """Why there are environments at all."""
    numpy = {
        found.name: next(
            line.partition("==")[2]
            for line in found.requirements.read_text().splitlines()
            if line.startswith("numpy==")
        )
        for found in SHIPPED
    }
    assert numpy["chatterbox"].startswith("1.")
    assert numpy["transformers"].startswith("2.")


def test_hosts_name_environments_that_exist() -> None:
    names = {found.name for found in SHIPPED}
    for name in ("1xh200", "8xh100"):
        host = load_host(name)
        for stage in SECTIONS:
            python = getattr(host, stage).py_executable
            if python is not None:
                assert Path(python).parts[0].removeprefix(".venv-") in names
        assert host.speech.gpus


def test_what_cannot_be_a_worker_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert environments.check(sys.executable, ["json", "datagen.types"]) == []
    assert environments.check(sys.executable, ["no_such", "json", "no.such"]) == [
        "it lacks no_such, no.such"
    ]
    (problem,) = environments.check(tmp_path / "python", [])
    assert problem.startswith("it does not run (")
    other = tmp_path / "other"
    answer = {"python": "3.9.1", "ray": "1.0", "datagen": None, "missing": []}
    other.write_text(f"#!/bin/sh\necho '{json.dumps(answer)}'\n")
    other.chmod(0o755)
    ray, python = environments.check(other, [])
    assert ray == f"it has Ray 1.0, and this datagen runs on {version('ray')}"
    assert python.startswith("it is Python 3.9.1, and this is 3.")
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\necho first >&2\necho the reason >&2\nexit 3\n")
    broken.chmod(0o755)
    assert environments.check(broken, []) == ["it does not run (the reason)"]


def test_ray_may_install_a_stages_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    def host(**speech: Any) -> StageHost:
        return validate(Host, {"speech": speech}, "the host").speech

    assert host(runtime_env={"pip": ["six==1.17.0"]}).runtime_env == RuntimeEnv(
        pip=("six==1.17.0",)
    )
    assert RuntimeEnv(uv=("six", "seven")).for_ray() == {"uv": ["six", "seven"]}
    for packages in ({}, {"pip": ["six"], "uv": ["six"]}):
        with pytest.raises(UserError, match=r"speech\.runtime_env: .*either pip or uv"):
            host(runtime_env=packages)
    with pytest.raises(UserError, match="py_executable and runtime_env exclude each other"):
        host(py_executable="python", runtime_env={"pip": ["six"]})
    # its packages are not here, so what they would be needed for is not looked for here
    speech = load_recipe("service", overrides=["align.use=sphinx"])
    place = Host(timeline=StageHost(runtime_env=RuntimeEnv(pip=("pocketsphinx",))))
    monkeypatch.setattr(sphinx, "find_spec", lambda name: None)
    assert [p for p in missing(ResolvedRecipe(speech), place) if "sphinx" in p] == []
    assert [p for p in missing(ResolvedRecipe(speech), Host()) if "sphinx" in p] != []
    monkeypatch.setattr(environments, "find_spec", lambda name: None)
    (problem,) = [p for p in missing(ResolvedRecipe(speech), place) if "virtualenv" in p]
    assert problem.startswith("timeline: the host's runtime_env needs virtualenv")


def test_ray_must_be_the_drivers(tmp_path: Path) -> None:
    path = tmp_path / "old.txt"
    path.write_text("# Old.\nray==2.1.0\n")
    with pytest.raises(UserError, match=r"old\.txt locks Ray 2\.1\.0 and this interpreter has"):
        environments.create(environments.find(str(path)), tmp_path / "venv")
    assert not (tmp_path / "venv").exists()


def test_what_cannot_be_installed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bad.txt"
    path.write_text("# Bad.\n")
    said = subprocess.CalledProcessError(1, "pip", stderr="some\nno such package\n")

    def fail(*args: Any, **settings: Any) -> None:
        raise said

    monkeypatch.setattr(subprocess, "run", fail)
    with pytest.raises(RunFailed, match=r"cannot make the environment .*: no such package"):
        environments.create(environments.find(str(path)), tmp_path / "venv")


def test_the_command_lists_and_refuses() -> None:
    listed = CliRunner().invoke(env, ["list"])
    assert listed.exit_code == 0
    assert "speech.dia" in listed.output
    refused = CliRunner().invoke(env, ["create", "nothing"])
    assert isinstance(refused.exception, UserError)
    assert "known are chatterbox, transformers, vllm" in str(refused.exception)


CORE = (
    "numpy pyarrow ray click filelock jsonschema pydantic pyyaml rich sentencepiece soundfile soxr"
    " tenacity urllib3"
)


def without_models(name: str, folder: Path) -> Environment:
    """A shipped lock, less everything that datagen itself does not need, and espeak-ng."""
    lines = environments.find(name).requirements.read_text().splitlines()
    wanted = set(CORE.split())
    kept = [line for line in lines if line.partition("==")[0] in wanted]
    assert len(kept) == len(wanted)
    path = folder / f"{name}.txt"
    espeak = f"espeakng-loader=={version('espeakng-loader')}"
    path.write_text("\n".join(["# For a test.", *kept, espeak]))
    return environments.find(str(path))


@pytest.mark.slow
@pytest.mark.integration
@pytest.mark.long
def test_two_environments_with_conflicting_numpys_make_one_run(tmp_path: Path) -> None:
    """A stage in each, whose workers write down the numpy they have."""
    pytest.importorskip("espeakng_loader")
    names = {"script": "chatterbox", "tokens": "transformers"}
    pythons = {
        stage: environments.create(without_models(name, tmp_path), tmp_path / f"venv-{stage}")
        for stage, name in names.items()
    }
    host = tmp_path / "host.yaml"
    paths = f"env_vars: {{PYTHONPATH: '{root()}'}}"
    host.write_text(
        "\n".join(
            f"{stage}: {{workers: 1, cpus: 0.2, py_executable: '{python}', {paths}}}"
            for stage, python in pythons.items()
        )
        + "\nspeech: {workers: 1, cpus: 0.2}\ntimeline: {workers: 1, cpus: 0.2}\n"
    )
    run = tmp_path / "run"
    command = ["-m", "datagen", "run", "service", "--dialogs", "4", "--host", str(host)]
    for change in (
        "script.use=tests.doubles.numpy_version:Writer",
        "tokenizer.use=tests.doubles.numpy_version:Words",
        "mean_seconds=10",
    ):
        command += ["--set", change]
    subprocess.run(
        [sys.executable, *command, "--out", str(run)],
        check=True,
        cwd=root(),
        env={**os.environ, "PYTHONPATH": str(root())},
    )
    (shard,) = (run / "shards").glob("*.parquet")
    table = pq.read_table(shard)
    provenance = table["provenance"].to_pylist()
    (model,) = {row["model"] for row in provenance}
    assert model.startswith("numpy 1.")
    metadata = json.loads(pq.read_schema(shard).metadata[b"datagen"])
    assert metadata["tokenizer"]["id"].startswith("numpy 2.")


@pytest.mark.slow
@pytest.mark.integration
@pytest.mark.long
def test_ray_installs_what_a_host_asks_for(tmp_path: Path) -> None:
    """A stage's workers have another numpy than the driver, which Ray put there."""
    pytest.importorskip("virtualenv")
    pytest.importorskip("espeakng_loader")
    asked = "2.3.5"
    assert version("numpy") != asked
    host = tmp_path / "host.yaml"
    host.write_text(f"script: {{workers: 1, runtime_env: {{pip: ['numpy=={asked}']}}}}\n")
    command = ["-m", "datagen", "run", "service", "--dialogs", "1", "--host", str(host)]
    for change in ("script.use=tests.doubles.numpy_version:Writer", "mean_seconds=10"):
        command += ["--set", change]
    subprocess.run(
        [sys.executable, *command, "--out", str(tmp_path / "run")],
        check=True,
        cwd=root(),
        env={**os.environ, "PYTHONPATH": str(root())},
        timeout=300,
    )
    (shard,) = (tmp_path / "run" / "shards").glob("*.parquet")
    models = {row["model"] for row in pq.read_table(shard)["provenance"].to_pylist()}
    assert models == {f"numpy {asked}"}
