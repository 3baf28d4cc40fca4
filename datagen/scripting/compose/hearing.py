"""How somebody in a chat hears the other: a word on what was said, questions about it.

Chat, Wording --Hearing--> reactions of a Realizer
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from datagen.scripting.compose.grammar import capital
from datagen.scripting.compose.realizer import Realizer
from datagen.scripting.content.casual_pack import ListenerQuestion, Tone
from datagen.scripting.content.templates import Wording
from datagen.scripting.plans.casual import Chat
from datagen.scripting.plans.draws import Draws
from datagen.types import Persona, Speaker

TAKES_UP = 0.85
"""Chance that somebody takes up how the other says that it is."""
REACTIONS, BEFORE_DIGS, THINKS, LEADS = 0.45, 0.6, 0.25, 0.4
"""Chances that a turn opens with how the last one was taken, and one that asks about that, an
answer with a word, and a question with one."""
_THANKS = re.compile(r"\bthanks?\b", re.IGNORECASE)

_INTERJECTION = re.compile(r"(?:Oh|Well|See|Yes|No|Ha|You know|Honestly|Don't worry)\b")
"""Opens a line that no filler goes before."""


class Impression(NamedTuple):
    """How what was said last is to be taken."""

    take: str = ""
    """In these words, or in any of its tone."""
    tone: Tone | Literal["more", "own"] = "plain"
    is_low: bool = False
    """It is not passed over."""


class Hearing(Realizer):
    """A chat being worded, as far as one hears the other."""

    def __init__(self, chat: Chat, wording: Wording, draws: Draws) -> None:
        people: dict[Speaker, Persona] = {"agent": chat.agent, "user": chat.user}
        slots = {
            "customer_first": chat.user.name.split()[0],
            "agent_first": chat.agent.name.split()[0],
            "about": chat.theme.short,
        }
        super().__init__(wording, people, slots, draws)
        self._chat = chat
        self._remembered: list[tuple[int, Speaker, str]] = []
        """Since which line somebody can come back to what the other said, who, and how."""
        self._heard: Impression | None = None
        """What the last turn told that was not taken yet."""
        self._welcome = "welcome"
        """How who was asked for something takes the thanks."""

    def _ask_further(self, question: ListenerQuestion, lead: str, *, is_low: bool) -> None:
        """Ask about what was just said, before anything else is, and have it answered."""
        self._say(self._other(), "dig", self._joined(lead, question.ask))
        speaker = self._other()
        self._say(speaker, "dug", self._hesitant(speaker, question.tell))
        is_light = is_low and question.tone == "joke"
        self._heard = Impression(tone="plain" if is_light else question.tone)

    def _take_in(self, speaker: Speaker) -> None:
        """Let somebody say how the last turn was taken, and no more."""
        said = self._reaction(speaker, is_said=True) or self._act(speaker, "react.plain")
        self._say(speaker, "react", said)

    def _add(self, question: str) -> None:
        """Let who spoke last go on with a question."""
        last = self._lines.pop()
        while not self._filled(f"{last.text} {question}")[0].startswith(last.text):
            _, question = question.split(" ", 1)  # a word that the last sentence opens with, too
        text, spoken = self._filled(f"{last.text} {capital(question)}")
        self._lines.append(last._replace(act=f"{last.act}.ask", text=text, spoken=spoken))

    def _reaction(self, speaker: Speaker, *, is_said: bool = False) -> str:
        """Say, or do not say, how the last turn was taken."""
        heard, self._heard = self._heard, None
        last = self._lines[-1]
        if last.act == "thanks":
            if _THANKS.search(last.text):
                return self._act(speaker, self._welcome)
            thanked = self._welcome.replace("welcome", "react.thanks")
            return self._act(speaker, thanked) if is_said else ""
        if heard is None:
            return ""
        chance = TAKES_UP if last.act == "hello" else REACTIONS
        if is_said or heard.is_low or self._draws.chance(chance):
            return heard.take or self._act(speaker, f"react.{heard.tone}")
        return ""

    def _before_dig(self, speaker: Speaker) -> str:
        """Return what comes before a question on what was said: a word, or how it was taken."""
        is_low = self._heard is not None and self._heard.is_low
        if is_low or self._draws.chance(BEFORE_DIGS):
            return self._reaction(speaker, is_said=True)
        self._heard = None
        return self._act(speaker, "so") if self._draws.chance(LEADS) else ""

    def _hesitant(self, speaker: Speaker, template: str) -> str:
        """Put fillers into what somebody says, but none before a word that is one: "Um, oh, I"."""
        said = super()._hesitant(speaker, template)
        if said is template or not (opens_so := _INTERJECTION.match(template)):
            return said
        return said if said.startswith(opens_so[0]) else template

    def _lowered(self, template: str) -> str:
        """Return a template to go on a sentence with: names keep their capital."""
        is_proper = template.split(" ", 1)[0].split("'")[0].rstrip(",.?!") in self._chat.proper
        return template if is_proper else super()._lowered(template)

    def _thinking(self, speaker: Speaker) -> str:
        return self._act(speaker, "think") if self._draws.chance(THINKS) else ""

    def _other(self) -> Speaker:
        return "user" if self._lines[-1].speaker == "agent" else "agent"
