"""Transformer layers with moshi's parameter names: RMS norms, rotary positions, gated feed-forward.

    x [B, T, D]  --norm, attention-->  + x  --norm, gating-->  + x  [B, T, D]

A layer with ``num_steps`` has weights of its own for each of T = num_steps positions: that is the
depth transformer (kyutai-labs/moshi, modules/transformer.py).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

NORM_EPSILON = 1e-8
"""moshi's rms_norm_f32."""


class Embedding(nn.Embedding):
    """Token vectors, in which -1 (no token) is the zero vector."""

    def forward(self, input: Tensor) -> Tensor:
        """Look up tokens [...] -> [..., D]."""
        return super().forward(input.clamp(min=0)).masked_fill((input < 0)[..., None], 0.0)


class RMSNorm(nn.Module):
    """Root-mean-square norm, computed in float32 whatever comes in."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.alpha = nn.Parameter(torch.ones(1, 1, dim))

    def forward(self, x: Tensor) -> Tensor:
        """Normalise x [B, T, D]."""
        wide = x.float()
        scale = torch.rsqrt(wide.square().mean(-1, keepdim=True) + NORM_EPSILON)
        return (wide * (self.alpha.float() * scale)).to(x.dtype)


class Gating(nn.Module):
    """Feed-forward layer whose one half opens and shuts the other."""

    def __init__(self, dim: int, feedforward: int) -> None:
        super().__init__()
        hidden = 21 * dim // 8 if feedforward == 4 * dim else 2 * feedforward // 3
        self.linear_in = nn.Linear(dim, 2 * hidden, bias=False)
        self.linear_out = nn.Linear(hidden, dim, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Map x [..., D] -> [..., D]."""
        gate, value = self.linear_in(x).chunk(2, dim=-1)
        out: Tensor = self.linear_out(functional.silu(gate) * value)
        return out


def each(modules: Iterable[nn.Module], x: Tensor) -> Tensor:
    """Apply one module to all positions of x [B, T, D], or the k-th of T modules to the k-th."""
    modules = list(modules)
    if len(modules) == 1:
        out: Tensor = modules[0](x)
        return out
    return torch.stack(
        [module(row) for module, row in zip(modules, x.unbind(1), strict=True)], dim=1
    )


