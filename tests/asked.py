"""An openai writer and the server it asks, which is faithful until a test says otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from datagen.backends.writer.openai import OpenAI
from datagen.scripting.llm.task import Task, messages
from datagen.types import Job, Reject, Script
from tests.chat_server import RETRY, Answer, ChatServer, Reply, completion, probed, serving
from tests.worded import job, reply_of, task_of, turns_of

NUM_JOBS = 16


def jobs(kind: str = "service", count: int = NUM_JOBS) -> list[Job]:
    return [job(index, kind=kind) for index in range(count)]


@lru_cache
def _by_prompt() -> dict[str, Task]:
    tasks = [task_of(one) for kind in ("service", "qa", "casual") for one in jobs(kind)]
    return {messages(task)[1]["content"]: task for task in tasks}


def asked_for(body: dict[str, Any]) -> Task:
    """Return the task that a request is about."""
    return _by_prompt()[body["messages"][-1]["content"].split(RETRY)[0]]


def faithful(body: dict[str, Any], times: int) -> Reply:
    return completion(reply_of(asked_for(body)))


def after(first: Callable[[dict[str, Any]], Reply], tries: int = 1) -> Answer:
    """Answer the first tries of each dialogue badly, and then as a faithful model does."""
    return lambda body, times: first(body) if times < tries else faithful(body, times)


def worded(body: dict[str, Any], change: Callable[[list[dict[str, str]]], None]) -> Reply:
    """Answer with changed turns."""
    turns = turns_of(asked_for(body))
    change(turns)
    return completion(json.dumps({"turns": turns}))


def say(step: str, text: str) -> Callable[[dict[str, Any]], Reply]:
    """Answer well, but for what is added to a step."""

    def change(turns: list[dict[str, str]]) -> None:
        turn = next(turn for turn in turns if turn["step"] == step)
        turn["text"] = f"{turn['text']} {text}"

    return lambda body: worded(body, change)


@contextmanager
def writing(answer: Answer, **options: Any) -> Iterator[tuple[OpenAI, ChatServer]]:
    """Serve, and build a writer that uses it."""

    def answer_or_probe(body: dict[str, Any], times: int) -> Reply:
        return probed(body) or answer(body, times)

    with serving(answer_or_probe) as (server, url):
        models = options.pop("models", [{"name": "tiny"}])
        settings = {"models": [{"url": url, **model} for model in models], **options}
        writer = OpenAI(OpenAI.Options.model_validate(settings))
        try:
            yield writer, server
        finally:
            writer.close()


def scripts_of(answers: list[Script | Reject]) -> list[Script]:
    assert [answer for answer in answers if isinstance(answer, Reject)] == []
    return [answer for answer in answers if isinstance(answer, Script)]


def lines(folder: Path, name: str) -> list[dict[str, Any]]:
    """Return the lines of a worker's books."""
    (path,) = folder.glob(f"{name}-*.jsonl")
    return [json.loads(line) for line in path.read_text().splitlines()]
