"""How much work a plan is for each kind of worker: seconds, GPUs, tokens, rejects on the way.

Recipe, Plan, Host, Rates (, Pilot) --Reckoner--> Work of each stage's workers, and of servers
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from datagen.backends.registry import WRITERS
from datagen.config import SECTIONS, Host, Recipe
from datagen.costs.pilot import Pilot, StageRate
from datagen.costs.rates import BackendRate, Figure, ModelRate, Rates
from datagen.engine.plan import DIALOGS_PER_BLOCK, Plan
from datagen.types import UserError

REMEDY = "copy pipelines/rates/published.yaml, add it under {}, and give --rates FILE"


@dataclass(frozen=True)
class Work:
    """What one kind of worker has to do in a run."""

    stage: str
    name: str
    """Name of the stage, or of a server's model."""
    dialogs: float
    """Dialogues begun there; some are rejected later on."""
    seconds: float
    """Seconds of one worker for one dialogue."""
    cpu_seconds: float = 0.0
    """Seconds of a core for one dialogue."""
    gpus: float = 0.0
    """GPUs held by one worker, or by one server."""
    start_seconds: float = 0.0
    spread: float = 0.0
    """Standard deviation of a unit's seconds, as a share of their mean."""
    is_server: bool = False
    """Whether it is a language model's server, outside Ray."""

    @property
    def units(self) -> float:
        """The number of units: blocks of 16 dialogues."""
        return self.dialogs / DIALOGS_PER_BLOCK

    @property
    def unit_seconds(self) -> float:
        """Seconds of one worker for one unit."""
        return self.seconds * DIALOGS_PER_BLOCK

    @property
    def gpu_hours(self) -> float:
        """Hours of whole GPUs for all dialogues."""
        return self.dialogs * self.seconds * self.gpus / 3600

    @property
    def cpu_hours(self) -> float:
        """Hours of cores for all dialogues."""
        return self.dialogs * self.cpu_seconds / 3600


