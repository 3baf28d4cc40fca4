"""The exam's content fits together, and training cannot have seen it."""

from __future__ import annotations

from collections import Counter

import pytest

from datagen.exam.adherence import check
from datagen.exam.content import problems, roles
from datagen.exam.items import SERVICE
from datagen.exam.tracks import BACKGROUND, drafts
from datagen.scripting.content.held_out import company_problems, held_out
from datagen.scripting.world.pack import default_paths, read_pack
from datagen.stages.voice_prompts import REFERENCE_SENTENCES
from datagen.text import speak


def test_it_has_350_questions_fifty_tasks_and_the_tracks() -> None:
    counts = Counter(draft.track for draft in drafts(roles()))
    assert counts[SERVICE] == 350
    assert set(counts.values()) == {350, 50}
    assert counts.total() == 900
    assert len({draft.id for draft in drafts(roles())}) == 900


def test_every_role_fits_together() -> None:
    assert [problem for role in roles() for problem in problems(role)] == []


def test_a_value_that_is_not_in_its_role_is_found() -> None:
    role = roles()[0]
    answer = role.answers["Q2"].model_copy(update={"says": ("$141",)})
    broken = type(role)(role.role, {**role.answers, "Q2": answer}, role.task, role.lines)
    assert [p for p in problems(broken) if "$141" in p]


def test_all_of_it_can_be_said() -> None:
    for draft in drafts(roles()):
        for said in draft.said:
            for part in said.text.split("|"):
                assert speak(part, draft.role.codes)


def test_codes_are_said_by_digit() -> None:
    (tolls,) = [role for role in roles() if role.name == "telecom"]
    assert speak("I have it here, 6620.", tolls.codes) == "I have it here, six six two zero."


@pytest.mark.slow
def test_the_answers_it_gives_pass_its_own_checks() -> None:
    for draft in drafts(roles()):
        for said in draft.said:
            if said.reference:
                assert said.expects is not None
                verdict = check(said.reference, said.expects, draft.role_prompt, asked=said.text)
                assert verdict.passed, (draft.id, verdict.why, said.reference)


@pytest.mark.slow
def test_training_has_none_of_its_companies_or_scenarios() -> None:
    worlds = [read_pack(path) for path in default_paths()]
    assert len(worlds) > 50
    for world in worlds:
        assert not list(company_problems(world.companies))
    taken = {(role.domain, role.scenario) for role in held_out().roles}
    assert not taken & {(world.id, story) for world in worlds for story in world.stories}


def test_training_has_none_of_its_sentences() -> None:
    asked = {said.text for draft in drafts(roles()) for said in draft.said}
    asked |= set(BACKGROUND)
    assert not asked & set(REFERENCE_SENTENCES)
