"""The model of a config, ready to train: sized, filled, adapted, sharded, compiled, on its device.

Config, tokens of the shards  ->  DuplexLM;  Batch  ->  Delayed
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from hashlib import blake2b
from typing import NamedTuple

import torch
from torch import Tensor
from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard

from train.config import Config, UserError
from train.delay import Delayed, delay
from train.distributed import Group
from train.examples import Batch
from train.lora import add_lora
from train.loss import LossWeights, is_padding
from train.model import DuplexLM, ModelConfig, is_depth, model_config
from train.shards import Metadata
from train.weights import find_weights, initialise, inspect, is_hub_id, load_weights


class Predictions(NamedTuple):
    """Logits of a micro-batch, and which of its steps they are of."""

    text: Tensor
    """[1, N, Vt]"""
    audio: tuple[Tensor, ...] | None
    """[1, M, Va] each; None of a model that sees text alone."""
    text_steps: Tensor
    """The N steps [B, S]."""
    depth_steps: Tensor | None
    """The M steps [B, S]."""


def sizes(config: Config, metadata: Metadata) -> ModelConfig:
    """Return the sizes of the model: its vocabularies are those of the shards."""
    spec = config.model
    if metadata.pad not in config.loss.pad_ids:
        raise UserError(
            f"loss.pad_ids {list(config.loss.pad_ids)} lacks {metadata.pad}, the PAD of the shards:"
            " padded text would weigh as much as words"
        )
    if spec.weights is None and config.lora.rank:
        raise UserError(
            f"lora.rank is {config.lora.rank} and model.weights is empty: adapters beside frozen"
            " noise learn nothing; give weights, or train all of them with lora.rank=0"
        )
    chosen = model_config(spec.preset, spec.overrides)
    if spec.weights is not None:
        _check_tokens(spec.weights, chosen, metadata)
    cards = {"card": metadata.cardinality, "text_card": metadata.vocabulary}
    return dataclasses.replace(chosen, **cards)


def _check_tokens(weights: str, chosen: ModelConfig, metadata: Metadata) -> None:
    """Refuse weights that know other tokens than those of the shards.

    An exported file says whose tokens it knows. Others' files know Mimi's and Moshi's.
    """
    info = inspect(weights)
    known = info.tokens if info is not None else {}
    for part, found in known.items():
        if found != metadata.hashes[part]:
            raise UserError(
                f"model.weights: {weights} was trained on tokens of {part} {found} and the shards"
                f" are of {metadata.hashes[part]}: give shards of the same {part}, or other weights"
            )
    if info is None and not is_hub_id(weights):
        find_weights(weights)  # tells what is not there
    if metadata.foreign and not known:
        raise UserError(
            f"model.weights is {weights} and the shards hold tokens of stand-ins"
            f" ({metadata.foreign}), which no pretrained model understands: make shards with the"
            " recipe `released`, or train from noise with model.weights=null"
        )
    card, text_card = (
        (chosen.card, chosen.text_card) if info is None else (info.card, info.text_card)
    )
    cards = {
        "card": (card, metadata.cardinality),
        "text_card": (text_card, metadata.vocabulary),
    }
    for name, (theirs, ours) in cards.items():
        if theirs != ours:
            raise UserError(
                f"model: {weights} has {name} {theirs} and the shards {ours}: they were made with"
                " other tokens than the model's"
            )


def make_model(
    config: Config,
    metadata: Metadata,
    group: Group,
    *,
    fill: bool = True,
    dtype: torch.dtype = torch.float32,
) -> DuplexLM:
    """Return the model on its device with its first weights, sharded over the processes.

    Without ``fill`` the weights are whatever was in memory: for who loads all of them next.
    """
    model = _empty_model(config, metadata).to(dtype)
    if config.model.compile:
        for block in model.blocks():
            block.compile(dynamic=True)
    if group.size > 1:
        shard(model, config)
    elif config.run.precision == "bf16" and config.lora.rank:
        _narrow_frozen(model)
    model.to_empty(device=group.device)
    if not fill:
        return model
    if config.model.weights is None:
        initialise(model, config.seed)
    else:
        load_weights(model, config.model.weights, seed=config.seed)
    return model


def _empty_model(config: Config, metadata: Metadata) -> DuplexLM:
    """Return the model without memory for its weights, with what is frozen frozen."""
    with torch.device("meta"):
        model = DuplexLM(
            sizes(config, metadata), checkpoint_activations=config.model.checkpoint_activations
        )
        if config.lora.rank:
            add_lora(model, rank=config.lora.rank, alpha=config.lora.alpha)
    if config.text_alone:
        freeze_audio(model)
    return model


def freeze_audio(model: DuplexLM) -> None:
    """Leave alone what text does not pass through: audio's vectors and the depth transformer."""
    for name, parameter in model.named_parameters():
        if name.startswith("emb.") or is_depth(name):
            parameter.requires_grad_(False)


