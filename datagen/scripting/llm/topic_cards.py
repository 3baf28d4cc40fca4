"""One thing that people ask a teacher, with what is right about it, as a model lists it.

JSON text --read_cards--> TopicCard, TopicCard, ...

A card that cannot be said aloud, asks nothing or is like one that is there is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

from jsonschema import Draft202012Validator
from pydantic import Field

from datagen.config import Settings
from datagen.scripting.llm.gist import gist
from datagen.scripting.llm.reply import BadReply, read_json, speech_pattern, tidy
from datagen.text import unsayable

NAME, LINE = 80, 260
"""Most characters of a topic's name, and of a sentence of a card."""
FACTS = (2, 6)
"""Fewest and most facts of a card."""
ALIKE = 0.6
"""Share of the stems of two topics that are the same, from which they are one."""


class TopicCard(Settings):
    """A topic and what a teacher may say of it."""

    topic: Annotated[str, Field(min_length=3)]
    question: str
    facts: tuple[str, ...]
    wrong: str
    """What many people believe."""
    right: str
    """What is so instead."""
    next: str
    """A question that follows."""
    then: str
    """Its answer."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """All that is said of the topic, questions too."""
        return (self.question, *self.facts, self.wrong, self.right, self.next, self.then)

    @property
    def stems(self) -> frozenset[str]:
        """What its name is about, for telling topics apart."""
        words = self.topic.lower().replace("-", " ").split()
        bare = (word.strip(",.?!:;'").removesuffix("'s") for word in words)
        return frozenset(word[:6] for word in bare if len(word) > 3 or word.isdigit()) or frozenset(
            words
        )


def cards_schema(count: int) -> dict[str, Any]:
    """Return the schema of an answer with so many topics."""
    line = {"type": "string", "pattern": speech_pattern(LINE)}
    facts = {"type": "array", "items": line, "minItems": 3, "maxItems": 5}
    card = {
        "topic": {"type": "string", "pattern": speech_pattern(NAME)},
        "question": line,
        "facts": facts,
        **{name: line for name in ("wrong", "right", "next", "then")},
    }
    item = {
        "type": "object",
        "additionalProperties": False,
        "required": list(card),
        "properties": card,
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["topics"],
        "properties": {
            "topics": {"type": "array", "items": item, "minItems": 1, "maxItems": count}
        },
    }


_LOOSE = Draft202012Validator(
    {
        "type": "object",
        "required": ["topics"],
        "properties": {"topics": {"type": "array", "items": {"type": "object"}}},
    }
)
_CARD = Draft202012Validator(
    {
        "type": "object",
        "required": ["topic", "question", "facts", "wrong", "right", "next", "then"],
        "properties": {
            "facts": {"type": "array", "items": {"type": "string"}},
            **{
                name: {"type": "string"}
                for name in ("topic", "question", "wrong", "right", "next", "then")
            },
        },
    }
)


def read_cards(text: str, known: Iterable[TopicCard]) -> list[TopicCard]:
    """Return the good cards of an answer that are unlike those known. Raises BadReply."""
    value = read_json(text, _LOOSE)
    if not _LOOSE.is_valid(value):
        raise BadReply("is no list of topics")
    seen, found = [card.stems for card in known], list[TopicCard]()
    for item in value["topics"]:
        card = _card(item)
        if card is None or any(_alike(card.stems, stems) for stems in seen):
            continue
        seen.append(card.stems)
        found.append(card)
    return found


def _card(item: Any) -> TopicCard | None:
    """Return a card that can be used, or None."""
    if not _CARD.is_valid(item):
        return None
    tidied = {name: tidy(item[name]) for name in item if isinstance(item[name], str)}
    facts = tuple(filter(None, map(tidy, item["facts"])))[: FACTS[1]]
    fields = {name: tidied[name] for name in TopicCard.model_fields if name in tidied}
    if len(fields["topic"]) < 3:
        return None
    card = TopicCard(**fields, facts=facts)
    return card if _is_good(card) else None


def _is_good(card: TopicCard) -> bool:
    if len(card.facts) < FACTS[0] or not all(card.sentences):
        return False
    if not card.question.endswith("?") or not card.next.endswith("?"):
        return False
    if any(len(one) > LINE or unsayable(one) for one in (card.topic, *card.sentences)):
        return False
    return bool(gist(card.right)) and card.right != card.wrong


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= ALIKE * len(one | other)


def names_of(cards: Sequence[TopicCard]) -> str:
    """Return the names of topics, for whoever lists more."""
    return "; ".join(card.topic for card in cards)
