"""Rates: what one second of dialogue costs a backend, each figure with where it comes from.

pipelines/rates/NAME.yaml --load_rates--> Rates
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from datagen import assets
from datagen.config import Settings, read_yaml, validate

Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Figure(Settings):
    """A number and its source."""

    value: Amount
    source: str


class Positive(Figure):
    """A number above 0."""

    value: Annotated[float, Field(gt=0, allow_inf_nan=False)]


class StageShare(Positive):
    """A number above 0 and up to 1."""

    value: Annotated[float, Field(gt=0, le=1)]


class Prices(Settings):
    """Prices, all in one currency."""

    gpu_hour: Amount | None = None
    cpu_hour: Amount | None = None
    gigabyte_month: Amount | None = None


class Dialogues(Settings):
    """What a dialogue asks of its writers and its voices."""

    prompt_tokens: Figure
    """Tokens read at each attempt."""
    reply_tokens: Figure
    """Tokens written at each attempt, thinking not included."""
    attempts: Positive
    """Wordings that a dialogue takes."""
    voiced: Figure
    """Seconds of speech to synthesise for a second of dialogue."""
    retakes: Positive
    """Times that each turn is voiced."""


class ModelRate(Settings):
    """A language model on a server of one's own."""

    tokens_per_second: Positive
    """Tokens read and written a second, by one server that is kept busy."""
    gpus: Positive
    """GPUs of one server."""
    gpu_memory: Figure
    """GB (10^9 bytes) of one server, weights only."""
    thinking_tokens: Figure | None = None
    """Tokens written at each attempt, beyond the reply."""


class BackendRate(Settings):
    """A backend in a worker."""

    gpu_seconds: Figure | None = None
    """Seconds of a whole GPU for a second of dialogue (of speech, for a synthesizer)."""
    cpu_seconds: Figure | None = None
    """Seconds of a core for a second of dialogue."""
    without_gpu: Figure | None = None
    """Seconds of a core for a second of dialogue, if there is no GPU; None if it needs one."""
    start_seconds: Figure | None = None
    """Seconds until a worker has loaded it."""
    gpu_memory: Figure | None = None
    """GB (10^9 bytes) that a worker holds."""
    accept: StageShare | None = None
    """Share of its dialogues that are good enough; None for all."""


class Rates(Settings):
    """All the figures that an estimate is made from."""

    prices: Prices = Prices()
    spread: Figure
    """Standard deviation of a unit's seconds, as a share of their mean."""
    dialogues: Dialogues
    models: dict[str, ModelRate] = Field(default_factory=dict)
    """Rates of models, by the name the server knows."""
    backends: dict[str, BackendRate] = Field(default_factory=dict)
    """Rates of backends, by section.name of the recipe."""
    bytes: dict[str, Figure]
    """Bytes on disk for a second of dialogue, by stage."""


def load_rates(name: str = "published") -> Rates:
    """Load pipelines/rates/NAME.yaml, or a file that ends in .yaml."""
    data = read_yaml(assets.find("pipelines/rates", name))
    return validate(Rates, data, f"the rates {name}")
