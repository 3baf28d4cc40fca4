"""How the CPU's memory is handed out: large blocks are kept between steps, in huge pages.

glibc asks the system for each block above a limit and returns it when it is freed, so that the
tensors of every step are cleared page by page again: a third of a CPU's time in training. And its
pages are of 4 kB, whose addresses a virtual machine looks up twice: a third of what is left.
"""

from __future__ import annotations

import ctypes

import torch

# malloc.h of glibc
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX = -1, -2, -4
KEPT_BYTES = 2**31 - 1
"""What may lie free at the heap's end before it goes back to the system: the most that fits."""
GROWTH_BYTES = 64 * 2**20
"""By how much more than is asked for the heap grows."""
_HUGE_BYTES = KEPT_BYTES - 2 * GROWTH_BYTES
"""How much of the heap is in huge pages: what may lie free at its end, with room to grow."""
_MADV_HUGEPAGE = 14
_PAGE_BYTES = 2 * 2**20


def keep_blocks(device: torch.device) -> bool:
    """Let this process keep what it frees, where it trains on a CPU; return whether it does.

    A process on a GPU leaves its settings alone, and so does one whose C library has none.
    """
    if device.type != "cpu":
        return False
    library = ctypes.CDLL(None)
    mallopt = getattr(library, "mallopt", None)
    if mallopt is None:
        return False
    settings = ((_MMAP_MAX, 0), (_TRIM_THRESHOLD, KEPT_BYTES), (_TOP_PAD, GROWTH_BYTES))
    if not all(mallopt(name, value) for name, value in settings):
        return False
    _advise_huge_pages(library)
    return True


def _advise_huge_pages(library: ctypes.CDLL) -> None:
    """Ask for huge pages where the heap will grow; a system that has none goes on without.

    A block as large as what the heap may keep is taken and freed: no page of it is touched, so it
    costs addresses alone, and what is allocated there later is what was advised.
    """
    library.malloc.restype = ctypes.c_void_p
    library.malloc.argtypes = [ctypes.c_size_t]
    library.free.argtypes = [ctypes.c_void_p]
    library.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    block = library.malloc(_HUGE_BYTES)
    if block is None:
        return
    begin = -(-block // _PAGE_BYTES) * _PAGE_BYTES
    end = (block + _HUGE_BYTES) // _PAGE_BYTES * _PAGE_BYTES
    library.madvise(begin, end - begin, _MADV_HUGEPAGE)
    library.free(block)
