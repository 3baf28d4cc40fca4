from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from datagen import doctor, environments
from datagen.config import Host, StageHost, load_host, load_recipe
from datagen.doctor import missing

BARE = Host()


def starts(problems: list[str], beginning: str) -> list[str]:
    return [problem for problem in problems if problem.startswith(beginning)]


def test_the_embedded_recipe_lacks_nothing() -> None:
    pytest.importorskip("espeakng_loader")
    assert missing(load_recipe("service"), load_host("laptop")) == []


def test_a_bare_machine_lacks_everything_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(doctor.shutil, "which", lambda name: None)
    changes = [
        "speech={use: chatterbox}",
        "script={use: openai, options: {models: [{name: m, url: 'http://127.0.0.1:9/v1'}]}}",
        "voices.catalogue=nowhere",
        "timeline.overrides={barge: 1}",
    ]
    host = Host(
        speech=StageHost(gpus=1.0), tokens=StageHost(py_executable=str(tmp_path / "python"))
    )
    found = missing(load_recipe("service", overrides=changes), host)
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
    monkeypatch.setattr(doctor.shutil, "which", lambda name: None)
    host = Host(address="auto", speech=StageHost(gpus=1.0))
    assert not starts(missing(load_recipe("service"), host), "speech: the host gives")


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
        assert missing(load_recipe("service", overrides=[change]), BARE) == []
    (gone,) = missing(load_recipe("service", overrides=[change]), BARE)
    assert gone.endswith("start it, or set $MY_SERVER")


def test_another_python_with_all_it_needs_will_do() -> None:
    host = Host(tokens=StageHost(py_executable=sys.executable))
    assert missing(load_recipe("service"), host) == []


def test_an_environment_is_asked_for_what_its_stage_imports(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[list[str]] = []

    def check(python: str, imports: list[str]) -> list[str]:
        asked.append(imports)
        return []

    monkeypatch.setattr(environments, "check", check)
    monkeypatch.setenv("HF_HUB_CACHE", "/nowhere")
    missing(load_recipe("service", overrides=["codec={use: mimi}"]), BARE)
    assert asked == [["torch", "transformers"]]
