"""What a listener would notice: found where it is planted, and in nothing that is composed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import pytest

from datagen.backends.writer.composer import Composer
from datagen.scripting.corpus.slips import slips
from datagen.types import Interruption, Job, Script, Turn

pytestmark = pytest.mark.slow


@lru_cache
def composed(kind: str, count: int, assistant: float = 0.05) -> tuple[Script, ...]:
    jobs = [Job(dialog_id=f"{kind}-{at:07d}", kind=kind, index=at, seed=5) for at in range(count)]
    made = Composer(Composer.Options(assistant=assistant)).write(jobs)
    return tuple(one for one in made if isinstance(one, Script))


@pytest.mark.parametrize("kind", ["service", "qa", "casual"])
def test_what_is_composed_has_none(kind: str) -> None:
    scripts = composed(kind, 600, 0.2)
    assert len(scripts) > 590
    assert [(script.dialog_id, slip) for script in scripts for slip in slips(script)] == []


def turned(script: Script, turns: Iterator[Turn]) -> Script:
    return script.model_copy(update={"turns": tuple(turns)})


def test_thanks_that_are_taken_out_leave_a_welcome() -> None:
    script = next(
        script
        for script in composed("service", 600, 0.2)
        if "You're welcome" in script.turns[-1].text and script.turns[-1].speaker == "agent"
    )
    quiet = turned(
        script,
        (
            turn.model_copy(update={"text": "That was all."}) if turn.speaker == "user" else turn
            for turn in script.turns
        ),
    )
    assert [slip for slip in slips(quiet) if slip.startswith("welcome without thanks")]


def test_an_order_that_nobody_gave_is_found() -> None:
    script = next(
        script
        for script in composed("service", 600, 0.2)
        if any(one.status == "ok" and one.tool in acting(script) for one in script.actions)
        and script.call_direction == "inbound"
    )
    doing = {one.id for one in script.actions if one.tool in acting(script)}
    asked = turned(
        script,
        (
            turn.model_copy(update={"act": "inform"}) if not doing & set(turn.calls) else turn
            for turn in script.turns
        ),
    )
    assert [slip for slip in slips(asked) if slip.startswith("done before")]


def acting(script: Script) -> set[str]:
    return {tool.name for tool in script.tools if tool.is_action}


def test_a_role_without_the_tool_is_found() -> None:
    script = composed("service", 600, 0.2)[0]
    role = f"{script.role_prompt} First verify the caller, then fly to the moon."
    found = list(slips(script.model_copy(update={"role_prompt": role})))
    assert found == ["the role has a step that the agent cannot take: 'fly to the moon'"]


def test_who_does_not_know_and_asks_nobody_is_found() -> None:
    script = next(one for one in composed("service", 600, 0.2) if "offer to ask" in one.role_prompt)
    last = script.turns[-1].model_copy(update={"speaker": "agent", "text": "No idea, sorry."})
    found = list(slips(turned(script, iter((*script.turns, last)))))
    assert found == ["nobody is asked, although the role says so: 'No idea, sorry.'"]


def test_a_lesson_that_says_the_same_again_is_found() -> None:
    script = next(
        one for one in composed("qa", 600, 0.2) if any(turn.act == "lost" for turn in one.turns)
    )
    floor = [turn for turn in script.turns if turn.onset != "backchannel"]
    at = next(at for at, turn in enumerate(floor) if turn.act == "lost")
    floor[at + 1] = floor[at + 1].model_copy(update={"text": floor[at - 1].text})
    assert [one for one in slips(turned(script, iter(floor))) if one.startswith("said again")]


def planted(kind: str, acts: tuple[str, ...], texts: tuple[str, ...]) -> list[str]:
    """Return the kinds of slips in a dialogue of which a run of turns has been said otherwise."""
    for script in composed(kind, 600, 0.2):
        floor = [turn for turn in script.turns if turn.onset != "backchannel"]
        for at in range(len(floor) - len(acts) + 1):
            if tuple(turn.act for turn in floor[at : at + len(acts)]) == acts:
                for place, text in enumerate(texts, at):
                    floor[place] = floor[place].model_copy(update={"text": text})
                return [one.split(":")[0] for one in slips(turned(script, iter(floor)))]
    raise AssertionError(f"no {kind} has {acts}")


@pytest.mark.parametrize(
    ("kind", "acts", "texts", "slip"),
    [
        (
            "qa",
            ("ask.follow", "answer"),
            ("Sorry, wait. Can I control them?", "Of course. Most people can't."),
            "a yes before a no",
        ),
        (
            "qa",
            ("guess", "guess.wrong"),
            ("What would you guess?", "I've heard that all spiders bite."),
            "hearsay is given as a guess",
        ),
        ("casual", ("ask", "answer"), ("Why?", "Well, um. Well, so."), "two sentences open"),
        (
            "casual",
            ("ask", "answer.ask"),
            ("Do you like to hike?", "I do. Do you like to hike?"),
            "asked back in the same words",
        ),
    ],
)
def test_lines_that_do_not_go_together_are_found(
    kind: str, acts: tuple[str, ...], texts: tuple[str, ...], slip: str
) -> None:
    assert [one for one in planted(kind, acts, texts) if one.startswith(slip)]


def test_what_is_told_twice_is_found() -> None:
    told = "Blue light can delay sleep, but what you watch matters more."
    found = planted("qa", ("answer", "doubt", "correct"), (told, "But I heard so.", f"No. {told}"))
    assert "told twice" in found


def test_what_is_asked_after_it_was_told_is_found() -> None:
    told = "They don't damage your eyes, you blink less and they get dry."
    found = planted("qa", ("correct", "ask.follow", "answer"), (told, "Do screens hurt?", told))
    assert "told twice" in found


def test_two_people_of_one_description_are_found() -> None:
    script = next(one for one in composed("casual", 600, 0.2) if " You have " in one.role_prompt)
    twin = script.model_copy(update={"user_role_prompt": script.role_prompt})
    assert [one for one in slips(twin) if one.startswith("both people are alike: 'You have ")]


def said(script: Script, speaker: str, text: str) -> Script:
    """A call in which somebody's second turn has other words."""
    held = (at for at, turn in enumerate(script.turns) if turn.onset != "backchannel")
    at = [at for at in held if script.turns[at].speaker == speaker][1]
    changed = script.turns[at].model_copy(update={"text": text})
    return turned(script, iter((*script.turns[:at], changed, *script.turns[at + 1 :])))


