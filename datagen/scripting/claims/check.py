"""Tell which claims of an agent nothing licenses: neither its role, nor a result, nor the caller.

Script, Lexicon --unlicensed--> Unlicensed, ...

A claim is a clause with words of content. It is licensed if at most three sentences hold all these
words, one of them with the same polarity: sentences of the role prompt, of results that were there
by then, or of the caller. What is claimed as done needs a tool's result, where there are tools.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple, TypeAlias

from datagen.scripting.claims.lexicon import Lexicon, is_number, words
from datagen.types import Script

Kind: TypeAlias = Literal["number", "action", "promise", "policy", "state"]
SENTENCES = 3
"""Most sentences that may license one claim together."""
_SENTENCE = re.compile(r"(?<=[.?!])\s+")
_CLAUSE = re.compile(r",?\s+(?:but|because|though|unless)\s+|;\s+|,\s+(?:and|so)\s+")
_NEGATIVE = re.compile(
    r"\b(?:no|not|never|none|nothing|nobody|without|cannot|neither|nor)\b|n't\b", re.IGNORECASE
)
_ACTION = re.compile(
    r"\b(?:i|we)(?:'ve| have)(?: just| already| also)? "
    r"(?!it\b|you|the|an?\b|here|that|no|got|had)\w+"
    r"|\b(?:i|we)(?: just| already)? \w+ed\b"
    r"|\b(?:is|are|been|it's|that's|you're|now) (?:now |all )?(?:\w+ed|done|gone|sent|set)\b",
    re.IGNORECASE,
)
_PROMISE = re.compile(r"\b(?:will|going to|shall)\b|'ll\b", re.IGNORECASE)
_POLICY = re.compile(
    r"\b(?:can|can't|cannot|may|must|only|costs?|fee|need to|have to|allowed)\b", re.IGNORECASE
)
_OFFER = re.compile(
    r"\b(?:would you like|shall i|should i|do you want|i can|i could|we can|we could|want me to)\b",
    re.IGNORECASE,
)
_DENIAL = re.compile(r".{,30}\b(?:no|not|almost|wrong|wait)\b", re.IGNORECASE)
_ASKING = re.compile(r"(?:[\w']+,? ){,3}?(?:which|when|what|how|where|who)\b", re.IGNORECASE)
_AT_NO_CHARGE = re.compile(r"\b(?:at )?no (?:extra )?(?:charge|cost)\b", re.IGNORECASE)
"""Denies nothing: it is a price."""
_PERMISSION = re.compile(r"^You can\b")


class Unlicensed(NamedTuple):
    """A claim that nothing supports."""

    turn: int
    kind: Kind
    clause: str
    words: tuple[str, ...]
    """Stems that no source holds."""


class TextClaim(NamedTuple):
    """A clause that claims something."""

    kind: Kind
    clause: str
    is_question: bool


class Evidence(NamedTuple):
    """A sentence that may license claims."""

    content: frozenset[str]
    is_positive: bool
    is_negative: bool
    is_permission: bool = False


def unlicensed(script: Script, lexicon: Lexicon) -> list[Unlicensed]:
    """Return the claims of a script's agent that have no licence."""
    return list(_unlicensed(script, lexicon))


def _unlicensed(script: Script, lexicon: Lexicon) -> Iterator[Unlicensed]:
    known = [*sources(script.role_prompt, lexicon), *_names(script, lexicon)]
    done = [source for source in known if not (script.tools and source.is_permission)]
    heard: list[Evidence] = []
    pending = [(action.turn, action.result) for action in script.actions]
    for at, turn in enumerate(script.turns):
        while pending and pending[0][0] < at:
            result = sources(pending.pop(0)[1], lexicon)
            known, done = known + result, done + result
        if turn.speaker == "user":
            heard += sources(turn.text, lexicon)
        elif turn.onset != "backchannel":
            is_denied = _is_denied(script, at)
            for clause, is_question in clauses(turn.text):
                kind = kind_of(clause, is_question)
                if kind is None or (is_question and is_denied):
                    continue
                claim = TextClaim(kind, clause, is_question)
                evidence = done if kind == "action" else known
                if missing := _missing(claim, evidence, heard, lexicon):
                    yield Unlicensed(at, kind, clause, tuple(sorted(missing)))


