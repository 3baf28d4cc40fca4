"""What to make (a recipe, fingerprinted) and where to make it (a host, not), from YAML.

pipelines/KIND.yaml + pipelines/recipes/NAME.yaml + --set a.b=v  ->  Recipe
pipelines/hosts/NAME.yaml                                        ->  Host
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from difflib import get_close_matches
from hashlib import blake2b
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from datagen import assets
from datagen.settings_text import (
    MAX_BYTES,
    MAX_DEPTH,
    check_size,
    check_values,
    parse_yaml,
    shortened,
)
from datagen.types import UserError
from datagen.visible import visible_line

M = TypeVar("M", bound=BaseModel)
MAX_FAULTS = 5
"""Faults of one file that a message names."""
SECTIONS = {
    "script": ("script",),
    "speech": ("speech",),
    "timeline": ("align",),
    "tokens": ("codec", "tokenizer"),
}
"""Sections of a recipe that run in each stage's workers."""


class Settings(BaseModel):
    """Base of every section: unknown keys are errors, and so are infinities."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class BackendSpec(Settings):
    """An implementation to use, and its own options."""

    use: str
    options: dict[str, Any] = Field(default_factory=dict)


class TimelineSpec(Settings):
    """How the speakers share the floor: pipelines/timeline/PRESET.yaml and changes to it."""

    preset: str = "service"
    effects: str | None = None
    """Effects (pipelines/effects/NAME.yaml) where neither preset nor overrides say which."""
    overrides: dict[str, Any] = Field(default_factory=dict)


class VoicesSpec(Settings):
    """The voices: a catalogue, and the share of its speakers kept for validation."""

    catalogue: str = "synthetic"
    held_out: Annotated[float, Field(ge=0, lt=1)] = 0.1
    max_dialogs: Annotated[int, Field(ge=1)] | None = None
    """Most dialogues in which a backend's own speaker may play one role; a bank has its own cap."""


class GatesSpec(Settings):
    """How clips are checked: limits, a judge that listens, and a fallback for voices that fail."""

    limits: dict[str, Any] = Field(default_factory=dict)
    """Changes to `gates.limits.Limits`."""
    fallback: BackendSpec | None = None
    """Another speech backend for the last retake."""
    judge: BackendSpec | None = None
    """A model that listens."""


