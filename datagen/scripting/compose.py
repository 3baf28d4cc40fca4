"""Word a blueprint from templates.

    Blueprint, Wording --compose--> Line, Line, ...   (floor turns only; see `interplay`)

A template is not used twice in a call while there are others. A question may open with how the
customer took the last answer, or with a barge-in; a barge-in comes while the agent goes on about
something that nobody needs later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from datagen.scripting.blueprint import Blueprint
from datagen.scripting.draws import Draws
from datagen.scripting.exchanges import Exchange
from datagen.scripting.grammar import sentence_case
from datagen.scripting.spoken import speak
from datagen.scripting.wording import Wording
from datagen.types import Speaker

OPTIONAL = (0.2, 0.4, 0.65)
"""Chance that an optional part is said, by the speaker's level of length."""
FILLERS = (0.03, 0.2, 0.45)
"""Chance of a filler before a turn, and half of that inside it, by the level of fillers."""
ACKS, LINKS = 0.5, 0.15
"""Chances that a question opens with how the last answer was taken, and with a link to the next."""
OFFERS, LAST_OFFERS = 0.1, 0.45
"""Chance that an answer closes with "anything else?", and that the last one does."""

spoken_form = lru_cache(maxsize=256)(speak)
"""`speak`, which is the dearest step of composing: a call is checked right after it was worded."""


@dataclass(frozen=True)
class Line:
    """A floor turn as worded."""

    speaker: Speaker
    act: str
    text: str
    spoken: str
    exchange: Exchange | None = None
    needed: int = 0
    """How many spoken words must be heard before anybody may cut in."""
    interrupts: bool = False


def compose(blueprint: Blueprint, wording: Wording, draws: Draws) -> list[Line]:
    """Return the floor turns of a call, in order."""
    return _Call(blueprint, wording, draws).lines()


