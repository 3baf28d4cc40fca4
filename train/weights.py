"""Weights in and out of a model, whole or sharded over ranks, one tensor in memory at a time.

    folder, file, hub id  --load_weights-->  DuplexLM  --save_weights-->  model.safetensors

Files have PersonaPlex's names in bfloat16, so that NVIDIA's server runs what was trained here.
"""

from __future__ import annotations

import dataclasses
import logging
import math
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, cast

import torch
import torch.distributed as dist
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn
from torch.distributed.tensor import DTensor, distribute_tensor

from train.actions import ActionMarks
from train.config import UserError
from train.lora import adapters, is_adapter, merge
from train.model import DuplexLM
from train.weight_file import TensorSpec, tensor_file
from train.weight_names import (
    check_layout,
    fused,
    layout,
    origin,
    personaplex_layout,
)

logger = logging.getLogger(__name__)

FILE_NAME = "model.safetensors"
ALIASES = {"kyutai/moshiko": "kyutai/moshiko-pytorch-bf16"}
"""Short names of repositories on the Hugging Face hub."""
TOKEN_KEYS = ("codec", "tokenizer")
"""Metadata of an exported file: the hashes of whose ids its model knows."""


def initialise(model: DuplexLM, seed: int) -> None:
    """Give every parameter its first random value: by its name, so alike for any number of ranks.

    A model that was built on the meta device and sharded needs ``to_empty`` before.
    """
    for name, parameter in model.named_parameters():
        _assign(parameter, _noise(model, name, parameter, seed))


def load_weights(model: DuplexLM, source: str | Path, *, seed: int = 0) -> None:
    """Load PersonaPlex's or Moshi's weights: a folder, a .safetensors file or a hub id[@revision].

    A Moshi that predicts the agent alone (8 rows) is widened to 16. Every tensor of the file must
    be used and every parameter found. Adapters, if there are any, start from ``seed``.
    """
    path = find_weights(source)
    weights = _Weights(path, model)
    for name, parameter in model.named_parameters():
        if is_adapter(name):
            _assign(parameter, _noise(model, name, parameter, seed))
        else:
            _assign(parameter, weights.read(name, parameter.shape[0]))
    logger.info("weights of %s, %d rows", path, weights.dep_q)


def save_weights(
    model: DuplexLM,
    path: Path,
    dtype: torch.dtype = torch.bfloat16,
    tokens: Mapping[str, str] | None = None,
    marks: ActionMarks | None = None,
) -> None:
    """Write a model, its adapters merged, as `moshi.offline --moshi-weight PATH` reads it.

    All ranks of a sharded model must call it; the first one writes. ``tokens`` are the hashes of
    the codec and the tokenizer whose ids the model knows, ``marks`` what it puts around calls of
    tools: they are kept in the file.
    """
    first = not dist.is_initialized() or dist.get_rank() == 0
    sources, shapes = _sources(model)
    check_layout(shapes, personaplex_layout(model.config), str(path))
    notes = {} if marks is None else {"call_mark": marks.call, "result_mark": marks.result}
    adapted, parameters = dict(adapters(model)), dict(model.named_parameters())
    specs = {name: TensorSpec(shape, dtype) for name, shape in shapes.items()}
    with (
        tensor_file(path, specs, {**(tokens or {}), **notes})
        if first
        else nullcontext(lambda tensor: None)
    ) as add:
        for name in (source for whole in sorted(sources) for source in sources[whole]):
            tensor = _whole(parameters[name])
            if adapter := adapted.get(name.removesuffix(".weight")):
                lora_a, lora_b = _whole(adapter.lora_a), _whole(adapter.lora_b)
                tensor = merge(tensor, lora_a, lora_b, adapter.scale)
            add(tensor.to(dtype))