class Reckoner:
    """Computes the work of a plan, and keeps the figures that it used."""

    def __init__(
        self, recipe: Recipe, plan: Plan, host: Host, rates: Rates, pilot: Pilot | None = None
    ) -> None:
        self._recipe, self._plan, self._host = recipe, plan, host
        self._rates, self._pilot = rates, pilot
        self.believed: dict[str, Figure] = {}
        """Each figure that was used, by its name in the rates."""
        self.token_cost = 0.0
        """Price that hosted models ask for their tokens."""
        self.works = tuple(self._works())
        """Work of each stage's workers and of the servers, in the line's order."""

    @cached_property
    def dialogs(self) -> float:
        """Dialogues to begin, so that enough are left."""
        if self._plan.hours is None:
            return float(self._plan.blocks * DIALOGS_PER_BLOCK)
        # blocks are added until the hours are there
        begun = self._plan.dialogs / math.prod(map(self._accept, SECTIONS))
        return float(math.ceil(begun / DIALOGS_PER_BLOCK) * DIALOGS_PER_BLOCK)

    def bytes_of(self, stage: str) -> float:
        """Return about how many bytes a stage's files take."""
        figure = self._rates.bytes.get(stage)
        if self._pilot and stage in self._pilot.bytes:
            figure = self._pilot.bytes[stage]
        seconds = self.dialogs * self._recipe.mean_seconds
        return self._use(f"bytes.{stage}", figure) * seconds

    def _works(self) -> Iterator[Work]:
        dialogs = self.dialogs
        for stage in SECTIONS:
            if stage == "script" and self._asks_servers:
                yield from self._servers()
            measured = self._pilot.stages.get(stage) if self._pilot else None
            yield (
                self._measured(stage, dialogs, measured)
                if measured
                else self._rated(stage, dialogs)
            )
            dialogs *= self._accept(stage)

    @property
    def _asks_servers(self) -> bool:
        return self._recipe.script.use == "openai"

    def _accept(self, stage: str) -> float:
        """Return the share of a stage's dialogues that go on."""
        if self._pilot and stage in self._pilot.stages:
            return self._use(f"pilot.{stage}.accept", self._pilot.stages[stage].accept)
        return math.prod(
            self._use(f"backends.{name}.accept", rate.accept, 1.0)
            for name, rate in self._backends(stage)
        )

    def _measured(self, stage: str, dialogs: float, measured: StageRate) -> Work:
        """Return the work of a stage's workers, as a pilot had them on the same host."""
        mean = self._recipe.mean_seconds
        cpu = self._use(f"pilot.{stage}.cpu_seconds", measured.cpu_seconds) * mean
        waits = stage == "script" and self._asks_servers  # most of its time is the servers'
        seconds = cpu if waits else self._use(f"pilot.{stage}.seconds", measured.seconds) * mean
        spread = self._use(f"pilot.{stage}.spread", measured.spread)
        gpus: float = getattr(self._host, stage).gpus
        return Work(stage, stage, dialogs, seconds, cpu, gpus, self._start(stage), spread)

    def _rated(self, stage: str, dialogs: float) -> Work:
        """Return the work of a stage's workers, as the rates of its backends have it."""
        share: float = getattr(self._host, stage).gpus
        gpu = self._gpu_seconds(stage) if share else 0.0
        cpu = sum(
            self._cpu_seconds(name, rate, has_gpu=share > 0) for name, rate in self._backends(stage)
        )
        cpu *= self._recipe.mean_seconds
        if stage == "script" and self._recipe.script.use == "vllm" and not share:
            raise UserError(_no_gpu(stage, "script.vllm"))
        seconds = gpu / share if gpu else cpu
        spread = self._use("spread", self._rates.spread)
        held = share if gpu else 0.0
        return Work(stage, stage, dialogs, seconds, cpu, held, self._start(stage), spread)

    def _gpu_seconds(self, stage: str) -> float:
        """Return the seconds of a whole GPU that a dialogue needs in a stage."""
        if stage == "script" and self._recipe.script.use == "vllm":
            return self._model_seconds(str(self._recipe.script.options.get("model")))
        seconds = self._recipe.mean_seconds * sum(
            self._use(f"backends.{name}.gpu_seconds", rate.gpu_seconds)
            for name, rate in self._backends(stage)
        )
        if seconds and stage == "speech":
            seconds *= self._use("dialogues.voiced", self._rates.dialogues.voiced)
            seconds *= self._use("dialogues.retakes", self._rates.dialogues.retakes)
        return seconds

    def _cpu_seconds(self, name: str, rate: BackendRate, *, has_gpu: bool) -> float:
        """Return the seconds of a core for a second of dialogue."""
        if has_gpu or rate.gpu_seconds is None:
            return self._use(f"backends.{name}.cpu_seconds", rate.cpu_seconds)
        if rate.without_gpu is None:
            section = name.partition(".")[0]
            raise UserError(_no_gpu(next(s for s in SECTIONS if section in SECTIONS[s]), name))
        return self._use(f"backends.{name}.without_gpu", rate.without_gpu)

    def _start(self, stage: str) -> float:
        """Return how long a worker takes to load its backends."""
        names = [f"{name}.{getattr(self._recipe, name).use}" for name in SECTIONS[stage]]
        known = self._rates.backends
        return sum(
            self._use(f"backends.{name}.start_seconds", known[name].start_seconds)
            for name in names
            if name in known
        )

    def _servers(self) -> Iterator[Work]:
        """Yield the work of the servers; those that ask a price are paid, not counted."""
        models = WRITERS.options(self._recipe.script).models
        quotas = sum(model.quota for model in models)
        for model in models:
            dialogs = self.dialogs * model.quota / quotas
            read, written = self._tokens(model.name)
            price = model.price
            if price.prompt or price.completion:
                cost = read * price.prompt + written * price.completion
                self.token_cost += cost * dialogs / 1e6
                continue
            rate = self._model(model.name)
            gpus = self._use(f"models.{model.name}.gpus", rate.gpus)
            seconds = self._model_seconds(model.name) / gpus
            spread = self._use("spread", self._rates.spread)
            yield Work("script", model.name, dialogs, seconds, 0.0, gpus, 0.0, spread, True)

    def _model_seconds(self, name: str) -> float:
        """Return the seconds of a whole GPU that a model needs for a dialogue."""
        rate = self._model(name)
        speed = self._use(f"models.{name}.tokens_per_second", rate.tokens_per_second)
        return sum(self._tokens(name)) / speed * rate.gpus.value

    def _tokens(self, name: str) -> tuple[float, float]:
        """Return the tokens a dialogue makes a model read and write, all attempts together."""
        if self._pilot and name in self._pilot.tokens:
            read, written = self._pilot.tokens[name]
            return (
                self._use(f"pilot.{name}.tokens_read", read),
                self._use(f"pilot.{name}.tokens_written", written),
            )
        dialogues, model = self._rates.dialogues, self._rates.models.get(name)
        attempts = self._use("dialogues.attempts", dialogues.attempts)
        tokens_read = self._use("dialogues.prompt_tokens", dialogues.prompt_tokens)
        tokens_written = self._use("dialogues.reply_tokens", dialogues.reply_tokens)
        if model:
            thinking = model.thinking_tokens
            tokens_written += self._use(f"models.{name}.thinking_tokens", thinking)
        return attempts * tokens_read, attempts * tokens_written

    def _model(self, name: str) -> ModelRate:
        if name not in self._rates.models:
            remedy = REMEDY.format("models")
            raise UserError(f"there is no rate for the model {name!r}: {remedy}")
        return self._rates.models[name]

    def _backends(self, stage: str) -> Iterator[tuple[str, BackendRate]]:
        """Yield the rates of a stage's backends."""
        for section in SECTIONS[stage]:
            name = f"{section}.{getattr(self._recipe, section).use}"
            if name not in self._rates.backends:
                remedy = REMEDY.format("backends")
                raise UserError(f"there is no rate for {name}: {remedy}, or --calibrate RUN")
            yield name, self._rates.backends[name]

    def _use(self, name: str, figure: Figure | None, default: float = 0.0) -> float:
        """Return a figure's value, and remember that it was used."""
        if figure is None:
            return default
        self.believed[name] = figure
        return figure.value


def _no_gpu(stage: str, backend: str) -> str:
    return (
        f"{stage}: {backend} wants a GPU, and the host gives it none; choose another --host, e.g."
        " 8xh100, or cluster with --gpus N"
    )
