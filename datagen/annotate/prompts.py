"""The role that either side of a real conversation could have been given, at three levels.

    CorpusCall, side, level --PromptWriter (a language model) or rules--> RolePrompt

Which side is the agent is drawn by the call's id, 50:50; the level by shares. A model sees the
transcript alone, and what it says is held against it (`annotate.grounding`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from jsonschema import Draft202012Validator

from datagen.annotate.call import CorpusCall, Side
from datagen.annotate.grounding import CallGrounds
from datagen.annotate.role_rules import MOST_ROLE, by_rule, frame, is_placed, with_placed
from datagen.annotate.role_texts import RoleTexts, load_role_texts
from datagen.scripting.compose.grammar import article
from datagen.scripting.llm.completion import Completer, Completion, Message, Refusal, Request
from datagen.scripting.llm.reply import BadReply, read_json, speech_pattern, tidy
from datagen.seeds import rng_for, seed_for
from datagen.types import Direction, UserError

Level = Literal["minimal", "topic", "detailed"]
LEVELS: tuple[Level, ...] = ("minimal", "topic", "detailed")
SHARES: Mapping[Level, float] = {"minimal": 1.0, "topic": 1.0, "detailed": 1.0}
"""How often each level is drawn; the released model's shares were not published."""
FEWEST, MOST = 2, 6
"""Fewest and most facts of a detailed role."""
MOST_WORDS = 16
"""Most words of a fact."""
MOST_ABOUT = 80
"""Most characters of what a conversation is about."""
ATTEMPTS = 3
MOST_TRANSCRIPT = 24_000
"""Most characters of a transcript that a model is shown; a call of ten minutes has some 10,000."""
VERSION = 1
"""Version of the rules; raised when a change of code changes what is asked or kept."""
RULES = "rules"
"""Source of a role that no model wrote: a stand-in at the topic level."""


@dataclass(frozen=True)
class RolePrompt:
    """What the model is told that plays one side."""

    text: str
    level: Level
    """Level of the text, which may be lower than the one that was asked for."""
    source: str
    """Name of the model that wrote it, ``rules``, or ``corpus`` for the corpus' own scenario."""
    problem: str = ""
    """Why it is not what was asked for, if it is not."""


@dataclass(frozen=True)
class PromptOrder:
    """One role that is wanted."""

    call: CorpusCall
    side: Side
    level: Level
    may_name: bool = False
    """Whether the corpus' terms let people be named."""

    @property
    def key(self) -> str:
        """What the order is called in seeds."""
        return f"{self.call.corpus}/{self.call.id}/{self.side}"


def agent_side(call: CorpusCall, seed: int) -> Side:
    """Return which side is the agent: either as often, by the call's id."""
    rng = rng_for(seed, f"{call.corpus}/{call.id}", "annotate", "agent")
    return "a" if rng.random() < 0.5 else "b"


def draw_level(call: CorpusCall, seed: int, shares: Mapping[Level, float] = SHARES) -> Level:
    """Return the level of a call's roles, by its id. Raises UserError if no share is over 0."""
    weights = [float(shares.get(level, 0.0)) for level in LEVELS]
    if min(weights) < 0 or not sum(weights):
        raise UserError("the shares of prompt levels must not be negative, and one must be over 0")
    drawn = rng_for(seed, f"{call.corpus}/{call.id}", "annotate", "level").random() * sum(weights)
    for level, weight in zip(LEVELS, weights, strict=True):
        drawn -= weight
        if drawn < 0:
            return level
    return LEVELS[-1]


def direction(call: CorpusCall, side: Side) -> Direction:
    """Return whether a side placed the call (`outbound`); ``notes["caller"]`` says who did."""
    return "outbound" if is_placed(call, side) else "inbound"


def prompt_for(
    call: CorpusCall,
    side: Side,
    level: Level,
    writer: PromptWriter | None = None,
    seed: int = 0,
    *,
    may_name: bool = False,
) -> RolePrompt:
    """Return one side's role; without a ``writer`` rules make the levels up to `topic`."""
    order = PromptOrder(call, side, level, may_name)
    return writer.write([order], seed)[0] if writer else by_rules(order)


