"""What a model is told: every act has an instruction, and everything it must say is in it."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

from datagen.scripting.blueprint import Blueprint
from datagen.scripting.checks import MARKERS
from datagen.scripting.draws import Draws
from datagen.scripting.llm.assemble import assemble
from datagen.scripting.llm.prompt import Step, messages
from datagen.scripting.llm.reply import STEPS, parse
from datagen.scripting.wording import AGENT_ACTS, USER_ACTS
from datagen.seeds import rng_for
from tests.worded import blueprint_of, instructions, job, reply_of, shipped_wording, steps_of


@lru_cache
def planned() -> list[tuple[Blueprint, list[Step]]]:
    blueprints = [blueprint_of(job(index)) for index in range(200)]
    return [(blueprint, steps_of(blueprint)) for blueprint in blueprints]


def test_every_act_a_planner_can_ask_for_has_an_instruction() -> None:
    told = instructions()
    asked = {act for act in USER_ACTS if act.startswith(("ask.", "claim.", "rude"))}
    answered = {
        act
        for act in AGENT_ACTS
        if act.startswith(("answer", "confirm", "correct", "state."))
        or act in ("decline", "unknown", "redirect", "deescalate")
    }
    assert asked <= told.questions.keys()
    assert answered == told.answers.keys()


def test_steps_are_in_the_schema_and_alternate() -> None:
    for _, steps in planned():
        assert {step.name for step in steps} <= set(STEPS)
        assert len({step.name for step in steps}) == len(steps)
        speakers = [step.speaker for step in steps]
        assert all(one != other for one, other in pairwise(speakers))


def test_a_step_names_what_its_check_looks_for() -> None:
    for blueprint, steps in planned():
        written = {fact.spoken: fact.written for fact in blueprint.facts}
        for step in steps:
            if step.exchange is None or step.speaker == "user":
                continue
            for spoken in step.exchange.expects:
                assert written[spoken] in step.instruction
            for marker in MARKERS.get(step.exchange.act, ()):
                assert marker in step.instruction.lower()


def test_wrong_values_are_told_to_the_customer_and_kept_from_the_agent() -> None:
    for _, steps in planned():
        for step in steps:
            claimed = step.exchange.slots.get("claimed") if step.exchange else None
            if claimed and step.exchange and step.exchange.forbids:
                assert (claimed in step.instruction) == (step.speaker == "user")


def test_the_static_part_comes_first_and_problems_last() -> None:
    (one, steps), (other, others) = planned()[:2]
    first, second = messages(one, instructions(), steps), messages(other, instructions(), others)
    assert first[0] == second[0]
    assert first[1] != second[1]
    again = messages(one, instructions(), steps, ["turn 3: says $12", "b", "c", "d", "not this"])
    assert again[1]["content"].startswith(first[1]["content"])
    assert "turn 3: says $12; b; c; d" in again[1]["content"]
    assert "not this" not in again[1]["content"]


def test_prompts_leave_no_slot_open() -> None:
    for blueprint, steps in planned():
        call = messages(blueprint, instructions(), steps)[1]["content"]
        assert "{" not in call
        assert blueprint.role_prompt in call


def test_composed_words_pass_every_check_of_a_models_words() -> None:
    for blueprint, steps in planned():
        draws = Draws(rng_for(0, blueprint.job.dialog_id))
        said = parse(reply_of(blueprint))
        script = assemble(
            blueprint, steps, said, shipped_wording(), draws, writer="test", model="none"
        )
        assert len(script.probes) == sum(bool(one.probe) for one in blueprint.exchanges)
