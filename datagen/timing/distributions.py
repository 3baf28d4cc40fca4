"""The two laws that lengths are drawn from, with their numbers in seconds.

Uniform, LogNormal --draw(rng)--> int samples
"""

from __future__ import annotations

import math
from typing import Annotated, Self

import numpy as np
from pydantic import Field, model_validator

from datagen.config import Settings
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
    """Standard deviation of the natural logarithm."""
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


def samples(seconds: float) -> int:
    """Return a length in seconds as samples."""
    return round(seconds * SAMPLE_RATE)
