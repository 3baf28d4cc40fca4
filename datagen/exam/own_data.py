"""Scores a run as if its agent were the model: a set that fails its own exam is not shipped.

    shards' dialogues: turns, words, events, probes --score_run--> the exam's figures

Probes stand in for service questions; turns, pauses and overlaps of the ledger for the tracks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from datagen.exam import stats
from datagen.exam.adherence import check
from datagen.exam.items import Act, Expectation
from datagen.exam.naturalness import Exchange
from datagen.exam.rules import eva, tau_voice
from datagen.exam.rules.channel import Channel, HeardWord, TimeSpan
from datagen.exam.tables import QUESTIONS
from datagen.exam.tracks import ACTS
from datagen.storage import Where
from datagen.terms import ANNOTATED
from datagen.types import SAMPLE_RATE, UserError

ACT_OF_PROBE: Mapping[str, Act] = {
    "state": "tell",
    "correct": "correct",
    "confirm": "tell",
    "decline": "refuse",
    "deescalate": "keep_calm",
    "unknown": "not_know",
    "redirect": "redirect",
}


def score_run(where: Where, limit: int | None = None) -> dict[str, Any]:
    """Score the dialogues of a run. Raises UserError if it has none, or its agents are people."""
    from datagen.runs.open import open_run

    run = open_run(where)
    outcomes: dict[str, list[str]] = defaultdict(list)
    latencies: list[float] = []
    counts = tau_voice.Counts()
    number = 0
    for number, dialog_id in enumerate(run, 1):
        call = run[dialog_id]
        if call.script.kind == ANNOTATED:
            raise UserError(
                f"{where} holds recorded calls: its agents are people, so there is nothing to"
                " grade; `datagen exam score ANSWERS --timing RUN` holds a model's timing against"
                " theirs"
            )
        for kind, outcome in probes(call.script, call.dialogue):
            outcomes[kind].append(outcome)
        agent, events = channels(call.dialogue)
        tau_voice.count(agent, events, counts)
        latencies += counts.responses[len(latencies) :]
        if number == limit:
            break
    if not number:
        raise UserError(f"{where} has no dialogues to score: make some with `datagen run`")
    return {
        "dialogues": number,
        "role_adherence": {
            kind: {
                "value": found.count("pass") / len(found),
                "items": len(found),
                "failed": found.count("fail"),
                "unclear": found.count("unclear"),
            }
            for kind in QUESTIONS
            if (found := outcomes.get(kind, []))
        },
        "eva": _mean([eva.latency_score(seconds) for seconds in latencies]),
        "tau_voice": tau_voice.shown(counts),
    }


def exchanges(where: Where, limit: int | None = None) -> Iterator[Exchange]:
    """Yield when both sides of a run's dialogues speak, as a reference of natural timing."""
    from datagen.runs.open import open_run

    run = open_run(where)
    for dialog_id in islice(run, limit):
        dialogue = run[dialog_id].dialogue
        yield Exchange(
            agent=_speech(dialogue.turns, "agent"),
            user=_speech(dialogue.turns, "user"),
            seconds=dialogue.num_samples / SAMPLE_RATE,
        )


def probes(script: Any, dialogue: Any) -> Iterable[tuple[str, str]]:
    """Yield each probe's kind, and what the checks say of its answer."""
    for probe in script.probes:
        answer = dialogue.turns[probe.agent_turn]
        expects = Expectation(
            act=ACT_OF_PROBE.get(probe.act, ACTS[probe.type]),
            says=tuple((value,) for value in probe.expects),
            wrong=probe.forbids[0] if probe.forbids and probe.act == "correct" else "",
        )
        asked = script.turns[probe.user_turn].text
        known = " ".join([script.role_prompt, asked, *(turn.text for turn in script.turns)])
        verdict = check(answer.spoken, expects, known)
        yield probe.type, verdict.outcome


def channels(dialogue: Any) -> tuple[Channel, list[tau_voice.LineEvent]]:
    """Return the agent's side of a dialogue, and the user's turns as events."""
    seconds = dialogue.num_samples / SAMPLE_RATE
    words = [
        HeardWord(word.text, word.start / SAMPLE_RATE, word.end / SAMPLE_RATE)
        for word in dialogue.words
        if word.speaker == "agent"
    ]
    spans = _speech(dialogue.turns, "agent")
    events = [
        tau_voice.LineEvent(TimeSpan(turn.start / SAMPLE_RATE, turn.end / SAMPLE_RATE), _part(turn))
        for turn in dialogue.turns
        if turn.speaker == "user" and turn.end > turn.start
    ]
    return Channel(seconds, words, spans), sorted(events, key=lambda event: event.span.start)


def _part(turn: Any) -> str:
    return "backchannel" if turn.onset == "backchannel" else "floor"


def _speech(turns: Sequence[Any], speaker: str) -> list[TimeSpan]:
    return sorted(
        TimeSpan(turn.start / SAMPLE_RATE, turn.end / SAMPLE_RATE)
        for turn in turns
        if turn.speaker == speaker and turn.end > turn.start
    )


def _mean(values: Sequence[float]) -> dict[str, Any] | None:
    found = stats.mean(values)
    return None if found is None else found._asdict()
