"""How fast recorded calls are annotated, step by step: hours an hour of one core.

    python -m benchmarks.annotate RUN [--calls 10] [--set align.use=ctc ...]

RUN is a finished synthetic run. Its first calls become a mock Fisher (8 kHz mu-law SPHERE,
transcripts with stamps of 10 ms), which one process annotates as `datagen annotate fisher` does.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from datagen.annotate import calls, run, work
from datagen.annotate.settings import settings_of
from datagen.annotate.words import WordFinder
from datagen.stages.tokens import TokensStage
from tests.fixtures.mock_fisher import mock_fisher

STEPS = (
    ("words, aligned", WordFinder, "find"),
    ("levels and leakage", calls, "measure"),
    ("backchannels and asides", calls, "mark"),
    ("turns and events", calls, "turns"),
    ("sound and references", work, "dialogue_of"),
    ("codes and text", TokensStage, "run"),
)
"""What is timed: its name, and where it is."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--calls", type=int, default=10)
    parser.add_argument("--set", dest="overrides", action="append", default=[])
    options = parser.parse_args()
    spent: dict[str, float] = defaultdict(float)
    for step, owner, name in STEPS:
        setattr(owner, name, _timed(getattr(owner, name), step, spent))
    settings = settings_of("fisher", "fisher", overrides=options.overrides)
    with tempfile.TemporaryDirectory() as root:
        corpus = Path(root) / "fisher"
        mock_fisher(options.run, corpus, options.calls)
        start = time.process_time()
        made = run.annotate(settings, [corpus], Path(root) / "run", accepted=["fisher"])
        total = time.process_time() - start
    hours = made.seconds / 3600
    print(f"{made.calls} calls, {made.dialogs} dialogues, {hours:.2f} h, {total:.1f} CPU s")
    print(f"{'all of it':<25}{hours * 3600 / total:>9,.0f} h an hour of a core")
    for step, seconds in [
        *spent.items(),
        ("reading, writing, packing", total - sum(spent.values())),
    ]:
        print(f"{step:<25}{hours * 3600 / max(seconds, 1e-9):>9,.0f} {seconds / total:>6.1%}")


def _timed(function: Any, step: str, spent: dict[str, float]) -> Any:
    def run_timed(*args: Any, **options: Any) -> Any:
        start = time.process_time()
        try:
            return function(*args, **options)
        finally:
            spent[step] += time.process_time() - start

    return run_timed


if __name__ == "__main__":
    main()
