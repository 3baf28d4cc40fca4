"""What an assistant asks a business, and what it makes of what it hears.

Talk, Mandate --Inquiry--> questions, and values taken in

What its customer wants to know waits until the matter is settled, unless it is what an offer
means: that is asked before the offer is agreed to.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from datagen.scripting.content.verdicts import plainly
from datagen.scripting.simulate.answers import answering, to_the_point
from datagen.scripting.simulate.assistant_numbers import may_check, read_back
from datagen.scripting.simulate.floor import Draft
from datagen.scripting.simulate.talk import Talk
from datagen.scripting.world.absent import to_assistant_all
from datagen.scripting.world.customer_asks import (
    answered_first,
    concerns,
    is_undecided,
    offered,
)
from datagen.scripting.world.mandate import Mandate
from datagen.scripting.world.pack import ProcedureStep

SAY_AGAIN, NOTED, ACKS, LINKS, BEGINS, REPEATS = 0.06, 0.34, 0.6, 0.7, 0.35, 0.7
"""Chances of what may happen to what is told, that a question is announced, that an answer begins
with a word or two before it, and that who is asked to says first that it repeats it."""
WEIGHS, MAKES_SURE = 0.85, 0.3
"""Chances that an offer is asked about before it is decided on, and that a value in it is read
back."""
PARTS = 2
"""Commas of what is asked for once more although it holds neither a number nor a name."""
_FOR_A_VALUE = re.compile(
    r"\b(?:how (?:much|many|long|late|early|soon|far|big|often|few|old)|when|what time|costs?"
    r"|charge|fee|price|rate)\b",
    re.I,
)
"""What asks for a value, which is then worth reading back."""
_WEIGHED = frozenset(("money", "time", "date"))
"""Types of values of an offer that are worth reading back."""


class Inquiry:
    """What the assistant of a call asks and hears."""

    def __init__(self, talk: Talk, mandate: Mandate) -> None:
        self._talk, self._mandate = talk, mandate
        self._has_missed = False
        self._answered_at = -1

    def take_news(self) -> None:
        """React to what the business has just told, before something else is brought up."""
        last = self._talk.floor.drafts[-1]
        if (last.speaker, last.act) == ("user", "inform"):
            self._talk.agent("ack.low", "autoPositive")

    def link(self, *, is_wish: bool = False, is_due: bool = False) -> None:
        """Announce a question, which is no other one before there was a first, or a wish; or do
        not, unless that is due."""
        talk = self._talk
        if is_due or talk.chance(LINKS * (1 if talk.is_refused else min(1, talk.leisure))):
            act = "ask_link" if talk.has_asked else "ask_link.first"
            talk.agent("ask_link.wish" if is_wish else act, "interactionStructuring")
        talk.has_asked = True

    def ask(self, name: str) -> None:
        """Ask what the customer wants to know, and hear it."""
        talk = self._talk
        if name in talk.told:
            return
        if talk.floor.last != self._answered_at:  # between two questions an answer may go without
            self.take_news()
        self.link()
        self._put(name)

    def weigh(self, step: ProcedureStep) -> bool:
        """Ask what an offer means before it is decided on, or make sure of a number in what is
        offered; tell whether there was a reason to."""
        talk, asks = self._talk, self._mandate.asks
        said = talk.slots((talk.words.chosen,))
        news = said.intersection(self._news(talk.floor.drafts[-1]))
        numbers = sorted(name for name in news if talk.value(name).type in _WEIGHED)
        about = offered(talk.world, step)
        wish = talk.world.wish
        tried = wish.fact if wish and self._mandate.wish else ""  # nobody asks, and then tries
        names = [name for name in self._mandate.questions if concerns(asks[name], about)]
        names = [name for name in names if name not in (*talk.told, tried)]
        if names and (is_undecided(talk.world) or talk.chance(WEIGHS)):
            talk.agent("ask_link.before", "interactionStructuring")
            talk.has_asked = True
            for name in names:
                self._put(name, is_weighed=True)
            return True
        # of two prices one may be of what is not offered
        is_one = len(numbers) == 1 and may_check(talk, "agent")
        if is_one and step.do == "offer" and talk.chance(MAKES_SURE * talk.slips):
            read_back(talk, numbers[0])
            return True
        return False

    def hear(
        self,
        lines: Sequence[str],
        *,
        is_news: bool = False,
        is_done: bool = False,
        may_note: bool = True,
        may_ack: bool = True,
    ) -> None:
        """Hear what the business tells; ask again, note it down or read a value back, if one may
        have been asked for. Nobody passes over bad news, and what is only told gladdens nobody."""
        talk = self._talk
        told = to_assistant_all(tuple(lines))
        draft = talk.user_line(told, "inform")
        stating = talk.slots((talk.words.chosen,))
        stated = self._news(draft)
        is_full = bool(stated) or draft.text.count(", ") >= PARTS
        is_missed = not self._has_missed and talk.chance(SAY_AGAIN * talk.slips) and is_full
        if is_missed:
            self._has_missed = True
            asked = talk.floor.last
            talk.agent("say_again", "requestRepeat").repairs = asked
            if talk.chance(REPEATS):
                talk.user("repeats", "autoPositive")
            same = tuple(line for line in told if stating == talk.slots((line,)))
            talk.user_line(same, "inform").repairs = asked  # whoever repeats leaves out nothing
        may_note = may_note and not is_missed and may_check(talk, "agent")
        if len(stated) == 1 and may_note and talk.chance(NOTED * talk.slips):
            read_back(talk, stated[0])
        elif may_ack and (is_news or talk.chance(ACKS * min(1.4, talk.leisure))):
            is_glad = is_done and talk.outcome == "solved"
            talk.agent("ack" if is_glad else "ack.low", "autoPositive")

    def _put(self, name: str, *, is_weighed: bool = False) -> None:
        """Put a question, and hear its answer; what is weighed is answered with a decision."""
        talk = self._talk
        asked = self._mandate.asks[name]
        talk.agent_line((asked,), "setQuestion", (f"prompt.ask.{name}",))
        told = answered_first(asked, talk.world.fact(name).tell)
        says, plain = plainly(asked, told)
        lines = to_the_point(asked, answering(asked, plain, talk.types))
        if says:
            talk.user(f"answer.{says}", "autoPositive")
        elif talk.chance(BEGINS):
            talk.user("answer", "autoPositive")
        is_number = not says and _FOR_A_VALUE.search(asked) is not None
        self.hear(lines, may_note=is_number, may_ack=not is_weighed)
        self._answered_at = talk.floor.last
        talk.tell((name,))

    def _news(self, draft: Draft) -> list[str]:
        """Return the business's values that a turn is the first to state."""
        talk = self._talk
        known = [one.values for one in talk.floor.drafts if one is not draft]
        return sorted((draft.values & talk.world.pack.values.keys()).difference(*known))