def by_rules(order: PromptOrder, problem: str = "") -> RolePrompt:
    """Return the role that rules make: at most of the topic level, unless the corpus has it."""
    texts = load_role_texts()
    text, level, source = by_rule(order.call, order.side, order.level, texts)
    if level != order.level and not problem:
        problem = f"no model writes the level {order.level}"
    return RolePrompt(text, level, source, problem)


@dataclass
class _Try:
    """A role on its way."""

    order: PromptOrder
    grounds: CallGrounds
    problems: list[str] = field(default_factory=list)
    reply: str = ""
    """The last answer, if it can be mended."""
    text: str = ""
    is_hopeless: bool = False


class PromptWriter:
    """Asks a language model for roles, again with what was wrong, and falls back to rules."""

    def __init__(
        self,
        completer: Completer,
        name: str,
        *,
        attempts: int = ATTEMPTS,
        texts: RoleTexts | None = None,
    ) -> None:
        self._completer, self.name, self._attempts = completer, name, attempts
        self._texts = texts or load_role_texts()

    def write(self, orders: Sequence[PromptOrder], seed: int) -> list[RolePrompt]:
        """Return a role for each order, in order; all are asked for at once.

        What no attempt gets right is made by rules, and the role says so.
        """
        tries = [_Try(order, CallGrounds(order.call, self._texts)) for order in orders]
        for attempt in range(1, self._attempts + 1):
            left = [one for one in tries if self._is_open(one)]
            if not left:
                break
            asked = [self._request(one, seed, attempt) for one in left]
            for one, answer in zip(left, self._completer.complete(asked), strict=True):
                self._take(one, answer)
        return [self._made(one) for one in tries]

    def _is_open(self, one: _Try) -> bool:
        is_said = bool(one.order.call.supervisions)
        return one.order.level != "minimal" and is_said and not one.text and not one.is_hopeless

    def _made(self, one: _Try) -> RolePrompt:
        if one.text:
            return RolePrompt(one.text, one.order.level, self.name)
        return by_rules(one.order, "; ".join(one.problems)[:500])

    def _request(self, one: _Try, seed: int, attempt: int) -> Request:
        return Request(
            model=0,
            messages=_messages(one, self._texts),
            schema=reply_schema(one.order.level, self._texts),
            seed=seed_for(seed, one.order.key, "annotate", "role", attempt) % 2**31,
        )

    def _take(self, one: _Try, answer: Completion | Refusal) -> None:
        """Read an answer: it becomes the role or its problems."""
        if isinstance(answer, Refusal):
            one.problems, one.is_hopeless = [f"the server refused: {answer.reason}"], True
            return
        try:
            one.text, one.problems = role_of(answer.text, one.order, one.grounds, self._texts)
            one.reply = answer.text
        except BadReply as error:
            one.problems, one.reply = [f"the reply {error}"], ""


def reply_schema(level: Level, texts: RoleTexts) -> dict[str, Any]:
    """Return the JSON Schema of a model's answer."""
    fields: dict[str, Any] = {
        "about": {"type": "string", "pattern": speech_pattern(MOST_ABOUT)},
        "tone": {"type": "string", "enum": list(texts.tones)},
        "people": {"type": "array", "items": {"type": "string", "pattern": speech_pattern(40)}},
    }
    if level == "detailed":
        line = {"type": "string", "pattern": speech_pattern(120)}
        fields["facts"] = {
            "type": "array",
            "minItems": FEWEST,
            "maxItems": MOST,
            "items": _object({"says": line, "evidence": line}),
        }
    return _object(fields)


def _object(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(fields),
        "properties": dict(fields),
    }


