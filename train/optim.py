"""The optimiser and its schedule: AdamW, one rate for each of the two transformers.

model  ->  AdamW with groups temporal and depth;  step  ->  share of the rate
"""

from __future__ import annotations

import math

import torch
from torch import nn

from train.config import OptimSpec
from train.model import is_depth


def adamw(model: nn.Module, spec: OptimSpec) -> torch.optim.AdamW:
    """Return the optimiser of a model's trainable weights. Gains of norms are not decayed."""
    groups: dict[tuple[str, bool], list[nn.Parameter]] = {}
    for name, weight in model.named_parameters():
        if weight.requires_grad:
            part = "depth" if is_depth(name) else "temporal"
            groups.setdefault((part, not name.endswith("alpha")), []).append(weight)
    rates = {"temporal": spec.temporal_lr, "depth": spec.depth_lr}
    return torch.optim.AdamW(
        [
            {
                "params": weights,
                "lr": rates[part],
                "base_lr": rates[part],
                "part": part,
                "weight_decay": spec.weight_decay if decayed else 0.0,
            }
            for (part, decayed), weights in sorted(groups.items(), key=lambda item: item[0])
        ],
        betas=spec.betas,
        eps=spec.eps,
        fused=True,
    )


def share_of_rate(step: int, spec: OptimSpec) -> float:
    """Return the learning rate of a step (0 is the first) as a share of the rate set."""
    if step < spec.warmup_steps:
        return (step + 1) / spec.warmup_steps
    progress = (step - spec.warmup_steps) / max(1, spec.steps - spec.warmup_steps)
    cosine = 0.5 * (1.0 + math.cos(math.pi * min(1.0, progress)))
    return spec.final_lr + (1.0 - spec.final_lr) * cosine


def set_rates(optimizer: torch.optim.Optimizer, step: int, spec: OptimSpec) -> dict[str, float]:
    """Set the rates of a step, and return them by part."""
    share = share_of_rate(step, spec)
    rates = {}
    for group in optimizer.param_groups:
        group["lr"] = group["base_lr"] * share
        rates[f"lr/{group['part']}"] = group["lr"]
    return rates
