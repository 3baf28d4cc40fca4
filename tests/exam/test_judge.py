"""Judges of known character: their grades stand, or the report says why not."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from datagen.exam import judge
from datagen.exam.items import SERVICE, Exam
from datagen.exam.judge import Asker, JudgeReport, Judging, ToJudge
from datagen.scripting.llm.completion import Completion, Refusal, Request

pytestmark = pytest.mark.slow  # 900 items are made first

Worth = Callable[[str, bool], int]


def asker(worth: Worth, malformed: Callable[[Request], bool] = lambda request: False) -> Asker:
    """Grade each answer by its text and its place; now and then say what nobody can read."""

    def ask(request: Request) -> Completion | Refusal:
        if malformed(request):
            return Completion("I would say it is fine.", True)
        shown = json.loads(request.messages[1]["content"])
        grades = {name: worth(shown[name], name == "answer_1") for name in ("answer_1", "answer_2")}
        return Completion(f"<think>hm</think> {json.dumps(grades)}", True)

    return ask


@pytest.fixture
def answers(exam: Exam) -> list[ToJudge]:
    items = exam.chosen((SERVICE,), 28)
    # half of the answers are the exam's own, half are none
    texts = {i.id: i.turns[0].reference if n % 2 else "Bananas." for n, i in enumerate(items)}
    return judge.to_judge(items, texts)


def graded(answers: list[ToJudge], ask: Asker, tmp_path: Path) -> JudgeReport:
    judging = Judging(ask, tmp_path / "judged.jsonl", judge.rubrics(), at_once=4)
    return judge.report(judging.grades(answers))


@pytest.fixture
def good(answers: list[ToJudge]) -> set[str]:
    return {answer.good for answer in answers}


def test_a_judge_that_knows_is_believed(
    answers: list[ToJudge], good: set[str], tmp_path: Path
) -> None:
    found = graded(answers, asker(lambda text, _: 5 if text in good else 1), tmp_path)
    assert found.objections == []
    assert found.remarks == []
    assert set(found.grades.values()) == {1.0, 5.0}
    assert found.agreement == 1
    assert (found.good, found.bias, found.lost) == (5, 0, 0)


def test_malformed_replies_are_asked_again(
    answers: list[ToJudge], good: set[str], tmp_path: Path
) -> None:
    ask = asker(lambda text, _: 5 if text in good else 1, lambda request: request.seed % 2 == 0)
    found = graded(answers, ask, tmp_path)
    assert 0.3 < found.lost <= 0.6
    assert set(found.grades.values()) <= {1.0, 5.0}


def test_a_preferred_place_cancels_out_and_is_said(
    answers: list[ToJudge], good: set[str], tmp_path: Path
) -> None:
    def worth(text: str, is_first: bool) -> int:
        return (4 if text in good else 1) + is_first

    found = graded(answers, asker(worth), tmp_path)
    assert found.objections == []
    assert found.bias == pytest.approx(1)
    assert "prefers the first place by 1.00" in found.remarks[0]
    assert set(found.grades.values()) == {1.5, 4.5}


def test_a_judge_that_likes_everything_is_not_believed(
    answers: list[ToJudge], tmp_path: Path
) -> None:
    found = graded(answers, asker(lambda text, _: 5), tmp_path)
    assert "gives answers that no role allows 5.00 and good ones 5.00" in found.objections[0]


def test_a_judge_that_nobody_can_read_is_not_believed(
    answers: list[ToJudge], tmp_path: Path
) -> None:
    found = graded(answers, asker(lambda *_: 5, lambda request: True), tmp_path)
    assert found.grades == {}
    assert "100% of its replies" in found.objections[0]


def test_what_was_graded_is_not_asked_again(
    answers: list[ToJudge], good: set[str], tmp_path: Path
) -> None:
    asked: Counter[str] = Counter()
    inner = asker(lambda text, _: 5 if text in good else 1)

    def ask(request: Request) -> Completion | Refusal:
        asked["all"] += 1
        return inner(request)

    first = graded(answers[:10], ask, tmp_path)
    with (tmp_path / "judged.jsonl").open("a") as file:
        file.write('{"item": "cut o')
    assert asked["all"] == 40
    again = graded(answers[:10], ask, tmp_path)
    assert asked["all"] == 40
    assert again == first


def test_bad_controls_are_of_other_roles_or_of_none(answers: list[ToJudge]) -> None:
    for answer in answers:
        assert answer.bad != answer.good