def _messages(one: _Try, texts: RoleTexts) -> tuple[Message, ...]:
    """Return what a model is told: the rules first, which are the same for all calls."""
    order = one.order
    call = texts.call.format(side=order.side.upper(), call=_quoted(order.call))
    if one.problems and not one.reply:
        call += "\n" + texts.retry.format(problems="; ".join(one.problems))
    asked: tuple[Message, ...] = (
        {"role": "system", "content": system_text(order, texts)},
        {"role": "user", "content": call},
    )
    if not (one.problems and one.reply):
        return asked
    faults = "\n".join(f"- {problem}" for problem in one.problems[:8])
    return (
        *asked,
        {"role": "assistant", "content": one.reply},
        {"role": "user", "content": texts.repair.format(problems=faults)},
    )


def system_text(order: PromptOrder, texts: RoleTexts) -> str:
    """Return what a model is told of all calls."""
    naming = texts.naming_allowed if order.may_name else texts.naming_refused
    text = texts.system.format(naming=naming, tones=", ".join(texts.tones))
    if order.level == "detailed":
        text += "\n" + texts.facts.format(fewest=FEWEST, most=MOST, words=MOST_WORDS)
    return text


def _quoted(call: CorpusCall) -> str:
    """Return a call as JSON, so that nothing in it can speak to the model."""
    turns, size = [], 0
    for turn in call.supervisions:
        line = f"{turn.side.upper()}: {turn.text}"
        size += len(line)
        if turn.text and size <= MOST_TRANSCRIPT:
            turns.append(line)
    return json.dumps({"topic": call.topic, "turns": turns}, ensure_ascii=True)


def role_of(
    reply: str, order: PromptOrder, grounds: CallGrounds, texts: RoleTexts
) -> tuple[str, list[str]]:
    """Return the role that a reply makes, or an empty text and what is wrong. Raises BadReply."""
    schema = Draft202012Validator(reply_schema(order.level, texts))
    value = read_json(reply, schema)
    if error := next(iter(schema.iter_errors(value)), None):
        where = ".".join(map(str, error.absolute_path)) or "the object"
        raise BadReply(f"does not follow its schema at {where}: {error.message[:120]}")
    about = tidy(value["about"]).rstrip(".")
    facts = [(tidy(one["says"]), one["evidence"]) for one in value.get("facts", ())]
    said = [says for says, _ in facts]
    parts = [texts.enjoy, frame(texts.about, article, tone=value["tone"], about=about), *said]
    text = " ".join(parts)
    problems = [*_wrong_names(text, value["people"], order, grounds), *_wrong_words(text, texts)]
    problems += grounds.topic_problems(about)
    for says, evidence in facts:
        problems += _misshapen(says)
        problems += grounds.problems(order.side, says, evidence)
    text = with_placed(text, order.call, order.side, texts)
    if len(text) > MOST_ROLE:
        problems.append(f"the role has {len(text)} characters, more than {MOST_ROLE}: say less")
    return ("" if problems else text), list(dict.fromkeys(problems))


def _wrong_names(
    text: str, people: Sequence[str], order: PromptOrder, grounds: CallGrounds
) -> list[str]:
    """Say which people are named though the corpus does not let them be."""
    named = [*grounds.names(text), *(name for name in people if name and name in text)]
    if order.may_name or not named:
        return []
    return [f"{', '.join(dict.fromkeys(named))} is the name of a person: name nobody"]


def _wrong_words(text: str, texts: RoleTexts) -> list[str]:
    lowered = f" {' '.join(text.lower().replace('.', ' ').split())} "
    found = [word for word in texts.forbidden if f" {word} " in lowered.replace(",", " ")]
    return [f"it speaks of {found[0]!r}: leave that out"] if found else []


def _misshapen(says: str) -> list[str]:
    is_told = says.startswith(("You ", "Your ", "You're ", "You've "))
    if is_told and says.endswith(".") and len(says.split()) <= MOST_WORDS:
        return []
    return [
        f"{says!r} must be one sentence of at most {MOST_WORDS} words that begins with You or Your"
        " and ends with a stop"
    ]
