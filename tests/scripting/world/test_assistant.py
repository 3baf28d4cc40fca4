"""Calls that an assistant makes for somebody: it knows its task, asks, and keeps to its bounds."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from itertools import chain

import pytest

from datagen.scripting.claims import unlicensed
from datagen.scripting.corpus.minhash import Index, sketch_of
from datagen.scripting.world.absent import of_caller, to_assistant
from datagen.text import speak
from datagen.timing import cue_checks
from datagen.types import Script
from tests.scripting.world.test_calls import DOMAINS, call_of, floor, lexicon, maker

pytestmark = pytest.mark.slow

CALLS = 100


@lru_cache
def calls(domain: str) -> tuple[Script, ...]:
    return tuple(call_of(domain, index, 0, "assistant") for index in range(CALLS))


def everything() -> list[Script]:
    return list(chain.from_iterable(map(calls, DOMAINS)))


def fact(script: Script, name: str) -> str:
    return next(one.written for one in script.facts if one.id == name)


@pytest.mark.parametrize("domain", DOMAINS)
def test_nothing_is_claimed_without_a_licence(domain: str) -> None:
    found = [one for script in calls(domain) for one in unlicensed(script, lexicon(domain))]
    assert not found, found[:3]


def test_the_business_answers_and_the_agent_speaks_for_its_customer() -> None:
    for script in everything():
        held = floor(script)
        assert held[0].speaker == "user"
        assert fact(script, "customer") in script.role_prompt
        assert fact(script, "customer") in " ".join(turn.text for turn in held)
        assert fact(script, "rep") == script.user.name
        assert "your name is" in (script.user_role_prompt or "") or script.user.name in (
            script.user_role_prompt or ""
        )
        assert not script.tools
        assert not script.actions


def test_what_it_was_told_to_ask_it_asks() -> None:
    asked = 0
    for script in everything():
        said = " ".join(turn.text for turn in floor(script) if turn.speaker == "agent").lower()
        for sentence in script.role_prompt.split("Ask: ")[1:]:
            asked += 1
            assert sentence.partition("?")[0].lower() in said, script.dialog_id
    assert asked > CALLS


def test_it_keeps_to_its_limit() -> None:
    seen = Counter[str]()
    for script in everything():
        if "Their limit is" not in script.role_prompt:
            continue
        acts = {turn.act for turn in floor(script) if turn.speaker == "agent"}
        if "You may not agree" in script.role_prompt:
            assert "acceptOffer" not in acts
            seen["declines"] += "declineOffer" in acts
        else:
            assert "declineOffer" not in acts
            seen["accepts"] += "acceptOffer" in acts
    assert seen["accepts"] > 0, seen
    assert seen["declines"] > 0, seen


def test_every_probe_is_answered_as_it_must_be() -> None:
    held = Counter(probe.type for script in everything() for probe in script.probes)
    assert held.keys() == {"Q0", "Q1", "Q2", "Q3", "Q4", "Q5", "Q6"}
    for script in everything():
        for probe in script.probes:
            asked, answered = script.turns[probe.user_turn], script.turns[probe.agent_turn]
            assert (asked.speaker, answered.speaker) == ("user", "agent")
            assert all(one in answered.spoken for one in probe.expects), (probe, answered)
            assert not any(one in answered.spoken for one in probe.forbids), (probe, answered)


def test_turns_can_be_spoken_and_placed() -> None:
    for script in everything():
        cue_checks.check(script.turns)
    for script in everything()[::5]:
        for turn in script.turns:
            assert turn.spoken == speak(turn.text, script.facts)


def test_calls_differ() -> None:
    found = Index().add([sketch_of(script) for script in everything()])
    assert sum(one is not None for one in found) <= 0.01 * len(found)
    sizes = [sum(len(turn.spoken.split()) for turn in script.turns) for script in everything()]
    assert 150 <= sum(sizes) / len(sizes) <= 225


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("I've booked you a table.", "I've booked them a table."),
        ("I have you in row 12.", "I have them in row 12."),
        ("You paid for your ticket.", "They paid for their ticket."),
        ("If you cancel, you get it back.", "If they cancel, they get it back."),
        ("We can put you on the list.", "We can put them on the list."),
        ("Could your doctor write you that one?", "Could their doctor write them that one?"),
        ("Nobody asked you about that.", "Nobody asked them about that."),
        ("The pier desk lets you in.", "The pier desk lets them in."),
        ("He calls you back at noon.", "He calls them back at noon."),
        ("What scares you?", "What scares them?"),
        ("Was that you?", "Was that them?"),
        ("Where are you?", "Where are they?"),
    ],
)
def test_the_business_speaks_of_who_is_not_there(line: str, said: str) -> None:
    assert to_assistant(line).lower() == said.lower()


def test_nothing_is_done_to_they() -> None:
    """No line of a world keeps the form of who acts for whom something is done to."""
    left = re.compile(r"(\w+) they(?= (?:back|in|on|through|about|that one|up)\b|[,.?!])")
    for world in maker().worlds.values():
        steps = chain.from_iterable(story.steps for story in world.pack.stories.values())
        lines = [*chain.from_iterable(step.say for step in steps)]
        lines += chain.from_iterable(fact.tell for fact in world.pack.facts.values())
        lines += [tool.proposed for tool in world.pack.tools.values()]
        for line in lines:
            found = set(left.findall(to_assistant(line)))
            assert found <= {"are", "did", "do", "t"}, (line, to_assistant(line))


def test_who_is_corrected_takes_it_in() -> None:
    seen = 0
    for script in everything():
        for probe in script.probes:
            if (probe.type, probe.act) == ("Q1", "correct"):
                seen += 1
                following = floor(script)[floor(script).index(script.turns[probe.agent_turn]) + 1]
                assert following.speaker == "user"
                assert probe.expects[0].lower() in following.spoken.lower()
    assert seen > 50


def test_the_customer_is_spoken_of() -> None:
    assert of_caller("I lost my bag.") == "They lost their bag."
    assert of_caller("my mother's birthday") == "their mother's birthday"
