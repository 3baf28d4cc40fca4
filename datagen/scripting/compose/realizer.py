"""Word turns from acts: what composing lessons and small talk have in common.

    acts of a Wording, slots --Realizer--> [PlannedLine]   (floor turns only; see `interplay`)

Templates are words that are said as they are written (the files are checked for that). None is used
twice in a dialogue while there are others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from datagen.scripting.compose.grammar import capital, opened
from datagen.scripting.content.templates import Wording
from datagen.scripting.plans.draws import Draws
from datagen.types import Persona, Speaker

OPTIONAL = (0.2, 0.4, 0.65)
"""Chance that an optional part is said, by the speaker's level of length."""
FILLERS = (0.03, 0.2, 0.45)
"""Chance of a filler before a turn, and half of that inside it, by the level of fillers."""
_ASKS = re.compile(
    r"(?:What|Why|How|Who|Whose|Where|When|Which|Is|Are|Am|Do|Does|Did|Can|Could|Should|Would|Will"
    r"|Have|Has|Had|Was|Were|If)(?:'s|'d|'re)? "
)
"""Opens a question with a word that is no name."""
_SENTENCES = re.compile(r"(?<=[.?!]) ")
_TWICE = re.compile(
    r"\b(?P<word>Well|Oh|So|Um|Uh|Hm|Ha|Okay|Right|Sure|Ah|Huh|Mm)\b(?:,? \w[\w']*){0,4}[.,!] "
    r"(?=(?P=word)\b)"
)
"""A few words that open like those that follow them: "Well, um. Well, ..."."""
_AGAIN = re.compile(
    r"(?<=, )(?P<end>(?P<word>okay|right|alright|sure|really)\. )(?P=word), (?P<next>\w)",
    re.IGNORECASE,
)
"""A word that ends a sentence and opens the next: "Yeah, okay. Okay, and ..."."""


class PlannedLine(NamedTuple):
    """A floor turn as worded."""

    speaker: Speaker
    act: str
    text: str
    spoken: str
    needed: int = 0
    """How many spoken words must be heard before anybody may cut in."""
    interrupts: bool = False
    repairs: int | None = None
    """Which line this one mends."""


def without_echo(text: str) -> str:
    """Return a turn without a word that a sentence and a short one before it open, or end, with."""
    if ". " not in text and "! " not in text:
        return text
    once = _TWICE.sub("", text)
    if ", " not in once or ". " not in once:
        return once
    return _AGAIN.sub(lambda found: found["end"] + found["next"].upper(), once)


class _SlotFilling(dict[str, str]):
    """What fills slots; one that opens a sentence has a capital, ``{Item}``, as has its text."""

    def __missing__(self, name: str) -> str:
        if not name[0].isupper():
            raise KeyError(name)
        return capital(self[name[0].lower() + name[1:]])


class Realizer:
    """A dialogue being worded: who speaks, what has been said, and what may still be said."""

    def __init__(
        self,
        wording: Wording,
        people: Mapping[Speaker, Persona],
        slots: Mapping[str, str],
        draws: Draws,
    ) -> None:
        self._wording, self._people, self._draws = wording, people, draws
        self._acts = {"agent": wording.agent, "user": wording.user}
        self._optional = {who: OPTIONAL[some.behaviour.length] for who, some in people.items()}
        self._slots = _SlotFilling(slots)
        self._lines: list[PlannedLine] = []
        self._used: set[str] = set()

    def _say(
        self,
        speaker: Speaker,
        act: str,
        template: str,
        *,
        needed: int = 0,
        interrupts: bool = False,
        repairs: int | None = None,
    ) -> None:
        text, spoken = self._filled(template.strip())
        line = PlannedLine(speaker, act, text, spoken, needed, interrupts, repairs)
        self._lines.append(line)

    def _act(self, speaker: Speaker, name: str) -> str:
        """Compose an act from its parts."""
        said = []
        for part in self._acts[speaker][name]:
            if part[0]:
                said.append(self._pick(part))
            elif self._draws.chance(self._optional[speaker]):
                said.append(self._pick(part[1:]))
        return " ".join(said)

    def _filled(self, template: str) -> tuple[str, str]:
        """Return what a template writes, and what it says."""
        filled = template.format_map(self._slots) if "{" in template else template
        written = without_echo(filled)
        return written, written

    def _num_words(self, template: str) -> int:
        """Count the words that a template says."""
        _, spoken = self._filled(template.strip())
        return len(spoken.split())

    def _pick(self, choices: Sequence[str]) -> str:
        """Pick a choice that this dialogue has not had, if there is one; it opens a sentence."""
        choice = self._draws.pick(choices)
        if choice in self._used:
            choice = self._draws.pick([c for c in choices if c not in self._used] or choices)
        self._used.add(choice)
        return opened(choice)

    def _joined(self, lead: str, question: str) -> str:
        """Return a question after what leads to it: in its sentence, if that ends in a comma."""
        if not lead.endswith(","):
            return f"{lead} {question}".strip()
        if not _ASKS.match(question):
            *before, _ = _SENTENCES.split(lead)
            return " ".join((*before, question))
        if lead.lower().endswith(("but,", "and,")):
            lead = lead[:-1]
        return f"{lead} {self._lowered(question)}"

    def _hesitant(self, speaker: Speaker, template: str) -> str:
        """Put fillers into what somebody says, by the level of fillers."""
        chance = FILLERS[self._people[speaker].behaviour.fillers]
        if self._draws.chance(chance / 2) and ", " in template:
            pausing = self._draws.pick(self._wording.pausing)
            template = template.replace(", ", f", {pausing} ", 1)
        if self._draws.chance(chance):
            template = f"{self._draws.pick(self._wording.fillers)} {self._lowered(template)}"
        return template

    def _lowered(self, template: str) -> str:
        """Return a template to go on a sentence with: I keeps its capital."""
        if template[0] == "{":
            return "{" + template[1].lower() + template[2:]
        is_name = template[0] == "I" and not template[1:2].isalpha()
        return template if is_name else template[0].lower() + template[1:]
