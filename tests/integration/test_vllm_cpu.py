"""The writers on a real vLLM, on CPUs: schemas hold end to end, and a killed server costs nothing.

    tests/integration/setup_vllm.sh && .venv-vllm/bin/python -m pytest tests/integration

The model has random weights, so no script is any good: what is tested is that each of its replies
can be read as turns (the engine kept to the schema), and that each dialogue is answered once.
Prompts are not prefilled in chunks: vLLM then rewinds a request's generator, which CPUs cannot.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from jsonschema import Draft202012Validator

from datagen.backends.protocols import ScriptWriter
from datagen.backends.writer.openai import OpenAI
from datagen.backends.writer.vllm import VLLM
from datagen.scripting.llm import planners
from datagen.scripting.llm.__main__ import example_topics
from datagen.scripting.llm.options import AuthorOptions
from datagen.scripting.llm.planners import PLANNERS, AssignmentPlanner
from datagen.scripting.llm.scene_script import MUSTS, WORDS
from datagen.scripting.llm.topic_lists import TopicLists
from datagen.types import Job, Reject, Script
from tests.fixtures.openai_writer import jobs, lines
from tests.integration.tiny_model import CONTEXT, make

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(find_spec("vllm") is None, reason="tests/integration/setup_vllm.sh first"),
    pytest.mark.filterwarnings("default"),
]
ENVIRONMENT = {"VLLM_CPU_KVCACHE_SPACE": "1", "HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1"}
STRUCTURED = {"backend": "xgrammar", "disable_any_whitespace": True}
"""As the shipped recipes say; without it a model may write blanks between tokens for ever."""
JOBS = jobs(count=48)
READ = {MUSTS, WORDS}
"""Reasons of a reply that can be read: what a random model writes is never the call."""
START_SECONDS = 300
TURN_CHARACTERS = 20


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny-qwen3")
    make(folder)
    return folder


class Vllm:
    """A vLLM server in a process group of its own, so that a kill takes its engine with it."""

    def __init__(self, model: Path, log: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._log = log
        self._command = [
            *(sys.executable, "-m", "vllm.entrypoints.openai.api_server", "--model", str(model)),
            *("--served-model-name", "tiny", "--host", "127.0.0.1", "--port", str(port)),
            *("--max-model-len", str(CONTEXT), "--max-num-seqs", "16", "--dtype", "float32"),
            *("--enforce-eager", "--enable-prompt-tokens-details", "--no-enable-chunked-prefill"),
            *("--max-num-batched-tokens", str(2 * CONTEXT)),
            *("--structured-outputs-config", json.dumps(STRUCTURED)),
        ]
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                env={**os.environ, **ENVIRONMENT},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self._process.poll() is None, self._log.read_text()[-3000:]
            assert time.monotonic() < deadline, self._log.read_text()[-3000:]
            time.sleep(1)

    def kill(self) -> None:
        """Kill it as a lost machine would."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _answers(self) -> bool:
        try:
            with urlopen(f"{self.url}/health", timeout=5) as reply:
                return bool(reply.status == 200)
        except (URLError, OSError):
            return False


SHIPPED = dict(PLANNERS)


def planned(
    kind: str, options: AuthorOptions, topics: TopicLists | None = None
) -> AssignmentPlanner:
    return SHIPPED[kind](options, example_topics())


@pytest.fixture(autouse=True)
def _example(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have lessons on the example's topic: a random model lists none."""
    patched = {kind: partial(planned, kind) for kind in SHIPPED}
    monkeypatch.setattr(planners, "PLANNERS", patched)


@pytest.fixture(scope="module")
def server(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vllm]:
    vllm = Vllm(model, tmp_path_factory.mktemp("log") / "vllm.log")
    yield vllm
    vllm.kill()


def writer_of(server: Vllm, records: Path) -> OpenAI:
    request = {"temperature": 1.0, "max_tokens": 4500}
    options = {
        "models": [{"name": "tiny", "url": f"{server.url}/v1", "request": request}],
        "attempts": 1,
        "turn_characters": TURN_CHARACTERS,
        "reject_limit": 1.0,
        "records": str(records),
        "patience_seconds": START_SECONDS,
    }
    return OpenAI(OpenAI.Options.model_validate(options))


def assert_read_and_answered_once(answers: list[Script | Reject], jobs: list[Job]) -> None:
    assert [answer.dialog_id for answer in answers] == [job.dialog_id for job in jobs]
    reasons = [answer.reason for answer in answers if isinstance(answer, Reject)]
    assert len(reasons) == len(jobs)
    assert set(reasons) <= READ


@pytest.mark.parametrize("kind", PLANNERS)
def test_replies_keep_to_the_schema(server: Vllm, tmp_path: Path, kind: str) -> None:
    writer = writer_of(server, tmp_path)
    answers = writer.write(jobs(kind, 8))
    writer.close()
    assert_read_and_answered_once(answers, jobs(kind, 8))
    replies = [json.loads(line["reply"]) for line in lines(tmp_path, "quarantine")]
    assert len(replies) == 8
    planner = planned(kind, AuthorOptions(turn_characters=TURN_CHARACTERS))
    follows = Draft202012Validator(planner.assignment(jobs(kind)[0]).schema)
    assert [error.message for reply in replies for error in follows.iter_errors(reply)] == []
    cached = [entry["usage"]["cached"] for entry in lines(tmp_path, "calls")]
    assert sum(count > 0 for count in cached) >= 7, "the static prompt is in the prefix cache"


def test_a_server_killed_and_restarted_loses_and_doubles_nothing(
    server: Vllm, tmp_path: Path
) -> None:
    writer = writer_of(server, tmp_path)
    answers: list[Script | Reject] = []

    def write() -> None:
        for start in range(0, len(JOBS), 16):
            answers.extend(writer.write(JOBS[start : start + 16]))

    thread = Thread(target=write)
    thread.start()
    while not answers:
        time.sleep(0.05)
    time.sleep(0.5)
    server.kill()
    was_under_way = thread.is_alive() and len(answers) < len(JOBS)
    server.start()
    thread.join()
    writer.close()
    assert was_under_way, "the kill came too late to prove anything"
    assert_read_and_answered_once(answers, JOBS)
    assert sorted(entry["dialog_id"] for entry in lines(tmp_path, "calls")) == [
        job.dialog_id for job in JOBS
    ]


def test_the_engine_in_this_process_keeps_to_the_schema(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    options = VLLM.Options(
        model=str(model),
        sampling={"temperature": 1.0, "max_tokens": 4500},
        engine={
            "max_model_len": CONTEXT,
            "max_num_batched_tokens": 2 * CONTEXT,
            "enable_chunked_prefill": False,
            "dtype": "float32",
            "enforce_eager": True,
        },
        attempts=1,
        turn_characters=TURN_CHARACTERS,
        reject_limit=1.0,
    )
    writer: ScriptWriter = VLLM(options)
    for kind in PLANNERS:
        assert_read_and_answered_once(writer.write(jobs(kind, 2)), jobs(kind, 2))
    writer.close()
