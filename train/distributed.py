"""The processes that train together: one, or as many as torchrun or Ray Train started.

Everything else asks here for its rank and speaks to the others through here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import torch.distributed as dist

from train.config import UserError


@dataclass(frozen=True)
class Group:
    """This process among the others."""

    rank: int
    size: int
    device: torch.device

    @property
    def first(self) -> bool:
        """Whether this is the process that writes what is written once."""
        return self.rank == 0

    def sum(self, values: torch.Tensor) -> torch.Tensor:
        """Add a tensor up over all processes, in place."""
        if self.size > 1:
            dist.all_reduce(values)
        return values

    def any(self, flag: bool) -> bool:
        """Return whether any process says so."""
        if self.size == 1:
            return flag
        return bool(self.sum(torch.tensor([float(flag)], device=self.device)).item())

    def barrier(self) -> None:
        """Wait for the others."""
        self.any(False)


def choose_device(name: str) -> torch.device:
    """Return this process's device; auto is a GPU if there is one."""
    if name == "cuda" and not torch.cuda.is_available():
        raise UserError("run.device is cuda and there is no GPU here: set it to cpu or auto")
    if name == "cpu" or not torch.cuda.is_available():
        return torch.device("cpu")
    local_rank = int(os.environ.get("LOCAL_RANK", "0"))
    device = torch.device("cuda", local_rank % torch.cuda.device_count())
    torch.cuda.set_device(device)
    return device


@contextmanager
def join(device_name: str) -> Iterator[Group]:
    """Enter the group of processes that the environment describes, and leave it at the end.

    A launcher that made a process group already (Ray Train) keeps it.
    """
    device = choose_device(device_name)
    ours = not dist.is_initialized() and int(os.environ.get("WORLD_SIZE", "1")) > 1
    if ours:
        dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        if dist.is_initialized():
            yield Group(dist.get_rank(), dist.get_world_size(), device)
        else:
            yield Group(0, 1, device)
        if ours:
            dist.barrier()  # who leaves early takes the connections of the others along
    finally:
        if ours:
            dist.destroy_process_group()
