"""A run as real ears heard it: words, entities, likeness, sound, takes said again, speed.

    datagen quality RUN --whole      # Whisper, Resemblyzer, DNSMOS: .venv-real has them
    python -m benchmarks.heard RUN

Prints one line for each place that was listened to, then what the gates refused and what the run
cost, by stage. `REAL_OUT=RUN make test-real` makes such a run with Kokoro.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator

from datagen.quality.figures import QualityFile, read_quality
from datagen.runs.open import open_run
from datagen.storage.run_folder import RunFolder
from datagen.types import SAMPLE_RATE


def heard(quality: QualityFile) -> Iterator[str]:
    """Yield a line for each place."""
    for place, groups in quality.groups.items():
        one = groups["all"]
        yield (
            f"{place:<9}{one.turns:6,} turns"
            f"  words wrong {share(one.word_error)} of {one.judged:,} turns"
            f" ({share(one.word_error_raw)} raw)"
            f"  entities {share(one.entity_accuracy)} of {one.entities:,}"
            f"  likeness {number(one.own)}, other's {number(one.other)}"
            f"  DNSMOS {number(one.overall)}, P.808 {number(one.p808)}"
        )


def share(value: float | None) -> str:
    """Return a share in per cent."""
    return "-" if value is None else f"{100 * value:.1f} %"


def number(value: float | None) -> str:
    """Return two places."""
    return "-" if value is None else f"{value:.2f}"


def refused(folder: RunFolder) -> str:
    """Return how many takes were refused, of how many clips, and how many calls were lost."""
    clips, lost, reasons = 0, 0, Counter[str]()
    for event in folder.events():
        lost += len(event.get("rejects", ()))
        if event.get("event") == "unit" and event["unit"].startswith("speech/"):
            table = folder.read(f"{event['unit']}.parquet", ["attempts"])
            clips += table.num_rows
            for row in table.to_pylist():
                reasons.update(f"{one['step']}: {one['reason']}" for one in row["attempts"])
    why = "".join(f"; {count} {reason}" for reason, count in reasons.most_common())
    takes = clips + reasons.total()
    return f"takes refused: {reasons.total():,} of {takes:,}{why}; calls lost: {lost:,}"


def speed(folder: RunFolder) -> str:
    """Return seconds of dialogue a CPU second, and the CPU seconds of each stage."""
    spent, samples = Counter[str](), 0
    for event in folder.events():
        if event.get("event") == "unit":
            stage = event["unit"].split("/")[0]
            spent[stage] += event["cpu_seconds"]
            samples += event["audio_samples"] * (stage == "tokens")
    stages = ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in spent.items())
    heard_seconds = samples / SAMPLE_RATE
    return (
        f"{heard_seconds:,.0f} s of dialogue, {heard_seconds / spent.total():.2f} times real time"
        f" of one core; CPU s: {stages}"
    )


def main(run: str) -> int:
    """Print what is known of a run."""
    quality = read_quality(run)
    if quality is None:
        print(f"{run} has no quality.json: listen to it with datagen quality {run} --whole")
        return 2
    folder = RunFolder(run)
    print(f"{len(list(open_run(run))):,} dialogues; {quality.dialogues:,} heard")
    print(*heard(quality), sep="\n")
    print(refused(folder))
    print(speed(folder))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
