"""Word small talk between two people: threads, who they are, what one of them wants.

    Chat, Wording --compose_chat--> PlannedLine, PlannedLine, ...

What is asked further is about what was said, and some of it comes back later. A turn has one
question at most.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Literal, NamedTuple

from datagen.scripting.compose.grammar import capital
from datagen.scripting.compose.realizer import PlannedLine, Realizer
from datagen.scripting.content.casual_pack import (
    Goal,
    ListenerQuestion,
    Saying,
    Tone,
    TraitKind,
)
from datagen.scripting.content.templates import Wording
from datagen.scripting.plans.casual import (
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

TAKES_UP = 0.85
"""Chance that somebody takes up how the other says that it is."""
DIGS, HEARS_ON, OWNS = 0.42, 0.2, 0.28
"""Chances of what follows an answer: it is asked about, it is only taken and goes on, or the other
says something of its own to it; else who asked may answer the same question."""
DIGS_OWN, SHARES, SHARES_LATE = 0.4, 0.8, 0.4
"""Chances that somebody asks about what the other says unasked, and that who asked answers the same
question, at once or when it has heard more."""
NODS = 0.2
"""Chance that what the other said of its own is taken, and no more."""
GETS_BACK = 0.25
"""Chance that who was asked further asks the first question back."""
AGAIN = 0.04
"""Chance that a question is not understood."""
REACTIONS, BEFORE_DIGS, THINKS, LEADS = 0.45, 0.6, 0.25, 0.4
"""Chances that a turn opens with how the last one was taken, and one that asks about that, an
answer with a word, and a question with one."""
OPENS = 0.75
"""Chance that somebody says what brings it to a theme whose first question needs no reason."""
AFTER: dict[TraitKind, float] = {"likes": 0.65, "past": 1.0}
"""Chances that what is not asked of a stranger at once comes up after the theme."""
LEADS_UP = 0.5
"""Chance that who asks something out of the blue says that it is."""
LATER = 0.6
"""Chance that who says goodbye comes back to what the other said."""
WISHES = (("", "bye"), ("wish", "bye.wish"), ("wish", "bye.wish"), ("wish.again", "bye.again"))
"""What who leaves adds, nothing, a wish or that they should talk again, and how that is taken."""
_THANKS = re.compile(r"\bthanks?\b", re.IGNORECASE)
_WHOLE = re.compile(
    r"(?:I|We|My|Our|There|It|They|Once|Last|A(?! lot)|An|The|One|Every(?:one|body)?|On|In|At|By|As"
    r"|Through|When|Life|Money|Whatever|Nobody|Honestly|Cilantro)\b"
)
"""Opens a line that is a sentence without the question that it answers."""
_ANSWERS = re.compile(
    r"(?:Some|A few|A lot|All the time|Always|Any time|Not|Yes|No|If|Often|Less|Hardly|So)\b"
)
"""Opens a line that nobody says who was not asked."""
LATER_BY = 4
"""How many turns later, at least."""


class _Heard(NamedTuple):
    """How what was said last is to be taken."""

    take: str = ""
    """In these words, or in any of its tone."""
    tone: Tone | Literal["more", "own"] = "plain"
    is_low: bool = False
    """It is not passed over."""


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
        self._heard: _Heard | None = None
        """What the last turn told that was not taken yet."""
        self._unsaid: Saying | None = None
        """What who asked last would answer itself, until it has or something else comes up."""
        self._welcome = "welcome"
        """How who was asked for something takes the thanks."""

    def lines(self) -> list[PlannedLine]:
        """Word the chat."""
        early: list[SelfPart] = []
        after: list[SelfPart] = []
        late: list[SelfPart] = []
        for part in self._chat.selves:
            is_after = part.kind in AFTER and self._draws.chance(AFTER[part.kind])
            (late if part.kind in LATE else after if is_after else early).append(part)
        self._open()
        if self._chat.facts:
            self._introduce(early)
        for place, part in enumerate(early):
            self._of_self(part, is_first=not place)
        self._discuss()
        before = None
        for part in (*after, *late):
            self._of_self(part, is_first=part.kind != before, is_after=True)
            before = part.kind
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
        """Say hello, and perhaps how they are; an agent with a name that is first says it, too."""
        first = self._draws.pick(SPEAKERS)
        greeting = self._chat.greeting
        opening = self._act(first, "hi")
        is_named = first == "agent" and bool(self._chat.facts)
        if is_named:
            opening = f"{opening} {self._act(first, 'intro')}"
        self._say(first, "greet", f"{opening} {greeting.ask or greeting.say}")
        second = self._other()
        answer = self._act(second, "meet" if is_named else "hi.back")
        if not greeting.ask:
            self._say(second, "hello", f"{answer} {greeting.take}")
            return
        if not greeting.back or (self._chat.facts and not is_named):
            self._say(second, "hello", f"{answer} {greeting.say}")
            self._heard = _Heard(greeting.take)
            return
        self._say(second, "hello", f"{answer} {greeting.say} {self._act(second, 'back')}")
        self._say(first, "hello", f"{greeting.take} {greeting.back}")
        self._heard = _Heard(greeting.back_take)

    def _introduce(self, selves: list[SelfPart]) -> None:
        """Let the agent say its name when asked, and what it does if that is to come up."""
        if self._lines[0].speaker == "agent":
            return
        taken = self._reaction("user")
        self._say("user", "ask.self", f"{taken} {self._act('user', 'ask.self')}".strip())
        said = self._act("agent", "tell.self")
        part = next((part for part in selves[:1] if part.speaker == "agent"), None)
        if part is None or part.kind != "work" or self._draws.chance(0.5):
            self._say("agent", "tell.self", said)
            self._say("user", "meet", self._act("user", "meet"))
            return
        selves.remove(part)
        self._say("agent", "tell.self", f"{said} {self._pick(part.trait.tells)}")
        self._dig_trait(part, self._act("user", "meet"))

    def _thread(self, part: ChatPart, *, is_first: bool, may_be_cut: bool) -> None:
        self._unsaid = None
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
        self._tell(answerer, "answer", self._thinking(answerer), part.says[answerer])
        own = part.says[asker]
        self._unsaid = None if _ANSWERS.match(own.tell) else own
        if self._draws.chance(self._followed(part, answerer, asker)):
            self._share(asker, own, may_be_cut=may_be_cut)

    def _followed(self, part: ChatPart, answerer: Speaker, asker: Speaker) -> float:
        """Let an answer be asked about, gone on with or commented on, or do nothing.

        Return how likely it is that who asked then gives its own answer.
        """
        answer, own = part.says[answerer], part.says[asker]
        shares = SHARES if self._unsaid else 0.0
        at = self._draws.uniform()
        if at < DIGS or answer.low:
            self._dig(answer)
            is_new = self._lines[-4].act != "again"
            if not is_new or not self._draws.chance(GETS_BACK):
                return shares * SHARES_LATE
            self._add(self._joined(self._act(answerer, "turn"), part.asks[1]))
            self._tell(asker, "answer", self._thinking(asker), own)
            self._unsaid = None
            return 0.0
        if at < DIGS + HEARS_ON:
            self._take_in(asker)
            self._say(answerer, "more", self._hesitant(answerer, answer.more))
            self._heard = _Heard(tone="plain" if answer.low else "more", is_low=answer.low)
            return shares * SHARES_LATE
        if at < DIGS + HEARS_ON + OWNS or not shares:
            self._own(asker, answer)
            return 0.0
        return shares

    def _share(self, speaker: Speaker, own: Saying, *, may_be_cut: bool) -> None:
        """Let who asked give its own answer, too, and perhaps be asked about it."""
        self._go_on(speaker, own, may_be_cut=may_be_cut)
        if self._lines[-1].act == "share" and self._draws.chance(DIGS_OWN):
            self._dig(own)

    def _own(self, speaker: Speaker, saying: Saying) -> None:
        """Let who has heard something say what it thinks of that, or knows like it."""
        self._unsaid = None
        lead = self._reaction(speaker) if saying.low else ""
        self._say(speaker, "own", f"{lead} {self._hesitant(speaker, saying.own.tell)}".strip())
        self._heard = _Heard(tone="joke" if saying.own.is_funny else "own")
        if self._draws.chance(NODS):
            self._take_in(self._other())

    def _returned(self, part: ChatPart, answerer: Speaker, asker: Speaker) -> None:
        """Let who was asked answer and ask back."""
        answer, own = part.says[answerer], part.says[asker]
        back = self._act(answerer, "return")
        self._tell(answerer, "answer.ask", self._thinking(answerer), answer, after=back)
        self._tell(asker, "answer", self._reaction(asker), own)
        if own.low or self._draws.chance(DIGS):
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
        self._heard = _Heard(saying.take, is_low=saying.low)

    def _dig(self, saying: Saying) -> None:
        """Let the listener ask about what was said, and hear more of it."""
        asked = self._draws.pick(saying.questions)
        self._ask_further(asked, self._before_dig(self._other()), is_low=saying.low)
        if saying.later and asked.ask == saying.dig:
            self._remembered.append((len(self._lines) + LATER_BY, self._other(), saying.later))

    def _go_on(self, speaker: Speaker, own: Saying, *, may_be_cut: bool) -> None:
        """Say one's own answer unasked, as such; the agent may go on until the user cuts in."""
        self._unsaid = None
        lead = self._reaction(speaker)
        me = self._act(speaker, "me.whole" if _WHOLE.match(own.tell) else "me")
        told = f"{me} {self._lowered(own.tell)}"
        chance = INTERRUPTIONS[self._chat.user.behaviour.interruptions]
        text = f"{lead} {told}".strip()
        if speaker == "agent" and may_be_cut and self._draws.chance(chance):
            needed = self._num_words(text)
            longer = f"{text} {own.more}"
            if cuts(self._num_words(longer), needed):
                self._say(speaker, "answer+on", longer, needed=needed)
                return
        self._say(speaker, "share", text)
        self._heard = _Heard(own.take, is_low=own.low)

    def _want(self, goal: Goal) -> None:
        """Let one of them ask for what it wants from the talk, when the other has listened."""
        speaker = self._chat.goal_of
        suffix = ".view" if goal.view else ""
        asked = f"{self._act(speaker, f'want{suffix}')} {goal.ask}"
        if self._other() != speaker and self._lines[-1].act == "react":
            self._unsaid = None
            self._add(asked)
            self._lines[-1] = self._lines[-1]._replace(act="want")
        else:
            if self._other() != speaker:
                self._hear_out(self._other())
            self._unsaid = None
            self._say(speaker, "want", f"{self._reaction(speaker)} {asked}".strip())
        other = self._other()
        reply = self._pick(self._chat.replies)
        self._say(other, "advise", f"{self._thinking(other)} {reply}".strip())
        self._heard = None
        self._say(speaker, "thanks", self._act(speaker, f"thanks{suffix}"))
        self._welcome = f"welcome{suffix}"

    def _of_self(self, part: SelfPart, *, is_first: bool, is_after: bool = False) -> None:
        """Let one of them say something of itself, when the other asks."""
        asker: Speaker = "user" if part.speaker == "agent" else "agent"
        goes_on = self._lines[-1].act == "react"
        if is_after and is_first and self._other() != asker and not goes_on:
            self._hear_out(part.speaker)
        self._unsaid = None
        before = "about"
        if is_after:
            is_led_up_to = part.kind != "likes" and self._draws.chance(LEADS_UP)
            before = "late" if is_led_up_to else "link"
        lead = self._act(asker, before if is_first else "besides")
        if self._other() == asker:
            lead = f"{self._reaction(asker, is_said=is_after)} {lead}".strip()
        elif not is_first:
            lead = self._act(asker, "turn")
        asked = self._joined(lead, self._act(asker, f"ask.{part.kind}"))
        if self._other() == asker:
            self._say(asker, "ask.trait", asked)
        else:
            self._add(asked)
        thinking = self._thinking(part.speaker) if part.kind in LATE else ""
        told = self._pick(part.trait.tells)
        self._say(part.speaker, "tell.trait", f"{thinking} {told}".strip())
        self._heard = _Heard(part.trait.take, is_low=part.trait.low)
        self._dig_trait(part, self._before_dig(asker))

    def _dig_trait(self, part: SelfPart, lead: str) -> None:
        """Let the other ask about a trait."""
        more = part.trait.more
        fresh = [question for question in more if question.ask not in self._used]
        question = self._draws.pick(fresh or more)
        self._used.add(question.ask)
        self._ask_further(question, lead, is_low=part.trait.low)

    def _ask_further(self, question: ListenerQuestion, lead: str, *, is_low: bool) -> None:
        """Ask about what was just said, before anything else is, and have it answered."""
        self._say(self._other(), "dig", self._joined(lead, question.ask))
        speaker = self._other()
        self._say(speaker, "dug", self._hesitant(speaker, question.tell))
        self._heard = _Heard(tone="plain" if is_low else question.tone)

    def _hear_out(self, speaker: Speaker) -> None:
        """Let somebody take the last turn, with what it would answer itself if it has not."""
        if self._unsaid:
            self._go_on(speaker, self._unsaid, may_be_cut=False)
        else:
            self._take_in(speaker)

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

    def _close(self) -> None:
        """Say why one leaves, with a word on what the other said, and hear what that one says."""
        wish, bye = self._draws.pick(WISHES)
        leaving = self._chat.leaving
        speaker = self._other()
        said = [self._reaction(speaker, is_said=True), leaving.say, self._remembering(speaker)]
        kind = [self._act(speaker, name) for name in ("leave", wish) if name]
        last = next(filter(None, reversed(kind)), "")
        self._say(speaker, "close", " ".join(filter(None, (*said, *kind))))
        speaker = self._other()
        said = [self._pick(leaving.reply), self._act(speaker, bye) if last else ""]
        said.append(self._remembering(speaker))
        said.append(self._parting(speaker, (last or leaving.say, *said)))
        self._say(speaker, "bye", " ".join(filter(None, said)))

    def _remembering(self, speaker: Speaker) -> str:
        """Say, or do not say, something on what the other told long enough ago."""
        later = self._later(speaker)
        return later if later and self._draws.chance(LATER) else ""

    def _parting(self, speaker: Speaker, before: Iterable[str]) -> str:
        """Return the last word, which opens like nothing that was said or wished just before.

        Nor does it open with what that ended with ("Thanks for the talk. Talk soon.").
        """
        said = [one.split() for one in before if one]
        openings = tuple(word for one in said for word in (one[0], capital(one[-1].rstrip("."))))
        (choices,) = self._acts[speaker]["part"]
        return self._pick([one for one in choices if not one.startswith(openings)])

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
        reaction = self._reaction(speaker)
        if is_first:
            if not part.is_opening or self._draws.chance(OPENS):
                return f"{reaction} {self._chat.opens}".strip()
            return f"{reaction} {self._act(speaker, 'lead')}".strip()
        if reaction and not self._draws.chance(LEADS):
            return reaction
        return f"{reaction} {self._act(speaker, 'link')}".strip()

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

    def _lowered(self, template: str) -> str:
        """Return a template to go on a sentence with: names keep their capital."""
        is_proper = template.split(" ", 1)[0].split("'")[0].rstrip(",.?!") in self._chat.proper
        return template if is_proper else super()._lowered(template)

    def _thinking(self, speaker: Speaker) -> str:
        return self._act(speaker, "think") if self._draws.chance(THINKS) else ""

    def _other(self) -> Speaker:
        return "user" if self._lines[-1].speaker == "agent" else "agent"
