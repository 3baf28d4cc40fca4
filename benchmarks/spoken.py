"""How many written forms are said right, refused or said wrong, and how fast, beside NeMo's.

    python benchmarks/spoken.py [--nemo PYTHON] [--cases FOLDER]

PYTHON is the interpreter of an environment with `nemo_text_processing` (1.2.0 here; it builds its
grammars for a minute and a half). FOLDER has NeMo's public cases, tests/nemo_text_processing/en/
data_text_normalization of its repository; without it they are cloned. A reading of NeMo's cases is
right if it is theirs, or one of spoken_nemo.tsv: theirs has ways of its own (`zero five` for 2005).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
REPOSITORY = "https://github.com/NVIDIA/NeMo-text-processing"
FOLDER = "tests/nemo_text_processing/en/data_text_normalization"
VERSION = "1.2.0"


class Case(NamedTuple):
    """A written line, and the readings that are right."""

    written: str
    right: tuple[str, ...]


def our_cases() -> dict[str, list[Case]]:
    """Return the tables of tests/text."""
    from tests.text.readings import fresh, table

    return {
        name: [Case(written, (right,)) for written, right in rows]
        for name, rows in (
            ("golden", table("golden")),
            ("field", table("cases")),
            ("fresh", fresh()),
        )
    }


def nemo_cases(folder: Path) -> Iterator[Case]:
    """Read NeMo's cases, but for those of `normalize_with_audio`, which have no single reading."""
    others: dict[tuple[str, int], str] = {}
    for row in (HERE / "spoken_nemo.tsv").read_text(encoding="utf-8").splitlines():
        if not row.startswith("# "):
            name, line, said = row.split("\t")
            others[name, int(line)] = said
    for path in sorted(folder.glob("test_cases_*.txt")):
        name = path.stem.removeprefix("test_cases_")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if "audio" not in name and "~" in line:
                written, _, right = line.partition("~")
                also = others.get((name, number))
                yield Case(written, (right, also) if also else (right,))


def ours(lines: Sequence[str]) -> tuple[list[str | None], float]:
    """Return what we say of each line, None where it is refused, and the CPU seconds."""
    from datagen.text import Unsayable, speak

    speak("It was $1 on 1/2/2003.")  # compiles the forms
    said: list[str | None] = []
    begun = time.process_time()
    for line in lines:
        try:
            said.append(speak(line))
        except Unsayable:
            said.append(None)
    return said, time.process_time() - begun


def nemos(python: str, lines: Sequence[str]) -> tuple[list[str | None], float]:
    """Return what NeMo says of each line, and the CPU seconds without its start."""
    answer = subprocess.run(
        [python, __file__, "--as-nemo"],
        input=json.dumps(lines),
        capture_output=True,
        text=True,
        check=True,
    )
    said, seconds = json.loads(answer.stdout.splitlines()[-1])
    return said, seconds


def as_nemo() -> None:
    """Answer lines on standard input, inside NeMo's environment."""
    from nemo_text_processing.text_normalization.normalize import Normalizer

    normalizer = Normalizer(input_case="cased", lang="en")
    lines = json.load(sys.stdin)
    begun = time.process_time()
    said = [normalizer.normalize(line) if line.strip() else "" for line in lines]
    print(json.dumps([said, time.process_time() - begun]))


def judge(cases: Sequence[Case], said: Sequence[str | None], is_shown: bool) -> Counter[str]:
    """Count readings that are right, refused and wrong."""
    from tests.text.readings import is_right

    counts: Counter[str] = Counter()
    for case, one in zip(cases, said, strict=True):
        if one is None:
            counts["refused"] += 1
        elif any(is_right(one, right) for right in case.right):
            counts["right"] += 1
        else:
            counts["wrong"] += 1
            if is_shown:
                print(f"  {case.written}\n    said   {one}\n    right  {case.right[0]}")
    return counts


def report(
    who: str,
    speak: Callable[[Sequence[str]], tuple[list[str | None], float]],
    tables: dict[str, list[Case]],
    is_shown: bool,
) -> None:
    """Print a line for each table and one for the speed."""
    everything = [case for cases in tables.values() for case in cases]
    said, seconds = speak([case.written for case in everything])
    at = 0
    for name, cases in tables.items():
        counts = judge(cases, said[at : at + len(cases)], is_shown)
        at += len(cases)
        shares = (
            f"{what} {100 * counts[what] / len(cases):5.1f} %"
            for what in ("right", "refused", "wrong")
        )
        print(f"{who:>5} {name:>7} {len(cases):>4} lines: {', '.join(shares)}")
    print(f"{who:>5} {1e3 * seconds / len(everything):.3f} ms of CPU a line")


def main() -> None:
    """Measure ours, and NeMo's if there is an environment for it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nemo", help="the Python of an environment with nemo_text_processing")
    parser.add_argument("--cases", type=Path, help="NeMo's data_text_normalization; else cloned")
    parser.add_argument("--show", action="store_true", help="print every wrong reading of ours")
    parser.add_argument("--as-nemo", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.as_nemo:
        as_nemo()
        return
    with TemporaryDirectory() as clone:
        folder = options.cases
        if folder is None:
            subprocess.run(["git", "clone", "-q", "--depth", "1", REPOSITORY, clone], check=True)
            folder = Path(clone) / FOLDER
        tables = our_cases() | {"NeMo's": list(nemo_cases(folder))}
    report("ours", ours, tables, options.show)
    if options.nemo:
        report("NeMo", lambda lines: nemos(options.nemo, lines), tables, False)


if __name__ == "__main__":
    main()
