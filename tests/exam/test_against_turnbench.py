"""Our matches against TurnBench's own scorer (eval/score.py), number by number.

Runs if TURNBENCH is the path of a checkout of SesameAILabs/turnbench.
"""

from __future__ import annotations

import ast
import bisect
import os
import random
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from datagen.exam.rules import turnbench
from datagen.exam.rules.channel import TimeSpan

SCRIPT = Path(os.environ.get("TURNBENCH", "nowhere")) / "eval" / "score.py"
pytestmark = pytest.mark.skipif(not SCRIPT.is_file(), reason="TURNBENCH is no checkout")
ITEMS = 2_000
WANTED = ("Latency", "TaskScore", "scoreable_times", "PredictionLedger", "score_task")


def theirs() -> dict[str, Any]:
    """Take the scorer's own definitions: its module also wants a data set and a terminal."""
    made: dict[str, Any] = {
        "bisect": bisect, "dataclass": dataclass, "field": field, "np": np,
        "TAU_PRE_S": turnbench.EARLY, "TAU_MAX_S": turnbench.LATE,
    }  # fmt: skip
    kinds = (ast.FunctionDef, ast.ClassDef)
    found = [n for n in ast.parse(SCRIPT.read_text("utf-8")).body if isinstance(n, kinds)]
    names = [ast.ImportFrom("__future__", [ast.alias("annotations")], 0)]
    body = [*names, *(node for node in found if node.name in WANTED)]
    module = ast.fix_missing_locations(ast.Module(body, []))
    exec(compile(module, str(SCRIPT), "exec"), made)
    return made


def moments(rng: random.Random, count: int) -> list[float]:
    """Times on a grid of a quarter of a second, so that bounds are met."""
    return sorted(
        set(rng.choice([rng.randint(0, 160) / 4, rng.uniform(0, 40)]) for _ in range(count))
    )


def stretches(rng: random.Random, count: int) -> list[TimeSpan]:
    starts = moments(rng, count)
    return [TimeSpan(start, start + rng.choice([0.25, 0.5, 1.5])) for start in starts]


def spans(found: list[TimeSpan]) -> list[Any]:
    return [SimpleNamespace(start=span.start, end=span.end, speaker=1) for span in found]


def test_matches() -> None:
    score_task = theirs()["score_task"]
    alarms = 0
    for seed in range(ITEMS):
        rng = random.Random(seed)
        predicted, events = moments(rng, rng.randint(0, 12)), moments(rng, rng.randint(0, 8))
        negatives, excluded = stretches(rng, rng.randint(0, 6)), stretches(rng, rng.randint(0, 2))
        positive = [SimpleNamespace(time_s=time, speaker=1) for time in events]
        told = score_task(positive, spans(negatives), {1: predicted}, spans(excluded))
        ours = turnbench.match(predicted, events, negatives, excluded)
        assert len(ours.latencies) == told.tp
        assert [1000 * late for late in ours.latencies] == pytest.approx(told.latencies_ms)
        assert ours.recall == (told.recall if events else None)
        assert ours.false_rate == (told.fp_rate if negatives else None)
        found = ours.percentiles()
        if found is not None:
            wanted = told.latency()
            assert [1000 * one for one in found] == pytest.approx(
                [wanted.p10, wanted.p50, wanted.p90]
            )
        alarms += told.fp
    assert alarms > ITEMS // 10
