"""A run takes its own exam: what it does not pass is said, and shown in its report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from datagen.cli import main
from datagen.exam.own_data import probes
from datagen.report.figures import gather
from datagen.report.own_exam import FILE, OwnExam, read_own_exam, write_own_exam
from datagen.report.page import render
from datagen.runs.open import open_run
from datagen.types import UserError

pytestmark = pytest.mark.slow

FAULTS = {
    "state": "I couldn't say, I don't know that.",
    "correct": "Yes, that's right.",
    "decline": "Sure, no problem, I've done that for you.",
    "deescalate": "It's your own fault, so shut up.",
    "unknown": "That is four hundred and seventeen point three.",
    "redirect": "It was nineteen hundred and thirty-seven, everybody knows that.",
}
"""A wrong answer for each thing that an agent has to do."""


def call(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["exam", "score", *words])
    return result.exit_code, result.output


def test_a_run_that_passes_has_its_scores_beside_it(run: Path) -> None:
    (run / FILE).unlink(missing_ok=True)
    assert call(str(run), "--limit", "4")[0] == 0
    assert read_own_exam(run) is None  # a part of a run says nothing of it
    code, said = call(str(run))
    assert code == 0, said
    found = read_own_exam(run)
    assert found is not None
    assert found.dialogues == 16
    assert found.problems == []
    html = render([gather(run)], {})
    assert "Its own exam" in html
    assert "does not pass" not in html
    (run / FILE).unlink()


def test_planted_faults_are_found_and_nothing_else(run: Path) -> None:
    opened, number = open_run(run), 0
    planted, found = set(), set()
    for dialog_id in opened:
        one = opened[dialog_id]
        turns = list(one.dialogue.turns)
        for index, probe in enumerate(one.script.probes):
            number += 1
            if number % 3 and probe.act in FAULTS:
                turn = turns[probe.agent_turn]
                turns[probe.agent_turn] = turn.model_copy(update={"spoken": FAULTS[probe.act]})
                planted.add((dialog_id, index))
        spoiled: Any = one.dialogue.model_copy(update={"turns": tuple(turns)})
        for index, (_, outcome) in enumerate(probes(one.script, spoiled)):
            if outcome == "fail":
                found.add((dialog_id, index))
    assert len(planted) > 5
    assert found == planted


def test_what_does_not_pass_is_said(run: Path) -> None:
    assert call(str(run))[0] == 0
    data = json.loads((run / FILE).read_text())
    data["role_adherence"]["Q1"] = {"value": 0.5, "items": 10, "failed": 5, "unclear": 0}
    data["tau_voice"]["R_R"] = {"value": 0.5, "events": 40}
    data["tau_voice"]["S_VT"] = {"value": None, "events": 4}
    found = OwnExam.model_validate(data)
    assert found.problems == [
        "Q1: 5 of 10 answers fail",
        "R_R: 50.0% of the user's turns are answered (90% must)",
    ]
    write_own_exam(run, found)
    html = render([gather(run)], {})
    assert "does not pass its own exam" in html
    assert "Q1: 5 of 10 answers fail" in html
    (run / FILE).write_text('{"dialogues": 3}')
    with pytest.raises(UserError, match="is of another version"):
        read_own_exam(run)
    (run / FILE).unlink()


def test_the_command_ends_with_1_if_it_does_not_pass(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datagen.exam import own_data

    monkeypatch.setattr(own_data, "probes", lambda script, dialogue: [("Q3", "fail")])
    code, said = call(str(run))
    assert code == 1
    assert "does not pass its own exam: Q3: 16 of 16 answers fail" in said
    (run / FILE).unlink()
