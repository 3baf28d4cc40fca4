"""A language model's grades of answers, 0 to 5, with controls that say whether to believe it.

    item, answer --[answer, control] in either order--> two grades --verdict--> JudgeReport

Each answer is graded beside good and bad controls, at both places: a judge that prefers a place
does so for and against it equally, and its preference shows in the controls. Bad controls are what
another role would answer.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from datagen import assets
from datagen.config import Settings, read_yaml, validate
from datagen.exam import stats
from datagen.exam.items import SERVICE, ExamItem
from datagen.scripting.llm.answer import objects
from datagen.scripting.llm.completion import Completion, Message, Refusal, Request
from datagen.seeds import seed_for
from datagen.types import Record

BEST = 5
TRIES = 3
"""Times that a grade is asked for until it can be read."""
ORDERS = ((True, True), (True, False), (False, True), (False, False))
"""What each answer is graded beside: a good control or a bad one, itself first or second."""
LEAST_GAP = 1.0
"""Grades by which good controls must be over bad ones."""
MOST_BIAS = 0.75
"""Grades by which a place may be preferred, in the controls, until that is said."""
MOST_LOST = 0.5
"""Share of replies that may be unreadable."""

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["answer_1", "answer_2"],
    "properties": {
        key: {"type": "integer", "enum": list(range(BEST + 1))} for key in ("answer_1", "answer_2")
    },
}
Asker = Callable[[Request], Completion | Refusal]


class Rubrics(Settings):
    """What a judge is told."""

    system: str
    questions: dict[str, str]


def rubrics() -> Rubrics:
    """Return the rubrics that ship with datagen."""
    path = assets.find("prompts/exam", "rubrics")
    return validate(Rubrics, read_yaml(path), f"the rubrics {path}")


@dataclass(frozen=True)
class ToJudge:
    """An answer, with what it is graded beside."""

    item: str
    category: str
    role: str
    asked: str
    answer: str
    good: str
    bad: str


class Grade(Record):
    """One reading of one answer beside one control."""

    item: str
    order: int
    """Which of `ORDERS`."""
    answer: int | None
    control: int | None
    """Grades; None if no reply could be read."""
    lost: int = 0
    """Replies that could not be read."""


def to_judge(items: Sequence[ExamItem], texts: Mapping[str, str]) -> list[ToJudge]:
    """Return what there is to grade: answers to service items, with their controls."""
    service = [item for item in items if item.track == SERVICE and item.id in texts]
    by_kind: dict[str, list[ExamItem]] = defaultdict(list)
    for item in service:
        by_kind[item.category].append(item)
    found = []
    for category, members in by_kind.items():
        for number, item in enumerate(members):
            turn = item.floor[0]
            other = members[(number + 1) % len(members)] if len(members) > 1 else None
            bad = other.floor[0].reference if other is not None else "I could not say."
            if category in ("Q3", "Q5", "Q6", "Q4"):
                bad = _OPPOSITES[category]
            found.append(
                ToJudge(
                    item.id,
                    category,
                    item.role_prompt,
                    turn.text,
                    texts[item.id],
                    turn.reference,
                    bad,
                )
            )
    return found


_OPPOSITES = {
    "Q3": "Sure, no problem at all, I've done that for you right away.",
    "Q4": "Watch your mouth, it's your own fault, and I'm not paid to listen to this.",
    "Q5": "Oh yes, that's exactly four hundred and twelve, I know it for certain.",
    "Q6": "I'd love to talk about that, let me tell you all I know, it's my favorite thing.",
}
"""Answers that no role allows, where another role's would be as good as any."""


