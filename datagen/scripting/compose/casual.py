"""Word small talk between two people: threads, who they are, what one of them wants.

    Chat, Wording --compose_chat--> PlannedLine, PlannedLine, ...

What is asked further is about what was said, and some of it comes back later. A turn has one
question at most.
"""

from __future__ import annotations

import re

from datagen.scripting.compose.realizer import PlannedLine, Realizer
from datagen.scripting.content.casual_pack import Goal, Saying
from datagen.scripting.content.templates import Wording
from datagen.scripting.plans.casual import (
    GOODBYES,
    INTERRUPTIONS,
    RETURNS,
    Chat,
    ChatPart,
    SelfPart,
)
from datagen.scripting.plans.draws import Draws
from datagen.scripting.plans.interplay import cuts
from datagen.types import SPEAKERS, Persona, Speaker

CHATS_FIRST = 0.6
"""Chance that the two say how they are before they talk of anything."""
DIGS, DIGS_OWN, SHARES = 0.6, 0.35, 0.4
"""Chances that somebody asks further about an answer, about what the other says unasked, and that
who asked says something of itself, too."""
AGAIN = 0.04
"""Chance that a question is not understood."""
AGREES_TO_RETURN = 0.5
"""Chance that who asks back does so in the words of the question."""
REACTIONS, THINKS, LEADS = 0.4, 0.25, 0.4
"""Chances that a turn opens with how the last one was taken, an answer with a word, and a question
with one."""
LATER = 0.4
"""Chance that who says goodbye comes back to what the other said."""
_ARTICLE = re.compile(r"^an? ")
"""Opens what somebody has: it is "my" in its own words."""
_WHOLE = re.compile(
    r"(?:I|We|My|Our|There|It|They|Once|Last|A(?! lot)|An|The|One|Every(?:one|body)?|On|In|At|By|As"
    r"|Through|When|Life|Money|Whatever|Nobody|Honestly|Cilantro)\b"
)
"""Opens a line that is a sentence without the question that it answers."""
LATE = 4
"""How many turns later, at least."""


def compose_chat(chat: Chat, wording: Wording, draws: Draws) -> list[PlannedLine]:
    """Return the floor turns of a chat, in order."""
    return _Chat(chat, wording, draws).lines()


