"""A model that writes calls of its own through a server: repairs, reasons, and the judge."""

from __future__ import annotations

import json
from typing import Any

import pytest

from datagen.backends.servers import client
from datagen.backends.writer.openai import OpenAI
from datagen.scripting.llm.judge import SCORES
from datagen.types import Reject, Script
from tests.doubles.chat_server import Answer, Reply, completion, probed, serving
from tests.fixtures.scene_replies import reply_of, turns_of, writings

pytestmark = pytest.mark.slow

NUM = 6
LIE = " And we'll send you a voucher for a free hotel."


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "WAITS", (0.001, 0.01))


def brief_of(body: dict[str, Any]) -> Any:
    """Return the brief that a request is about: the one whose call it holds."""
    asked = body["messages"][1]["content"]
    return next(one.brief for one in writings(NUM) if one.messages()[1]["content"] in asked)


def lying(body: dict[str, Any], times: int) -> str:
    turns = turns_of(brief_of(body))
    turns[-1]["text"] += LIE
    return json.dumps({"turns": turns})


def written(answer: Answer, **options: Any) -> tuple[list[Script | Reject], list[dict[str, Any]]]:
    def all_answers(body: dict[str, Any], times: int) -> Reply:
        return probed(body) or answer(body, times)

    names = options.pop("names", ["tiny"])
    jobs = [one.job for one in writings(NUM)]
    with serving(all_answers) as (server, url):
        models = [{"name": name, "url": url} for name in names]
        writer = OpenAI(OpenAI.Options.model_validate({"models": models, **options}))
        try:
            return list(writer.write(jobs)), server.calls
        finally:
            writer.close()


def test_what_a_model_writes_becomes_scripts() -> None:
    made, calls = written(lambda body, times: completion(reply_of(brief_of(body))))
    assert all(isinstance(one, Script) for one in made)
    assert len(calls) == NUM
    assert len({call["messages"][0]["content"] for call in calls}) == 1
    for one, writing in zip(made, writings(NUM), strict=True):
        assert isinstance(one, Script)
        assert one.role_prompt == writing.brief.ground.role
        assert (one.model, one.writer, one.attempts) == ("tiny", "openai", 1)
        assert one.outcome
        assert one.world


def test_one_round_mends_what_is_at_fault() -> None:
    def answer(body: dict[str, Any], times: int) -> Reply:
        return completion(lying(body, times) if times == 0 else reply_of(brief_of(body)))

    made, calls = written(answer)
    assert {one.attempts for one in made if isinstance(one, Script)} == {2}
    repairs = [call for call in calls if len(call["messages"]) == 4]
    assert len(repairs) == NUM
    for call in repairs:
        assert LIE.strip()[:30] in call["messages"][2]["content"]
        assert "voucher" in call["messages"][3]["content"]


def test_rejects_say_why() -> None:
    def answer(body: dict[str, Any], times: int) -> Reply:
        return completion(lying(body, times))

    made, calls = written(answer, attempts=2)
    assert {one.reason for one in made if isinstance(one, Reject)} == {"claims without a licence"}
    assert len(calls) == 2 * NUM


def judges(scores: int) -> Answer:
    def answer(body: dict[str, Any], times: int) -> Reply:
        if "You judge scripts" in body["messages"][0]["content"]:
            verdict = dict.fromkeys(SCORES, scores)
            return completion(json.dumps({**verdict, "weakness": "none"}))
        return completion(reply_of(brief_of(body)))

    return answer


@pytest.mark.parametrize(("scores", "kind"), [(5, Script), (2, Reject)])
def test_the_other_model_judges_goal_and_role(scores: int, kind: type) -> None:
    made, _ = written(judges(scores), names=["one", "two"], judge_threshold=3, attempts=1)
    assert {type(one) for one in made} == {kind}
    if kind is Script:
        assert {tuple(one.scores) for one in made if isinstance(one, Script)} == {SCORES}
