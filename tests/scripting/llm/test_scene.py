"""Calls that models write by themselves: what is asked, accepted, and refused for which reason."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from datagen.scripting.claims import unlicensed
from datagen.scripting.llm import scene_checks
from datagen.scripting.llm.__main__ import main as show
from datagen.scripting.llm.assignment import Assignment
from datagen.scripting.llm.brief_texts import KINDS as BRIEFED
from datagen.scripting.llm.brief_texts import BriefTexts
from datagen.scripting.llm.casual_brief import second_person
from datagen.scripting.llm.checks import _UNSAYABLE
from datagen.scripting.llm.faults import BadScript
from datagen.scripting.llm.prose_checks import check_prose
from datagen.scripting.llm.reply import BadReply
from datagen.scripting.llm.scene import Scene, parse_scene
from datagen.scripting.llm.scene_script import MUSTS, WORDS
from datagen.scripting.plans.draws import draws_for
from datagen.text import unsayable
from datagen.timing import cue_checks
from datagen.types import Script
from tests.fixtures.scene_replies import reply_of, turn, turns_of, writings

pytestmark = pytest.mark.slow

NUM = 60
ROOT = Path(__file__).resolve().parents[3]


def script_of(
    writing: Assignment, turns: list[dict[str, Any]] | None = None, **more: Any
) -> Script:
    draws = draws_for(0, writing.job.dialog_id, "test")
    return writing.script(reply_of(writing.brief, turns, **more), draws, writer="w", model="m")


def refusal(writing: Assignment, turns: list[dict[str, Any]], **more: Any) -> BadScript:
    with pytest.raises(BadScript) as error:
        script_of(writing, turns, **more)
    return error.value


@pytest.mark.parametrize("direction", ["inbound", "outbound", "assistant"])
def test_a_faithful_model_is_believed(direction: str) -> None:
    for writing in writings(NUM // 2, direction=direction):
        script, ground = script_of(writing), writing.brief.ground
        assert ground.lexicon
        assert not unlicensed(script, ground.lexicon)
        assert script.call_direction == direction
        assert {probe.verdict for probe in script.probes} <= {"pass"}
        assert len(script.probes) == sum(bool(must.probe) for must in writing.brief.musts)
        assert [action.tool for action in script.actions] == [
            must.tool for must in writing.brief.musts if must.tool
        ]
        cue_checks.check(script.turns)


@pytest.mark.parametrize("order", ["facts_first", "paper"])
@pytest.mark.parametrize(
    ("kind", "direction"),
    [("service", "inbound"), ("service", "assistant"), ("qa", ""), ("casual", "")],
)
def test_a_good_answer_follows_the_schema(kind: str, direction: str, order: str) -> None:
    for writing in writings(8, order, kind, direction):
        Draft202012Validator.check_schema(writing.schema)
        prose = {**PROSE, "role": "You work for them and you know it all."}
        before = {name: prose[name] for name in writing.schema["required"] if name in prose}
        answer = {"turns": turns_of(writing.brief), **before}
        assert [e.message for e in Draft202012Validator(writing.schema).iter_errors(answer)] == []
        assert "axLength" not in str(writing.schema)


def test_a_bad_answer_is_read_all_the_same() -> None:
    writing = writings(1)[0]
    turns = turns_of(writing.brief)
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


def _is_result(one: dict[str, Any], writing: Assignment) -> bool:
    records = [
        item.text for item in writing.brief.ground.items if item.visibility.startswith("tool:")
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


ASKS, SAYS = "Wait, is that today?", "Wait, that is not today."


@pytest.mark.parametrize(
    ("cut_as", "speaker", "reply", "act", "expected"),
    [
        ("question", "agent", ASKS, "setQuestion", ("question", "yield")),
        ("question", "agent", SAYS, "inform", None),
        ("rambling", "agent", ASKS, "setQuestion", ("slot", "yield")),
        ("rambling", "user", ASKS, "setQuestion", None),
        ("correction", "user", SAYS, "correction", ("correction", "yield")),
        ("correction", "user", SAYS, "inform", None),
        ("protest", "agent", SAYS, "disagreement", None),
        ("cancel", "user", SAYS, "request", None),
        ("hold", "user", ASKS, "setQuestion", ("question", "hold")),
        ("override", "agent", SAYS, "inform", ("protest", "override")),
        ("none", "user", ASKS, "setQuestion", None),
        ("because", "user", ASKS, "setQuestion", None),
    ],
)
def test_how_somebody_cuts_in_is_kept_if_both_turns_bear_it_out(
    cut_as: str, speaker: str, reply: str, act: str, expected: tuple[str, str] | None
) -> None:
    writing = writings(1)[0]
    turns = turns_of(writing.brief)
    other = "user" if speaker == "agent" else "agent"
    text = "Okay, so let me see, and then, well, I know, one moment, so just hold on a second."
    turns.insert(1, turn(other, text, cut_after=9, cut_as=cut_as))
    turns.insert(2, turn(speaker, reply, act=act))
    cutting = next(one for one in script_of(writing, turns).turns if one.onset == "barge_in")
    how = cutting.interruption
    assert (how and (how.kind, how.answer)) == expected


def test_a_collision_begins_with_the_turn() -> None:
    writing = writings(1)[0]
    turns = turns_of(writing.brief)
    text = "So it was late, and we went all the way home, and then it was all gone by the morning."
    turns.insert(1, turn("user", text, cut_after=9, cut_as="collision"))
    turns.insert(2, turn("agent", "Sorry, go ahead."))
    cutting = next(one for one in script_of(writing, turns).turns if one.onset == "barge_in")
    assert cutting.at_word == 1
    assert cutting.interruption is not None
    assert cutting.interruption.kind == "collision"


def test_a_repair_shows_the_model_its_answer_and_its_faults() -> None:
    writing = writings(1)[0]
    asked = writing.messages()
    mended = writing.messages(["turn 3 ('No.') is at fault"], '{"turns": []}')
    assert mended[:2] == asked
    assert [message["role"] for message in mended] == ["system", "user", "assistant", "user"]
    assert "turn 3" in mended[-1]["content"]
    told = writing.messages(["the reply was cut off"], "")
    assert told[0] == asked[0]
    assert told[1]["content"].startswith(asked[1]["content"])
    assert "the reply was cut off" in told[1]["content"]
    assert len(writing.messages(["turn 3"], "x" * 50_000)) == 2, "what has run away is not shown"


PROSE = {
    "scenario": "Somebody calls about a thing that does not let them sleep.",
    "description": "It is a long day for both. The one has a wish, and the other listens, looks it"
    " up and says what there is. In the end they say goodbye.",
}


@pytest.mark.parametrize("direction", ["inbound", "assistant"])
def test_in_the_papers_order_the_role_is_the_models_and_checked(direction: str) -> None:
    writing = writings(1, "paper", direction=direction)[0]
    role = writing.brief.ground.role
    script = script_of(writing, None, **PROSE, role=f"{role} Be kind.")
    assert script.role_prompt.endswith("Be kind.")
    lie = f"{role} Every customer gets a free balloon."
    assert refusal(writing, turns_of(writing.brief), **PROSE, role=lie).reason == scene_checks.ROLE
    nameless = refusal(writing, turns_of(writing.brief), **PROSE, role="You take calls.")
    assert any("does not name the company" in problem for problem in nameless.problems)
    assert list(writing.schema["properties"]) == ["scenario", "description", "turns", "role"]


@pytest.mark.parametrize("kind", ["service", "qa", "casual"])
def test_a_scenario_and_a_description_are_of_this_world(kind: str) -> None:
    writing = writings(1, "paper", kind)[0]
    turns, role = turns_of(writing.brief), writing.brief.ground.role
    assert script_of(writing, turns, **PROSE, role=role).role_prompt == role
    for name, text, said in (
        ("scenario", "Somebody calls.", "were asked for"),
        ("scenario", f"{PROSE['scenario']} It costs $7,777.", "does not have $7,777"),
        ("description", "Too short.", "were asked for"),
        ("description", f"{PROSE['description']} Their friend Zebulon listens.", "zebulon"),
    ):
        error = refusal(writing, turns, **{**PROSE, name: text}, role=role)
        assert error.reason == scene_checks.ROLE
        assert said in error.problems[0]


@pytest.mark.parametrize(
    ("kind", "direction"),
    [("service", "inbound"), ("service", "assistant"), ("qa", ""), ("casual", "")],
)
def test_a_true_description_is_let_through(kind: str, direction: str) -> None:
    for writing in writings(12, "paper", kind, direction):
        ground = writing.brief.ground
        first = ground.user.name.split()[0]
        told = [item.text.rstrip(".?!") for item in ground.items if item.visibility != "nobody"]
        scenario = f"{first} talks on a bad day, and wants an answer."
        description = f"{first} is tired, and {'. '.join(told[:5])}. In the end they say goodbye."
        scene = Scene((), scenario, f"{description} Nobody is quite happy with it.", ground.role)
        assert list(check_prose(writing.brief, scene)) == []


def test_a_description_may_not_deny_what_is_so() -> None:
    writing = writings(1, "paper", "qa")[0]
    denied = f"{PROSE['description']} Yeast is not alive and it never eats the sugar in the flour."
    error = refusal(writing, turns_of(writing.brief), **{**PROSE, "description": denied})
    assert "the world says the opposite" in error.problems[0]
    right = f"{PROSE['description']} Yeast is alive and it eats the sugar in the flour."
    script_of(writing, None, **{**PROSE, "description": right})


def test_a_brief_tells_what_differs_and_never_speaks_in_slots() -> None:
    seen = set()
    for writing in writings(NUM):
        system, call = writing.messages()
        assert not re.search(r"\{[a-z_]+\}", call["content"])
        assert writing.brief.ground.role in call["content"]
        assert all(f"{must.id} (" in call["content"] for must in writing.brief.musts)
        assert "{" not in system["content"].replace('{"', "")
        seen.add(tuple(writing.brief.slots.values()))
    assert len(seen) > 0.95 * NUM


@pytest.mark.parametrize("kind", BRIEFED)
def test_exemplars_are_of_nobody_and_hold_no_stock_phrase(kind: str) -> None:
    texts = BriefTexts(kind)
    assert len(texts.exemplars) >= 30
    assert len({one.shows for one in texts.exemplars}) == len(texts.exemplars)
    for one in texts.exemplars:
        lines = one.text.strip().splitlines()
        assert {line[:2] for line in lines} == {"A:", "U:"}
        assert len(lines) >= 5
        assert not any(phrase in one.text.lower() for phrase in texts.shared.stock)
        assert not _UNSAYABLE.search(one.text.replace("\n", " ")), one.shows
        for line in lines:
            assert not unsayable(line[2:].strip().removesuffix("-")), line


@pytest.mark.parametrize("kind", ["service", "qa", "casual"])
def test_what_is_asked_can_be_shown(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert show([kind, "--index", "3"]) == 0
    shown = capsys.readouterr().out
    assert "--- system, about " in shown
    assert "--- user, about " in shown


def test_the_documentation_shows_what_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    """Made by `python -m datagen.scripting.llm docs > docs/prompts.md`."""
    assert show(["docs"]) == 0
    page = capsys.readouterr().out
    assert page.count("\n### ") == 8
    assert page == (ROOT / "docs/prompts.md").read_text()


def test_nobody_is_retired_at_nineteen() -> None:
    for kind in ("service", "qa", "casual"):
        for writing in writings(NUM, kind=kind):
            age, work = writing.brief.slots["age"], writing.brief.slots["work"]
            assert int(age) >= 58 or "retired" not in work
            assert int(age) <= 40 or not work.startswith("studies")


def test_small_talk_is_between_people_with_a_life_and_an_aim() -> None:
    seen = set()
    for writing in writings(NUM, kind="casual"):
        ground, call = writing.brief.ground, writing.messages()[1]["content"]
        lives = [item.text for item in ground.items]
        assert len(lives) == 6
        assert all(life in call for life in lives)
        assert ground.role.startswith("You enjoy having a good conversation.")
        if ground.items[0].visibility == "prompt":
            assert ground.agent.name in ground.role
            assert f"from {lives[1]}" in ground.role
        seen.add(writing.brief.musts[0].what)
    assert len(seen) > 0.7 * NUM


@pytest.mark.parametrize(
    ("third", "second"),
    [
        ("drives a tow truck", "drive a tow truck"),
        ("studies to be a vet", "study to be a vet"),
        ("teaches shop class", "teach shop class"),
        ("is a court reporter", "are a court reporter"),
        ("has never left the state", "have never left the state"),
        ("once drove a cab", "once drove a cab"),
        ("raises goats", "raise goats"),
        ("does taxes", "do taxes"),
    ],
)
def test_a_role_speaks_to_the_agent(third: str, second: str) -> None:
    assert second_person(third) == second
