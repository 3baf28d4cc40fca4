"""--slice i/n: machines that know nothing of each other make one run, then one packs it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from datagen.engine.plan import Slice
from datagen.types import UserError
from tests.fixtures import runs
from tests.fixtures.runs import hashes, make_plainly, running

BLOCKS = 2


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_slices_share_the_blocks_out(count: int) -> None:
    slices = [Slice.parse(f"{number}/{count}") for number in range(1, count + 1)]
    owners = [[one.name for one in slices if one.has(block)] for block in range(20)]
    assert all(len(names) == 1 for names in owners)
    sizes = [sum(one.has(block) for block in range(20)) for one in slices]
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize("text", ["", "1", "/", "1/", "/2", "0/2", "3/2", "a/b", "1/2/3", "-1/2"])
def test_what_is_no_slice_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="--slice"):
        Slice.parse(text)


@pytest.mark.slow
@pytest.mark.long
def test_two_slices_at_once_and_a_run_that_packs_them(tmp_path: Path) -> None:
    clean, out = tmp_path / "clean", tmp_path / "run"
    make_plainly(clean, BLOCKS)
    dialogs = 16 * BLOCKS
    with (
        running(out, dialogs, "--slice", "1/2") as first,
        running(out, dialogs, "--slice", "2/2") as second,
    ):
        until(lambda: (out / "journal-1-of-2.jsonl").exists() or first.poll() is not None)
        whole = runs.run(out, dialogs)
        ends = [process.communicate(timeout=200) for process in (first, second)]
        codes = [first.returncode, second.returncode]
    assert codes == [0, 0], ends
    assert whole.returncode == 2, "a run of everything waits for the slices"
    assert not list(out.glob("shards/*"))
    made = hashes(out)
    packed = runs.run(out, dialogs)
    assert packed.returncode == 0, packed.stderr
    assert hashes(out) == hashes(clean)
    assert made.items() <= hashes(out).items(), "no block is made again"


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)
