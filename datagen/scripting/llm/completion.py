"""What is asked of a language model, and what it answers; the door between authors and servers.

Request, Request, ... --Completer--> Completion or Refusal, in order
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

Message: TypeAlias = dict[str, str]
"""A role and its content, as chat models take them."""


@dataclass(frozen=True, slots=True)
class Request:
    """One question to one model."""

    model: int
    """Index into the completer's models."""
    messages: tuple[Message, ...]
    """What never changes first, so that servers can keep it in their prefix cache."""
    schema: dict[str, Any]
    """JSON Schema of the answer."""
    seed: int


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that were read and written."""

    prompt: int = 0
    cached: int = 0
    """Of the prompt, those a prefix cache had."""
    completion: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.prompt + other.prompt,
            self.cached + other.cached,
            self.completion + other.completion,
        )


NOTHING = Usage()


@dataclass(frozen=True, slots=True)
class Completion:
    """What a model wrote."""

    text: str
    is_whole: bool
    """False if it was cut off at the limit of tokens."""
    usage: Usage = NOTHING
    model: str = ""
    """What the server calls the model that answered; empty if it does not say."""
    is_reasoning: bool = False
    """Whether there is no answer: the text is what the model reasoned before one."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a server would not answer this request; asking again cannot help."""

    reason: str


class Completer(Protocol):
    """One or more models that answer."""

    def complete(self, requests: Sequence[Request]) -> list[Completion | Refusal]:
        """Answer each request, in order.

        Raises an exception if the models cannot be reached: that is no fault of a dialogue.
        """
        ...
