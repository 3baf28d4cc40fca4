"""What to train, on what, how: one YAML file, checked key by key.

CONFIG.yaml + --set a.b=v  ->  Config
"""

from __future__ import annotations

import dataclasses
import difflib
import json
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar, Union

import yaml

from train.actions import ActionMarks
from train.loss import LossWeights
from train.prompt import MAX_FRAMES, PromptPolicy

T = TypeVar("T")

CONFIGS = Path(__file__).resolve().parent / "configs"


class UserError(ValueError):
    """The user asked for what cannot be: one sentence of what, where and how to mend it."""


@dataclass(frozen=True, kw_only=True)
class ModelSpec:
    """Which network, and what it starts from."""

    preset: str = "personaplex"
    """A size that `train.model` names."""
    overrides: dict[str, Any] = field(default_factory=dict)
    """Changes to the preset, by the names of `train.model.ModelConfig`."""
    weights: str | None = None
    """Where training starts: a folder, a .safetensors file or a hub id; None starts from noise."""
    checkpoint_activations: bool = False
    """Compute each layer again in the backward pass instead of keeping its activations."""
    compile: bool = False


@dataclass(frozen=True, kw_only=True)
class LoraSpec:
    """Low-rank adaptation; rank 0 trains every weight."""

    rank: int = 0
    alpha: float = 0.0
    """Scale of the adapters is alpha / rank; 0 means 2 x rank (moshi-finetune's scaling)."""


@dataclass(frozen=True, kw_only=True)
class DataSpec:
    """Which shards, and how batches are made of them."""

    shards: tuple[str, ...] = ()
    """Parquet files, runs or folders of them, synthetic and annotated ones together."""
    texts: tuple[str, ...] = ()
    """Files of `datagen texts`: calls without sound that are trained on in place of the shards'
    own, with the views `openings`, `answers` and `text`, where their words come as far apart as in
    the shards.
    Held-out dialogues are the shards', whose companies no text that is trained on has."""
    cache: str | None = None
    """Folder of the decoded tokens, shared by all processes of a machine; None is OUT/cache."""
    fraction: float = 1.0
    """Share of each kind's dialogues, the first by id: 0.25 is part of 0.5, which is part of 1."""
    mix: dict[str, float] = field(default_factory=dict)
    """How often each dialogue of a kind is seen in an epoch; 1 where nothing is said, 0 leaves a
    kind out, 1.5 is once and for a half of them twice. Real conversations are of the kind
    `annotated`, and each corpus of its own, e.g. `annotated/fisher`, which counts first."""
    marks: str | None = None
    """File of marks that `datagen view` wrote; what the two settings that follow are about."""
    keep: tuple[str, ...] = ()
    """Tags or verdicts (approve, reject) of which a dialogue must have one; empty takes all."""
    leave_out: tuple[str, ...] = ()
    """Tags or verdicts of which a dialogue must have none."""
    view: Literal["all", "text", "openings", "answers"] = "all"
    """What of a dialogue an example holds. `text` leaves all audio rows empty. `openings` is the
    role and the agent's first words without padding, one token after the other: text alone, dense,
    where a small model learns to quote its prompt soonest. `answers` goes on after the opening with
    each answer in which the agent says a fact of its role, up to that fact, and before it what the
    user said, which is read and not learnt; `prompt.shorten` then keeps the sentences that these
    are about, and leaves the opening out. None of them trains the depth transformer."""
    answers: float = 0.0
    """Chance that what follows the prompt ends with such an answer, of a dialogue that has one and
    does not fit whole. Facts weigh as quotes then, and with the view `answers`, too."""
    renamed: float = 0.0
    """Chance that what an example quotes from its prompt stands for other pieces of names there and
    in the text, drawn anew each time; needs `loss.quoted`. Teaches to copy pieces, not names."""
    opening_tokens: int = 26
    """Tokens of text in an example of `openings`."""
    max_frames: int = MAX_FRAMES
    dialogue_frames: int = 0
    """Frames that an example has at most beside its prompt; 0 is as many as fit."""
    bucket_batches: int = 64
    """Batches whose dialogues are sorted by length together: more waste fewer frames, fewer are
    more random."""
    tokenizer: str | None = None
    """SentencePiece model of the shards; needed to swap roles, shorten prompts or write actions."""
    actions: Literal["leave_out", "text"] = "leave_out"
    """Whether tool calls and their results stand in the agent's text row, in frames of their own:
    calls train as text, results and the sound of these frames do not (`train.actions`)."""
    action_marks: ActionMarks = field(default_factory=ActionMarks)
    """What begins and ends them. A piece of the tokenizer's own is one token."""

    @property
    def needs_answers(self) -> bool:
        """Whether it has to be known where the agent says which fact of its role."""
        return self.view == "answers" or self.answers > 0

    @property
    def marks_in_text(self) -> ActionMarks | None:
        """What marks calls in the text row, if they are there."""
        return self.action_marks if self.actions == "text" else None


