"""Mend what was heard or said wrongly, as people do: hear wrong, take back, ask again.

Talk --mishear, take_back, ask_again--> turns that repair earlier ones
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from datagen.scripting.compose.grammar import about
from datagen.scripting.content.values import Value
from datagen.scripting.simulate.overlaps import correct_at_once, mark
from datagen.scripting.simulate.talk import Talk

MAX_WORDS = 3
"""Most words of a value that somebody can mishear or take back."""

_ASKS_FOR = re.compile(r"\b(?:can|could)\b|\bsay (?:that )?again\b", re.IGNORECASE)
"""What a caller says that asks the agent to do something; "What?" is answered by no "of course"."""
_GOES_ON = re.compile(r"(?:And|Also|Then|One more)\b")
_COMPLIES = ("Sure.", "Of course.", "No problem.", "Certainly.")


def unlinked(lines: Sequence[str]) -> Sequence[str]:
    """Return lines without those that follow another question: whoever repeats one goes on with
    nothing."""
    return tuple(line for line in lines if not _GOES_ON.match(line)) or lines


def is_short(value: Value) -> bool:
    """Tell whether a value is short enough to be read back."""
    return value.type != "text" or value.spoken.count(" ") < MAX_WORDS


def mishear(talk: Talk, name: str, wrong: Value) -> None:
    """Let the agent read back something else; the caller says it again."""
    given = talk.floor.last
    talk.words.about("heard", wrong)
    talk.agent("read_back", "checkQuestion", (f"user.{name}",)).repairs = given
    misheard = talk.floor.last
    is_cut = correct_at_once(talk, wrong.spoken, talk.value(name).spoken)
    talk.mood.feel("misheard")
    talk.words.about("right", talk.value(name))
    talk.user("correct_heard", "correction").repairs = misheard
    if is_cut:
        mark(talk, misheard + 1, "correction")
    talk.agent("got_right", "autoPositive", (f"user.{name}",))


def take_back(talk: Talk, name: str) -> None:
    """Let the caller correct the value that was just said wrongly, in the same breath."""
    talk.words.about(name, talk.value(name))
    talk.words.about("right", talk.value(name))
    draft = talk.user("self_correct", "selfCorrection")
    draft.values.add(name)
    talk.given.add(name)


def ask_again(talk: Talk, lines: Sequence[str], iso: str, licence: tuple[str, ...]) -> None:
    """Let the caller ask the agent to repeat, and the agent say all of it in other words that hold
    some of the same, or in the same: another question is no repetition."""
    asked, first = talk.floor.last, talk.words.chosen
    said, content = talk.slots((first,)), about(first)
    alike = [line for line in lines if said <= talk.slots((line,)) and content & about(line)]
    lines = alike or (first,)
    talk.user("say_again", "requestRepeat").repairs = asked
    leads = () if _ASKS_FOR.search(talk.floor.drafts[-1].text) else _COMPLIES
    talk.agent("again", "autoPositive", without=leads)
    talk.agent_line(lines, iso, licence).repairs = asked
