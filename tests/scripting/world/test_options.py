"""What may be asked of calls: how much their roles say, and how long they are."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from statistics import mean

import pytest

from datagen.backends.writer.composer import Composer
from datagen.scripting.corpus.structure import Structure
from datagen.types import Job, Script

pytestmark = pytest.mark.slow

COUNT = 120


@cache
def calls(level: str = "mixed", words: float = 162) -> list[Script]:
    options = Composer.Options.model_validate({"prompt_level": level, "words": words})
    jobs = [
        Job(dialog_id=f"service-{index:07d}", kind="service", index=index, seed=2)
        for index in range(COUNT)
    ]
    return [one for one in Composer(options).write(jobs) if isinstance(one, Script)]


def size(level: str) -> float:
    return mean(len(script.role_prompt) for script in calls(level))


@pytest.mark.parametrize("level", ["minimal", "brief", "service", "detailed"])
def test_a_level_is_kept_and_licenses_what_is_said(level: str) -> None:
    found = calls(level)
    assert len(found) == COUNT
    kept = [script for script in found if script.prompt_level == level]
    assert len(kept) >= 0.9 * COUNT  # a detailed role may be too long for its call
    structure = Structure()
    structure.add(found)
    assert structure.share("with a claim") == 0


def test_levels_say_more_and_more() -> None:
    sizes = [size(level) for level in ("minimal", "brief", "service", "detailed")]
    assert all(one + 50 < other for one, other in pairwise(sizes)), sizes
    assert {script.prompt_level for script in calls()} == {"brief", "service", "detailed"}


@pytest.mark.parametrize("words", [180, 200])
def test_calls_are_as_long_as_is_asked_for(words: float) -> None:
    lengths = [sum(len(turn.spoken.split()) for turn in one.turns) for one in calls(words=words)]
    assert 0.94 * words < mean(lengths) < 1.06 * words