@dataclass(frozen=True, kw_only=True)
class OptimSpec:
    """The optimiser's settings: AdamW, warm-up, then half a cosine."""

    steps: int = 24_576
    batch_size: int = 32
    """Dialogues in one optimiser step, over all processes."""
    micro_batch: int = 1
    """Dialogues that one process takes at a time."""
    temporal_lr: float = 2e-6
    depth_lr: float = 4e-6
    warmup_steps: int = 500
    final_lr: float = 0.0
    """Where the cosine ends, as a share of the rate it began at."""
    betas: tuple[float, float] = (0.9, 0.95)
    eps: float = 1e-8
    weight_decay: float = 0.1
    clip: float = 1.0
    """Norm that gradients are clipped to; 0 never clips."""


@dataclass(frozen=True, kw_only=True)
class RunSpec:
    """Precision, and how often what happens."""

    precision: Literal["bf16", "fp32"] = "bf16"
    """bf16 computes in bfloat16 and keeps weights and moments in float32."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    log_every: int = 10
    validate_every: int = 500
    """Steps; 0 never validates."""
    validate_batches: int = 16
    """Batches of the validation split, the same each time."""
    checkpoint_every: int = 1_000
    keep: int = 2
    """Checkpoints that stay; older ones are removed."""
    tensorboard: bool = True
    """Write event files too, if tensorboard is installed."""
    wandb: str | None = None
    """A project of Weights & Biases to log to."""


@dataclass(frozen=True, kw_only=True)
class DpoSpec:
    """Training on preference pairs; `python -m train dpo` alone reads it."""

    pairs: tuple[str, ...] = ()
    """Runs with pairs, or files of them."""
    respects: tuple[str, ...] = ()
    """Only pairs that are wrong in these; empty is all."""
    beta: float = 4.0
    """How much a nat a token of margin counts: more keeps closer to the model before."""
    anchor: float = 0.1
    """Weight of the chosen side's own likelihood beside the preference."""


@dataclass(frozen=True, kw_only=True)
class Config:
    """One training run."""

    out: str
    """Folder of checkpoints and metrics."""
    seed: int = 0
    model: ModelSpec = field(default_factory=ModelSpec)
    lora: LoraSpec = field(default_factory=LoraSpec)
    data: DataSpec = field(default_factory=DataSpec)
    prompt: PromptPolicy = field(default_factory=PromptPolicy)
    loss: LossWeights = field(default_factory=LossWeights)
    optim: OptimSpec = field(default_factory=OptimSpec)
    run: RunSpec = field(default_factory=RunSpec)
    dpo: DpoSpec = field(default_factory=DpoSpec)

    @property
    def text_alone(self) -> bool:
        """Whether no audio is read or predicted."""
        return self.data.view != "all"

    def to_dict(self) -> dict[str, Any]:
        """Return what `parse` takes."""
        return typing.cast(dict[str, Any], json.loads(json.dumps(dataclasses.asdict(self))))


def load(path: str | Path, overrides: Sequence[str] = ()) -> Config:
    """Read a config: a path, or the name of a shipped one; then lay ``a.b=value`` over it."""
    data = read(path)
    if "stages" in data:
        raise UserError(f"{path} trains in stages: use it with `python -m train rehearse {path}`")
    for item in overrides:
        override(data, item)
    return parse(data, str(path))


