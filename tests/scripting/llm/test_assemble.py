"""A model's turns become a checked script or a list of problems: whatever they are, no crash."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen.scripting.compose.realizer import PlannedLine
from datagen.scripting.llm.assemble import BadScript, assemble
from datagen.scripting.llm.planners import PLANNERS
from datagen.scripting.llm.reply import BadReply, ReplyTurn, parse
from datagen.scripting.llm.task import Task
from datagen.scripting.plans.draws import Draws
from datagen.seeds import rng_for
from datagen.types import Script
from tests.fixtures.model_replies import job, reply_of, task_of


@lru_cache
def dialogue(kind: str, index: int) -> tuple[Task, tuple[ReplyTurn, ...]]:
    task = task_of(job(index, kind=kind))
    return task, tuple(parse(reply_of(task)))


def assembled(task: Task, said: list[ReplyTurn]) -> Script:
    draws = Draws(rng_for(0, "place", task.job.index))
    return assemble(task, said, draws, writer="w", model="m")


def recheck(task: Task, script: Script) -> list[str]:
    """Return what the checks of a task say of a script, as if it came from elsewhere."""
    lines = [
        PlannedLine(turn.speaker, turn.act, turn.text, turn.spoken)
        for turn in script.turns
        if turn.onset != "backchannel"
    ]
    return task.check(script, lines)


def interrupted(kind: str) -> tuple[Task, list[ReplyTurn], int]:
    """Return a dialogue, a faithful reply, and a turn of it that the next one cuts into."""
    for index in range(200):
        task, said = dialogue(kind, index)
        for at, step in enumerate(task.steps[1:]):
            if step.interrupts:
                return task, list(said), at
    raise AssertionError(kind)


@pytest.mark.parametrize("kind", PLANNERS)
def test_faithful_words_pass_every_check(kind: str) -> None:
    for index in range(60):
        task, said = dialogue(kind, index)
        script = assembled(task, list(said))
        assert (script.kind, script.dialog_id) == (kind, task.job.dialog_id)
        assert script.facts == task.plan.facts
        assert {probe.verdict for probe in script.probes} <= {"pass"}
        wanted = [step.exchange.probe for step in task.steps if step.exchange]
        assert len(script.probes) == sum(map(bool, wanted)) / 2
        assert recheck(task, script) == []


@pytest.mark.parametrize("kind", PLANNERS)
@pytest.mark.parametrize("num_words", range(0, 30, 3))
def test_a_turn_to_be_cut_needs_room_after_what_must_be_heard(kind: str, num_words: int) -> None:
    task, said, at = interrupted(kind)
    step, facts = task.steps[at], [fact.written for fact in task.plan.facts]
    told = " and ".join(step.tells or [fact for fact in facts if fact in said[at].text])
    said[at] = replace(said[at], text=f"It is {told}, {' '.join(['really'] * num_words)}.")
    try:
        script = assembled(task, said)
    except BadScript as error:
        found = error.problems
        assert num_words < 24
    else:
        found = []
        assert num_words > 2
        assert [turn.onset for turn in script.turns].count("barge_in") >= 1
    assert all("must go on" in problem for problem in found)


@pytest.mark.parametrize(
    ("kind", "act", "text", "problem"),
    [
        ("service", "give", "I don't have that here.", "give: does not say"),
        ("service", "resolve", "It's all done now, don't worry.", "resolve: does not say"),
        ("qa", "ask", "Hey, what's up with that?", "does not tell"),
        ("qa", "answer", "Well, that depends on a lot of things.", "answer1: does not tell"),
        ("casual", "answer", "Oh, I never thought about it.", "say more of"),
        ("casual", "tell.self", "Hi, I'm nobody in particular.", "name: does not say"),
    ],
)
def test_what_a_step_says_may_not_be_left_out(kind: str, act: str, text: str, problem: str) -> None:
    task, said = next(
        found
        for found in (dialogue(kind, index) for index in range(20))
        if any(step.act == act for step in found[0].steps)
    )
    at = next(at for at, step in enumerate(task.steps) if step.act == act)
    changed = list(said)
    changed[at] = replace(changed[at], text=text)
    with pytest.raises(BadScript, match=problem):
        assembled(task, changed)


@pytest.mark.parametrize("kind", PLANNERS)
def test_turns_that_cannot_be_said_go_back_with_their_words(kind: str) -> None:
    task, said = dialogue(kind, 0)
    changed = list(said)
    changed[0] = replace(changed[0], text=f"{changed[0].text} It is 6/10.")
    changed[-1] = replace(changed[-1], text=f"{changed[-1].text} *sighs*")
    with pytest.raises(BadScript) as refused:
        assembled(task, changed)
    first, last = refused.value.problems
    assert "'6/10' cannot be said" in first
    assert "'*sighs*' cannot be said" in last


def mangle(said: list[ReplyTurn], kind: str, at: int, text: str) -> list[ReplyTurn]:
    """Return turns with one thing done to one of them."""
    turn = said[at]
    other = "user" if turn.speaker == "agent" else "agent"
    changed = {
        "drop": [],
        "double": [turn, turn],
        "text": [replace(turn, text=text)],
        "cut": [replace(turn, text=turn.text[: len(text)])],
        "other": [ReplyTurn("other", turn.speaker, "Okay, one moment."), turn],
        "step": [replace(turn, step=said[0].step)],
        "speaker": [replace(turn, speaker=other)],
    }
    return [*said[:at], *changed[kind], *said[at + 1 :]]


KINDS = ("drop", "double", "text", "cut", "other", "step", "speaker")
CHANGES = st.tuples(st.sampled_from(KINDS), st.integers(0, 7), st.text(max_size=40))


def parse_again(said: list[ReplyTurn]) -> list[ReplyTurn]:
    """Return turns as a reply would bring them."""
    turns = [{"step": one.step, "speaker": one.speaker, "text": one.text} for one in said]
    return parse(json.dumps({"turns": turns}))


@settings(max_examples=60)
@given(st.sampled_from(sorted(PLANNERS)), st.integers(0, 7), st.lists(CHANGES, max_size=3))
def test_whatever_is_said_becomes_a_good_script_or_problems(
    kind: str, index: int, changes: list[tuple[str, int, str]]
) -> None:
    task, whole = dialogue(kind, index)
    said = list(whole)
    for change, at, text in changes:
        said = mangle(said, change, min(at, len(said) - 1), text)
    try:
        script = assembled(task, parse_again(said))
    except BadScript as error:
        found = error.problems
    except BadReply as error:
        found = [str(error)]
    else:
        found = []
        assert recheck(task, script) == []
        assert Script.model_validate_json(script.model_dump_json()) == script
    assert changes or not found
    assert all(found)


def test_turns_beside_the_plan_are_kept_where_they_fit() -> None:
    task, said = dialogue("service", 0)
    extra = [
        ReplyTurn("other", "user", "Oh, good."),
        ReplyTurn("other", "agent", "Glad to hear it."),
    ]
    place = next(at for at, one in enumerate(said) if one.step == "resolve") + 1
    script = assembled(task, [*said[:place], *extra, *said[place:]])
    acts = [turn.act for turn in script.turns if turn.onset != "backchannel"]
    assert acts.count("chat") == 2
    assert {probe.verdict for probe in script.probes} == {"pass"}
