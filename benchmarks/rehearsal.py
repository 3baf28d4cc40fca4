"""The rehearsal as one command: what a small model learns from its prompt, and how long it takes.

    .venv-train/bin/python -m benchmarks.rehearsal --shards RUN --texts texts.parquet [--out FOLDER]

RUN and the texts are made as train/README.md says. Prints what each stage quotes of held-out
prompts at its validations, its minutes, then the final tables. Nothing else may run meanwhile.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from pathlib import Path

from train import curriculum, journal
from train.curriculum import TrainingStage

ROOT = Path(__file__).resolve().parent.parent
TOKENIZER = "datagen/backends/tokenizer/shipped.model"
SHOWN = (
    *("company/own", "company/exchanged", "first_name/own", "asked/own", "asked/exchanged"),
    *("asked_money/own", "asked_money/exchanged", "asked_duration/own", "asked_duration/exchanged"),
)
"""Scores of a validation that are printed where they are asked for."""


def stage_line(folder: Path, stage: TrainingStage) -> str:
    """Return what the validations of a stage found, a column each."""
    file = folder / stage.name / journal.FILE
    records = [one for one in journal.read(file) if f"facts/{SHOWN[0]}" in one]
    examples = [f"{one['step'] * stage.config.optim.batch_size:,}" for one in records]
    lines = [f"{stage.name:<14}{'examples':<24}" + "".join(f"{one:>9}" for one in examples)]
    for name in SHOWN:
        if not all(f"facts/{name}" in one for one in records):
            continue
        values = "".join(f"{one[f'facts/{name}']:9.3f}" for one in records)
        lines.append(f"{'':<14}{name:<24}{values}")
    return "\n".join(lines)


def minutes_of_steps(folder: Path, stage: TrainingStage) -> float:
    """Return how long the steps of a stage took, whenever that was: a run may have gone on."""
    spent, before = 0.0, 0
    for one in journal.read(folder / stage.name / journal.FILE):
        if "step_seconds" in one:
            spent, before = spent + one["step_seconds"] * (one["step"] - before), one["step"]
    return spent / 60


def main() -> None:
    """Train, and print what was learnt and spent."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shards", required=True)
    parser.add_argument("--texts", required=True)
    parser.add_argument("--config", default="rehearsal")
    parser.add_argument("--out", default="runs/rehearsal")
    parser.add_argument("--set", action="append", default=[], help="a setting of the config")
    chosen = parser.parse_args()
    settings = [f"out={chosen.out}", f"data.tokenizer={TOKENIZER}", *chosen.set]
    command = [sys.executable, "-m", "train", "rehearse", chosen.config, "--shards", chosen.shards]
    command += ["--texts", chosen.texts, "--tokenizer", TOKENIZER, "--fractions", "1"]
    command += [word for setting in settings for word in ("--set", setting)]
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(done.returncode)
    minutes = (time.monotonic() - began) / 60
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    folder = ROOT / chosen.out / "100-percent"
    stages = curriculum.load(chosen.config, settings)
    for stage in stages:
        print(stage_line(folder, stage))
    steps = [f"{one.name} {minutes_of_steps(folder, one):.1f}" for one in stages]
    print(f"minutes of steps, validations not counted: {', '.join(steps)}")
    cpu = (used.ru_utime + used.ru_stime) / 60
    most = used.ru_maxrss / 1024
    print(f"this command: {minutes:.1f} minutes, {cpu:.1f} CPU minutes, {most:.0f} MiB at most")
    print(done.stdout)


if __name__ == "__main__":
    main()