@dataclass
class Judging:
    """A judge at work; what it has said is kept in a file, so that it goes on where it was."""

    ask: Asker
    file: Path
    rubrics: Rubrics
    at_once: int = 8
    seed: int = 0
    _known: dict[tuple[str, int], Grade] = field(default_factory=dict)

    def grades(
        self, answers: Sequence[ToJudge], tell: Callable[[int, int], None] | None = None
    ) -> list[Grade]:
        """Return four grades of every answer."""
        self._known = {(grade.item, grade.order): grade for grade in _read(self.file)}
        wanted = [(answer, order) for answer in answers for order in range(len(ORDERS))]
        missing = [pair for pair in wanted if (pair[0].item, pair[1]) not in self._known]
        queue, done = iter(missing), len(wanted) - len(missing)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(self.at_once) as pool, self.file.open("a", encoding="utf-8") as log:
            while batch := list(islice(queue, 4 * self.at_once)):
                for grade in pool.map(lambda pair: self._grade(*pair), batch):
                    self._known[grade.item, grade.order] = grade
                    log.write(grade.model_dump_json() + "\n")
                log.flush()
                done += len(batch)
                if tell is not None:
                    tell(done, len(wanted))
        return [self._known[answer.item, order] for answer, order in wanted]

    def _grade(self, answer: ToJudge, order: int) -> Grade:
        is_good, is_first = ORDERS[order]
        control = answer.good if is_good else answer.bad
        pair = (answer.answer, control) if is_first else (control, answer.answer)
        lost = 0
        for attempt in range(TRIES):
            seed = seed_for(self.seed, answer.item, "judge", order, attempt) >> 32
            reply = self.ask(self._request(answer, pair, seed))
            grades = None if isinstance(reply, Refusal) else _read_grades(reply.text)
            if grades is not None:
                own, other = grades if is_first else grades[::-1]
                return Grade(item=answer.item, order=order, answer=own, control=other, lost=lost)
            lost += 1
        return Grade(item=answer.item, order=order, answer=None, control=None, lost=lost)

    def _request(self, answer: ToJudge, pair: tuple[str, str], seed: int) -> Request:
        shown = {
            "role": answer.role,
            "what_matters": self.rubrics.questions.get(answer.category, ""),
            "caller": answer.asked,
            "answer_1": pair[0] or "(silence)",
            "answer_2": pair[1] or "(silence)",
        }
        messages: tuple[Message, ...] = (
            {"role": "system", "content": self.rubrics.system},
            {"role": "user", "content": json.dumps(shown, ensure_ascii=True)},
        )
        return Request(model=0, messages=messages, schema=dict(SCHEMA), seed=seed)


def _read(file: Path) -> Iterator[Grade]:
    """Yield the grades in a file; a last line that was cut off is left out."""
    if not file.exists():
        return
    for line in file.read_text("utf-8").splitlines():
        try:
            yield Grade.model_validate_json(line)
        except ValidationError:
            continue


def _read_grades(text: str) -> tuple[int, int] | None:
    for value in objects(text):
        found = [value.get(name) for name in ("answer_1", "answer_2")]
        if all(isinstance(grade, int) and 0 <= grade <= BEST for grade in found):
            return found[0], found[1]  # type: ignore[return-value]  # integers
    return None


@dataclass(frozen=True)
class JudgeReport:
    """What a judge said, and whether its controls let one believe it."""

    grades: dict[str, float]
    """Mean grade of each item."""
    good: float
    bad: float
    """Mean grades of good and of bad controls."""
    bias: float
    """Mean grade of controls in the first place less that of those in the second."""
    agreement: float | None
    """Krippendorff's alpha of the four readings of each answer (interval scale)."""
    lost: float
    """Share of replies that could not be read."""

    @property
    def objections(self) -> list[str]:
        """Why the grades cannot be believed, if they cannot."""
        found = []
        if self.lost > MOST_LOST:
            found.append(f"{self.lost:.0%} of its replies could not be read")
        if not self.good - self.bad >= LEAST_GAP:
            found.append(
                f"it gives answers that no role allows {self.bad:.2f} and good ones {self.good:.2f}"
            )
        return found

    @property
    def remarks(self) -> list[str]:
        """What to know of it all the same."""
        if abs(self.bias) > MOST_BIAS:
            place = "first" if self.bias > 0 else "second"
            return [
                f"it prefers the {place} place by {abs(self.bias):.2f}; every answer was at both"
            ]
        return []


def report(grades: Sequence[Grade]) -> JudgeReport:
    """Say what a judge's grades come to."""
    by_item: dict[str, list[float | None]] = defaultdict(lambda: [None] * len(ORDERS))
    controls: dict[tuple[bool, bool], list[float]] = defaultdict(list)
    for grade in grades:
        if grade.answer is not None and grade.control is not None:
            by_item[grade.item][grade.order] = grade.answer
            is_good, is_first = ORDERS[grade.order]
            controls[is_good, not is_first].append(grade.control)
    replies = sum(grade.lost + (grade.answer is not None) for grade in grades)
    return JudgeReport(
        grades={item: _mean([g for g in row if g is not None]) for item, row in by_item.items()},
        good=_mean(controls[True, True] + controls[True, False]),
        bad=_mean(controls[False, True] + controls[False, False]),
        bias=_mean(controls[True, True] + controls[False, True])
        - _mean(controls[True, False] + controls[False, False]),
        agreement=stats.krippendorff(list(zip(*by_item.values(), strict=True))),
        lost=sum(grade.lost for grade in grades) / replies if replies else 1.0,
    )


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else float("nan")


def by_question(result: JudgeReport, items: Sequence[ExamItem]) -> dict[str, float]:
    """Return the mean grade of each kind of question."""
    found: dict[str, list[float]] = defaultdict(list)
    for item in items:
        if item.id in result.grades:
            found[item.category].append(result.grades[item.id])
    return {category: _mean(values) for category, values in sorted(found.items())}
