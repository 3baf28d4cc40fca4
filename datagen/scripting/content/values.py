"""Typed values of facts: how each is drawn, written in a prompt, and spoken aloud.

    {type: money, low: 5, high: 30, step: 0.5} --draw--> Value("money", "$9.50", "nine dollars ...")

A value of a pack is drawn from its sampler; a wrong value for a probe is another draw.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Literal, NamedTuple, TypeAlias

from pydantic import Field, model_validator

from datagen.config import Settings
from datagen.scripting.content.labels import Labelled, LabelledLines
from datagen.scripting.plans.draws import Draws
from datagen.text import numbers


class Value(NamedTuple):
    """A value and its two surfaces; ``cents`` is set for money only."""

    type: str
    written: str
    spoken: str
    cents: int = 0


Slots: TypeAlias = Mapping[str, Value | str]
"""What fills the slots of a template: values, or words that are said as they are written."""


_CLOCK = re.compile(r"(\d+)(?::(\d+))? ([AP])M")
_NUMBER = re.compile(r"\d+")


def measure(value: Value) -> float | None:
    """Return how much or how late a value is, in its own unit; None for what has no measure."""
    if value.type == "money":
        return value.cents
    if value.type == "time" and (clock := _CLOCK.fullmatch(value.written)):
        hour = int(clock[1]) % 12 + (12 if clock[3] == "P" else 0)
        return hour * 60 + int(clock[2] or 0)
    if value.type in ("duration", "count", "percent") and (number := _NUMBER.match(value.written)):
        return int(number[0])
    return None


class Range(Settings):
    """Numbers from low to high."""

    low: float
    high: float

    @model_validator(mode="after")
    def _goes_up(self) -> Range:
        if self.low > self.high:
            raise ValueError(f"low {self.low:g} is over high {self.high:g}: exchange them")
        return self


class Money(Range):
    """Dollars from low to high, in steps of ``step`` dollars."""

    type: Literal["money"]
    low: float
    high: float
    step: float = 1.0

    @property
    def size(self) -> int:
        """How many values there are."""
        return round((self.high - self.low) / self.step) + 1

    def draw(self, draws: Draws) -> Value:
        """Return one value."""
        steps = draws.integer(0, self.size - 1)
        return money(round(self.low * 100) + steps * round(self.step * 100))


class Time(Range):
    """A time of day from hour ``low`` to hour ``high``, in steps of ``step`` minutes."""

    type: Literal["time"]
    low: Annotated[int, Field(ge=0, le=23)]
    high: Annotated[int, Field(ge=0, le=23)]
    step: Annotated[int, Field(ge=5, le=60)] = 30

    @property
    def size(self) -> int:
        """How many values there are."""
        return (self.high - self.low) * 60 // self.step + 1

    def draw(self, draws: Draws) -> Value:
        """Return one value."""
        hour, minute = divmod(self.low * 60 + draws.integer(0, self.size - 1) * self.step, 60)
        clock = f"{(hour - 1) % 12 + 1}{f':{minute:02d}' if minute else ''}"
        half = "AM" if hour < 12 else "PM"
        return Value("time", f"{clock} {half}", numbers.time_of_day(hour, minute))


class Date(Settings):
    """A day of the year, the 1st to the 28th of any month."""

    type: Literal["date"]

    @property
    def size(self) -> int:
        """How many values there are."""
        return 12 * 28

    def draw(self, draws: Draws) -> Value:
        """Return one value."""
        month, day = draws.integer(1, 12), draws.integer(1, 28)
        suffix = "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
        return Value("date", f"{numbers.MONTHS[month - 1]} {day}{suffix}", numbers.date(month, day))


class Amount(Range):
    """A number of units, plural always: 2 to ... of a length of time or of things."""

    type: Literal["duration", "count"]
    unit: str
    """Plural, e.g. business days."""
    low: Annotated[int, Field(ge=2)]
    high: int
    step: Annotated[int, Field(ge=1)] = 1

    @property
    def size(self) -> int:
        """How many values there are."""
        return (self.high - self.low) // self.step + 1

    def draw(self, draws: Draws) -> Value:
        """Return one value."""
        number = self.low + draws.integer(0, self.size - 1) * self.step
        return Value(self.type, f"{number} {self.unit}", f"{numbers.cardinal(number)} {self.unit}")


class Percent(Range):
    """A whole percentage."""

    type: Literal["percent"]
    low: Annotated[int, Field(ge=1)]
    high: Annotated[int, Field(le=100)]
    step: Annotated[int, Field(ge=1)] = 5

    @property
    def size(self) -> int:
        """How many values there are."""
        return (self.high - self.low) // self.step + 1

    def draw(self, draws: Draws) -> Value:
        """Return one value."""
        number = self.low + draws.integer(0, self.size - 1) * self.step
        return Value("percent", f"{number}%", numbers.percent(number))


class Choice(Labelled):
    """Words, e.g. a day of the week: said as they are written."""

    LABELLED = ("choices",)
    type: Literal["text"]
    choices: LabelledLines

    @property
    def size(self) -> int:
        """How many values there are."""
        return len(self.choices)

    def draw(self, draws: Draws) -> Value:
        """Return one value."""
        text = draws.pick(self.choices)
        return Value("text", text, text)


Sampler: TypeAlias = Annotated[
    Money | Time | Date | Amount | Percent | Choice, Field(discriminator="type")
]


class Code(Settings):
    """An identifier spelled character by character: ``#`` is a digit, ``@`` a letter.

    Never anybody's: a Social Security number starts with 9 and has a group no taxpayer number
    uses, a phone number is one of the 555-01xx kept for fiction.
    """

    type: Literal["code", "ssn", "phone"]
    pattern: str

    @property
    def size(self) -> int:
        """How many values there are."""
        return int(10 ** self.pattern.count("#") * len(_LETTERS) ** self.pattern.count("@"))

    def draw(self, draws: Draws) -> Value:
        """Return one value."""
        marks = (draws.pick(_DRAWN[mark]) if mark in _DRAWN else mark for mark in self.pattern)
        return self._value("".join(marks))

    def alter(self, draws: Draws, value: Value) -> Value:
        """Return ``value`` with one digit changed, as a person gets it wrong."""
        place = draws.pick([at for at, mark in enumerate(self.pattern) if mark == "#"])
        old = value.written
        digit = str((int(old[place]) + draws.integer(1, 9)) % 10)
        return self._value(old[:place] + digit + old[place + 1 :])

    def _value(self, written: str) -> Value:
        return Value(self.type, written, numbers.letters_and_digits(written))


_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without I and O, which are misheard as digits."""
_DRAWN = {"#": "0123456789", "@": _LETTERS}


@lru_cache(maxsize=16384)
def money(cents: int) -> Value:
    """Return a sum of US cents."""
    return Value("money", dollars(cents), numbers.money(cents), cents)


def dollars(cents: int) -> str:
    """Return how a sum of US cents is written."""
    whole, rest = divmod(cents, 100)
    return f"${whole:,}.{rest:02d}" if rest else f"${whole:,}"


def draw_apart(sampler: Sampler | Code, draws: Draws, taken: list[Value]) -> Value | None:
    """Draw a value whose two forms neither hold nor are held by those of one of ``taken``.

    Returns None if forty draws find none, which a sampler with few values may do.
    """
    for _ in range(40):
        value = sampler.draw(draws)
        if is_apart(value, taken):
            return value
    return None


def is_apart(value: Value, taken: list[Value]) -> bool:
    """Tell whether a search for ``value`` in text cannot find one of ``taken``, or the reverse."""
    _, written, spoken, _ = value
    for _, other, said, _ in taken:
        if written in other or other in written or spoken in said or said in spoken:
            return False
    return True
