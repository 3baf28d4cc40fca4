"""What a model adds of its own is found; what people say anyway is let through."""

from __future__ import annotations

import pytest

from datagen.scripting.llm import checks
from datagen.scripting.plans.draws import draws_for
from datagen.types import Script, Speaker
from tests.fixtures.scene_replies import assignment, job, reply_of

pytestmark = pytest.mark.slow


def script_of(kind: str, speaker: Speaker, text: str) -> Script:
    """Return a script whose first turn of a speaker is another."""
    task = assignment(job(0, kind))
    draws = draws_for(0, kind)
    script = task.script(reply_of(task.brief), draws, writer="w", model="m")
    at = next(at for at, turn in enumerate(script.turns) if turn.speaker == speaker)
    turns = list(script.turns)
    turns[at] = turns[at].model_copy(update={"text": text, "spoken": text})
    return script.model_copy(update={"turns": tuple(turns)})


def found(kind: str, checked: tuple[checks.Check, ...], speaker: Speaker, text: str) -> list[str]:
    script = script_of(kind, speaker, text)
    given = assignment(job(0, kind)).brief.ground.given
    return checks.problems_of(checked, script, given)


@pytest.mark.parametrize("kind", ["service", "qa", "casual"])
def test_nobody_takes_the_others_name(kind: str) -> None:
    ground = assignment(job(0, kind)).brief.ground
    user, agent = ground.user.name.split()[0], ground.agent.name.split()[0]
    for text in (f"Hi, my name is {user}.", f"Hello, I'm {user}.", f"Well, this is {user} here."):
        (problem,) = found(kind, checks.CHATS, "agent", text)
        assert f"takes the name {user}" in problem
    for text in (
        f"Hi, I'm {agent}.",
        f"Is this {user}?",
        f"I'm glad, {user}.",
        f"And this is {user}'s number.",
    ):
        assert found(kind, checks.CHATS, "agent", text) == []


def test_a_teacher_states_no_number_of_its_own() -> None:
    (problem,) = found("qa", checks.LESSONS, "agent", "it takes eight hundred years")
    assert "eight hundred, which the plan does not have" in problem
    assert found("qa", checks.LESSONS, "user", "is it eight hundred years") == []


def test_a_given_word_may_have_a_capital_and_a_new_name_may_not() -> None:
    assert found("qa", checks.LESSONS, "agent", "so it is Yeast, you see") == []
    (problem,) = found("qa", checks.LESSONS, "agent", "so it was Zebulon's idea, you see")
    assert "the name Zebulon's, which nobody gave it" in problem


def test_those_who_chat_may_say_what_they_like_of_themselves() -> None:
    text = "My sister Zoe has eight hundred stupid cats."
    assert found("casual", checks.CHATS, "agent", text) == []
    assert len(found("qa", checks.LESSONS, "agent", text)) == 3


@pytest.mark.parametrize("text", ["A: Hello there.", "Okay. U: No, no.", "Agent: one moment."])
def test_who_speaks_is_not_said(text: str) -> None:
    (problem,) = found("casual", checks.CHATS, "agent", text)
    assert "says who speaks" in problem


@pytest.mark.parametrize(
    "text", ["Vitamin A: it's good.", "At 5: 30, you said?", "Plan B: we walk."]
)
def test_a_colon_may_be_said(text: str) -> None:
    assert found("casual", checks.CHATS, "agent", text) == []
