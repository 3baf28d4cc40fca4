"""The RQ-transformer of Moshi and PersonaPlex in plain PyTorch, with moshi's parameter names.

    inputs [B, 17, S]  --temporal-->  hidden [B, S, D]  --text_linear-->  text logits [B, S, Vt]
    hidden, targets [B, 17, S]  --depth, 16 steps-->  audio logits [B, 16, S, Va]

All in steps (see `train.delay`): no delays, no NaN, no graph breaks, any layer can be sharded.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from train.config import UserError, build, meant
from train.delay import at
from train.layers import Embedding, Layer, Read, RMSNorm, Transformer

DEPTH_PREFIXES = ("depformer", "linears.")
"""How names of depth parameters begin; PersonaPlex trains them at a higher rate."""


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """Sizes of the network, named as moshi names them."""

    dim: int
    num_heads: int
    num_layers: int
    hidden_scale: float = 4.125
    n_q: int = 16
    """Audio rows that are read."""
    dep_q: int = 16
    """Audio rows that are predicted, the agent's first."""
    card: int = 2048
    """Codes of a codebook; the next id is the initial token."""
    text_card: int = 32000
    """Ids of the tokenizer; the next id is the initial token."""
    depformer_dim: int
    depformer_num_heads: int
    depformer_num_layers: int
    depformer_dim_feedforward: int
    context: int = 3000
    """Steps that attention reaches back, this one counted."""
    max_period: float = 10_000.0

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value <= 0:
                raise UserError(f"model: {name} is {value} and must be more than 0")
        for dim, heads in (
            (self.dim, self.num_heads),
            (self.depformer_dim, self.depformer_num_heads),
        ):
            if dim % (2 * heads):
                raise UserError(
                    f"model: a width of {dim} does not divide into {heads} heads of even size;"
                    " change dim or num_heads"
                )
        if not 1 <= self.dep_q <= self.n_q:
            raise UserError(f"model: dep_q {self.dep_q} must be between 1 and n_q {self.n_q}")

    @property
    def initial(self) -> Tensor:
        """Tokens before the first step, [K]."""
        return torch.tensor([self.text_card] + [self.card] * self.n_q)


PRESETS: Mapping[str, ModelConfig] = {
    # NVIDIA/personaplex, moshi/models/loaders.py
    "personaplex": ModelConfig(
        dim=4096,
        num_heads=32,
        num_layers=32,
        depformer_dim=1024,
        depformer_num_heads=16,
        depformer_num_layers=6,
        depformer_dim_feedforward=4224,
    ),
    # 117 M parameters with a vocabulary of 4,096, half of them in the 16 depth steps
    "small": ModelConfig(
        dim=512,
        num_heads=8,
        num_layers=12,
        text_card=4096,
        depformer_dim=256,
        depformer_num_heads=4,
        depformer_num_layers=3,
        depformer_dim_feedforward=1056,
    ),
    # 0.7 M parameters: for tests, and minutes of one CPU core
    "tiny": ModelConfig(
        dim=64,
        num_heads=4,
        num_layers=2,
        text_card=512,
        card=64,
        depformer_dim=32,
        depformer_num_heads=4,
        depformer_num_layers=2,
        depformer_dim_feedforward=132,
        context=512,
    ),
}


def model_config(preset: str, overrides: Mapping[str, Any] | None = None) -> ModelConfig:
    """Return a preset with some of its sizes changed."""
    if preset not in PRESETS:
        raise UserError(
            f"model.preset: there is no {preset!r};{meant(preset, list(PRESETS))} known are"
            f" {', '.join(PRESETS)}"
        )
    sizes = {**dataclasses.asdict(PRESETS[preset]), **(overrides or {})}
    return build(ModelConfig, sizes, "model.overrides")


