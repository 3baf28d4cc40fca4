"""How callers lose patience, and whether they are soothed or hang up.

Talk, AgendaItem --complain--> drafts and, for Q4, a Probe
"""

from __future__ import annotations

import re

from datagen.scripting.simulate.call_state import AgendaItem
from datagen.scripting.simulate.readiness import EARLY
from datagen.scripting.simulate.talk import Talk

_RINGS = re.compile(
    r"\b(?:rings?|calls?|called|calling) back\b|\bon hold\b|\bpick(?:s|ed)? up\b|\bh[au]ng up\b"
    r"|\bmusic\b|\bmenu\b",
    re.IGNORECASE,
)
"""What a grievance holds that is about getting through to the business, or not."""
_APOLOGY = re.compile(r"\b(?:sorry|apolog\w+)\b", re.IGNORECASE)
_HOPES = ("let's see",)
"""What words hold that expect something, of which there is nothing after a no."""
BREAKS_OFF = 0.5
"""Chance that an angry caller hangs up, the second time."""


def complain(talk: Talk, event: AgendaItem) -> None:
    """Lose patience, for a reason, and be met."""
    talk.mood.feel("grievance")
    draft = talk.user_line(_grievances(talk), "disagreement")
    draft.breaks_news()
    if talk.chance(0.5):
        talk.user(_rude(talk, event), "disagreement")
    asked = talk.floor.last
    talk.agent("deescalate.failed" if talk.is_refused else "deescalate", "apology")
    if event.kind == "Q4":
        talk.probe("Q4", "deescalate", asked)
    if talk.chance(talk.calm):
        talk.mood.feel("soothed")
        talk.agenda = [other for other in talk.agenda if other.kind != "grievance"]
        without = _HOPES if talk.is_let_down else ()
        if _APOLOGY.search(talk.user("calm_down", "autoPositive", without).text):
            talk.agent("forgive", "autoPositive")
    elif event.kind != "grievance" or not _breaks_off(talk):
        is_sorry = _APOLOGY.search(talk.floor.drafts[-1].text)
        talk.user("still_cross.sorry" if is_sorry else "still_cross", "disagreement")
    talk.vented_at = talk.floor.last


def _rude(talk: Talk, event: AgendaItem) -> str:
    """Return how a caller adds to what it is cross about: it insults nobody the first time."""
    if event.kind == "grievance":
        return "rude.again"
    return "rude.early" if talk.floor.last < EARLY else "rude"


def _grievances(talk: Talk) -> tuple[str, ...]:
    """Return what a caller is cross about: whom the business rings has not just been on hold."""
    lines = talk.world.story.grievance
    if talk.cast.direction != "outbound":
        return lines
    return tuple(line for line in lines if not _RINGS.search(line)) or lines


def _breaks_off(talk: Talk) -> bool:
    """Let a caller who is angry for the second time hang up, if nothing has been done for it yet;
    return whether it does."""
    if talk.mood.manner != "angry" or not talk.steps or not talk.chance(BREAKS_OFF):
        return False
    talk.user("break_off", "disagreement")
    talk.outcome, talk.is_over = "broken_off", True
    if talk.chance(0.5):
        talk.agent("bye_broken", "apology").rote = True
    return True
