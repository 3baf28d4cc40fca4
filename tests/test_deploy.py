"""Deployment files, as far as they can be checked without a cluster: schema, shell, commands."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from jsonschema import Draft202012Validator

from datagen.assets import names, root
from datagen.cli import main
from datagen.config import SECTIONS, Host, load_host, load_recipe
from datagen.doctor import environments
from datagen.engine.autoscaling import Demand
from datagen.runs.prepare import host_at
from tests.kuberay_schema import trim

CLUSTER = root() / "pipelines" / "cluster"
README = CLUSTER / "README.md"
ENVS = "/envs/"
POD = ["spec", "rayClusterSpec", "headGroupSpec", "template", "spec"]


def context(command: str) -> click.Context:
    """Parse a ``datagen`` command line as the shell would give it, without running it."""
    words = shlex.split(command)
    assert words[0].rpartition("/")[2] == "datagen"
    parsed = main.make_context("datagen", words[1:])
    while isinstance(parsed.command, click.Group):
        group, (name, *rest) = parsed.command, [*parsed._protected_args, *parsed.args]
        parsed = group.commands[name].make_context(name, rest, parent=parsed)
    return parsed


def datagen_lines(text: str) -> Iterator[str]:
    """Yield the ``datagen`` commands of a shell script, a Dockerfile or a README."""
    text = re.sub(r"\\\n\s*", " ", text)
    for line in text.splitlines():
        if line.lstrip().startswith("#"):
            continue
        if found := re.search(r"(?:^|\s|`)((?:/\S+/)?datagen (?:run|env|doctor|plan) .*)", line):
            yield re.split(r"`|\s+#|\s&&", found[1])[0]


def manifest() -> dict[str, Any]:
    """Return the Ray job; what YAML aliases share is copied."""
    data = json.loads(json.dumps(yaml.safe_load((CLUSTER / "rayjob.yaml").read_text())))
    assert isinstance(data, dict)
    return data


def problems(data: dict[str, Any]) -> list[str]:
    schema = json.loads((CLUSTER / "rayjob.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    return [error.message for error in Draft202012Validator(schema).iter_errors(data)]


def groups(data: dict[str, Any]) -> list[dict[str, Any]]:
    cluster = data["spec"]["rayClusterSpec"]
    return [cluster["headGroupSpec"], *cluster["workerGroupSpecs"]]


def test_the_ray_job_follows_kuberays_definition() -> None:
    assert problems(manifest()) == []


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (["spec", "backOffLimit"], 3),
        (["spec", "backoffLimit"], "three"),
        (["spec", "rayClusterSpec", "authOptions", "mode"], "password"),
        (["spec", "rayClusterSpec", "enableInTreeAutoscaler"], True),
        (["spec", "rayClusterSpec", "workerGroupSpecs", 1, "minReplica"], 0),
        (["spec", "rayClusterSpec", "workerGroupSpecs", 0, "template", "spec", "volume"], []),
        ([*POD, "containers", 0, "volumeMounts", 0, "mountpath"], "/models"),
    ],
)
def test_a_misspelt_field_is_found(path: list[Any], wrong: Any) -> None:
    data = manifest()
    place: Any = data
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = wrong
    assert len(problems(data)) == 1


def test_trimming_keeps_the_fields_of_what_is_used() -> None:
    inner = {"type": "object", "properties": {"deep": {"type": "string", "description": "long"}}}
    node = {"type": "object", "properties": {"used": inner, "unused": inner}}
    assert trim(node, [{"used": {"deep": "x"}}]) == {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "unused": {"type": "object"},
            "used": {
                "type": "object",
                "additionalProperties": False,
                "properties": {"deep": {"type": "string"}},
            },
        },
    }


def test_one_ray_everywhere() -> None:
    import ray

    assert manifest()["spec"]["rayClusterSpec"]["rayVersion"] == ray.__version__
    assert f"ray[default]=={ray.__version__}" in (CLUSTER / "Dockerfile").read_text()


def test_no_work_is_done_on_the_head() -> None:
    head, *workers = groups(manifest())
    assert head["rayStartParams"]["num-cpus"] == "0"
    assert all(group["minReplicas"] == 0 for group in workers)


def test_pods_are_alike_but_for_their_size() -> None:
    pods = [group["template"]["spec"] for group in groups(manifest())]
    for pod in pods:
        (container,) = pod["containers"]
        mounted = {mount["name"] for mount in container["volumeMounts"]}
        assert mounted == {volume["name"] for volume in pod["volumes"]}
        assert container["resources"]["limits"] == container["resources"]["requests"]
    assert len({pod["containers"][0]["image"] for pod in pods}) == 1


def test_every_pool_of_the_host_finds_a_group_of_its_own() -> None:
    data = manifest()
    host = load_host(context(data["spec"]["entrypoint"]).params["host"])
    offers = {group["groupName"]: offer(group) for group in groups(data)[1:]}
    used = set()
    for stage in (*SECTIONS, "shards"):
        place = getattr(host, stage)
        needs = {"CPU": place.cpus, "GPU": place.gpus, **place.resources}
        fitting = [
            name
            for name, have in offers.items()
            if all(have.get(key, 0) >= amount for key, amount in needs.items())
        ]
        assert fitting, stage
        if place.gpus:
            assert len(fitting) == 1, stage
        used.update(fitting)
    assert used == offers.keys()


def offer(group: dict[str, Any]) -> dict[str, float]:
    """Return what a pod of a group brings into Ray."""
    limits = group["template"]["spec"]["containers"][0]["resources"]["limits"]
    pod = {"CPU": float(limits["cpu"]), "GPU": float(limits.get("nvidia.com/gpu", 0))}
    own = {name: float(amount) for name, amount in group.get("resources", {}).items()}
    assert all(own.get(name, amount) == amount for name, amount in pod.items())
    return pod | own


@pytest.mark.parametrize("name", ["datagen.sbatch", "slices.sbatch"])
def test_scripts_are_shell(name: str) -> None:
    path = CLUSTER / name
    assert path.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", str(path)], check=True)
    text = path.read_text()
    assert "set -euo pipefail" in text
    last_comment = text.index("set -euo")
    assert "#SBATCH" not in text[last_comment:], "Slurm reads no more of them after a command"


@pytest.mark.parametrize(
    ("file", "count"),
    [("datagen.sbatch", 1), ("slices.sbatch", 2), ("Dockerfile", 2), ("README.md", 4)],
)
def test_every_command_is_one_of_ours(file: str, count: int) -> None:
    lines = list(datagen_lines((CLUSTER / file).read_text()))
    assert len(lines) == count
    for line in lines:
        check_names(context(line))


def check_names(parsed: click.Context) -> None:
    """Hosts, recipes and environments that a command names are shipped."""
    given = parsed.params
    if "host" in given:
        host = re.sub(r"\$\{HOST:-(.+)\}", r"\1", given["host"])
        assert host in names("pipelines/hosts")
        load_recipe(given["kind"], given["recipe"])
    if parsed.info_name == "create":
        assert environments.find(given["name"])


def test_the_ray_job_runs_a_command_of_ours() -> None:
    parsed = context(manifest()["spec"]["entrypoint"])
    check_names(parsed)
    assert parsed.info_name == "run"
    assert parsed.params["out"].startswith("s3://")
    assert load_host(parsed.params["host"]).address is not None


def test_slurm_names_the_address_that_symmetric_run_does_not_set() -> None:
    (line,) = datagen_lines((CLUSTER / "datagen.sbatch").read_text())
    assert context(line).params["address"] == "auto"
    text = (CLUSTER / "datagen.sbatch").read_text()
    assert re.search(r"ray symmetric-run --address \S+ --min-nodes \S+ -- \\\n", text)


def test_the_image_has_the_interpreters_that_hosts_name() -> None:
    built = {
        parsed.params["folder"]
        for line in datagen_lines((CLUSTER / "Dockerfile").read_text())
        if (parsed := context(line)).info_name == "create"
    }
    wanted = {
        Path(place.py_executable).parent.parent
        for name in ("cluster", "mixed")
        for _, place in load_host(name)
        if getattr(place, "py_executable", None)
    }
    assert wanted == built
    assert all(str(path).startswith(ENVS) for path in wanted)


def test_the_image_does_not_run_as_root_and_has_a_home() -> None:
    lines = (CLUSTER / "Dockerfile").read_text().splitlines()
    (user,) = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert user != "root"
    assert any(line.startswith("ENV HOME=") for line in lines)
    copied = [line.split()[1:-1] for line in lines if line.startswith("COPY ")]
    for source in (name for line in copied for name in line):
        assert (root() / source).exists(), source


def test_hosts_of_clusters_join_one_and_others_do_not() -> None:
    joining = {name for name in names("pipelines/hosts") if load_host(name).address}
    assert joining == {"cluster", "mixed"}


def test_demand_grows_when_a_stage_has_work_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[dict[str, float]]] = []
    monkeypatch.setattr(
        "ray.autoscaler.sdk.request_resources", lambda bundles: asked.append(bundles)
    )
    host = Host.model_validate(
        {
            "address": "auto",
            "script": {"workers": 2, "units": 4, "cpus": 1},
            "speech": {"workers": 3, "cpus": 2, "gpus": 0.25, "resources": {"speech": 0.25}},
        }
    )
    demand = Demand(host)

    def note(script: tuple[int, int], speech: tuple[int, int]) -> None:
        demand.note("script", *script)
        demand.note("speech", *speech)
        demand.tell()

    writer, voice = {"CPU": 1.0}, {"CPU": 2.0, "GPU": 0.25, "speech": 0.25}
    note((9, 9), (0, 9))
    note((1, 8), (0, 9))
    note((0, 4), (2, 9))
    note((0, 0), (0, 2))
    note((0, 0), (0, 2))
    demand.end()
    assert asked == [[writer] * 2, [writer] + [voice] * 3, [voice] * 2, []]


def test_a_private_ray_is_asked_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ray.autoscaler.sdk.request_resources", pytest.fail)
    demand = Demand(Host())
    demand.note("script", 5, 5)
    demand.tell()
    demand.end()


def test_which_ray_is_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    """--address, then $RAY_ADDRESS for hosts that name a cluster, then what the host names."""
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    assert host_at("laptop", None).address is None
    assert host_at("cluster", None).address == "auto"
    monkeypatch.setenv("RAY_ADDRESS", "10.0.0.1:6379")
    assert host_at("laptop", None).address is None
    assert host_at("cluster", None).address == "10.0.0.1:6379"
    assert host_at("cluster", "10.0.0.2:6379").address == "10.0.0.2:6379"
    assert host_at("laptop", "auto").address == "auto"


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_COUNT": "8"}, "--slice 3/8"),
        ({"SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_COUNT": "1"}, "--slice 3/8"),
        (
            {"SLURM_ARRAY_TASK_ID": "5", "SLURM_ARRAY_TASK_COUNT": "2", "SLICES": "16"},
            "--slice 5/16",
        ),
        ({"SLURM_ARRAY_TASK_ID": "0", "SLURM_ARRAY_TASK_COUNT": "1"}, "--out /runs/a\n"),
        ({"SLURM_ARRAY_TASK_ID": "9", "SLURM_ARRAY_TASK_COUNT": "16"}, "give SLICES"),
        ({}, "submit it as an array"),
    ],
)
def test_a_slice_keeps_its_number_when_it_is_submitted_again(
    environment: dict[str, str], says: str, tmp_path: Path
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "activate").write_text(f"PATH={programs}:$PATH\n")
    (programs / "datagen").write_text('#!/bin/sh\necho "$@"\n')
    (programs / "datagen").chmod(0o755)
    answer = subprocess.run(
        ["bash", str(CLUSTER / "slices.sbatch")],
        env={"PATH": "/usr/bin:/bin", "OUT": "/runs/a", "VENV": str(tmp_path), **environment},
        capture_output=True,
        text=True,
    )
    assert answer.returncode == {"give SLICES": 2, "submit it as an array": 1}.get(says, 0)
    assert says in answer.stdout + answer.stderr
    assert ("--slice" in answer.stdout) == ("--slice" in says)
