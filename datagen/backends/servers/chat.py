"""A chat completion as servers really send it: parts for text, missing fields, errors in a 200.

What is there is read. What is an error raises `wording.ErrorReply`, what is no answer `Trouble`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from datagen.backends.servers.client import Reply
from datagen.backends.servers.gate import Refused, Trouble
from datagen.backends.servers.wording import from_value
from datagen.scripting.llm.answer import ends_inside, only_reasons
from datagen.scripting.llm.completion import NOTHING, Completion, Usage

CUT_OFF = frozenset(("length", "max_tokens", "model_length", "max_output_tokens"))
"""Reasons, in lower case, for which a reply ends before its end."""
WITHHELD = frozenset((
    "content_filter", "content_filtered", "safety", "recitation", "refusal", "sensitive",
    "prohibited_content", "blocklist", "spii", "guardrail_intervened",
))  # fmt: skip
"""Reasons, in lower case, for which a reply or its rest is kept back: OpenAI's, Gemini's, Zhipu's,
Bedrock's."""
BROKEN = frozenset(("error", "network_error", "abort", "cancelled", "insufficient_system_resource"))
"""Reasons for which a reply ends that tell of the server behind it: OpenRouter, vLLM, DeepSeek."""
REASONING = ("reasoning", "reasoning_content", "reasoning_details", "thinking")
"""Fields beside the content; some servers put the whole answer there (vllm#47027)."""


def completion(reply: Reply) -> Completion:
    """Read a chat completion."""
    value, choice = _parsed(reply)
    message = choice.get("message")
    reason = str(choice.get("finish_reason") or "").casefold()
    if reason in BROKEN:
        if value.get("error"):
            raise from_value(value["error"])
        raise Trouble(f"breaks off with finish_reason {reason!r}", "broken")
    text = _text(message.get("content") if isinstance(message, dict) else choice.get("text"))
    is_reasoning = False
    if not text.strip():
        message = message if isinstance(message, dict) else {}
        text = _called(message)
        if not text.strip():
            text = next(filter(None, (_text(message.get(name)) for name in REASONING)), "")
            is_reasoning = bool(text)
        if not text and (message.get("refusal") or reason in WITHHELD):
            raise Refused(f"the model refuses: {_text(message.get('refusal')) or reason}")
    if reason in WITHHELD and ends_inside(text):
        raise Refused(f"the model refuses the rest: {reason}")
    usage = _usage(value.get("usage"))
    is_whole = reason not in CUT_OFF
    if is_whole and not text.strip() and usage == NOTHING and isinstance(value.get("usage"), dict):
        raise Trouble("answers with nothing: no text, and no token read or written", "broken")
    name = value.get("model")
    return Completion(
        text,
        is_whole=is_whole,
        usage=usage,
        model=name if isinstance(name, str) else "",
        is_reasoning=is_reasoning or only_reasons(text),
    )


def _parsed(reply: Reply) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a reply's JSON and its first choice. Raises what stands there instead of an answer."""
    try:
        value = json.loads(reply.data)
    except (ValueError, RecursionError) as error:
        raise _no_completion(reply) from error
    choice = _first_choice(value)
    if choice is None:
        raise _no_completion(reply, value)
    if choice.get("error"):
        raise from_value(choice["error"])
    return value, choice


def _first_choice(value: Any) -> dict[str, Any] | None:
    choices = value.get("choices") if isinstance(value, dict) else None
    first = choices[0] if isinstance(choices, list) and choices else None
    is_one = isinstance(first, dict) and bool({"message", "text", "error"} & first.keys())
    return first if is_one else None


def _no_completion(reply: Reply, value: Any = None) -> Trouble | Refused:
    """Return what is wrong with what is no completion.

    One whose choices are empty, though it was worked on or filtered, costs an attempt.
    """
    seen = isinstance(value, dict) and any(map(value.get, ("usage", "prompt_filter_results")))
    if seen and value.get("choices") == []:
        return Refused("the model gives no answer: its choices are empty, as those of filters are")
    beginning = " ".join(reply.data[:80].decode(errors="replace").split())
    return Trouble(
        f"sends what is no chat completion ({reply.kind or 'no content type'}, beginning"
        f" {beginning!r})",
        "unreadable",
    )


def _text(content: Any) -> str:
    """Return the text of a content: a string, or parts of which some are text."""
    if isinstance(content, str):
        return content
    if isinstance(content, dict):
        if content.get("type") in ("thinking", "reasoning"):
            return ""
        return _text(content.get("text", content.get("value")))
    if isinstance(content, list):
        return "".join(map(_text, content))
    return ""


def _called(message: Mapping[str, Any]) -> str:
    """Return the arguments of a tool that a model calls with its answer, though it has none."""
    calls = message.get("tool_calls")
    first = calls[0] if isinstance(calls, list) and calls else {}
    call = first.get("function") if isinstance(first, dict) else None
    call = call or message.get("function_call")
    arguments = call.get("arguments") if isinstance(call, dict) else None
    return json.dumps(arguments) if isinstance(arguments, dict) else _text(arguments)


def _usage(value: Any) -> Usage:
    """Read token counts, whatever they are: what is no count is 0."""
    if not isinstance(value, Mapping):
        return Usage()
    details = value.get("prompt_tokens_details")
    return Usage(
        prompt=_count(value.get("prompt_tokens")),
        cached=_count(details.get("cached_tokens") if isinstance(details, Mapping) else 0),
        completion=_count(value.get("completion_tokens")),
    )


def _count(value: Any) -> int:
    try:
        number = float(value or 0)
    except (TypeError, ValueError, OverflowError):
        return 0
    return int(number) if math.isfinite(number) and 0 <= number < 2**53 else 0
