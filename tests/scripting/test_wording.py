"""The shipped wordings and names, articles, and what the linter of wordings refuses."""

from __future__ import annotations

from functools import lru_cache

import pytest

from datagen.scripting.compose.grammar import article, article_problems, sentence_case
from datagen.scripting.compose.realizer import without_echo
from datagen.scripting.content import people, templates


@lru_cache
def shipped(kind: str) -> templates.Wording:
    return templates.load_wording(templates.default_path(kind), kind)


def test_wording_has_no_problems_and_enough_variety() -> None:
    for kind in templates.ACTS:
        assert templates.lint(shipped(kind), kind) == []
        for acts in (shipped(kind).agent, shipped(kind).user):
            for name, act in acts.items():
                assert templates.num_wordings(act) >= 8, (kind, name)
        goodbye = [
            part
            for name in ("bye", "part", "part.wish")
            for part in shipped(kind).agent.get(name, ())
        ]
        assert templates.num_wordings(tuple(goodbye)) >= 150


@pytest.mark.parametrize(
    ("act", "parts", "complaint"),
    [
        ("want", [["Your {thing}?", "A?", "B?", "C?"]], "unknown slot"),
        ("want", [["Can I have it, please?"]], "too few"),
        ("react", [["That needs an manager.", "A.", "B.", "C."]], "should begin with 'a'"),
        ("react", [["No, not w/o a form.", "A.", "B.", "C."]], "'w/o' is not said"),
        ("react", [["No, not for 2.", "A.", "B.", "C."]], "a number must be a slot"),
        ("nonsense", [["A.", "B.", "C.", "D."]], "never said"),
    ],
)
def test_wording_linter_refuses(act: str, parts: object, complaint: str) -> None:
    data = shipped("casual").model_dump()
    data["agent"][act] = parts
    problems = templates.lint(templates.Wording.model_validate(data), "casual")
    assert any(complaint in problem for problem in problems)


def test_names_are_many_and_apart() -> None:
    names = people.load_names(people.default_path())
    firsts = set(names.female) | set(names.male)
    assert len(firsts) == len(names.female) + len(names.male) >= 200
    assert len(set(names.last)) == len(names.last) >= 300
    assert not firsts & set(names.last)
    assert names.first(0) == (names.female[0], "female")
    assert names.first(names.num_first - 1) == (names.male[-1], "male")


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


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Well, um. Well, what is it?", "Well, what is it?"),
        ("Yeah, okay. Okay, and now I'm curious.", "Yeah, okay. And now I'm curious."),
        ("Is that right. Right, so.", "Is that right. Right, so."),
        ("Got it. Oh, right. Right, thanks.", "Got it. Oh, right. Thanks."),
        ("Okay. So, what is it?", "Okay. So, what is it?"),
    ],
)
def test_a_word_is_not_opened_with_twice(said: str, left: str) -> None:
    assert without_echo(said) == left