def one_of(direction: str) -> Script:
    found = composed("service", 600, 0.2)
    return next(one for one in found if one.call_direction == direction)


def test_who_is_called_is_not_asked_for_its_number() -> None:
    asked = said(one_of("outbound"), "agent", "And what's your phone number?")
    assert [slip for slip in slips(asked) if "number that was called" in slip]


def test_a_question_is_no_reminder() -> None:
    asked = said(one_of("inbound"), "agent", "As I said, should I order it?")
    assert [slip for slip in slips(asked) if "no reminder" in slip]


def test_a_name_that_nobody_has_said_is_found() -> None:
    script = one_of("assistant")
    silent = turned(
        script,
        (
            turn.model_copy(update={"text": "Hello."}) if turn.speaker == "user" else turn
            for turn in script.turns
        ),
    )
    named = said(silent, "agent", f"Thank you, {script.user.name.split()[0]}.")
    assert [slip for slip in slips(named) if "nobody has said" in slip]


def service(**wanted: object) -> Script:
    """Return a call with some attributes."""
    return next(
        one
        for one in composed("service", 600, 0.2)
        if all(getattr(one, name) == value for name, value in wanted.items())
    )


def ended(script: Script, place: int, text: str, act: str = "thanking") -> list[str]:
    """Return the slips of a call in which a turn of the floor is said otherwise by the caller."""
    floor = [turn for turn in script.turns if turn.onset != "backchannel"]
    floor[place] = floor[place].model_copy(update={"speaker": "user", "text": text, "act": act})
    return list(slips(turned(script, iter(floor))))


def test_who_is_refused_and_glad_of_it_is_found() -> None:
    refused = service(outcome="refused", call_direction="inbound")
    assert [one for one in ended(refused, -1, "Good, then I know.") if one.startswith("glad of")]
    solved = service(outcome="solved", call_direction="inbound")
    assert not [one for one in ended(solved, -1, "Good, then I know.") if one.startswith("glad of")]


@pytest.mark.parametrize(
    ("direction", "text"),
    [
        ("inbound", "Sorry, which company is this again?"),
        ("assistant", "Could I have the name of the customer?"),
    ],
)
def test_a_name_that_must_be_known_is_found(direction: str, text: str) -> None:
    script = service(call_direction=direction)
    wanted = "a name is asked for too late"
    assert [one for one in ended(script, 10, text, "setQuestion") if one.startswith(wanted)]
    assert not [one for one in ended(script, 2, text, "setQuestion") if one.startswith(wanted)]


def test_a_remark_from_outside_before_it_is_settled_is_found() -> None:
    script = next(
        one
        for one in composed("service", 600, 0.2)
        if one.actions and any(probe.type == "Q6" for probe in one.probes)
    )
    early = tuple(one.model_copy(update={"user_turn": 1}) for one in script.probes)
    found = list(slips(script.model_copy(update={"probes": early})))
    assert [one for one in found if one.startswith("a remark from outside")]


def test_a_sum_after_another_answer_is_found() -> None:
    script = next(
        one
        for one in composed("service", 600, 0.2)
        if any(turn.interruption and turn.interruption.uptake == "resume" for turn in one.turns)
    )
    summed = Interruption(kind="question", answer="yield", uptake="summarise")
    found = slips(
        turned(
            script,
            (
                turn.model_copy(update={"interruption": summed}) if turn.interruption else turn
                for turn in script.turns
            ),
        )
    )
    assert [one for one in found if one.startswith("what was told is summed up")]


def test_who_is_not_there_is_asked_nothing() -> None:
    script = one_of("assistant")
    asked = said(script, "user", "Can they tell me what happened?")
    found = [one for one in slips(asked) if "asked to say something" in one]
    assert found
    assert not [one for one in slips(script) if "asked to say something" in one]
