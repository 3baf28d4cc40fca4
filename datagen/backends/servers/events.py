"""A reply as server-sent events, though none were asked for, made into what they stand for.

    data: {"choices": [{"delta": ...}]} ... data: [DONE] --> {"choices": [{"message": ...}]}
    data: {"type": "speech.audio.delta", "audio": ...} ... "speech.audio.done" --> bytes of sound

Some gateways stream whatever a request says; others only end a whole answer as a stream ends, or
keep the line open with comments before it.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from datagen.backends.servers.gate import Trouble

DONE = b"data: [DONE]"
_PIECE, _LAST = "speech.audio.delta", "speech.audio.done"
"""Types of a speech server's events (OpenAI)."""
_FIELDS = (b"data:", b"event:", b"id:", b"retry:", b"error:")
MAX_LINES = 100_000
"""Lines of a stream that are looked at: twice those of the longest answer."""
_JOINED = ("content", "reasoning", "reasoning_content", "refusal")


def gathered(data: bytes) -> bytes:
    """Return the JSON that a body's events amount to; any other body as it is.

    A stream in which something goes wrong amounts to its error alone. Raises Trouble for a stream
    without an end.
    """
    data = data.removeprefix(codecs.BOM_UTF8)
    head = data[:64].lstrip()
    if head.startswith(b"{"):
        whole = data.rstrip()
        return whole.removesuffix(DONE) if whole.endswith(DONE) else data
    if not head.startswith((b":", *_FIELDS)):
        return data
    if data.count(b"\n") > MAX_LINES:
        return data
    lines = [line.strip() for line in data.splitlines()]
    frames = list(_frames(lines))
    if not frames:
        return b"\n".join(line for line in lines if not line.startswith(b":"))
    if (outcome := next(filter(None, map(_outcome, frames)), None)) is not None:
        return json.dumps(outcome).encode()
    if any(frame.get("type") == _PIECE for frame in frames):
        return _sound(frames)
    merged = _merged(frames)
    if DONE not in lines and not _reason(merged):
        raise Trouble(
            "sends a stream that breaks off, with neither a finish_reason nor [DONE]", "unreadable"
        )
    return json.dumps(merged).encode()


def is_done(data: bytes) -> bool:
    """Return whether a stream's last line so far is the one that ends it."""
    return data.rstrip().endswith(b"\n" + DONE) and data[-1:] in b"\r\n"


def _sound(frames: Iterable[dict[str, Any]]) -> bytes:
    """Return the bytes whose pieces a stream has in base64. Raises Trouble if it breaks off."""
    sound, is_whole = b"", False
    for frame in frames:
        piece = frame.get("audio") if frame.get("type") == _PIECE else ""
        try:
            sound += base64.b64decode(piece) if isinstance(piece, str) else b""
        except binascii.Error as error:
            raise Trouble("sends sound that is no base64", "unreadable") from error
        is_whole |= frame.get("type") == _LAST
    if not is_whole:
        raise Trouble(f"sends a stream that breaks off, without {_LAST}", "unreadable")
    return sound


def _frames(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Yield the objects of events: what their data lines are together, else what each of them is.

    An event ends at a blank line, which some servers leave out. One "error:" is of llama.cpp.
    """
    for _, event in groupby(lines, bool):
        data = []
        for line in event:
            if line.startswith(b"data:"):
                data.append(line[5:])
            elif line.startswith(b"error:") and (error := _object(line[6:])):
                yield {"error": error}
        whole = _object(b"\n".join(data))
        yield from [whole] if whole else filter(None, map(_object, data))


def _outcome(frame: dict[str, Any]) -> dict[str, Any] | None:
    """Return what a frame makes of its stream alone: its error, or the whole answer it is."""
    if error := frame.get("error") or _choice(frame).get("error"):
        return {"error": error}
    return frame if "message" in _choice(frame) else None


def _object(data: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _merged(frames: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return the completion that the chunks of a stream make."""
    message: dict[str, str] = {}
    called, reason, usage = "", None, None
    for frame in frames:
        choice = _choice(frame)
        delta = choice.get("delta")
        delta = delta if isinstance(delta, dict) else {"content": choice.get("text")}
        for name in _JOINED:
            if isinstance(delta.get(name), str):
                message[name] = message.get(name, "") + delta[name]
        called += _arguments(delta)
        reason, usage = choice.get("finish_reason") or reason, frame.get("usage") or usage
    calls = {"function_call": {"arguments": called}} if called else {}
    choices = [{"message": {**message, **calls}, "finish_reason": reason}]
    return {"choices": choices, "usage": usage}


def _choice(frame: dict[str, Any]) -> dict[str, Any]:
    choices = frame.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else {}


def _arguments(delta: dict[str, Any]) -> str:
    """Return a chunk's piece of the arguments of the first tool that is called."""
    calls = delta.get("tool_calls")
    call = calls[0] if isinstance(calls, list) and calls else None
    function = call.get("function") if isinstance(call, dict) else None
    arguments = function.get("arguments") if isinstance(function, dict) else None
    return arguments if isinstance(arguments, str) else ""


def _reason(completion: dict[str, Any]) -> object:
    return completion["choices"][0]["finish_reason"]
