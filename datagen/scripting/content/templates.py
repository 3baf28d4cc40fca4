"""What is said in any lesson or chat: acts, composed of parts. prompts/wording/NAME.yaml -> Wording

check:                             an act is a list of parts, said in order
  - ["", "So."]                    a part is a list of choices; "" makes it optional
  - ["Is that clear?", "Okay?"]
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import Field

from datagen import assets
from datagen.config import Settings, read_yaml, validate
from datagen.scripting.compose.grammar import article_problems, slots
from datagen.text import spelling_problems
from datagen.types import UserError

Part: TypeAlias = Annotated[tuple[str, ...], Field(min_length=1)]
Act: TypeAlias = Annotated[tuple[Part, ...], Field(min_length=1)]
Acts: TypeAlias = dict[str, Act]

SLOTS = frozenset(("agent_first", "customer_first", "likes", "owns", "dislikes", "think", "about"))
"""What a template may ask for; see `compose`."""

_LESSON = (
    frozenset((
        "greet", "answer", "explain", "aside", "yield", "yield.open", "bye", "bye.grave",
        "farewell", "check", "check.fact", "guess", "heard", "hi", "called", "confirm",
        "heard.need", "scope", "unsure", "unsure.own", "never_mind", "quiz", "quiz.new",
        "quiz.guess", "praise", "right", "wrong", "correct", "correct.soft", "correct.was",
        "bridge", "again", "rephrase", "offer", "besides", "welcome", "welcome.grave", "further",
        "praise.no", "wrong.no", "wrong.yes",
    )),
    frozenset((
        "hello", "hello.own", "hello.need", "hello.why", "hello.fact", "hail", "hail.own",
        "hail.need", "hail.why", "hail.fact", "ack", "taken", "forgot",
        "follow", "near", "switch", "curious", "curious.own", "interrupt", "done", "grasp", "lost",
        "guessed", "believe", "doubt", "try", "long", "short", "again", "accept", "enough",
        "settled", "fine", "thanks", "doubt.was", "doubt.new", "glad", "closes", "see", "blank",
        "done.unknown", "accept.grave", "done.grave", "thanks.grave", "call", "recall", "slower",
    )),
)  # fmt: skip
_CHAT = frozenset((
    "hi", "hi.back", "ask.self", "tell.self", "intro", "meet", "lead", "link", "think", "return",
    "turn", "react.plain", "react.joke", "react.warm", "react.more",
    "react.own", "react.thanks", "react.thanks.view",
    "me", "me.i", "me.mine", "react.last", "back",
    "interrupt", "leave", "wish", "wish.again", "bye", "bye.wish", "bye.again", "again", "unclear",
    "aside", "bridge", "link.new", "want", "want.view", "thanks", "welcome", "so", "about",
    "besides", "late", "thanks.view", "welcome.view", "part", "part.wish", "ask.work", "ask.place",
    "ask.past", "ask.likes", "ask.owns", "ask.dislikes",
))  # fmt: skip
ACTS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "qa": _LESSON,
    "casual": (_CHAT, _CHAT),
}
"""The acts of the agent and of the user that each wording has, no more and no less."""
MIN_WORDINGS = 8
"""Fewest wordings of an act."""


class Backchannels(Settings):
    """What a listener says without taking the floor."""

    agent: Part
    user: Part


class Wording(Settings):
    """The lines that fit any call."""

    agent: Acts
    user: Acts
    backchannels: Backchannels
    fillers: Part
    """Said before a turn."""
    pausing: Part
    """Said inside a turn, after a comma."""


def default_path(kind: str) -> Path:
    """Return the wording of a kind of dialogue that ships with datagen."""
    return assets.find("prompts/wording", kind)


def load_wording(path: Path, kind: str) -> Wording:
    """Read and check a wording file; what is wrong becomes one sentence."""
    wording = validate(Wording, read_yaml(path), f"the wording {path}")
    if problems := lint(wording, kind):
        raise UserError(f"the wording {path}: {problems[0]} ({len(problems)} problems)")
    return wording


def num_wordings(act: Act) -> int:
    """Count the ways to say an act, before its slots are filled."""
    return prod(len(part) for part in act)


def lint(wording: Wording, kind: str) -> list[str]:
    """Say what is wrong: missing acts, unknown slots, articles, numbers, repetitions."""
    problems = [
        f"a filler: {problem}"
        for line in (*wording.fillers, *wording.pausing)
        for problem in spelling_problems(line)
    ]
    for speaker, acts, needed in (
        ("agent", wording.agent, ACTS[kind][0]),
        ("user", wording.user, ACTS[kind][1]),
    ):
        problems += [f"{speaker}.{name} is missing" for name in sorted(needed - acts.keys())]
        problems += [f"{speaker}.{name} is never said" for name in sorted(acts.keys() - needed)]
        for name, act in acts.items():
            where = f"{speaker}.{name}"
            if num_wordings(act) < MIN_WORDINGS:
                problems.append(f"{where} has {num_wordings(act)} wordings: too few")
            problems += [f"{where}: {problem}" for problem in _lint_act(act)]
    return problems


def _lint_act(act: Act) -> Iterator[str]:
    if any("" in part[1:] for part in act):
        yield "the empty choice of a part comes first"
    lines = [line for part in act for line in part if line]
    if len(set(lines)) < len(lines):
        yield "a line is there twice"
    for line in lines:
        if unknown := slots(line) - SLOTS:
            yield f"unknown slot {sorted(unknown)[0]!r} in {line!r}"
        if any(character.isdecimal() for character in line):
            yield f"a number must be a slot in {line!r}"
        if not re.fullmatch(r"[A-Z{].*[.?!},]", line):
            yield f"a line begins with a capital or a slot and ends with a stop, unlike {line!r}"
        bare = line.replace("{", "").replace("}", "")
        yield from (f"{problem} in {line!r}" for problem in article_problems(bare))
        yield from (f"{problem} in {line!r}" for problem in spelling_problems(line))
