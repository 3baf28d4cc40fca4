"""What is drawn before a word is written: choices, values, companies, splits."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

import pytest

from datagen.scripting.content import people
from datagen.scripting.content.people import Names, different_name, employer
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
from datagen.scripting.plans.dealing import split_of
from datagen.scripting.plans.draws import Draws, scattered, stratified
from datagen.scripting.world import pack
from datagen.scripting.world.pack import WorldPack, read_pack
from datagen.seeds import rng_for
from datagen.text import speak
from datagen.types import Job


@lru_cache
def worlds() -> tuple[WorldPack, ...]:
    return tuple(map(read_pack, pack.default_paths()))


@lru_cache
def names() -> Names:
    return people.load_names(people.default_path())


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


@pytest.mark.slow
def test_no_company_and_agent_meet_twice() -> None:
    world = worlds()[0]
    pairs = set()
    for at in range(20_000):
        job = Job(dialog_id=f"service-{at:07d}", kind="service", index=at, seed=0)
        pairs.add(employer(names(), world.companies, job, world.id, at)[:2])
    assert len(pairs) == 20_000
    for each in worlds():
        assert len(each.companies) * names().num_stems * len(names().last) > 10**6


def test_first_names_come_equally_often() -> None:
    dealt = Counter(
        different_name(
            names(),
            (),
            Job(dialog_id=f"service-{at:07d}", kind="service", index=at, seed=3),
            "customer",
            draws(),
        )[0].split()[0]
        for at in range(2 * names().num_first)
    )
    assert len(dealt) == names().num_first
    assert set(dealt.values()) <= {1, 2, 3}  # one more where the last name was the same


@pytest.mark.slow
def test_company_names_are_apart_in_all_worlds() -> None:
    stems = {names().stem(index) for index in range(names().num_stems)}
    assert len(stems) == names().num_stems
    patterns = [pattern for world in worlds() for pattern in world.companies]
    assert len(patterns) == len(set(patterns))
    fixed = {word for pattern in patterns for word in pattern.split()} - {"{stem}"}
    assert not fixed & stems  # so a name tells its pattern and its stem


def test_a_split_is_a_share_of_situations() -> None:
    dealt = Counter(split_of(f"domain/{index}", 0.1) for index in range(5000))
    assert abs(dealt["validation"] / 5000 - 0.1) < 0.02
    assert {split_of("domain/1", 0.0), split_of("domain/2", 0.0)} == {"train"}


def test_every_name_is_said_as_it_is_written() -> None:
    """A name of the pools is no abbreviation: also before a full stop, where "Robt." would be."""
    found = names()
    for name in (*found.female, *found.male, *found.last):
        written = f"Hi, I'm {name}. {name}, is that {name}? Thank you, {name}. It is here."
        assert speak(written, []) == written
