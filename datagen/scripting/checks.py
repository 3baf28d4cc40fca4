"""Check a worded call against its blueprint, whoever worded it.

    Script, Blueprint --problems--> ["turn 4: says $12, which no fact states", ...]

A check is a generator of sentences (what, where); to add one, write it and list it in `CHECKS`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations, pairwise

from datagen.scripting.blueprint import PROMPT_CHARACTERS, Blueprint
from datagen.scripting.compose import spoken_form
from datagen.scripting.grammar import article_problems, number_words, plain
from datagen.scripting.interplay import CUT_SHARE, CUT_WORDS
from datagen.scripting.values import money
from datagen.types import Probe, Script, Turn

WORDS = (60, 320)
"""Fewest and most spoken words of a call."""
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
_DEBRIS = re.compile(r"[{}\[\]<>*_#|]|\(|  |\.\.|,\.|\?\.")


def problems(script: Script, blueprint: Blueprint) -> list[str]:
    """Say everything that is wrong with a script; an empty list is a good script."""
    return [problem for check in CHECKS for problem in check(script, blueprint)]


def judged(script: Script) -> Script:
    """Return a script whose probes have their verdicts."""
    probes = tuple(
        probe.model_copy(update={"verdict": "fail" if _probe_problem(script, probe) else "pass"})
        for probe in script.probes
    )
    return script.model_copy(update={"probes": probes})


def _floor(script: Script) -> Iterator[tuple[int, Turn]]:
    """Yield the turns that hold the floor, with their indexes."""
    return ((at, turn) for at, turn in enumerate(script.turns) if turn.onset != "backchannel")


def _alternation(script: Script, blueprint: Blueprint) -> Iterator[str]:
    for (_, before), (at, turn) in pairwise(_floor(script)):
        if turn.speaker == before.speaker:
            yield f"turn {at}: the {turn.speaker} speaks twice in a row"
    speaker = None
    for at, turn in enumerate(script.turns):
        if turn.onset != "backchannel":
            speaker = turn.speaker
        elif turn.speaker == speaker or speaker is None:
            yield f"turn {at}: a backchannel to nobody"


def _places(script: Script, blueprint: Blueprint) -> Iterator[str]:
    floor: Turn | None = None
    for at, turn in enumerate(script.turns):
        num_words = len(turn.spoken.split())
        if any(pause.after_word >= num_words for pause in turn.pauses):
            yield f"turn {at}: a pause after its last word"
        if (turn.at_word is None) != (turn.onset == "after"):
            yield f"turn {at}: {turn.onset} at word {turn.at_word}"
        elif floor and turn.at_word and not _may_begin(turn, floor):
            yield f"turn {at}: {turn.onset} cannot begin at word {turn.at_word} of {floor.spoken!r}"
        floor = floor if turn.onset == "backchannel" else turn


def _may_begin(turn: Turn, floor: Turn) -> bool:
    assert turn.at_word
    num_words = len(floor.spoken.split())
    if turn.onset == "backchannel":
        return turn.at_word < num_words
    shares = CUT_SHARE[0] * num_words <= turn.at_word <= CUT_SHARE[1] * num_words
    return shares and CUT_WORDS[0] <= turn.at_word <= num_words - CUT_WORDS[1]


def _unsaid(script: Script, blueprint: Blueprint) -> Iterator[str]:
    """A fact that a barge-in cuts off would be answered by nobody."""
    spoken = {fact.id: fact.spoken for fact in script.facts}
    for (before, floor), (_, turn) in pairwise(_floor(script)):
        if turn.onset == "barge_in":
            said = plain(" ".join(floor.spoken.split()[: turn.at_word]))
            for name in floor.fact_ids:
                if not holds(said, spoken[name]):
                    yield f"turn {before}: the barge-in cuts off the fact {name}"


def _spoken_form(script: Script, blueprint: Blueprint) -> Iterator[str]:
    for at, turn in enumerate(script.turns):
        if turn.spoken != spoken_form(turn.text, script.facts):
            yield f"turn {at}: spoken is not the spoken form of its text"


def _grounding(script: Script, blueprint: Blueprint) -> Iterator[str]:
    """Every number the agent says is a fact, or the difference of two prices."""
    known = [fact.written for fact in script.facts] + _differences(script)
    known.sort(key=len, reverse=True)
    for at, turn in enumerate(script.turns):
        if turn.speaker == "agent":
            rest = turn.text
            for written in known:
                rest = rest.replace(written, "")
            if found := _NUMBER.findall(rest) + number_words(rest):
                yield f"turn {at}: says {found[0]}, which no fact states"


def _differences(script: Script) -> list[str]:
    prices = [
        round(100 * float(fact.written.strip("$").replace(",", "")))
        for fact in script.facts
        if fact.id.startswith("price.")
    ]
    return [money(abs(one - other)).written for one, other in combinations(prices, 2)]


def _probes(script: Script, blueprint: Blueprint) -> Iterator[str]:
    wanted = sorted(exchange.probe for exchange in blueprint.exchanges if exchange.probe)
    if sorted(probe.type for probe in script.probes) != wanted:
        yield f"the probes are not {', '.join(wanted)}"
    for probe in script.probes:
        if problem := _probe_problem(script, probe):
            yield f"turn {probe.agent_turn}: {probe.type} fails, {problem}"


def _probe_problem(script: Script, probe: Probe) -> str:
    """Say why a probe fails, on either side; empty if it passes."""
    following = [at for at, _ in _floor(script) if at > probe.user_turn]
    if following[:1] != [probe.agent_turn]:
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
    for at, turn in enumerate(script.turns):
        if turn.speaker == "agent":
            said = plain(turn.text)
            if any(statement in said for statement in statements):
                yield f"turn {at}: the agent reads from the role prompt"


def _language(script: Script, blueprint: Blueprint) -> Iterator[str]:
    texts = [(f"turn {at}", turn.text) for at, turn in enumerate(script.turns)]
    texts.append(("the role prompt", script.role_prompt))
    texts.append(("the user's role prompt", script.user_role_prompt or ""))
    for where, text in texts:
        for problem in article_problems(text):
            yield f"{where}: {problem}"
        if debris := _DEBRIS.search(text):
            yield f"{where}: holds {debris[0]!r}"


def _lengths(script: Script, blueprint: Blueprint) -> Iterator[str]:
    num_words = sum(len(turn.spoken.split()) for turn in script.turns)
    if not WORDS[0] <= num_words <= WORDS[1]:
        yield f"the call has {num_words} words, not {WORDS[0]} to {WORDS[1]}"
    if not PROMPT_CHARACTERS[0] <= len(script.role_prompt) <= PROMPT_CHARACTERS[1]:
        yield f"the role prompt has {len(script.role_prompt)} characters"


def _facts(script: Script, blueprint: Blueprint) -> Iterator[str]:
    if script.facts != blueprint.facts:
        yield "the facts are not the blueprint's"
    for fact in script.facts:
        if fact.written not in script.role_prompt:
            yield f"the role prompt lacks the fact {fact.id}"


def holds(text: str, phrase: str) -> bool:
    """Tell whether a plain text holds a phrase, word by word."""
    return plain(phrase) in text


CHECKS = (
    _alternation,
    _places,
    _unsaid,
    _spoken_form,
    _grounding,
    _probes,
    _statements,
    _language,
    _lengths,
    _facts,
)
