"""The linter of worlds: silent for what ships, one sentence for each thing that is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import chain
from typing import Any

import pytest

from datagen import assets
from datagen.config import read_yaml
from datagen.scripting.world import __main__ as command
from datagen.scripting.world.lint import lint, mistakes
from datagen.scripting.world.pack import WorldPack, default_paths, read_pack

Change = Callable[[dict[str, Any]], object]


def changed(change: Change) -> WorldPack:
    values: dict[str, Any] = read_yaml(assets.find("prompts/worlds", "vet"))
    change(values)
    return WorldPack.model_validate(values)


@pytest.mark.slow
@pytest.mark.parametrize("path", default_paths(), ids=lambda path: path.stem)
def test_what_ships_is_clean(path: Any) -> None:
    pack = read_pack(path)
    assert pack.id == path.stem
    assert lint(pack) == []
    assert mistakes(pack) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            lambda v: v["facts"]["exam_fee"]["tell"].append("An exam is {exam} with a free toy."),
            "nothing licenses",
        ),
        (lambda v: v["facts"]["teeth"]["tell"].append("It needs no blood test."), "(polarity)"),
        (lambda v: v["facts"]["teeth"]["ask"].append("What is {wrong}?"), "no value 'wrong'"),
        (lambda v: v["stories"]["sick"]["steps"][3]["facts"].append("none"), "no fact 'none'"),
        (lambda v: v["stories"]["sick"]["steps"][3].update(tool="none"), "no tool 'none'"),
        (lambda v: v["stories"]["sick"]["steps"][4]["when"].append("none"), "no case 'none'"),
        (lambda v: v["stories"]["sick"]["opening"].append("Hi, it's me."), "does not greet"),
        (
            lambda v: v["stories"]["sick"]["opening"].append("I'm standing here in your lot."),
            "so set now",
        ),
        (
            lambda v: [story.update(now=True) for story in v["stories"].values()],
            "leave one without now",
        ),
        (lambda v: v["gaps"].append("Um, is it far?"), "hesitations"),
        (lambda v: v["gaps"].append("Is it 5 miles?"), "a number is a value"),
        (lambda v: v["gaps"].append("Do you have an office I could go to?"), "would know"),
        (lambda v: v["gaps"].append("Will the doctor be mad at us?"), "would know"),
        (lambda v: v["gaps"].append("is it far?"), "begins with a capital"),
        (lambda v: v["facts"]["shots"]["claim"].append("Is it {shot} or {exam}?"), "one slot"),
        (lambda v: v["stories"]["refill"]["steps"].pop(1), "before any look"),
        (
            lambda v: v["values"]["drug"]["choices"].append("my own pills"),
            "whose is it",
        ),
        (lambda v: v["wishes"].clear() or v["wishes"].extend(_elsewhere()), "no wish fits"),
        (lambda v: v["wishes"][0].update(stories=["sick.nowhere"]), "no story 'sick.nowhere'"),
        (
            lambda v: [wish.update(stories=["refill.ordered"]) for wish in v["wishes"]],
            "stories.refill.cases.exam_first: no wish fits",
        ),
        (lambda v: v["caller"].update(agent={"type": "date"}), "filled by every call"),
        (
            lambda v: v["stories"]["sick"]["steps"].insert(
                3, {"do": "handoff", "say": ["One moment."], "facts": ["exam_fee"]}
            ),
            "a handoff ends the call",
        ),
        (
            lambda v: v["stories"]["sick"]["steps"][3]["facts"].remove("no_slot"),
            "stories.sick.cases.later: see_schedule returns nothing",
        ),
    ],
)
def test_what_is_wrong_is_said(change: Change, problem: str) -> None:
    assert any(problem in sentence for sentence in lint(changed(change))), lint(changed(change))


def _elsewhere() -> list[dict[str, Any]]:
    wish = {"fact": "no_advice", "stories": ["results"], "ask": ["One?", "Two?", "Three?"]}
    return [wish, wish]


def test_the_command_says_how_it_went(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["vet", "--calls", "30", "--show", "1"]) == 0
    printed = capsys.readouterr().out
    assert "30 of 30 calls" in printed
    assert "ROLE  You" in printed
    assert command.main(["nowhere"]) == 2
    assert "nowhere" in capsys.readouterr().err


def test_nobody_has_a_husband_and_a_wife() -> None:
    """What a caller may say in one call, and what it may ask in any."""
    for path in default_paths():
        pack = read_pack(path)
        asked = [*chain.from_iterable(fact.ask for fact in pack.facts.values())]
        asked += chain.from_iterable(wish.ask for wish in pack.wishes)
        for name, story in pack.stories.items():
            said = [*asked, *story.opening, *story.more, *story.grievance]
            said += chain.from_iterable(step.reply for step in story.steps)
            spouses = {one for line in said for one in re.findall(r"\bmy (husband|wife)\b", line)}
            assert len(spouses) < 2, (pack.id, name)


FOREIGN = re.compile(
    r"(?i)\b(bank machine|tax office|power cut|itchy like mad|at the wall|ticked|tow company"
    r"|chair free|lift free|by a thief)\b|\} of notice|\bthat can't be[.,]"
)
"""What desks and callers in the United States do not say."""


def test_packs_speak_as_people_in_the_united_states_do() -> None:
    assert FOREIGN.search("Is there another bank machine close by?")
    for path in default_paths():
        text = path.read_text(encoding="utf-8")
        assert not FOREIGN.findall(text), (path.stem, FOREIGN.findall(text))
