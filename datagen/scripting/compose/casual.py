"""Word small talk between two people: threads, who they are, what one of them wants.

    Chat, Wording --compose_chat--> PlannedLine, PlannedLine, ...

What is asked further is about what was said, and some of it comes back later. A turn has one
question at most.
"""

from __future__ import annotations

import re
from itertools import pairwise

from datagen.scripting.compose.grammar import capital
from datagen.scripting.compose.realizer import PlannedLine, Realizer
from datagen.scripting.content.casual_pack import Goal, ListenerQuestion, Saying, Trait
from datagen.scripting.content.templates import Wording
from datagen.scripting.plans.casual import (
    GOODBYES,
    INTERRUPTIONS,
    LATE,
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
DIGS, DIGS_OWN, SHARES = 0.6, 0.5, 0.6
"""Chances that somebody asks further about an answer, about what the other says unasked, and that
who asked says something of itself, too."""
GETS_BACK = 0.35
"""Chance that who was asked further asks the first question back."""
AGAIN = 0.04
"""Chance that a question is not understood."""
REACTIONS, THINKS, LEADS = 0.4, 0.25, 0.4
"""Chances that a turn opens with how the last one was taken, an answer with a word, and a question
with one."""
NAMES_THEME = 0.6
"""Chance that a question which opens the theme names it, right after the hello."""
LATER = 0.6
"""Chance that who says goodbye comes back to what the other said."""
WISHES = (("", "bye"), ("wish", "bye.wish"), ("wish", "bye.wish"), ("wish.again", "bye.again"))
"""What who leaves adds, nothing, a wish or that they should talk again, and how that is taken."""
_THANKS = re.compile(r"\bthanks?\b", re.IGNORECASE)
_LEANS = re.compile(r"\b(?:it|its|they|them|their|those|one|that|there)\b")
"""What a question holds that speaks of what was told first, and not of the last answer."""
_ARTICLE = re.compile(r"^an? ")
"""Opens what somebody has: it is "my" in its own words."""
_WHOLE = re.compile(
    r"(?:I|We|My|Our|There|It|They|Once|Last|A(?! lot)|An|The|One|Every(?:one|body)?|On|In|At|By|As"
    r"|Through|When|Life|Money|Whatever|Nobody|Honestly|Cilantro)\b"
)
"""Opens a line that is a sentence without the question that it answers."""
_HAPPENED = re.compile(
    r"\b(?:was|were|had|did|went|fell|came|made|took|saw|got|gave|grew|broke|told|met|ran|sold|drove"
    r"|ate|stole|rang|left|hid|lost|sank|lived|\w{2,}[^e\W]ed)\b"
)
"""Tells that a line is of something that happened and not of how somebody is."""
_WOULD = re.compile(r"\b(?:would|\w+'d)\b")
"""Tells that a line is of what might be."""
LATER_BY = 4
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
            "about": chat.theme.named or chat.theme.about,
        }
        super().__init__(wording, people, slots, draws)
        self._chat = chat
        self._remembered: list[tuple[int, Speaker, str]] = []
        """Since which line somebody can come back to what the other said, who, and how."""
        self._taken = "react"
        """How the last turn is taken: what is sad, or was, is nothing to laugh about."""
        self._has_told = self._draws.chance(CHATS_FIRST)
        """The two say how they are."""
        self._welcome = "welcome"
        """How who was asked for something takes the thanks."""

    def lines(self) -> list[PlannedLine]:
        """Word the chat."""
        early = [part for part in self._chat.selves if part.kind not in LATE]
        self._open()
        if self._chat.facts:
            self._introduce(early)
        for place, part in enumerate(early):
            self._of_self(part, is_first=not place)
        self._discuss()
        for part in self._chat.selves:
            if part.kind in LATE:
                self._of_self(part, is_first=True)
        if self._draws.chance(GOODBYES):
            self._close()
        return self._lines

    def _discuss(self) -> None:
        """Talk of the theme."""
        for place, (part, follower) in enumerate(pairwise((*self._ordered(), None))):
            if isinstance(part, ChatPart):
                may_be_cut = isinstance(follower, ChatPart)
                self._thread(part, is_first=not place, may_be_cut=may_be_cut)
            elif part:
                self._want(part)

    def _ordered(self) -> list[ChatPart | Goal]:
        """Return what comes up of the theme, in order; a thread opens it."""
        parts: list[ChatPart | Goal] = [*self._chat.parts]
        if self._chat.goal:
            parts.insert(self._draws.integer(1, len(parts)), self._chat.goal)
        return parts

    def _open(self) -> None:
        """Say hello, and perhaps how they are."""
        first = self._draws.pick(SPEAKERS)
        if self._has_told:
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
            well = self._act("user", "well") if self._has_told else ""
            self._say("user", "ask.self", f"{well} {self._act('user', 'ask.self')}".strip())
        said = self._act("agent", "tell.self" if is_asked else "intro")
        part = next((part for part in selves[:1] if part.speaker == "agent"), None)
        if part is None or part.kind != "work" or self._draws.chance(0.5):
            self._say("agent", "tell.self", said)
            self._say("user", "meet", self._act("user", "meet"))
            return
        selves.remove(part)
        self._say("agent", "tell.self", f"{said} {part.trait.tell}")
        self._dig_trait(part, self._act("user", "meet"))

    def _thread(self, part: ChatPart, *, is_first: bool, may_be_cut: bool) -> None:
        asker = self._other()
        interrupts = self._lines[-1].act == "answer+on"
        lead = self._lead(asker, part, is_first=is_first, interrupts=interrupts)
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
            is_new = self._lines[-4].act != "again"
            if is_new and self._draws.chance(GETS_BACK):
                self._add(self._joined(self._act(answerer, "turn"), part.asks[1]))
                self._tell(asker, "answer", self._thinking(asker), own)
        elif self._draws.chance(SHARES):
            self._go_on(asker, own, may_be_cut=may_be_cut)
            if self._lines[-1].act == "share" and self._draws.chance(DIGS_OWN):
                self._dig(own)

    def _returned(self, part: ChatPart, answerer: Speaker, asker: Speaker) -> None:
        """Let who was asked answer and ask back."""
        answer, own = part.says
        back = self._act(answerer, "return")
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
        self._taken = _taken(saying)

    def _dig(self, saying: Saying) -> None:
        """Let the listener ask about what was said, and hear more of it."""
        first = ListenerQuestion(ask=saying.dig, tell=saying.dug)
        asked = self._draws.pick((first, *saying.also))
        speaker = self._other()
        self._say(speaker, "dig", self._joined(self._before_dig(speaker), asked.ask))
        speaker = self._other()
        self._say(speaker, "dug", self._hesitant(speaker, asked.tell))
        self._taken = _taken(saying, is_later=True)
        if saying.later and asked is first:
            self._remembered.append((len(self._lines) + LATER_BY, self._other(), saying.later))

    def _go_on(self, speaker: Speaker, own: Saying, *, may_be_cut: bool) -> None:
        """Say one's own answer unasked, as such; the agent may go on until the user cuts in."""
        lead = self._reaction(speaker)
        me = self._act(speaker, "me.whole" if _WHOLE.match(own.tell) else "me")
        told = f"{me} {self._lowered(own.tell)}"
        chance = INTERRUPTIONS[self._chat.user.behaviour.interruptions]
        text = f"{lead} {told}".strip()
        is_habit = not (_HAPPENED.search(own.tell) or _WOULD.search(own.tell))
        if speaker == "agent" and may_be_cut and is_habit and self._draws.chance(chance):
            needed = self._num_words(text)
            longer = f"{text} {self._act('agent', 'elaborate')}"
            if cuts(self._num_words(longer), needed):
                self._say(speaker, "answer+on", longer, needed=needed)
                return
        self._say(speaker, "share", text)
        self._taken = _taken(own)

    def _want(self, goal: Goal) -> None:
        """Let one of them ask for what it wants from the talk."""
        speaker = self._chat.goal_of
        suffix = ".view" if goal.view else ""
        asked = f"{self._act(speaker, f'want{suffix}')} {goal.ask}"
        if self._other() == speaker:
            self._say(speaker, "want", f"{self._reaction(speaker)} {asked}".strip())
        else:
            self._add(asked)
        other = self._other()
        self._say(other, "advise", f"{self._thinking(other)} {self._pick(goal.reply)}".strip())
        self._say(speaker, "thanks", self._act(speaker, f"thanks{suffix}"))
        self._welcome = f"welcome{suffix}"

    def _of_self(self, part: SelfPart, *, is_first: bool) -> None:
        """Let one of them say something of itself, when the other asks."""
        asker: Speaker = "user" if part.speaker == "agent" else "agent"
        is_late = part.kind in LATE
        if is_late and self._other() != asker:
            self._say(part.speaker, "react", self._reaction(part.speaker, is_said=True))
        lead = self._act(asker, "late" if is_late else "about" if is_first else "besides")
        if self._other() == asker:
            lead = f"{self._reaction(asker, is_said=is_late)} {lead}".strip()
        elif not is_first:
            lead = self._act(asker, "turn")
        asked = self._joined(lead, self._act(asker, f"ask.{part.kind}"))
        if self._other() == asker:
            self._say(asker, "ask.trait", asked)
        else:
            self._add(asked)
        what = _ARTICLE.sub("my ", part.trait.what) if part.kind == "owns" else part.trait.what
        told = part.trait.tell or self._act(part.speaker, f"tell.{part.kind}").replace(
            f"{{{part.kind}}}", what
        )
        is_sure = not is_late or told.startswith("That's easy")
        thinking = "" if is_sure else self._thinking(part.speaker)
        self._say(part.speaker, "tell.trait", f"{thinking} {told}".strip())
        self._taken = _taken(part.trait)
        self._dig_trait(part, self._before_dig(asker))

    def _dig_trait(self, part: SelfPart, lead: str) -> None:
        """Let the other ask about a trait, once or twice."""
        more = self._draws.shuffled(part.trait.more)[:2]
        for place, question in enumerate(more):
            if place and (_LEANS.search(question.ask) or not self._draws.chance(0.3)):
                break
            asker = self._other()
            self._say(asker, "dig", self._joined(lead, question.ask))
            self._say(part.speaker, "dug", self._hesitant(part.speaker, question.tell))
            self._taken = _taken(part.trait, is_later=True)
            lead = self._before_dig(asker)

    def _add(self, question: str) -> None:
        """Let who spoke last go on with a question."""
        last = self._lines.pop()
        while not self._filled(f"{last.text} {question}")[0].startswith(last.text):
            _, question = question.split(" ", 1)  # a word that the last sentence opens with, too
        text, spoken = self._filled(f"{last.text} {capital(question)}")
        self._lines.append(last._replace(act=f"{last.act}.ask", text=text, spoken=spoken))

    def _close(self) -> None:
        """Say goodbye, with a word on what the other said; nobody leaves right after a story."""
        wish, bye = self._draws.pick(WISHES)
        wished = ""
        for act, parts in (("close", ("leave", wish)), ("bye", (bye,))):
            speaker = self._other()
            said = [self._act(speaker, name) for name in parts if name]
            if act == "bye":
                said.append(self._parting(speaker, wished))
            wished = said[-1]
            if (later := self._later(speaker)) and self._draws.chance(LATER):
                said.insert(1, later)
            if act == "close" and (taken := self._reaction(speaker, is_said=True)):
                said.insert(0, taken)
            self._say(speaker, act, " ".join(said))

    def _parting(self, speaker: Speaker, wished: str) -> str:
        """Return the last word, which wishes nothing in the words of what was just wished."""
        opening = wished.split()[0]
        (choices,) = self._acts[speaker]["part"]
        return self._pick([one for one in choices if not one.startswith(opening)])

    def _later(self, speaker: Speaker) -> str:
        """Return how a speaker comes back to something that the other said long enough ago."""
        fits = [
            text
            for since, who, text in self._remembered
            if who == speaker and since <= len(self._lines)
        ]
        return self._draws.pick(fits) if fits else ""

    def _lead(self, speaker: Speaker, part: ChatPart, *, is_first: bool, interrupts: bool) -> str:
        """Return what comes before a question on something new."""
        if interrupts:
            return self._act(speaker, "interrupt")
        if is_first:
            is_bare = part.is_opening and self._lines[-1].act in ("hello", "meet")
            if not is_bare or self._draws.chance(NAMES_THEME):
                return self._act(speaker, "theme")
            return self._act(speaker, "lead") if self._draws.chance(LEADS) else ""
        reaction = self._reaction(speaker)
        if reaction and not self._draws.chance(LEADS):
            return reaction
        return f"{reaction} {self._act(speaker, 'link')}".strip()

    def _reaction(self, speaker: Speaker, *, is_said: bool = False) -> str:
        """Say, or do not say, how the last turn was taken."""
        taken, self._taken = self._taken, "react"
        last = self._lines[-1]
        if last.act == "thanks":
            if _THANKS.search(last.text):
                return self._act(speaker, self._welcome)
            return self._act(speaker, "react.soft") if is_said else ""
        if last.act in ("hello", "meet", "react"):
            return ""
        if is_said or taken == "react.low" or self._draws.chance(REACTIONS):
            return self._act(speaker, taken)
        return ""

    def _before_dig(self, speaker: Speaker) -> str:
        """Return what comes before a question on what was said: a word, or how it was taken."""
        if self._taken == "react.low" or self._draws.chance(REACTIONS):
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


def _taken(said: Saying | Trait, *, is_later: bool = False) -> str:
    """Return how something is taken, or the answer to what was asked about it."""
    return ("react.soft" if is_later else "react.low") if said.low else "react"