class Read(NamedTuple):
    """The positions of a batch that predictions read."""

    places: Tensor
    """[N], counted over B x T."""
    first: int
    """None of them comes before this one of the T; 0 where to know it would save little."""

    @classmethod
    def of(cls, wanted: Tensor) -> Read:
        """Return the positions that are set in ``wanted`` [B, T], one at least."""
        first = int(wanted.any(0).int().argmax())
        # queries that are cut need a mask, with which the flash kernel of GPUs is not used
        first = first if 2 * first >= wanted.shape[1] else 0
        return cls(wanted.flatten().nonzero()[:, 0], first)

    def after_first(self, num_steps: int) -> Tensor:
        """Return the places [N] as they are counted once what is before the first is cut off."""
        return self.places - (self.places // num_steps + 1) * self.first


def take(x: Tensor, places: Tensor) -> Tensor:
    """Return the ``places`` [N] of x [B, T, D], counted over B x T, as [1, N, D]."""
    return x.flatten(0, 1).index_select(0, places)[None]


def causal(x: Tensor) -> Tensor:
    """Return which key (column) each query of x [..., T, D] may see, [T, T]."""
    return torch.ones(x.shape[-2], x.shape[-2], dtype=torch.bool, device=x.device).tril()


def rotate(x: Tensor, positions: Tensor, max_period: float) -> Tensor:
    """Turn neighbouring pairs of x [B, T, N, H, D] by angles that grow with positions [B, T]."""
    half = x.shape[-1] // 2
    exponents = torch.arange(half, device=x.device, dtype=torch.float32) / half
    angles = positions[..., None].float() * torch.exp(-math.log(max_period) * exponents)
    angles = angles[:, :, None, None]
    pairs = x.float().view(*x.shape[:-1], half, 2)
    if torch.compiler.is_compiling():  # it has no kernels of complex numbers, and fuses these
        (real, imaginary), cos, sin = pairs.unbind(-1), angles.cos(), angles.sin()
        parts = real * cos - imaginary * sin, real * sin + imaginary * cos
        turned = torch.stack(parts, dim=-1)
    else:  # a third of the time, forward and backward
        turns = torch.polar(torch.ones_like(angles), angles)
        turned = torch.view_as_real(torch.view_as_complex(pairs) * turns)
    return turned.flatten(-2).to(x.dtype)


class KVCache:
    """Keys and values of the last ``capacity`` positions of one attention layer."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.length = 0
        """Positions that were ever appended."""
        self._buffer: Tensor | None = None

    def append(self, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Add keys and values [B, H, T, D]; return all that are kept.

        The oldest are overwritten. Their order is lost, and does not matter: keys are rotated.
        """
        num = keys.shape[2]
        assert num == 1 or num + self.length <= self.capacity
        if self._buffer is None:
            batch, heads, _, dim = keys.shape
            self._buffer = keys.new_empty(2, batch, heads, self.capacity, dim)
        start = self.length % self.capacity
        self._buffer[:, :, :, start : start + num] = torch.stack((keys, values))
        self.length += num
        kept = self._buffer[:, :, :, : min(self.length, self.capacity)]
        return kept[0], kept[1]


class Attention(nn.Module):
    """Causal self-attention. Without a mask PyTorch may choose its flash kernel."""

    def __init__(self, dim: int, num_heads: int, num_steps: int, max_period: float | None) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.max_period = max_period
        num_weights = max(num_steps, 1)
        self.in_projs = nn.ModuleList(
            nn.Linear(dim, 3 * dim, bias=False) for _ in range(num_weights)
        )
        self.out_projs = nn.ModuleList(nn.Linear(dim, dim, bias=False) for _ in range(num_weights))

    def heads(self, projected: Tensor, positions: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Split [B, T, 3 D] into queries, keys and values [B, H, T, D / H]."""
        batch, steps, _ = projected.shape
        split = projected.view(batch, steps, 3, self.num_heads, -1)
        if self.max_period is None:
            query, key, value = split.transpose(1, 3).unbind(2)
            return query, key, value
        turned = rotate(split[:, :, :2], positions, self.max_period)
        query, key = turned.transpose(1, 3).unbind(2)
        return query, key, split[:, :, 2].transpose(1, 2)

    def forward(
        self, x: Tensor, positions: Tensor, mask: Tensor | None, read: Read | None = None
    ) -> Tensor:
        """Mix x [B, T, D]; ``mask`` [B, 1, T, T] is True where a query (row) sees a key.

        With ``read``, only its N positions come out: [1, N, D].
        """
        query, key, value = self.heads(each(self.in_projs, x), positions)
        if read is not None and read.first:
            query = query[:, :, read.first :]
            mask = causal(key)[read.first :] if mask is None else mask[:, :, read.first :]
        mixed = functional.scaled_dot_product_attention(
            query, key, value, attn_mask=mask, is_causal=mask is None
        )
        mixed = mixed.transpose(1, 2).flatten(2)
        if read is not None:
            mixed = take(mixed, read.after_first(x.shape[1]))
        return each(self.out_projs, mixed)

    def step(self, x: Tensor, positions: Tensor, cache: KVCache, index: int) -> Tensor:
        """Go on from the cache with x [B, T, D]; more than one position only when it is empty."""
        first = cache.length == 0
        assert first or x.shape[1] == 1
        query, key, value = self.heads(self.in_projs[index](x), positions)
        keys, values = cache.append(key, value)
        mixed = functional.scaled_dot_product_attention(query, keys, values, is_causal=first)
        out: Tensor = self.out_projs[index](mixed.transpose(1, 2).flatten(2))
        return out


class Layer(nn.Module):
    """One transformer layer: the unit that FSDP shards and activation checkpointing recomputes."""

    def __init__(
        self, dim: int, num_heads: int, feedforward: int, num_steps: int, max_period: float | None
    ) -> None:
        super().__init__()
        self.self_attn = Attention(dim, num_heads, num_steps, max_period)
        self.norm1 = RMSNorm(dim)
        self.norm2 = RMSNorm(dim)
        self.gating: nn.Module = (
            nn.ModuleList(Gating(dim, feedforward) for _ in range(num_steps))
            if num_steps
            else Gating(dim, feedforward)
        )
        self.checkpointed = False
        """Compute the activations again in the backward pass instead of keeping them."""

    @property
    def gates(self) -> Sequence[nn.Module]:
        """The feed-forward layers, one for each step that has its own."""
        return list(self.gating) if isinstance(self.gating, nn.ModuleList) else [self.gating]

    def forward(
        self, x: Tensor, positions: Tensor, mask: Tensor | None, read: Read | None = None
    ) -> Tensor:
        """Map x [B, T, D] -> [B, T, D], or to the N positions ``read`` [1, N, D]."""
        if self.checkpointed and torch.is_grad_enabled():
            # nothing in a layer is random
            out: Tensor = checkpoint(
                self._compute,
                x,
                positions,
                mask,
                read,
                use_reentrant=False,
                preserve_rng_state=False,
            )
            return out
        return self._compute(x, positions, mask, read)

    def _compute(
        self, x: Tensor, positions: Tensor, mask: Tensor | None, read: Read | None
    ) -> Tensor:
        mixed = self.self_attn(self.norm1(x), positions, mask, read)
        x = mixed + (x if read is None else take(x, read.places))
        return x + each(self.gates, self.norm2(x))

    def step(self, x: Tensor, positions: Tensor, cache: KVCache, index: int = 0) -> Tensor:
        """Go on from the cache with x [B, T, D], with the weights of step ``index``."""
        x = x + self.self_attn.step(self.norm1(x), positions, cache, index)
        out: Tensor = x + self.gates[index](self.norm2(x))
        return out


class Transformer(nn.Module):
    """A stack of layers."""

    def __init__(
        self,
        num_layers: int,
        dim: int,
        num_heads: int,
        feedforward: int,
        *,
        num_steps: int = 0,
        max_period: float | None = None,
    ) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            Layer(dim, num_heads, feedforward, num_steps, max_period) for _ in range(num_layers)
        )

    def forward(
        self,
        x: Tensor,
        positions: Tensor,
        mask: Tensor | None = None,
        read: Read | None = None,
    ) -> Tensor:
        """Map x [B, T, D] -> [B, T, D]; causal over T where no mask [B, 1, T, T] says more.

        With ``read``, only its N positions come out, [1, N, D]: the last layer computes nothing
        but keys and values for the others.
        """
        *layers, last = self.layers
        for layer in layers:
            x = layer(x, positions, mask)
        out: Tensor = last(x, positions, mask, read)
        return out

    def caches(self, capacity: int) -> list[KVCache]:
        """Return an empty cache for each layer."""
        return [KVCache(capacity) for _ in self.layers]

    def step(
        self, x: Tensor, positions: Tensor, caches: Sequence[KVCache], index: int = 0
    ) -> Tensor:
        """Go on from the caches with x [B, T, D], with the weights of step ``index``."""
        for layer, cache in zip(self.layers, caches, strict=True):
            assert isinstance(layer, Layer)
            x = layer.step(x, positions, cache, index)
        return x
