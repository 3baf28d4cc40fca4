"""Word turns from acts: the part of composing that every kind of dialogue shares.

    acts of a Wording, slots --Worder--> Line, Line, ...   (floor turns only; see `interplay`)

A template is not used twice in a dialogue while there are others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from datagen.scripting.draws import Draws
from datagen.scripting.exchanges import Exchange
from datagen.scripting.grammar import sentence_case
from datagen.scripting.spoken import reader
from datagen.scripting.wording import Wording
from datagen.types import Fact, Persona, Speaker

OPTIONAL = (0.2, 0.4, 0.65)
"""Chance that an optional part is said, by the speaker's level of length."""
FILLERS = (0.03, 0.2, 0.45)
"""Chance of a filler before a turn, and half of that inside it, by the level of fillers."""


class Line(NamedTuple):
    """A floor turn as worded."""

    speaker: Speaker
    act: str
    text: str
    spoken: str
    exchange: Exchange | None = None
    needed: int = 0
    """How many spoken words must be heard before anybody may cut in."""
    interrupts: bool = False


class Worder:
    """A dialogue being worded: who speaks, what has been said, and what may still be said."""

    def __init__(
        self,
        wording: Wording,
        people: Mapping[Speaker, Persona],
        facts: Iterable[Fact],
        slots: Mapping[str, str],
        proper: Iterable[str],
        draws: Draws,
    ) -> None:
        self._wording, self._people, self._draws = wording, people, draws
        self._acts = {"agent": wording.agent, "user": wording.user}
        self._optional = {who: OPTIONAL[some.behaviour.length] for who, some in people.items()}
        self._slots = slots
        self._speak = reader(facts).speak
        self._proper = frozenset(word for name in proper for word in name.split())
        self._lines: list[Line] = []
        self._used: set[str] = set()

    def _say(
        self,
        speaker: Speaker,
        act: str,
        text: str,
        *,
        exchange: Exchange | None = None,
        needed: int = 0,
        interrupts: bool = False,
    ) -> None:
        text = sentence_case(text.strip())
        spoken = self._speak(text)
        self._lines.append(Line(speaker, act, text, spoken, exchange, needed, interrupts))

    def _act(
        self,
        speaker: Speaker,
        name: str,
        slots: Mapping[str, str] | None = None,
        *,
        is_terse: bool = False,
    ) -> str:
        """Compose an act from its parts and fill its slots; a terse one has no optional parts."""
        said = []
        for part in self._acts[speaker][name]:
            if part[0]:
                said.append(self._pick(part))
            elif not is_terse and self._draws.chance(self._optional[speaker]):
                said.append(self._pick(part[1:]))
        return self._fill(" ".join(said), slots)

    def _fill(self, template: str, slots: Mapping[str, str] | None = None) -> str:
        if "{" not in template:
            return template
        return template.format_map({**self._slots, **slots} if slots else self._slots)

    def _pick(self, choices: Sequence[str]) -> str:
        """Pick a choice that this dialogue has not had, if there is one."""
        choice = self._draws.pick(choices)
        if choice in self._used:
            choice = self._draws.pick([c for c in choices if c not in self._used] or choices)
        self._used.add(choice)
        return choice

    def _hesitant(self, speaker: Speaker, text: str) -> str:
        """Put fillers into what somebody says, by the level of fillers."""
        chance = FILLERS[self._people[speaker].behaviour.fillers]
        if self._draws.chance(chance / 2) and ", " in text:
            pausing = self._draws.pick(self._wording.pausing)
            text = text.replace(", ", f", {pausing} ", 1)
        if self._draws.chance(chance):
            text = f"{self._draws.pick(self._wording.fillers)} {self._lowered(text)}"
        return text

    def _lowered(self, text: str) -> str:
        """Return a text to go on a sentence with: names and I keep their capital."""
        first = text.split(maxsplit=1)[0].rstrip(",.?!")
        is_proper = first in self._proper or first.split("'")[0] == "I"
        return text if is_proper else text[0].lower() + text[1:]
