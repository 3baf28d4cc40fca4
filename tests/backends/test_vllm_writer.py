"""What the vllm writer asks of vLLM, which is played by a module of a few lines."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from threading import Event, Thread
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from datagen.backends.writer.vllm import VLLM, Batches
from datagen.scripting.llm import planners
from datagen.scripting.llm.completion import Completion, Request
from datagen.scripting.llm.planners import PLANNERS
from datagen.types import Reject, Script, UserError
from tests.fixtures.openai_writer import answer_to, jobs
from tests.fixtures.scene_replies import few


class Parameters(SimpleNamespace):
    """Keeps what it was built with."""


class Engine:
    """Answers as a faithful model does, the first time with half of it."""

    def __init__(self, model: str, **arguments: Any) -> None:
        self.model, self.arguments = model, arguments
        self.batches: list[tuple[list[Any], list[Parameters], dict[str, Any]]] = []

    def chat(self, messages: list[Any], parameters: list[Parameters], **more: Any) -> list[Any]:
        self.batches.append((messages, parameters, more))
        return [self._output(conversation) for conversation in messages]

    def _output(self, conversation: list[dict[str, str]]) -> Any:
        text = answer_to({"messages": conversation})
        is_first = len(self.batches) == 1
        written = SimpleNamespace(
            text=text[:100] if is_first else text,
            finish_reason="length" if is_first else "stop",
            token_ids=range(30),
        )
        return SimpleNamespace(outputs=[written], prompt_token_ids=range(90), num_cached_tokens=64)


JOBS = jobs(count=3)


@pytest.fixture
def _vllm(monkeypatch: pytest.MonkeyPatch) -> None:
    module, parameters = ModuleType("vllm"), ModuleType("vllm.sampling_params")
    module.LLM, module.SamplingParams = Engine, Parameters  # type: ignore[attr-defined]
    parameters.StructuredOutputsParams = Parameters  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "vllm", module)
    monkeypatch.setitem(sys.modules, "vllm.sampling_params", parameters)
    monkeypatch.setattr(planners, "PLANNERS", {kind: few(kind) for kind in PLANNERS})


@pytest.mark.slow
@pytest.mark.usefixtures("_vllm")
@pytest.mark.parametrize("kind", PLANNERS)
def test_a_block_is_one_batch_and_what_failed_is_another(kind: str) -> None:
    options = VLLM.Options.model_validate({"model": "tiny", "engine": {"max_model_len": 4096}})
    writer = VLLM(options)
    answers = writer.write(jobs(kind, 3))
    assert all(isinstance(answer, Script) for answer in answers)
    assert {(a.kind, a.attempts) for a in answers if isinstance(a, Script)} == {(kind, 2)}
    assert writer.spent()["tiny"]["completion"] == 6 * 30
    engine = writer._engine
    assert (engine.model, engine.arguments) == ("tiny", {"max_model_len": 4096})
    assert [len(messages) for messages, _, _ in engine.batches] == [3, 3]
    (_, first, more), (_, second, _) = engine.batches
    assert more["chat_template_kwargs"] == {"enable_thinking": False}
    assert {one.temperature for one in first} == {0.7}
    assert "turns" in first[0].structured_outputs.json["properties"]
    assert len({one.seed for one in (*first, *second)}) == 6


@pytest.mark.usefixtures("_vllm")
def test_what_never_fits_is_rejected() -> None:
    writer = VLLM(VLLM.Options(model="tiny", attempts=1))
    (reject,) = writer.write(JOBS[:1])
    assert isinstance(reject, Reject)
    assert (reject.attempt, reject.reason) == (1, "the reply cannot be read")


def asked(seed: int) -> Request:
    return Request(model=0, messages=(), schema={}, seed=seed)


def test_threads_that_wait_for_the_engine_go_into_one_batch() -> None:
    batches: list[list[int]] = []
    answers: dict[int, list[str]] = {}
    begun, going_on = Event(), Event()

    def run(requests: Sequence[Request]) -> list[Completion]:
        batches.append([request.seed for request in requests])
        begun.set()
        going_on.wait(10)
        return [Completion(str(request.seed), is_whole=True) for request in requests]

    together = Batches(run)

    def complete(first: int) -> None:
        found = together.complete([asked(first), asked(first + 1)])
        answers[first] = [one.text for one in found if isinstance(one, Completion)]

    threads = [Thread(target=complete, args=(first,)) for first in range(0, 80, 10)]
    threads[0].start()
    assert begun.wait(10)
    for thread in threads[1:]:
        thread.start()
    deadline = time.monotonic() + 10
    while len(together._waiting) < 14:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    going_on.set()
    for thread in threads:
        thread.join()
    assert [len(batch) for batch in batches] == [2, 14]
    assert answers == {first: [str(first), str(first + 1)] for first in range(0, 80, 10)}


def test_an_error_of_the_engine_reaches_everybody_in_the_batch() -> None:
    def run(requests: Sequence[Request]) -> list[Completion]:
        raise RuntimeError("out of memory")

    batches = Batches(run)
    for _ in range(2):
        with pytest.raises(RuntimeError, match="out of memory"):
            batches.complete([asked(0)])


def test_harmony_models_are_sent_to_a_server() -> None:
    with pytest.raises(UserError, match="harmony"):
        VLLM.check(VLLM.Options(model="openai/gpt-oss-120b"))


def test_without_vllm_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vllm", None)
    with pytest.raises(UserError, match="py_executable"):
        VLLM(VLLM.Options(model="tiny"))
