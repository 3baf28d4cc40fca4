"""Odds that a language model says, through any OpenAI-compatible server.

    Script, [Slot] --one request a turn--> three whole percentages for each slot --> [Odds]

The model reads the scenario and the turns so far, and the turn with a numbered mark at each slot.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from typing import Annotated, Any

from pydantic import Field

from datagen.backends.protocols import FloorPredictor, Odds, Slot
from datagen.backends.servers.address import check_url
from datagen.backends.writer.llm_server import Server
from datagen.scripting.llm.answer import objects
from datagen.scripting.llm.completion import Message, Refusal, Request
from datagen.seeds import seed_for
from datagen.types import Record, Rejected, Script

_INSTRUCTION = (
    "You judge turn-taking in spoken dialogue. A speaker's turn is shown with numbered marks like"
    " [1]. For each mark, say how likely a listener in this situation and role is, at that moment,"
    " to stay silent, to give a short backchannel (mm-hm, right), or to take the floor. Answer with"
    " whole percentages that add up to 100 for each mark. The listener has not heard what follows."
)
_HISTORY = 6
"""Turns shown before the one that is judged."""
_CHOICES = ("silence", "backchannel", "take_floor")


class Llm(FloorPredictor):
    """Asks a language model on a server."""

    class Options(Record):
        """The model, and the server it is on."""

        model: str
        """Name of the model, as the server knows it."""
        request: dict[str, Any] = Field(default_factory=dict)
        """Fields added to each request, such as temperature, max_tokens or chat_template_kwargs."""
        url: Annotated[str, Field(exclude=True)] = "http://127.0.0.1:8000/v1"
        key_env: Annotated[str, Field(exclude=True)] = "OPENAI_API_KEY"
        """Environment variable that holds the key, if the server wants one."""
        concurrency: Annotated[int, Field(ge=1, le=1024, exclude=True)] = 32
        timeout_seconds: Annotated[float, Field(gt=0, exclude=True)] = 120.0
        patience_seconds: Annotated[float, Field(gt=0, exclude=True)] = 300.0

    def __init__(self, options: Options) -> None:
        self._server = Server(
            model=options.model,
            url=options.url,
            key=os.environ.get(options.key_env),
            key_name=options.key_env,
            body=options.request,
            schema_field="json_schema",
            concurrency=options.concurrency,
            timeout=options.timeout_seconds,
            patience=options.patience_seconds,
        )
        self._threads = ThreadPoolExecutor(options.concurrency, "floor")

    @classmethod
    def check(cls, options: Options) -> None:
        """Raise UserError if what is wrong can be seen without asking a server."""
        check_url(options.url, "floor.options")

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(cancel_futures=True)

    def predict(self, script: Script, slots: Sequence[Slot]) -> list[Odds]:
        """Return the odds at each slot of a script, in order."""
        turns = [list(group) for _, group in groupby(slots, key=lambda slot: slot.turn)]
        answers = self._threads.map(lambda group: self._ask(script, group), turns)
        return [odds for answer in answers for odds in answer]

    def _ask(self, script: Script, slots: Sequence[Slot]) -> list[Odds]:
        answer = self._server.ask(request(script, slots))
        if isinstance(answer, Refusal):
            raise Rejected("floor", f"turn {slots[0].turn}: {answer.reason}")
        return parse(answer.text, slots)


def request(script: Script, slots: Sequence[Slot]) -> Request:
    """Return what is asked about the slots of one turn."""
    turn = slots[0].turn
    speaker = script.turns[turn].speaker
    listener = "user" if speaker == "agent" else "agent"
    words = script.turns[turn].spoken.split()
    for number, slot in reversed(list(enumerate(slots, 1))):
        words.insert(slot.after_word, f"[{number}]")
    before = [
        f"{one.speaker}: {one.spoken}"
        for one in script.turns[max(0, turn - _HISTORY) : turn]
        if one.onset != "backchannel"
    ]
    question = "\n".join(
        [
            f"Situation: {script.kind}, {script.domain}. The listener is the {listener}.",
            *before,
            f"{speaker}: {' '.join(words)}",
        ]
    )
    messages: tuple[Message, ...] = (
        {"role": "system", "content": _INSTRUCTION},
        {"role": "user", "content": question},
    )
    return Request(
        model=0,
        messages=messages,
        schema=_schema(len(slots)),
        seed=seed_for(0, script.dialog_id, "floor", turn) >> 32,
    )


def _schema(count: int) -> dict[str, Any]:
    percent = {"type": "integer", "minimum": 0, "maximum": 100}
    mark = {
        "type": "object",
        "additionalProperties": False,
        "required": list(_CHOICES),
        "properties": dict.fromkeys(_CHOICES, percent),
    }
    marks = {"type": "array", "items": mark, "minItems": count, "maxItems": count}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["marks"],
        "properties": {"marks": marks},
    }


def parse(text: str, slots: Sequence[Slot]) -> list[Odds]:
    """Return the odds in an answer; they are scaled to add up to 1. Raises Rejected."""
    try:
        value = next(value for value in objects(text) if "marks" in value)
        marks = [[float(mark[choice]) for choice in _CHOICES] for mark in value["marks"]]
    except (StopIteration, ValueError, KeyError, TypeError) as error:
        raise Rejected("floor", f"turn {slots[0].turn}: not the JSON asked for") from error
    if len(marks) != len(slots) or any(
        min(mark) < 0 or not 0 < sum(mark) < math.inf for mark in marks
    ):
        raise Rejected("floor", f"turn {slots[0].turn}: not {len(slots)} distributions")
    return [
        Odds(silence=s / (s + b + f), backchannel=b / (s + b + f), take_floor=f / (s + b + f))
        for s, b, f in marks
    ]
