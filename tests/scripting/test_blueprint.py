"""What is drawn before a word is written: values, topics, people, balance and splits."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

import pytest

from datagen.scripting.checks import MARKERS
from datagen.scripting.content import packs, people
from datagen.scripting.content.people import Names, employer
from datagen.scripting.content.values import (
    Amount,
    Code,
    Date,
    Money,
    Percent,
    Time,
    draw_apart,
    money,
)
from datagen.scripting.plans.draws import Draws, scattered, stratified
from datagen.scripting.plans.facts import PROBES, deal_probes
from datagen.scripting.plans.service import (
    PROMPT_CHARACTERS,
    Blueprint,
    deal,
    draw_blueprint,
    split_of,
)
from datagen.seeds import rng_for
from datagen.text import speak
from datagen.types import Job


@lru_cache
def shipped() -> tuple[packs.Pack, ...]:
    return packs.load_packs(packs.default_paths())


@lru_cache
def names() -> Names:
    return people.load_names(people.default_path())


def job(index: int, seed: int = 0) -> Job:
    return Job(dialog_id=f"service-{index:07d}", kind="service", index=index, seed=seed)


def blueprint(index: int, seed: int = 0) -> Blueprint:
    return draw_blueprint(job(index, seed), shipped(), names(), words=150, validation=0.02)


@lru_cache
def blueprints() -> list[Blueprint]:
    return [blueprint(index) for index in range(400)]


def draws(name: str = "test") -> Draws:
    return Draws(rng_for(0, name))


def test_draws_stay_in_range_and_repeat() -> None:
    first, second = draws(), draws()
    assert [first.integer(-2, 2) for _ in range(600)] == [second.integer(-2, 2) for _ in range(600)]
    assert {first.integer(-2, 2) for _ in range(200)} == {-2, -1, 0, 1, 2}
    assert sorted(first.shuffled(range(9))) == list(range(9))
    assert abs(sum(first.chance(0.3) for _ in range(2000)) / 2000 - 0.3) < 0.05


def test_every_round_visits_every_stratum() -> None:
    for start in (0, 7, 70):
        assert {stratified(0, "x", start + turn, 7) for turn in range(7)} == set(range(7))
    assert [stratified(0, "x", i, 30) for i in range(30)] != list(range(30))


@pytest.mark.parametrize("size", [1, 12, 97, 1000])
def test_scattered_is_a_permutation(size: int) -> None:
    assert {scattered(3, "x", index, size) for index in range(size)} == set(range(size))


@pytest.mark.parametrize(
    ("sampler", "form"),
    [
        (Money(type="money", low=5, high=1500, step=0.25), r"\$\d{1,3}(,\d{3})?(\.\d\d)?"),
        (Time(type="time", low=0, high=23), r"\d{1,2}(:30)? [AP]M"),
        (Date(type="date"), r"[A-Z][a-z]+ \d{1,2}(st|nd|rd|th)"),
        (Amount(type="duration", unit="days", low=2, high=90), r"\d+ days"),
        (Percent(type="percent", low=5, high=90), r"\d+%"),
        (Code(type="code", pattern="@#-@##"), r"[A-HJ-NP-Z]\d-[A-HJ-NP-Z]\d\d"),
        (Code(type="ssn", pattern="9##-0#-####"), r"9\d\d-0\d-\d{4}"),
        (Code(type="phone", pattern="555-01##"), r"555-01\d\d"),
    ],
)
def test_values_are_written_in_form_and_spoken_by_rule(sampler: Money, form: str) -> None:
    source = draws(form)
    values = {sampler.draw(source) for _ in range(200)}
    assert len(values) > min(sampler.size, 200) / 3
    for value in values:
        assert re.fullmatch(form, value.written)
        assert not re.search(r"\d", value.spoken)
        assert speak(f"It is {value.written}, right?") == f"It is {value.spoken}, right?"


def test_money_is_written_as_a_price() -> None:
    assert money(120000)[:3] == ("money", "$1,200", "one thousand two hundred dollars")
    assert money(950)[1] == "$9.50"


def test_an_altered_code_has_one_other_digit() -> None:
    code = Code(type="ssn", pattern="9##-0#-####")
    source = draws()
    for _ in range(100):
        value = code.draw(source)
        altered = code.alter(source, value).written
        assert sum(a != b for a, b in zip(value.written, altered, strict=True)) == 1
        assert re.fullmatch(r"9\d\d-0\d-\d{4}", altered)


def test_values_drawn_apart_cannot_be_mistaken() -> None:
    taken = [money(8000), money(25)]
    sampler = Money(type="money", low=1, high=180, step=0.25)
    source = draws()
    for _ in range(300):
        value = draw_apart(sampler, source, taken)
        assert value
        assert "eighty dollars" not in value.spoken  # one hundred eighty dollars
        assert "twenty-five cents" not in value.spoken
        assert value.written not in ("$8", "$80")
    assert draw_apart(Money(type="money", low=80, high=80), source, taken) is None


def test_a_blueprint_is_decided_by_its_id_alone() -> None:
    assert blueprint(71) == blueprints()[71]
    assert blueprint(71, seed=1) != blueprints()[71]


def test_domains_are_balanced_in_any_prefix() -> None:
    counts = Counter(pack.id for pack in shipped())
    for index in range(2000):
        counts[deal(job(index), shipped()).pack.id] += 1
        assert max(counts.values()) - min(counts.values()) <= 1


def test_scenarios_are_balanced() -> None:
    seen = Counter(
        (dealt.pack.id, dealt.scenario.id)
        for dealt in (deal(job(index), shipped()) for index in range(1800))
    )
    assert len(seen) == sum(len(pack.scenarios) for pack in shipped())
    assert max(seen.values()) - min(seen.values()) <= 2


def test_probes_are_balanced_one_to_three_a_call() -> None:
    dealt = [deal_probes(0, "service", index) for index in range(1000)]
    assert {len(probes) for probes in dealt} == {1, 2, 3}
    counts = Counter(probe for probes in dealt for probe in probes)
    assert set(counts) == set(PROBES)
    for count in counts.values():
        assert abs(count - 1000 * 8 / 35) <= 0.05 * 1000 * 8 / 35


def test_role_prompts_keep_to_the_released_form() -> None:
    form = re.compile(
        r"You work for (.+) which is (an?) (.+) and your name is (\w+ \w+)\."
        r" Information: Verify customer name (\w+ \w+)\. .+\."
    )
    for plan in blueprints():
        found = form.fullmatch(plan.role_prompt)
        assert found
        assert found[1] == plan.company
        assert found[3] in plan.pack.kinds
        assert found.group(4, 5) == (plan.agent.name, plan.user.name)
        assert PROMPT_CHARACTERS[0] <= len(plan.role_prompt) <= PROMPT_CHARACTERS[1]
        assert all(fact.written in plan.role_prompt for fact in plan.facts)
        assert plan.user_role_prompt.startswith(f"You are {plan.user.name}, ")


def test_facts_can_be_told_apart() -> None:
    for plan in blueprints():
        facts = plan.topics.values
        for one in facts:
            assert sum(one.written in other.written for other in facts) == 1
            assert plan.role_prompt.count(one.written) == 1


def test_claims_are_as_often_right_as_wrong() -> None:
    acts = Counter(
        exchange.act for plan in blueprints() for exchange in plan.exchanges if exchange.probe
    )
    assert set(acts) == set(MARKERS)
    assert 0.6 < acts["confirm"] / acts["correct"] < 1.7
    for plan in blueprints():
        for exchange in plan.exchanges:
            assert not set(exchange.expects) & set(exchange.forbids)
            assert bool(exchange.forbids) == (exchange.act == "correct")


def test_no_company_and_agent_meet_twice() -> None:
    pack = shipped()[0]
    pairs = {employer(names(), pack.companies, 0, pack.id, visit)[:2] for visit in range(20_000)}
    assert len(pairs) == 20_000
    for each in shipped():
        assert len(each.companies) * names().num_stems * names().num_people > 10**7


def test_customers_and_agents_share_no_name() -> None:
    for plan in blueprints():
        assert not set(plan.agent.name.split()) & set(plan.user.name.split())
    genders = Counter(plan.user.gender for plan in blueprints())
    assert min(genders.values()) > 150


def test_rude_customers_have_no_patience() -> None:
    rude = [p for p in blueprints() if any(e.probe == "Q4" for e in p.exchanges)]
    assert rude
    assert all(p.user.patience == 0 and p.user.emotion == "annoyed" for p in rude)


def test_split_is_a_share_of_situations_and_never_both() -> None:
    keys = [f"domain/{index}" for index in range(5000)]
    share = sum(split_of(key, 0.1) == "validation" for key in keys) / len(keys)
    assert abs(share - 0.1) < 0.02
    assert all(split_of(key, 0) == "train" for key in keys)
    for plan in blueprints():
        assert plan.split == split_of(f"{plan.pack.id}/{plan.situation}", 0.02)
