"""A model's turns become a checked script or a list of problems: whatever they are, no crash."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen.scripting.blueprint import Blueprint
from datagen.scripting.checks import problems
from datagen.scripting.draws import Draws
from datagen.scripting.llm.assemble import BadScript, assemble
from datagen.scripting.llm.checks import model_problems
from datagen.scripting.llm.prompt import Step
from datagen.scripting.llm.reply import Said, parse
from datagen.seeds import rng_for
from datagen.types import Script
from tests.worded import blueprint_of, job, shipped_wording, steps_of, turns_of


@lru_cache
def call(index: int) -> tuple[Blueprint, tuple[Step, ...], tuple[Said, ...]]:
    blueprint = blueprint_of(job(index))
    reply = json.dumps({"turns": turns_of(blueprint)})
    return blueprint, tuple(steps_of(blueprint)), tuple(parse(reply))


def assembled(index: int, said: list[Said]) -> Script:
    blueprint, steps, _ = call(index)
    draws = Draws(rng_for(0, "place", index))
    return assemble(blueprint, steps, said, shipped_wording(), draws, writer="w", model="m")


@lru_cache
def interrupted() -> tuple[int, int]:
    """Return a call and the turn that answers its reason, which the first question cuts into."""
    index = next(at for at in range(400) if call(at)[0].exchanges[0].interrupts)
    return index, next(at for at, step in enumerate(call(index)[1]) if step.name == "resolve")


@pytest.mark.parametrize("num_words", range(0, 30, 2))
def test_a_turn_to_be_cut_needs_room_after_its_facts(num_words: int) -> None:
    index, at = interrupted()
    said = list(call(index)[2])
    facts = " and ".join(f.written for f in call(index)[0].facts if f.written in said[at].text)
    more = " ".join(["really"] * num_words)
    said[at] = Said(said[at].step, said[at].speaker, f"It is {facts}, {more}.")
    try:
        script = assembled(index, said)
    except BadScript as error:
        found = error.problems
        assert num_words < 26
    else:
        found = problems(script, call(index)[0])
        assert num_words > 2
        assert [turn.onset for turn in script.turns].count("barge_in") >= 1
    assert not [problem for problem in found if "cuts off" in problem]


def mangle(said: list[Said], kind: str, at: int, text: str) -> list[Said]:
    """Return turns with one thing done to one of them."""
    turn = said[at]
    other = "user" if turn.speaker == "agent" else "agent"
    changed = {
        "drop": [],
        "double": [turn, turn],
        "text": [replace(turn, text=text)],
        "cut": [replace(turn, text=turn.text[: len(text)])],
        "other": [Said("other", turn.speaker, "Okay, one moment."), turn],
        "step": [replace(turn, step=said[0].step)],
        "speaker": [replace(turn, speaker=other)],
    }
    return [*said[:at], *changed[kind], *said[at + 1 :]]


KINDS = ("drop", "double", "text", "cut", "other", "step", "speaker")
CHANGES = st.tuples(st.sampled_from(KINDS), st.integers(0, 7), st.text(max_size=40))


def parse_again(said: list[Said]) -> list[Said]:
    """Return turns as a reply would bring them."""
    turns = [{"step": one.step, "speaker": one.speaker, "text": one.text} for one in said]
    return parse(json.dumps({"turns": turns}))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 15), st.lists(CHANGES, max_size=3))
def test_whatever_is_said_becomes_a_good_script_or_problems(
    index: int, changes: list[tuple[str, int, str]]
) -> None:
    blueprint, _, whole = call(index)
    said = list(whole)
    for kind, at, text in changes:
        said = mangle(said, kind, at, text)
    try:
        script = assembled(index, parse_again(said))
    except BadScript as error:
        found = error.problems
    else:
        found = []
        assert problems(script, blueprint) == model_problems(script, blueprint) == []
        assert Script.model_validate_json(script.model_dump_json()) == script
    assert changes or not found
    assert all(found)


def test_turns_beside_the_plan_are_kept_where_they_fit() -> None:
    _, _, said = call(0)
    extra = [Said("other", "user", "Oh, good."), Said("other", "agent", "Glad to hear it.")]
    place = next(at for at, one in enumerate(said) if one.step == "resolve") + 1
    script = assembled(0, [*said[:place], *extra, *said[place:]])
    acts = [turn.act for turn in script.turns if turn.onset != "backchannel"]
    assert acts.count("chat") == 2
    assert {probe.verdict for probe in script.probes} == {"pass"}