def _sources(model: DuplexLM) -> tuple[dict[str, list[str]], dict[str, tuple[int, ...]]]:
    """Return of which parameters each tensor of PersonaPlex's file is made, and its shape."""
    parts: dict[str, dict[int, str]] = {}
    shapes: dict[str, tuple[int, ...]] = {}
    for name, parameter in model.named_parameters():
        if not is_adapter(name):
            where = fused(name)
            parts.setdefault(where.name, {})[where.part or 0] = name
            rows = shapes[where.name][0] if where.name in shapes else 0
            shapes[where.name] = (rows + parameter.shape[0], *parameter.shape[1:])
    return {name: [named[i] for i in sorted(named)] for name, named in parts.items()}, shapes


@dataclass(frozen=True)
class WeightsInfo:
    """What a file of weights says of itself."""

    path: Path
    card: int
    """Codes of a codebook."""
    text_card: int
    """Ids of the tokenizer."""
    tokens: Mapping[str, str]
    """Hashes of `codec` and `tokenizer`, if it was exported here; empty in others' files."""


def inspect(source: str | Path) -> WeightsInfo | None:
    """Read the header of a file of weights; None for a hub id, which is not downloaded for it."""
    path = _local(source)
    if path is None:
        return None
    with open_weights(path) as file:
        names = set(file.keys())
        if not {"emb.0.weight", "text_emb.weight"} <= names:
            raise UserError(f"model.weights: {path} does not hold a Moshi (no emb.0.weight)")
        rows = [file.get_slice(name).get_shape()[0] for name in ("emb.0.weight", "text_emb.weight")]
        metadata = file.metadata() or {}
    kept = {key: metadata[key] for key in TOKEN_KEYS if key in metadata}
    return WeightsInfo(path, rows[0] - 1, rows[1] - 1, kept)


def _local(source: str | Path) -> Path | None:
    """Return the file of a folder or a path, if it is there."""
    path = Path(source).expanduser()
    path = path / FILE_NAME if path.is_dir() else path
    return path if path.is_file() else None


def is_hub_id(source: str | Path) -> bool:
    """Say whether weights are OWNER/NAME[@revision] of a hub, and not meant as a path."""
    name = str(source).partition("@")[0]
    is_path = Path(name).expanduser().exists() or name.startswith(("/", ".", "~"))
    is_file = Path(name).suffix in (".safetensors", ".pt", ".bin")
    return not (is_path or is_file) and name.count("/") == 1 and all(name.split("/"))


def find_weights(source: str | Path, where: str = "model.weights") -> Path:
    """Return the file of a folder, a file or a hub id[@revision], downloaded if need be.

    What is wrong is a sentence that begins with ``where``, the setting or command that named it.
    """
    if (found := _local(source)) is not None:
        return found
    if not is_hub_id(source):
        path = Path(source).expanduser()
        raise UserError(
            f"{where}: there is no file {path / FILE_NAME if path.is_dir() else path};"
            f" give a folder with {FILE_NAME}, a .safetensors file or a hub id like"
            " nvidia/personaplex-7b-v1; of a training of yours make a file with"
            " `python -m train export`"
        )
    repository, _, revision = str(source).partition("@")
    return _download(ALIASES.get(repository, repository), revision or None, where)


def _download(repository: str, revision: str | None, where: str) -> Path:
    try:
        from huggingface_hub import hf_hub_download
        from huggingface_hub.errors import GatedRepoError
    except ImportError as error:
        raise UserError(
            f"{where}: downloading {repository} needs huggingface_hub;"
            f" pip install huggingface_hub, or give the path of its {FILE_NAME}"
        ) from error
    try:
        return Path(hf_hub_download(repository, FILE_NAME, revision=revision))
    except GatedRepoError as error:
        raise UserError(
            f"{where}: {repository} wants its licence accepted;"
            f" do so at https://huggingface.co/{repository} and log in with `hf auth login`"
        ) from error
    except (OSError, ValueError) as error:  # what the hub raises, nearly always
        raise UserError(
            f"{where}: {repository} cannot be downloaded ({' '.join(str(error).split())});"
            f" check the id and the network, or give the path of its {FILE_NAME}"
        ) from error


