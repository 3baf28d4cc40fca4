"""What a model is told: every act has an instruction, and everything it must say is in it."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from jsonschema import Draft202012Validator

from datagen.scripting.checks import MARKERS
from datagen.scripting.content.templates import AGENT_ACTS, USER_ACTS
from datagen.scripting.llm import qa_steps, service_steps
from datagen.scripting.llm.instructions import load_instructions
from datagen.scripting.llm.planners import PLANNERS
from datagen.scripting.llm.reply import turns_schema
from datagen.scripting.llm.task import Task, messages
from datagen.scripting.plans.casual import Chat
from datagen.scripting.plans.qa import Lesson
from datagen.scripting.plans.service import Blueprint
from datagen.types import UserError
from tests.fixtures.model_replies import job, planner, reply_of, task_of

NUM = 120


def tasks(kind: str) -> list[Task]:
    return [task_of(job(index, kind=kind)) for index in range(NUM)]


def calls_of(direction: str) -> list[tuple[Blueprint, Task]]:
    return [
        (one.plan, one)
        for one in tasks("service")
        if isinstance(one.plan, Blueprint) and one.plan.call_direction == direction
    ]


def test_every_act_a_planner_can_ask_for_has_an_instruction() -> None:
    asked = {
        act.removesuffix(".outbound")
        for act in USER_ACTS
        if act.startswith(("ask.", "claim.", "rude"))
    }
    answered = {
        act
        for act in AGENT_ACTS
        if act.startswith(("answer", "confirm", "correct", "state."))
        or act in ("decline", "unknown", "redirect", "deescalate")
    }
    assert asked <= service_steps.QUESTIONS
    assert answered == service_steps.ANSWERS


def test_instructions_without_a_step_are_the_users_error() -> None:
    with pytest.raises(UserError, match=r"qa.yaml lack step 'add'; mend its steps"):
        load_instructions("qa", qa_steps.ACTS | {"add"})
    with pytest.raises(UserError, match="have the unknown step 'answer'"):
        load_instructions("qa", qa_steps.ACTS - {"answer"})


@pytest.mark.parametrize("kind", PLANNERS)
def test_steps_are_in_the_schema_and_alternate(kind: str) -> None:
    follows = Draft202012Validator(turns_schema(planner(kind).steps, 400))
    for task in tasks(kind):
        assert len({step.name for step in task.steps}) == len(task.steps)
        assert all(one.speaker != other.speaker for one, other in pairwise(task.steps))
        assert follows.is_valid(json.loads(reply_of(task)))


@pytest.mark.parametrize("kind", PLANNERS)
def test_the_static_part_comes_first_and_problems_last(kind: str) -> None:
    one, other = [t for t in tasks(kind) if t.plan.call_direction == "inbound"][:2]
    first, second = messages(one), messages(other)
    assert first[0] == second[0]
    assert first[1] != second[1]
    assert len(first[0]["content"]) > len(first[1]["content"]), "most of it can be cached"
    again = messages(one, ["turn 3: says $12", "b", "c", "d", "not this"])
    assert again[1]["content"].startswith(first[1]["content"])
    assert "turn 3: says $12; b; c; d" in again[1]["content"]
    assert "not this" not in again[1]["content"]


@pytest.mark.parametrize("kind", PLANNERS)
def test_prompts_leave_no_slot_open(kind: str) -> None:
    for task in tasks(kind):
        system, call = (message["content"] for message in messages(task))
        assert "{rules}" not in system
        assert "{" not in call
        assert task.plan.role_prompt in call


def test_a_step_names_what_its_check_looks_for() -> None:
    for blueprint, task in calls_of("inbound"):
        written = {fact.spoken: fact.written for fact in blueprint.facts}
        for step in task.steps:
            if step.exchange is None or step.speaker == "user":
                continue
            for spoken in step.exchange.expects:
                assert written[spoken] in step.instruction
            for marker in MARKERS.get(step.exchange.act, ()):
                assert marker in step.instruction.lower()


def test_wrong_values_are_told_to_the_customer_and_kept_from_the_agent() -> None:
    for _, task in calls_of("inbound") + calls_of("assistant"):
        for step in task.steps:
            claimed = step.exchange.written.get("claimed") if step.exchange else None
            if claimed and step.exchange and step.exchange.forbids:
                assert (claimed in step.instruction) == (step.speaker == "user")


def test_who_is_called_picks_up() -> None:
    for _, task in calls_of("outbound"):
        assert [step.name for step in task.steps[:3]] == ["pick_up", "greet", "open"]
        assert task.steps[0].speaker == "user"
    for blueprint, task in calls_of("assistant"):
        assert task.steps[0].speaker == "user"
        assert f"the assistant of {blueprint.facts[2].written}" in task.plan.role_prompt
    hailed = [task for blueprint, task in calls_of("inbound") if blueprint.user_first]
    assert hailed
    assert {task.steps[0].name for task in hailed} == {"hail"}


def test_a_teacher_is_told_every_answer_and_where_it_is_cut_into() -> None:
    cuts = 0
    for task in tasks("qa"):
        assert isinstance(task.plan, Lesson)
        answers = [step for step in task.steps if step.act == "answer"]
        for step, question in zip(answers, task.plan.questions, strict=True):
            assert question.answer in step.instruction
            assert step.tells == (question.answer,)
        for before, step in pairwise(task.steps):
            if step.interrupts:
                cuts += 1
                assert "cut in" in before.instruction
                assert "Cuts in" in step.instruction
    assert cuts > 10


def test_all_three_prompt_levels_are_chatted_and_descriptions_are_copied() -> None:
    levels = {task.plan.prompt_level for task in tasks("casual")}
    assert levels == {"minimal", "topic", "detailed"}
    for task in tasks("casual"):
        assert isinstance(task.plan, Chat)
        introduced = [step for step in task.steps if step.name == "name"]
        assert bool(introduced) == (task.plan.prompt_level == "detailed")
        for step in introduced:
            assert step.speaker == "agent"
            known = ("likes", "owns", "dislikes")
            traits = [fact.written for fact in task.plan.facts if fact.id in known]
            assert all(f"[{trait}]" in step.instruction for trait in traits)
