"""Check a worded call against its blueprint, whoever worded it.

    Script, Blueprint --problems--> ["turn 4: says $12, which no fact states", ...]

A check is a generator of sentences (what, where); to add one, write it and list it in `CHECKS`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from datagen.scripting.compose.grammar import article_problems, number_words, plain
from datagen.scripting.content.values import dollars
from datagen.scripting.plans.interplay import CUT_SHARE, CUT_WORDS
from datagen.scripting.plans.service import Blueprint, fits
from datagen.types import Probe, Script, Turn

WORDS = (60, 350)
"""Fewest and most spoken words of a call; the most take some 130 seconds."""
MARKERS = {
    "confirm": ("right", "correct", "exactly", "that's it", "matches", "what i have"),
    "correct": ("not", "no", "actually", "different", "correct that", "doesn't", "something else"),
    "decline": ("can't", "not able", "not possible", "not something i can"),
    "deescalate": ("sorry", "apologize", "understand", "frustrated"),
    "unknown": ("don't have", "don't know", "not something i have", "not sure", "no information",
                "couldn't tell"),
    "redirect": ("can't help", "outside", "someone else", "only help with", "not the right person",
                 "beyond"),
    "state": (),
}  # fmt: skip
"""How an answer shows that it does what a probe wants: one of these is in it."""
_NUMBER = re.compile(r"\$?\d+(?:[:,.-]\d+)*%?")
_DIGIT = re.compile(r"\d")
_DEBRIS = (*"{}[]<>*_#|(", "..", ",.", "?.", "  ")
"""What no sentence that is spoken holds: slots, markup, stage directions, stops in a row."""


def problems(script: Script, blueprint: Blueprint) -> list[str]:
    """Say everything that is wrong with a script; an empty list is a good script."""
    return [
        *shared_problems(script, WORDS),
        *(problem for check in CHECKS for problem in check(script, blueprint)),
    ]


def shared_problems(script: Script, words: tuple[int, int]) -> list[str]:
    """Say what is wrong with a script of any kind; ``words`` are its fewest and most words."""
    found = [problem for check in SHARED for problem in check(script)]
    num_words = sum(map(_num_words, script.turns))
    if not words[0] <= num_words <= words[1]:
        found.append(f"the dialogue has {num_words} words, not {words[0]} to {words[1]}")
    return found


def judged(script: Script) -> Script:
    """Return a script whose probes have their verdicts."""
    probes = tuple(
        probe.model_copy(update={"verdict": "fail" if _probe_problem(script, probe) else "pass"})
        for probe in script.probes
    )
    return script.model_copy(update={"probes": probes})


def _num_words(turn: Turn) -> int:
    """Count the spoken words of a turn: one blank is between two."""
    return turn.spoken.count(" ") + 1


def _alternation(script: Script) -> Iterator[str]:
    speaker = None
    for at, turn in enumerate(script.turns):
        if turn.onset == "backchannel":
            if turn.speaker == speaker or speaker is None:
                yield f"turn {at}: a backchannel to nobody"
        elif turn.speaker == speaker:
            yield f"turn {at}: the {speaker} speaks twice in a row"
        else:
            speaker = turn.speaker


def _places(script: Script) -> Iterator[str]:
    floor: Turn | None = None
    for at, turn in enumerate(script.turns):
        if turn.pauses and max(pause.after_word for pause in turn.pauses) >= _num_words(turn):
            yield f"turn {at}: a pause after its last word"
        if (turn.at_word is None) != (turn.onset == "after"):
            yield f"turn {at}: {turn.onset} at word {turn.at_word}"
        elif floor and turn.at_word and not _may_begin(turn, floor):
            yield f"turn {at}: {turn.onset} cannot begin at word {turn.at_word} of {floor.spoken!r}"
        floor = floor if turn.onset == "backchannel" else turn


def _may_begin(turn: Turn, floor: Turn) -> bool:
    assert turn.at_word
    num_words = _num_words(floor)
    if turn.onset == "backchannel":
        return turn.at_word < num_words
    shares = CUT_SHARE[0] * num_words <= turn.at_word <= CUT_SHARE[1] * num_words
    return shares and CUT_WORDS[0] <= turn.at_word <= num_words - CUT_WORDS[1]


def _unsaid(script: Script) -> Iterator[str]:
    """A fact that a barge-in cuts off would be answered by nobody."""
    before = 0
    for at, turn in enumerate(script.turns):
        if turn.onset == "barge_in":
            floor = script.turns[before]
            said = plain(" ".join(floor.spoken.split()[: turn.at_word]))
            for fact in script.facts:
                if fact.id in floor.fact_ids and not holds(said, fact.spoken):
                    yield f"turn {before}: the barge-in cuts off the fact {fact.id}"
        if turn.onset != "backchannel":
            before = at


def _grounding(script: Script, blueprint: Blueprint) -> Iterator[str]:
    """Every number the agent says is a fact, or the difference of two prices."""
    known = sorted([fact.written for fact in script.facts], key=len, reverse=True)
    whole = _said_by_agent(script)
    if not _ungrounded(whole, known):
        return
    known = sorted((*known, *_differences(script)), key=len, reverse=True)
    if _ungrounded(whole, known):  # seldom, so only then one by one
        for at, turn in enumerate(script.turns):
            if turn.speaker == "agent" and (found := _ungrounded(turn.text, known)):
                yield f"turn {at}: says {found[0]}, which no fact states"


def _said_by_agent(script: Script) -> str:
    return "\n".join([turn.text for turn in script.turns if turn.speaker == "agent"])


def _ungrounded(text: str, known: Sequence[str]) -> list[str]:
    """Return the numbers of a text that are not known."""
    for written in known:
        text = text.replace(written, "")
    return (_NUMBER.findall(text) if _DIGIT.search(text) else []) + number_words(text)


def _differences(script: Script) -> list[str]:
    prices = [
        round(100 * float(fact.written.strip("$").replace(",", "")))
        for fact in script.facts
        if fact.id.startswith("price.")
    ]
    return [dollars(abs(one - other)) for one, other in combinations(prices, 2)]


def _probes(script: Script, blueprint: Blueprint) -> Iterator[str]:
    wanted = sorted(exchange.probe for exchange in blueprint.exchanges if exchange.probe)
    if sorted(probe.type for probe in script.probes) != wanted:
        yield f"the probes are not {', '.join(wanted)}"
    for probe in script.probes:
        if problem := _probe_problem(script, probe):
            yield f"turn {probe.agent_turn}: {probe.type} fails, {problem}"


def _probe_problem(script: Script, probe: Probe) -> str:
    """Say why a probe fails, on either side; empty if it passes."""
    later = range(probe.user_turn + 1, len(script.turns))
    held = (at for at in later if script.turns[at].onset != "backchannel")
    if next(held, None) != probe.agent_turn:
        return "the answer does not follow the question"
    asked, answered = script.turns[probe.user_turn], script.turns[probe.agent_turn]
    if (asked.speaker, answered.speaker) != ("user", "agent"):
        return "the customer asks and the agent answers"
    question, answer = plain(asked.spoken), plain(answered.spoken)
    claims = probe.forbids or (probe.expects if probe.act == "confirm" else ())
    for what, text, wanted, is_wanted in (
        ("the question lacks", question, claims, True),
        ("the answer lacks", answer, probe.expects, True),
        ("the answer says", answer, probe.forbids, False),
    ):
        for phrase in wanted:
            if holds(text, phrase) != is_wanted:
                return f"{what} {phrase!r}"
    markers = MARKERS[probe.act]
    if markers and not any(holds(answer, marker) for marker in markers):
        return f"the answer does not {probe.act}"
    return ""


def _statements(script: Script, blueprint: Blueprint) -> Iterator[str]:
    """The role prompt speaks of the customer; nobody says that to the customer."""
    statements = [plain(statement) for statement in blueprint.statements]
    whole = plain(_said_by_agent(script))
    if any(statement in whole for statement in statements):  # perhaps across turns
        for at, turn in enumerate(script.turns):
            if turn.speaker == "agent" and any(s in plain(turn.text) for s in statements):
                yield f"turn {at}: the agent reads from the role prompt"


def _language(script: Script) -> Iterator[str]:
    texts = [turn.text for turn in script.turns]
    texts += (script.role_prompt, script.user_role_prompt or "")
    whole = "\n".join(texts)
    if article_problems(whole) or _debris(whole):  # seldom, so only then one by one
        places = [f"turn {at}" for at in range(len(script.turns))]
        places += ("the role prompt", "the user's role prompt")
        for where, text in zip(places, texts, strict=True):
            for problem in article_problems(text):
                yield f"{where}: {problem}"
            for mark in _debris(text):
                yield f"{where}: holds {mark!r}"


def _debris(text: str) -> list[str]:
    return [mark for mark in _DEBRIS if mark in text]


def _role(script: Script, blueprint: Blueprint) -> Iterator[str]:
    if not fits(script.role_prompt, script.call_direction):
        yield f"the role prompt has {len(script.role_prompt)} characters"


def _facts(script: Script, blueprint: Blueprint) -> Iterator[str]:
    if script.facts != blueprint.facts:
        yield "the facts are not the blueprint's"
    roles = script.role_prompt
    if script.call_direction == "assistant":  # the business knows its own terms
        roles += script.user_role_prompt or ""
    for fact in script.facts:
        if fact.written not in roles:
            yield f"the role prompt lacks the fact {fact.id}"


def holds(text: str, phrase: str) -> bool:
    """Tell whether a plain text holds a phrase, word by word."""
    return plain(phrase) in text


SHARED = (_alternation, _places, _unsaid, _language)
CHECKS = (_grounding, _probes, _statements, _role, _facts)
"""Of calls only."""
