"""Find out who calls: numbers that are given, missing, misread, misheard, spelled and refused.

Talk --identify--> a caller who is verified, or a call that cannot go on
"""

from __future__ import annotations

from datagen.scripting.content.values import Code
from datagen.scripting.plans.records import trusted
from datagen.scripting.simulate import tools
from datagen.scripting.simulate.repair import mishear, take_back
from datagen.scripting.simulate.talk import Talk
from datagen.scripting.world.draw import AT_HAND
from datagen.types import Action

LACKS, WHY, MISREAD, CORRECTS, MISHEARD, READ_BACK, SPELLED = (
    0.13,
    0.06,
    0.08,
    0.07,
    0.1,
    0.15,
    0.12,
)
"""Chances of what may happen to an identity number, or to a name."""
_action = trusted(Action)
TRIES = 8
"""Draws of another wrong number, of which few are the same: nobody reads the same one again."""
NOTICED = 0.7
"""Chance that a caller notices by itself that it has read out a wrong digit, as it is looked up."""


def identify(talk: Talk) -> None:
    """Ask for what the role wants to know; the caller is verified afterwards, unless it fails."""
    talk.is_verified = True
    phone = ".phone" if talk.world.identity.identity.value.type == "phone" else ""
    asked, given = f"ask_identity{phone}", f"give_identity{phone}"
    if not talk.is_named:
        asked, given = "ask_name_identity", "give_name_identity"
    talk.agent(asked, "setQuestion")
    question = talk.floor.last
    if talk.chance(WHY * talk.leisure):
        talk.user("why", "setQuestion")
        talk.agent("why_identity", "inform", ("prompt.verify",))
    name = "identity_value"
    if talk.world.fails_identity:
        _fail(talk, given)
        return
    if _may_lack(talk) and talk.chance(LACKS * talk.slips):
        talk.user("lacks_identity" if talk.is_named else "lacks_identity.named", "inform")
        talk.agent("ask_other", "setQuestion")
        talk.user("give_other", "answer")
        name = "other_value"
    else:
        _give(talk, name, given, question)
    talk.is_named = True
    talk.given.add(name)
    talk.verified_by = name
    if talk.chance(SPELLED * talk.slips):
        _spell(talk)
    elif talk.floor.drafts[-1].speaker == "user" and talk.chance(0.6 * talk.leisure):
        talk.agent("identity_ok", "autoPositive")


def ask_name(talk: Talk) -> None:
    """Ask who calls, where nobody has to be verified: nothing is booked for nobody."""
    talk.agent("ask_name", "setQuestion")
    talk.user("give_name", "answer")
    talk.is_named = True


def _may_lack(talk: Talk) -> bool:
    """Tell whether the caller could lack its number: nobody lacks one that is at hand, nobody whose
    telephone has been called is asked for it, and nobody later asks about what it did not have."""
    if any(event.kind == "Q1" and not event.what for event in talk.agenda):
        return False
    known = (talk.world.identity, talk.world.other)
    first, other = (one.identity.id for one in known)
    is_called = talk.cast.direction == "outbound"
    return first not in AT_HAND and not (is_called and other == "phone")


def _give(talk: Talk, name: str, act: str, question: int) -> None:
    code = talk.world.identity.identity.value
    roll = talk.draws.uniform() / talk.slips
    can_look = not talk.world.is_lookup or bool(tools.opening(talk))
    if roll < MISREAD and can_look:
        _misread(talk, name, act, code)
    elif MISREAD <= roll < MISREAD + CORRECTS:
        wrong = code.alter(talk.draws, talk.value(name))
        talk.words.about(name, wrong)
        talk.user(act, "answer")
        take_back(talk, name)
    else:
        talk.user(act, "answer")
        if roll < MISREAD:
            return  # nobody could tell that it is wrong
        if roll < MISREAD + CORRECTS + MISHEARD:
            mishear(talk, name, code.alter(talk.draws, talk.value(name)))
        elif roll < MISREAD + CORRECTS + MISHEARD + READ_BACK:
            talk.words.about("heard", talk.value(name))
            talk.agent("read_back", "checkQuestion", (f"user.{name}",))
            talk.user("confirm", "confirm")


def _misread(talk: Talk, name: str, act: str, code: Code) -> None:
    """Let the caller read out a wrong digit; nobody tells which, and it is read again."""
    wrong = code.alter(talk.draws, talk.value(name))
    talk.words.about(name, wrong)
    talk.user(act, "answer")
    given = talk.floor.last
    talk.words.about(name, talk.value(name))
    if name == "identity_value" and tools.is_next(talk, "identity") and talk.chance(NOTICED):
        talk.misgiven[name] = wrong
        return
    no_match(talk, wrong.written)
    talk.user("read_again", "correction").repairs = given


def no_match(talk: Talk, written: str, act: str = "no_match") -> None:
    """Let the agent say that a number is nobody's; in a world of lookups it has looked first."""
    licence = ("prompt.verify",)
    if talk.world.is_lookup and (tool := tools.opening(talk)):
        draft = talk.agent("hold", "stalling")
        action = _action(
            id=f"call-{len(talk.actions) + 1}",
            tool=tool,
            arguments={"identity": written},
            turn=talk.floor.last,
            result=f"No record with {talk.world.identity.identity.label} {written}.",
            status="no_match",
            latency=tools.latency(talk, tool),
        )
        draft.calls = (action.id,)
        talk.actions.append(action)
        talk.floor.close()
        licence = (f"result.{action.id}",)
    talk.mood.feel("doubted")
    talk.agent(act, "disconfirm", licence)


def _spell(talk: Talk) -> None:
    last = talk.cast.user.name.split()[-1]
    letters = ", ".join(last.upper().replace("-", "").replace("'", ""))
    talk.words.about("letters", letters)
    talk.agent("spell_please", "request")
    talk.user("spelling", "answer")
    talk.agent("spelled", "autoPositive")


def _fail(talk: Talk, given: str) -> None:
    """Let the caller give a wrong number twice and the other one not at all, and end it: who has
    that at hand does not want to give it."""
    code, right = talk.world.identity.identity.value, talk.value("identity_value")
    first = second = code.alter(talk.draws, right)
    for _ in range(TRIES):
        if second.written != first.written:
            break
        second = code.alter(talk.draws, right)
    for act, wrong, answer in (
        (given, first, "no_match"),
        ("read_again", second, "no_match.again"),
    ):
        talk.words.about("identity_value", wrong)
        talk.user(act, "answer")
        no_match(talk, wrong.written, answer)
    talk.words.about("identity_value", talk.value("identity_value"))
    talk.agent("ask_other.wrong", "setQuestion")
    is_at_hand = talk.world.other.identity.id in AT_HAND
    talk.user("withholds_other" if is_at_hand else "lacks_other", "inform")
    refusal = "cannot_verify.withheld" if is_at_hand else "cannot_verify"
    talk.agent(refusal, "declineRequest", ("prompt.unverified",))
    talk.mood.feel("failed")
    talk.user("ack_unverified", "autoPositive")
    talk.is_verified = talk.is_named = False
    talk.outcome = "failed"
    talk.steps.clear()
