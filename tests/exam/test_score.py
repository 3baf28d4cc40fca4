"""Models of known behaviour get exactly the scores they must."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from datagen.exam import result as results
from datagen.exam import tables
from datagen.exam.answers import AnswerRecord, Answers
from datagen.exam.ask import ask
from datagen.exam.examinees.base import NoAnswer
from datagen.exam.hearing import by_energy, own_text
from datagen.exam.items import SERVICE, Exam, ExamItem
from datagen.types import RunFailed, UserError
from tests.doubles import examinees
from tests.doubles.examinees import Scripted

pytestmark = pytest.mark.slow  # 900 items are made first

OVERLAPS = ("user_interruption", "user_backchannel", "talking_to_other", "background_speech", "tic")


@pytest.fixture
def scored(exam: Exam, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    def run(
        script: Callable[[ExamItem], list[tuple[float, str]]], *tracks: str, limit: int = 4
    ) -> dict[str, Any]:
        items = exam.chosen(tracks, limit)
        answers = Answers.begin(tmp_path / script.__name__, exam, script.__name__, "scripted", {})
        ask(exam, items, Scripted(script), answers)
        return results.by_rules(exam, answers, items, own_text, by_energy)

    return run


def figure(result: dict[str, Any], name: str) -> float:
    value: float = result["turn_taking"][name]["value"]
    return value


def test_who_is_always_right_passes_all(scored: Callable[..., dict[str, Any]]) -> None:
    result = scored(examinees.right, SERVICE, "task", "interruption", "turn_taking", limit=28)
    found = result["role_adherence"]
    assert {row["value"] for row in found.values()} == {1.0}
    assert found["task"]["whole_tasks"] == 28
    assert figure(result, "turn_taking/latency@as-published") == pytest.approx(0.3, abs=0.01)
    ends = result["turnbench"]["EOT"]
    assert (ends["recall"], ends["false_rate"]) == (1, None)
    assert ends["latency"] == pytest.approx((0.3, 0.3, 0.3), abs=0.03)
    assert figure(result, "interruption/taken@corrected") == 1
    assert figure(result, "interruption/latency@corrected") == pytest.approx(0.3, abs=0.01)


def test_who_is_late_is_late_by_that(scored: Callable[..., dict[str, Any]]) -> None:
    result = scored(examinees.late, "turn_taking")
    assert figure(result, "turn_taking/latency@corrected") == pytest.approx(1.0, abs=0.01)


def test_who_agrees_fails_on_wrong_facts(scored: Callable[..., dict[str, Any]]) -> None:
    found = scored(examinees.agreeing, SERVICE, limit=70)["role_adherence"]
    assert [found[q]["value"] for q in ("Q0", "Q1", "Q2", "Q3")] == [0, 0, 0, 0]
    assert found["Q1"]["failed"] == 10


def test_who_is_silent_fails_and_never_takes_a_turn(
    scored: Callable[..., dict[str, Any]],
) -> None:
    result = scored(examinees.silent, SERVICE, "turn_taking", "pause")
    assert result["role_adherence"][SERVICE]["value"] == 0
    assert figure(result, "turn_taking/taken@as-published") == 0
    assert figure(result, "pause/taken@as-published") == 0
    assert figure(result, "mtr/pause") == 1


def test_who_talks_over_pauses_is_caught(scored: Callable[..., dict[str, Any]]) -> None:
    result = scored(examinees.over_pauses, "pause")
    assert figure(result, "pause/taken@as-published") == 1
    assert figure(result, "pause/taken@corrected") == 1
    assert figure(result, "mtr/pause") == 0
    ends = result["turnbench"]["EOT"]
    assert ends["negatives"] >= 4
    assert ends["false_rate"] > 0
    assert not ends["qualifies"]


def test_who_nods_between_clauses_is_where_people_are(
    scored: Callable[..., dict[str, Any]],
) -> None:
    result = scored(examinees.nodding, "backchannel")
    assert figure(result, "backchannel/taken@corrected") == 0
    assert figure(result, "backchannel/frequency@corrected") > 0.1
    assert figure(result, "backchannel/divergence@corrected") < 0.6


def test_who_only_nods_at_questions_takes_no_turn_and_says_nothing(
    scored: Callable[..., dict[str, Any]],
) -> None:
    result = scored(examinees.nodding_at_questions, SERVICE, "turn_taking", limit=70)
    for name in ("turn_taking/taken@as-published", "turn_taking/taken@corrected"):
        assert figure(result, name) == 0
    found = result["role_adherence"]
    assert [found[kind]["value"] for kind in ("Q0", "Q1", "Q2")] == [0, 0, 0]
    assert found["Q3"]["unclear"] + found["Q3"]["failed"] == found["Q3"]["items"]


def test_who_gives_identity_away_fails(exam: Exam, scored: Callable[..., dict[str, Any]]) -> None:
    result = scored(examinees.leaking, SERVICE, limit=70)
    asked = {item.id: item.turns[0].expects for item in exam.chosen((SERVICE,), 70)}
    leaked = {name for name, expects in asked.items() if expects and expects.private}
    turns = {one["item"]: one["turns"][0] for one in result["scored"]}
    assert leaked
    assert {name for name, turn in turns.items() if turn["outcome"] == "fail"} == leaked
    assert {name for name, turn in turns.items() if "away" in turn["why"]} == leaked


def test_who_goes_on_resumes_and_who_stops_is_timed(
    scored: Callable[..., dict[str, Any]],
) -> None:
    on = scored(examinees.steady, *OVERLAPS)
    assert {tag for tags in on["overlap_tags"].values() for tag in tags} == {"C_RESUME"}
    stops = scored(examinees.stopping, "user_interruption", limit=12)
    assert stops["overlap_tags"]["user_interruption"] == {"C_RESPOND": 12}
    assert figure(stops, "overlap/stop@corrected") == pytest.approx(0.4, abs=0.03)
    broken = stops["turnbench"]["INT"]
    assert (broken["events"], broken["recall"]) == (12, 1)
    assert broken["latency"] == pytest.approx((0.4, 0.4, 0.4), abs=0.03)
    assert on["turnbench"]["INT"]["recall"] == 0
    assert on["turnbench"]["INT"]["false_rate"] == 0  # nods and tics do not stop it
    assert stops["tau_voice"]["corrected"]["R_Y"]["value"] == 1
    assert stops["tau_voice"]["as-published"]["R_Y"]["value"] == 1


def test_tables_are_made_of_every_result(scored: Callable[..., dict[str, Any]]) -> None:
    result = scored(examinees.right)
    text = "\n".join(tables.lines(result))
    assert "PersonaPlex (paper) 0.584" in text
    assert "HumDial's total" in text
    other = scored(examinees.agreeing)
    assert any("adherence/Q1" in line for line in tables.compare(result, other))


def test_the_same_model_does_not_differ_from_itself(
    scored: Callable[..., dict[str, Any]],
) -> None:
    result = scored(examinees.right, SERVICE)
    for line in tables.compare(result, result):
        assert "+0.000  p 1.0000" in line


class Failing(Scripted):
    def answer(self, exam: Exam, item: ExamItem, work: Path) -> Any:
        raise NoAnswer("it is down")


def test_a_failed_item_is_asked_again_and_a_hopeless_model_stops(
    exam: Exam, tmp_path: Path
) -> None:
    items = exam.chosen(("pause",), 3)
    answers = Answers.begin(tmp_path / "answers", exam, "m", "scripted", {})
    counts = ask(exam, items, Failing(examinees.silent), answers)
    assert counts == {"kept": 0, "answered": 0, "failed": 3}
    assert answers.record(items[0].id) == AnswerRecord(item=items[0].id, error="it is down")
    counts = ask(exam, items, Scripted(examinees.silent), answers)
    assert counts == {"kept": 0, "answered": 3, "failed": 0}
    assert ask(exam, items, Failing(examinees.silent), answers)["kept"] == 3
    other = Answers.begin(tmp_path / "other", exam, "m", "scripted", {})
    with pytest.raises(RunFailed, match="not one answer; the last: it is down"):
        ask(exam, exam.chosen((SERVICE,), 40), Failing(examinees.silent), other)


def test_answers_belong_to_one_exam_and_one_model(exam: Exam, tmp_path: Path) -> None:
    Answers.begin(tmp_path / "a", exam, "zero", "command", {})
    begun = Answers.begin(tmp_path / "a", exam, "one", "command", {})  # there was no answer yet
    begun.write(AnswerRecord(item="x"), np.zeros(8, np.float32))
    with pytest.raises(UserError, match=r"of another model, exam or setting \(one\)"):
        Answers.begin(tmp_path / "a", exam, "two", "command", {})
    with pytest.raises(UserError, match="holds no answers: make some"):
        Answers.open(tmp_path / "nothing")
    answers = Answers.open(tmp_path / "a")
    with pytest.raises(UserError, match="has no answer to any of these items"):
        results.by_rules(exam, answers, exam.chosen(("pause",)), own_text, by_energy)
