"""Let an assistant call a business for somebody: the business takes the steps, the agent decides.

World, Cast, Mandate, Acts --simulate_assistant--> Talk

The roles of a service call are turned: what the agent may say is in its notes and bounds; what the
business knows it says itself. The order of events is drawn, as in `call`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from datagen.scripting.content.values import Value
from datagen.scripting.plans.draws import Draws
from datagen.scripting.simulate import assistant_probes
from datagen.scripting.simulate.acts import Acts
from datagen.scripting.simulate.answers import denying
from datagen.scripting.simulate.assistant_closing import close, may_press, press
from datagen.scripting.simulate.assistant_inquiry import Inquiry
from datagen.scripting.simulate.assistant_numbers import (
    MISHEARD,
    READ_BACK,
    identify,
    is_heard,
    may_check,
)
from datagen.scripting.simulate.assistant_opening import open_call
from datagen.scripting.simulate.call import procedure
from datagen.scripting.simulate.call_state import AgendaItem
from datagen.scripting.simulate.readiness import asks_for, is_ready
from datagen.scripting.simulate.repair import is_short, unlinked
from datagen.scripting.simulate.steps import points_back
from datagen.scripting.simulate.suppositions import supposes
from datagen.scripting.simulate.talk import Talk
from datagen.scripting.world.absent import to_assistant, to_assistant_all
from datagen.scripting.world.compiled import CompiledWorld
from datagen.scripting.world.draw import World
from datagen.scripting.world.mandate import LIMIT, REACHED_AT, Mandate
from datagen.scripting.world.notes import capital_slot, wordings
from datagen.scripting.world.pack import ProcedureStep
from datagen.scripting.world.roles import Cast

SAY_AGAIN, LOOKS, HOLDS, TAKEN_IN = 0.045, 0.5, 0.8, 0.6
"""Chances of what may happen to a question of the business, a look and an answer."""
BY_HEART = 6
"""Characters of a code that one may know by heart: nobody looks for what is as short."""
AT_ONCE = 0.6
"""Chance that a business that asks for names does so at once: else later."""
_REASON = ("prompt.reason",)
"""What licenses a yes to what a customer has called for."""
_APART = frozenset(("Q0", "Q5", "Q6"))
"""What has its own places, or comes up when all else is settled."""
_NEWS = frozenset(("tell", "offer", "act", "promise", "handoff"))
"""Steps in which a business says what is so, or does something."""
_THEIRS = re.compile(r"\b(?:can|could) they\b[^,]*\?$", re.I)
"""How an offer ends by which the customer is to do something, and not the business."""
_YOURS = re.compile(r"\b(?:can|could) you\b[^,]*\?$", re.I)
"""How it ends before it is said of the customer: whether that can be there only the customer knows,
so that it is not put to an assistant if there is another wording."""
_MAY_THEY = re.compile(r"\b(?:can|could|may|do) they\b", re.I)
"""What a wish asks for that is the customer's to do: nobody answers that it does not do so."""
_WHICH = re.compile(r"\bwhich (?:do|would|one)\b", re.I)
"""What asks for a choice, to which a yes is no answer."""
_WISH = AgendaItem("Q3")
"""What a customer's own wish for more is: its assistant brings it up no sooner."""
_LACKS = re.compile(r"\b(?:not|no|never|nobody|nothing|none|\w+n't)\b", re.I)
"""What a note holds that says what there is not: nobody has that right here."""


def simulate_assistant(
    compiled: CompiledWorld,
    world: World,
    cast: Cast,
    mandate: Mandate,
    acts: Acts,
    draws: Draws,
    words: float,
) -> Talk:
    """Return a call that is over; ``words`` is how many spoken words it should have."""
    talk = Talk(compiled, world, cast, acts, draws, words)
    AssistantCall(talk, mandate).play()
    return talk