class Recipe(Settings):
    """What to make. Two runs with equal recipes make equal bytes, on any number of workers."""

    kind: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
    """Kind of dialogue; ids and shards begin with it."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    mean_seconds: Annotated[float, Field(ge=0.01, le=86_400)]
    """Expected audio of one dialogue in seconds; it turns hours into dialogues."""
    script: BackendSpec
    speech: BackendSpec
    gates: GatesSpec = GatesSpec()
    align: BackendSpec
    timeline: TimelineSpec
    codec: BackendSpec
    tokenizer: BackendSpec
    voices: VoicesSpec

    @classmethod
    def load(
        cls,
        kind: str,
        recipe: str = "embedded",
        overrides: Sequence[str] = (),
        seed: int | None = None,
    ) -> Recipe:
        """Load pipelines/KIND.yaml, lay a recipe over it, then ``a.b=value`` strings, then a seed.

        ``kind`` and ``recipe`` are names, or paths that end in .yaml. Raises UserError.
        """
        return load_recipe(kind, recipe, overrides, seed)


class RuntimeEnv(Settings):
    """Packages that Ray itself installs on a node, beside ours, when a stage's worker starts there.

    It is quick to try. For what must last, build an environment and name it (``py_executable``).
    """

    pip: tuple[str, ...] = ()
    uv: tuple[str, ...] = ()
    """Packages that uv installs; exactly one of pip and uv is given."""

    @model_validator(mode="after")
    def _one_installer(self) -> RuntimeEnv:
        if bool(self.pip) == bool(self.uv):
            raise ValueError("give a list of packages to either pip or uv")
        return self

    def for_ray(self) -> dict[str, list[str]]:
        """Return it as Ray has it."""
        return {"pip": list(self.pip)} if self.pip else {"uv": list(self.uv)}


class StageHost(Settings):
    """Where one stage runs, and how long it may take."""

    workers: Annotated[int, Field(ge=1)] | Literal["auto"] = "auto"
    """Number of actors; auto is one for each CPU (or each GPU share) of the cluster."""
    cpus: Annotated[float, Field(ge=0)] = 1.0
    gpus: Annotated[float, Field(ge=0)] = 0.0
    resources: dict[str, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)
    """Custom Ray resources of a worker, to choose among nodes: those of `ray start --resources`."""
    units: Annotated[int, Field(ge=1)] = 1
    """Units that a worker makes at once, in threads: for writers that wait for a server."""
    py_executable: str | None = None
    """Interpreter of this stage's own environment, on every node."""
    runtime_env: RuntimeEnv | None = None
    env_vars: dict[str, str | None] = Field(default_factory=dict)
    """Set for this stage's workers. A name without a value has the node's own: Ray writes values to
    its logs. Those of names or kinds that look like a secret it is never given."""
    start_seconds: Annotated[float, Field(gt=0)] = 600.0
    """Seconds that a worker may take to start before it counts as failed."""
    unit_seconds: Annotated[float, Field(gt=0)] = 3600.0
    """Seconds that a unit (16 dialogues) may take without getting on; then its worker is killed,
    and it is retried. A model's speech gets on with each dialogue, which is kept for the retry."""

    @property
    def has_own_packages(self) -> bool:
        """Whether workers may have other packages than this interpreter."""
        return self.py_executable is not None or self.runtime_env is not None

    @model_validator(mode="after")
    def _one_environment(self) -> StageHost:
        if self.py_executable and self.runtime_env:
            raise ValueError("py_executable and runtime_env exclude each other")
        return self


class Host(Settings):
    """Where a run is made. Nothing here changes a byte, so it may change when a run is resumed."""

    address: str | None = None
    """Address of a Ray cluster; None starts a private one on this machine."""
    script: StageHost = StageHost()
    speech: StageHost = StageHost()
    timeline: StageHost = StageHost()
    tokens: StageHost = StageHost()
    shards: StageHost = StageHost()

    @model_validator(mode="after")
    def _only_writers_wait(self) -> Host:
        for stage in ("speech", "timeline", "tokens", "shards"):
            if getattr(self, stage).units > 1:
                raise ValueError(f"{stage}.units must be 1: only script writers share a process")
        return self


def digest(value: Any) -> str:
    """Return a short hash of a JSON value."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return blake2b(text.encode(), digest_size=8).hexdigest()


def load_recipe(
    kind: str, recipe: str = "embedded", overrides: Sequence[str] = (), seed: int | None = None
) -> Recipe:
    """Load a kind, lay a recipe over it, then ``a.b=value`` strings, then the seed."""
    data = read_yaml(assets.find("pipelines", kind))
    data = merge(data, read_yaml(assets.find("pipelines/recipes", recipe)))
    for item in overrides:
        data = merge(data, parse_override(item))
    if seed is not None:
        data = merge(data, {"seed": seed})
    return validate(Recipe, _checked(data, f"the recipe of {kind}"), f"the recipe of {kind}")


def load_host(name: str) -> Host:
    """Load pipelines/hosts/NAME.yaml."""
    data = read_yaml(assets.find("pipelines/hosts", name))
    return validate(Host, _checked(data, f"the host {name}"), f"the host {name}")


def _checked(data: dict[str, Any], what: str) -> dict[str, Any]:
    """Return settings whose values any setting could have."""
    try:
        check_size(data)
        check_values(data)
    except ValueError as error:
        raise UserError(f"{what}: {error}") from error
    return data


def validate(model: type[M], data: dict[str, Any], what: str) -> M:
    """Build a model of what a file says; what is wrong becomes one sentence."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise UserError(f"{what}: {describe(error, model)}") from error


