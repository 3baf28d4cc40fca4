"""Chat completions as real servers send them, and errors in a 200."""

from __future__ import annotations

import codecs
import json
import time
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from urllib3 import HTTPHeaderDict

from datagen.backends.servers import client, wording
from datagen.backends.servers.address import is_here
from datagen.backends.servers.client import ServerDown
from datagen.backends.writer.llm_server import COLOUR, EASY, Server
from datagen.scripting.llm.answer import objects
from datagen.scripting.llm.completion import Completion, Refusal, Request, Usage
from datagen.scripting.llm.reply import BadReply, read_json, remedy
from datagen.types import UserError
from tests.doubles.raw_server import Answer, Asked, RawServer, raw

KEY = "sk-very-secret"
TURNS = {
    "turns": [
        {"step": "greet", "speaker": "agent", "text": "Hello."},
        {"step": "bye", "speaker": "user", "text": "Bye."},
    ]
}
OBJECT = json.dumps(TURNS)
FORM = Draft202012Validator(
    {
        "type": "object",
        "required": ["turns"],
        "properties": {"turns": {"type": "array", "minItems": 1}},
    }
)
OTHER = json.dumps({"turns": []})


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "WAITS", (0.001, 0.01))


def turns_of(text: str) -> list[dict[str, str]]:
    """Return the turns of the first object of a reply that fits."""
    value = read_json(text, FORM)
    if not FORM.is_valid(value):
        raise BadReply("no turns")
    turns: list[dict[str, str]] = value["turns"]
    return turns


def said(value: Any, **headers: str) -> Answer:
    return Answer(200, json.dumps(value).encode(), {"Content-Type": "application/json", **headers})


def chat(content: Any, **choice: Any) -> Answer:
    return said({"choices": [{"message": {"role": "assistant", "content": content}, **choice}]})


def easily(asked: Asked) -> Answer | None:
    """Answer the probe as a server that keeps to schemas."""
    if not asked.body["messages"][-1]["content"].startswith("What is 2 + 2"):
        return None
    return chat('{"colour": "periwinkle"}')


def server(url: str, **options: Any) -> Server:
    settings: dict[str, Any] = {
        "model": "tiny",
        "url": url,
        "key": KEY,
        "key_name": "OPENAI_API_KEY",
        "body": {},
        "schema_field": "json_schema",
        "concurrency": 4,
        "timeout": 5.0,
        "patience": 0.5,
    }
    return Server(**{**settings, **options})


REQUEST = Request(0, ({"role": "user", "content": "Word this."},), EASY.schema, seed=7)


def ask(answer: Answer, **options: Any) -> Completion | Refusal:
    with raw(lambda asked: easily(asked) or answer) as running:
        return server(running.url, **options).ask(REQUEST)


CONTENTS = {
    "a string": "hello",
    "parts of text": [{"type": "text", "text": "hel"}, {"type": "text", "text": "lo"}],
    "parts after reasoning": [
        {"type": "thinking", "thinking": [{"type": "text", "text": "{}"}]},
        {"type": "text", "text": "hello"},
    ],
    "output_text": [{"type": "output_text", "text": "hello", "annotations": []}],
    "strings": ["hel", "lo"],
    "one part": {"type": "text", "text": "hello"},
    "a value": [{"type": "text", "text": {"value": "hello"}}],
}


@pytest.mark.parametrize("name", CONTENTS)
def test_content_is_a_string_or_parts(name: str) -> None:
    answer = ask(chat(CONTENTS[name], finish_reason="stop"))
    assert isinstance(answer, Completion)
    assert answer.text == "hello"


ELSEWHERE: dict[str, Any] = {
    "reasoning": "hello",
    "reasoning_content": "hello",
    "reasoning_details": [{"type": "reasoning.text", "text": "hello"}],
    "tool_calls": [{"type": "function", "function": {"name": "reply", "arguments": "hello"}}],
    "function_call": {"name": "reply", "arguments": "hello"},
}


@pytest.mark.parametrize("field", ELSEWHERE)
def test_an_answer_that_stands_elsewhere_alone_is_read(field: str) -> None:
    message = {"role": "assistant", "content": None, field: ELSEWHERE[field]}
    answer = ask(said({"choices": [{"message": message}]}))
    assert isinstance(answer, Completion)
    assert answer.text == "hello"


DONE = b"data: [DONE]\n\n"
BEGUN = b'data: {"choices": [{"delta": {"content": "hel"}, "finish_reason": null}]}\n\n'


