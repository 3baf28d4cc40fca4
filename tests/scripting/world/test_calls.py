"""Calls of the domains that have a world: what is claimed is licensed, and nothing contradicts."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from itertools import chain, pairwise
from typing import NamedTuple

import pytest

from datagen.backends.writer.composer import Composer
from datagen.scripting.claims import Lexicon, load_lexicon, unlicensed
from datagen.scripting.content import people
from datagen.scripting.corpus.minhash import Index, sketch_of
from datagen.scripting.simulate import acts
from datagen.scripting.simulate.maker import WorldMaker, deal_probes
from datagen.scripting.world.load import load_worlds
from datagen.scripting.world.pack import default_paths
from datagen.text import speak
from datagen.timing import cue_checks
from datagen.types import Direction, Job, Script, Turn

pytestmark = pytest.mark.slow

CALLS = 120
INVENTIONS = (
    "There's no interest on it.",
    "I've added the name to your file.",
    "We'll replace it at no cost.",
    "I've sent you an email with all of that.",
    "You'll get a voucher by mail next week.",
    "Your neighbor has already paid for it.",
    "We are open on Christmas Eve, too.",
    "It comes with a lifetime guarantee.",
    "I've just given you a discount of ten percent.",
    "The manager approved it this morning.",
    "You can park in the garage for free.",
    "I've upgraded you to the premium tier.",
    "Shipping is on us this time.",
    "We've already forwarded your complaint to the head office.",
    "Your warranty runs until October.",
    "A courier will pick it up on Saturday.",
    "That's $1,234 in total.",
    "It takes 99 days to arrive.",
    "I can waive all of that for you.",
    "The repair is covered by your insurance.",
)
"""What an agent may not say in any call of the shipped worlds."""


class Dealt(NamedTuple):
    visit: int
    direction: Direction


@lru_cache
def maker() -> WorldMaker:
    return WorldMaker(
        worlds=load_worlds(default_paths()),
        acts=acts.load_acts(acts.default_path()),
        assistant_acts=acts.load_acts(acts.default_path("assistant")),
        names=people.load_names(people.default_path()),
        words=178,
        validation=0.02,
    )


def make(domain: str, index: int, seed: int = 0) -> Script:
    directions: dict[int, Direction] = {3: "outbound"}
    return call_of(domain, index, seed, directions.get(index % 7, "inbound"))


def call_of(domain: str, index: int, seed: int, direction: Direction) -> Script:
    job = Job(dialog_id=f"service-{index:07d}", kind="service", index=index, seed=seed)
    return maker().make(job, domain, Dealt(index, direction))


DOMAINS = sorted(path.stem for path in default_paths())


@lru_cache
def calls(domain: str) -> tuple[Script, ...]:
    return tuple(make(domain, index) for index in range(CALLS))


def everything() -> list[Script]:
    return list(chain.from_iterable(map(calls, DOMAINS)))


def floor(script: Script) -> list[Turn]:
    return [turn for turn in script.turns if turn.onset != "backchannel"]


def lexicon(domain: str) -> Lexicon:
    return load_lexicon(*maker().worlds[domain].pack.same)


@pytest.mark.parametrize("domain", DOMAINS)
def test_nothing_is_claimed_without_a_licence(domain: str) -> None:
    found = [one for script in calls(domain) for one in unlicensed(script, lexicon(domain))]
    assert not found, found[:3]


def test_planted_inventions_are_found() -> None:
    planted = found = 0
    for at, script in enumerate(everything()[::3]):
        turns = list(script.turns)
        places = [i for i, turn in enumerate(turns) if turn.speaker == "agent" and turn.licence]
        place, lie = places[at % len(places)], INVENTIONS[at % len(INVENTIONS)]
        text = f"{turns[place].text} {lie}"
        turns[place] = turns[place].model_copy(update={"text": text})
        lying = script.model_copy(update={"turns": tuple(turns)})
        planted += 1
        found += any(one.turn == place for one in unlicensed(lying, lexicon(script.domain)))
    assert found >= 0.95 * planted, (found, planted)


def test_a_result_licenses_nothing_before_it_is_there() -> None:
    late = 0
    for script in everything():
        issued = {action.id: action.turn for action in script.actions}
        for at, turn in enumerate(script.turns):
            for licence in turn.licence:
                if licence.startswith("result."):
                    assert issued[licence.removeprefix("result.")] < at, script.dialog_id
                    late += 1
        for action in script.actions:
            assert action.id in script.turns[action.turn].calls
            assert script.turns[action.turn].speaker == "agent"
    assert late > CALLS


def test_without_lookups_all_is_in_the_role() -> None:
    kinds = Counter(bool(script.tools) for script in everything())
    assert min(kinds.values()) > CALLS
    for script in everything():
        for item in script.world:
            if item.visibility == "prompt":
                assert item.text in script.role_prompt
            elif item.visibility.startswith("tool:"):
                assert item.text not in script.role_prompt
        assert bool(script.actions) <= bool(script.tools)


def test_a_call_is_decided_by_its_id_alone() -> None:
    assert make("airline", 41) == calls("airline")[41]
    assert make("airline", 41, seed=1) != calls("airline")[41]


def test_the_composer_takes_what_has_a_world_from_it() -> None:
    jobs = [Job(dialog_id=f"service-{i:07d}", kind="service", index=i, seed=0) for i in range(300)]
    written = [one for one in Composer(Composer.Options()).write(jobs) if isinstance(one, Script)]
    assert len(written) == len(jobs)
    for script in written:
        has_world = script.domain in DOMAINS
        assert bool(script.world) == has_world == bool(script.outcome)
    assert sum(bool(script.world) for script in written) > 10


def test_spoken_is_the_spoken_form_of_text() -> None:
    for script in everything()[::5]:  # speaking costs ten times as much as composing
        for turn in script.turns:
            assert turn.spoken == speak(turn.text, script.facts)


def test_turns_can_be_placed() -> None:
    for script in everything():
        cue_checks.check(script.turns)


def test_the_probes_that_are_dealt_are_held() -> None:
    held = Counter(probe.type for script in everything() for probe in script.probes)
    dealt = Counter(chain.from_iterable(deal_probes(0, "service", at) for at in range(CALLS)))
    # what is checked has a reason; nobody asks for terms in anger or in trouble, nor wishes for
    # more when it gets nothing; who is at ease, and for Q6 not in trouble, has time
    rare = {"Q1": 0.45, "Q2": 0.6, "Q3": 0.75, "Q5": 0.5, "Q6": 0.1}
    for kind, count in dealt.items():
        assert held[kind] >= rare.get(kind, 0.89) * count * len(DOMAINS), kind
    assert held["Q6"] <= 0.05 * len(everything())
    for script in everything():
        for probe in script.probes:
            asked, answered = script.turns[probe.user_turn], script.turns[probe.agent_turn]
            assert (asked.speaker, answered.speaker) == ("user", "agent")
            said = answered.spoken.lower()  # a value may begin the sentence
            assert all(one.lower() in said for one in probe.expects), (probe, answered)
            assert not any(one.lower() in said for one in probe.forbids), (probe, answered)


def test_a_wrong_number_on_file_is_denied_and_not_told() -> None:
    seen = 0
    for script in everything():
        facts = {fact.id: fact.written for fact in script.facts}
        for probe in script.probes:
            if probe.type == "Q1" and probe.act == "correct" and len(probe.forbids) == 2:
                seen += 1
                answer = script.turns[probe.agent_turn].text
                assert facts["identity_value"] not in answer
                assert facts["other_value"] not in answer
    assert seen > 5


def test_people_repair_wait_and_speak_twice() -> None:
    scripts = everything()
    counts = Counter(turn.act for script in scripts for turn in script.turns)
    for act in ("selfCorrection", "requestRepeat", "correction", "disconfirm", "bridge"):
        assert counts[act] > 0, act
    repairs = [turn for script in scripts for turn in script.turns if turn.repairs is not None]
    assert len(repairs) > 0.14 * len(scripts)
    twice = sum(
        any(one.speaker == other.speaker for one, other in pairwise(floor(script)))
        for script in scripts
    )
    assert twice > 0.3 * len(scripts)
    outcomes = Counter(script.outcome for script in scripts)
    assert outcomes.keys() == {"solved", "partly", "refused", "handed_on", "failed", "broken_off"}


def test_agents_ask() -> None:
    said = [turn for script in everything() for turn in floor(script) if turn.speaker == "agent"]
    assert sum("?" in turn.text for turn in said) > 0.2 * len(said)


def test_nobody_nods_to_a_question() -> None:
    for script in everything():
        for before, turn in pairwise(script.turns):
            if turn.act == "backchannel":  # coughs and words to somebody else come anywhere
                assert not before.text.endswith("?")


def test_anger_has_a_course() -> None:
    angry = [s for s in everything() if any(probe.type == "Q4" for probe in s.probes)]
    courses = [
        [turn.emotion.valence for turn in floor(s) if turn.speaker == "user" and turn.emotion]
        for s in angry
    ]
    assert sum(len(set(course)) > 1 for course in courses) >= 0.9 * len(courses)
    assert any(course[-1] < -0.3 for course in courses)
    assert any(course[-1] > 0 for course in courses)


def test_lengths_are_as_asked_for_and_spread() -> None:
    sizes = sorted(sum(len(t.spoken.split()) for t in script.turns) for script in everything())
    mean = sum(sizes) / len(sizes)
    assert 150 <= mean <= 190
    assert sizes[len(sizes) * 19 // 20] > 1.4 * mean


def test_role_prompts_say_little_or_much() -> None:
    sizes: dict[str, list[int]] = {}
    for script in everything():
        sizes.setdefault(script.prompt_level, []).append(len(script.role_prompt))
    means = {level: sum(found) / len(found) for level, found in sizes.items()}
    assert means.keys() == {"brief", "service", "detailed"}
    assert means["brief"] + 50 < means["service"] < means["detailed"] - 50


def test_names_are_many_and_the_validation_split_has_its_own() -> None:
    names = maker().names
    firsts = {*names.female, *names.male}
    assert len(firsts) >= 3000
    held = {
        split: {*names.of(split).female, *names.of(split).male} for split in ("train", "validation")
    }
    assert held["train"] | held["validation"] == firsts
    assert not held["train"] & held["validation"]
    said = Counter[str]()
    jobs = [Job(dialog_id=f"service-{i:07d}", kind="service", index=i, seed=0) for i in range(1000)]
    made = [one for one in Composer(Composer.Options()).write(jobs) if isinstance(one, Script)]
    for script in made:
        for person in (script.agent, script.user):
            first = person.name.split()[0]
            said[first] += 1
            assert first in held[script.split]
    assert max(said.values()) <= 8


def test_no_two_calls_are_alike() -> None:
    found = Index().add([sketch_of(script) for script in everything()])
    assert sum(one is not None for one in found) <= 0.005 * len(found)


def test_names_are_spelled_as_they_are() -> None:
    for script in everything():
        for turn in script.turns:
            for letters in re.findall(r"\b(?:[A-Z], ){2,}[A-Z]\b", turn.text):
                last = script.user.name.split()[-1].upper()
                assert letters.replace(", ", "") == re.sub(r"[^A-Z]", "", last)
