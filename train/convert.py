"""Weights from one program's names to another's, a tensor in memory at a time.

file, folder or hub id  --fuse or split attention, 8 predicted rows or 16-->  .safetensors
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from torch import Tensor

from train.config import UserError
from train.prompt import NUM_CODEBOOKS
from train.weight_file import TYPES, TensorSpec, tensor_file
from train.weight_names import fused, narrow, origin
from train.weights import find_weights, open_weights

Names = Literal["personaplex", "moshi"]
_FUSED = re.compile(r"(.*\.self_attn\.)(?:(in)_proj_weight|(out)_proj\.weight)")


@dataclass(frozen=True)
class _StoredTensor:
    """A tensor of a file, or one of the equal parts of it along the first axis."""

    source: str
    spec: TensorSpec
    part: int | None = None
    """Which of the parts; None is the whole tensor."""

    def read(self, file: Any) -> Tensor:
        if self.part is None:
            return cast(Tensor, file.get_tensor(self.source))
        rows = self.spec.shape[0]
        start = self.part * rows
        return cast(Tensor, file.get_slice(self.source)[start : start + rows])


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
    if target.suffix != ".safetensors":
        raise UserError(f"convert: {target} must be a .safetensors file")
    path = find_weights(source, "convert")
    with open_weights(path, "convert") as file:
        pieces = _split(file, path)
        if widen:
            pieces = _widened(pieces, path)
        if narrowed:
            _check_rows(pieces, path, 2 * NUM_CODEBOOKS, "--narrow")
            pieces = narrow(pieces, NUM_CODEBOOKS)
        wanted = _grouped(pieces, names)
        metadata = dict(file.metadata() or {})
        metadata.pop("format", None)
        specs = {name: _whole(parts) for name, parts in wanted.items()}
        with tensor_file(target, specs, metadata) as add:
            for name in sorted(wanted):
                for piece in wanted[name]:
                    add(piece.read(file))
    return len(wanted)


def _split(file: Any, path: Path) -> dict[str, _StoredTensor]:
    """Return all tensors by newer moshi's names: attention of each depth step apart."""
    found = list(file.keys())
    steps = sum(name.startswith("linears.") for name in found)
    if not steps:
        raise UserError(f"convert: {path} does not hold a Moshi (no linears.0.weight)")
    pieces: dict[str, _StoredTensor] = {}
    for name in found:
        spec = _spec(file, name, path)
        match = _FUSED.fullmatch(name)
        if match is None:
            pieces[name] = _StoredTensor(name, spec)
            continue
        side = match[2] or match[3]
        parts = steps if name.startswith("depformer.") else 1
        rows, rest = divmod(spec.shape[0], parts)
        if rest:
            raise UserError(
                f"convert: {path} has {spec.shape[0]} rows in {name}, which {parts} depth steps"
                " do not share alike"
            )
        part = TensorSpec((rows, *spec.shape[1:]), spec.dtype)
        for index in range(parts):
            pieces[f"{match[1]}{side}_projs.{index}.weight"] = _StoredTensor(name, part, index)
    return pieces


def _spec(file: Any, name: str, path: Path) -> TensorSpec:
    tensor = file.get_slice(name)
    kind = tensor.get_dtype()
    if kind not in TYPES:
        raise UserError(
            f"convert: {path} has numbers of type {kind} in {name}, which are not known"
        )
    return TensorSpec(tuple(tensor.get_shape()), TYPES[kind])


def _widened(pieces: Mapping[str, _StoredTensor], path: Path) -> dict[str, _StoredTensor]:
    """Return the pieces of a model that predicts the user's rows too, which begin as copies."""
    steps = _check_rows(pieces, path, NUM_CODEBOOKS, "--widen")
    pattern = re.compile(r"(.*(?:depformer_in|linears|gating|in_projs|out_projs)\.)(\d+)(\..*)")
    wide = dict(pieces)
    for name in pieces:
        match = pattern.fullmatch(name)
        if match is not None and not name.startswith("transformer."):
            wide_name = f"{match[1]}{int(match[2]) + steps}{match[3]}"
            wide[wide_name] = pieces[origin(wide_name, steps)]
    for index in range(steps - 1, 2 * steps - 1):
        name = f"depformer_emb.{index}.weight"
        wide[name] = pieces[origin(name, steps)]
    return wide


def _grouped(pieces: Mapping[str, _StoredTensor], names: Names) -> dict[str, list[_StoredTensor]]:
    """Return of which pieces each tensor is made: with PersonaPlex's names, fused ones."""
    if names == "moshi":
        return {name: [piece] for name, piece in pieces.items()}
    parts: dict[str, dict[int, _StoredTensor]] = {}
    for name, piece in pieces.items():
        where = fused(name)
        parts.setdefault(where.name, {})[where.part or 0] = piece
    return {name: [found[index] for index in sorted(found)] for name, found in parts.items()}


def _whole(pieces: list[_StoredTensor]) -> TensorSpec:
    """Return what pieces make, one after the other."""
    first = pieces[0].spec
    if len(pieces) == 1:
        return first
    rows = sum(piece.spec.shape[0] for piece in pieces)
    return TensorSpec((rows, *first.shape[1:]), first.dtype)


def _check_rows(pieces: Mapping[str, _StoredTensor], path: Path, expected: int, flag: str) -> int:
    """Return how many rows a model predicts: those that ``flag`` takes."""
    steps = sum(name.startswith("linears.") for name in pieces)
    if steps != expected:
        raise UserError(f"convert: {path} predicts {steps} rows; {flag} takes one of {expected}")
    return steps
