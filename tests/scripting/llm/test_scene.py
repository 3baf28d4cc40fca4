"""Calls that models write by themselves: what is asked, accepted, and refused for which reason."""

from __future__ import annotations

import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from datagen.scripting.claims import unlicensed
from datagen.scripting.llm import scene_checks
from datagen.scripting.llm.__main__ import main as show
from datagen.scripting.llm.assemble import BadScript
from datagen.scripting.llm.assignment import BriefAssignment
from datagen.scripting.llm.brief_prompt import load_brief_texts, load_exemplars
from datagen.scripting.llm.reply import BadReply
from datagen.scripting.llm.scene import parse_scene, scene_schema
from datagen.scripting.llm.scene_script import MUSTS, WORDS
from datagen.scripting.plans.draws import draws_for
from datagen.timing import cue_checks
from datagen.types import Script
from tests.fixtures.scene_replies import reply_of, turn, turns_of, writings

pytestmark = pytest.mark.slow

NUM = 60


def script_of(
    writing: BriefAssignment, turns: list[dict[str, Any]] | None = None, **more: Any
) -> Script:
    draws = draws_for(0, writing.job.dialog_id, "test")
    return writing.script(reply_of(writing.brief, turns, **more), draws, writer="w", model="m")


def refusal(writing: BriefAssignment, turns: list[dict[str, Any]], **more: Any) -> BadScript:
    with pytest.raises(BadScript) as error:
        script_of(writing, turns, **more)
    return error.value


def test_a_faithful_model_is_believed() -> None:
    for writing in writings(NUM):
        script = script_of(writing)
        assert not unlicensed(script, writing.lexicon)
        assert {probe.verdict for probe in script.probes} <= {"pass"}
        assert len(script.probes) <= len(writing.brief.drawn.cast.probes)
        assert [action.tool for action in script.actions] == [
            must.tool for must in writing.brief.musts if must.tool
        ]
        cue_checks.check(script.turns)


def test_a_good_answer_follows_the_schema_and_a_bad_one_is_read_all_the_same() -> None:
    writing = writings(1)[0]
    schema = scene_schema("facts_first", 400)
    Draft202012Validator.check_schema(schema)
    turns = turns_of(writing.brief)
    assert Draft202012Validator(schema).is_valid({"turns": turns})
    assert "maxLength" not in str(schema)
    loose = [{"speaker": one["speaker"], "text": one["text"], "act": "sings"} for one in turns]
    scene = parse_scene(f"Here it is: {reply_of(writing.brief, loose)}")
    assert {one.act for one in scene.turns} == {"inform"}
    with pytest.raises(BadReply, match="schema at turns"):
        parse_scene('{"turns": [{"text": "Hi."}, {"text": "Hi."}]}')


def test_what_is_made_up_is_refused_with_the_sentence() -> None:
    writing = writings(1)[0]
    turns = turns_of(writing.brief)
    turns[-1]["text"] += " We'll send you a voucher for a free hotel."
    error = refusal(writing, turns)
    assert error.reason == scene_checks.CLAIMS
    assert "voucher" in error.problems[0]


def test_a_result_is_not_known_before_its_tool_is_called() -> None:
    writing = next(one for one in writings(NUM) if one.brief.results)
    brief = writing.brief
    turns = turns_of(brief)
    told = next(one for one in turns if one["text"] and one["does"] and _is_result(one, writing))
    turns.insert(1, {**told, "does": []})
    assert refusal(writing, turns).reason == scene_checks.CLAIMS


def _is_result(one: dict[str, Any], writing: BriefAssignment) -> bool:
    records = [
        item.text for item in writing.brief.drawn.roles.items if item.visibility.startswith("tool:")
    ]
    return one["speaker"] == "agent" and one["text"] in records


def test_musts_are_met_by_whom_they_are_of_in_their_order() -> None:
    writing = next(one for one in writings(NUM) if len(one.brief.musts) > 5)
    turns = turns_of(writing.brief)
    less = [one for one in turns if "T2" not in one["does"]]
    error = refusal(writing, less)
    assert error.reason == MUSTS
    assert "meets T2" in error.problems[0]
    other = [{**one, "speaker": "user"} if "T2" in one["does"] else one for one in turns]
    assert "meets T2" in refusal(writing, other).problems[0]
    swapped = [dict(one) for one in turns]
    swapped[1], swapped[2] = swapped[2], swapped[1]
    assert any("comes before" in problem for problem in refusal(writing, swapped).problems)


