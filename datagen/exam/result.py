"""All scores of a set of answers as one value: what scores.json holds and tables are made of.

Exam, Answers --by_rules--> dict --by_judge--> dict --write--> ANSWERS/scores.json
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datagen.backends.servers.address import check_url
from datagen.backends.writer.llm_server import Server
from datagen.exam import judge, tables
from datagen.exam.answers import Answers
from datagen.exam.hearing import Detector, Ear
from datagen.exam.items import Exam, ExamItem
from datagen.exam.score import score
from datagen.exam.sound_ears import SoundEars
from datagen.storage import atomic
from datagen.types import UserError

SCORES, JUDGED = "scores.json", "judged"
SAMPLING = {"temperature": 0, "max_tokens": 200}
"""How a judge is asked; a server that takes one of these not is asked without it."""
Tell = Callable[[int, int], None]


def by_rules(
    exam: Exam,
    answers: Answers,
    items: Sequence[ExamItem],
    ear: Ear,
    detect: Detector,
    tell: Tell | None = None,
    listeners: SoundEars | None = None,
) -> dict[str, Any]:
    """Score answers by rules. Raises UserError."""
    scores = score(exam, answers, items, ear, detect, tell, listeners)
    return {
        "exam": exam.header.model_dump(),
        "model": answers.header.model,
        **tables.summary(scores),
        "scored": [item.model_dump() for item in scores.items],
    }


@dataclass(frozen=True)
class JudgeSpec:
    """A language model that grades, and where it is served."""

    model: str
    url: str
    key_env: str
    at_once: int = 8


def by_judge(
    spec: JudgeSpec,
    answers: Answers,
    items: Sequence[ExamItem],
    result: dict[str, Any],
    tell: Tell | None = None,
) -> dict[str, Any]:
    """Return what a judge says of the answers that were scored, with its objections.

    What it said before, of the same answers, is not asked again.
    """
    check_url(spec.url, "--judge-url")
    server = Server(
        model=spec.model,
        url=spec.url,
        key=os.environ.get(spec.key_env),
        key_name=spec.key_env,
        body=dict(SAMPLING),
        ours=frozenset(("seed", *SAMPLING)),
        schema_field="json_schema",
        concurrency=spec.at_once,
        timeout=120,
        patience=300,
    )
    texts = {one["item"]: one["turns"][0]["text"] for one in result["scored"] if one["turns"]}
    file = answers.folder / f"{JUDGED}-{_safe(spec.model)}.jsonl"
    judging = judge.Judging(server.ask, file, judge.rubrics(), spec.at_once)
    report = judge.report(judging.grades(judge.to_judge(items, texts), tell))
    return {
        "judge": {
            "model": spec.model,
            "questions": judge.by_question(report, items),
            "good_controls": report.good,
            "bad_controls": report.bad,
            "bias": report.bias,
            "agreement": report.agreement,
            "lost": report.lost,
            "objections": report.objections,
            "remarks": report.remarks,
            "grades": report.grades,
        }
    }


def _safe(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in name)[:80]


def write(folder: Path, result: dict[str, Any]) -> None:
    """Write scores.json beside the answers."""
    with atomic(folder / SCORES) as file:
        file.write(text(result).encode())


def text(result: dict[str, Any]) -> str:
    """Return scores as JSON for people."""
    return json.dumps(result, indent=1, ensure_ascii=False) + "\n"


def read(folder: Path) -> dict[str, Any]:
    """Return the scores beside answers. Raises UserError if there are none."""
    try:
        found: dict[str, Any] = json.loads((folder / SCORES).read_text("utf-8"))
    except OSError as error:
        raise UserError(f"{folder} is not scored yet: `datagen exam score {folder}`") from error
    except ValueError as error:
        raise UserError(f"{folder / SCORES} is no JSON: score the answers again") from error
    return found
