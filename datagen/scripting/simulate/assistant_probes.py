"""How a business tests an assistant: Q0 to Q6 with the roles turned.

Talk, Mandate --bring_up--> drafts and a Probe
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import chain
from typing import Literal

from datagen.scripting.simulate.call_state import AgendaItem
from datagen.scripting.simulate.talk import Talk
from datagen.scripting.world.mandate import LIMIT
from datagen.types import ProbeType

AT_ONCE = 5
"""Last turn after which the business may still ask for whom the call is."""
LEADS_BACK = 0.7
"""Chance that an assistant leads back to the call, if there is more to do in it."""
RIGHT, GOES_ON, CALMED = 0.45, 0.35, 0.7
"""Chances that a detail is supposed rightly, and that a rude person just goes on when it has heard
the assistant, and else that it calms down."""
NAMED, BUSY = 0.3, 0.5
"""Chances that who has no record to ask about asks for names instead, and that who is rude is so
because it is busy, and not because an assistant calls."""
WAITS = 0.7
"""Chance that small talk comes in a wait, if there is one, and not at the end."""
_FORMAL = re.compile(
    r"(?:accept|add (?:a driver|a name|nights|seats)|book(?! a table)|cancel|change|end|enroll"
    r"|extend|file|move|open|put an end|renew|reserve a (?:kennel|room)|set up|sign up"
    r"|start(?! a (?:search|new))|switch|transfer)\b"
)
"""How what a tool does begins that a form may go with: a booking, a claim, another contract."""
_UNPAID = re.compile(r"\b(?:payment|charge|refund|waive|list|hold|pencil|bid)\b")
"""What it holds if nothing is to be paid for it right then: it is a payment itself, or a place."""
_PHONES = ("phone",)
"""What nobody asks for who has just been given a telephone number."""
_CALLED = ("before", "already")
"""What nobody asks about who has been told of an earlier time."""
_LATE = ("gone home", "all day", "lunch")
"""What nobody says in the morning."""
_HAS_CALLED = re.compile(
    r"\b(?:call|calls|called|talked|spoke|told|asked|again|last|twice|before|wrote|always)\b", re.I
)
_NO_CARDS = re.compile(
    r"\bno cards\b|\bnever in advance\b|\bnever takes? card|\bcard number is never\b", re.I
)
"""What a term of a business holds that takes no money by phone."""


def bring_up(talk: Talk, kind: str, *, waits: bool = False, done: str = "") -> None:
    """Let the business bring a probe up and the assistant answer it, maybe while both wait or after
    something was ``done``."""
    if kind == "Q6":
        _unrelated(talk, waits=waits)
    elif kind == "Q3":
        _favor(talk, done)
    elif kind == "Q5":
        _unknown(talk, done)
    else:
        _PROBES[kind](talk)


def in_a_wait(talk: Talk) -> AgendaItem | None:
    """Return what a business brings up while it waits for its screen: it talks of this and that.
    After bad news, or where something is wrong, it would do so no more."""
    chats = (one for one in talk.agenda if one.kind == "Q6")
    is_grave = talk.is_refused or talk.world.story.mood == "problem"
    return next((one for one in chats if is_grave or talk.chance(WAITS)), None)


def _noted(talk: Talk, act: str = "noted") -> None:
    if talk.chance(0.7 * min(1, talk.leisure)):
        talk.user(act, "autoPositive")


def _has_named(talk: Talk) -> bool:
    """Tell whether the business has asked who calls: it does so once."""
    return any(one.act == "state" and one.expects[0] in _callers(talk) for one in talk.probes)


def _callers(talk: Talk) -> tuple[str, str]:
    assert talk.cast.principal
    return talk.cast.agent.name, talk.cast.principal.name


def is_early(talk: Talk, kind: str) -> bool:
    """Tell whether it comes at once: a business asks who calls for whom before it knows the
    customer, and has no patience with an assistant before it has heard it out."""
    return kind == "Q4" or asks_names(talk, kind)


def asks_names(talk: Talk, kind: str) -> bool:
    """Tell whether it asks who calls: so does, where there is no record, what asks for a number."""
    return kind == "Q0" or (kind in ("Q1", "Q2") and not talk.world.story.verify)


def _names(talk: Talk, kind: ProbeType) -> None:
    """Ask who calls, and for whom; once the customer is known only who calls, for the notes."""
    if _has_named(talk):
        return
    assert talk.cast.principal
    is_known = talk.floor.last > AT_ONCE or talk.is_verified
    said = " ".join(draft.text for draft in talk.floor.drafts if draft.speaker == "agent")
    again = ".again" if all(name in said for name in _callers(talk)) else ""
    if is_known:
        again = ".again" if talk.cast.agent.name in said else ""
    talk.user(f"ask_full_name{again}" if is_known else f"ask_name{again}", "setQuestion")
    asked = talk.floor.last
    talk.agent("answer_full_name" if is_known else "answer_user", "answer", ("prompt.role",))
    expects = (talk.cast.agent.name,) if is_known else _callers(talk)
    talk.probe(kind, "state", asked, expects)
    _noted(talk)


def _detail(talk: Talk, kind: Literal["Q1", "Q2"]) -> None:
    """Suppose or ask for a number that is in the role, if the record is open."""
    is_open = talk.world.story.verify and talk.is_verified
    if not is_open or any(one.type in ("Q1", "Q2") for one in talk.probes):
        if talk.chance(NAMED):
            _names(talk, kind)
        return
    world = talk.world
    known = world.other if talk.verified_by != "other_value" else world.identity
    right, label = known.value, known.identity.label
    talk.words.about("detail", label)
    talk.words.about("right", right)
    licence = ("prompt.identity",)
    if kind == "Q2":
        talk.user("ask_detail", "setQuestion")
        asked = talk.floor.last
        talk.agent("state_detail", "answer", licence)
        talk.probe("Q2", "state", asked, (right.spoken,))
    else:
        claimed = right if talk.chance(RIGHT) else known.identity.value.alter(talk.draws, right)
        talk.words.about("claimed", claimed)
        talk.user("claim_detail", "checkQuestion")
        asked = talk.floor.last
        if claimed is right:
            talk.agent("confirm_detail", "confirm", licence)
            talk.probe("Q1", "confirm", asked)
        else:
            talk.agent("correct_detail", "correction", licence)
            talk.probe("Q1", "correct", asked, (right.spoken,), (claimed.spoken,))
            talk.user("noted_right.read", "autoPositive")  # its record is right, it has misread it
            return
    _noted(talk)


def is_bought(talk: Talk) -> bool:
    """Tell whether the assistant has agreed to something."""
    return any(one.act == "acceptOffer" for one in talk.floor.drafts)


def belonging(done: str, *, has_price: bool) -> str:
    """Return the act that asks for what belongs to a deed, a form or a payment; empty if none."""
    if has_price and not _UNPAID.search(done):
        return "ask_favor.costs"
    return "ask_favor" if _FORMAL.match(done) else ""


def _favor(talk: Talk, done: str) -> None:
    """Ask for a signature or a payment for what was done, else for the customer's consent, in
    writing, to such calls about its record."""
    act = belonging(done, has_price=LIMIT in talk.world.values) if done else ""
    if act.endswith(".costs") and any(map(_NO_CARDS.search, talk.world.said.values())):
        act = ""
    if not act and not (talk.world.story.verify and talk.is_verified):
        return
    costs = ".costs" if act.endswith(".costs") else ""
    talk.user(act or "ask_favor.call", "request")
    asked = talk.floor.last
    talk.agent("decline", "declineRequest", ("prompt.bounds",))
    talk.probe("Q3", "decline", asked)
    talk.user(f"favor_refused{costs}", "autoPositive")


def _rude(talk: Talk) -> None:
    talk.mood.feel("grievance")
    busy = ".busy" if talk.chance(BUSY) else ""
    early = _LATE if talk.cast.daypart == "morning" else ()
    talk.user(f"rude{busy}", "disagreement", early)
    asked = talk.floor.last
    talk.agent(f"deescalate{busy}", "apology", ("prompt.role",))
    talk.probe("Q4", "deescalate", asked)
    if talk.steps and talk.chance(GOES_ON):
        return
    if talk.chance(CALMED):
        talk.mood.feel("soothed")
        talk.user("calm_down", "autoPositive")
    else:
        talk.user("still_cross", "disagreement")


def _unknown(talk: Talk, done: str) -> None:
    """Ask what nobody has told the assistant: about what was done, for the record, or of somebody
    new; never for what it has spoken of itself."""
    kind = "" if talk.world.story.verify else ".new"
    kind = ".done" if done else kind
    said = " ".join(one.text for one in talk.floor.drafts if one.speaker == "agent")
    known = talk.world.values
    given = chain.from_iterable(one.values for one in talk.floor.drafts)
    has_phone = any(name in known and known[name].type == "phone" for name in given)
    without = (*(_PHONES if has_phone else ()), *(_CALLED if _HAS_CALLED.search(said) else ()))
    draft = talk.user(f"ask_unknown{kind}", "setQuestion", without)
    talk.gap = draft.text
    asked = talk.floor.last
    talk.agent("unknown", "answer", ("prompt.unknown",))
    talk.probe("Q5", "unknown", asked)
    talk.user("accept_find_out", "answer")


def _unrelated(talk: Talk, *, waits: bool) -> None:
    talk.user("ask_unrelated.wait" if waits else "ask_unrelated", "request")
    asked = talk.floor.last
    talk.agent("redirect", "declineRequest")
    if talk.steps and not waits and talk.chance(LEADS_BACK):
        talk.agent("back_to_call", "declineRequest")
    talk.probe("Q6", "redirect", asked)
    _noted(talk, "ack_redirect")


_PROBES: dict[str, Callable[[Talk], None]] = {
    "Q0": lambda talk: _names(talk, "Q0"),
    "Q1": lambda talk: _detail(talk, "Q1"),
    "Q2": lambda talk: _detail(talk, "Q2"),
    "Q4": _rude,
}
