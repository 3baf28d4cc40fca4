"""Word small talk between two people: threads, who they are, what one of them wants.

    Chat, Wording --compose_chat--> PlannedLine, PlannedLine, ...

What is asked further is about what was said, and some of it comes back later. A turn has one
question at most.
"""

from __future__ import annotations

import re
from itertools import pairwise

from datagen.scripting.compose.hearing import LEADS, Impression
from datagen.scripting.compose.parting import Parting
from datagen.scripting.compose.realizer import PlannedLine
from datagen.scripting.content.casual_pack import Goal, Saying, TraitKind
from datagen.scripting.content.templates import Wording
from datagen.scripting.plans.casual import INTERRUPTIONS, RETURNS, Chat, ChatPart
from datagen.scripting.plans.described import LATE, SelfPart
from datagen.scripting.plans.draws import Draws
from datagen.scripting.plans.interplay import cuts
from datagen.types import SPEAKERS, Speaker

DIGS, HEARS_ON, OWNS = 0.42, 0.2, 0.28
"""Chances of what follows an answer: it is asked about, it is only taken and goes on, or the other
says something of its own to it; else who asked may answer the same question."""
DIGS_OWN, SHARES, SHARES_LATE = 0.4, 0.8, 0.4
"""Chances that somebody asks about what the other says unasked, and that who asked answers the same
question, at once or when it has been told more."""
NODS = 0.2
"""Chance that what the other said of its own is taken, and no more."""
GETS_BACK = 0.35
"""Chance that who was asked further asks the first question back."""
AGAIN = 0.04
"""Chance that a question is not understood."""
OPENS = 0.75
"""Chance that somebody says what brings it to a theme whose first question needs no reason."""
AFTER: dict[TraitKind, float] = {"likes": 0.65, "past": 1.0}
"""Chances that what is not asked of a stranger at once comes up after the theme."""
LEADS_UP, BRIDGES = 0.25, 0.5
"""Chances that who asks something out of the blue says that it is, or else leaves the theme."""
BARE = 0.6
"""Chance that a view is asked for without a word before it, where it is all that a turn asks."""
_I = re.compile(r"I\b")
LATER_BY = 4
"""How many turns later, at least."""


def compose_chat(chat: Chat, wording: Wording, draws: Draws) -> list[PlannedLine]:
    """Return the floor turns of a chat, in order."""
    return _Chat(chat, wording, draws).lines()


