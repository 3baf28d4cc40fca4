"""How a call ends: whether there is anything else, thanks that fit what came of it, goodbyes.

Talk --close--> its last turns
"""

from __future__ import annotations

import re

from datagen.scripting.simulate.asides import take_news
from datagen.scripting.simulate.replies import objects, takes_it
from datagen.scripting.simulate.talk import Talk

_NO = frozenset(("unknown", "redirect", "correct"))
"""Acts of a probe's answer after which nobody says that it was a help."""
_TAKES = frozenset(("autoPositive", "agreement", "answer", "confirm", "acceptOffer"))
"""Acts of a caller who may have taken it as it is."""
_CONFIRMS = frozenset(("confirm", "agreement"))
"""Acts of a caller that tell the agent how it has gone."""
_THANKS = ("hank",)
"""What words of thanks hold, which nobody says twice in a breath."""
_AGAIN = re.compile(r"\bcall back\b|\banother look\b")
"""What words hold that say already what who could not be verified does."""
_GUSHES = (
    "so much", "a lot", "really appreciate", "Perfect", "perfect", "Great", "that's great", "easy",
    "taking care", "everything", "wonderful", "glad", "happy", "That was quick", "a help",
)  # fmt: skip
"""What words hold that gush, after a quarrel."""
_ALL = ("That's all.",)
"""What is not said right after something cross."""
_SOUR = re.compile(
    r"\bwaste|\bnot happy\b|\b[Ff]orget it\b|\bnothing more to say\b|\bdone enough\b"
    r"|\bnot how I thought\b|\bwe're done\b|\bUnbelievable\b"
)
"""How a caller ends it that no agent finds alright."""
_CONTENT = ("Very well", "Alright", "Okay", "Very good")
"""What words hold that are content with it."""
_CALLED = ("I called",)
"""What nobody says who was called."""
_NO_HELP = (*_GUSHES, "all your help", "your help", "for the help")
"""What nobody gives thanks for in whose matter nothing was done or found out."""
_DAY = (" day.",)
"""What nobody wishes in the evening."""
_BRIGHT = ("great day", "wonderful", "Enjoy", "t was lovely", "Lovely,", "glad you called")
"""What nobody wishes to whom it leaves in trouble."""
_END = {"solved": "solved", "refused": "failed", "failed": "failed"}
"""How it ends for the caller, by the outcome; else partly."""


def close(talk: Talk) -> None:
    """End the call in one of the ways that calls end."""
    if talk.is_handed_on:  # by which it is over
        talk.user("handed_on", "thanking")
        _part(talk)
        return
    _take_in(talk)
    talk.mood.feel("partly" if _is_left(talk) else _END.get(talk.outcome, "partly"))
    last = talk.floor.drafts[-1]
    if last.speaker == "user" and last.act in _TAKES and takes_it(last.label):
        talk.mood.settle()
    how = _done(talk)
    is_cross = talk.is_vented or talk.mood.manner == "angry"  # and wants nothing more
    chance = 0.5 if talk.cast.manner == "brisk" else 0.7
    is_asked = talk.led_back_at == talk.floor.last
    may_ask = not is_cross and talk.is_verified
    if is_asked or (may_ask and talk.chance(chance * min(1, talk.leisure))):
        if not is_asked:
            talk.agent("offer_more", "offer")
        talk.user(f"done_offered{how}", "declineOffer", _gushing(talk))
    else:
        is_glad = talk.floor.drafts[-1].speaker == "user" and talk.is_thanked
        how = _why(talk) if how == ".unhelped" else how
        without = _THANKS if is_glad else _gushing(talk)
        if how == ".unverified" and _AGAIN.search(talk.floor.drafts[-1].text):
            without = (*without, "look", "call", "find", "try")
        if talk.floor.drafts[-1].speaker == "user" and talk.mood.manner == "angry":
            without = (*without, *_ALL)
        talk.user(f"done{how}", "thanking", without)
    is_glad = talk.is_thanked
    _part(talk)
    if talk.chance(0.6 * min(1.2, talk.leisure)):
        act = "bye.wished" if talk.is_wished else "bye"
        talk.user(act, "goodbye", _THANKS if is_glad else ()).rote = True