def stream(*deltas: dict[str, Any], reason: str = "stop", end: bytes = DONE) -> bytes:
    """Return server-sent events: a comment, a chunk for each delta, the reason, usage."""
    chunks = [{"choices": [{"index": 0, "delta": d, "finish_reason": None}]} for d in deltas]
    last = {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}
    usage = {"choices": [], "usage": {"completion_tokens": 2}}
    frames = [f"data: {json.dumps(one)}\n\n".encode() for one in (*chunks, last, usage)]
    return b": keep-alive\n\n" + b"".join(frames) + end


WHOLE = json.dumps(
    {"choices": [{"message": {"content": "hello"}, "finish_reason": "stop"}]}
).encode()
EVENTS = {
    "a whole answer that ends as a stream": WHOLE + b"\n\n" + DONE,
    "a whole answer in one event": b"data: " + WHOLE + b"\n\n",
    "a whole answer behind comments": b": PROCESSING\n\n: PROCESSING\n\n" + WHOLE,
    "chunks": stream({"role": "assistant", "content": ""}, {"content": "hel"}, {"content": "lo"}),
    "chunks without an end": stream({"content": "hello"}, end=b""),
    "chunks with reasoning": stream({"reasoning": "hm"}, {"content": "hello"}),
    "chunks of a call": stream(
        {"tool_calls": [{"index": 0, "function": {"name": "reply", "arguments": "hel"}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": "lo"}}]},
    ),
    "carriage returns": stream({"content": "hello"}).replace(b"\n", b"\r\n"),
    "a mark of UTF-8": codecs.BOM_UTF8 + stream({"content": "hello"}),
    "no blank lines": stream({"content": "hel"}, {"content": "lo"}).replace(b"\n\n", b"\n"),
    "an event of several lines": b"event: message\ndata: "
    + json.dumps(json.loads(WHOLE), indent=1).encode().replace(b"\n", b"\ndata: ")
    + b"\n\n"
    + DONE,
}


@pytest.mark.parametrize("name", EVENTS)
def test_a_stream_that_nobody_asked_for_is_put_together(name: str) -> None:
    answer = ask(Answer(200, EVENTS[name], {"Content-Type": "text/event-stream"}))
    assert isinstance(answer, Completion)
    assert answer.text == "hello"
    assert answer.is_whole


def test_a_stream_ends_with_its_last_line_though_the_connection_stays_open() -> None:
    sent = stream({"content": "hello"})
    half = len(sent) - 8
    body = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (sent[:half], sent[half:]))
    chunked = {"Content-Type": "text/event-stream", "Transfer-Encoding": "chunked"}
    begun = time.monotonic()
    answer = ask(Answer(200, body, chunked, length=False, open=5.0))
    assert isinstance(answer, Completion)
    assert answer.text == "hello"
    assert time.monotonic() - begun < 4.0


def test_a_stream_says_when_it_was_cut_off_and_what_went_wrong() -> None:
    events = {"Content-Type": "text/event-stream"}
    cut = ask(Answer(200, stream({"content": "x"}, reason="length"), events))
    assert isinstance(cut, Completion)
    assert not cut.is_whole
    assert cut.usage == Usage(0, 0, 2)
    error = b'data: {"error": {"code": 400, "message": "too long"}}\n\ndata: [DONE]\n\n'
    answer = ask(Answer(200, error, events))
    assert isinstance(answer, Refusal)
    assert "too long" in answer.reason
    half = b'data: {"choices": [{"delta": {"content": "x"}}]}\n\ndata: {"choi'
    with pytest.raises(UserError, match="a stream that breaks off"):
        ask(Answer(200, half, events))
    whole = Answer(200, stream({"content": "hello"}), events)
    answers = iter([Answer(200, half, events), whole])
    with raw(lambda asked: next(answers)) as running:
        answer = server(running.url, patience=60).ask(REQUEST)
    assert isinstance(answer, Completion)
    assert answer.text == "hello"


ONLY_REASONED: dict[str, dict[str, Any]] = {
    "in a field": {"content": "", "reasoning_content": 'Thinking: {"turns": ...}. Wait, <plan>'},
    "in a field, in braces": {"content": None, "reasoning": "First {a"},
    "in tags": {"content": "<think>\nThe user wants {turns}. </think>\n"},
    "in tags without an end": {"content": "<think>\nThe user wants {turns}, so"},
}


@pytest.mark.parametrize("name", ONLY_REASONED)
def test_reasoning_without_an_answer_is_called_so(name: str) -> None:
    """LM Studio calls it whole, and counts no token (lmstudio-bug-tracker#1602)."""
    reply = said({"choices": [{"message": ONLY_REASONED[name], "finish_reason": "stop"}]})
    answer = ask(reply)
    assert isinstance(answer, Completion)
    with pytest.raises(BadReply) as caught:
        turns_of(answer.text)
    assert "reasoning and no answer: raise max_tokens" in remedy(caught.value, answer, REQUEST)
    with raw(lambda asked: reply) as running, pytest.raises(UserError, match="reason less"):
        server(running.url).probe()


def test_an_answer_in_the_reasoning_is_no_lack_of_one() -> None:
    answer = ask(chat(None, message={"content": None, "reasoning": OBJECT}))
    assert isinstance(answer, Completion)
    assert len(turns_of(answer.text)) == 2


def test_an_answer_of_nothing_but_tokens_costs_one_attempt() -> None:
    message = {"role": "assistant", "content": None, "reasoning": None, "tool_calls": []}
    usage = {"prompt_tokens": 5, "completion_tokens": 90}
    answer = ask(said({"choices": [{"message": message, "finish_reason": "stop"}], "usage": usage}))
    assert answer == Completion("", is_whole=True, usage=Usage(5, 0, 90))
    with pytest.raises(BadReply):
        turns_of("")


@pytest.mark.parametrize("reason", ["stop", None])
@pytest.mark.parametrize("content", [None, "", " "])
def test_an_answer_of_a_model_that_never_ran_is_asked_for_again(content: Any, reason: Any) -> None:
    """Ollama's cloud models now and then answer with nothing (ollama#13371, docling#1647)."""
    choices = [{"message": {"role": "assistant", "content": content}, "finish_reason": reason}]
    usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    nothing = said({"choices": choices, "usage": usage})
    answers = iter([nothing, nothing, chat("hello")])
    with raw(lambda asked: next(answers)) as running:
        answer = server(running.url, patience=60).ask(REQUEST)
    assert answer == Completion("hello", is_whole=True)
    always = ask(nothing, patience=60)
    assert isinstance(always, Refusal)
    assert "nothing else does, last: answers with nothing" in always.reason


def test_an_empty_reply_is_called_empty() -> None:
    with pytest.raises(BadReply, match="is empty"):
        turns_of("<think>so</think>\n")


def test_a_text_completion_is_read() -> None:
    answer = ask(said({"choices": [{"text": "hello"}]}))
    assert isinstance(answer, Completion)
    assert answer.text == "hello"


@pytest.mark.parametrize(
    ("usage", "counted"),
    [
        ("42", Usage()),
        ([1, 2], Usage()),
        (None, Usage()),
        ({"prompt_tokens": "12", "completion_tokens": 3.0}, Usage(12, 0, 3)),
        ({"prompt_tokens": None, "prompt_tokens_details": []}, Usage()),
        ({"prompt_tokens": -5, "completion_tokens": 1e400}, Usage()),
        ({"prompt_tokens": [], "completion_tokens": "many"}, Usage()),
    ],
)
def test_usage_in_any_type_and_no_finish_reason(usage: Any, counted: Usage) -> None:
    answer = ask(said({"choices": [{"message": {"content": "x"}}], "usage": usage}))
    assert answer == Completion("x", is_whole=True, usage=counted)


@pytest.mark.parametrize("reason", ["length", "MAX_TOKENS", "max_tokens"])
def test_a_reply_that_was_cut_off_is_told(reason: str) -> None:
    answer = ask(chat("x", finish_reason=reason))
    assert isinstance(answer, Completion)
    assert not answer.is_whole


@pytest.mark.parametrize("reason", ["error", "network_error", "abort"])
def test_a_reply_whose_server_broke_off_is_asked_for_again(reason: str) -> None:
    """OpenRouter's for a provider that dies within an object (maximhq/bifrost#5425)."""
    replies = [chat('{"turns": [{"st', finish_reason=reason), chat("whole", finish_reason="stop")]
    with raw(lambda asked: replies.pop(0)) as running:
        answer = server(running.url).ask(REQUEST)
    assert isinstance(answer, Completion)
    assert answer.text == "whole"


BEHIND = {
    "a sentence": "full upstream, retry",
    "JSON": json.dumps({"error": {"message": "full upstream, retry", "type": "x"}}),
}


@pytest.mark.parametrize("name", BEHIND)
@pytest.mark.parametrize("status", [200, 400])
def test_what_a_gateways_provider_said_is_shown(status: int, name: str) -> None:
    error = {"message": "Provider returned error", "code": 400, "metadata": {"raw": BEHIND[name]}}
    answer = ask(Answer(status, json.dumps({"error": error}).encode()))
    assert answer == Refusal("HTTP 400: Provider returned error: full upstream, retry")


TOO_LONG = {
    "llama.cpp's": {
        "error": {"code": 500, "message": "the request exceeds the available context size"}
    },
    "FastChat's": {
        "object": "error",
        "message": "This model's maximum context length is 2048 tokens",
        "code": 40303,
    },
    "a sentence": {"error": "Requested tokens exceed context window of 512"},
}


@pytest.mark.parametrize("name", TOO_LONG)
@pytest.mark.parametrize("status", [200, 500])
def test_a_prompt_that_is_too_long_is_no_fault_of_the_server(status: int, name: str) -> None:
    asked: list[Asked] = []

    def reply(request: Asked) -> Answer:
        asked.append(request)
        return easily(request) or Answer(status, json.dumps(TOO_LONG[name]).encode())

    with raw(reply) as running:
        answer = server(running.url).ask(REQUEST)
    assert isinstance(answer, Refusal)
    assert "context" in answer.reason
    assert len(asked) == 2, "it is not asked for again, but something easy is"


@pytest.mark.parametrize("status", [400, 422, 500])
def test_a_model_that_was_put_away_is_waited_for(status: int) -> None:
    """Its dialogues are not to blame (lmstudio-ai/lmstudio-bug-tracker#1492)."""
    answers = [chat(OBJECT), Answer(status, b'{"error": "Model is unloaded."}'), chat(OBJECT)]
    with raw(lambda _: answers.pop(0)) as model:
        asked = server(model.url)
        for _ in range(2):
            assert isinstance(asked.ask(EASY), Completion)
    assert not answers


def test_a_server_that_never_had_a_model_is_told_at_once() -> None:
    said = b'{"error": {"message": "No models loaded. Please load a model", "param": "model"}}'
    with (
        raw(lambda _: Answer(400, said)) as model,
        pytest.raises(UserError, match="refuses every request: HTTP 400: No models loaded"),
    ):
        server(model.url).ask(EASY)


@pytest.mark.parametrize(
    ("name", "is_told"),
    [
        ("llama-3.2-1b", True),
        ("org/m-30b", False),
        ("M-30B-Q4_K_M.gguf", False),
        ("", False),
        (7, False),
    ],
)
def test_a_server_that_answers_as_another_model_is_told(
    name: Any, is_told: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """LM Studio may answer with whatever is loaded (lmstudio-bug-tracker#1217)."""
    content = json.dumps({"colour": COLOUR})
    answer = said({"model": name, "choices": [{"message": {"content": content}}]})
    with raw(lambda _: answer) as model:
        server(model.url, model="m-30b").probe()
    assert ("answers as 'llama-3.2-1b'" in caplog.text) == is_told


def test_what_a_model_refuses_is_refused() -> None:
    message = {"content": None, "refusal": "I cannot help with that."}
    answer = ask(said({"choices": [{"message": message, "finish_reason": "stop"}]}))
    assert answer == Refusal("the model refuses: I cannot help with that.")
    withheld = ask(chat(None, finish_reason="content_filter"))
    assert withheld == Refusal("the model refuses: content_filter")
    nothing = {"choices": [{"index": 0, "message": None, "finish_reason": "content_filter"}]}
    assert ask(said(nothing)) == withheld
    half = ask(chat(OBJECT[:20], finish_reason="sensitive"))
    assert half == Refusal("the model refuses the rest: sensitive")
    assert isinstance(ask(chat(OBJECT, finish_reason="content_filter")), Completion)


@pytest.mark.parametrize(
    "beside",
    [
        {"usage": {"prompt_tokens": 4241}},
        {"prompt_filter_results": [{"content_filter_results": {"violence": {"filtered": True}}}]},
    ],
)
def test_an_answer_without_choices_costs_one_attempt(beside: dict[str, Any]) -> None:
    answer = ask(said({"object": "chat.completion", "choices": [], **beside}))
    assert isinstance(answer, Refusal)
    assert "choices are empty" in answer.reason
    error = ask(said({"choices": [], "error": {"code": 400, "message": "too long"}}))
    assert isinstance(error, Refusal)
    assert "too long" in error.reason


OVER = {"choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "error"}]}


def failing(error: dict[str, Any]) -> dict[str, bytes]:
    """Return the forms in which a stream that has begun tells an error."""
    whole = {"choices": [{"message": {"content": "hel"}, "finish_reason": "error"}]}
    choice = {"choices": [{"delta": {}, "error": error, "finish_reason": "error"}]}
    return {
        "beside a last chunk": BEGUN + f"data: {json.dumps({**OVER, 'error': error})}\n\n".encode(),
        "alone": BEGUN + f"data: {json.dumps({'error': error})}\n\n".encode() + DONE,
        "in a choice": BEGUN + f"data: {json.dumps(choice)}\n\n".encode(),
        "as an error event": BEGUN + f"error: {json.dumps(error)}\n\n".encode(),
        "beside a whole answer": json.dumps({**whole, "error": error}).encode(),
    }


@pytest.mark.parametrize("form", failing({}))
@pytest.mark.parametrize(
    ("code", "raised"),
    [(400, Refusal), (429, ServerDown), ("server_error", ServerDown), (402, UserError)],
)
def test_an_error_in_the_middle_of_an_answer_is_what_it_says(
    form: str, code: Any, raised: type[Any]
) -> None:
    body = failing({"code": code, "message": "the provider hung up"})[form]
    answer = Answer(200, body, {"Content-Type": "text/event-stream"})
    with raw(lambda asked: answer) as running:
        if raised is Refusal:
            running.reply = lambda asked: easily(asked) or answer
            refusal = server(running.url).ask(REQUEST)
            assert refusal == Refusal("HTTP 400: the provider hung up")
        else:
            with pytest.raises(raised, match="the provider hung up"):
                server(running.url).ask(REQUEST)


@pytest.mark.parametrize(
    ("headers", "words", "seconds"),
    [
        ({"Retry-After": "2"}, "slow down", 2),
        ({"retry-after": "2.5"}, "slow down", 2.5),
        ({"Retry-After": "7200"}, "slow down", 60),
        ({"Retry-After": "-1"}, "slow down", 0),
        ({"Retry-After": "soon"}, "slow down", 0),
        ({"retry-after-ms": "1500"}, "slow down", 1.5),
        ({"x-ms-retry-after-ms": "1500"}, "slow down", 1.5),
        ({"Retry-After": "0", "llm_provider-retry-after": "4"}, "slow down", 4),
        ({"X-RateLimit-Reset": "7"}, "slow down", 7),
        ({"X-RateLimit-Reset": "4102444800"}, "slow down", 60),
        ({"X-RateLimit-Reset": "4102444800000"}, "slow down", 60),
        ({"X-RateLimit-Reset": "1741305600000"}, "slow down", 0),
        ({"Retry-After": "3"}, "Please try again in 9s.", 3),
        ({}, "No deployments available for selected model, Try again in 5 seconds. Passed", 5),
        ({}, "Limit 6000, Used 5900. Please try again in 1m2.5s. Need more tokens?", 60),
        ({}, "Please try again in 553ms. Visit", 0.553),
        ({}, "quota exceeded, limit: 10\nPlease retry in 34.5s.", 34.5),
        ({}, "wait 2 minutes before retrying", 60),
        ({}, "Try again in 1 minute", 60),
        ({}, "x" * 400 + " Please retry in 3 s", 3),
        ({}, "limit of 20 requests in 60 seconds, retry later", 0),
        ({}, "please try again; model 4 scales in 20 s", 0),
        ({}, "do not retry 3 times", 0),
    ],
)
def test_a_server_says_how_long_to_wait(
    headers: dict[str, str], words: str, seconds: float
) -> None:
    body = json.dumps({"error": {"message": words, "code": "429"}}).encode()
    found = wording.http_error(429, body, client.retry_after(HTTPHeaderDict(headers)))
    assert found.after == pytest.approx(seconds)
    in_a_200 = wording.error_of(body)
    assert in_a_200 is not None
    if not headers:
        assert in_a_200.after == found.after


ERRORS: dict[str, tuple[Any, type[Exception] | None, str]] = {
    "a code of 429": ({"error": {"code": 429, "message": "slow down"}}, ServerDown, "slow down"),
    "a code as text": ({"error": {"code": "503", "message": "full"}}, ServerDown, "full"),
    "a type": ({"error": {"type": "overloaded_error", "message": "busy"}}, ServerDown, "busy"),
    "a wrong key": (
        {"error": {"code": 401, "message": "no key"}},
        UserError,
        "no key.*another",
    ),
    "no money": ({"error": {"code": 402, "message": "credits"}}, UserError, "402 .credits.*pay"),
    "a quota": (
        {"error": {"code": "insufficient_quota", "message": "your quota"}},
        UserError,
        "402 .your quota",
    ),
    "an old vLLM's": ({"object": "error", "message": "too long", "code": 400}, None, "too long"),
    "FastAPI's": (
        {"detail": [{"loc": ["body", "seed"], "msg": "not an int"}], "code": 422},
        None,
        "body.seed: not an int",
    ),
    "in a choice": (
        {"choices": [{"error": {"code": 400, "message": "upstream"}, "finish_reason": "error"}]},
        None,
        "upstream",
    ),
    "a gateway's": (
        {"code": "rate_limit_daily", "message": "Error code: 429 - no more today"},
        ServerDown,
        "no more today",
    ),
    "a message alone": ({"message": "Requests rate limit exceeded"}, UserError, "rate limit"),
    "a status in words": ({"error": "upstream: status 503, busy"}, ServerDown, "busy"),
    "no choices": ({"choices": None, "error": None}, UserError, "no chat completion"),
    "a string": ({"error": "model is loading"}, UserError, "model is loading"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_in_a_200_is_what_it_says(name: str) -> None:
    value, raised, words = ERRORS[name]
    with raw(lambda asked: said(value)) as running:
        running.reply = lambda asked: said(value)
        if raised is None:
            with raw(lambda asked: easily(asked) or said(value)) as other:
                answer = server(other.url).ask(REQUEST)
            assert isinstance(answer, Refusal)
            assert words in answer.reason
        else:
            with pytest.raises(raised, match=words) as caught:
                server(running.url).ask(REQUEST)
            assert KEY not in str(caught.value)


@pytest.mark.parametrize("status", [401, 402, 403, 404, 405])
def test_what_every_request_would_get_stops_at_once_with_the_servers_sentence(status: int) -> None:
    body = json.dumps({"error": {"message": f"key {KEY} has no credits"}}).encode()
    with raw(lambda asked: Answer(status, body)) as running:
        with pytest.raises(UserError, match=rf"{status} \(key \*\*\* has no credits\)"):
            server(running.url).ask(REQUEST)
        assert len(running.asked) == 1


def test_a_quota_that_is_used_up_is_not_waited_for() -> None:
    body = b'{"error": {"message": "exceeded", "type": "insufficient_quota", "code": null}}'
    with raw(lambda asked: Answer(429, body)) as running:
        with pytest.raises(UserError, match="answers 402"):
            server(running.url).ask(REQUEST)
        assert len(running.asked) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_on_the_same_host_is_followed_with_method_body_and_key(status: int) -> None:
    def reply(asked: Asked) -> Answer:
        if asked.path.startswith("/v1"):
            return Answer(status, headers={"Location": "/api/v1/chat/completions"})
        return chat("hello")

    with raw(reply) as running:
        answer = server(running.url).ask(REQUEST)
    assert isinstance(answer, Completion)
    first, second = running.asked
    assert (second.method, second.path) == ("POST", "/api/v1/chat/completions")
    assert second.body == first.body
    assert second.headers["authorization"] == f"Bearer {KEY}"


def redirecting(status: int, target: RawServer) -> RawServer:
    location = f"{target.url}/chat/completions?token=1"
    return raw(lambda asked: Answer(status, headers={"Location": location}))  # type: ignore[return-value]


@pytest.mark.parametrize("status", [301, 302, 303, 300])
def test_a_redirect_to_another_host_that_would_become_get_is_refused(status: int) -> None:
    with raw(lambda asked: chat("stolen")) as other, redirecting(status, other) as running:  # type: ignore[attr-defined]
        with pytest.raises(UserError, match=rf"redirects \({status}\) to {other.root}/v1"):
            server(running.url).ask(REQUEST)
        assert other.asked == []


@pytest.mark.parametrize("status", [307, 308])
def test_the_key_goes_to_no_other_host(status: int) -> None:
    with raw(lambda asked: chat("hello")) as other, redirecting(status, other) as running:  # type: ignore[attr-defined]
        answer = server(running.url).ask(REQUEST)
    assert isinstance(answer, Completion)
    (asked,) = other.asked
    assert asked.method == "POST"
    assert asked.body["model"] == "tiny"
    assert "authorization" not in asked.headers


@pytest.mark.parametrize("location", ["", "ftp://x/y", "file:///etc/passwd"])
def test_a_redirect_to_nowhere_is_said(location: str) -> None:
    headers = {"Location": location} if location else {}
    message = "answers 307 and names no address"
    with (
        raw(lambda asked: Answer(307, headers=headers)) as running,
        pytest.raises(UserError, match=message),
    ):
        server(running.url).ask(REQUEST)


def test_a_circle_of_redirects_ends() -> None:
    with raw(lambda asked: Answer(308, headers={"Location": asked.path})) as running:
        with pytest.raises(UserError, match="in a circle"):
            server(running.url).ask(REQUEST)
        assert len(running.asked) == 6


def test_a_server_that_was_never_understood_is_told_soon() -> None:
    with raw(lambda asked: Answer(200, b"<html>hello</html>", {"Content-Type": "text/html"})) as it:
        with pytest.raises(UserError, match=r"no chat completion \(text/html, beginning '<html>"):
            server(it.url, patience=60).ask(REQUEST)
        assert len(it.asked) == client.UNREADABLE_TRIES


def test_a_server_that_refuses_everything_is_told() -> None:
    body = b'{"detail": "json_schema is not supported"}'
    with (
        raw(lambda asked: Answer(400, body)) as running,
        pytest.raises(UserError, match=r"refuses every request: .*is not supported"),
    ):
        server(running.url).probe()


@pytest.mark.parametrize("status", [400, 422, 500])
def test_a_server_that_refuses_a_form_of_schema_is_told_the_other(status: int) -> None:
    said_so = b'{"error": {"message": "response_format type must be one of text or json_object"}}'

    def older(asked: Asked) -> Answer:
        if asked.body["response_format"]["type"] == "json_schema":
            return Answer(status, said_so)
        return chat('{"colour": "periwinkle"}')

    with raw(older) as running:
        with pytest.raises(UserError, match=r"must be one of.*with schema_field: json_object"):
            server(running.url, patience=60).probe()
        assert len(running.asked) <= 4


def test_a_server_without_json_object_is_told_the_standard_form() -> None:
    said_so = b"""{"error": "'response_format.type' must be 'json_schema' or 'text'"}"""

    def lm_studio(asked: Asked) -> Answer:
        is_standard = asked.body["response_format"]["type"] == "json_schema"
        return chat('{"colour": "periwinkle"}') if is_standard else Answer(400, said_so)

    with (
        raw(lm_studio) as running,
        pytest.raises(UserError, match=r"'json_schema' or 'text'.*with schema_field: json_schema"),
    ):
        server(running.url, schema_field="json_object", patience=60).probe()


def test_the_hint_says_which_form_of_schema_the_server_keeps_to() -> None:
    def llama_cpp_python(asked: Asked) -> Answer:
        if asked.body["response_format"]["type"] == "json_schema":
            return chat("4")
        return chat('{"colour": "periwinkle"}')

    with raw(llama_cpp_python) as running:
        with pytest.raises(UserError, match="it does with schema_field: json_object, so set that"):
            server(running.url).probe()
        server(running.url, schema_field="json_object").probe()
    with raw(
        lambda asked: chat('<think>{"a": {}}</think>\n```json\n{"colour": "periwinkle"}```')
    ) as it:
        server(it.url).probe()


def test_a_key_from_a_file_may_end_in_a_line_break_but_not_hold_one() -> None:
    with raw(lambda asked: chat("hello")) as running:
        server(running.url, key=f"{KEY}\n").ask(REQUEST)
        assert running.asked[0].headers["authorization"] == f"Bearer {KEY}"
    for key in ("a\nb", "sk-\u20ac", "a\x1bb"):
        with pytest.raises(UserError, match="OPENAI_API_KEY") as caught:
            server("http://127.0.0.1:9/v1", key=key)
        assert key not in str(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_server_on_this_machine_is_asked_without_a_proxy(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Networks whose way out is a proxy set one for all programs (ray-project/ray#14350)."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    with raw(lambda asked: easily(asked)) as running:  # type: ignore[arg-type, return-value]
        server(running.url.replace("127.0.0.1", host)).probe()
    for url in ("http://[::1]:8000/v1", "ws://127.0.0.2:8998", "http://a.localhost/v1"):
        assert is_here(url)
    for url in ("http://10.0.0.1/v1", "https://localhost.example.com/v1", "nothing"):
        assert not is_here(url)


OWN_FIELDS = {
    "OpenAI's reasoning models": (
        "max_tokens",
        {"error": {"message": "Unsupported parameter: 'max_tokens' is not supported with this"}},
    ),
    "one value only": (
        "temperature",
        {"error": {"message": "'temperature' does not support 0 with this model."}},
    ),
    "Mistral": (
        "seed",
        {"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs are not permitted"}]},
    ),
}


@pytest.mark.parametrize("name", OWN_FIELDS)
def test_a_field_that_no_user_chose_is_left_out_where_it_is_not_taken(name: str) -> None:
    """FoundationAgents/OpenManus#555, repowise-dev/repowise#987."""
    field, says = OWN_FIELDS[name]

    def reply(asked: Asked) -> Answer:
        if field in asked.body:
            return Answer(422, json.dumps(says).encode())
        return easily(asked) or chat(OBJECT)

    body = {"temperature": 0, "max_tokens": 200}
    with raw(reply) as running:
        one = server(running.url, body=body, ours=frozenset(("seed", *body)))
        one.probe()
        assert isinstance(one.ask(REQUEST), Completion)
        assert [field in asked.body for asked in running.asked] == [True, True, False, False]
        if field in body:
            with pytest.raises(UserError, match=f"{field}.*mend its options"):
                server(running.url, body=body).probe()


def test_an_endless_answer_is_refused_in_bounded_memory() -> None:
    answer = ask(Answer(200, b" " * (17 * 2**20)))
    assert isinstance(answer, Refusal)
    assert "longer than 16 MB" in answer.reason


REPLIES = {
    "braces in the reasoning": f"<think>Maybe {{x}} or {OTHER}?</think>{OBJECT}",
    "a lone closing tag": f"so I say {{hm}}\n</think>\n\n{OBJECT}",
    "reasoning that holds the form": f"<think>{OTHER}</think>\n{OBJECT}",
    "another tag": f"<reasoning>{{}}</reasoning>{OBJECT}",
    "Mistral's": f"[THINK]{{}}[/THINK]{OBJECT}",
    "Kimi's": f"\u25c1think\u25b7{{}}\u25c1/think\u25b7{OBJECT}",
    "harmony": "<|channel|>analysis<|message|>{no}<|end|><|start|>assistant<|channel|>final"
    f"<|message|>{OBJECT}<|return|>",
    "harmony, constrained": "<|channel|>analysis<|message|>{}<|end|><|start|>assistant"
    f"<|channel|>final <|constrain|>json<|message|>{OBJECT}",
    "harmony without its tokens": f"analysisWe need {{json}}.assistantfinal{OBJECT}",
    "a fence": f"```json\n{OBJECT}\n```",
    "a fence and a note": f"Here it is:\n```json\n{OBJECT}\n```\nI kept to {{the rules}}.",
    "two objects": f"{OBJECT}\n{OBJECT}",
    "another object first": f'{{"note": "as asked"}}\n{OBJECT}',
    "a brace before": f"{{ {OBJECT}",
    "a closing tag at the end": f"{OBJECT}</think>",
    "a tool's call": f'<tool_call>{{"name": "reply", "arguments": {OBJECT}}}</tool_call>',
    "a tool's call in a text": json.dumps({"name": "reply", "arguments": OBJECT}),
    "a wrapper": f'{{"reply": {OBJECT}}}',
    "trailing commas": OBJECT.replace("}]", "},]"),
    "several reasonings": f"<think>a</think>{OTHER}<think>b</think>{OBJECT}",
    "capitals": f"<THINK>{{}}</THINK>{OBJECT}",
    "a mark": f"\ufeff{OBJECT}",
    "raw control characters": OBJECT.replace("Hello.", "Hel\nlo."),
}


@pytest.mark.parametrize("name", REPLIES)
def test_the_object_is_found(name: str) -> None:
    assert [one["step"] for one in turns_of(REPLIES[name])] == ["greet", "bye"]


@pytest.mark.parametrize(
    "text", ["", "<think>{}", "{" * 50_000, "}{", '{"turns": [', "[1, 2]", "</think>" * 1000]
)
def test_what_holds_no_object_is_bad(text: str) -> None:
    with pytest.raises(BadReply):
        turns_of(text)


def test_objects_come_in_order_those_after_the_reasoning_first() -> None:
    assert list(objects('{"a": 1}</think>{"b": 2} {"c": 3}')) == [
        {"b": 2},
        {"c": 3},
        {"a": 1},
    ]