class _Chat(Parting):
    """A chat being worded."""

    def __init__(self, chat: Chat, wording: Wording, draws: Draws) -> None:
        super().__init__(chat, wording, draws)
        self._unsaid: Saying | None = None
        """What who asked last would answer itself, until it has or something else comes up."""
        self._is_on_theme = True
        """Nobody has asked for anything else since the theme came up."""

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
            self._heard = Impression(greeting.take)
            return
        self._say(second, "hello", f"{answer} {greeting.say} {self._act(second, 'back')}")
        self._say(first, "hello", f"{greeting.take} {greeting.back}")
        self._heard = Impression(greeting.back_take)

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
        if self._draws.chance(AGAIN) and all(line.repairs is None for line in self._lines):
            self._misheard(asker, answerer, part.asks[1])
        if self._draws.chance(RETURNS):
            self._returned(part, answerer, asker)
            return
        self._tell(answerer, "answer", self._thinking(answerer), part.says[answerer])
        own = part.says[asker]
        self._unsaid = None if own.is_answer else own
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
            self._unsaid = None  # nobody comes back unasked to a question before the last
            if is_new and self._draws.chance(GETS_BACK):
                self._add(self._joined(self._act(answerer, "turn"), part.asks[1]))
                self._tell(asker, "answer", self._thinking(asker), own)
                if own.low:
                    self._dig(own)
            return 0.0
        if at < DIGS + HEARS_ON:
            self._take_in(asker)
            self._say(answerer, "more", self._hesitant(answerer, answer.more))
            self._heard = Impression(tone="plain" if answer.low else "more", is_low=answer.low)
            return shares * SHARES_LATE
        if at < DIGS + HEARS_ON + OWNS or not shares:
            self._own(asker, answer)
            return 0.0
        return shares

    def _share(self, speaker: Speaker, own: Saying, *, may_be_cut: bool) -> None:
        """Let who asked give its own answer, too, and perhaps be asked about it."""
        self._go_on(speaker, own, may_be_cut=may_be_cut)
        if self._lines[-1].act == "share" and (own.low or self._draws.chance(DIGS_OWN)):
            self._dig(own)

    def _own(self, speaker: Speaker, saying: Saying) -> None:
        """Let who has heard something say what it thinks of that, or knows like it."""
        self._unsaid = None
        lead = self._reaction(speaker) if saying.low else ""
        self._say(speaker, "own", f"{lead} {self._hesitant(speaker, saying.own.tell)}".strip())
        self._heard = Impression(tone="joke" if saying.own.is_funny else "own")
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
        self._heard = Impression(saying.take, is_low=saying.low)

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
        told = own.mine or own.tell
        act = "me.mine" if own.mine else "me.i" if _I.match(told) else "me"
        me = self._act(speaker, act)
        told = f"{me} {self._lowered(told) if me.endswith(',') else told}".strip()
        chance = INTERRUPTIONS[self._chat.user.behaviour.interruptions]
        text = f"{lead} {told}".strip()
        if speaker == "agent" and may_be_cut and self._draws.chance(chance):
            needed = self._num_words(text)
            longer = f"{text} {own.more}"
            if cuts(self._num_words(longer), needed):
                self._say(speaker, "answer+on", longer, needed=needed)
                return
        self._say(speaker, "share", text)
        self._heard = Impression(own.take, is_low=own.low)

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
            if self._other() != speaker and not self._is_flat():
                self._hear_out(self._other())
            self._unsaid = None
            if self._other() == speaker:
                if goal.view and self._draws.chance(BARE):
                    asked = goal.ask
                self._say(speaker, "want", f"{self._reaction(speaker)} {asked}".strip())
            else:
                self._heard = None
                self._add(asked)
                self._lines[-1] = self._lines[-1]._replace(act="want")
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
        is_heard_out = is_after and is_first and not goes_on and not self._is_flat()
        if is_heard_out and self._other() != asker:
            self._hear_out(part.speaker)
        self._unsaid = None
        before = "about"
        if is_after and is_first:
            before = self._leads_up(part)
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
        self._heard = Impression(part.trait.take, is_low=part.trait.low)
        self._dig_trait(part, self._before_dig(asker))

    def _leads_up(self, part: SelfPart) -> str:
        """Return the act that leads from the theme to who somebody is; it is left once."""
        if part.kind != "likes" and self._draws.chance(LEADS_UP):
            self._is_on_theme = False
            return "late"
        leaves = self._is_on_theme and self._draws.chance(BRIDGES)
        self._is_on_theme = False
        return "bridge" if leaves else "link.new"

    def _dig_trait(self, part: SelfPart, lead: str) -> None:
        """Let the other ask about a trait."""
        more = part.trait.more
        fresh = [question for question in more if question.ask not in self._used]
        question = self._draws.pick(fresh or more)
        self._used.add(question.ask)
        self._ask_further(question, lead, is_low=part.trait.low)

    def _joined_on(self, aside: str) -> str:
        """Return what brings one to the theme, after a word that it is something else."""
        opens = self._chat.opens
        return f"{aside} {self._lowered(opens) if aside.endswith(',') else opens}".strip()

    def _is_flat(self) -> bool:
        """Tell whether nothing more than a nod is to be said to the last turn."""
        heard = self._heard
        if self._unsaid or heard is None:
            return False
        return heard.tone == "plain" and not heard.take

    def _hear_out(self, speaker: Speaker) -> None:
        """Let somebody take the last turn, with what it would answer itself if that is not sad."""
        if self._unsaid and not self._unsaid.low:
            self._go_on(speaker, self._unsaid, may_be_cut=False)
        else:
            self._take_in(speaker)

    def _lead(self, speaker: Speaker, part: ChatPart, *, is_first: bool, interrupts: bool) -> str:
        """Return what comes before a question on something new."""
        if interrupts:
            return self._act(speaker, "interrupt")
        is_known = self._lines[-1].act == "dug"
        reaction = self._reaction(speaker, is_said=is_first and is_known)
        if is_first:
            if not part.is_opening or self._draws.chance(OPENS):
                aside = self._joined_on(self._act(speaker, "aside") if is_known else "")
                return f"{reaction} {aside}".strip()
            return f"{reaction} {self._act(speaker, 'lead')}".strip()
        if reaction and not self._draws.chance(LEADS):
            return reaction
        return f"{reaction} {self._act(speaker, 'link')}".strip()
