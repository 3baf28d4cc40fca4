"""How quick the page is at the size of the paper's set: its index, lists, filters and searches.

    python benchmarks/view.py [--dialogs 105410] [--run RUN]

A shard of recipe `dummy` is made, and repeated under other ids until the run is as large as asked
for; `datagen view` reads it as any other. With --run, that run is measured as it is.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import pyarrow as pa

from datagen.engine.plan import BLOCKS_PER_SHARD, DIALOGS_PER_BLOCK
from datagen.engine.run_files import PLAN, read_plan, write
from datagen.storage.run_folder import UNIT_STAGES, RunFolder
from datagen.types import DialogId
from datagen.view.index import RunIndex, open_index
from datagen.view.query import Query
from datagen.view.source import RunSource

PER_SHARD = BLOCKS_PER_SHARD * DIALOGS_PER_BLOCK
QUERIES: dict[str, dict[str, Any]] = {
    "first list": {},
    "last page": {"page": 2_000},
    "longest first": {"sort": "-length"},
    "most barge-ins first": {"sort": "-barge_in"},
    "a domain": {"domain": "bank"},
    "rejects": {"state": "rejected"},
    "a barge-in, longest first": {"event": "barge_in", "sort": "-length"},
    "failed or passed probe Q3, a minute and more": {"probe": "Q3 pass", "min_seconds": 60},
    "a word of few": {"q": "refund"},
    "a word of all": {"q": "you"},
    "a phrase": {"q": '"thanks for calling"'},
    "two words and a domain": {"q": "card number", "domain": "bank"},
}


def made(root: Path) -> Path:
    """Make one full shard."""
    command = [sys.executable, "-m", "datagen", "run", "service", "--recipe", "dummy"]
    subprocess.run(
        [*command, "--dialogs", str(PER_SHARD), "--out", str(root)], check=True, capture_output=True
    )
    return root


def grow(root: Path, shards: int) -> None:
    """Repeat the first shard and its blocks under the ids that follow."""
    folder = RunFolder(root)
    plan = read_plan(folder)
    names = [folder.unit(stage, b) for stage in UNIT_STAGES for b in range(BLOCKS_PER_SHARD)]
    names.append(folder.shard(plan.kind, 0))
    for name in names:
        table, said = folder.read(name), folder.metadata(name) or {}
        number = int(Path(name).stem.rpartition("-")[2])
        for copy in range(1, shards):
            block = copy * (1 if name.startswith("shards/") else BLOCKS_PER_SHARD) + number
            receipt = json.loads(
                json.dumps(said["receipt"]), object_hook=lambda o, copy=copy: _moved(o, copy)
            )
            receipt |= {"block": block, "content": f"{receipt['content'][:-6]}{copy:06d}"}
            stage = name.partition("/")[0]
            other = folder.unit(stage, block)
            if stage == "shards":
                other = folder.shard(plan.kind, block)
            folder.commit(other, _renamed(table, copy), said | {"receipt": receipt})
    dialogs = shards * PER_SHARD
    grown = {"shards": shards, "blocks": shards * BLOCKS_PER_SHARD, "dialogs": dialogs}
    write(folder, PLAN, plan.model_copy(update=grown))


def _moved(values: dict[str, Any], copy: int) -> dict[str, Any]:
    found = DialogId.parse(str(values.get("dialog_id", "")))
    return values | {"dialog_id": _later(found, copy)} if found else values


def _later(found: DialogId, copy: int) -> str:
    return str(DialogId(found.kind, found.number + copy * PER_SHARD))


def _renamed(table: pa.Table, copy: int) -> pa.Table:
    at = table.column_names.index("dialog_id")
    ids = [DialogId.parse(text) for text in table["dialog_id"].to_pylist()]
    column = pa.array([_later(found, copy) for found in ids if found], pa.string())
    return table.set_column(at, "dialog_id", column)


def measure(index: RunIndex) -> None:
    """Print the median of five askings of each query, after none that warms it up."""
    for name, settings in QUERIES.items():
        query, taken, total = Query.read(settings), [], 0
        for _ in range(5):
            start = time.perf_counter()
            _, total = index.page(query)
            taken.append(1000 * (time.perf_counter() - start))
        print(f"{name:<46}{taken[0]:>8.0f} ms first{median(taken):>8.0f} ms{total:>10,} found")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dialogs", type=int, default=105_410)
    parser.add_argument("--run", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        run = arguments.run
        if run is None:
            run = made(Path(temporary) / "run")
            grow(run, -(-arguments.dialogs // PER_SHARD))
        cache, source = Path(temporary) / "cache", RunSource(run)
        start = time.perf_counter()
        index = open_index(source, cache)
        taken, size = time.perf_counter() - start, index.path.stat().st_size
        totals = index.totals()
        count = totals["made"] + totals["rejected"]
        print(f"index of {count:,} dialogues: {taken:.1f} s, {size / 2**20:,.0f} MiB")
        start = time.perf_counter()
        open_index(RunSource(run), cache).close()
        print(f"opened again: {time.perf_counter() - start:.2f} s")
        measure(index)
        index.close()
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
            print(f"memory: {resource.getrusage(who).ru_maxrss / 1024:,.0f} MiB at most")


if __name__ == "__main__":
    main()
