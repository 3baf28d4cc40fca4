"""What a channel may go through on its way to the codec: pipelines/effects/NAME.yaml.

Everything is off unless a preset asks for it; each ``rate`` is the share of dialogues that get it.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from datagen.config import Settings
from datagen.timing.distributions import Rate, Uniform

Slope = Annotated[float, Field(ge=0, le=12)]
Decibels = Annotated[float, Field(ge=-120, le=60)]


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


class Breath(Settings):
    """The user takes a breath before a long turn, and in a long pause; the breaths are made here.

    A breath is noise shaped like one: no recording is needed, and none is copied.
    """

    rate: Rate = 0.0
    share: Rate = 0.6
    """Share of the places for a breath that have one."""
    longest_silent: Annotated[float, Field(ge=0, le=60)] = 2.5
    """Seconds of speech up to which a turn takes no breath."""
    seconds: Uniform = Uniform(low=0.25, high=0.55)
    """Length of a breath; a shorter place has none."""
    db: Levels = Levels(low=-30, high=-18)
    """Level relative to the user's speech, in dB."""


class Gain(Settings):
    """The user is nearer to or farther from the microphone."""

    rate: Rate = 0.0
    db: Levels = Levels(low=-24, high=15)
    sd: Annotated[float, Field(ge=0, le=24)] = 0.0
    """Standard deviation in dB of a normal law around the middle of ``db``, clipped to ``db``; 0:
    every level in ``db`` is equally likely."""


class Room(Settings):
    """Where the user is: noise that falls with frequency, perhaps a hum or a fan, never still."""

    rate: Rate = 0.0
    snr: Levels = Levels(low=18, high=42)
    """Level of speech over the room, in dB."""
    slopes: Annotated[tuple[Slope, ...], Field(min_length=1)] = (3.0, 4.5, 6.0)
    """Slopes in dB an octave, equally likely: 3 is pink noise, 6 brown."""
    tones: Annotated[tuple[Literal["none", "hum", "fan"], ...], Field(min_length=1)] = (
        "none",
        "none",
        "hum",
        "fan",
    )
    """What sounds in it, equally likely: mains hum at 50 or 60 Hz, a fan's blades, or nothing."""
    tone_db: Levels = Levels(low=-15, high=0)
    """Level of the tone relative to the noise, in dB."""
    drift: Levels = Levels(low=0, high=4)
    """Largest change of level over some seconds, in dB: people, cars, wind."""


class LineNoise(Settings):
    """White noise of the line, which is there whoever speaks."""

    rate: Rate = 0.0
    level: Levels = Levels(low=-60, high=-50)
    """Level in dBFS."""


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
    """The band that a telephone leaves, and the 8 bits of G.711 where it is that."""

    rate: Rate = 0.0
    kinds: Annotated[tuple[Literal["g711", "amr", "wideband"], ...], Field(min_length=1)] = (
        "g711",
    )
    """Kinds of line, equally likely: G.711 (300-3400 Hz, mu-law); the band alone of 8 kHz, as
    AMR's, or of 16 kHz, as AMR-WB's and G.722's, whose coding is not modelled."""


class QuietFloor(Settings):
    """What is left of the agent's channel where nobody speaks: clean, and not digital zero."""

    rate: Rate = 0.0
    level: Levels = Levels(low=-60, high=-54)
    """Level in dBFS."""


class Effects(Settings):
    """All of them, in the order in which they are applied; the last is the agent's."""

    breath: Breath = Breath()
    reverb: Reverb = Reverb()
    echo: Echo = Echo()
    room: Room = Room()
    noise: Noise = Noise()
    cough: Cough = Cough()
    gain: Gain = Gain()
    line: LineNoise = LineNoise()
    telephone: Telephone = Telephone()
    floor: QuietFloor = QuietFloor()