def shipped() -> list[str]:
    """Return the names of the configs that come with the trainer."""
    return sorted(path.stem for path in CONFIGS.glob("*.yaml"))


def meant(name: str, known: Sequence[str]) -> str:
    """Return a question that names what a mistyped name may have been meant for, or nothing."""
    close = difflib.get_close_matches(name, known, n=1)
    return f" did you mean {close[0]}?" if close else ""


def read(path: str | Path) -> dict[str, Any]:
    """Return the settings in a YAML file, or in a shipped config of that name."""
    file = Path(path)
    if not file.is_file() and (CONFIGS / f"{path}.yaml").is_file():
        file = CONFIGS / f"{path}.yaml"
    if not file.exists():
        raise UserError(
            f"there is no config {str(path)!r};{meant(str(path), shipped())} shipped configs are"
            f" {', '.join(shipped())}, or give a YAML file"
        )
    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UserError(
            f"{path} cannot be read as YAML ({' '.join(str(error).split())});"
            f" give a file, or a shipped config: {', '.join(shipped())}"
        ) from error
    if not isinstance(data, dict):
        raise UserError(f"{file} must hold settings (key: value)")
    return data


def override(data: dict[str, Any], item: str) -> None:
    """Set ``a.b=value`` in nested settings; the value is YAML."""
    name, equals, text = item.partition("=")
    *path, last = name.split(".")
    if not equals or not all((*path, last)):
        raise UserError(f"--set {item!r}: write it as key.of.setting=value")
    for key in path:
        inner = data.setdefault(key, {})
        if not isinstance(inner, dict):
            raise UserError(f"--set {item!r}: {key} is a value, it has no settings inside")
        data = inner
    try:
        data[last] = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UserError(f"--set {item!r}: the value is not YAML") from error


def parse(data: Mapping[str, Any], where: str) -> Config:
    """Build and check a config; what is wrong is one sentence that begins with ``where``."""
    config = build(Config, data, where)
    for name, good in _limits(config).items():
        if not good:
            raise UserError(f"{where}: {name}")
    return config


def _limits(config: Config) -> dict[str, bool]:
    optim, data, run, prompt = config.optim, config.data, config.run, config.prompt
    chances = (prompt.swap_roles, prompt.shorten, prompt.begin_later)
    return {
        "data.fraction must be more than 0 and at most 1": 0 < data.fraction <= 1,
        "data.mix must not be negative": all(weight >= 0 for weight in data.mix.values()),
        "data.opening_tokens must be at least 1": data.opening_tokens >= 1,
        "data.renamed must be between 0 and 1": 0 <= data.renamed <= 1,
        "data.renamed needs loss.quoted other than 1, which finds what is quoted, and"
        " data.tokenizer, the SentencePiece model of the shards": not data.renamed
        or (config.loss.quoted != 1.0 and data.tokenizer is not None),
        "data.texts has no audio: use it with data.view: openings, answers or text": not data.texts
        or data.view != "all",
        "data.answers must be between 0 and 1, and prompt.begin_later no more than what is left": (
            0 <= data.answers <= 1 - prompt.begin_later
        ),
        "data.answers and data.view: answers need data.tokenizer, the SentencePiece model of the"
        " shards": not data.needs_answers or data.tokenizer is not None,
        "data.max_frames must be at least 16": data.max_frames >= 16,
        "data.dialogue_frames must not be negative": data.dialogue_frames >= 0,
        "data.bucket_batches must be at least 1": data.bucket_batches >= 1,
        "data.actions: text needs data.tokenizer, the SentencePiece model of the shards": (
            data.actions == "leave_out" or data.tokenizer is not None
        ),
        "data.action_marks must be two words": len(
            {*data.action_marks.call.split(), *data.action_marks.result.split()}
        )
        == 2,
        "optim.batch_size, micro_batch and steps must be at least 1": min(
            optim.batch_size, optim.micro_batch, optim.steps
        )
        >= 1,
        f"optim.warmup_steps is {optim.warmup_steps} and must be between 0 and optim.steps,"
        f" {optim.steps}: lower it, or train for longer": 0 <= optim.warmup_steps <= optim.steps,
        "optim.micro_batch must divide optim.batch_size": optim.batch_size % optim.micro_batch == 0,
        "optim: rates, final_lr, eps, weight_decay and clip must not be negative": all(
            value >= 0
            for value in (
                *(optim.temporal_lr, optim.depth_lr, optim.final_lr),
                *(optim.eps, optim.weight_decay, optim.clip),
            )
        ),
        "optim.betas must be at least 0 and less than 1": all(0 <= b < 1 for b in optim.betas),
        "prompt.swap_roles, shorten and begin_later must be between 0 and 1": all(
            0 <= chance <= 1 for chance in chances
        ),
        "prompt: voice frames must satisfy 0 <= min <= max, max at least 1": 0
        <= prompt.min_voice_frames
        <= prompt.max_voice_frames
        and prompt.max_voice_frames >= 1,
        "run.log_every, checkpoint_every and keep must be at least 1": min(
            run.log_every, run.checkpoint_every, run.keep
        )
        >= 1,
        "run.validate_every and validate_batches must not be negative": min(
            run.validate_every, run.validate_batches
        )
        >= 0,
        "loss.text, semantic, acoustic, pad, quoted and user_stream must not be negative": all(
            weight >= 0
            for weight in (
                *(config.loss.text, config.loss.semantic, config.loss.acoustic, config.loss.pad),
                *(config.loss.quoted, config.loss.user_stream),
            )
        ),
        "loss.depth_frames must be more than 0 and at most 1": 0 < config.loss.depth_frames <= 1,
        "loss.pad_frames must be more than 0 and at most 1": 0 < config.loss.pad_frames <= 1,
        "dpo.beta must be more than 0 and dpo.anchor not negative": config.dpo.beta > 0
        and config.dpo.anchor >= 0,
        "lora.rank must not be negative": config.lora.rank >= 0,
    }


