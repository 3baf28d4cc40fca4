"""Roles by rules: what everybody could be told, and what the two talk about. A stand-in.

    CorpusCall, side --by_rule--> text, level, source

A topic is the corpus' own; else the two words that both say often, which is crude. A scenario that
the corpus gave the person is its role.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Literal

from datagen.annotate.call import CorpusCall, Side
from datagen.annotate.grounding import tokens
from datagen.annotate.role_texts import RoleTexts
from datagen.scripting.claims.lexicon import load_lexicon

MOST_ROLE = 480
"""Most characters of a role; a token is a frame of 80 ms, and the released ones have up to 450."""
MOST_TOPIC = 160
"""Most characters of a topic that is taken over from the corpus."""
OFTEN = 3
"""How often at least both say what a conversation is about."""
NUM_WORDS = 2
_NUMBERED = re.compile(r"^[A-Z]{2,4}\d+\s*[.:]?\s*")
"""Number of a topic in Fisher's tables, e.g. ENG01."""


def by_rule(
    call: CorpusCall, side: Side, level: str, texts: RoleTexts
) -> tuple[str, Literal["minimal", "topic", "detailed"], str]:
    """Return a role, its level and whose it is."""
    scenario = " ".join(call.people[side].scenario.split())
    if level == "detailed" and scenario and len(scenario) <= MOST_ROLE:
        return with_placed(scenario, call, side, texts), "detailed", "corpus"
    topic = _topic(call, texts) if level != "minimal" else ""
    if topic:
        return with_placed(f"{texts.enjoy} {topic}", call, side, texts), "topic", "rules"
    return with_placed(texts.enjoy, call, side, texts), "minimal", "rules"


def with_placed(text: str, call: CorpusCall, side: Side, texts: RoleTexts) -> str:
    """Return a role that says so if its side placed the call."""
    return f"{text} {texts.placed}" if is_placed(call, side) else text


def is_placed(call: CorpusCall, side: Side) -> bool:
    """Return whether a side placed the call."""
    return call.notes.get("caller") == side


def frame(template: str, article: Callable[[str], str], *, tone: str, about: str) -> str:
    """Return the sentence on what a conversation is about."""
    return template.format(a_tone=f"{article(tone)} {tone}", about=about)


def _topic(call: CorpusCall, texts: RoleTexts) -> str:
    given = " ".join(_NUMBERED.sub("", call.topic).split()).rstrip(".")
    if given and len(given) <= MOST_TOPIC:
        if "?" in given or len(given.split()) > 10:
            return texts.question.format(about=given if given.endswith("?") else f"{given}.")
        return texts.listed.format(about=_small(given))
    words = _often_said(call, texts)
    return texts.listed.format(about=" and ".join(words)) if words else ""


def _small(topic: str) -> str:
    """Return a topic as it stands inside a sentence: its words small, but for short forms."""
    return " ".join(word if word.isupper() else word.lower() for word in topic.split())


def _often_said(call: CorpusCall, texts: RoleTexts) -> list[str]:
    """Return the words of content that both sides say most; no names, no numbers."""
    lexicon, common = load_lexicon(), frozenset(texts.common.split())
    counts: dict[Side, Counter[str]] = {"a": Counter(), "b": Counter()}
    for turn in call.supervisions:
        counts[turn.side].update(tokens(turn.text))
    both = counts["a"] & counts["b"]
    good = {
        word: counts["a"][word] + counts["b"][word]
        for word, least in both.items()
        if least >= OFTEN
        and len(word) > 3
        and word.isalpha()
        and word not in common
        and word not in texts.names
        and not lexicon.is_plain(word)
    }
    return sorted(good, key=lambda word: (-good[word], word))[:NUM_WORDS]
