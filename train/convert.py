"""Weights from one program's names to another's, without a model in memory.

file, folder or hub id  --fuse or split attention, 8 predicted rows or 16-->  .safetensors
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal

from torch import Tensor

from train.config import UserError
from train.prompt import NUM_CODEBOOKS
from train.weight_names import narrow, origin, to_personaplex
from train.weights import find_weights, open_weights, save_atomically

Names = Literal["personaplex", "moshi"]
_FUSED = re.compile(r"(.*\.self_attn\.)(?:(in)_proj_weight|(out)_proj\.weight)")


def convert(
    source: str | Path,
    target: Path,
    names: Names,
    *,
    widen: bool = False,
    narrowed: bool = False,
) -> int:
    """Write the weights of ``source`` with other names; return how many tensors there are.

    ``widen`` lets a Moshi of 8 predicted rows predict the user's too, ``narrowed`` leaves those of
    a PersonaPlex out: kyutai's server hears nobody if a model predicts the user.
    """
    path = find_weights(source)
    if target.suffix != ".safetensors":
        raise UserError(f"convert: {target} must be a .safetensors file")
    with open_weights(path) as file:
        state = _split(file, path)
        metadata = dict(file.metadata() or {})
    if widen:
        state = _widened(state, path)
    if narrowed:
        _check_rows(state, path, 2 * NUM_CODEBOOKS, "--narrow")
        state = narrow(state, NUM_CODEBOOKS)
    result = state if names == "moshi" else to_personaplex(state)
    metadata.pop("format", None)
    save_atomically({name: value.contiguous() for name, value in result.items()}, target, metadata)
    return len(result)


def _split(file: Any, path: Path) -> dict[str, Tensor]:
    """Return all tensors with newer moshi's names: attention of each depth step apart."""
    steps = sum(name.startswith("linears.") for name in file.keys())  # noqa: SIM118
    if not steps:
        raise UserError(f"convert: {path} does not hold a Moshi (no linears.0.weight)")
    state: dict[str, Tensor] = {}
    for name in file.keys():  # noqa: SIM118
        tensor = file.get_tensor(name)
        match = _FUSED.fullmatch(name)
        if match is None:
            state[name] = tensor
            continue
        side = match[2] or match[3]
        parts = steps if name.startswith("depformer.") else 1
        for index, part in enumerate(tensor.chunk(parts)):
            state[f"{match[1]}{side}_projs.{index}.weight"] = part
    return state


def _widened(state: dict[str, Tensor], path: Path) -> dict[str, Tensor]:
    """Return the state of a model that predicts the user's rows too, which begin as copies."""
    steps = _check_rows(state, path, NUM_CODEBOOKS, "--widen")
    pattern = re.compile(r"(.*(?:depformer_in|linears|gating|in_projs|out_projs)\.)(\d+)(\..*)")
    wide = dict(state)
    for name in state:
        match = pattern.fullmatch(name)
        if match is not None and not name.startswith("transformer."):
            wide_name = f"{match[1]}{int(match[2]) + steps}{match[3]}"
            wide[wide_name] = state[origin(wide_name, steps)].clone()
    for index in range(steps - 1, 2 * steps - 1):
        name = f"depformer_emb.{index}.weight"
        wide[name] = state[origin(name, steps)].clone()
    return wide


def _check_rows(state: dict[str, Tensor], path: Path, expected: int, flag: str) -> int:
    """Return how many rows a model predicts: those that ``flag`` takes."""
    steps = sum(name.startswith("linears.") for name in state)
    if steps != expected:
        raise UserError(f"convert: {path} predicts {steps} rows; {flag} takes one of {expected}")
    return steps
