"""Check what holds for a dialogue of any kind, whoever worded it, and judge its probes.

    Script --shared_problems--> ["turn 4: holds '['", ...]

A check is a generator of sentences (what, where); to add one, write it and list it in `SHARED`.
"""

from __future__ import annotations

from collections.abc import Iterator

from datagen.scripting.compose.grammar import article_problems, plain
from datagen.scripting.plans.interplay import CUT_SHARE, CUT_WORDS
from datagen.types import Probe, Script, Turn

MARKERS = {
    "confirm": ("right", "correct", "exactly", "that's it", "matches", "what i have"),
    "correct": ("not", "no", "actually", "different", "correct that", "doesn't", "something else"),
    "decline": ("can't", "cannot", "not able", "not possible", "not something i can"),
    "deescalate": ("sorry", "apologize", "understand", "frustrated"),
    "unknown": ("don't have", "don't know", "not something i have", "not sure", "no information",
                "couldn't tell", "do not have", "do not know", "could not tell"),
    "redirect": ("can't help", "cannot help", "outside", "someone else", "only help with",
                 "not the right person", "beyond"),
    "state": (),
}  # fmt: skip
"""How an answer shows that it does what a probe wants: one of these is in it."""
_DEBRIS = (*"{}[]<>*_#|(", "..", ",.", "?.", "  ")
"""What no sentence that is spoken holds: slots, markup, stage directions, stops in a row."""


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


def holds(text: str, phrase: str) -> bool:
    """Tell whether a plain text holds a phrase, word by word."""
    return plain(phrase) in text


SHARED = (_alternation, _places, _unsaid, _language)
