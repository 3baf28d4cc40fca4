"""What kind of thing a question asks for, and whether two wordings ask for the same.

"Why is blood red?" and "What is blood made of?" are two questions, although one topic has both: an
answer fits one of them only. Kinds are told by form, so a wording that the forms don't know is
written in one that they do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import combinations

from datagen.scripting.compose.grammar import number_words

_ASIDES = re.compile(
    r"^(?:can|could) you (?:tell me|explain(?: to me)?),? (?=what|how|why|who|where|when|which)"
    r"|^do (?:we|you) know (?=who|when|where|why|how)"
    r"|^(?:so|then|and|but) (?=what|how|why|who|where|when|which|is|are|do|does|did)"
)
"""What a question may begin with before it asks."""
_POLAR = re.compile(
    r"(?:is|are|am|was|were|do|does|did|can|could|should|would|will|has|have)(?:n't)?\b|can't\b"
)
_KINDS = (
    (
        "why",
        re.compile(
            r"why\b|what (?:makes?|made|causes?|caused|brought|killed)\b"
            r"|what (?:is|are|was|were|do) .*\bfor\?|what do .* want with"
        ),
    ),
    (
        "measure",
        re.compile(
            r"how (?:long|old|fast|quickly|far|big|large|small|high|deep|tall|hot|cold|strong)\b"
            r"|how often\b|what's the (?:speed|age|height|length|size)\b"
            r"|how many (?:\w+ )?(?:minutes|seconds"
            r"|hours|days|weeks|months|years|miles|feet|pages|times|degrees)\b|at what speed\b"
        ),
    ),
    ("count", re.compile(r"how (?:many|much)\b|.*\bis how many\b|what is the .*population")),
    ("when", re.compile(r"when\b|(?:in|on|at) (?:what|which) (?:year|month|day|age)\b|what age\b")),
    ("where", re.compile(r"where\b")),
    ("who", re.compile(r"who\b|whose\b")),
    ("difference", re.compile(r"what's the difference\b|how (?:is|are) .* different\b")),
    (
        "how",
        re.compile(
            r"how\b|what now\b"
            r"|what(?:'s| is) (?:the|a) (?:\w+ )?(?:way|trick) to\b|what else helps\b"
            r"|what (?:can|do|should|did) i (?:do|look)\b"
            r"|what (?:helps|works|removes|gets|keeps|cleans|should i check)\b"
        ),
    ),
    (
        "what",
        re.compile(
            r"(?:what|which|what's|who's)\b|(?:can|could) you (?:explain|tell me)\b|in what\b"
        ),
    ),
)
_WORD = re.compile(r"[a-z0-9]+(?:-[a-z]+)*")
_SKIPPED = re.compile(
    r"a|about|all|am|an|and|any|are|at|be|because|best|better|can|come|did|do|does|else|ever|for|from|get"
    r"|good|had|has|have|how|if|in|is|it|just|know|like|made|make|makes|many|me|much|my|of|on|one|only|or"
    r"|ll|our|re|right|should|so|tell|than|that|the|their|there|these|they|things?|this|to|too|trick|us"
    r"|use|ve|was|way|we|well|were|what|when|where|which|who|why|will|with|would|you|your"
)
_STEM = 4
"""How many letters of a word are compared, so that forms of a word are one."""
_EXPLAINED = frozenset(("why", "how", "difference", "what"))
"""Kinds of questions that are explained; to the others a number, a name or a yes is an answer."""
_GUESSED = frozenset(("why", "measure", "count", "when", "where"))
"""Kinds of questions at whose answer somebody might make a guess."""
_NAMED = re.compile(r"which\b|what(?:'s| is) the (?:capital|(?!best\b)\w+est)\b", re.IGNORECASE)
"""Asks for a name."""
_HOW_TO = re.compile(r"\b(?:do|can|should|could) (?:I|you)\b|\bhelps?\b|\bway to\b|\btrick\b")
"""Tells that a question asks for what to do."""
_TELLS = re.compile(r"\b(?:I|you) (?:tell|know|see|spot|recognize|notice)\b")
"""Tells that a question asks how something is seen, so nobody "would do" anything."""
_IDENTITY = re.compile(
    r"who (?:was|were) (?:the )?[A-Z]|who were the \w+\?|who (?:the )?[A-Z].* w(?:as|ere)\?"
)
"""Asks who somebody was, and not for a name."""
_NEED = re.compile(r"(?:I|I'm|I've|My|There's)\b[^?]*, ")
"""Opens a question with what is wrong."""
_SAME_WORDS = 0.6
"""From this share of common words on, a text is none in other words."""
_SPELLED_OUT = re.compile(
    r"\b(do|does|did|is|are|was|were|has|have|had|would|could|should)( (?:you|they|it|there|we|i))?"
    r" not\b"
)
"""A no in two words, which is otherwise one with the verb."""
_TOLD, _TOLD_NUMBER = 0.55, 0.3
"""Which share of the words of what is told again was said before, and if a number is among them."""


@lru_cache(maxsize=4096)
def question_kind(question: str) -> str:
    """Return what a question asks for: "polar" (yes or no), "why", "how", "who", ..., or "".

    What comes before the last clause with a question word is how the question comes about: "I'm
    new in town, how do I meet people?".
    """
    clauses = [_ASIDES.sub("", part.strip()) for part in question.lower().split(",")]
    for clause in reversed(clauses):
        for kind, form in _KINDS:
            if form.match(clause):
                return kind
        if _POLAR.match(clause):
            return "polar"
    return ""


@lru_cache(maxsize=16384)
def content_stems(text: str) -> frozenset[str]:
    """Return the beginnings of the words of a text that say what it is about, in short forms or
    not."""
    said = _SPELLED_OUT.sub(r"\1n't\2", text.lower().replace("cannot", "can't"))
    return frozenset(
        re.sub("y$", "i", word[:_STEM])
        for word in _WORD.findall(said.replace("'", " "))
        if len(word) > 1 and not _SKIPPED.fullmatch(word)
    )


def wording_problems(asks: Sequence[str], *, is_talk: bool = False) -> Iterator[str]:
    """Say which wordings of one question ask two things.

    In small talk "Is there a song you like?" and "Which song do you like?" are one question, so
    there only what they are about is compared.
    """
    for one, other in combinations(asks, 2):
        kinds = question_kind(one), question_kind(other)
        if kinds[0] != kinds[1] and not is_talk:
            yield (
                f"{one!r} and {other!r} are not one question: they ask for"
                f" {kinds[0] or 'something unknown'} and {kinds[1] or 'something unknown'}"
            )
        elif not content_stems(one) & content_stems(other):
            yield f"{one!r} and {other!r} are not one question: they have no word in common"


def is_explained(question: str) -> bool:
    """Tell whether a question asks for more than a number, a name or a yes."""
    return question_kind(question) in _EXPLAINED and not _NAMED.match(question)


def can_be_guessed(question: str) -> bool:
    """Tell whether somebody might make a guess: at a number, a name, a place or a reason, but not
    at what something is, who somebody was, or what to do."""
    kind = question_kind(question)
    if kind in _GUESSED or _NAMED.match(question):
        return True
    return kind == "how" and asks_for_reason(question)


def asks_who_it_was(question: str) -> bool:
    """Tell whether a question asks who somebody was, of which nobody is unsure."""
    return bool(_IDENTITY.search(question[:1].lower() + question[1:]))


def asks_for_name(question: str) -> bool:
    """Tell whether a question asks for the name of something, of which nobody knows more."""
    return bool(_NAMED.match(question))


def asks_what_to_do(question: str) -> bool:
    """Tell whether a question asks for advice."""
    is_done = _HOW_TO.search(question) and not _TELLS.search(question)
    return question_kind(question) == "how" and bool(is_done)


def tells_a_need(question: str) -> bool:
    """Tell whether a question first says what is wrong: "My door squeaks, what helps?"."""
    return bool(_NEED.match(question))


def asks_for_reason(question: str) -> bool:
    """Tell whether the answer is something to see: why it is so, or how it works."""
    kind = question_kind(question)
    is_of_nobody = question.lower().startswith("how") and not _HOW_TO.search(question)
    return kind in ("why", "difference") or (kind == "how" and is_of_nobody)


def is_told(text: str, said: str) -> bool:
    """Tell whether who has heard a sentence learns next to nothing from a text."""
    stems = content_stems(text)
    common = len(stems & content_stems(said))
    if not stems or common < _TOLD_NUMBER * len(stems):
        return False
    return common >= _TOLD * len(stems) or share_number(text, said)


def in_other_words(text: str, said: str, share: float = _SAME_WORDS) -> bool:
    """Tell whether a text says something, and in other words than those that were said before.

    Less than ``share`` of its words were said.
    """
    stems = content_stems(text)
    return len(stems & content_stems(said)) < share * len(stems)


def share_number(one: str, other: str) -> bool:
    """Tell whether two texts hold the same number."""
    return not _numbers(one).isdisjoint(_numbers(other))


def tell_the_same(one: str, other: str) -> bool:
    """Tell whether nobody says both of two sentences, in either order."""
    return is_told(one, other) or is_told(other, one)


def asks_for_told(question: str, answer: str, said: str) -> bool:
    """Tell whether nobody asks a question who has just heard something.

    Half of its words and a third of those of its answer were said.
    """
    return asks_for_known(question, answer, content_stems(said))


def asks_for_known(question: str, answer: str, stems: frozenset[str]) -> bool:
    """Tell the same of who has heard words that begin like this."""
    asked, told = content_stems(question), content_stems(answer)
    return 2 * len(asked & stems) >= len(asked) > 0 and 3 * len(told & stems) >= len(told) > 0


def has_part_told(text: str, said: str) -> bool:
    """Tell whether a clause of a text, of two words that count at least, is all in a sentence."""
    stems = content_stems(said)
    parts = (content_stems(part) for part in text.split(","))
    return any(len(part) > 1 and part <= stems for part in parts)


@lru_cache(maxsize=16384)
def _numbers(text: str) -> frozenset[str]:
    return frozenset({*number_words(text), *re.findall(r"\d\d+", text)})
