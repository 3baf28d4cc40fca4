"""What the user's channel may go through on its way to the codec: pipelines/effects/NAME.yaml.

Everything is off unless a preset asks for it; each ``rate`` is the share of dialogues that get it.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from datagen.config import Settings
from datagen.timing.distributions import Rate, Uniform

Decibels = Annotated[float, Field(ge=-60, le=60)]


class Levels(Settings):
    """A level that is equally likely anywhere between two, in dB."""

    low: Decibels
    high: Decibels

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low > self.high:
            raise ValueError(f"low ({self.low}) must not be above high ({self.high})")
        return self


class Share(Settings):
    """A factor that is equally likely anywhere between two."""

    low: Rate
    high: Rate

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low > self.high:
            raise ValueError(f"low ({self.low}) must not be above high ({self.high})")
        return self


class Gain(Settings):
    """The user is nearer to or farther from the microphone."""

    rate: Rate = 0.0
    db: Levels = Levels(low=-24, high=15)


class Noise(Settings):
    """Something sounds behind the user, all the time."""

    rate: Rate = 0.0
    kinds: Annotated[tuple[Literal["pink", "babble", "folder"], ...], Field(min_length=1)] = (
        "pink",
        "babble",
    )
    """Kinds of noise, equally likely; babble is both voices, six times, scattered and backwards."""
    folder: str | None = None
    """Sound files for the kind folder, of any rate; read where the tokens are made."""
    snr: Levels = Levels(low=5, high=30)
    """Level of speech over noise, in dB."""

    @model_validator(mode="after")
    def _has_folder(self) -> Self:
        if "folder" in self.kinds and not self.folder:
            raise ValueError("the kind folder needs the setting folder: where the noises are")
        return self


class Cough(Settings):
    """Short noises of the user at any time, also while the agent speaks and must go on."""

    rate: Rate = 0.0
    per_minute: Annotated[float, Field(gt=0, le=20)] = 1.0
    db: Levels = Levels(low=-6, high=3)
    """Level relative to the user's speech, in dB."""


class Echo(Settings):
    """The user's microphone hears the agent."""

    rate: Rate = 0.0
    scale: Share = Share(low=0, high=0.2)
    delay: Uniform = Uniform(low=0.1, high=0.5)


class Reverb(Settings):
    """The user's room: three trains of decaying echoes (facebookresearch/denoiser, RevEcho)."""

    rate: Rate = 0.0
    initial: Share = Share(low=0, high=0.3)
    rt60: Uniform = Uniform(low=0.3, high=1.3)
    first_delay: Uniform = Uniform(low=0.01, high=0.03)


class Telephone(Settings):
    """300-3400 Hz at 8 kHz, in the 8 bits of G.711's mu-law."""

    rate: Rate = 0.0


class Effects(Settings):
    """All of them, in the order in which they are applied."""

    reverb: Reverb = Reverb()
    echo: Echo = Echo()
    noise: Noise = Noise()
    cough: Cough = Cough()
    gain: Gain = Gain()
    telephone: Telephone = Telephone()