def _missing(
    claim: TextClaim, evidence: list[Evidence], heard: list[Evidence], lexicon: Lexicon
) -> frozenset[str]:
    sure = [*evidence, *heard]
    missing = unsupported(claim.clause, sure, lexicon, numbers_only=claim.is_question)
    if claim.kind in ("state", "number"):
        return missing
    return missing | _only_heard(claim.clause, claim.kind, evidence, lexicon)


def _only_heard(
    clause: str, kind: Kind, evidence: Sequence[Evidence], lexicon: Lexicon
) -> frozenset[str]:
    """Return what the caller's words alone can't license: what is done, and most of a promise."""
    known = frozenset[str]().union(*(source.content for source in evidence))
    if kind == "action":
        done = lexicon.content(" ".join(found[0] for found in _ACTION.finditer(clause)))
        return done - known
    content = lexicon.content(clause)
    return content - known if 2 * len(content & known) < len(content) else frozenset()


def _names(script: Script, lexicon: Lexicon) -> Iterator[Evidence]:
    """Yield what everybody may say: who talks, and the time of day."""
    names = f"{script.agent.name} {script.user.name}"
    letters = " ".join(script.user.name.upper().replace("-", ""))
    yield Evidence(lexicon.content(f"{names} {letters}"), True, True)


def _is_denied(script: Script, at: int) -> bool:
    """Tell whether the caller says no to what the agent asks: it was misheard, not claimed."""
    later = (t for t in script.turns[at + 1 :] if t.onset != "backchannel" and t.speaker == "user")
    following = next(later, None)
    return following is not None and bool(_DENIAL.match(following.text))


def sources(text: str, lexicon: Lexicon) -> list[Evidence]:
    """Return the sentences of a text as sources."""
    found = []
    for sentence in _SENTENCE.split(text):
        parts = re.split(r",|;|\bbut\b|\bunless\b|\band\b", sentence)
        negatives = [_denies(part) for part in parts]
        found.append(
            Evidence(
                lexicon.content(sentence),
                is_positive=not all(negatives),
                is_negative=any(negatives),
                is_permission=bool(_PERMISSION.match(sentence)),
            )
        )
    return found


def _worth(source: Evidence, left: frozenset[str], is_negative: bool) -> tuple[int, bool]:
    agrees = source.is_negative if is_negative else source.is_positive
    return len(left & source.content), agrees


def _denies(text: str) -> bool:
    return bool(_NEGATIVE.search(_AT_NO_CHARGE.sub("", text)))


def clauses(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the clauses of a turn, and whether each is part of a question."""
    for sentence in _SENTENCE.split(text):
        is_question = sentence.rstrip().endswith("?")
        for clause in _CLAUSE.split(sentence):
            yield clause, is_question


def unlicensed_line(
    text: str, evidence: Sequence[Evidence], lexicon: Lexicon
) -> Iterator[frozenset[str]]:
    """Yield the stems of each clause of a text that the evidence does not hold."""
    for clause, is_question in clauses(text):
        if kind_of(clause, is_question) is not None:
            left = unsupported(clause, evidence, lexicon, numbers_only=is_question)
            if left:
                yield left


def kind_of(clause: str, is_question: bool) -> Kind | None:
    """Return what a clause claims; None if a question that offers nothing and states no number."""
    if is_question:
        if _OFFER.search(clause) and not _ASKING.match(clause):
            return "promise"
        return "number" if any(map(is_number, words(clause))) else None
    if _ACTION.search(clause):
        return "action"
    if _PROMISE.search(clause):
        return "promise"
    if _POLICY.search(clause):
        return "policy"
    return "number" if any(map(is_number, words(clause))) else "state"


def unsupported(
    clause: str, evidence: Sequence[Evidence], lexicon: Lexicon, *, numbers_only: bool = False
) -> frozenset[str]:
    """Return the stems of a clause that no few sentences of the evidence hold."""
    content = lexicon.content(clause)
    if numbers_only and (not _OFFER.search(clause) or _ASKING.match(clause)):
        content = frozenset(stem for stem in content if is_number(stem))
    if not content:
        return content
    is_negative = _denies(clause)
    left, fits = content, False
    for _ in range(SENTENCES):
        best = max(evidence, key=lambda source: _worth(source, left, is_negative), default=None)
        if best is None or not left & best.content:
            break
        fits = fits or (best.is_negative if is_negative else best.is_positive)
        left = left - best.content
        if not left:
            break
    if left or fits or numbers_only:
        return left
    agreeing = [s for s in evidence if content & s.content and (s.is_negative == is_negative)]
    return frozenset() if agreeing else frozenset({"(polarity)"})
