"""Low-rank adapters: small matrices that learn beside frozen weights.

    y = W x  -->  y = W x + scale B (A x), with B = 0 at the start

An adapter keeps the name of the weight it sits beside, so weights load and save as if it were not
there; `merged` is what an adapted model is exported as.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional

from train.config import UserError

ALL_LINEAR = (
    r"(transformer|depformer)\.layers\..*(in_projs\.\d+|out_projs\.\d+|linear_in|linear_out)"
    r"|depformer_in\.\d+|linears\.\d+|text_linear"
)
"""Every matrix but the embeddings, as moshi-finetune adapts them."""


class LoraLinear(nn.Linear):
    """A linear layer whose weight is frozen and whose adapter learns."""

    def __init__(self, base: nn.Linear, rank: int, scale: float) -> None:
        super().__init__(base.in_features, base.out_features, bias=False, device="meta")
        self.weight = base.weight
        self.weight.requires_grad_(False)
        self.scale = scale
        self.lora_a = nn.Parameter(self.weight.new_empty(rank, base.in_features))
        self.lora_b = nn.Parameter(self.weight.new_zeros(base.out_features, rank))
        nn.init.normal_(self.lora_a, std=base.in_features**-0.5)

    def forward(self, input: Tensor) -> Tensor:
        """Map input [..., in] -> [..., out]."""
        change = functional.linear(functional.linear(input, self.lora_a), self.lora_b)
        return super().forward(input) + self.scale * change


def add_lora(
    model: nn.Module, *, rank: int, alpha: float | None = None, targets: str = ALL_LINEAR
) -> int:
    """Freeze a model and adapt the linear layers whose names ``targets`` matches; count them.

    The scale is alpha / rank; alpha is 2 x rank where it is not given (moshi-finetune). Do it
    before the model is sharded, and give the optimiser what still requires a gradient.
    """
    if rank < 1:
        raise UserError(f"lora.rank must be at least 1 to adapt a model, not {rank}")
    model.requires_grad_(False)
    found = [
        name
        for name, module in model.named_modules()
        if isinstance(module, nn.Linear) and re.fullmatch(targets, name)
    ]
    if not found:
        raise UserError(f"lora: no linear layer of the model has a name like {targets}")
    for name in found:
        parent, _, last = name.rpartition(".")
        base = model.get_submodule(name)
        assert isinstance(base, nn.Linear)
        scale = (alpha or 2.0 * rank) / rank
        setattr(model.get_submodule(parent), last, LoraLinear(base, rank, scale))
    return len(found)


def is_adapter(name: str) -> bool:
    """Say whether a parameter belongs to an adapter."""
    return name.endswith((".lora_a", ".lora_b"))


def adapters(model: nn.Module) -> Iterator[tuple[str, LoraLinear]]:
    """Yield the adapted layers by name."""
    for name, module in model.named_modules():
        if isinstance(module, LoraLinear):
            yield name, module


def merge(weight: Tensor, lora_a: Tensor, lora_b: Tensor, scale: float) -> Tensor:
    """Return the weight [out, in] that acts as weight and adapter together, float32."""
    return torch.addmm(weight.float(), lora_b.float(), lora_a.float(), alpha=scale)
