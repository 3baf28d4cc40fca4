"""``datagen exam run``: puts an exam to a model, some items at once, and keeps every answer.

Exam, Examinee --ask--> Answers

Answers that are there are kept; items without one are asked again.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from pathlib import Path

from datagen.exam.answers import AnswerRecord, Answers, UnreadableSound
from datagen.exam.examinees.base import AskedAhead, Examinee, NoAnswer
from datagen.exam.items import Exam, ExamItem
from datagen.types import RunFailed

MOST_FAILED = 8
"""Items without an answer after which, if none had one, no more are asked."""

Tell = Callable[[int, int], None]
"""Told how many items are done, and of how many."""


def ask(
    exam: Exam,
    items: Sequence[ExamItem],
    examinee: Examinee,
    answers: Answers,
    tell: Tell | None = None,
) -> Counter[str]:
    """Ask the items that have no answer yet; return how many had one before, now, and failed.

    Raises RunFailed if nothing is answered at all.
    """
    missing = [item for item in items if not answers.has(item.id)]
    counts = Counter(kept=len(items) - len(missing), answered=0, failed=0)
    pool = ThreadPoolExecutor(examinee.at_once)
    try:
        if isinstance(examinee, AskedAhead):
            examinee.begin(exam, missing)
        for record in _records(exam, missing, examinee, answers, pool):
            counts["failed" if record.error else "answered"] += 1
            if not examinee.may_lack:
                _stop_if_hopeless(counts, record)
            if tell is not None:
                tell(counts.total(), len(items))
    except BaseException:
        if isinstance(examinee, AskedAhead):
            examinee.stop()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        examinee.close()
    return counts


def _records(
    exam: Exam,
    items: Sequence[ExamItem],
    examinee: Examinee,
    answers: Answers,
    pool: ThreadPoolExecutor,
) -> Iterator[AnswerRecord]:
    """Ask items, some at once, and yield what is known of each answer as it comes."""
    queue, running = iter(items), set[Future[AnswerRecord]]()
    while True:
        for item in islice(queue, examinee.at_once - len(running)):
            running.add(pool.submit(_one, exam, item, examinee, answers))
        if not running:
            return
        done, running = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            yield future.result()


def _one(exam: Exam, item: ExamItem, examinee: Examinee, answers: Answers) -> AnswerRecord:
    """Ask one item and keep its answer."""
    with tempfile.TemporaryDirectory(prefix="datagen-exam-") as work:
        try:
            record, sound = examinee.answer(exam, item, Path(work))
        except (NoAnswer, UnreadableSound) as problem:
            record, sound = AnswerRecord(item=item.id, error=str(problem)), None
        answers.write(record, sound)
    return record


def _stop_if_hopeless(counts: Counter[str], record: AnswerRecord) -> None:
    if counts["failed"] >= MOST_FAILED and not counts["answered"] + counts["kept"]:
        raise RunFailed(f"{counts['failed']} items and not one answer; the last: {record.error}")
