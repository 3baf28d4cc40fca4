"""The numbers of turn-taking: pipelines/timeline/NAME.yaml, in seconds, validated.

TimelineSpec (preset, overrides) --load_preset--> Preset --draw(rng)--> int samples
"""

from __future__ import annotations

import math
from typing import Annotated, Self

import numpy as np
from pydantic import Field, model_validator

from datagen import assets
from datagen.config import Settings, TimelineSpec, merge, read_yaml, validate
from datagen.types import SAMPLE_RATE

Seconds = Annotated[float, Field(ge=0, le=60)]
Rate = Annotated[float, Field(ge=0, le=1)]


class Uniform(Settings):
    """A length that is equally likely anywhere between two, in seconds."""

    low: Seconds
    high: Seconds

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low > self.high:
            raise ValueError(f"low ({self.low}) must not be above high ({self.high})")
        return self

    def draw(self, rng: np.random.Generator) -> int:
        """Draw a length in samples."""
        return samples(rng.uniform(self.low, self.high))


class LogNormal(Settings):
    """A length that is log-normal, clipped to [low, high]; in seconds. Sigma 0 is a constant."""

    median: Annotated[float, Field(gt=0, le=60)]
    sigma: Annotated[float, Field(ge=0, le=3)]
    """Of the natural logarithm."""
    low: Seconds = 0.0
    high: Seconds

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.median <= self.high:
            raise ValueError(
                f"low ({self.low}), median ({self.median}) and high ({self.high}) must rise"
            )
        return self

    def draw(self, rng: np.random.Generator) -> int:
        """Draw a length in samples."""
        length = rng.lognormal(math.log(self.median), self.sigma)
        return samples(min(max(length, self.low), self.high))


class Transfer(Settings):
    """How the floor passes from one speaker to the other: overlap, gap or dead air."""

    overlap_rate: Rate
    """Share of transfers in which the next speaker starts before the last one ends."""
    lapse_rate: Rate
    """Share of transfers with dead air."""
    overlap: LogNormal
    gap: LogNormal
    lapse: Uniform

    @model_validator(mode="after")
    def _shares(self) -> Self:
        if self.overlap_rate + self.lapse_rate > 1:
            raise ValueError("overlap_rate and lapse_rate must not add up to more than 1")
        return self


class BargeIn(Settings):
    """How a speaker is interrupted in earnest, and stops."""

    delay: Uniform
    """From the end of the word that provokes it."""
    reaction: LogNormal
    """How long the interrupted speaker goes on; the cut itself falls on a word's end."""
    fade: Uniform
    """Of the cut."""


class Backchannel(Settings):
    """How a listener says "mm-hm" without taking the floor."""

    delay: Uniform
    """From the end of the word it answers."""
    gain: Annotated[float, Field(ge=-30, le=0)]
    """dB, relative to the speaker's level."""


class Pauses(Settings):
    """How much silence the kinds of scripted pause add inside a turn."""

    clause: LogNormal
    thinking: Uniform


class Level(Settings):
    """How loud the speakers are."""

    target: Annotated[float, Field(ge=-40, le=-10)]
    """LUFS of every turn."""
    jitter: Annotated[float, Field(ge=0, le=12)]
    """dB; one offset between -jitter and +jitter for each speaker of a dialogue."""
    peak: Annotated[float, Field(ge=-20, le=0)]
    """dBFS that no sample may pass; wins over the target."""


class Preset(Settings):
    """How two speakers share the floor."""

    lead_in: Uniform
    """Before the first turn."""
    tail: Uniform
    """After the last sound; also the room for text tokens that were pushed back."""
    own_gap: Annotated[float, Field(gt=0, le=2)]
    """Least silence between two turns of one speaker, in seconds."""
    overlap_share: Rate
    """Largest part of either turn that an overlap may cover."""
    user_to_agent: Transfer
    agent_to_user: Transfer
    barge_in: BargeIn
    backchannel: Backchannel
    pause: Pauses
    level: Level


def load_preset(spec: TimelineSpec) -> Preset:
    """Load pipelines/timeline/PRESET.yaml with the recipe's overrides laid over it."""
    data = read_yaml(assets.find("pipelines/timeline", spec.preset))
    return validate(Preset, merge(data, spec.overrides), f"the timeline preset {spec.preset}")


def samples(seconds: float) -> int:
    """Return a length in seconds as samples."""
    return round(seconds * SAMPLE_RATE)
