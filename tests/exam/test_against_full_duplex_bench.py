"""Our rules as published against Full-Duplex-Bench's own scripts, number by number.

Runs if FULL_DUPLEX_BENCH is the path of a checkout of DanielLin94144/Full-Duplex-Bench.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import os
import random
import re
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from datagen.exam.rules import full_duplex_bench as fdb
from datagen.exam.rules import overlap
from datagen.exam.rules.channel import Channel, HeardWord, TimeSpan

CHECKOUT = Path(os.environ.get("FULL_DUPLEX_BENCH", "nowhere"))
SCRIPTS = CHECKOUT / "v1_v1.5" / "evaluation"
pytestmark = pytest.mark.skipif(not SCRIPTS.is_dir(), reason="FULL_DUPLEX_BENCH is no checkout")
ITEMS = 200


class _Sound:
    """What torchaudio would load: only its length is asked for."""

    def __init__(self, name: str, samples: int) -> None:
        self.name, self.shape = name, (1, samples)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Stand-ins for what the scripts import; speech and lengths are as the test says."""
    made: dict[str, Any] = {"speech": {}, "seconds": {}}
    vad, audio, bars = (types.ModuleType(n) for n in ("silero_vad", "torchaudio", "tqdm"))

    def load(path: str) -> tuple[_Sound, int]:
        name = Path(path).parent.name
        return _Sound(name, round(made["seconds"][name] * 16_000)), 16_000

    def stamps(sound: _Sound, model: None, return_seconds: bool) -> list[dict[str, float]]:
        return [{"start": s, "end": e} for s, e in made["speech"][sound.name]]

    vad.load_silero_vad, vad.get_speech_timestamps = lambda: None, stamps  # type: ignore[attr-defined]
    audio.load, bars.tqdm = load, lambda found, **_: found  # type: ignore[attr-defined]
    for module in (vad, audio, bars):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    return made


def script(name: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": name}
    exec(compile((SCRIPTS / name).read_text("utf-8"), name, "exec"), names)  # their code, as it is
    return names


def printed(function: Callable[..., None], *arguments: Any) -> str:
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        function(*arguments)
    return told.getvalue()


def number(text: str, label: str) -> float:
    found = re.search(rf"{label}\s*([\d.]+)", text)
    assert found is not None, text[-400:]
    return float(found[1])


def words(rng: random.Random) -> list[HeardWord]:
    found, time = [], rng.uniform(0, 4)
    for index in range(rng.choice([0, 1, 2, 3, 4, 5, 9])):
        end = time + rng.uniform(0.05, 0.5)
        found.append(HeardWord(f"w{index}", round(time, 2), round(end, 2)))
        time = end + rng.choice([0.02, 0.2, 1.5])
    return found


def spans(rng: random.Random, count: int, until: float = 60.0) -> list[TimeSpan]:
    found, time = [], 0.0
    for _ in range(count):
        time += rng.uniform(0.1, 2)
        end = time + rng.choice([0.3, 0.6, 0.9, 1.2, 2.5, 4.0])
        if end < until:
            found.append(TimeSpan(round(time, 1), round(end, 1)))
        time = end
    return found


def items(folder: Path) -> Iterator[tuple[random.Random, Path, list[HeardWord]]]:
    for index in range(ITEMS):
        rng, place = random.Random(index), folder / str(index) / "1"
        place.mkdir(parents=True)
        said = words(rng)
        chunks = [{"text": w.text, "timestamp": [w.start, w.end]} for w in said]
        (place / "output.json").write_text(json.dumps({"text": "", "chunks": chunks}))
        yield rng, place, said


def test_pause(world: dict[str, Any], tmp_path: Path) -> None:
    theirs = script("eval_pause_handling.py")["eval_pause_handling"]
    for _, place, said in items(tmp_path):
        told = printed(theirs, str(place.parent))
        assert number(told, "Average take turn:") == float(fdb.pause(Channel(30, said)))


def test_turn_taking(world: dict[str, Any], tmp_path: Path) -> None:
    theirs = script("eval_smooth_turn_taking.py")["eval_smooth_turn_taking"]
    for rng, place, said in items(tmp_path):
        end = round(rng.uniform(0, 6), 2)
        moment = json.dumps([{"text": "", "timestamp": [end, end + 1]}])
        (place / "turn_taking.json").write_text(moment)
        ours = fdb.turn_taking(Channel(30, said), end)
        if ours.latency is None:  # their mean of no latency is a division by zero
            with pytest.raises(ZeroDivisionError):
                printed(theirs, str(place.parent))
            continue
        told = printed(theirs, str(place.parent))
        assert number(told, "Average take turn:") == float(ours.took)
        assert number(told, "Average latency:") == pytest.approx(ours.latency)


def test_backchannel(
    world: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("scipy")
    theirs = script("eval_backchannel.py")["eval_backchannel"]
    for rng, place, said in items(tmp_path):
        (place / "output.wav").touch()
        seconds = round(rng.uniform(5, 25) * 16_000) / 16_000
        speech = spans(rng, rng.choice([0, 1, 2, 3]), seconds)
        world["seconds"]["1"], world["speech"]["1"] = seconds, speech
        raw = np.random.default_rng(rng.randint(0, 9_999)).random(rng.randint(3, 40))
        reference = (raw / raw.sum()).tolist()
        monkeypatch.chdir(place.parent)
        Path("icc_gt_distribution.json").write_text(json.dumps({"1": reference}))
        told = printed(theirs, ".")
        ours = fdb.backchannel(Channel(seconds, said, speech), reference)
        assert number(told, "TOR - Mean:") == float(ours.took)
        assert number(told, "Frequency - Mean:") == pytest.approx(ours.frequency, abs=1e-4)
        assert number(told, "JSD - Mean:") == pytest.approx(ours.divergence, abs=1e-4)


def test_overlaps() -> None:
    tree = ast.parse((SCRIPTS / "get_timing.py").read_text("utf-8"))
    wanted = {"_merge", "overlaps", "response_gaps"}
    theirs: dict[str, Any] = {"List": list, "Tuple": tuple}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name in wanted:
            exec(compile(ast.Module([node], []), "get_timing", "exec"), theirs)
    for seed in range(10 * ITEMS):
        rng = random.Random(seed)
        user, model = spans(rng, rng.randint(0, 6)), spans(rng, rng.randint(0, 6))
        merged = theirs["_merge"](user, 0.6), theirs["_merge"](model, 0.5)
        sides = Channel(60, (), user), Channel(60, (), model)
        assert theirs["overlaps"](*merged) == [list(s) for s in overlap.stops(*sides)]
        assert theirs["response_gaps"](*merged) == [list(s) for s in overlap.answers(*sides)]
