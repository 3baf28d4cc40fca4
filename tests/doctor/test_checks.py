from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from datagen.cli import main
from datagen.config import Host, StageHost, load_host, load_recipe
from datagen.doctor import checks, environments, node_checks
from datagen.doctor.checks import missing
from datagen.engine import nodes
from datagen.engine.pipeline import ResolvedRecipe

BARE = Host()


def starts(problems: list[str], beginning: str) -> list[str]:
    return [problem for problem in problems if problem.startswith(beginning)]


def test_the_embedded_recipe_lacks_nothing() -> None:
    pytest.importorskip("espeakng_loader")
    assert missing(ResolvedRecipe(load_recipe("service")), load_host("laptop")) == []


def test_a_bare_machine_lacks_everything_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(checks.shutil, "which", lambda name: None)
    changes = [
        "speech={use: chatterbox}",
        "script={use: openai, options: {models: [{name: m, url: 'http://127.0.0.1:9/v1'}]}}",
        "voices.catalogue=nowhere",
        "timeline.overrides={barge: 1}",
    ]
    host = Host(
        speech=StageHost(gpus=1.0), tokens=StageHost(py_executable=str(tmp_path / "python"))
    )
    found = missing(ResolvedRecipe(load_recipe("service", overrides=changes)), host)
    (weights,) = starts(found, "speech.options.model: ")
    assert "hf download ResembleAI/chatterbox" in weights
    (server,) = starts(found, "script: no server answers at http://127.0.0.1:9/v1")
    assert server.endswith("mend script.options")
    (gpu,) = starts(found, "speech: the host gives it 1 of a GPU, and this machine has none")
    assert "--address" in gpu
    (environment,) = starts(found, "speech: speech.chatterbox needs an environment of its own")
    assert "it lacks" in environment
    assert "datagen env create chatterbox" in environment
    (python,) = starts(found, f"tokens: the host names {tmp_path / 'python'}, and it does not run")
    assert starts(found, "voices.catalogue: there is no catalogue 'nowhere'")
    assert any("barge" in problem for problem in found)
    assert len(found) == 7
    assert all("\n" not in problem for problem in found)
    assert python


def test_a_cluster_is_not_asked_for_gpus_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks.shutil, "which", lambda name: None)
    host = Host(address="auto", speech=StageHost(gpus=1.0))
    found = missing(ResolvedRecipe(load_recipe("service")), host)
    assert not starts(found, "speech: the host gives")


def test_a_server_that_listens_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/v1"
        monkeypatch.setenv("MY_SERVER", url)
        models: dict[str, Any] = {
            "name": "m",
            "url": "http://127.0.0.1:9/v1",
            "url_env": "MY_SERVER",
        }
        change = f"script={{use: openai, options: {{models: [{models}]}}}}"
        assert missing(ResolvedRecipe(load_recipe("service", overrides=[change])), BARE) == []
    (gone,) = missing(ResolvedRecipe(load_recipe("service", overrides=[change])), BARE)
    assert gone.endswith("start it, or set $MY_SERVER")


def test_another_python_with_all_it_needs_will_do() -> None:
    host = Host(tokens=StageHost(py_executable=sys.executable))
    assert missing(ResolvedRecipe(load_recipe("service")), host) == []


