"""How a call for somebody ends: a no that is not left at that, what is passed on, and farewells.

Talk --may_press, press, close--> its last drafts
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from datagen.scripting.content.values import Value
from datagen.scripting.simulate.assistant_probes import is_bought
from datagen.scripting.simulate.talk import Talk

PRESSES, SUMS_UP, WHAT_ELSE = 0.6, 0.6, 0.45
"""Chances that an assistant does not leave it at a no, that it names the time that was agreed on
when it says goodbye, and that the business asks for more after its own turn."""
_OF_QUESTIONS = ("question", "wanted to know", "to ask", "answers it", "next on", " list")
"""What nobody says at the end of a call in which nothing was asked."""
_TELLS = re.compile(r"\b(?:let \w+ know|tell|inform|pass (?:it|that|all)|hear (?:it|that) from)\b")
"""How an assistant says that its customer will hear of something."""
_TELLING = (
    "know right away", "let {customer_first}", "let them", "tell {customer_first}", "tell them",
    "pass ", "inform ", "hear it from",
)  # fmt: skip
"""What is not said once more at the end by who has just said so."""
_DENIES = re.compile(
    r"\b(?:not|no|never|none|nobody|only|cannot|\w+n't|full|sold out|booked|taken|gone|expired"
    r"|ran out)\b",
    re.I,
)
"""What a business says if there is nothing for the customer in it."""
DAY_BEFORE = re.compile(
    r"\b((?:next |this |the day after |a week from |the \w+ )?(?:tomorrow|today|[A-Z][a-z]+day))"
    r" at $"
)
"""What the day is of the time that comes next."""


def may_press(talk: Talk, lines: Sequence[str], wish: str) -> bool:
    """Tell whether what a business tells is a no that its assistant asks about once more: with a
    wish it does so anyway."""
    is_no = talk.is_refused or (talk.outcome == "partly" and all(map(_DENIES.search, lines)))
    return is_no and not wish and talk.chance(PRESSES)


def press(talk: Talk) -> None:
    """Ask whether it has to be no, and hear that it has."""
    talk.agent("press", "request")
    talk.user("press_no", "declineRequest")
    talk.agent("ack_bad", "autoPositive")


def close(talk: Talk, *, is_done: bool) -> None:
    """End a call, in which something was maybe done."""
    talk.is_over = True
    is_done = is_done or is_bought(talk)
    is_bad = talk.is_refused and not is_done and not talk.has_asked  # it helped in nothing
    act = "close" if is_done and talk.outcome == "solved" else "close.partly"
    act = "close_bad" if is_bad else act
    sums_up = act == "close" and not talk.has_asked and talk.chance(SUMS_UP)
    agreed = _agreed(talk) if sums_up else None
    unasked = () if talk.has_asked else _OF_QUESTIONS
    said = [one.text for one in talk.floor.drafts if one.speaker == "agent"][-1]
    told = _TELLING if _TELLS.search(said) else ()
    has_turn = talk.floor.drafts[-1].speaker == "agent"  # its reply and a farewell are no turn
    if has_turn or talk.chance(WHAT_ELSE):
        talk.user("what_else", "offer", unasked)
        act += ".asked"
    licence: tuple[str, ...] = ()
    if agreed:
        name, when = agreed
        talk.words.about("agreed", when)
        act, licence = f"sum_up{act.removeprefix('close')}", (f"user.{name}",)
    talk.agent(act, "thanking", licence, without=(*unasked, *told)).rote = True
    is_glad = talk.is_thanked and not talk.is_refused
    bye = "bye" if is_glad else "bye.unthanked"
    bye = "bye.cross" if "Q4" in talk.cast.probes else bye  # it sends nobody its best
    talk.user(bye, "goodbye").rote = True
    if talk.chance(0.5):
        talk.agent("bye.wished" if talk.is_wished else "bye", "goodbye").rote = True


def _agreed(talk: Talk) -> tuple[str, Value] | None:
    """Return the one time of the business's, with its day, that was offered and agreed to."""
    found = {}
    for offer, answer in pairwise(talk.floor.drafts):
        if offer.act != "offer" or answer.act != "acceptOffer":
            continue
        for name in offer.values & talk.world.pack.values.keys():
            time = talk.value(name)
            day = DAY_BEFORE.search(offer.text.partition(time.written)[0])
            if time.type == "time" and day and time.written in offer.text:
                written, spoken = (f"{day[1]} at {one}" for one in (time.written, time.spoken))
                found[name] = Value("text", written, spoken)
    return found.popitem() if len(found) == 1 else None
