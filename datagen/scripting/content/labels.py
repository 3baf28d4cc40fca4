"""Labels of what callers say: how the agent has to take a line, as its author knows and no word in
it tells for sure.

    reply: [price: "That's a lot of money.", "Okay, go ahead."]     # a label before the line
    choices: [joy: I'm having a baby, we're moving]                 # or before what a value may be
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Any, ClassVar, Literal, TypeAlias, get_args

from pydantic import Field, WithJsonSchema, model_validator
from pydantic.json_schema import SkipJsonSchema

from datagen.config import Settings

Label: TypeAlias = Literal[
    "objects", "regrets", "untold", "otherwise", "doubts", "denies", "blames_itself", "price",
    "grave", "glad", "later", "demands", "wants", "loss", "pain", "worried", "joy",
]  # fmt: skip
"""Of what is said to news: it ``objects``, ``regrets``, complains that nobody told it (``untold``),
or something else (``otherwise``), ``doubts`` the news, ``denies`` that it was there, blames itself,
finds the ``price`` too high, takes it as something ``grave``, or is ``glad``. Of a no to an offer:
it leaves it open (``later``), or ``demands`` something else. It ``wants`` what the agent does next.
Of a story or an answer: it tells of a ``loss``, something ``grave``, a ``pain``, a worry, a joy."""

NEWS: frozenset[Label] = frozenset((
    "objects", "regrets", "untold", "otherwise", "doubts", "denies", "blames_itself", "price",
    "grave", "glad", "wants",
))  # fmt: skip
"""What may be said to news."""
NO: frozenset[Label] = frozenset(("later", "demands", "wants"))
"""What a no to an offer may be."""
TOLD: frozenset[Label] = frozenset(("loss", "grave", "pain", "worried", "joy"))
"""What a story or an answer may tell of."""
Lines: TypeAlias = tuple[str, ...]
LabelledLines: TypeAlias = Annotated[
    Lines,
    WithJsonSchema(
        {
            "type": "array",
            "items": {
                "anyOf": [
                    {"type": "string"},
                    {
                        "type": "object",
                        "propertyNames": {"enum": list(get_args(Label))},
                        "additionalProperties": {"type": "string"},
                        "minProperties": 1,
                        "maxProperties": 1,
                    },
                ]
            },
        }
    ),
]
"""Lines of which each may have a label before it."""


class Labelled(Settings):
    """What has lines with labels."""

    LABELLED: ClassVar[tuple[str, ...]] = ()
    """Fields whose lines may have labels."""
    labels: SkipJsonSchema[dict[str, Label]] = Field(default_factory=dict)
    """By line, read from the lists of lines."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, given: Any) -> Any:
        """Take the labels off the lines."""
        if not isinstance(given, dict):
            return given
        labels = dict(given.get("labels", {}))
        taken = {
            name: [*_unlabelled(given[name], labels)]
            for name in cls.LABELLED
            if isinstance(given.get(name), list)
        }
        return {**given, **taken, "labels": labels}


def _unlabelled(lines: Iterable[Any], labels: dict[str, Any]) -> Iterator[Any]:
    """Yield lines without labels, which are put aside."""
    for line in lines:
        if isinstance(line, dict) and len(line) == 1:
            ((label, text),) = line.items()
            if isinstance(text, str):
                labels[text] = label
                line = text
        yield line
