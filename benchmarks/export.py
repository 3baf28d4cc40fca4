"""How fast runs become other programs' forms, in seconds of dialogue a CPU second.

    python benchmarks/export.py RUN [--tokens RUN] [--only FORMAT]

Forms with sound are measured on RUN (made with a voice that speaks: its FLAC is decoded, effects
are applied, and the sound is encoded again), forms of tokens on the other run, or on RUN. CPU time
is that of one process; reading everything back and hashing it is in it.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import tempfile
import time
from pathlib import Path

from datagen.export.make import export
from datagen.export.registry import FORMATS, resolve


def measure(form: str, run: str, folder: Path) -> str:
    start, cpu = time.perf_counter(), time.process_time()
    receipt = export(form, [run], folder)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - start
    seconds = receipt.hours * 3600
    return (
        f"{form:<20}{'sound' if resolve(form).sound else 'tokens':<8}{seconds / cpu:>10,.0f} x CPU"
        f"{seconds / wall:>10,.0f} x wall{receipt.hours:>8.2f} h{receipt.bytes / 1e6:>9,.1f} MB"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run")
    parser.add_argument("--tokens")
    parser.add_argument("--only", nargs="*", default=list(FORMATS))
    arguments = parser.parse_args()
    for form in arguments.only:
        run = arguments.run if resolve(form).sound else arguments.tokens or arguments.run
        folder = Path(tempfile.mkdtemp(prefix="export-"))
        try:
            print(measure(form, run, folder), flush=True)
        finally:
            shutil.rmtree(folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory: {peak:,.0f} MiB at most")


if __name__ == "__main__":
    main()
