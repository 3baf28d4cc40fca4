"""What both sides hear of numbers: given, missing, misheard, read back and spelled.

Talk, Mandate --identify--> a customer whose record the business may open
"""

from __future__ import annotations

from datagen.scripting.content.values import Value
from datagen.scripting.simulate.talk import Talk
from datagen.scripting.world.mandate import is_secret
from datagen.types import Speaker

MISHEARD, READ_BACK, SPELLED, WRONG = 0.1, 0.14, 0.12, 0.5
"""Chances of what may happen to a number and to a name, and that what is read back is wrong, if it
can be."""
CHECKS = 2
"""How often each of two people makes sure of what it has heard in one call, and no more."""
_FOUND = ("file", "found")
"""What nobody says of a record that it has yet to look up."""


def identify(talk: Talk, *, lacks_first: bool, opens: bool = True) -> None:
    """Give what the business wants to know before it ``opens`` a record, or looks one up."""
    talk.is_verified = True
    talk.user("ask_identity", "setQuestion")
    name = "identity_value"
    if lacks_first:
        name = "other_value"
        talk.agent("lacks_identity", "setQuestion", ("prompt.identity",))
        talk.user("ask_other", "setQuestion")
    act = "give_other" if lacks_first else "give_identity"
    talk.agent(act, "answer", (f"prompt.{name}",))
    talk.verified_by = name
    roll = talk.draws.uniform() / talk.leisure
    known = talk.world.other if lacks_first else talk.world.identity
    roll += MISHEARD + READ_BACK if is_secret(known.identity) else 0  # nobody says that aloud again
    is_misheard = roll < MISHEARD
    if is_misheard:
        is_heard(talk, name, known.identity.value.alter(talk.draws, known.value))
    elif roll < MISHEARD + READ_BACK:
        is_heard(talk, name, None)
    if talk.chance(SPELLED * talk.leisure):
        if is_misheard:  # who has been corrected says so, and then asks for something else
            talk.user("noted_right", "autoPositive")
        _spell(talk)
    talk.user("verified", "autoPositive", () if opens else _FOUND)


def is_heard(talk: Talk, name: str, wrong: Value | None) -> None:
    """Let the business read a value back, rightly or as it has misheard it."""
    given = talk.floor.last
    heard = wrong or talk.value(name)
    talk.words.about("heard", heard)
    act = "read_back.words" if heard.type == "text" else "read_back"
    talk.user(act, "checkQuestion").repairs = given
    if wrong is None:
        talk.agent("confirm", "confirm", (f"prompt.{name}",))
        return
    talk.words.about("right", talk.value(name))
    draft = talk.agent("correct_heard", "correction", (f"prompt.{name}",))
    draft.repairs = talk.floor.last - 1


def may_check(talk: Talk, speaker: Speaker) -> bool:
    """Tell whether somebody may make sure once more of what it has heard."""
    made = sum(one.speaker == speaker and one.act == "checkQuestion" for one in talk.floor.drafts)
    return made < CHECKS


def _one_off(written: str, other: str) -> bool:
    """Tell whether two numbers differ in one digit, as what is heard wrong does."""
    pairs = zip(written, other, strict=False)
    return len(written) == len(other) and sum(one != two for one, two in pairs) == 1


def read_back(talk: Talk, name: str) -> None:
    """Let the assistant read a value back, now and then a wrong one; words need no such care."""
    right = talk.value(name)
    if right.type == "text":
        talk.agent("ack.low", "autoPositive")
        return
    wrong = talk.misheard(name) if talk.chance(WRONG) else None
    wrong = wrong if wrong and _one_off(wrong.written, right.written) else None
    talk.words.about("heard", wrong or right)
    talk.agent("read_back", "checkQuestion", (f"user.{name}",))
    if wrong is None:
        talk.user("confirm_heard", "confirm")
        return
    talk.words.about("right", right)
    talk.user("correct_heard", "correction").repairs = talk.floor.last - 1
    talk.agent("got_right", "autoPositive", (f"user.{name}",))


def _spell(talk: Talk) -> None:
    assert talk.cast.principal
    last = talk.cast.principal.name.split()[-1]
    letters = ", ".join(last.upper().replace("-", "").replace("'", ""))
    talk.words.about("letters", letters)
    talk.user("spell_please", "request")
    talk.agent("spelling", "answer", ("prompt.role",))