class DuplexLM(nn.Module):
    """Temporal transformer over steps, depth transformer over the rows of a step."""

    def __init__(self, config: ModelConfig, *, checkpoint_activations: bool = False) -> None:
        super().__init__()
        self.config = config
        dim, depth_dim = config.dim, config.depformer_dim
        self.emb = nn.ModuleList(Embedding(config.card + 1, dim) for _ in range(config.n_q))
        self.text_emb = Embedding(config.text_card + 1, dim)
        self.transformer = Transformer(
            config.num_layers,
            dim,
            config.num_heads,
            int(config.hidden_scale * dim),
            max_period=config.max_period,
        )
        self.out_norm = RMSNorm(dim)
        self.text_linear = nn.Linear(dim, config.text_card, bias=False)
        self.depformer_in = nn.ModuleList(
            nn.Linear(dim, depth_dim, bias=False) for _ in range(config.dep_q)
        )
        self.depformer_text_emb = Embedding(config.text_card + 1, depth_dim)
        self.depformer_emb = nn.ModuleList(
            Embedding(config.card + 1, depth_dim) for _ in range(config.dep_q - 1)
        )
        self.depformer = Transformer(
            config.depformer_num_layers,
            depth_dim,
            config.depformer_num_heads,
            config.depformer_dim_feedforward,
            num_steps=config.dep_q,
        )
        self.linears = nn.ModuleList(
            nn.Linear(depth_dim, config.card, bias=False) for _ in range(config.dep_q)
        )
        for layer in self.blocks():
            layer.checkpointed = checkpoint_activations

    def blocks(self) -> Iterator[Layer]:
        """Yield the layers: what is sharded, compiled or recomputed on its own."""
        for layer in (*self.transformer.layers, *self.depformer.layers):
            assert isinstance(layer, Layer)
            yield layer

    def forward(
        self,
        inputs: Tensor,
        targets: Tensor | None = None,
        segments: Tensor | None = None,
        depth_steps: Tensor | None = None,
        text_steps: Tensor | None = None,
        *,
        apart: bool = False,
    ) -> tuple[Tensor, Any]:
        """Predict every target [B, K, S] from the inputs [B, K, S] and the targets above it.

        ``segments`` [B, S] tells packed sequences apart: attention and positions begin anew where
        the id changes. Returns text logits [B, S, Vt], or [1, N, Vt] of the N ``text_steps``
        [B, S]; and audio logits [B, dep_q, S, Va], or [1, dep_q, N, Va] of the ``depth_steps``.
        What no prediction reads is not computed. Without targets the model sees and predicts text
        alone: audio inputs are not read, and audio logits are None. ``apart`` leaves the audio
        rows a tuple, [B, S, Va] each, which spares a copy of the largest tensor there is.
        """
        positions, mask = attention_plan(inputs, segments, self.config.context)
        if targets is None:
            read = None if text_steps is None else Read.of(text_steps)
            x = self.transformer(self.text_emb(inputs[:, 0]), positions, mask, read)
            return self.text_linear(self.out_norm(x)), None
        x = self.embed(inputs)
        if depth_steps is None or text_steps is None:
            hidden = self.out_norm(self.transformer(x, positions, mask))
            of_text = hidden if text_steps is None else hidden[text_steps][None]
            of_depth = hidden if depth_steps is None else hidden[depth_steps][None]
        else:
            wanted = text_steps | depth_steps
            hidden = self.out_norm(self.transformer(x, positions, mask, Read.of(wanted)))
            of_text = hidden[:, text_steps[wanted]]
            of_depth = hidden[:, depth_steps[wanted]]
        if depth_steps is not None:
            targets = at(targets, depth_steps)
        rows = self._depth(of_depth, targets)
        return self.text_linear(of_text), rows if apart else torch.stack(rows, dim=1)

    def embed(self, inputs: Tensor) -> Tensor:
        """Add up the vectors of all rows: [B, K, S] -> [B, S, D]."""
        x: Tensor = self.text_emb(inputs[:, 0])
        for row, embedding in enumerate(self.emb, start=1):
            x = x + embedding(inputs[:, row])
        return x

    def depth_input(self, index: int, hidden: Tensor, token: Tensor) -> Tensor:
        """Return what depth step ``index`` reads [..., D]: hidden [..., D] and the row above it."""
        embedding = self.depformer_text_emb if index == 0 else self.depformer_emb[index - 1]
        out: Tensor = self.depformer_in[index](hidden) + embedding(token)
        return out

    def _depth(self, hidden: Tensor, targets: Tensor) -> tuple[Tensor, ...]:
        num_rows = self.config.dep_q
        x = torch.stack(
            [self.depth_input(k, hidden, targets[:, k]) for k in range(num_rows)], dim=2
        )
        positions = torch.arange(num_rows, device=x.device)[None]
        x = self.depformer(x.flatten(0, 1), positions).view_as(x)
        return tuple(linear(row) for linear, row in zip(self.linears, x.unbind(2), strict=True))


def attention_plan(
    inputs: Tensor, segments: Tensor | None, context: int
) -> tuple[Tensor, Tensor | None]:
    """Return positions [B or 1, S] and the mask [B, 1, S, S], None where plain causal will do."""
    steps = torch.arange(inputs.shape[-1], device=inputs.device)
    if segments is None and len(steps) <= context:
        return steps[None], None
    distance = steps[:, None] - steps[None, :]
    mask = ((distance >= 0) & (distance < context))[None, None]
    if segments is None:
        return steps[None], mask
    mask = mask & (segments[:, None, :, None] == segments[:, None, None, :])
    begins = torch.ones_like(segments, dtype=torch.bool)
    begins[:, 1:] = segments[:, 1:] != segments[:, :-1]
    return steps - torch.where(begins, steps, 0).cummax(dim=1).values, mask


def is_depth(name: str) -> bool:
    """Say whether a parameter belongs to the depth transformer."""
    return name.startswith(DEPTH_PREFIXES)
