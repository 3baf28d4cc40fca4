"""Names of weights: ours (moshi >= 0.2), PersonaPlex's files, and the widening of Moshi to 16 rows.

    self_attn.in_projs.{i}.weight, i = 0 ... n-1  <-->  i-th part of self_attn.in_proj_weight
    depth step 8 ... 15  <--  depth step 0 ... 7 of a Moshi that predicts the agent alone

PersonaPlex's server reads the fused names only (NVIDIA/personaplex, moshi/models/loaders.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple, TypeVar

import torch

from train.config import UserError
from train.model import DuplexLM, ModelConfig

T = TypeVar("T")
_SPLIT = re.compile(r"(.*\.self_attn\.)(in|out)_projs\.(\d+)\.weight")
_STEP = re.compile(
    r"(depformer_in\.|linears\.|depformer_emb\."
    r"|depformer\.layers\.\d+\.(?:gating|self_attn\.(?:in|out)_projs)\.)(\d+)(\..*)"
)


class FusedPart(NamedTuple):
    """Where a parameter lies in a file with fused names."""

    name: str
    part: int | None
    """Which of the equal parts along the first axis; None is the whole tensor."""


def fused(name: str) -> FusedPart:
    """Return where PersonaPlex keeps the parameter that we call ``name``."""
    if not (match := _SPLIT.fullmatch(name)):
        return FusedPart(name, None)
    prefix, side, index = match.groups()
    return FusedPart(
        f"{prefix}{'in_proj_weight' if side == 'in' else 'out_proj.weight'}", int(index)
    )


def origin(name: str, dep_q: int) -> str:
    """Return which parameter of a model of ``dep_q`` rows a wider one starts its ``name`` from.

    The user's depth steps begin as copies of the agent's. Rows 0 ... dep_q - 2 have an embedding
    (the last one's token is read by nobody), so the one of row dep_q - 1 has no counterpart:
    NVIDIA's loader leaves it as memory was, we copy the row before it, acoustic too.
    """
    match = _STEP.fullmatch(name)
    if match is None or int(match[2]) < dep_q - match[1].startswith("depformer_emb"):
        return name
    index = int(match[2])
    if index == dep_q - 1:
        return f"{match[1]}{dep_q - 2}{match[3]}"
    return f"{match[1]}{index - dep_q}{match[3]}"


def narrow(state: Mapping[str, T], dep_q: int) -> dict[str, T]:
    """Return the tensors of a model that predicts the first ``dep_q`` rows, the agent's, alone.

    The last row's token is read by no step, so one embedding fewer stays.
    """
    kept = {}
    for name, tensor in state.items():
        match = _STEP.fullmatch(name)
        if match is None or int(match[2]) < dep_q - match[1].startswith("depformer_emb"):
            kept[name] = tensor
    return kept


def layout(config: ModelConfig) -> dict[str, tuple[int, ...]]:
    """Return every parameter's name and shape, without making one."""
    with torch.device("meta"):
        model = DuplexLM(config)
    return {name: tuple(parameter.shape) for name, parameter in model.named_parameters()}


def personaplex_layout(config: ModelConfig) -> dict[str, tuple[int, ...]]:
    """Return every tensor's name and shape in PersonaPlex's file: 475 at full size."""
    shapes: dict[str, tuple[int, ...]] = {}
    for name, shape in layout(config).items():
        whole = fused(name).name
        rows = shapes[whole][0] if whole in shapes else 0
        shapes[whole] = (rows + shape[0], *shape[1:])
    return shapes


def check_layout(
    found: Mapping[str, tuple[int, ...]], expected: Mapping[str, tuple[int, ...]], where: str
) -> None:
    """Refuse tensors whose names or shapes are not exactly as expected."""
    missing, extra = sorted(expected.keys() - found.keys()), sorted(found.keys() - expected.keys())
    other = sorted(name for name in expected.keys() & found.keys() if expected[name] != found[name])
    details = [
        *(f"{len(missing)} missing, first {missing[0]}" for _ in missing[:1]),
        *(f"{len(extra)} unknown, first {extra[0]}" for _ in extra[:1]),
        *(
            f"{len(other)} of other shape, first {name} {found[name]} for {expected[name]}"
            for name in other[:1]
        ),
    ]
    if details:
        raise UserError(
            f"{where} does not fit the model ({'; '.join(details)});"
            " choose the model.preset of these weights, or other weights"
        )
