"""A small real model writes through `datagen run`, on llama.cpp's server: what it can't do is told.

    tests/integration/setup_llama.sh && .venv/bin/pytest -s tests/integration/test_llama.py

SmolLM2 has 135M parameters and is too small to write a call, so what is tested is the way there:
its answers keep to the schema, rejects have reasons, a second attempt shows it its own answer.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
import yaml
from jsonschema import Draft202012Validator

from datagen.scripting.llm import scene_checks
from datagen.scripting.llm.scene_script import MUSTS, WORDS
from tests.doubles.chat_server import ChatServer, Reply, serving

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-llama/bin/python"
SERVER = Path(__file__).with_name("llama_server.py")
START_SECONDS, ANSWER_SECONDS, RUN_SECONDS = 300, 1800, 3600
DIALOGS = 4
"""Dialogues that are asked for."""
UNREAD = "the reply cannot be read"
REASONS = {
    *(UNREAD, MUSTS, WORDS, scene_checks.CLAIMS, scene_checks.COHERENCE),
    *(scene_checks.PHRASES, scene_checks.LENGTH),
}
RECIPE: dict[str, Any] = {
    "speech": {"use": "espeak"},
    "align": {"use": "native"},
    "codec": {"use": "vocoder"},
    "tokenizer": {"use": "shipped"},
}
REQUEST = {"temperature": 1.2, "top_p": 0.95, "max_tokens": 1200}
"""Warm, or so small a model says one turn over and over until its tokens end."""

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not PYTHON.exists(), reason="tests/integration/setup_llama.sh first"),
]


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the model; yields the address of its API."""
    folder = tmp_path_factory.mktemp("llama")
    address = folder / "url"
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([PYTHON, SERVER, address], stdout=log, stderr=log)
    deadline = time.monotonic() + START_SECONDS
    while not address.exists():
        assert process.poll() is None, (folder / "log").read_text()[-3000:]
        assert time.monotonic() < deadline, (folder / "log").read_text()[-3000:]
        time.sleep(0.2)
    yield f"{address.read_text()}/v1"
    process.kill()
    process.wait()


@pytest.fixture
def between(llama: str) -> Iterator[tuple[ChatServer, str]]:
    """Stand between the writer and the model, and keep what is asked."""

    def forward(body: dict[str, Any], times: int) -> Reply:
        data = json.dumps(body).encode()
        request = Request(f"{llama}/chat/completions", data, {"Content-Type": "application/json"})
        try:
            with urlopen(request, timeout=ANSWER_SECONDS) as answer:
                return Reply(answer.status, answer.read())
        except HTTPError as error:
            return Reply(error.code, error.read())

    with serving(forward) as found:
        yield found


def run(url: str, folder: Path, kind: str) -> subprocess.CompletedProcess[str]:
    """Run datagen with the model as its writer."""
    options = {
        "models": [{"name": "smollm2", "url": url, "request": REQUEST}],
        "attempts": 2,
        "turn_characters": 60,
        "records": str(folder / "books"),
        "timeout_seconds": ANSWER_SECONDS,
    }
    recipe = folder / "recipe.yaml"
    recipe.write_text(yaml.safe_dump({"script": {"use": "openai", "options": options}, **RECIPE}))
    command = [sys.executable, "-m", "datagen", "run", kind, "--dialogs", str(DIALOGS)]
    command += ["--recipe", str(recipe), "--out", str(folder / "run")]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=RUN_SECONDS, env={**os.environ}
    )


def booked(folder: Path, name: str) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for path in (folder / "books").glob(f"{name}-*.jsonl")
        for line in path.read_text().splitlines()
    ]


def test_a_small_model_writes_what_the_schema_says_and_is_told_what_is_wrong(
    between: tuple[ChatServer, str], tmp_path: Path
) -> None:
    server, url = between
    done = run(url, tmp_path, "service")
    refused = booked(tmp_path, "quarantine")
    reasons = Counter(line["reason"] for line in refused)
    print("\nreplies that could not be used, by reason:", dict(reasons))
    assert refused, done.stderr
    assert set(reasons) <= REASONS
    calls = server.calls
    repairs = [call for call in calls if len(call["messages"]) == 4]
    print(f"{len(calls)} requests, of these {len(repairs)} repairs")
    told = {line["reply"] for line in refused}
    for call in repairs:
        assert call["messages"][2]["content"] in told, "the model is shown its own answer"
        assert call["messages"][3]["content"].count("\n- ") >= 1
    follow_schema(refused, calls)
    if not any(line["reason"] == "" for line in booked(tmp_path, "calls")):
        assert done.returncode != 0
        last = done.stderr.splitlines()[-1]
        assert last.startswith(f"error: all {DIALOGS} dialogues were rejected, the first"), last
        assert any(f"by script: {reason}" in last for reason in reasons), last


def follow_schema(refused: list[dict[str, Any]], calls: list[dict[str, Any]]) -> None:
    """See that each whole answer keeps to a schema that was sent: the server enforces it."""
    schemas = [call["response_format"]["json_schema"]["schema"] for call in calls]
    checkers = [Draft202012Validator(schema) for schema in schemas]
    whole = 0
    for line in refused:
        try:
            reply = json.loads(line["reply"], strict=False)
        except ValueError:
            assert line["reason"] == UNREAD
            continue
        whole += 1
        assert any(one.is_valid(reply) for one in checkers), line["reply"][:500]
    print(f"{whole} of {len(refused)} were whole, and keep to their schema")