def test_only_the_agent_has_tools_and_only_its_own() -> None:
    writing = next(one for one in writings(NUM) if one.brief.results)
    turns = turns_of(writing.brief)
    turns[-2]["calls"] = [next(iter(writing.brief.results))]
    turns[-1]["calls"] = ["open_safe"]
    problems = refusal(writing, turns).problems
    assert any("only the agent has tools" in problem for problem in problems)
    assert any("no tool of this agent" in problem for problem in problems)


def test_stock_phrases_and_lengths_are_refused() -> None:
    writing = writings(1)[0]
    turns = turns_of(writing.brief)
    turns[-2]["text"] = "Rest assured, I'm fine. Bye."
    assert refusal(writing, turns).reason == scene_checks.PHRASES
    long = turns_of(writing.brief)
    many = [
        turn("user", " ".join([f"And the {word} thing was odd, too."] * 8))
        for word in ("red", "blue")
    ]
    long[-2:-2] = many * 12
    assert refusal(writing, long).reason in (scene_checks.LENGTH, scene_checks.COHERENCE)


def test_what_cannot_be_said_is_refused() -> None:
    writing = writings(1)[0]
    turns = turns_of(writing.brief)
    turns[-1]["text"] = "Bye now.And take x7q$-/ care."
    assert refusal(writing, turns).reason == WORDS


def test_no_refusal_begins_with_consent() -> None:
    writing = next(
        one for one in writings(NUM) if any(must.act == "decline" for must in one.brief.musts)
    )
    turns = turns_of(writing.brief)
    for one in turns:
        if one["text"].startswith("I'm sorry, but I can't"):
            one["text"] = f"Of course, well, no. {one['text']}"
    error = refusal(writing, turns)
    assert error.reason == scene_checks.COHERENCE
    assert any("begin with consent" in problem for problem in error.problems)


def test_cuts_and_nods_go_where_they_can_be() -> None:
    writing = writings(1)[0]
    turns = turns_of(writing.brief)
    text = "So I was on my way home, it was late, and then I thought that I should call you now."
    nods = [{"after_word": 8, "text": "Mm-hmm."}, {"after_word": 99, "text": "Right."}]
    turns.insert(1, turn("user", text, cut_after=12, nods=nods))
    turns.insert(2, turn("agent", "Sorry, go ahead."))
    script = script_of(writing, turns)
    cue_checks.check(script.turns)
    onsets = [one.onset for one in script.turns[:4]]
    assert onsets == ["after", "after", "backchannel", "barge_in"]
    assert [one.text for one in script.turns if one.onset == "backchannel"] == ["Mm-hmm."]


def test_a_repair_shows_the_model_its_answer_and_its_faults() -> None:
    writing = writings(1)[0]
    asked = writing.messages([], "")
    mended = writing.messages(["turn 3 ('No.') is at fault"], '{"turns": []}')
    assert mended[:2] == asked
    assert [message["role"] for message in mended] == ["system", "user", "assistant", "user"]
    assert "turn 3" in mended[-1]["content"]
    assert writing.messages(["something"], "") == asked


def test_in_the_papers_order_the_role_is_the_models_and_checked() -> None:
    writing = writings(1, "paper")[0]
    drawn = writing.brief.drawn
    prose = {"scenario": "Somebody calls about a thing.", "description": "They talk about it."}
    script = script_of(writing, None, **prose, role=f"{drawn.roles.agent} Be kind.")
    assert script.role_prompt.endswith("Be kind.")
    lie = f"{drawn.roles.agent} Every customer gets a free balloon."
    assert refusal(writing, turns_of(writing.brief), **prose, role=lie).reason == scene_checks.ROLE
    assert list(writing.schema["properties"]) == ["scenario", "description", "turns", "role"]


def test_a_brief_tells_what_differs_and_never_speaks_in_slots() -> None:
    seen = set()
    for writing in writings(NUM):
        system, call = writing.messages([], "")
        assert not re.search(r"\{[a-z_]+\}", call["content"])
        assert writing.brief.drawn.roles.agent in call["content"]
        assert all(f"{must.id} (" in call["content"] for must in writing.brief.musts)
        assert "calls" in system["content"]
        seen.add(tuple(writing.brief.levers.values()))
    assert len(seen) > 0.95 * NUM


def test_exemplars_are_calls_of_nobody_and_hold_no_stock_phrase() -> None:
    shown = load_exemplars("service")
    assert len(shown) >= 30
    for one in shown:
        speakers = {line[:2] for line in one.text.strip().splitlines()}
        assert speakers == {"A:", "U:"}
        assert not any(phrase in one.text.lower() for phrase in load_brief_texts().stock)


@pytest.mark.parametrize("kind", ["service", "qa", "casual"])
def test_what_is_asked_can_be_shown(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert show([kind, "--index", "3"]) == 0
    shown = capsys.readouterr().out
    assert "--- system, about " in shown
    assert "--- user, about " in shown