def describe(error: ValidationError, hint: Any) -> str:
    """Say in a line what pydantic found wrong with a value of a type; of many faults the first."""
    items = faults(error, hint)
    said = [what for _, what in items[:MAX_FAULTS]]
    return "; ".join([*said, *([f"and {len(items) - len(said)} more"] * (len(items) > len(said)))])


def faults(error: ValidationError, hint: Any) -> list[tuple[tuple[int | str, ...], str]]:
    """Return each thing that pydantic found wrong: the path of keys to it, and a sentence."""
    return [
        (
            item["loc"],
            f"{visible_line('.'.join(map(str, item['loc'])))[:200] or 'value'}:"
            f" {_message(item, hint)}",
        )
        for item in error.errors(include_url=False)
    ]


def _message(item: Any, hint: Any) -> str:
    """Return what is wrong with one value, and the value if that says more."""
    if item["type"] == "extra_forbidden":
        *path, key = item["loc"]
        return _no_such_key(str(key), known_keys(hint, path))
    message = visible_line(item["msg"].lower())[:300]
    return message if item["type"] == "missing" else f"{message}, not {shortened(item['input'])}"


def _no_such_key(key: str, known: Sequence[str]) -> str:
    if not known:
        return "there is no such key, and no other"
    close = get_close_matches(key, known, n=1)
    meant = f" did you mean {close[0]}?" if close else ""
    return f"there is no such key;{meant} known are {', '.join(known)}"


def known_keys(hint: Any, path: Sequence[int | str] = ()) -> list[str]:
    """Return the keys of the settings at a path into a type, as pydantic's faults name it."""
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        fields = {field.alias or name: field for name, field in hint.model_fields.items()}
        if not path:
            return list(fields)
        field = fields.get(str(path[0]))
        return known_keys(field.annotation, path[1:]) if field else []
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return known_keys(inner[0], path)
    if origin in (Union, UnionType):
        tagged = [one for one in inner if path and path[0] in _tags(one)]
        tries = [(one, path[1:]) for one in tagged] or [(one, path) for one in inner]
        return next((found for one, rest in tries if (found := known_keys(one, rest))), [])
    if origin in (dict, list, tuple) and path:
        return known_keys(inner[1] if origin is dict else inner[0], path[1:])
    return []


def _tags(hint: Any) -> set[str]:
    """Return what a fault's path may call a member of a union: its name, or a value of its own."""
    fields = getattr(hint, "model_fields", {}).values()
    kinds = {one for field in fields for one in get_args(field.annotation) if type(one) is str}
    return {getattr(hint, "__name__", ""), *kinds}


def parse_override(item: str) -> dict[str, Any]:
    """Turn ``a.b=value`` into a nested mapping; the value is YAML."""
    key, equals, value = item.partition("=")
    if not equals or not all(key.split(".")) or key.count(".") >= MAX_DEPTH:
        raise UserError(f"--set {shortened(item)}: write it as key.of.setting=value")
    try:
        patch = parse_yaml(value)
    except ValueError as error:
        raise UserError(f"--set {shortened(item)}: the value is not YAML ({error})") from error
    for part in reversed(key.split(".")):
        patch = {part: patch}
    assert isinstance(patch, dict)
    return patch


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a YAML file that holds a mapping."""
    if path.is_file() and path.stat().st_size > MAX_BYTES:
        raise UserError(f"{path} is longer than {MAX_BYTES / 2**20:.0f} MB, as no settings are")
    try:
        data = parse_yaml(assets.read(path).decode("utf-8"))
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise UserError(f"{path} cannot be read as YAML ({reason})") from error
    if not isinstance(data, dict):
        raise UserError(f"{path} must hold settings (key: value), not {type(data).__name__}")
    return data


def merge(base: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """Lay ``patch`` over ``base``, mapping by mapping; a new ``use`` drops the old options."""
    merged = dict(base)
    if "use" in patch and patch["use"] != base.get("use"):
        merged.pop("options", None)
    for key, value in patch.items():
        old = merged.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            value = merge(old, value)
        merged[key] = value
    return merged
