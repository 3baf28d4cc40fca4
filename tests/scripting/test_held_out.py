"""The benchmark's roles: that they are whole, and that nothing of them can be drawn."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from datagen.scripting.compose.grammar import article_problems
from datagen.scripting.content import people
from datagen.scripting.content.held_out import held_out
from datagen.scripting.simulate.maker import PROBES
from datagen.scripting.world import pack
from datagen.scripting.world.lint import lint
from datagen.types import UserError

ROLES = held_out().roles


def test_there_are_fifty_roles_with_a_question_of_each_kind() -> None:
    assert len(ROLES) == 50
    for part in ("company", "agent"):
        assert len({getattr(role, part) for role in ROLES}) == 50, part
    assert len({(role.domain, role.scenario) for role in ROLES}) == 50
    questions = [question for role in ROLES for question in role.questions.values()]
    assert len(set(questions)) == len(questions) == 350
    for role in ROLES:
        assert tuple(role.questions) == PROBES
        assert all(question.endswith(("?", ".")) for question in role.questions.values())
        assert not article_problems("\n".join((role.role_prompt, *role.questions.values())))


def test_role_prompts_are_of_the_form_of_the_training_data() -> None:
    for role in ROLES:
        assert 200 <= len(role.role_prompt) <= 420, role.company
        assert "Verify customer name" in role.role_prompt


def test_a_wrong_detail_is_not_in_the_role() -> None:
    """Q1 supposes a value that the role contradicts; what is a number must not be in it."""
    for role in ROLES:
        for number in re.findall(r"\d[\d:,-]*\d|\d", role.questions["Q1"]):
            assert not re.search(rf"(?<![\w-]){number}(?![\w-])(?! PM| AM)", role.information), role


def test_some_domains_are_trained_and_some_are_not() -> None:
    trained = {path.stem for path in pack.default_paths()}
    num_trained = sum(role.domain in trained for role in ROLES)
    assert 15 <= num_trained <= 35


@pytest.mark.parametrize(
    ("part", "value", "complaint"),
    [
        ("companies", ("{stem} Tongue Translations", "A {stem}", "B {stem}", "C {stem}"), "Twin"),
        ("companies", ("{stem} booths", "A {stem}", "B {stem}", "C {stem}"), "Clearface Photo"),
        ("id", "tailoring", "scenario 'hem_too_short' is held out"),
    ],
)
def test_a_world_that_could_make_one_is_refused(part: str, value: object, complaint: str) -> None:
    world = pack.read_pack(pack.default_paths()[0])
    stories = {"hem_too_short": next(iter(world.stories.values()))}
    changed = world.model_copy(update={"stories": stories, part: value})
    assert any(complaint in problem for problem in lint(changed)), lint(changed)


@pytest.mark.parametrize(
    ("pool", "name"), [("female", "Winifred"), ("last", "Abernathy"), ("heads", "Clear")]
)
def test_a_name_of_one_is_refused(tmp_path: Path, pool: str, name: str) -> None:
    names = yaml.safe_load(people.default_path().read_text())
    names[pool] = [*names[pool], name]
    names["tails"] = [*names["tails"], "face"]
    path = tmp_path / "names.yaml"
    path.write_text(yaml.safe_dump(names))
    with pytest.raises(UserError, match="part of a held-out name"):
        people.load_names(path)