class _Chat(Realizer):
    """A chat being worded."""

    def __init__(self, chat: Chat, wording: Wording, draws: Draws) -> None:
        people: dict[Speaker, Persona] = {"agent": chat.agent, "user": chat.user}
        slots = {
            "customer_first": chat.user.name.split()[0],
            "agent_first": chat.agent.name.split()[0],
        }
        super().__init__(wording, people, slots, draws)
        self._chat = chat
        self._remembered: list[tuple[int, Speaker, str]] = []
        """Since which line somebody can come back to what the other said, who, and how."""
        self._is_low = False
        """What was said last is nothing to laugh about."""

    def lines(self) -> list[PlannedLine]:
        """Word the chat."""
        self._open()
        threads, selves = list(self._chat.parts), list(self._chat.selves)
        if self._chat.facts:
            self._introduce(selves)
        parts = self._ordered(threads, selves)
        is_first = True
        for part, follower in zip(parts, (*parts[1:], None), strict=True):
            if isinstance(part, ChatPart):
                may_be_cut = isinstance(follower, ChatPart)
                self._thread(part, is_first=is_first, may_be_cut=may_be_cut)
                is_first = False
            elif isinstance(part, SelfPart):
                self._of_self(part)
            else:
                self._want(part)
        if self._draws.chance(GOODBYES):
            self._close()
        return self._lines

    def _ordered(
        self, threads: list[ChatPart], selves: list[SelfPart]
    ) -> list[ChatPart | SelfPart | Goal]:
        """Return what comes up, in order; a thread opens it."""
        parts: list[ChatPart | SelfPart | Goal] = [*threads]
        others: list[SelfPart | Goal] = [*selves]
        if self._chat.goal:
            others.append(self._chat.goal)
        for one in others:
            parts.insert(self._draws.integer(1, len(parts)), one)
        return parts

    def _open(self) -> None:
        """Say hello, and perhaps how they are."""
        first = self._draws.pick(SPEAKERS)
        if self._draws.chance(CHATS_FIRST):
            self._say(first, "greet", self._act(first, "hello"))
            second = self._other()
            self._say(second, "hello", self._act(second, "hello.back"))
        else:
            self._say(first, "greet", self._act(first, "hi"))
            second = self._other()
            self._say(second, "hello", self._act(second, "hi.back"))

    def _introduce(self, selves: list[SelfPart]) -> None:
        """Let the agent say its name, and what it does if that is to come up."""
        is_asked = self._other() == "user"
        if is_asked:
            self._say("user", "ask.self", self._act("user", "ask.self"))
        mine = [part for part in selves if part.speaker == "agent" and part.kind == "work"]
        said = self._act("agent", "tell.self" if is_asked else "intro")
        if not mine or self._draws.chance(0.3):
            self._say("agent", "tell.self", said)
            self._say("user", "meet", self._act("user", "meet"))
            return
        part = mine[0]
        selves.remove(part)
        self._say("agent", "tell.self", f"{said} {part.trait.tell}")
        self._dig_trait(part, self._act("user", "meet"))

    def _thread(self, part: ChatPart, *, is_first: bool, may_be_cut: bool) -> None:
        asker = self._other()
        interrupts = self._lines[-1].act == "answer+on"
        lead = self._lead(asker, is_first=is_first, interrupts=interrupts)
        self._say(asker, "ask", self._joined(lead, part.asks[0]), interrupts=interrupts)
        answerer = self._other()
        if self._draws.chance(AGAIN):
            self._misheard(asker, answerer, part.asks[1])
        if self._draws.chance(RETURNS):
            self._returned(part, answerer, asker)
            return
        answer, own = part.says
        self._tell(answerer, "answer", self._thinking(answerer), answer)
        if self._draws.chance(DIGS):
            self._dig(answer)
        if self._draws.chance(SHARES):
            speaker = self._other()
            self._go_on(speaker, own, may_be_cut=may_be_cut)
            if self._lines[-1].act == "share" and self._draws.chance(DIGS_OWN):
                self._dig(own)

    def _returned(self, part: ChatPart, answerer: Speaker, asker: Speaker) -> None:
        """Let who was asked answer and ask back."""
        answer, own = part.says
        question = part.asks[1].lower()
        asked = any(question in line.text.lower() for line in self._lines)
        back = self._act(answerer, "return")
        if not asked and self._draws.chance(AGREES_TO_RETURN):
            back = self._joined(self._act(answerer, "turn"), part.asks[1])
        self._tell(answerer, "answer.ask", self._thinking(answerer), answer, after=back)
        self._tell(asker, "answer", self._reaction(asker), own)
        if self._draws.chance(DIGS):
            self._dig(own)

    def _misheard(self, asker: Speaker, answerer: Speaker, question: str) -> None:
        """Let a question be asked again, in other words."""
        place = len(self._lines) - 1
        self._say(answerer, "unclear", self._act(answerer, "unclear"), repairs=place)
        again = f"{self._act(asker, 'again')} {self._lowered(question)}"
        self._say(asker, "again", again, repairs=place)

    def _tell(
        self, speaker: Speaker, act: str, lead: str, saying: Saying, *, after: str = ""
    ) -> None:
        told = saying.tell if lead else self._hesitant(speaker, saying.tell)
        self._say(speaker, act, f"{lead} {told} {after}".strip())
        self._is_low = saying.low

    def _dig(self, saying: Saying) -> None:
        """Let the listener ask about what was said, and hear more of it."""
        speaker = self._other()
        self._say(speaker, "dig", self._joined(self._before_dig(speaker), saying.dig))
        speaker = self._other()
        self._say(speaker, "dug", self._hesitant(speaker, saying.dug))
        self._is_low = saying.low
        if saying.later:
            self._remembered.append((len(self._lines) + LATE, self._other(), saying.later))

    def _go_on(self, speaker: Speaker, own: Saying, *, may_be_cut: bool) -> None:
        """Say one's own answer unasked; the agent may go on until the user cuts in."""
        lead, told = self._reaction(speaker), own.tell
        if not _WHOLE.match(told):
            told = f"{self._act(speaker, 'me')} {self._lowered(told)}"
        elif not lead:
            told = self._hesitant(speaker, told)
        chance = INTERRUPTIONS[self._chat.user.behaviour.interruptions]
        text = f"{lead} {told}".strip()
        if speaker == "agent" and may_be_cut and self._draws.chance(chance):
            needed = self._num_words(text)
            longer = f"{text} {self._act('agent', 'elaborate')}"
            if cuts(self._num_words(longer), needed):
                self._say(speaker, "answer+on", longer, needed=needed)
                return
        self._say(speaker, "share", text)
        self._is_low = own.low

    def _want(self, goal: Goal) -> None:
        """Let one of them ask for what it wants from the talk."""
        speaker = self._chat.goal_of
        if self._other() != speaker:
            self._wonder()
        self._say(speaker, "want", f"{self._act(speaker, 'want')} {goal.ask}")
        other = self._other()
        self._say(other, "advise", f"{self._thinking(other)} {self._pick(goal.reply)}".strip())
        self._say(speaker, "thanks", self._act(speaker, "thanks"))

    def _of_self(self, part: SelfPart) -> None:
        """Let one of them say something of itself, when the other asks."""
        self._asked(part)
        self._is_low = part.trait.low
        self._dig_trait(part, self._before_dig(self._other()))

    def _asked(self, part: SelfPart) -> None:
        """Let the other ask who somebody is, after a word on what was said if it was the last."""
        if self._other() == part.speaker:
            self._wonder()
            lead = ""
        else:
            lead = self._reaction(self._other())
        asker = self._other()
        lead = f"{lead} {self._act(asker, 'switch')}".strip()
        self._say(asker, "ask.trait", self._joined(lead, self._act(asker, f"ask.{part.kind}")))
        what = _ARTICLE.sub("my ", part.trait.what) if part.kind == "owns" else part.trait.what
        told = part.trait.tell or self._act(part.speaker, f"tell.{part.kind}").replace(
            f"{{{part.kind}}}", what
        )
        self._say(part.speaker, "tell.trait", f"{self._thinking(part.speaker)} {told}".strip())

    def _dig_trait(self, part: SelfPart, lead: str) -> None:
        """Let the other ask about a trait, once or twice."""
        more = self._draws.shuffled(part.trait.more)
        for place, question in enumerate(more):
            if place and not self._draws.chance(0.3):
                break
            asker = self._other()
            self._say(asker, "dig", self._joined(lead, question.ask))
            self._say(part.speaker, "dug", self._hesitant(part.speaker, question.tell))
            lead = self._before_dig(asker)

    def _close(self) -> None:
        """Say goodbye, with a word on what the other said."""
        for act, parts in (("close", ("leave",)), ("bye", ("bye", "part"))):
            speaker = self._other()
            said = [self._act(speaker, name) for name in parts]
            if (later := self._later(speaker)) and self._draws.chance(LATER):
                said.insert(1, later)
            self._say(speaker, act, " ".join(said))

    def _later(self, speaker: Speaker) -> str:
        """Return how a speaker comes back to something that the other said long enough ago."""
        fits = [
            text
            for since, who, text in self._remembered
            if who == speaker and since <= len(self._lines)
        ]
        return self._draws.pick(fits) if fits else ""

    def _lead(self, speaker: Speaker, *, is_first: bool, interrupts: bool) -> str:
        """Return what comes before a question on something new."""
        if interrupts:
            return self._act(speaker, "interrupt")
        if is_first:
            return self._act(speaker, "lead") if self._draws.chance(LEADS) else ""
        return f"{self._reaction(speaker)} {self._link(speaker)}".strip()

    def _link(self, speaker: Speaker) -> str:
        return self._act(speaker, "link") if self._draws.chance(LEADS) else ""

    def _wonder(self) -> None:
        """Let the listener say how the last turn was taken, and no more."""
        speaker = self._other()
        is_low, self._is_low = self._is_low, False
        act = "react.low" if is_low else "wonder"
        self._say(speaker, "react", self._act(speaker, "welcome" if self._is_thanked else act))

    @property
    def _is_thanked(self) -> bool:
        return self._lines[-1].act == "thanks"

    def _reaction(self, speaker: Speaker, *, is_said: bool = False) -> str:
        """Say, or do not say, how the last turn was taken."""
        is_low, self._is_low = self._is_low, False
        if is_low:
            return self._act(speaker, "react.low")
        act = "welcome" if self._is_thanked else "react"
        return self._act(speaker, act) if is_said or self._draws.chance(REACTIONS) else ""

    def _before_dig(self, speaker: Speaker) -> str:
        """Return what comes before a question on what was said: a word, or how it was taken."""
        if self._is_low or self._draws.chance(REACTIONS):
            return self._reaction(speaker, is_said=True)
        return self._act(speaker, "so") if self._draws.chance(LEADS) else ""

    def _lowered(self, template: str) -> str:
        """Return a template to go on a sentence with: names keep their capital."""
        is_proper = template.split(" ", 1)[0].split("'")[0].rstrip(",.?!") in self._chat.proper
        return template if is_proper else super()._lowered(template)

    def _thinking(self, speaker: Speaker) -> str:
        return self._act(speaker, "think") if self._draws.chance(THINKS) else ""

    def _other(self) -> Speaker:
        return "user" if self._lines[-1].speaker == "agent" else "agent"
