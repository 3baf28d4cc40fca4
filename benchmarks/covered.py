"""Which lines of datagen/ and train/ the tests run, room by room: `python -m benchmarks.covered`.

Reads what `make coverage` left: tests, the programs that they start, and Ray's workers. Files that
need a GPU's models are left out, by the list in pyproject.toml. Exit 1 if a package is under 95 %.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FLOOR = 95.0


@dataclass
class Lines:
    """How many lines there are, and how many were run."""

    all: int = 0
    run: int = 0

    @property
    def percent(self) -> float:
        return 100 * self.run / self.all if self.all else 100.0


def room(path: str) -> str:
    """Return the room of a file: datagen/text, or datagen for what lies in none."""
    parts = Path(path).parts
    return "/".join(parts[:2]) if len(parts) > 2 else parts[0]


def measured() -> dict[str, Lines]:
    """Return the lines of each file."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "coverage.json"
        command = [sys.executable, "-m", "coverage", "json", "-q", "-i", "-o", str(out)]
        subprocess.run(command, cwd=ROOT, check=True, env=os.environ)
        files = json.loads(out.read_text())["files"]
    return {
        path: Lines(one["summary"]["num_statements"], one["summary"]["covered_lines"])
        for path, one in files.items()
    }


def left_out() -> list[str]:
    """Return the files that are not counted."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return list(settings["tool"]["coverage"]["report"]["omit"])


def main() -> None:
    """Print the rooms, the two packages and the least covered files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--least", type=int, default=0, help="name so many files with most to run")
    least = parser.parse_args().least
    files = measured()
    sums: dict[str, Lines] = defaultdict(Lines)
    for path, lines in files.items():
        package = path.partition("/")[0] + "/ in all"
        for name in (room(path), package):
            sums[name].all += lines.all
            sums[name].run += lines.run
    packages = sorted(name for name in sums if name.endswith(" in all"))
    for name in [*sorted(set(sums) - set(packages)), *packages]:
        one = sums[name]
        print(f"{name:<20} {one.run:>6,} of {one.all:>6,} lines  {one.percent:>5.1f} %")
    print(f"{len(files)} files; {len(left_out())} that need a GPU's models are left out")
    missing = sorted(files, key=lambda path: files[path].run - files[path].all)
    for path in missing[:least]:
        print(
            f"{files[path].all - files[path].run:>5} not run  {files[path].percent:>5.1f} %  {path}"
        )
    if any(sums[name].percent < FLOOR for name in packages):
        raise SystemExit(f"under {FLOOR:g} %")


if __name__ == "__main__":
    main()