def test_an_environment_is_asked_for_what_its_stage_imports(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[list[str]] = []

    def check(python: str, imports: list[str]) -> list[str]:
        asked.append(imports)
        return []

    monkeypatch.setattr(environments, "check", check)
    monkeypatch.setenv("HF_HUB_CACHE", "/nowhere")
    missing(ResolvedRecipe(load_recipe("service", overrides=["codec={use: mimi}"])), BARE)
    assert asked == [["torch", "transformers"]]


def doctor_command(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["doctor", "service", *arguments], catch_exceptions=False)


def test_the_command_says_ok_line_by_line_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = doctor_command()
    lines = answer.output.splitlines()
    assert answer.exit_code == 0, answer.output
    assert all(line.startswith("ok       here: ") for line in lines)
    subjects = " ".join(lines)
    for subject in ("storage", "ray 2.", "HOME", "speech.espeak", "python of tokens"):
        assert subject in subjects
    assert not list(tmp_path.iterdir())


def test_the_command_exits_2_and_names_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("HOME", str(tmp_path / "nowhere"))
    answer = doctor_command("--out", str(tmp_path / "file" / "run"))
    missing_lines = [line for line in answer.output.splitlines() if line.startswith("missing")]
    assert answer.exit_code == 2
    assert [line.split(": ")[1] for line in missing_lines] == ["storage", "HOME"]
    assert str(tmp_path / "file") in missing_lines[0]


def test_another_version_is_missing() -> None:
    expected = {**node_checks.versions(), "ray": "1.0"}
    checks = node_checks.look(load_recipe("service"), BARE, (), expected, gpus=False)
    (problem,) = [check.problem for check in checks if check.problem]
    assert problem.endswith("and the driver's is 1.0")


@pytest.mark.slow
def test_gpu_memory_is_that_of_a_workers_share(monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = load_recipe("service", "released")
    host = Host(speech=StageHost(gpus=0.25), tokens=StageHost(gpus=0.05))
    monkeypatch.setattr(node_checks, "gpu_memory", lambda: [24.0, 80.0])
    checks = node_checks.look(recipe, host, ("speech", "tokens"), {}, gpus=True)
    found = {check.subject: check.problem for check in checks if "memory" in check.subject}
    speech, tokens = found.items()
    assert speech == ("GPU memory of speech (20 GB a worker, 14 needed)", None)
    assert tokens[0] == "GPU memory of tokens (4 GB a worker, 2 needed)"
    monkeypatch.setattr(node_checks, "gpu_memory", lambda: [24.0])
    checks = node_checks.look(recipe, host, ("speech", "tokens"), {}, gpus=True)
    problems = [check.problem for check in checks if "memory" in check.subject and check.problem]
    assert problems == [
        "a worker has 6 GB and needs 14: give it more than 0.25",
        "a worker has 1 GB and needs 2: give it more than 0.05",
    ]


def test_sizes_come_from_the_driver_of_the_gpus(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\nprintf '81559\\n24564\\n'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    assert [round(size) for size in node_checks.gpu_memory()] == [86, 26]
    program.unlink()
    assert node_checks.gpu_memory() == []


def test_a_node_with_another_disk_does_not_see_the_run(tmp_path: Path) -> None:
    assert nodes.unseen(str(tmp_path), "nothing", "1f") == (
        f"it does not see what is written to {tmp_path}"
    )
    (tmp_path / "mine").write_text("1f")
    assert nodes.unseen(str(tmp_path), "mine", "1f") is None
    assert nodes.unseen(str(tmp_path), "mine", "2e") is not None
    assert "cannot read" in (nodes.unseen(str(tmp_path), ".", "1f") or "")


def test_a_node_works_for_the_stages_that_it_has_room_for() -> None:
    host = Host(speech=StageHost(gpus=0.5))
    head, plain = nodes.Node("a", "a", 0.0, 0.0), nodes.Node("b", "b", 4.0, 0.0)
    with_gpu = nodes.Node("c", "c", 4.0, 1.0)
    assert node_checks.stages_of(head, host) == []
    assert node_checks.stages_of(plain, host) == ["script", "timeline", "tokens"]
    assert node_checks.stages_of(with_gpu, host) == ["script", "speech", "timeline", "tokens"]


def test_a_cluster_that_is_not_there_is_missing_at_once(tmp_path: Path) -> None:
    answer = doctor_command("--address", "127.0.0.1:9", "--out", str(tmp_path / "run"))
    assert answer.exit_code == 2
    (line,) = [line for line in answer.output.splitlines() if line.startswith("missing")]
    assert "no Ray answers at 127.0.0.1:9" in line


@pytest.mark.slow
@pytest.mark.long
def test_every_node_of_a_cluster_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two raylets: one without CPUs, as a head, and one with a GPU that is not really there."""
    from ray.cluster_utils import Cluster

    (tmp_path / "host.yaml").write_text(
        "address: auto\nspeech: {gpus: 1, py_executable: /nowhere/python}\n"
    )
    store = {"object_store_memory": 80 * 2**20, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, **store})
    try:
        cluster.add_node(num_cpus=1, num_gpus=1, object_store_memory=80 * 2**20)
        monkeypatch.setenv("RAY_ADDRESS", cluster.address)
        out = tmp_path / "run"
        answer = doctor_command("--host", str(tmp_path / "host.yaml"), "--out", str(out))
        seen = _joined(cluster.address, tmp_path)
    finally:
        cluster.shutdown()
    assert answer.exit_code == 2
    lines = answer.output.splitlines()
    assert sum("node" in line and line.endswith("storage") for line in lines) == 2
    broken = [line for line in lines if line.startswith("missing")]
    assert [line.split(": ")[0] for line in broken] == ["missing  here", broken[1].split(": ")[0]]
    assert broken[1].startswith("missing  node ")
    assert all("/nowhere/python" in line for line in broken)
    assert seen == [None, None]
    assert not out.exists()


def _joined(address: str, where: Path) -> list[str | None]:
    from datagen.engine.cluster import cluster

    with cluster(address):
        nodes.require_shared(where)
        return [problem for _, problem in nodes.shared(where)]
