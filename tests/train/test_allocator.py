"""What a process keeps of the memory that it frees."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from train.allocator import keep_blocks

ENABLED = Path("/sys/kernel/mm/transparent_hugepage/enabled")
FAULTS = """
import resource, sys, torch
from train.allocator import keep_blocks
if sys.argv[1] == "keep":
    assert keep_blocks(torch.device("cpu"))
def fill():
    return torch.ones(16, 2**20).sum()
for _ in range(20):  # glibc before 2.38 finds aligned blocks again only after some
    fill()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(8):
    fill()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(word: str) -> int:
    """Return how many pages a process is given for 8 tensors of 64 MiB, one after the other."""
    done = subprocess.run(
        [sys.executable, "-c", FAULTS, word], capture_output=True, text=True, check=True
    )
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="a setting of glibc")
def test_blocks_are_kept_between_steps() -> None:
    kept, given_back = faults("keep"), faults("leave")
    assert kept < 256
    assert given_back > 10 * (kept + 1)


def test_a_gpus_process_is_left_alone() -> None:
    assert not keep_blocks(torch.device("cuda"))


ADVISED = """
import torch
from train.allocator import keep_blocks
assert keep_blocks(torch.device("cpu"))
kept = [torch.ones(2**20) for _ in range(64)]
size, advised = 0, 0
for line in open("/proc/self/smaps"):
    words = line.split()
    if words[0] == "Size:":
        size = int(words[1]) * 1024
    if words[0] == "VmFlags:" and "hg" in words:
        advised += size
print(advised)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="a setting of glibc")
@pytest.mark.skipif(not ENABLED.exists(), reason="a kernel without huge pages")
def test_the_heap_grows_into_huge_pages() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ADVISED], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) > 2**30
