"""The sheet of a world: every line that callers say in a case, with the steps it comes after."""

from __future__ import annotations

import re

import pytest

from datagen import assets
from datagen.scripting.world import __main__ as command
from datagen.scripting.world.pack import read_pack
from datagen.scripting.world.sheet import case_sheet
from datagen.types import Persona, Script, Turn


def call(scenario: str, *turns: tuple[str, str]) -> Script:
    return Script(
        dialog_id="service-0000000",
        kind="service",
        split="train",
        domain="vet",
        scenario=scenario,
        prompt_level="full",
        role_prompt="You are an agent.",
        agent=Persona(name="Ann Bell", gender="female"),
        user=Persona(name="Bo Dale", gender="male"),
        turns=tuple(
            Turn(speaker="agent" if who == "A" else "user", text=text, spoken=text)
            for who, text in turns
        ),
        writer="test",
    )


def test_a_line_is_listed_with_the_steps_it_came_after() -> None:
    vet = read_pack(assets.find("prompts/worlds", "vet"))
    story = vet.stories["refill"]
    ask = vet.facts["exam_fee"].ask[0]
    opening = story.opening[0]
    lines = list(
        case_sheet(
            vet,
            [
                call("refill/ordered/exam_fee", ("U", opening), ("U", f"Um, and {ask.lower()}")),
                call(
                    "refill/ordered",
                    ("U", f"Hello, {opening}"),
                    ("A", story.steps[0].say[0]),
                    ("U", f"Oh, one thing, uh, {ask}"),
                ),
                call("sick/none", ("U", ask), ("A", "Yes.")),  # no case of this story
            ],
        )
    )
    assert "2 calls" in lines[0]
    assert [line for line in lines if ask in line] == [f"  after 0 to 1, ask exam_fee: {ask}"]
    assert f"  after 0, opening: {opening}" in lines


@pytest.mark.slow
def test_the_command_prints_every_opening(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["vet", "--calls", "300", "--sheet"]) == 0
    printed = capsys.readouterr().out
    vet = read_pack(assets.find("prompts/worlds", "vet"))
    for story in vet.stories.values():
        found = [line for line in story.opening if line in printed]
        assert len(found) >= len(story.opening) - 1
    assert re.search(r"after \d( to \d)?, reply \d: ", printed)