class _Call:
    """A call being worded: what has been said, and how it was taken."""

    def __init__(self, blueprint: Blueprint, wording: Wording, draws: Draws) -> None:
        self._blueprint, self._wording, self._draws = blueprint, wording, draws
        self._lines: list[Line] = []
        self._used: set[str] = set()
        topics = blueprint.topics
        self._slots = {
            "company": blueprint.company,
            "agent": blueprint.agent.name,
            "agent_first": blueprint.agent.name.split()[0],
            "customer": blueprint.user.name,
            "customer_first": blueprint.user.name.split()[0],
            "daypart": blueprint.daypart,
            "identity": topics.identity.identity.label,
            "identity_value": topics.identity.value.written,
        }
        self._proper = {word for fact in blueprint.facts[:3] for word in fact.written.split()}

    def lines(self) -> list[Line]:
        """Word the call from greeting to goodbye."""
        self._open()
        exchanges = self._blueprint.exchanges
        ack = "resolve"
        for place, exchange in enumerate(exchanges):
            self._ask(exchange, ack)
            follower = exchanges[place + 1] if place + 1 < len(exchanges) else None
            self._answer(exchange, follower)
            ack = exchange.ack
        self._close(ack)
        return self._lines

    def _open(self) -> None:
        """Greet, say why, verify, and answer the reason for the call."""
        scenario, gives_name = self._blueprint.scenario, self._blueprint.gives_name
        self._say("agent", "greet", self._act("agent", "greet"))
        hello = self._act("user", "hello" if gives_name else "hello.nameless")
        self._say("user", "open", f"{hello} {self._pick(scenario.reasons)}")
        react = self._act("agent", f"react.{scenario.mood}")
        name = "" if gives_name else ".name"
        self._say("agent", "verify", f"{react} {self._act('agent', f'verify{name}')}")
        self._say("user", "give", self._hesitant(self._act("user", f"give{name}")))
        verified = self._act("agent", "verified")
        tell = self._pick(self._blueprint.topics.resolution.tells)
        resolved = f"{verified} {self._pick(scenario.resolve)} {tell}"
        follower = next(iter(self._blueprint.exchanges), None)
        self._agent_turn("resolve", resolved, None, follower)

    def _ask(self, exchange: Exchange, ack: str) -> None:
        if exchange.asks:
            question = self._fill(self._pick(exchange.asks), exchange)
        else:
            question = self._act("user", exchange.ask, exchange)
        if exchange.interrupts:
            lead = self._act("user", "interrupt.rude" if exchange.probe == "Q4" else "interrupt")
        elif exchange.probe == "Q4":
            lead = ""
        elif self._offered:
            lead = self._act("user", "link.offered")
        else:
            link = self._act("user", "link") if self._draws.chance(LINKS) else ""
            lead = f"{self._reaction(ack)} {link}".strip()
        if not lead and exchange.probe != "Q4":
            question = self._hesitant(question)
        act = f"probe.{exchange.probe}" if exchange.probe else "ask"
        self._say("user", act, f"{lead} {question}".strip(), exchange)

    def _reaction(self, ack: str) -> str:
        """Say, or do not say, how the last answer was taken."""
        return self._act("user", f"ack.{ack}") if self._draws.chance(ACKS) else ""

    def _answer(self, exchange: Exchange, follower: Exchange | None) -> None:
        """Answer; one who was interrupted lets it pass in a word and comes to the point."""
        text = self._act("agent", exchange.answer, exchange, is_terse=exchange.interrupts)
        if exchange.interrupts and exchange.probe != "Q4":
            text = f"{self._act('agent', 'yield')} {text}"
        act = f"{'probe' if exchange.probe else 'answer'}.{exchange.act or 'state'}"
        self._agent_turn(act, text, exchange, follower)

    def _agent_turn(
        self, act: str, text: str, exchange: Exchange | None, follower: Exchange | None
    ) -> None:
        """Say an answer; go on for too long if the customer is about to cut in."""
        if follower and follower.interrupts:
            needed = len(spoken_form(text.strip(), self._blueprint.facts).split())
            text = f"{text} {self._act('agent', 'elaborate')}"
            self._say("agent", act, text, exchange, needed)
        elif self._draws.chance(OFFERS if follower else LAST_OFFERS):
            self._say("agent", f"{act}+offer", f"{text} {self._act('agent', 'offer')}", exchange)
        else:
            self._say("agent", act, text, exchange)

    def _close(self, ack: str) -> None:
        if self._offered:
            done = self._act("user", "done.offered")
        else:
            done = f"{self._reaction(ack)} {self._act('user', 'done')}"
        self._say("user", "close", done)
        self._say("agent", "bye", self._act("agent", "bye"))

    def _say(
        self,
        speaker: Speaker,
        act: str,
        text: str,
        exchange: Exchange | None = None,
        needed: int = 0,
    ) -> None:
        text = sentence_case(text.strip())
        interrupts = speaker == "user" and exchange is not None and exchange.interrupts
        spoken = spoken_form(text, self._blueprint.facts)
        self._lines.append(Line(speaker, act, text, spoken, exchange, needed, interrupts))

    def _act(
        self,
        speaker: Speaker,
        name: str,
        exchange: Exchange | None = None,
        *,
        is_terse: bool = False,
    ) -> str:
        """Compose an act from its parts and fill its slots; a terse one has no optional parts."""
        person = self._blueprint.agent if speaker == "agent" else self._blueprint.user
        chance = 0.0 if is_terse else OPTIONAL[person.behaviour.length]
        said = []
        for part in self._wording.act(speaker, name):
            if "" in part and not self._draws.chance(chance):
                continue
            said.append(self._pick([choice for choice in part if choice]))
        return self._fill(" ".join(said), exchange)

    def _fill(self, template: str, exchange: Exchange | None) -> str:
        if "{" not in template:
            return template
        slots = {**self._slots, **exchange.slots} if exchange else self._slots
        if exchange and "{tell}" in template:
            slots["tell"] = self._pick(exchange.tells)
        return template.format_map(slots)

    def _pick(self, choices: Sequence[str]) -> str:
        """Pick a choice that this call has not had, if there is one."""
        choice = self._draws.pick(choices)
        if choice in self._used:
            choice = self._draws.pick([c for c in choices if c not in self._used] or choices)
        self._used.add(choice)
        return choice

    @property
    def _offered(self) -> bool:
        """Whether the agent has just asked if there is anything else."""
        return self._lines[-1].act.endswith("+offer")

    def _hesitant(self, text: str) -> str:
        """Put fillers into what the customer says, by the level of fillers."""
        chance = FILLERS[self._blueprint.user.behaviour.fillers]
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
