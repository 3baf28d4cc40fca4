"""A model that cannot do it stops the run soon, and a reply that was cut off says what to raise."""

from __future__ import annotations

import json

import pytest

from datagen.backends.servers import client
from datagen.engine.worker import Failure, UnitRunner
from datagen.scripting.llm import planners
from datagen.scripting.llm.accounts import HOPELESS
from datagen.scripting.llm.planners import PLANNERS
from datagen.scripting.llm.reply import repeated
from datagen.types import AllRejected, Reject
from tests.doubles.chat_server import Reply, completion
from tests.fixtures.openai_writer import after, answer_to, asked_for, jobs, scripts_of, writing
from tests.fixtures.scene_replies import few

pytestmark = pytest.mark.slow

JOBS = jobs()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planners, "PLANNERS", {kind: few(kind) for kind in PLANNERS})
    monkeypatch.setattr(client, "WAITS", (0.001, 0.01))


def test_a_model_that_words_nothing_stops_after_eight_dialogues() -> None:
    with writing(lambda body, times: completion("No."), attempts=1) as (writer, _):
        writer.write(JOBS[: HOPELESS - 1])
        with pytest.raises(AllRejected, match=r"all of the first 8 dialogues.*not a JSON object"):
            writer.write(JOBS[HOPELESS - 1 : HOPELESS])


def test_one_good_dialogue_is_hope_enough() -> None:
    def answer(body: dict, times: int):  # type: ignore[no-untyped-def, type-arg]
        is_good = asked_for(body).job == JOBS[3]
        return completion(answer_to(body) if is_good else "No.")

    with writing(answer, attempts=1) as (writer, _):
        answers = writer.write(JOBS[:12])
    assert sum(isinstance(one, Reject) for one in answers) == 11


def test_a_reply_that_was_cut_off_names_max_tokens() -> None:
    half = '{"turns": [{"step": "gr'
    with writing(lambda body, times: completion(half, "length"), attempts=1) as (writer, server):
        (reject,) = writer.write(JOBS[:1])
    assert isinstance(reject, Reject)
    assert reject.evidence == "the reply was cut off at the limit of tokens: raise max_tokens"
    with writing(lambda body, times: completion(half, "stop"), attempts=1) as (writer, server):
        (reject,) = writer.write(JOBS[:1])  # BerriAI/litellm#25825
    assert isinstance(reject, Reject)
    assert "is not JSON" in reject.evidence
    assert reject.evidence.endswith(": raise max_tokens, or what the server has room for")
    with writing(after(lambda body: completion(half, "length"))) as (writer, server):
        scripts_of(writer.write(JOBS[:1]))
        told = server.calls[1]["messages"][1]["content"]
    assert "cut off" in told
    assert "max_tokens" not in told, "that is for people"


def test_blanks_without_end_are_told_from_a_limit_that_is_too_low() -> None:
    """Grammars of JSON allow blanks anywhere (vllm-project/vllm#38696)."""
    blanks = '{"turns":' + " \n" * 400
    with writing(lambda body, times: completion(blanks, "length"), attempts=1) as (writer, _):
        (reject,) = writer.write(JOBS[:1])
    assert isinstance(reject, Reject)
    assert "disable_any_whitespace" in reject.evidence
    assert "raise max_tokens" not in reject.evidence


TURN = '{"speaker": "agent", "text": "Let me look at that for you."}, '
LOOPS = {
    "a phrase": '{"turns": [{"speaker": "agent", "text": "Hi' + ", I see what you mean" * 80,
    "a turn": '{"turns": [' + TURN * 20 + TURN[:30],
    "two turns": '{"turns": [' + (TURN + TURN.replace("agent", "user")) * 12,
    "a mark": '{"turns": [{"speaker": "agent", "text": "No' + "!" * 900,
    "reasoning": "<think>The user wants a call." + " Wait, let me read the facts again." * 40,
}
"""How models go on until the limit."""


@pytest.mark.parametrize("name", LOOPS)
def test_a_model_in_a_loop_is_not_told_to_write_more(name: str) -> None:
    loop = LOOPS[name]
    with writing(lambda body, times: completion(loop, "length"), attempts=1) as (writer, _):
        (reject,) = writer.write(JOBS[:1])
    assert isinstance(reject, Reject)
    assert "over and over" in reject.evidence
    assert "frequency_penalty" in reject.evidence
    assert "raise max_tokens" not in reject.evidence


def test_turns_that_only_begin_alike_are_no_loop() -> None:
    turns = "".join(TURN.replace("that", f"order {number}") for number in range(40))
    assert repeated(f'{{"turns": [{turns}') == ""
    assert repeated("no, no, no") == ""
    assert repeated(TURN * 3) == ""


def test_a_prompt_that_the_server_has_cut_is_told() -> None:
    """Ollama answers a part of what it is asked without a word (ollama/ollama#17889)."""
    few = {"prompt_tokens": 100, "completion_tokens": 9}
    bad = '{"turns": [{"speaker": "agent", "text": "Hi."}, {"speaker": "user", "text": "Hi."}]}'
    for text in ("No.", bad):
        choice = {"message": {"content": text}, "finish_reason": "stop"}
        reply = Reply(body=json.dumps({"choices": [choice], "usage": few}).encode())
        with writing(lambda body, times, reply=reply: reply, attempts=2) as (writer, server):
            (reject,) = writer.write(JOBS[:1])
            told = server.calls[-1]["messages"][-1]["content"]
        assert isinstance(reject, Reject)
        assert "read 100 tokens of a prompt of" in reject.evidence
        assert reject.evidence.endswith("(Ollama: OLLAMA_CONTEXT_LENGTH)")
        assert "Ollama" not in told, "that is for people"


def test_a_reply_that_was_cut_off_behind_its_object_is_whole() -> None:
    def answer(body: dict, times: int):  # type: ignore[no-untyped-def, type-arg]
        return completion(f"{answer_to(body)}{' ' * 500}", "length")

    with writing(answer) as (writer, _):
        assert scripts_of(writer.write(JOBS[:1]))[0].attempts == 1


def test_a_worker_hands_it_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise AllRejected("all were")

    monkeypatch.setattr(UnitRunner, "_run", fail)
    runner = UnitRunner.__new__(UnitRunner)
    runner._stage = json  # type: ignore[assignment]  # anything but None
    from datagen.engine.unit import Order

    assert runner._try(Order(0)) == Failure("rejected", "all were")