def _take_in(talk: Talk) -> None:
    """Let the caller take in the last news, or the agent that all works now."""
    last = talk.floor.drafts[-1]
    if last.speaker == "agent":
        take_news(talk)
    elif last.act in _CONFIRMS and talk.outcome == "solved" and not objects(last.label):
        talk.agent("ack_works", "autoPositive")


def _gushing(talk: Talk) -> tuple[str, ...]:
    """Return what holds the thanks that nobody gives who has lost its patience before, got nothing,
    or was called."""
    called = _CALLED if talk.cast.direction == "outbound" else ()
    if talk.outcome != "solved" and not talk.is_helped:
        return (*_NO_HELP, *called)
    return (*_GUSHES, *called) if talk.vented_at >= 0 else called


def _done(talk: Talk) -> str:
    """Return how the caller ends it: who has just been refused something is not glad of it, nobody
    gives thanks for what was not done, and nobody leaves it at that for whom something was done."""
    drafts = talk.floor.drafts
    at = max(at for at, draft in enumerate(drafts) if draft.speaker == "agent")
    acts = {one.act for one in talk.probes if one.agent_turn == at}
    is_no = "decline" in acts and talk.outcome != "solved"
    if (is_no or talk.is_let_down or _is_disappointed(talk)) and not talk.is_helped:
        return ".unhelped"
    if "decline" in acts or talk.outcome != "solved" or acts & _NO:
        return ""
    return ".helped" if talk.is_helped else ".told"


def _is_disappointed(talk: Talk) -> bool:
    """Tell whether the caller has not got all, and has just said what it thinks of that."""
    last = next(one for one in reversed(talk.floor.drafts) if one.speaker == "user")
    return talk.outcome == "partly" and last.label in ("objects", "regrets")


def _is_left(talk: Talk) -> bool:
    """Tell whether it was the caller who has left it, and no one has let it down."""
    return talk.has_declined and talk.outcome == "refused" and not talk.is_helped


def _why(talk: Talk) -> str:
    """Return how a caller ends it that leaves with nothing: it has not wanted what there was, could
    not be verified, has heard no to what it called for, or to what it asked for last; who goes on
    with what it has just made of that itself, which may be a plan, makes nothing more of it."""
    if talk.is_refused and not talk.is_verified:
        return ".unverified"
    if talk.floor.drafts[-1].speaker == "user":
        return ".replied"
    if _is_left(talk):
        return ".declined"
    return ".refused" if talk.is_refused else ".unhelped"


def _part(talk: Talk) -> None:
    """Let the agent say goodbye."""
    without = _DAY if talk.cast.daypart == "evening" else ()
    if _SOUR.search(talk.floor.drafts[-1].text):
        without = (*without, *_CONTENT)
    if talk.world.story.mood == "problem" and talk.outcome != "solved":
        without = (*without, *_BRIGHT)
    talk.agent(_bye(talk), "goodbye", without=without).rote = True


def _bye(talk: Talk) -> str:
    """Return how the agent says goodbye: nobody is welcome who has not said thanks, and nothing is
    good where somebody did not get what it called for."""
    is_outbound = talk.cast.direction == "outbound"
    is_left = _is_left(talk) or (
        talk.outcome == "partly" and not (talk.is_helped or talk.is_let_down)
    )
    if is_left and talk.mood.manner != "angry":
        return "bye_declined.outbound" if is_outbound else "bye_declined"
    is_sour = talk.mood.valence < 0 and not talk.is_thanked
    if is_sour or (talk.is_let_down and not talk.is_helped):
        return "bye_plain.outbound" if is_outbound else "bye_plain"
    act = "bye_outbound" if is_outbound else "bye"
    return act if talk.is_thanked else f"{act}.unthanked"