class AssistantCall:
    """A call that an assistant makes."""

    def __init__(self, talk: Talk, mandate: Mandate) -> None:
        self.talk, self.mandate = talk, mandate
        self._inquiry = Inquiry(talk, mandate)
        self._has_looked = self._is_looking = self._has_news = self._has_read = False
        self._done = ""
        """What the business has done last, as its tool says it."""
        talk.steps = procedure(talk)
        is_cross = "Q4" in talk.cast.probes  # who has no patience makes no jokes
        kinds = [kind for kind in talk.cast.probes if not (is_cross and kind == "Q6")]
        events = [AgendaItem(kind) for kind in kinds]
        events += [AgendaItem("question", name) for name in mandate.questions]
        events += [AgendaItem("wish")] if mandate.wish else []
        talk.agenda = sorted(talk.draws.shuffled(events), key=_turn)

    def play(self) -> None:
        """Talk until both have nothing left to do."""
        talk = self.talk
        open_call(talk, self.mandate.background)
        self._begin()
        is_first = True
        while talk.steps or talk.agenda:
            if talk.is_refused and not talk.steps:  # nobody chats after that
                talk.agenda = [event for event in talk.agenda if event.kind not in ("Q5", "Q6")]
            if wish := self._wish_is_next():
                talk.agenda.remove(wish)
                self._wish()
            elif talk.agenda and self._event_is_next(is_first):
                self._take_event(talk.agenda.pop(0))
            elif talk.steps:
                self._ask_of_somebody_new()
                self._chat_before_the_news(is_first)
                self._take_step(talk.steps.pop(0))
                is_first = False
        if not self._done and not assistant_probes.is_bought(talk):
            self._inquiry.take_news()
        close(talk, is_done=bool(self._done))

    def _chat_before_the_news(self, is_first: bool) -> None:
        """Let small talk come before bad news, if it has come in no wait."""
        talk = self.talk
        is_early = is_first or self._is_looking or self._has_news
        is_next = talk.is_refused and talk.steps[0].do in _NEWS and not is_early
        self._has_news = self._has_news or talk.steps[0].do in _NEWS
        if is_next and (chat := assistant_probes.in_a_wait(talk)):
            talk.agenda.remove(chat)
            self._take_event(chat)

    def _begin(self) -> None:
        """Let the business be rude, or ask for names, before it has begun with the matter."""
        for event in sorted(self.talk.agenda, key=lambda event: event.kind != "Q4"):
            is_early = assistant_probes.is_early(self.talk, event.kind)
            is_due = event.kind != "Q0" or self.talk.is_refused or self.talk.chance(AT_ONCE)
            if is_early and is_due:
                self.talk.agenda.remove(event)
                self._take_event(event)

    def _ask_of_somebody_new(self) -> None:
        """Let the business ask what nobody has told of who is in no file, before its news."""
        talk = self.talk
        if talk.steps[0].do in ("ask", "check") or talk.world.story.verify or self._acts():
            return
        if event := next((one for one in talk.agenda if one.kind == "Q5"), None):
            talk.agenda.remove(event)
            self._take_event(event)

    def _acts(self) -> bool:
        """Tell whether something will be done for the customer."""
        return not self.talk.is_refused and any(step.do == "act" for step in self.talk.steps)

    def _wish_is_next(self) -> AgendaItem | None:
        """Return the wish if the assistant is about to decide, after which it wants no more."""
        talk = self.talk
        follows = next((step.do for step in talk.steps if step.do != "look"), "")
        is_decided = follows in ("offer", "act") and not talk.is_agreed
        if not is_decided or self._is_looking or not is_ready(talk, _WISH):
            return None
        return next((event for event in talk.agenda if event.kind == "wish"), None)

    def _event_is_next(self, is_first: bool) -> bool:
        talk = self.talk
        if not talk.steps:
            return True
        if self._is_looking or talk.agenda[0].kind in ("question", *_APART):
            return False
        if points_back(talk, talk.steps[0]) and not is_first:
            return False
        if talk.agenda[0].kind in ("Q1", "Q2"):  # it comes when the record is opened
            return False
        if talk.agenda[0].kind == "wish" and (is_first or not self._may_wish()):
            return False
        if talk.agenda[0].kind == "Q0":  # who has not asked at once does when all is done
            return False
        if talk.agenda[0].kind == "Q3" and not self._done:
            return False
        share = len(talk.agenda) / (len(talk.agenda) + len(talk.steps))
        return talk.chance(share * (0.1 if is_first else 0.8))

    def _may_wish(self) -> bool:
        """Tell whether it tries for more now: not before it has heard what comes of what it is
        asked, nor in the breath in which it agrees."""
        talk = self.talk
        is_asked = talk.steps[0].do in ("ask", "check")
        is_bound = talk.is_agreed and any(step.do == "act" for step in talk.steps)
        return not (is_asked or is_bound) and is_ready(talk, _WISH)

    def _take_event(self, event: AgendaItem) -> None:
        if event.kind == "question":
            self._inquiry.ask(event.what)
        elif event.kind == "wish":
            self._wish()
        else:
            self._inquiry.take_news()
            assistant_probes.bring_up(self.talk, event.kind, done=self._done)

    def _wish(self) -> None:
        """Try for what a policy forbids."""
        talk = self.talk
        wish = talk.world.wish
        assert wish, "a call with this event has a wish"
        self._inquiry.take_news()
        if talk.floor.drafts[-1].act in ("answer", "confirm", "correction"):
            self._taken_in(talk.floor.drafts[-1].text, 1.0)
        is_known = wish.fact in talk.told  # it is only tried once more, and says so
        self._inquiry.link(is_wish=True, is_due=is_known)
        talk.agent_line((self.mandate.wish,), "request", ("prompt.wish",))
        act = "decline.theirs" if _MAY_THEY.search(talk.words.chosen) else "decline"
        act = "decline.supposed" if supposes(talk.words.chosen) else act
        told = denying(talk.words.chosen, talk.world.fact(wish.fact).tell)
        talk.user(act, "declineRequest")
        if not is_known:
            talk.user_line(to_assistant_all(told), "declineRequest")
        talk.tell((wish.fact,))
        talk.agent("ack_bad", "autoPositive")

    def _take_step(self, step: ProcedureStep) -> None:
        is_private = step.tool or any(name in self.talk.world.records for name in step.facts)
        if is_private and not self.talk.is_verified:
            lacks_first = self.mandate.lacks_identity
            identify(self.talk, lacks_first=lacks_first, opens=step.do != "look")
            self._record_is_open(step)
        _TAKES.get(step.do, AssistantCall._tell)(self, step)
        self._is_looking = step.do == "look"

    def _record_is_open(self, step: ProcedureStep) -> None:
        """Let the business ask at once what has to do with the record: it would not when all is
        settled. What belongs to something that it will do waits for that."""
        talk = self.talk
        tools = [talk.world.pack.tools[one.tool] for one in (step, *talk.steps) if one.do == "act"]
        has_price = LIMIT in talk.world.values
        waits = any(assistant_probes.belonging(one.does, has_price=has_price) for one in tools)
        for event in tuple(talk.agenda):
            is_due = event.kind == "Q5" and not (self._acts() or step.do == "act")
            is_due = is_due or (event.kind == "Q3" and not waits)
            if is_due or event.kind in ("Q1", "Q2"):
                talk.agenda.remove(event)
                self._take_event(event)

    def _tell(self, step: ProcedureStep) -> None:
        talk = self.talk
        if step.facts and talk.told.keys() >= set(step.facts):
            return
        told = [step.say] if step.say else [talk.world.fact(name).tell for name in step.facts]
        is_last = talk.outcome != "solved" and not talk.steps
        for at, lines in enumerate(told, start=1):
            is_news = is_last and at == len(told)
            presses = is_news and not self._done and may_press(talk, lines, self.mandate.wish)
            self._inquiry.hear(lines, is_news=is_news and not presses, may_ack=not presses)
            if presses:
                press(talk)
        talk.tell(step.facts)

    def _look(self, step: ProcedureStep) -> None:
        talk = self.talk
        chat = assistant_probes.in_a_wait(talk)
        if self._has_looked or not (chat or talk.chance(HOLDS)):
            return
        self._has_looked = True
        talk.user("hold_chat" if chat else "hold", "stalling")
        if chat:
            talk.agenda.remove(chat)
            assistant_probes.bring_up(talk, chat.kind, waits=True)
        elif talk.chance(0.4 * talk.leisure):
            talk.agent("react_hold", "autoPositive")
        else:
            talk.floor.close()
        talk.user("found_chat" if chat else "found", "autoPositive")

    def _act(self, step: ProcedureStep) -> None:
        talk = self.talk
        self._propose(step)
        if REACHED_AT in talk.world.values and not self._done:  # whoever it is booked for
            talk.user("ask_phone", "setQuestion")
            talk.agent("give_phone", "answer", ("prompt.phone",))
            self._taken_in(talk.floor.drafts[-1].text)
        self._done = talk.world.pack.tools[step.tool].does
        if talk.chance(0.35 * talk.leisure):
            talk.user("doing", "stalling")
            talk.floor.close()
        self._inquiry.hear(step.say, is_done=True)
        event = next((one for one in talk.agenda if one.kind == "Q5"), None)
        if event and not self._acts():  # where to write, or whom to call, about what was done
            talk.agenda.remove(event)
            self._take_event(event)

    def _propose(self, step: ProcedureStep) -> None:
        """Let the business ask before it does what nobody has agreed to."""
        talk = self.talk
        proposed = talk.world.pack.tools[step.tool].proposed
        if proposed and not talk.is_agreed:
            said = talk.words.fill(to_assistant(proposed))
            talk.words.about("doing", Value("text", said.text, said.spoken))
            asked = ".asked" if asks_for(talk.world.story.because, proposed) else ""
            talk.user(f"propose{asked}", "offer").values |= said.slots
            is_asked = self.mandate.bound != "decline" and self._inquiry.weigh(step)
            if is_asked:
                talk.agent("agree.asked", "acceptOffer", _REASON).values |= said.slots
            else:
                talk.agent("agree", "acceptOffer", _REASON)
        talk.is_agreed = False

    def _answer(self, step: ProcedureStep) -> None:
        """Answer a question of the business from the notes."""
        talk = self.talk
        note = self.mandate.note(step)
        said = wordings(step.say, note.question, note.answer)
        talk.user_line(said, "setQuestion")
        asked = talk.floor.last
        if talk.chance(SAY_AGAIN * talk.leisure) and len(said) > 1:
            talk.agent("say_again.question", "requestRepeat").repairs = asked
            talk.user_line(unlinked(said), "setQuestion").repairs = asked
        answer = capital_slot(note.answer)
        stated = talk.slots((answer,))
        known = talk.world.values
        is_code = any(name in known and known[name].type == "code" for name in stated)
        is_long = is_code and len(talk.fill(answer)) > BY_HEART
        may_look = is_long and not _LACKS.search(answer)
        self._has_read = may_look and not self._has_read and talk.chance(LOOKS)
        if self._has_read:
            talk.agent("note", "autoPositive")
        draft = talk.agent_line((answer,), "answer", (self._licence(step),))
        names = sorted(name for name in draft.values if name in talk.world.pack.caller)
        self._may_be_misheard(talk.draws.pick(names) if names else "")

    def _may_be_misheard(self, name: str) -> None:
        talk = self.talk
        roll = talk.draws.uniform() / talk.leisure
        is_sure = roll > MISHEARD + READ_BACK or not may_check(talk, "user")
        if not name or is_sure or not is_short(talk.value(name)):
            self._taken_in(talk.words.chosen)
            return
        is_heard(talk, name, talk.misheard(name) if roll < MISHEARD else None)

    def _check(self, step: ProcedureStep) -> None:
        talk = self.talk
        talk.user_line(to_assistant_all(step.say), "checkQuestion")
        licence = (self._licence(step),)
        if step.reply:
            talk.agent_line((capital_slot(self.mandate.note(step).answer),), "confirm", licence)
        else:
            talk.agent("confirm", "confirm", licence)
        self._taken_in(talk.floor.drafts[-1].text)

    def _taken_in(self, answer: str, chance: float = TAKEN_IN) -> None:
        """Let the business take an answer in, if it does not go on at once."""
        if self.talk.chance(chance):
            self.talk.user("noted.no" if _LACKS.search(answer) else "noted", "autoPositive")

    def _licence(self, step: ProcedureStep) -> str:
        """Return which note answers a question of the business."""
        return f"prompt.note-{list(self.mandate.notes).index(step.say[0]) + 1}"

    def _offer(self, step: ProcedureStep) -> None:
        """Decide on an offer, within the bounds."""
        talk, mandate = self.talk, self.mandate
        talk.is_agreed = True
        lines = tuple(line for line in step.say if not _WHICH.search(line)) or step.say
        lines = tuple(line for line in lines if not _YOURS.search(line)) or lines
        offer = talk.user_line(to_assistant_all(lines), "offer")
        talk.tell(step.facts)
        is_theirs = _THEIRS.search(talk.floor.drafts[-1].text) is not None
        is_asked = mandate.bound != "decline" and self._inquiry.weigh(step)
        if not step.declines:
            is_priced = mandate.limit and any(map(self._is_money, offer.values))
            act = "accept_limit" if is_priced and talk.chance(0.7) else "accept"
            act = "accept.theirs" if is_theirs else "accept" if is_asked else act
            act += ".asked" if is_asked else ""
            talk.agent(act, "acceptOffer", ("prompt.bounds",))
            return
        if mandate.bound == "ask_back":
            act = "ask_back.asked" if is_asked else "ask_back"
            talk.agent(act, "declineOffer", ("prompt.bounds",))
            talk.outcome = "partly"
        else:
            goes_on = any(one.do == "act" for one in talk.steps)
            act = "decline_offer.goes_on" if goes_on else "decline_offer"
            act = "decline_limit" if mandate.limit else act
            talk.agent(act, "declineOffer", ("prompt.bounds",))
            if goes_on:
                return
        is_open = mandate.bound == "ask_back"
        talk.user("leave_it.open" if is_open else "leave_it", "autoPositive")

    def _is_money(self, name: str) -> bool:
        value = self.talk.world.values.get(name)
        return value is not None and value.type == "money"


def _turn(event: AgendaItem) -> int:
    """Return in which turn something comes up: what the customer wants to know waits."""
    return 2 if event.kind in _APART else int(event.kind == "question")


_TAKES: dict[str, Callable[[AssistantCall, ProcedureStep], None]] = {
    "ask": AssistantCall._answer,
    "check": AssistantCall._check,
    "look": AssistantCall._look,
    "offer": AssistantCall._offer,
    "act": AssistantCall._act,
}
"""What takes a step of the business; all others are told."""
