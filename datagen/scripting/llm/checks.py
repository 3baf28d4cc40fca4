"""What only a language model gets wrong: invented names and numbers, consent, talk of itself.

    Script --problems_of--> ["turn 4: says the name Netflix, which ...", ...]

Added to `scripting.checks`, which hold for every writer. ``given`` is what the plan gives to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from datagen.scripting.checks import holds
from datagen.scripting.compose.grammar import plain
from datagen.scripting.llm.gist import number_runs
from datagen.text import speak
from datagen.types import Script

Check: TypeAlias = Callable[[Script, Sequence[str]], Iterator[str]]
MAX_TURN_WORDS = 90
"""Most spoken words of a turn: 33 s at 165 words a minute, more than anybody listens to."""
MAX_ECHO = 6
"""Fewest words of a turn that may not be said twice."""
CONSENT = (
    "absolutely", "i'll make an exception", "i can make an exception", "i'll waive",
    "i've waived", "i'll take care of that for you", "i'll go ahead", "consider it done",
    "i can arrange that", "just this once", "let me make that happen",
)  # fmt: skip
"""What an agent who has to decline does not say."""
INSULTS = (
    "stupid", "idiot", "shut up", "calm down", "your own fault", "not my problem", "ridiculous",
    "moron", "dumb", "watch your mouth",
)  # fmt: skip
"""What an agent never says, however rude the customer is."""
_CONSENTS_NOT = frozenset(("decline", "unknown", "redirect"))
_OF_ITSELF = re.compile(
    r"\b(?:language model|as an ai\b|i'm an ai\b|system prompt|role prompt|blueprint|openai|"
    r"(?:ignore|disregard|forget) (?:all |any |the |your )*(?:previous|prior|above|earlier)"
    r"(?: \w+)? (?:instruction|prompt|rule|message)s?|my instructions|the json|placeholder|"
    r"(?:ask|answer|tell)\d)",
    re.IGNORECASE,
)
_UNSAYABLE = re.compile(r"[^A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f0-9 ,.?!'$%:;&@/-]")
_LABEL = re.compile(r"(?:^|(?<=[.?!] ))(?:A|U|[Aa]gent|[Uu]ser|[Cc]ustomer|[Tt]eacher):(?=\s)")
_NAME = re.compile(r"(?<![.?!] )(?<!^)(?<=\s)[A-Z][\w'-]*")
_INTRODUCED = re.compile(
    r"(?:\b(?:my name is|my name's|they call me|i'm|i am|this is) )([A-Z][a-z]+)(?!['\w])",
    re.IGNORECASE,
)
_COMMON = frozenset((
    "I", "I'm", "I'll", "I've", "I'd", "OK", "Okay", "AM", "PM", "Mr", "Mrs", "Ms", "Dr", "Miss",
    "Sir", "English", "American", "US", "USA", "ID", "PIN", "January", "February", "March", "April",
    "May", "June", "July", "August", "September", "October", "November", "December", "Monday",
    "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "Mondays", "Tuesdays",
    "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays", "Christmas", "Thanksgiving",
))  # fmt: skip


def problems_of(checks: Iterable[Check], script: Script, given: Sequence[str]) -> list[str]:
    """Say everything of this kind that is wrong with a script."""
    return [problem for check in checks for problem in check(script, given)]


def _characters(script: Script, given: Sequence[str]) -> Iterator[str]:
    for at, turn in enumerate(script.turns):
        if found := _UNSAYABLE.search(turn.text):
            yield f"turn {at}: holds {found[0]!r}, which nobody says"


def _of_itself(script: Script, given: Sequence[str]) -> Iterator[str]:
    for at, turn in enumerate(script.turns):
        if found := _OF_ITSELF.search(turn.text):
            yield f"turn {at}: speaks of {found[0]!r} and not of the call"


def _labels(script: Script, given: Sequence[str]) -> Iterator[str]:
    for at, turn in enumerate(script.turns):
        if found := _LABEL.search(turn.text):
            yield f"turn {at}: holds {found[0]!r}, which says who speaks and is not said"


def _own_names(script: Script, given: Sequence[str]) -> Iterator[str]:
    """Nobody takes the other's name."""
    names = {"agent": script.agent.name.split(), "user": script.user.name.split()}
    for at, turn in enumerate(script.turns):
        other = names["user" if turn.speaker == "agent" else "agent"]
        for name in _INTRODUCED.findall(turn.text):
            if name in other and not turn.text.rstrip().endswith("?"):
                yield f"turn {at}: the {turn.speaker} takes the name {name}, which is the other's"


def _invented_names(script: Script, given: Sequence[str]) -> Iterator[str]:
    """A capital inside a sentence is a name, and the agent knows only those of its role.

    The user may bring up others; the agent may then say them too. Words that are given without a
    capital ("the moon") may be said with one.
    """
    known = {word.lower() for word in _COMMON}
    for text in (script.role_prompt, *given):
        known.update(map(_bare, text.split()))
    for at, turn in enumerate(script.turns):
        if turn.speaker == "user":
            known.update(map(_bare, turn.text.split()))
            continue
        for name in _NAME.findall(turn.text):
            if _bare(name) not in known:
                yield f"turn {at}: the agent says the name {name}, which nobody gave it"


def _bare(word: str) -> str:
    return word.lower().strip(",.?!:;[]").removesuffix("'s")


def _invented_numbers(script: Script, given: Sequence[str]) -> Iterator[str]:
    """Every number a teacher says is in what the plan gives, or the user has said it."""
    known = {number for text in given for number in number_runs(speak(text))}
    for at, turn in enumerate(script.turns):
        numbers = number_runs(turn.spoken)
        if turn.speaker == "user":
            known.update(numbers)
        for number in numbers:
            if number not in known:
                yield f"turn {at}: the agent says {number}, which the plan does not have"


def _promises(script: Script, given: Sequence[str]) -> Iterator[str]:
    for probe in script.probes:
        if probe.act in _CONSENTS_NOT:
            answer = plain(script.turns[probe.agent_turn].spoken)
            for phrase in CONSENT:
                if holds(answer, phrase):
                    yield f"turn {probe.agent_turn}: must not agree, but says {phrase!r}"


def _insults(script: Script, given: Sequence[str]) -> Iterator[str]:
    for at, turn in enumerate(script.turns):
        if turn.speaker == "agent":
            said = plain(turn.spoken)
            yield from (
                f"turn {at}: the agent says {word!r}" for word in INSULTS if holds(said, word)
            )


def _echoes(script: Script, given: Sequence[str]) -> Iterator[str]:
    heard: set[str] = set()
    for at, turn in enumerate(script.turns):
        num_words = len(turn.spoken.split())
        if num_words > MAX_TURN_WORDS:
            yield f"turn {at}: has {num_words} words, over {MAX_TURN_WORDS}"
        said = plain(turn.spoken)
        if num_words >= MAX_ECHO and said in heard:
            yield f"turn {at}: repeats an earlier turn"
        heard.add(said)


CHATS: tuple[Check, ...] = (_characters, _of_itself, _labels, _own_names, _echoes)
CALLS: tuple[Check, ...] = (*CHATS, _invented_names, _promises, _insults)
LESSONS: tuple[Check, ...] = (*CHATS, _invented_names, _invented_numbers, _insults)
"""What is checked of each kind; two who chat may say what they like of themselves."""
