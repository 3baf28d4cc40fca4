"""Say moves in words, written and spoken at once: acts of the bank, and lines of a pack.

act or line, slots --TurnRealizer--> (text, spoken)

Nothing is said twice in one call while there is another way to say it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from typing import NamedTuple

from datagen.scripting.compose.grammar import capital, filled_by, opened, spelled_out
from datagen.scripting.content.values import Value
from datagen.scripting.plans.draws import Draws
from datagen.scripting.simulate.acts import Acts, Part, Parts
from datagen.scripting.simulate.daytime import timely
from datagen.text import one_stop
from datagen.types import Speaker

_NOTHING: frozenset[str] = frozenset()
OWN_MANNER = {"curt": 0.9, "angry": 1.0, "formal": 1.0}
"""Chance that an act is said in the way of a manner, where it has one of its own: else 0.65."""


class Said(NamedTuple):
    """A piece of a turn in words."""

    text: str
    spoken: str
    slots: frozenset[str]
    """Which values it states."""


_said = partial(tuple.__new__, Said)
"""Makes one of a tuple of its fields, a third faster than the class."""


class _Filling(dict[str, str]):
    """What fills slots; one that opens a sentence has a capital, ``{Item}``, as has its text."""

    def __missing__(self, name: str) -> str:
        if not name[0].isupper():
            raise KeyError(name)
        return capital(self[name[0].lower() + name[1:]])


class _Spoken(dict[str, str]):
    """What fills slots when spoken; it has the capital of its text where it begins alike."""

    def __init__(self, written: _Filling) -> None:
        super().__init__(written)
        self._written = written

    def __missing__(self, name: str) -> str:
        if not name[0].isupper():
            raise KeyError(name)
        name = name[0].lower() + name[1:]
        spoken = self[name]
        return capital(spoken) if spoken == self._written[name] else spoken


@lru_cache(maxsize=4096)
def _without(parts: Parts, hidden: tuple[str, ...]) -> Parts:
    def holds(one: str) -> bool:
        return any(words in one for words in hidden)

    return tuple(tuple(one for one in part if not holds(one)) or part for part in parts)


class TurnRealizer:
    """Puts one call into words."""

    def __init__(
        self,
        acts: Acts,
        values: Mapping[str, Value],
        words: Mapping[str, str],
        draws: Draws,
    ) -> None:
        self._acts, self._draws = {"agent": acts.agent, "user": acts.user}, draws
        self._low = acts.low
        self._daypart = words.get("daypart", "")
        self._untimely = acts.untimely.get(self._daypart, _NOTHING)
        self._written = _Filling(words)
        self._spoken = _Spoken(self._written)
        for name, value in values.items():
            self._written[name], self._spoken[name] = value.written, value.spoken
        self._spoken_otherwise = {
            name for name, value in values.items() if value.spoken != value.written
        }
        """Slots that are not said as they are written."""
        self._used: set[str] = set()
        self.chosen = ""
        """The template of the last line of a pack."""

    def about(self, name: str, value: Value | str) -> None:
        """Fill a slot so from here on."""
        if isinstance(value, str):
            self._written[name] = self._spoken[name] = value
        else:
            self._written[name], self._spoken[name] = value.written, value.spoken
            if value.spoken != value.written:
                self._spoken_otherwise.add(name)

    def low(self, speaker: Speaker, name: str) -> str:
        """Return the variant of an act for when there is nothing to be glad about, if any."""
        return self._low[speaker].get(name, name)

    def act(self, speaker: Speaker, name: str, manner: str, hidden: tuple[str, ...] = ()) -> Said:
        """Say an act of the bank in somebody's manner, in words without what is ``hidden``."""
        manners = self._acts[speaker][name]
        parts: Parts = manners.get("any", ())
        own = manners.get(manner)
        if own is not None and (not parts or self._draws.chance(OWN_MANNER.get(manner, 0.65))):
            parts = own
        if hidden:
            parts = _without(parts, hidden)
        said = [choice for part in parts if (choice := self._pick_timely(part))]
        return self.fill(said[0] if len(said) == 1 else " ".join(said))

    def line(
        self, lines: Sequence[str], is_brief: bool = False, *, is_formal: bool = False
    ) -> Said:
        """Say one of some lines; in brief, the shorter one of two. Who is formal has no short forms
        in it, but for what both do: let's see."""
        if is_brief:
            line = min(self._draws.pick(lines), self._draws.pick(lines), key=len)
            lines = lines if line in self._used else (line,)
        line = self._pick(lines)
        if is_formal and "et's " not in line:
            line = spelled_out(line)
        self.chosen = opened(line)
        return self.fill(self.chosen)

    def fill(self, template: str) -> Said:
        """Return what a template writes and says."""
        if "{" not in template:
            return _said((template, template, _NOTHING))
        text, stated = template.format_map(self._written), filled_by(template)
        if stated.isdisjoint(self._spoken_otherwise):
            return _said((text, one_stop(text), stated))
        return _said((text, one_stop(template.format_map(self._spoken)), stated))

    def _pick_timely(self, part: Part) -> str:
        choice = self._pick(part)
        if choice in self._untimely:
            return self._pick(timely(part, self._daypart))
        return choice

    def _pick(self, choices: Sequence[str]) -> str:
        choice = self._draws.pick(choices)
        if choice and choice in self._used:
            choice = self._draws.pick([c for c in choices if c not in self._used] or choices)
        if choice:
            self._used.add(choice)
        return choice