def open_weights(path: Path, where: str = "model.weights") -> Any:
    """Open a safetensors file, or say that it is none."""
    try:
        return safe_open(path, framework="pt")
    except (SafetensorError, OSError) as error:
        raise UserError(
            f"{where}: {path} is no safetensors file ({error}); download it again"
        ) from error


class _Weights:
    """A file of weights that fits a model, read a parameter at a time."""

    def __init__(self, path: Path, model: DuplexLM) -> None:
        self._file = open_weights(path)
        self._names = set(self._file.keys())
        found = {name: tuple(self._file.get_slice(name).get_shape()) for name in self._names}
        self.dep_q = sum(name.startswith("linears.") for name in found)
        config = model.config
        if 2 * self.dep_q == config.dep_q:
            config = dataclasses.replace(config, dep_q=self.dep_q)
            logger.info("%s predicts the agent alone: the user's rows start as copies", path)
        split = any(".in_projs." in name for name in found)
        expected = layout(config) if split else personaplex_layout(config)
        check_layout(found, expected, f"model.weights: {path}")

    def read(self, name: str, num_rows: int) -> Tensor:
        """Return what a parameter of ``num_rows`` starts from, as a tensor of its own shape."""
        source = origin(name, self.dep_q)
        if name.startswith("depformer_emb.") and source != name:
            logger.info("%s starts as a copy of %s", name, source)
        if source in self._names:
            return cast(Tensor, self._file.get_tensor(source))
        where = fused(source)
        assert where.part is not None
        start = where.part * num_rows
        return cast(Tensor, self._file.get_slice(where.name)[start : start + num_rows])


def _whole(parameter: Tensor) -> Tensor:
    tensor = parameter.detach()
    return tensor.full_tensor() if isinstance(tensor, DTensor) else tensor


@torch.no_grad()
def _assign(parameter: nn.Parameter, value: Tensor) -> None:
    """Copy a whole tensor into a parameter, or this rank's part of it into its shard."""
    assert not parameter.is_meta
    assert parameter.shape == value.shape
    if isinstance(parameter, DTensor):
        value = distribute_tensor(
            value.to(parameter.dtype),
            parameter.device_mesh,
            parameter.placements,
            src_data_rank=None,  # every rank has read the same file: nothing is sent
        )
    parameter.copy_(value)


def _noise(model: DuplexLM, name: str, parameter: Tensor, seed: int) -> Tensor:
    shape = tuple(parameter.shape)
    if name.endswith(".alpha"):
        return torch.ones(shape)
    if name.endswith(".lora_b"):
        return torch.zeros(shape)
    noise = _normal(f"{seed}/{name}", shape)
    if name == "text_linear.weight":  # starts as what is read: words of a prompt are easier to say
        noise = _normal(f"{seed}/text_emb.weight", (shape[0] + 1, *shape[1:]))[:-1]
    return noise * _deviation(model, name, shape[-1])


def _normal(name: str, shape: tuple[int, ...]) -> Tensor:
    digest = blake2b(name.encode(), digest_size=8).digest()
    generator = torch.Generator().manual_seed(int.from_bytes(digest, "big") >> 1)
    return torch.randn(shape, generator=generator)


def _deviation(model: DuplexLM, name: str, fan_in: int) -> float:
    """Return the standard deviation that keeps activations near 1 and first losses near ln V."""
    if name == "text_emb.weight":
        return 1.0  # one row against 16
    if name == "text_linear.weight":
        return 0.3 / math.sqrt(fan_in)
    if "emb." in name:
        return 1 / math.sqrt(1 + model.config.n_q)  # so many are added up
    if name.startswith("linears."):
        return 0.1 / math.sqrt(fan_in)
    if "out_proj" in name or "linear_out" in name:  # two are added in each layer (GPT-2)
        stack = model.depformer if name.startswith("depformer") else model.transformer
        return 1 / math.sqrt(2 * len(stack.layers) * fan_in)
    return 1 / math.sqrt(fan_in)
