"""Our pass rates against MTR-DuplexBench's own scripts, number by number.

Runs if MTR_DUPLEX_BENCH is the path of a checkout of ZhangHe0918/MTR-DuplexBench (6d7c125). Its
script for pauses imports what is no longer there, so only what that would call is compared.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import random
from pathlib import Path
from typing import Any

import pytest

from datagen.exam.rules import mtr
from datagen.exam.rules.channel import Channel, HeardWord, TimeSpan

SCRIPTS = Path(os.environ.get("MTR_DUPLEX_BENCH", "nowhere")) / "Eval"
pytestmark = pytest.mark.skipif(not SCRIPTS.is_dir(), reason="MTR_DUPLEX_BENCH is no checkout")
ITEMS = 1_000


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    return importlib.import_module


def model(rng: random.Random) -> tuple[Channel, list[dict[str, Any]]]:
    """What a model says, for us and as they have it: segments with their words."""
    time, words, speech, segments = rng.uniform(0, 3), [], [], []
    while time < 24:
        start, said = time, []
        for number in range(rng.choice([1, 2, 3, 5, 12])):
            end = time + rng.choice([0.15, 0.3, 0.6])
            said.append(HeardWord(f"w{number}", round(time, 3), round(end, 3)))
            time = end + rng.choice([0.0, 0.02, 0.1, 0.3])
        span = TimeSpan(round(start, 3), said[-1].end)
        speech.append(span)
        words += said
        segments.append(
            {
                "timestamp": [span.start, span.end],
                "text": " ".join(word.text for word in said),
                "words": [{"start": word.start, "end": word.end} for word in said],
            }
        )
        time = span.end + rng.choice([0.3, 1.0, 3.0])
    return Channel(30, words, speech), segments


def quietly(function: Any, *given: Any) -> Any:
    with contextlib.redirect_stdout(io.StringIO()):
        return function(*given)


def test_turns_and_interruptions(script: Any) -> None:
    one, two = script("eval_1_scenario"), script("eval_2_scenarios")
    passed = 0
    for seed in range(ITEMS):
        rng = random.Random(seed)
        channel, segments = model(rng)
        start = round(rng.uniform(0.5, 6), 2)
        end = round(start + rng.choice([0.8, 2.0, 4.0]), 2)
        last = round(end + rng.choice([2.0, 6.0, 12.0]), 2)
        windows = TimeSpan(start, end), TimeSpan(end, last)
        times = {"user_start": start, "user_end": end, "model_start": end, "model_end": last}
        success, latency, frequency = quietly(
            one.eval_1_scenario, segments, "smooth-turntaking", times
        )
        assert mtr.smooth(channel, *windows) == bool(success)
        assert (mtr.latency(channel, end) or 0) == pytest.approx(latency)
        assert mtr.backchannels(channel) == pytest.approx(frequency)
        times |= {"interruption_start": start, "interruption_end": end}
        success, _, _ = quietly(two.eval_2_scenarios, segments, "interruption_x", times)
        assert mtr.interruption(channel, *windows) == bool(success)
        silent = one.check_if_speak_at_the_same_time
        kept = quietly(silent, segments, start, end + mtr.AFTER_PAUSE) == 0
        assert mtr.pause(channel, TimeSpan(start, end)) == kept
        passed += success
    assert ITEMS // 20 < passed < ITEMS


def test_background(script: Any) -> None:
    theirs = script("eval_single_scenario_background").check_time_range_in_ipu
    passed = 0
    for seed in range(ITEMS):
        rng = random.Random(seed)
        channel, segments = model(rng)
        start = round(rng.uniform(1, 15), 2)
        noise = TimeSpan(start, round(start + rng.choice([0.2, 0.9, 2.0, 3.5]), 2))
        told = quietly(theirs, noise.start + mtr.BACKGROUND_LEAD, noise.end, segments)
        assert mtr.background(channel, noise) == bool(told), seed
        passed += told
    assert passed > ITEMS // 20
