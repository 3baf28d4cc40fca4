"""What the vllm writer asks of vLLM, which is played by a module of a few lines."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from datagen.backends.writer.vllm import VLLM
from datagen.scripting import packs
from datagen.types import Reject, Script, UserError
from tests.worded import blueprint_of, few_packs, job, reply_of


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
        role = conversation[-1]["content"].splitlines()[0].removeprefix("Role of the agent: ")
        text = next(reply_of(b) for b in map(blueprint_of, JOBS) if b.role_prompt == role)
        is_first = len(self.batches) == 1
        written = SimpleNamespace(
            text=text[:100] if is_first else text,
            finish_reason="length" if is_first else "stop",
            token_ids=range(30),
        )
        return SimpleNamespace(outputs=[written], prompt_token_ids=range(90), num_cached_tokens=64)


JOBS = [job(index) for index in range(3)]


@pytest.fixture
def _vllm(monkeypatch: pytest.MonkeyPatch) -> None:
    module, parameters = ModuleType("vllm"), ModuleType("vllm.sampling_params")
    module.LLM, module.SamplingParams = Engine, Parameters  # type: ignore[attr-defined]
    parameters.StructuredOutputsParams = Parameters  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "vllm", module)
    monkeypatch.setitem(sys.modules, "vllm.sampling_params", parameters)
    monkeypatch.setattr(packs, "load_packs", lambda paths: few_packs())


@pytest.mark.usefixtures("_vllm")
def test_a_block_is_one_batch_and_what_failed_is_another() -> None:
    options = VLLM.Options.model_validate({"model": "tiny", "engine": {"max_model_len": 4096}})
    writer = VLLM(options)
    answers = writer.write(JOBS)
    assert all(isinstance(answer, Script) for answer in answers)
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


def test_harmony_models_are_sent_to_a_server() -> None:
    with pytest.raises(UserError, match="harmony"):
        VLLM.check(VLLM.Options(model="openai/gpt-oss-120b"))


def test_without_vllm_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vllm", None)
    with pytest.raises(UserError, match="py_executable"):
        VLLM(VLLM.Options(model="tiny"))
