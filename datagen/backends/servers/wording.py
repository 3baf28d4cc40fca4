"""A server's own sentence: what it says of an error, in whichever of the common forms.

OpenAI and vLLM: {"error": {"message", "code", "type"}}; older vLLM: {"object": "error", ...};
FastAPI: {"detail": "..."} or {"detail": [{"loc", "msg"}]}; others: {"error": "..."}, {"message"}, a
page of HTML, or plain text.
"""

from __future__ import annotations

import json
import re
from typing import Any

from datagen.visible import visible

MAX_LETTERS = 300
"""Characters of a server's sentence that are shown."""
MAX_READ = 64 * 1024
"""Bytes of an error's body that are looked at."""
_LONGEST_SENTENCE = 2_000
OUT_OF_MONEY = ("insufficient_quota", "billing_hard_limit_reached", "billing_not_active")
"""Codes that come with 429 and mean 402: waiting does not help (OpenAI's error codes)."""
OF_THE_REQUEST = (
    "response_format", "json_schema", "literal_error", "extra_forbidden", "context size",
    "context length", "context window",
)  # fmt: skip
"""Words by which a 500, or an error without a status, speaks of the request: llama.cpp and
llama-cpp-python refuse forms so, they and FastChat what is too long."""
WITHOUT_MODEL = re.compile(
    r"model (?:is|was|has been) (?:unloaded|not loaded|loading)|no models? (?:is |are )?loaded"
    r"|model unloaded|failed to load model|model has crashed|runner process has terminated",
    re.IGNORECASE,
)
"""What servers say, also with 400, that have put the model away or lost it (LM Studio, Ollama)."""
_NUMBERS = {
    "rate_limit_exceeded": 429,
    "rate_limit_error": 429,
    "overloaded_error": 529,
    "server_error": 500,
    "internal_server_error": 500,
    "invalid_api_key": 401,
    "authentication_error": 401,
    "permission_error": 403,
    "model_not_found": 404,
    "not_found_error": 404,
    "invalid_request_error": 400,
    "badrequesterror": 400,
    "context_length_exceeded": 400,
}
"""Statuses that codes and types in words stand for."""
_WAIT = re.compile(
    r"\b(?:try(?:ing)? again|retry(?:ing)?|wait)\b[^\d.;\n]{0,20}"
    r"(?:(\d+)\s*m(?:in(?:ute)?s?)?(?![a-z]))?\s*"
    r"(?:(\d+(?:\.\d+)?)\s*(ms|milliseconds?|s|sec(?:ond)?s?)\b)?",
    re.IGNORECASE,
)
"""How servers say for how long to wait: "Please try again in 1m2.5s" (Groq), "Please retry in
34.1s" (Gemini), "Try again in 60 seconds" (LiteLLM's router, without a header)."""
LONGEST_WAIT = 60.0
"""Most seconds that a server is believed when it says when to come back."""
_IN_WORDS = re.compile(r"(?:error code|status(?: code)?|HTTP)\W{1,3}([45]\d\d)\b", re.IGNORECASE)
"""A status inside a sentence, as gateways pass on what they were told."""


class ErrorReply(Exception):
    """A server's error: its status (None if it names none), and its sentence."""

    def __init__(self, status: int | None, said: str, after: float = 0.0) -> None:
        super().__init__(said)
        self.status, self.said, self.after = status, said, after


def error_of(data: bytes) -> ErrorReply | None:
    """Return the error that a successful reply's JSON holds instead of an answer, if it does."""
    if not data[:64].lstrip().startswith(b"{") or len(data) > MAX_READ:
        return None
    value = _json(data)
    if not isinstance(value, dict) or value.get("choices") or any(map(_is_long, value.values())):
        return None
    is_error = value.get("object") == "error" or any(
        value.get(name) for name in ("error", "detail", "message")
    )
    return from_value(value.get("error") or value) if is_error else None


def _is_long(value: Any) -> bool:
    """Return whether a value is too long to be a sentence: sound, beside {"message": "success"}."""
    return isinstance(value, str) and len(value) > _LONGEST_SENTENCE and " " not in value


def from_value(error: Any) -> ErrorReply:
    """Return an error that stands in a reply."""
    said = _words(error) or "an error without a message"
    return ErrorReply(_status(error), said, _after(said))


def http_error(status: int, data: bytes, after: float = 0.0) -> ErrorReply:
    """Return the error that a reply with an error's status is."""
    value = _json(data)
    if status == 429 and is_out_of_money(value):
        status = 402
    return ErrorReply(status, sentence(data), after or _after(_words(value)))


def sentence(data: bytes) -> str:
    """Return what a body says, on one line, shown visibly and not longer than MAX_LETTERS."""
    value = _json(data)
    text = _words(value) if isinstance(value, (dict, list)) else None
    if not text:
        text = data[:MAX_READ].decode(errors="replace")
        if "<html" in text[:1000].lower() or "<!doctype" in text[:1000].lower():
            title = re.search(r"<title[^>]*>(.*?)</title>", text, re.I | re.S)
            text = title[1] if title else re.sub(r"<[^>]*>", " ", text)
    return visible(" ".join(text.split()))[:MAX_LETTERS]


def is_out_of_money(value: Any) -> bool:
    """Return whether an error says that the account is empty."""
    error = value.get("error", value) if isinstance(value, dict) else None
    return isinstance(error, dict) and bool(
        {error.get("code"), error.get("type")} & set(OUT_OF_MONEY)
        if all(isinstance(error.get(name), (str, int, type(None))) for name in ("code", "type"))
        else ()
    )


def _json(data: bytes) -> Any:
    try:
        return json.loads(data[:MAX_READ])
    except (ValueError, RecursionError):
        return None


def _status(error: Any) -> int | None:
    """Return the HTTP status that an error names by number or by word."""
    if not isinstance(error, dict):
        words = _IN_WORDS.search(error) if isinstance(error, str) else None
        return int(words[1]) if words else None
    if is_out_of_money(error):
        return 402
    for name in ("code", "status", "status_code", "type"):
        found = error.get(name)
        if isinstance(found, str):
            found = int(found) if found.isdecimal() else _NUMBERS.get(found.casefold())
        if isinstance(found, (int, float)) and 400 <= found < 600:
            return int(found)
    return _status(error.get("message")) if isinstance(error.get("message"), str) else None


def _after(said: str) -> float:
    """Return the seconds that a sentence asks to wait, 0 if it does not."""
    for minutes, number, unit in _WAIT.findall(said):
        seconds = 60.0 * float(minutes or 0)
        seconds += float(number or 0) / (1000 if unit.casefold().startswith("m") else 1)
        if seconds:
            return min(LONGEST_WAIT, seconds)
    return 0.0


def _words(value: Any) -> str:
    """Return the sentence in an error's JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "; ".join(filter(None, map(_words, value[:4])))
    if not isinstance(value, dict):
        return ""
    for name in ("message", "error", "detail", "msg", "reason", "title"):
        if value.get(name) and (text := _words(value[name])):
            if behind := _behind(value.get("metadata")):
                return f"{text}: {behind}"
            place = value.get("loc")
            where = ".".join(map(str, place)) if isinstance(place, list) else ""
            return f"{where}: {text}" if where else text
    return ""


def _behind(metadata: Any) -> str:
    """Return what the server behind a gateway said (OpenRouter), itself perhaps an error's JSON."""
    raw = metadata.get("raw") if isinstance(metadata, dict) else None
    if not isinstance(raw, str):
        return ""
    value = _json(raw.encode(errors="replace"))
    return _words(value) if isinstance(value, (dict, list)) and _words(value) else raw
