"""The shipped packs, wording and names, and what the linters refuse."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest
import yaml

from datagen.scripting.checks import MARKERS
from datagen.scripting.compose.grammar import article, article_problems, plain, sentence_case
from datagen.scripting.content import packs, people, templates
from datagen.scripting.content.packs import Pack, lint, load_packs
from datagen.types import UserError


@lru_cache
def shipped() -> tuple[Pack, ...]:
    return load_packs(packs.default_paths())


@lru_cache
def shipped_wording() -> templates.Wording:
    return templates.load_wording(templates.default_path())


def changed(pack: Pack, **update: object) -> Pack:
    return Pack.model_validate(pack.model_dump(mode="json") | update)


def test_there_are_sixty_domains_of_six_scenarios() -> None:
    assert len({pack.id for pack in shipped()}) >= 60
    for pack in shipped():
        assert len(pack.scenarios) >= 6, pack.id


def test_shipped_packs_have_no_problems() -> None:
    assert lint(shipped()) == []


def test_every_probe_has_what_it_needs_in_every_pack() -> None:
    for pack in shipped():
        assert len(pack.identities) >= 2, pack.id  # Q1 asks about one that did not verify
        assert len(pack.requests) >= 3, pack.id  # Q3
        assert len(pack.unspecified) >= 5, pack.id  # Q5
        for scenario in pack.scenarios:
            for request in pack.requests:
                spare = {p.id for p in pack.policies} - {scenario.policy, request.policy}
                assert spare, pack.id  # Q2


@pytest.mark.parametrize(
    ("part", "line", "complaint"),
    [
        ("tell", ["It costs {value}."] * 4, "is there twice"),
        ("tell", ["It costs {price}.", "A {value}.", "B {value}.", "C {value}."], "slots"),
        ("tell", ["Pay a {value} fee.", "A {value}.", "B {value}.", "C {value}."], "article"),
        ("tell", ["It is {value} for two.", "A {value}.", "B {value}.", "C {value}."], "'two'"),
        ("ask", ["What is an fee?", "A?", "B?", "C?"], "should begin with 'a'"),
        ("ask", ["What is it", "A?", "B?", "C?"], "ends with a stop"),
        ("ask", ["Is it 5?", "A?", "B?", "C?"], "a number is a fact"),
        ("ask", ["Is Dr. Lee in?", "A?", "B?", "C?"], "'Dr.' is not said as it is written"),
        ("tell", ["It is {value}% now.", "A {value}.", "B {value}.", "C {value}."], "'{value}%'"),
        ("prompt", "It goes to {value}" + "!" * 60, "longer than"),
        ("value", {"type": "percent", "low": 5, "high": 10}, "too few to be wrong"),
    ],
)
def test_linter_refuses(part: str, line: object, complaint: str) -> None:
    pack = shipped()[0]
    policies = pack.model_dump(mode="json")["policies"]
    policies[0] = policies[0] | {part: line}
    assert any(complaint in problem for problem in lint([changed(pack, policies=policies)]))


def test_linter_refuses_to_read_out_the_role_prompt() -> None:
    pack = shipped()[0]
    policies = pack.model_dump(mode="json")["policies"]
    policies[0]["prompt"] = policies[0]["tell"][0].replace(".", "")
    assert any("is spoken" in problem for problem in lint([changed(pack, policies=policies)]))


def test_linter_refuses_an_unknown_policy() -> None:
    pack = shipped()[0]
    scenarios = pack.model_dump(mode="json")["scenarios"]
    scenarios[0]["policy"] = "nothing"
    assert any("no policy nothing" in p for p in lint([changed(pack, scenarios=scenarios)]))


def test_a_damaged_pack_is_a_user_error(tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    data = shipped()[0].model_dump(mode="json") | {"companies": ["Shop"] * 4}
    path.write_text(yaml.safe_dump(data))
    with pytest.raises(UserError, match="company 'Shop'"):
        load_packs([path])
    path.write_text("id: shop\n")
    with pytest.raises(UserError, match="kinds: field required"):
        load_packs([path])


def test_company_names_are_apart_in_all_packs() -> None:
    names = people.load_names(people.default_path())
    stems = {names.stem(index) for index in range(names.num_stems)}
    assert len(stems) == names.num_stems
    patterns = [pattern for pack in shipped() for pattern in pack.companies]
    assert len(patterns) == len(set(patterns))
    fixed = {word for pattern in patterns for word in pattern.split()} - {"{stem}"}
    assert not fixed & stems  # so a name tells its pattern and its stem


def test_wording_has_no_problems_and_enough_variety() -> None:
    shared = shipped_wording()
    assert templates.lint(shared) == []
    for kind in templates.ACTS:
        spoken = templates.load_wording(templates.default_path(kind), kind)
        for acts in (spoken.agent, spoken.user):
            for name, act in acts.items():
                assert templates.num_wordings(act) >= 8, (kind, name)
    assert templates.num_wordings(shared.agent["bye"]) >= 150


@pytest.mark.parametrize(
    ("act", "parts", "complaint"),
    [
        ("verify", [["Your {thing}?", "A?", "B?", "C?"]], "unknown slot"),
        ("verify", [["Can I have it, please?"]], "too few"),
        ("decline", [["No, not for two.", "A.", "B.", "C."]], "'two'"),
        ("decline", [["That needs an manager.", "A.", "B.", "C."]], "should begin with 'a'"),
        ("decline", [["No, not w/o a form.", "A.", "B.", "C."]], "'w/o' is not said"),
        ("nonsense", [["A.", "B.", "C.", "D."]], "never said"),
        ("elaborate", [["And so on.", "A.", "B.", "C."]], "too short"),
    ],
)
def test_wording_linter_refuses(act: str, parts: object, complaint: str) -> None:
    data = shipped_wording().model_dump()
    data["agent"][act] = parts
    problems = templates.lint(templates.Wording.model_validate(data))
    assert any(complaint in problem for problem in problems)


def test_every_answer_to_a_probe_shows_what_it_does() -> None:
    for name, act in shipped_wording().agent.items():
        markers = MARKERS.get(name.split(".")[0], ())
        for lead in act[0] if markers else ():
            assert any(plain(marker) in plain(lead) for marker in markers), (name, lead)


def test_names_are_many_and_apart() -> None:
    names = people.load_names(people.default_path())
    firsts = set(names.female) | set(names.male)
    assert len(firsts) == len(names.female) + len(names.male) >= 200
    assert len(set(names.last)) == len(names.last) >= 300
    assert not firsts & set(names.last)
    assert names.person(0) == (f"{names.female[0]} {names.last[0]}", "female")
    assert names.person(names.num_people - 1) == (f"{names.male[-1]} {names.last[-1]}", "male")


@pytest.mark.parametrize(
    "phrase",
    [
        *("a university", "an honest", "an 8", "an F", "an hour", "a one-way", "a unit"),
        *("an umbrella", "a European", "an unusual", "an HVAC", "a UFO", "an electric"),
        *("a drone", "an 11", "a 110", "an 18", "an 80"),
    ],
)
def test_article(phrase: str) -> None:
    wanted, word = phrase.split()
    assert article(word) == wanted
    other = {"a": "an", "an": "a"}[wanted]
    assert article_problems(f"It is {other} {word}.")
    assert not article_problems(f"It is {phrase}.")


def test_sentence_case() -> None:
    assert sentence_case("a bag is $5. the rest? it is.") == "A bag is $5. The rest? It is."