def _narrow_frozen(model: DuplexLM) -> None:
    """Keep what LoRA freezes in bfloat16: it is computed in that anyway, and is most of memory."""
    for parameter in model.parameters():
        if not parameter.requires_grad:
            parameter.data = parameter.data.bfloat16()


def shard(model: DuplexLM, config: Config) -> None:
    """Spread weights, gradients and moments over the processes, a layer at a time (FSDP2)."""
    policy = MixedPrecisionPolicy()
    if config.run.precision == "bf16":
        policy = MixedPrecisionPolicy(param_dtype=torch.bfloat16, reduce_dtype=torch.float32)
    for block in model.blocks():
        fully_shard(block, mp_policy=policy)
    fully_shard(model, mp_policy=policy)


def precision(config: Config, group: Group) -> AbstractContextManager[object]:
    """Return the context of a forward pass. FSDP casts by itself."""
    if config.run.precision == "bf16" and group.size == 1:
        return torch.autocast(group.device.type, torch.bfloat16)
    return nullcontext()


def steps_of(batch: Batch, model_sizes: ModelConfig, device: torch.device) -> Delayed:
    """Return a batch as the model takes it, on its device."""
    codes = torch.from_numpy(batch.codes).to(device).long()
    mask = torch.from_numpy(batch.stream_mask()).to(device)
    return delay(codes, mask, model_sizes.initial.to(device))


def quotes_of(batch: Batch, device: torch.device) -> Tensor | None:
    """Return which steps' text is quoted from the prompt [B, S]; text has no delay."""
    return None if batch.quoted is None else torch.from_numpy(batch.quoted).to(device)


def predict(
    model: DuplexLM, steps: Delayed, depth_steps: Tensor | None, text_alone: bool
) -> Predictions:
    """Return the predictions of what trains, and of nothing else."""
    text_steps = marked(steps.mask[:, 0])
    if text_alone:
        return Predictions(model(steps.inputs, text_steps=text_steps)[0], None, text_steps, None)
    if depth_steps is None:
        depth_steps = marked(steps.mask[:, 1:].any(1))
    text, audio = model(steps.inputs, steps.targets, None, depth_steps, text_steps, apart=True)
    return Predictions(text, audio, text_steps, depth_steps)


def marked(flags: Tensor) -> Tensor:
    """Return flags [B, S] with at least one of them set: layers take no batch of nothing."""
    found = flags.clone()
    found[0, 0] |= ~flags.any()
    return found


def draw_depth(steps: Delayed, share: float, names: Sequence[str]) -> tuple[Delayed, Tensor | None]:
    """Leave the audio of a share of each dialogue's steps to train; return those steps [B, S].

    ``names`` seed the draws, so that they do not depend on who has which dialogue.
    """
    if share == 1.0:
        return steps, None
    chosen = _draw(steps.mask[:, 1:].any(1), share, names, "depth", at_least=1)
    mask = steps.mask.clone()
    mask[:, 1:] &= chosen[:, None]
    return steps._replace(mask=mask), chosen


def draw_pads(steps: Delayed, loss: LossWeights, names: Sequence[str]) -> Delayed:
    """Leave a share of each dialogue's padded text to train; `LossWeights.drawn` weighs it."""
    if loss.pad_frames == 1.0:
        return steps
    padded = steps.mask[:, 0] & is_padding(steps.targets[:, 0], loss)
    chosen = _draw(padded, loss.pad_frames, names, "pads")
    mask = steps.mask.clone()
    mask[:, 0] &= chosen | ~padded
    return steps._replace(mask=mask)


def _draw(
    flags: Tensor, share: float, names: Sequence[str], what: str, *, at_least: int = 0
) -> Tensor:
    """Return a share of the set flags [B, S] of each row, and the first of a row that has none if
    there must be one: layers take no batch of nothing."""
    chosen = torch.zeros_like(flags)
    for row, name in enumerate(names):
        places = flags[row].nonzero()[:, 0]
        if len(places) < at_least:
            places = places.new_zeros(1)
        digest = blake2b(f"{name}/{what}".encode(), digest_size=7).digest()
        generator = torch.Generator().manual_seed(int.from_bytes(digest, "big"))
        order = torch.randperm(len(places), generator=generator).to(places.device)
        chosen[row, places[order[: math.ceil(share * len(places))]]] = True
    return chosen