def build(kind: type[T], data: Mapping[str, Any], where: str) -> T:
    """Build a frozen dataclass from nested settings; unknown keys and wrong types are errors."""
    hints = typing.get_type_hints(kind)
    if unknown := sorted(set(data) - set(hints), key=str):
        first = str(unknown[0])
        raise UserError(
            f"{where}: there is no setting {first!r};{meant(first, list(hints))} known are"
            f" {', '.join(hints)}"
        )
    values = {key: _value(hints[key], value, f"{where}: {key}") for key, value in data.items()}
    try:
        return kind(**values)
    except TypeError as error:
        raise UserError(f"{where}: {error}") from error


def _value(hint: Any, value: Any, where: str) -> Any:
    """Convert one YAML value to its declared type."""
    if dataclasses.is_dataclass(hint):
        if not isinstance(value, dict):
            raise UserError(f"{where} must hold settings (key: value)")
        return build(typing.cast(type[Any], hint), value, where)
    origin, options = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        return None if value is None else _value(options[0], value, where)
    if origin is tuple:
        return _tuple(options, value, where)
    if origin is dict and isinstance(value, dict):
        return {str(key): _value(options[1], item, where) for key, item in value.items()}
    if origin is Literal and value in options:
        return value
    if hint is Any:
        return value
    return _scalar(hint, value, where)


def _tuple(options: tuple[Any, ...], value: Any, where: str) -> tuple[Any, ...]:
    items = [value] if isinstance(value, str) else value
    fixed = None if options[-1] is Ellipsis else len(options)
    if not isinstance(items, list | tuple) or (fixed is not None and len(items) != fixed):
        raise UserError(f"{where} must be a list{f' of {fixed}' if fixed else ''}, not {value!r}")
    return tuple(_value(options[0], item, where) for item in items)


def _scalar(hint: Any, value: Any, where: str) -> Any:
    if hint is float and isinstance(value, str):  # YAML reads 2e-6 as text
        try:
            return float(value)
        except ValueError:
            pass
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if hint in (int, float, str, bool) and type(value) is hint:
        return value
    expected = getattr(hint, "__name__", str(hint).removeprefix("typing."))
    raise UserError(f"{where} must be {expected}, not {value!r}")
