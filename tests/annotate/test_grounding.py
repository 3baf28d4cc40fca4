"""How many facts are told rightly from inventions, on small talk whose roles are known."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from datagen.annotate.call import CorpusCall, CorpusSpeaker, Side, Supervision
from datagen.annotate.grounding import CallGrounds, tokens
from datagen.annotate.role_texts import load_role_texts
from datagen.backends.registry import WRITERS
from datagen.config import load_recipe
from datagen.engine.plan import jobs_of
from datagen.types import Script, Speaker

SIDES: dict[Speaker, Side] = {"agent": "a", "user": "b"}


def call_of(script: Script) -> CorpusCall:
    """Return a dialogue as a transcript in small letters without marks, as Fisher's are."""
    turns = tuple(
        Supervision(SIDES[turn.speaker], at, at + 1, re.sub(r"[^a-z' -]", " ", turn.spoken.lower()))
        for at, turn in enumerate(script.turns)
    )
    people: dict[Side, CorpusSpeaker] = {side: CorpusSpeaker(side) for side in SIDES.values()}
    return CorpusCall(script.dialog_id, "fisher", {}, people, turns)


def facts(script: Script) -> Iterator[str]:
    """Yield the sentences of a role that say something of the agent."""
    for sentence in re.split(r"(?<=[.])\s+", script.role_prompt):
        if re.match(r"You (?!enjoy having|are )", sentence):
            yield sentence


def words_of(text: str) -> set[str]:
    return {word[:5] for word in tokens(text) if len(word) > 3}


def is_told(call: CorpusCall, grounds: CallGrounds, fact: str) -> bool:
    """Return whether any dozen words of the agent are taken as evidence of a fact."""
    for turn in call.supervisions:
        said = tokens(turn.text) if turn.side == "a" else []
        for start in range(0, max(1, len(said) - 8), 3):
            evidence = " ".join(said[start : start + 12])
            wrong = list(grounds.problems("a", fact, evidence))
            if all("is quoted" in problem for problem in wrong):
                return True
    return False


@pytest.fixture(scope="module")
def scripts() -> list[Script]:
    recipe = load_recipe("casual", "embedded", (), 5)
    jobs = [job for block in range(16) for job in jobs_of(recipe, block)]
    found = WRITERS.load(recipe.script).write(jobs)
    return [s for s in found if isinstance(s, Script) and s.prompt_level == "detailed"]


@pytest.mark.slow
def test_facts_that_are_said_are_told_from_facts_that_are_not(scripts: list[Script]) -> None:
    said: list[bool] = []
    invented: list[bool] = []
    for script, other in zip(scripts, [*scripts[7:], *scripts[:7]], strict=True):
        call = call_of(script)
        grounds = CallGrounds(call, load_role_texts())
        own = " ".join(turn.text for turn in call.supervisions if turn.side == "a")
        known = words_of(f"{own} like want have live")
        old = [fact for fact in facts(script) if words_of(fact.replace("dislike", "")) <= known]
        said += [is_told(call, grounds, fact) for fact in old]
        new = [fact for fact in facts(other) if not words_of(fact.replace("dislike", "")) <= known]
        invented += [is_told(call, grounds, fact) for fact in new]
    assert len(said) > 40
    assert len(invented) > 100
    assert sum(said) / len(said) > 0.7, sum(said) / len(said)
    assert sum(invented) / len(invented) < 0.01, sum(invented)
