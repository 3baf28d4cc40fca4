"""Two runs with real speech, their exports, and the truth about them, read from the runs' files."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from datagen.audio import vad
from datagen.backends.registry import WRITERS
from datagen.config import load_recipe
from datagen.engine.plan import jobs_of
from datagen.export.make import export
from datagen.show.lookup import RunDialogue
from datagen.timing.effects import chain
from datagen.types import SAMPLE_RATE, Script, Speaker

if not find_spec("lhotse") and "CONSUMERS_RUNS" not in os.environ:
    collect_ignore_glob = ["test_*.py"]  # `make consumers` has an environment of its own
TOLERANCE = 0.08
"""Seconds that a word may be off."""
STEP = SAMPLE_RATE // 100


@dataclass(frozen=True)
class Truth:
    """One dialogue as its run has it, read without the export's code."""

    run: Path
    row: dict[str, Any]

    @cached_property
    def pcm(self) -> np.ndarray[Any, Any]:
        """The sound [S, 2] in 16 bits, as it was encoded."""
        found = RunDialogue(str(self.run), self.row["dialog_id"])
        stereo = chain.apply(found.stereo(), found.events)
        return np.rint(stereo.T * 32_767).clip(-32_767, 32_767).astype(np.int16)

    @property
    def clean(self) -> bool:
        """Whether nothing but speech is heard: the energy tells where words are."""
        return not any(event["type"] == "effect" for event in self.row["events"])

    def codes(self, speaker: str) -> np.ndarray[Any, Any]:
        return np.array(self.row[f"{speaker}_codes"], np.int16).reshape(8, -1)

    def text(self, speaker: str) -> np.ndarray[Any, Any]:
        return np.array(self.row[f"{speaker}_text"], np.int16)

    def words(self, speaker: str) -> list[tuple[str, float, float]]:
        """What a speaker says, in seconds."""
        return [
            (word["text"], word["start"] / SAMPLE_RATE, word["end"] / SAMPLE_RATE)
            for word in self.row["words"]
            if word["speaker"] == speaker
        ]

    def turns(self, speaker: str) -> list[str]:
        """The words that are heard of each turn."""
        found: dict[int, list[str]] = {}
        for word in self.row["words"]:
            if word["speaker"] == speaker:
                found.setdefault(word["turn"], []).append(word["text"])
        return [" ".join(words) for _, words in sorted(found.items())]


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return a run without effects and one with; CONSUMERS_RUNS is where they are kept."""
    root = Path(os.environ.get("CONSUMERS_RUNS") or tmp_path_factory.mktemp("runs"))
    for kind, dialogs, *settings in (
        ("service", "20", "--set", "timeline.effects=null"),
        ("qa", "16"),
    ):
        command = [sys.executable, "-m", "datagen", "run", kind, "--dialogs", dialogs, *settings]
        if kind == "service":
            command += ["--seed", str(seed_with_both_splits(kind, int(dialogs)))]
        subprocess.run([*command, "--out", str(root / kind)], check=True, capture_output=True)
    return [str(root / "service"), str(root / "qa")]


def seed_with_both_splits(kind: str, dialogs: int) -> int:
    """Return the first seed whose scripts are of both splits: few are of the smaller one."""
    for seed in range(100):
        recipe = load_recipe(kind, "embedded", (), seed)
        jobs = [job for block in range(-(-dialogs // 16)) for job in jobs_of(recipe, block)]
        scripts = WRITERS.load(recipe.script).write(jobs[:dialogs])
        if {one.split for one in scripts if isinstance(one, Script)} == {"train", "validation"}:
            return seed
    raise AssertionError(f"no seed gives {dialogs} dialogues of both splits")


@pytest.fixture(scope="session")
def truth(runs: list[str]) -> dict[str, Truth]:
    found = {}
    for run in runs:
        for shard in sorted(Path(run, "shards").glob("*.parquet")):
            for row in pq.read_table(shard).to_pylist():
                found[row["dialog_id"]] = Truth(Path(run), row)
    return found


@pytest.fixture(scope="session")
def exported(runs: list[str], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Exports both runs in a form, once a session."""
    made: dict[str, Path] = {}

    def make(form: str) -> Path:
        if form not in made:
            made[form] = tmp_path_factory.mktemp("exports") / form
            export(form, runs, made[form])
        return made[form]

    return make


def speech_f1(channel: np.ndarray[Any, Any], words: list[tuple[str, float, float]]) -> float:
    """Return how well word times and energy agree, 80 ms either way, on a grid of 10 ms.

    ``channel`` is sound [S] at 24 kHz; words are in seconds of it.
    """
    speaker: Speaker = "agent"
    spells = vad.speech(np.asarray(channel, np.float32), speaker)
    size, collar = len(channel) // STEP + 1, round(TOLERANCE * 100)
    heard, said = np.zeros(size, bool), np.zeros(size, bool)
    for spell in spells:
        heard[spell.start // STEP : -(-spell.end // STEP)] = True
    for _, start, end in words:
        said[max(0, round(start * 100)) : max(0, round(end * 100))] = True
    near = [np.convolve(mask, np.ones(2 * collar + 1), "same") > 0 for mask in (heard, said)]
    precision = (said & near[0]).sum() / max(1, said.sum())
    recall = (heard & near[1]).sum() / max(1, heard.sum())
    return float(2 * precision * recall / max(1e-9, precision + recall))
