"""One of two processes that share a model: started by test_ranks.py, not a test by itself.

argv: rank, number of ranks, folder they share. Fails by assertion.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import torch
import torch.distributed as dist
from safetensors.torch import load_file
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import DTensor

from train.delay import Delayed, delay
from train.lora import add_lora
from train.loss import LossWeights, counts, sums, total
from train.model import PRESETS, DuplexLM
from train.weights import initialise, load_weights, save_weights

CONFIG, WEIGHTS = PRESETS["tiny"], LossWeights()


def row(frames: int, prompt: int, seed: int) -> Delayed:
    """One example [1, K, S] with padded text and a prompt."""
    generator = torch.Generator().manual_seed(seed)
    text = torch.randint(4, CONFIG.text_card, (1, frames), generator=generator)
    text[0, ::3] = 3
    codes = torch.cat((text, torch.randint(0, CONFIG.card, (16, frames), generator=generator)))
    mask = (torch.arange(frames) >= prompt).expand_as(codes)
    return Delayed(*(part[None] for part in delay(codes, mask, CONFIG.initial)))


def sharded(world: int, adapter_rank: int = 0) -> DuplexLM:
    """The model on no device, spread over the ranks, still to be filled."""
    with torch.device("meta"):
        model = DuplexLM(CONFIG, checkpoint_activations=True)
        if adapter_rank:
            add_lora(model, rank=adapter_rank)
    mesh = init_device_mesh("cpu", (world,))
    for block in model.blocks():
        fully_shard(block, mesh=mesh)
    fully_shard(model, mesh=mesh)
    model.to_empty(device="cpu")
    return model


def same_as_alone(rank: int, world: int, folder: Path) -> None:
    """Loss and gradients of unequal rows on two ranks are those of one process."""
    rows = [row(40, 5, 1), row(28, 12, 2)]
    alone = DuplexLM(CONFIG)
    initialise(alone, 3)
    parts = [sums(*alone(one.inputs, one.targets), one.targets, one.mask, WEIGHTS) for one in rows]
    expected = total(parts[0] + parts[1], WEIGHTS)
    expected.backward()

    model = sharded(world)
    initialise(model, 3)
    mine = rows[rank]
    denominators = counts(mine.targets, mine.mask, WEIGHTS, CONFIG.dep_q)
    dist.all_reduce(denominators)
    found = sums(*model(mine.inputs, mine.targets), mine.targets, mine.mask, WEIGHTS)
    loss = total(found, WEIGHTS, denominators)
    (world * loss).backward()
    whole = loss.detach().clone()
    dist.all_reduce(whole)
    assert abs(whole.item() - expected.item()) < 1e-5
    worst = 0.0
    assert all(theirs.grad is not None and theirs.grad.any() for theirs in alone.parameters())
    for ours, theirs in zip(model.parameters(), alone.parameters(), strict=True):
        assert isinstance(ours.grad, DTensor)
        worst = max(worst, (ours.grad.full_tensor() - theirs.grad).abs().max().item())
    assert worst < 1e-5
    print(f"loss {whole.item():.6f}, alone {expected.item():.6f}, worst gradient {worst:.1e}")
    save_weights(model, folder / "sharded.safetensors", torch.float32)
    save_weights(alone, folder / "alone.safetensors", torch.float32)
    dist.barrier()
    read = [(folder / f"{name}.safetensors").read_bytes() for name in ("sharded", "alone")]
    assert read[0] == read[1]


def adapters_are_sharded_too(world: int, folder: Path) -> None:
    """Weights load under sharded adapters; only adapters learn; the export has them merged."""
    model = sharded(world, adapter_rank=4)
    load_weights(model, folder / "alone.safetensors", seed=1)
    one = row(20, 3, 4)
    for _ in range(2):
        loss = total(sums(*model(one.inputs, one.targets), one.targets, one.mask, WEIGHTS), WEIGHTS)
        loss.backward()
        with torch.no_grad():  # by hand: an optimiser takes seconds to import
            for parameter in model.parameters():
                if parameter.grad is not None:
                    parameter -= 5.0 * parameter.grad
                    parameter.grad = None
    save_weights(model, folder / "merged.safetensors", torch.float32)
    dist.barrier()
    merged = DuplexLM(CONFIG)
    load_weights(merged, folder / "merged.safetensors")
    with torch.no_grad():
        expected, found = model(one.inputs, one.targets), merged(one.inputs, one.targets)
    assert all((a - b).abs().max() < 1e-4 for a, b in zip(expected, found, strict=True))
    before, after = (
        load_file(folder / f"{name}.safetensors")["text_linear.weight"]
        for name in ("alone", "merged")
    )
    assert not torch.equal(before, after)


def main() -> None:
    """Join the other process and check."""
    rank, world, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    torch.set_num_threads(1)
    dist.init_process_group(
        "gloo",
        init_method=(folder / "meet").as_uri(),
        rank=rank,
        world_size=world,
        timeout=timedelta(seconds=60),
    )
    same_as_alone(rank, world, folder)
    adapters_are_sharded_too(world, folder)
    dist.barrier()  # who leaves early takes the connections of the others along
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
